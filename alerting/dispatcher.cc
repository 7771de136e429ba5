#include "alerting/dispatcher.h"

#include <set>
#include <utility>

#include "alerting/lane.h"
#include "model/result.h"

namespace tocsin {

Dispatcher::Dispatcher(DispatcherOptions options, const DispatcherPorts& ports) {
  std::set<Channel> channels;
  for (LaneOptions& lane : options.lanes) {
    require(channels.insert(lane.channel).second, "a channel has one lane");
  }
  for (LaneOptions& lane : options.lanes) {
    lanes_.push_back(std::make_unique<Lane>(std::move(lane), options, ports));
  }
}

Dispatcher::~Dispatcher() { stop(std::chrono::milliseconds(0)); }

void Dispatcher::wake() {
  for (const auto& lane : lanes_) lane->wake();
}

void Dispatcher::stop(std::chrono::milliseconds grace) {
  const auto grace_end = std::chrono::steady_clock::now() + grace;
  for (const auto& lane : lanes_) lane->begin_stop();
  for (const auto& lane : lanes_) lane->finish_stop(grace_end);
}

std::vector<LaneStatistics> Dispatcher::statistics() const {
  std::vector<LaneStatistics> statistics;
  for (const auto& lane : lanes_) statistics.push_back(lane->statistics());
  return statistics;
}

}  // namespace tocsin
