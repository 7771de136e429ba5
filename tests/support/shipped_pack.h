#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "daemon/config/configuration.h"
#include "rules/pack.h"

namespace tocsin::testsupport {

inline const std::filesystem::path kSource = TOCSIN_SOURCE_DIR;

// Fails the test when the file can't be read.
inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  EXPECT_TRUE(stream) << path << " can't be read";
  return {std::istreambuf_iterator<char>(stream), {}};
}

// The shipped configuration for the Lake Chad basin; the polygons may be missing.
inline const Configuration& lake_chad() {
  static const Configuration configuration = [] {
    auto files = read_directory(kSource / "deploy/config/lake-chad");
    EXPECT_TRUE(files) << files.error().message;
    std::string& regions = (*files)["regions.yaml"];
    if (const auto at = regions.find("geometry: required"); at != std::string::npos)
      regions.replace(at, 18, "geometry: optional");
    Numbering numbering;
    auto loaded = load_configuration(*files, numbering);
    EXPECT_TRUE(loaded) << render(loaded.error(), *files);
    return loaded ? std::move(*loaded) : Configuration();
  }();
  return configuration;
}

// The shipped pack; its mistakes fail the test.
inline Pack lake_chad_pack() {
  const std::string text = read_file(kSource / "rules/packs/lake-chad.yaml");
  auto pack = parse_pack("lake-chad.yaml", text, lake_chad().catalogue);
  if (pack) return std::move(*pack);
  for (const Diagnostic& diagnostic : pack.error()) ADD_FAILURE() << render(diagnostic, text);
  return {};
}

}  // namespace tocsin::testsupport
