#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

// A unit of measure as a product of named base units with exponents: {mm: 1, day: -1}. Any name may
// be a base unit (the indicators bring theirs), so nothing converts by itself; "%" is the pure
// number 0.01. The bare number has no base units.
class Unit {
 public:
  Unit() = default;
  // "mm/day", "NGN/kg", "people", "%", "1", "cases/people". Each factor is a name of letters,
  // digits and '_'. nullopt when it is no unit.
  static std::optional<Unit> parse(std::string_view text);
  static Unit base(std::string name);

  bool pure() const { return powers_.empty(); }
  // Whether numbers of this unit count things, so that a bare number may be compared with them.
  bool counts() const;
  std::string name() const;  // "mm/day"; "" for a pure number
  friend Unit operator*(const Unit& a, const Unit& b);
  friend Unit operator/(const Unit& a, const Unit& b);
  friend bool operator==(const Unit&, const Unit&) = default;

 private:
  std::map<std::string, int> powers_;  // without zeros
};

// The unit of a number that an author writes: as parse(), "points" (a difference of shares) is
// pure, and one thing may be counted in the singular, "1 event".
std::optional<Unit> unit_of_literal(std::string_view text);

// Factor between a number written with `unit_text` and the number the engine holds: 0.01 for "%",
// "points" (a difference of shares) too; else 1.
double scale_of(std::string_view unit_text);

// How a pure number that was written with this unit is shown.
enum class PureStyle : std::uint8_t { kNumber, kPercent, kPoints };
PureStyle style_of(std::string_view unit_text);

// "62 %", "41 mm", "1,250 NGN/kg", "1.4 sd": at most `digits` decimals, trailing zeros dropped. A
// pure number whose `percent` is set is written in per cent.
std::string format_number(double value, const Unit& unit, PureStyle pure, int digits = 1);

}  // namespace tocsin
