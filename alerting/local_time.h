#pragma once

#include <string>
#include <string_view>

#include "alerting/texts.h"
#include "model/time.h"

namespace tocsin {

// "7 March 2019".
std::string long_date(const Texts& texts, Day day);

// "7 March 2019, 13:00 West Africa Standard Time (12:00 UTC)": in the IANA zone `zone`, with the
// UTC date too where it is another day. A zone that ICU does not know gives UTC alone.
std::string local_time(const Texts& texts, ProcessingTime time, std::string_view zone);

}  // namespace tocsin
