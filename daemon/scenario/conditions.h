#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "rules/pack.h"

namespace tocsin {

// A condition of a pack, and whose it is.
template <class ExpressionType>
struct ConditionOf {
  ExpressionType* expression;  // borrowed from the pack
  bool of_pattern = false;
  std::uint32_t rule = 0;  // index of the signal or pattern
  std::string name;        // "signal dry, when", "pattern meet, warning"
};

// All of them, in the order of the file's sections: the same order for every copy of a pack. Of a
// `const Pack` or of one that is to be changed.
template <class PackType>
auto conditions_of(PackType& pack) {
  using ExpressionType =
      std::conditional_t<std::is_const_v<PackType>, const Expression, Expression>;
  std::vector<ConditionOf<ExpressionType>> out;
  for (std::uint32_t i = 0; i < pack.signals.size(); ++i) {
    auto& signal = pack.signals[i];
    out.push_back({&signal.when, false, i, fmt::format("signal {}, when", signal.name)});
    if (!signal.clear.empty())
      out.push_back({&signal.clear, false, i, fmt::format("signal {}, clear", signal.name)});
  }
  for (std::uint32_t i = 0; i < pack.patterns.size(); ++i)
    for (std::size_t level = 0; level < kLevelCount; ++level) {
      auto& reached = pack.patterns[i].levels[level];
      if (!reached.empty())
        out.push_back({&reached, true, i,
                       fmt::format("pattern {}, {}", pack.patterns[i].name,
                                   name_of(static_cast<Level>(level)))});
    }
  return out;
}

inline std::string text_of(const Expression& expression, const Node& node) {
  return expression.text.substr(node.begin, node.end - node.begin);
}

}  // namespace tocsin
