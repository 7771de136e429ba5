#pragma once

#include <string>
#include <string_view>

namespace tocsin {

// A name as it is compared: without case, accents and other marks ("Extrême-Nord" and "extreme
// nord" agree); dashes and runs of white space are one space, typographic apostrophes are plain
// ones, and there is no space at either end. Bytes that are not UTF-8 become U+FFFD. Folding twice
// changes nothing more.
std::string fold_name(std::string_view name);

}  // namespace tocsin
