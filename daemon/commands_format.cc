#include "daemon/commands_format.h"

#include <filesystem>
#include <fstream>
#include <ostream>

#include "daemon/contents.h"
#include "daemon/pack_format.h"

namespace tocsin {
namespace {

constexpr int kDone = 0, kDiffers = 1, kCannot = 2;

// Through a file beside it, so that a crash leaves one of the two.
bool replace_file(const std::string& path, const std::string& text) {
  const std::string beside = path + ".fmt";
  std::ofstream file(beside, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  std::error_code error;
  if (file.good()) std::filesystem::rename(beside, path, error);
  if (file.good() && !error) return true;
  std::filesystem::remove(beside, error);
  return false;
}

}  // namespace

int run_format(const FormatOptions& options, std::ostream& out, std::ostream& err) {
  int answer = kDone;
  for (const std::string& path : options.files) {
    const auto text = read_file(path);
    if (!text) {
      err << text.error().message << "\n";
      answer = kCannot;
      continue;
    }
    const auto formatted = format_pack(path, *text);
    if (!formatted) {
      for (const Diagnostic& diagnostic : formatted.error()) err << render(diagnostic, *text);
      answer = kCannot;
      continue;
    }
    if (!options.write && !options.check) out << *formatted;
    if (*formatted == *text) continue;
    if (options.check) {
      out << path << "\n";
      if (answer == kDone) answer = kDiffers;
    }
    if (options.write && !replace_file(path, *formatted)) {
      err << path << ": cannot be written\n";
      answer = kCannot;
    }
  }
  return answer;
}

}  // namespace tocsin
