#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "alerting/outbox.h"
#include "tests/sim/figures.h"
#include "tests/sim/random.h"

namespace tocsin::sim {

// Mail servers and the like, and their record of what they took; no crash of the daemon touches it.
//
// Promises checked with each attempt:
// 1. One dispatch has one id for ever, and one id is one dispatch.
// 2. What was accepted comes again only if the daemon died between the acceptance and the commit of
//    its result, under the same id.
// 3. Of one alert to one address the revisions are accepted in order.
class SimChannels {
 public:
  SimChannels(Random& random, Figures& figures) : random_(random), figures_(figures) {}

  DeliveryResult attempt(const PendingDispatch& pending);
  // The result of an accepted attempt is durable.
  void confirm(const Hash128& dispatch) { confirmed_.insert(dispatch); }
  // The daemon died.
  void new_life() { ++life_; }
  // From now on everything is accepted.
  void be_kind() { kind_ = true; }

  const std::set<Hash128>& confirmed() const { return confirmed_; }

 private:
  Random& random_;
  Figures& figures_;
  bool kind_ = false;
  std::uint64_t life_ = 0;
  std::map<Hash128, std::string> names_;
  std::map<std::string, Hash128> ids_;
  std::map<Hash128, std::uint64_t> accepted_;  // in which life, last
  std::set<Hash128> confirmed_;
  std::map<std::string, std::uint32_t> newest_;  // revision accepted, by alert and address
};

}  // namespace tocsin::sim
