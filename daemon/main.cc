#include <pthread.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "daemon/app.h"
#include "daemon/command_line.h"

namespace {

// SIGTERM, SIGINT and SIGHUP are taken by one thread that waits for them; no work is done in a
// handler. SIGHUP asks for a reload. The first of the others asks for a clean stop. Before the
// daemon runs, and at the second, the process ends at once: the store stands that at any moment,
// nothing acknowledged is lost.
class SignalThread {
 public:
  SignalThread(tocsin::App& app, spdlog::logger& log) {
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    thread_ = std::thread([this, &app, &log] {
      pthread_setname_np(pthread_self(), "signals");
      for (bool asked = false;;) {
        int signal = 0;
        sigwait(&set_, &signal);
        if (done_) return;
        if (signal == SIGHUP) {
          app.request_reload();
          continue;
        }
        if (asked || !app.is_running()) {
          log.warn("stopped at once by a signal, {}", asked ? "the second" : "before it was ready");
          std::_Exit(asked ? tocsin::kExitFailed : 0);
        }
        log.info("stopping");
        app.request_stop();
        asked = true;
      }
    });
  }
  ~SignalThread() {
    done_ = true;
    // NOLINTNEXTLINE(bugprone-bad-signal-to-kill-thread): it is blocked, and taken by sigwait()
    pthread_kill(thread_.native_handle(), SIGTERM);
    thread_.join();
  }
  SignalThread(const SignalThread&) = delete;
  SignalThread& operator=(const SignalThread&) = delete;

 private:
  sigset_t set_;
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

}  // namespace

int main(int argc, char** argv) {
  CLI::App command{"tocsind: warns when threats converge in a place", "tocsind"};
  command.set_version_flag("--version", "tocsind " TOCSIN_VERSION);
  tocsin::AppOptions options;
  options.version = TOCSIN_VERSION;
  command.add_option("--config", options.config_directory, "configuration directory")->required();
  command.add_option("--ports-file", options.ports_file,
                     "write the bound ports here once ready (for tests)");
  command.add_flag("--rebuild", options.rebuild,
                   "make all derived state anew from the stored records (takes longer)");
  if (const auto ended = tocsin::ended_by_command_line(command, argc, argv)) return *ended;

  auto log = std::make_shared<spdlog::logger>("tocsind",
                                              std::make_shared<spdlog::sinks::stderr_sink_mt>());
  log->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  log->flush_on(spdlog::level::info);
  tocsin::App app(options, log);
  // Threads inherit the signal mask, so it is set before any is made.
  SignalThread signals(app, *log);
  if (auto started = app.start(); !started) {
    log->critical("cannot start: {}", started.error().message);
    return tocsin::exit_code(started.error());
  }
  if (auto done = app.run(); !done) {
    log->critical("stopped: {}", done.error().message);
    return tocsin::exit_code(done.error());
  }
  log->info("stopped");
  return 0;
}
