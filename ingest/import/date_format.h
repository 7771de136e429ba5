#pragma once

#include <optional>
#include <string_view>

#include "model/time.h"

namespace tocsin {

// A publisher's way to write dates: YYYY (four digits), YY (two, of 2000 to 2099), MM and DD (two),
// M and D (one or two), anything else for itself. The day is the first of the month where the
// format has none, the month January.
bool is_date_format(std::string_view format);

// nullopt when `text` doesn't fit, is no day of the calendar or lies outside [kDayMin, kDayMax].
// Requires is_date_format(format).
std::optional<Day> parse_date(std::string_view text, std::string_view format);

}  // namespace tocsin
