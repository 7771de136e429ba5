#pragma once

#include <string>

#include "model/result.h"

namespace tocsin {

// The text of a small file that is not for everybody: a key, a token, hashes of tokens. kNotFound
// or kIo when it can't be read, kForbidden when others than its owner and group can read it or
// others than its owner can change it, kLimit beyond 256 KiB; the message names the file and the
// reason.
Result<std::string> read_secret_file(const std::string& path);

}  // namespace tocsin
