#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tocsin {

// Text from rules, configuration and sources on its way into a message. Nothing in it may break out
// of its place: no control characters, no broken UTF-8, no marks that reorder what a reader sees.

// One line of valid UTF-8: broken bytes become U+FFFD; runs of white space, line breaks and control
// characters become one space; bidirectional controls, zero-width marks and noncharacters vanish;
// spaces at the ends go. Safe in XML 1.0 and in a header.
std::string one_line(std::string_view text);

// one_line() cut to at most `bytes` bytes at a character's end, with "..." where something was cut.
// Requires bytes >= 3.
std::string one_line(std::string_view text, std::size_t bytes);

// For HTML text and attribute values in double quotes: & < > " ' are escaped.
std::string escape_html(std::string_view text);

}  // namespace tocsin
