#include "daemon/replace_file.h"

#include <filesystem>
#include <fstream>

namespace tocsin {

bool replace_file(const std::string& path, const std::string& text) {
  namespace fs = std::filesystem;
  const std::string beside = path + ".new";
  std::error_code error;
  std::ofstream file(beside, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  bool good = file.good();
  if (good && fs::exists(path, error)) {
    fs::permissions(beside, fs::status(path, error).permissions(), error);
    good = !error;
  }
  if (good) fs::rename(beside, path, error);
  if (good && !error) return true;
  fs::remove(beside, error);
  return false;
}

}  // namespace tocsin
