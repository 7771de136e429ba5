#pragma once

#include <spdlog/logger.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "daemon/admin.h"
#include "daemon/engine_loop.h"
#include "daemon/store_outbox.h"
#include "ingest/server.h"

namespace tocsin {

class StopLog;  // daemon/stop_log.h

struct AppOptions {
  std::string config_directory;
  std::string version;
  std::string ports_file;  // where the bound ports are written once ready, for tests; "" for none
  bool rebuild = false;    // drop the checkpoint: make all derived state anew from the records
};

// The composition root: makes every part, in start order, and stops them in reverse.
//
//   contents -> store -> numbering -> catalogue, packs -> pipeline -> first commit -> dispatcher
//   -> ingest server -> admin listener -> engine loop
class App {
 public:
  App(AppOptions options, std::shared_ptr<spdlog::logger> log);
  ~App();

  // Everything but the engine thread. Fails with what a person must mend: kInvalid configuration,
  // kCorrupt store, kConflict newer store, ...
  Result<void> start();
  // Runs the engine loop on its own thread and waits for it or for request_stop(). An error means
  // that a commit failed: the process must end.
  Result<void> run();
  // Any thread, at any time; at once when called before run().
  void request_stop();
  // Any thread, at any time: the configuration directory, packs and keys are read again once run()
  // has begun. The log says what came of it.
  void request_reload();
  // Whether run() has begun, and with it heeds request_stop().
  bool is_running() const { return running_; }

 private:
  Result<void> await_room() const;
  Result<void> check_store_place(bool is_there) const;
  Result<void> open_store();
  Result<void> first_commit();
  Result<void> check_space() const;
  Result<void> start_delivery();
  Result<void> start_ingest();
  Result<AdminSecrets> read_admin_files() const;
  Result<void> start_admin();
  Gauges gauges() const;
  std::shared_ptr<const Catalogue> catalogue() const;
  void set_catalogue(std::shared_ptr<const Catalogue> catalogue);
  // `who`: "" for a signal. Any thread, one at a time.
  Result<std::string> reload(const std::string& who);
  Result<void> check_reload(const Contents& wanted) const;
  Result<std::string> guarded_reload(const std::string& who);
  Result<std::string> try_reload(const std::string& who);
  std::string say_what_was_reloaded(const Reloaded& reloaded,
                                    const std::vector<std::string>& changed,
                                    std::chrono::steady_clock::duration took) const;
  void say_what_was_loaded() const;
  void notify(const std::string& state) const;
  std::string admin_url() const;
  Result<void> write_ports() const;
  void stop_others(StopLog& say);
  void finish_store(StopLog& say);

  AppOptions options_;
  std::shared_ptr<spdlog::logger> log_;
  SystemClock system_clock_;
  std::mutex reload_mutex_;  // guards contents_ once it runs, and reloads from each other
  Contents contents_;        // in force
  // As at the start, paths resolved. What a reload can change is not read from here: the pipeline
  // has it.
  Settings settings_;
  std::string secrets_;  // see secrets_of()
  // In start order; destroyed in reverse.
  std::unique_ptr<Store> store_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<SlewedClock> clock_;  // never before the journal's time
  mutable std::mutex catalogue_mutex_;  // guards catalogue_
  std::shared_ptr<const Catalogue> catalogue_;
  std::unique_ptr<Metrics> metrics_;
  AdminCounters admin_counters_;
  AdminSecrets admin_secrets_;
  std::unique_ptr<FrameQueue> frames_;
  std::unique_ptr<StoreOutbox> outbox_;
  std::unique_ptr<PositionSource> positions_;
  std::unique_ptr<EngineLoop> loop_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<IngestServer> server_;
  std::unique_ptr<AdminServer> admin_;
  std::atomic<bool> running_ = false;
  std::mutex mutex_;  // guards the three
  bool stop_requested_ = false, reload_requested_ = false, loop_ended_ = false;
  std::condition_variable changed_;
  std::chrono::steady_clock::time_point watchdog_told_;
  std::chrono::microseconds watchdog_{0};
};

// What `tocsind` exits with, by the kind of failure. kExitCorrupt stands in the unit's
// RestartPreventExitStatus: a restart can't mend it.
inline constexpr int kExitFailed = 1;
inline constexpr int kExitConfiguration = 2;
inline constexpr int kExitCorrupt = 65;
int exit_code(const Error& error);

}  // namespace tocsin
