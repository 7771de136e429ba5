// How App ends: in reverse of the start, and never without a word on what it waits for. Every wait
// has a bound, so that a stop ends well before TimeoutStopSec of systemd/tocsind.service.

#include <fmt/format.h>

#include "daemon/app.h"
#include "daemon/stop_log.h"

namespace tocsin {
namespace {

// Encoding all regions of millions of observations takes longer than a stop may: without a new
// checkpoint the next start makes up for more of the journal.
constexpr std::chrono::seconds kCheckpointTime{20};

double seconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

void StopLog::waits_for(std::string_view what) {
  const auto now = Clock::now();
  log_.info("stopping: waiting for {} (so far {:.1f} s, the step before {:.1f} s)", what,
            seconds(now - begun_), seconds(now - last_));
  last_ = now;
}

App::~App() {
  StopLog say(*log_);
  stop_others(say);
}

// The server first, so that nothing more comes in; then what sends, while the engine still runs to
// commit what was delivered: a mail whose result is lost is sent again.
void App::stop_others(StopLog& say) {
  if (server_) server_->stop();
  if (dispatcher_) {
    std::uint64_t in_flight = 0;
    for (const LaneStatistics& lane : dispatcher_->statistics()) in_flight += lane.in_flight;
    const std::chrono::seconds grace(settings_.delivery.deadline_seconds + 1);
    if (in_flight > 0)
      say.waits_for(
          fmt::format("{} deliveries that are under way, at most {} s", in_flight, grace.count()));
    dispatcher_->stop(grace);
  }
  if (!admin_) return;
  if (admin_counters_.backups > 0) say.waits_for("a backup that is being made");
  admin_->stop();
}

// The next start then has nothing to make anew and no log to replay.
void App::finish_store(StopLog& say) {
  if (loop_->is_halted()) {
    log_->warn(
        "the store's disk is nearly full: no checkpoint is written, the next start takes longer");
    return;
  }
  say.waits_for(
      fmt::format("a checkpoint of the derived state, at most {} s", kCheckpointTime.count()));
  const auto until = std::chrono::steady_clock::now() + kCheckpointTime;
  if (auto done = pipeline_->finish([&] { return std::chrono::steady_clock::now() < until; });
      !done)
    log_->warn("no checkpoint was written: {}", done.error().message);
  say.waits_for("what the store's log holds to become tables");
  if (auto flushed = store_->flush(); !flushed)
    log_->warn("the store could not be flushed: {}", flushed.error().message);
}

}  // namespace tocsin
