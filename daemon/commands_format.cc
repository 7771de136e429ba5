#include "daemon/commands_format.h"

#include <ostream>

#include "daemon/contents.h"
#include "daemon/pack_format.h"
#include "daemon/replace_file.h"

namespace tocsin {
namespace {

constexpr int kDone = 0, kDiffers = 1, kCannot = 2;

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
