#include "tests/sim/channels.h"

#include "tests/sim/violation.h"

namespace tocsin::sim {

DeliveryResult SimChannels::attempt(const PendingDispatch& pending) {
  const Dispatch& dispatch = pending.dispatch;
  const std::string thread =
      fmt::format("{} to {} {} {}", dispatch.alert.hex(), dispatch.committee,
                  name_of(dispatch.address.channel), dispatch.address.target);
  const std::string name = fmt::format("revision {} of {}", dispatch.revision, thread);
  expect(pending.revision.alert == dispatch.alert && pending.revision.number == dispatch.revision,
         "{} carries revision {} of {}", name, pending.revision.number,
         pending.revision.alert.hex());
  const auto [by_id, new_id] = names_.emplace(dispatch.id, name);
  expect(by_id->second == name, "dispatch {} is {} and {}", dispatch.id.hex(), by_id->second, name);
  const auto [by_name, new_name] = ids_.emplace(name, dispatch.id);
  expect(by_name->second == dispatch.id, "{} is dispatch {} and {}", name, by_name->second.hex(),
         dispatch.id.hex());
  expect(!confirmed_.contains(dispatch.id), "{} is sent again, its acceptance is durable", name);
  const auto before = accepted_.find(dispatch.id);
  expect(before == accepted_.end() || before->second != life_,
         "{} is sent twice in one life of the daemon", name);

  DeliveryResult result{dispatch.id, Outcome::kAccepted, "250 taken"};
  if (!kind_ && random_.chance(30)) {
    result.outcome = random_.chance(80) ? Outcome::kTryAgain : Outcome::kRefused;
    result.answer = "no";
  }
  figures_.add(fmt::format("attempt/{}", name_of(result.outcome)));
  if (result.outcome != Outcome::kAccepted) return result;
  if (before != accepted_.end()) figures_.add("attempt/accepted again after a crash");
  accepted_[dispatch.id] = life_;
  std::uint32_t& newest = newest_[thread];
  expect(before != accepted_.end() || dispatch.revision > newest,
         "{} comes after revision {} of the same", name, newest);
  newest = std::max(newest, dispatch.revision);
  return result;
}

}  // namespace tocsin::sim
