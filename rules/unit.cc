#include "rules/unit.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <cmath>

namespace tocsin {
namespace {

bool is_unit_letter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Thousands separated by commas: "1250.5" -> "1,250.5".
std::string with_separators(std::string text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  for (std::size_t at = point; at > first + 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

}  // namespace

std::optional<Unit> Unit::parse(std::string_view text) {
  if (text == "%" || text == "1") return Unit();
  Unit unit;
  int sign = 1;
  while (!text.empty()) {
    std::size_t length = 0;
    while (length < text.size() && is_unit_letter(text[length])) ++length;
    if (length == 0) return std::nullopt;
    const std::string_view name = text.substr(0, length);
    if (name != "1")
      unit = sign > 0 ? unit * base(std::string(name)) : unit / base(std::string(name));
    text.remove_prefix(length);
    if (text.empty()) return unit;
    if (text.front() != '/' || sign < 0) return std::nullopt;
    sign = -1;
    text.remove_prefix(1);
    if (text.empty()) return std::nullopt;
  }
  return std::nullopt;
}

Unit Unit::base(std::string name) {
  Unit unit;
  unit.powers_[std::move(name)] = 1;
  return unit;
}

bool Unit::counts() const {
  static constexpr std::array<std::string_view, 9> kCounted = {
      "events", "people",       "dimensions", "regions", "cases",
      "deaths", "observations", "sources",    "sd"};
  if (powers_.size() != 1 || powers_.begin()->second != 1) return false;
  for (const auto counted : kCounted)
    if (powers_.begin()->first == counted) return true;
  return false;
}

std::string Unit::name() const {
  std::string above, below;
  for (const auto& [name, power] : powers_) {
    std::string& side = power > 0 ? above : below;
    for (int i = 0; i < std::abs(power); ++i) side += (side.empty() ? "" : "*") + name;
  }
  if (below.empty()) return above;
  return (above.empty() ? "1" : above) + "/" + below;
}

Unit operator*(const Unit& a, const Unit& b) {
  Unit product = a;
  for (const auto& [name, power] : b.powers_) {
    const int sum = product.powers_[name] += power;
    if (sum == 0) product.powers_.erase(name);
  }
  return product;
}

Unit operator/(const Unit& a, const Unit& b) {
  Unit inverse;
  for (const auto& [name, power] : b.powers_) inverse.powers_[name] = -power;
  return a * inverse;
}

std::optional<Unit> unit_of_literal(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kSingular = {
      {{"observation", "observations"},
       {"event", "events"},
       {"case", "cases"},
       {"person", "people"},
       {"region", "regions"},
       {"dimension", "dimensions"},
       {"source", "sources"}}};
  if (style_of(text) != PureStyle::kNumber) return Unit();
  for (const auto& [one, many] : kSingular)
    if (text == one) return Unit::base(std::string(many));
  return Unit::parse(text);
}

double scale_of(std::string_view unit_text) {
  return style_of(unit_text) == PureStyle::kNumber ? 1.0 : 0.01;
}

PureStyle style_of(std::string_view unit_text) {
  return unit_text == "%"                                ? PureStyle::kPercent
         : unit_text == "points" || unit_text == "point" ? PureStyle::kPoints
                                                         : PureStyle::kNumber;
}

std::string format_number(double value, const Unit& unit, PureStyle pure, int digits) {
  const bool percent = unit.pure() && pure != PureStyle::kNumber;
  double shown = percent ? value * 100 : value;
  if (shown != 0 && std::abs(shown) < 1 && digits < 2) digits = 2;
  std::string text = fmt::format("{:.{}f}", shown, digits);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
  }
  if (text == "-0") text = "0";
  text = with_separators(std::move(text));
  if (percent) return text + (pure == PureStyle::kPoints ? " points" : " %");
  const std::string name = unit.name();
  return name.empty() ? text : text + " " + name;
}

}  // namespace tocsin
