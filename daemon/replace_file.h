#pragma once

#include <string>

namespace tocsin {

// Puts `text` in the place of the file, with its permissions, through a file beside it, so that a
// crash leaves one of the two. False: it is as it was.
bool replace_file(const std::string& path, const std::string& text);

}  // namespace tocsin
