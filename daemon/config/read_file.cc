#include "daemon/config/read_file.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace tocsin {

Result<std::string> read_file(const std::filesystem::path& path) {
  std::error_code ignored;  // told by the opening, below
  const auto status = std::filesystem::status(path, ignored);
  if (status.type() == std::filesystem::file_type::not_found)
    return fail(ErrorCode::kNotFound, path.string() + ": there is no such file to read");
  if (std::filesystem::is_directory(status))
    return fail(ErrorCode::kInvalid,
                path.string() + " is a directory, not a file (allowed: the path of a file)");
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return fail(ErrorCode::kNotFound,
                path.string() + ": can't be opened to read: " + std::strerror(errno));
  // istream::read() keeps what the buffer throws to itself; a buffer's iterator lets it out.
  std::string text;
  std::array<char, 16'384> part{};
  while (in.read(part.data(), part.size()), in.gcount() > 0)
    text.append(part.data(), static_cast<std::size_t>(in.gcount()));
  if (in.bad()) return fail(ErrorCode::kIo, path.string() + ": can't be read to its end");
  return text;
}

}  // namespace tocsin
