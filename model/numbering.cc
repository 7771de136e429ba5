#include "model/numbering.h"

#include <algorithm>
#include <utility>

#include "model/result.h"

namespace tocsin {

std::uint32_t Numbering::number_of(NumberedKind kind, std::string_view name) {
  const auto [place, fresh] = numbers_.try_emplace({kind, std::string(name)}, 0);
  if (!fresh) return place->second;
  auto& next = next_.try_emplace(kind, 1).first->second;
  place->second = next++;
  taken_.insert({kind, place->second});
  new_.push_back({kind, std::string(name), place->second});
  return place->second;
}

void Numbering::restore(const Entry& entry) {
  require(entry.number != 0, "a restored number is not 0");
  const bool number_free = taken_.insert({entry.kind, entry.number}).second;
  require(number_free, "a restored number is not taken");
  const bool fresh = numbers_.try_emplace({entry.kind, entry.name}, entry.number).second;
  require(fresh, "a restored name is not taken");
  auto& next = next_.try_emplace(entry.kind, 1).first->second;
  next = std::max(next, entry.number + 1);
}

std::vector<Numbering::Entry> Numbering::take_new() { return std::exchange(new_, {}); }

}  // namespace tocsin
