#include "daemon/installed.h"

#include <filesystem>

namespace tocsin {
namespace {

namespace fs = std::filesystem;

std::string in_source_tree_or(const char* path, const fs::path& installed) {
  std::error_code ignored;
  return fs::is_directory(path, ignored) ? path : installed.string();
}

fs::path prefix() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path("/usr") : program.parent_path().parent_path();
}

}  // namespace

std::string default_config_directory() {
  return in_source_tree_or("deploy/config/lake-chad", "/etc/tocsin");
}

std::string default_mappings_directory() {
  return in_source_tree_or("ingest/mappings", prefix() / "share/tocsin/mappings");
}

}  // namespace tocsin
