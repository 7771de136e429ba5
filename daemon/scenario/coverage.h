#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "rules/assessment.h"

namespace tocsin {

// Which truths each condition of a pack has come to: whether its scenarios try what its rules say.
// Conditions are the parts that `and`, `or`, `not` and `given` join; each can be true, false and
// unknown.
class Coverage {
 public:
  explicit Coverage(const Pack& pack);
  // Looks at every condition in every region where it is judged, as of the tick.
  void look(const Assessment& assessment, Day tick);

  static constexpr std::size_t kTruths = 3;
  struct Part {
    std::string rule;       // "signal dry, when"
    std::string text;       // as the author wrote it
    std::size_t condition;  // its place among conditions_of()
    std::int32_t node;
    std::array<bool, kTruths> came_to{};  // by Tri
    std::size_t seen() const { return static_cast<std::size_t>(std::ranges::count(came_to, true)); }
  };
  const std::vector<Part>& parts() const { return parts_; }  // in the order of the file's sections

 private:
  void add(const std::string& rule, const Expression& expression, std::size_t condition,
           std::int32_t node);

  std::vector<Part> parts_;
};

}  // namespace tocsin
