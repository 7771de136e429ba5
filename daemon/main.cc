#include <pthread.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <thread>

#include "daemon/app.h"

namespace {

constexpr const char* kVersion = "0.1.0";

// SIGTERM and SIGINT are taken by one thread that waits for them; no work is done in a handler.
class SignalThread {
 public:
  explicit SignalThread(tocsin::App& app) {
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    thread_ = std::thread([this, &app] {
      int signal = 0;
      sigwait(&set_, &signal);
      app.request_stop();
    });
  }
  ~SignalThread() {
    pthread_kill(thread_.native_handle(), SIGTERM);
    thread_.join();
  }

 private:
  sigset_t set_;
  std::thread thread_;
};

}  // namespace

int main(int argc, char** argv) {
  CLI::App command{"tocsind: warns when threats converge in a place", "tocsind"};
  command.set_version_flag("--version", std::string("tocsind ") + kVersion);
  tocsin::AppOptions options;
  options.version = kVersion;
  command.add_option("--config", options.config_directory, "configuration directory")->required();
  command.add_option("--ports-file", options.ports_file,
                     "write the bound ports here once ready (for tests)");
  command.add_flag("--rebuild", options.rebuild,
                   "make all derived state anew from the stored records (takes longer)");
  CLI11_PARSE(command, argc, argv);

  auto log = std::make_shared<spdlog::logger>("tocsind",
                                              std::make_shared<spdlog::sinks::stderr_sink_mt>());
  log->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  log->flush_on(spdlog::level::info);
  tocsin::App app(options, log);
  // Threads inherit the signal mask, so it is set before any is made.
  SignalThread signals(app);
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
