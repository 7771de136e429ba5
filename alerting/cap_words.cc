#include "alerting/cap_words.h"

#include <algorithm>
#include <array>

namespace tocsin {

CapWeight cap_weight(const AlertRevision& revision) {
  switch (revision.kind) {
    case RevisionKind::kCleared:
      return {"Past", "Minor", "AllClear"};
    case RevisionKind::kWithdrawn:
    case RevisionKind::kVetoed:
    case RevisionKind::kRefused:
      return {"Past", "Minor", "None"};
    case RevisionKind::kMerged:
    case RevisionKind::kRetired:
    case RevisionKind::kLapsed:
    case RevisionKind::kProposed:
      return {"Unknown", "Unknown", "Assess"};
    case RevisionKind::kRaised:
    case RevisionKind::kEscalated:
    case RevisionKind::kEased:
    case RevisionKind::kUpdated:
      break;
  }
  switch (revision.level) {
    case Level::kNone:
      return {"Unknown", "Unknown", "Assess"};
    case Level::kWatch:
      return {"Future", "Moderate", "Monitor"};
    case Level::kWarning:
      return {"Expected", "Severe", "Prepare"};
    case Level::kEmergency:
      return {"Immediate", "Extreme", "Execute"};
  }
  return {"Unknown", "Unknown", "Assess"};
}

// A proposal is not to be acted on: CAP has "Draft" for it.
const char* cap_status(const AlertRevision& revision) {
  if (revision.illustrative) return "Exercise";
  return revision.kind == RevisionKind::kProposed ? "Draft" : "Actual";
}

const char* cap_message_type(RevisionKind kind) {
  switch (kind) {
    case RevisionKind::kRaised:
    case RevisionKind::kProposed:
      return "Alert";
    case RevisionKind::kEscalated:
    case RevisionKind::kEased:
    case RevisionKind::kUpdated:
    case RevisionKind::kCleared:
    case RevisionKind::kLapsed:
      return "Update";
    case RevisionKind::kWithdrawn:
    case RevisionKind::kMerged:
    case RevisionKind::kRetired:
    case RevisionKind::kVetoed:
    case RevisionKind::kRefused:
      return "Cancel";
  }
  return "Update";
}

const char* cap_certainty(const AlertRevision& revision) {
  if (revision.kind == RevisionKind::kLapsed) return "Unknown";
  if (revision.certainty == "observed") return "Observed";
  if (revision.certainty == "likely") return "Likely";
  if (revision.certainty == "possible") return "Possible";
  return "Unknown";
}

const char* cap_category(std::string_view dimension) {
  struct Category {
    std::string_view dimension;
    const char* category;
  };
  constexpr std::array<Category, 6> kCategories{{{"community", "Security"},
                                                 {"environmental", "Env"},
                                                 {"health", "Health"},
                                                 {"personal", "Security"},
                                                 {"political", "Security"},
                                                 {"technological", "Infra"}}};
  const auto at = std::ranges::find(kCategories, dimension, &Category::dimension);
  return at == kCategories.end() ? "Other" : at->category;
}

std::string cap_time(std::int64_t milliseconds) {
  const std::int64_t second = milliseconds / 1'000 * 1'000;
  std::string text = format_rfc3339_ms(second);
  text.pop_back();
  return text + "+00:00";
}

std::string cap_time(Day day) { return cap_time(start_of<EventTime>(day).milliseconds()); }

}  // namespace tocsin
