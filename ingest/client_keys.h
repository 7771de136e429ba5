#pragma once

#include <string>
#include <string_view>

#include "model/result.h"

namespace tocsin {

// A CURVE key pair in Z85, 40 characters each.
struct KeyPair {
  std::string public_key;
  std::string secret_key;
};

// A fresh pair from the system's random numbers.
Result<KeyPair> make_curve_keypair();

// Whether `text` is a 32 byte key in Z85.
bool is_curve_key(std::string_view text);

// Writes DIRECTORY/NAME.key (mode 0600: both keys) and DIRECTORY/NAME.pub (the public key). The
// text form is one "public-key Z85" and one "secret-key Z85" line. NAME is 1 to 64 of A-Z a-z 0-9 -
// _ . Refuses with kConflict to overwrite a file.
Result<void> write_key_files(const std::string& directory, const std::string& name,
                             const KeyPair& keys);

// Reads a .key file. kForbidden when others than its owner can read it, kInvalid when it isn't one.
Result<KeyPair> read_key_file(const std::string& path);
// Reads the public key of a .pub or .key file.
Result<std::string> read_public_key_file(const std::string& path);

}  // namespace tocsin
