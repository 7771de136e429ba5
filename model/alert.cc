#include "model/alert.h"

#include <algorithm>
#include <array>

namespace tocsin {
namespace {

constexpr std::array<std::string_view, kLevelCount> kLevelNames = {"none", "watch", "warning",
                                                                   "emergency"};
constexpr std::array<std::string_view, 9> kRevisionKindNames = {"raised",  "escalated", "eased",
                                                                "updated", "cleared",   "withdrawn",
                                                                "merged",  "retired",   "lapsed"};

template <class Enum, std::size_t Size>
std::optional<Enum> parse_in(const std::array<std::string_view, Size>& names,
                             std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

}  // namespace

std::string_view name_of(Level level) { return kLevelNames[static_cast<std::size_t>(level)]; }

std::string level_text(Level level, std::string_view called) {
  std::string out(name_of(level));
  if (!called.empty()) out.append(" (").append(called).append(")");
  return out;
}
std::optional<Level> parse_level(std::string_view name) {
  return parse_in<Level>(kLevelNames, name);
}

std::string_view name_of(RevisionKind kind) {
  return kRevisionKindNames[static_cast<std::size_t>(kind)];
}
std::optional<RevisionKind> parse_revision_kind(std::string_view name) {
  return parse_in<RevisionKind>(kRevisionKindNames, name);
}

bool closes(RevisionKind kind) {
  switch (kind) {
    case RevisionKind::kRaised:
    case RevisionKind::kEscalated:
    case RevisionKind::kEased:
    case RevisionKind::kUpdated:
    case RevisionKind::kLapsed:
      return false;
    case RevisionKind::kCleared:
    case RevisionKind::kWithdrawn:
    case RevisionKind::kMerged:
    case RevisionKind::kRetired:
      return true;
  }
  return false;
}

}  // namespace tocsin
