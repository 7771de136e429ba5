#include "bench/configuration.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "model/result.h"
#include "tests/support/temp_dir.h"

namespace tocsin::bench {
namespace {

void run(const std::string& command) {
  require(std::system((command + " > /dev/null").c_str()) == 0, command);
}

}  // namespace

Contents make_configuration(const ConfigurationOptions& options) {
  const auto here = std::filesystem::canonical("/proc/self/exe").parent_path();
  const testsupport::TempDir directory;
  const std::filesystem::path& work = directory.path();
  const std::string name = work.string();
  for (const char* key : {"server", "bench"})
    run(fmt::format("{}/tocsin keygen {} --directory {}", here.string(), key, name));
  run(
      fmt::format("python3 {}/bench/make_config.py --regions {} --more-signals {} {} "
                  "--public-key {}/bench.pub --server-key {}/server.key --out {}/config",
                  TOCSIN_SOURCE_DIR, options.regions, options.more_signals,
                  options.pack_only ? "--pack-only" : "", name, name, name));
  auto contents = read_contents((work / "config").string());
  require(contents.has_value(), contents ? "" : contents.error().message);
  return *std::move(contents);
}

}  // namespace tocsin::bench
