#include "model/record.h"

#include <algorithm>
#include <array>
#include <limits>

#include "model/result.h"

namespace tocsin {
namespace {

constexpr std::array<std::string_view, 5> kTlpNames = {"clear", "green", "amber", "amber+strict",
                                                       "red"};
constexpr std::array<std::string_view, 5> kRecordTypeNames = {"event", "observation", "forecast",
                                                              "retraction", "coverage"};
constexpr std::array<std::string_view, kFateCount> kFateNames = {
    "applied", "duplicate", "superseded", "quarantined", "archived-late"};
constexpr std::array<std::string_view, 3> kEventStatusNames = {"reported", "confirmed", "refuted"};
static_assert(std::variant_size_v<RecordBody> == kRecordTypeNames.size());

constexpr int kDigitsMax = 18;
constexpr int kExponentMax = 999;
constexpr int kPowerMax = 19;  // 10^19 is the greatest power of ten that fits in 64 bits
constexpr auto kScaledMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

constexpr std::uint64_t power_of_ten(int exponent) {
  std::uint64_t power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

// |value|, also of the least number, whose positive twin doesn't exist.
constexpr std::uint64_t magnitude(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  return value < 0 ? std::uint64_t{0} - bits : bits;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The grammar of a JSON number (RFC 8259 section 6), taken from the left.
class NumberReader {
 public:
  explicit NumberReader(std::string_view token) : rest_(token) {}

  std::optional<Decimal> read() {
    const bool negative = take('-');
    const bool leading_zero = !rest_.empty() && rest_.front() == '0';
    const std::size_t whole = take_digits();
    if (whole == 0 || (leading_zero && whole > 1)) return std::nullopt;
    int scale = 0;
    if (take('.')) {
      const std::size_t fraction = take_digits();
      if (fraction == 0 || fraction > kExponentMax) return std::nullopt;
      scale = static_cast<int>(fraction);
    }
    const auto exponent = take_exponent();
    if (!exponent || !rest_.empty() || significant_ > kDigitsMax) return std::nullopt;
    const auto digits = static_cast<std::int64_t>(digits_);
    return Decimal{negative ? -digits : digits, scale - *exponent};
  }

 private:
  bool take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // Adds a run of digits to the number; returns how many there were.
  std::size_t take_digits() {
    std::size_t count = 0;
    for (; !rest_.empty() && is_digit(rest_.front()); rest_.remove_prefix(1), ++count) {
      if (significant_ > 0 || rest_.front() != '0') ++significant_;
      if (significant_ <= kDigitsMax) {
        digits_ = digits_ * 10 + static_cast<std::uint64_t>(rest_.front() - '0');
      }
    }
    return count;
  }

  std::optional<int> take_exponent() {
    if (!take('e') && !take('E')) return 0;
    const bool negative = take('-');
    if (!negative) take('+');
    if (rest_.empty()) return std::nullopt;
    int exponent = 0;
    for (; !rest_.empty() && is_digit(rest_.front()); rest_.remove_prefix(1)) {
      exponent = exponent * 10 + (rest_.front() - '0');
      if (exponent > kExponentMax) return std::nullopt;
    }
    return negative ? -exponent : exponent;
  }

  std::string_view rest_;
  std::uint64_t digits_ = 0;
  int significant_ = 0;  // digits from the first that isn't 0
};

template <std::size_t Size, class Enum>
std::string_view name_in(const std::array<std::string_view, Size>& names, Enum value) {
  return names[static_cast<std::size_t>(value)];
}

}  // namespace

std::string_view name_of(Tlp tlp) { return name_in(kTlpNames, tlp); }
std::string_view name_of(RecordType type) { return name_in(kRecordTypeNames, type); }
std::string_view name_of(EventStatus status) { return name_in(kEventStatusNames, status); }
std::string_view name_of(Fate fate) { return name_in(kFateNames, fate); }

std::optional<Tlp> parse_tlp(std::string_view name) {
  const auto found = std::find(kTlpNames.begin(), kTlpNames.end(), name);
  if (found == kTlpNames.end()) return std::nullopt;
  return static_cast<Tlp>(found - kTlpNames.begin());
}

std::optional<EventStatus> parse_event_status(std::string_view name) {
  const auto found = std::find(kEventStatusNames.begin(), kEventStatusNames.end(), name);
  if (found == kEventStatusNames.end()) return std::nullopt;
  return static_cast<EventStatus>(found - kEventStatusNames.begin());
}

std::optional<std::int64_t> to_scaled(Decimal value, int precision) {
  std::uint64_t scaled = magnitude(value.digits);
  if (scaled == 0) return 0;
  const int shift = precision - value.scale;
  if (shift > kPowerMax) return std::nullopt;
  if (shift >= 0) {
    const std::uint64_t power = power_of_ten(shift);
    if (scaled > kScaledMax / power) return std::nullopt;
    scaled *= power;
  } else if (shift < -kPowerMax) {
    scaled = 0;
  } else {
    const std::uint64_t power = power_of_ten(-shift);
    const std::uint64_t rest = scaled % power;
    scaled = scaled / power + (rest >= power - rest ? 1 : 0);
  }
  if (scaled > kScaledMax) return std::nullopt;
  const auto result = static_cast<std::int64_t>(scaled);
  return value.digits < 0 ? -result : result;
}

std::optional<Decimal> parse_decimal(std::string_view token) { return NumberReader(token).read(); }

std::string format_scaled(std::int64_t value, int precision) {
  require(precision >= 0 && precision <= kDigitsMax, "a precision is 0 to 18 decimal digits");
  std::string text = std::to_string(magnitude(value));
  const auto decimals = static_cast<std::size_t>(precision);
  if (text.size() <= decimals) text.insert(0, decimals + 1 - text.size(), '0');
  if (decimals > 0) text.insert(text.size() - decimals, 1, '.');
  if (value < 0) text.insert(0, 1, '-');
  return text;
}

}  // namespace tocsin
