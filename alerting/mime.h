#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin {

// "Name: value" with CRLF, folded at spaces to lines of at most 78 bytes; a value that is not plain
// ASCII becomes RFC 2047 encoded-words (UTF-8, B). Requires a value without line breaks.
std::string unstructured_header(std::string_view name, std::string_view value);

// A name in front of an address: as it is when it is plain words, quoted when it has specials, as
// encoded-words when it is not ASCII. Requires a value without line breaks.
std::string display_name(std::string_view name);

// RFC 2045 quoted-printable of UTF-8 text with LF lines: CRLF lines of at most 76 bytes.
std::string quoted_printable(std::string_view text);

// RFC 5322 date in UTC: "Thu, 07 Mar 2019 12:00:00 +0000".
std::string mail_date(std::int64_t milliseconds);

}  // namespace tocsin
