#pragma once

#include <filesystem>
#include <string>

#include "model/result.h"

namespace tocsin {

// All of a file, or of a pipe. Fails with kNotFound when it isn't there or can't be opened,
// kInvalid when it is a directory, kIo when it can't be read to its end. Throws nothing.
Result<std::string> read_file(const std::filesystem::path& path);

}  // namespace tocsin
