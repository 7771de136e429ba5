#include <fmt/format.h>

#include <array>
#include <cmath>

#include "model/result.h"
#include "rules/phrase.h"
#include "rules/scale.h"

// Numbers, days and comparisons in words.
namespace tocsin {
namespace {

// A number with its unit, which is in the singular after 1.
std::string amount(double value, const Unit& unit, PureStyle style) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kOnes = {
      {{"1 events", "1 event"},
       {"1 people", "1 person"},
       {"1 dimensions", "1 dimension"},
       {"1 regions", "1 region"},
       {"1 sources", "1 source"},
       {"1 observations", "1 observation"},
       {"1 days", "1 day"}}};
  std::string text = format_number(value, unit, style);
  for (const auto& [many, one] : kOnes)
    if (text == many) return std::string(one);
  return text;
}

// "least_rain" as people say it.
}  // namespace

std::string say(const Quantity& quantity, const Unit& unit, PureStyle style) {
  const bool low = std::isfinite(quantity.low), high = std::isfinite(quantity.high);
  if (!low && !high) return "not known";
  if (!high) return "at least " + amount(quantity.low, unit, style);
  if (!low) return "at most " + amount(quantity.high, unit, style);
  if (quantity.exact()) return amount(quantity.low, unit, style);
  // A share keeps its sign of per cent on both sides.
  const bool pure = unit.pure() && style != PureStyle::kNumber;
  return format_number(quantity.low, Unit(), pure ? style : PureStyle::kNumber) + " to " +
         format_number(quantity.high, unit, style);
}

std::string say(const Catalogue& catalogue, const Quantity& quantity, const Node& node) {
  const Indicator* scale = words_of(catalogue, node.unit);
  if (scale == nullptr) return say(quantity, node.unit, node.style);
  const bool low = std::isfinite(quantity.low), high = std::isfinite(quantity.high);
  if (!low && !high) return "not known";
  if (!high) return "at least " + word_at(*scale, quantity.low);
  if (!low) return "at most " + word_at(*scale, quantity.high);
  if (quantity.exact()) return word_at(*scale, quantity.low);
  return word_at(*scale, quantity.low) + " to " + word_at(*scale, quantity.high);
}

std::string plain_day(Day day) {
  static constexpr std::array<std::string_view, 12> kMonths = {
      "January", "February", "March",     "April",   "May",      "June",
      "July",    "August",   "September", "October", "November", "December"};
  const auto ymd = to_ymd(day);
  return fmt::format("{} {} {}", static_cast<unsigned>(ymd.day()),
                     kMonths[static_cast<unsigned>(ymd.month()) - 1], static_cast<int>(ymd.year()));
}

std::string_view say(Op comparison) {
  switch (comparison) {
    case Op::kLess:
      return "below";
    case Op::kLessEqual:
      return "at most";
    case Op::kGreater:
      return "above";
    case Op::kGreaterEqual:
      return "at least";
    case Op::kEqual:
      return "exactly";
    case Op::kUnequal:
      return "other than";
    default:
      require(false, "say() takes a comparison");
  }
  return "";
}

Op opposite(Op comparison) {
  switch (comparison) {
    case Op::kLess:
      return Op::kGreaterEqual;
    case Op::kLessEqual:
      return Op::kGreater;
    case Op::kGreater:
      return Op::kLessEqual;
    case Op::kGreaterEqual:
      return Op::kLess;
    case Op::kEqual:
      return Op::kUnequal;
    case Op::kUnequal:
      return Op::kEqual;
    default:
      require(false, "opposite() takes a comparison");
  }
  return comparison;
}

Op mirrored(Op comparison) {
  switch (comparison) {
    case Op::kLess:
      return Op::kGreater;
    case Op::kLessEqual:
      return Op::kGreaterEqual;
    case Op::kGreater:
      return Op::kLess;
    case Op::kGreaterEqual:
      return Op::kLessEqual;
    default:
      return comparison;
  }
}

}  // namespace tocsin
