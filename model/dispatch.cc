#include "model/dispatch.h"

#include <string>

namespace tocsin {

std::string_view name_of(DispatchState state) {
  switch (state) {
    case DispatchState::kIntended:
      return "intended";
    case DispatchState::kAccepted:
      return "accepted";
    case DispatchState::kDead:
      return "dead";
  }
  return "intended";
}

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kAccepted:
      return "accepted";
    case Outcome::kTryAgain:
      return "try-again";
    case Outcome::kRefused:
      return "refused";
  }
  return "try-again";
}

Hash128 dispatch_id(const Hash128& alert, std::uint32_t revision, std::string_view committee,
                    const Address& address) {
  return hash128_parts({"dispatch", alert.hex(), std::to_string(revision), committee,
                        name_of(address.channel), address.target});
}

}  // namespace tocsin
