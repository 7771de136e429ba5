#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>

#include "daemon/config/configuration.h"
#include "tests/support/shipped_pack.h"

namespace tocsin::testsupport {

// What the packs in rules/packs/published speak about: tests/config/published.
inline const Configuration& published() {
  static const Configuration configuration = [] {
    const auto files = read_directory(kSource / "tests/config/published");
    EXPECT_TRUE(files) << files.error().message;
    Numbering numbering;
    auto loaded = load_configuration(*files, numbering);
    EXPECT_TRUE(loaded) << render(loaded.error(), *files);
    return loaded ? std::move(*loaded) : Configuration();
  }();
  return configuration;
}

// The names of the packs there, without ".yaml", in order.
inline std::set<std::string> published_names() {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kSource / "rules/packs/published")) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".yaml") && !name.ends_with(".scenarios.yaml"))
      names.insert(name.substr(0, name.size() - 5));
  }
  return names;
}

// One of them; its mistakes fail the test.
inline Pack published_pack(const std::string& name) {
  const std::string text = read_file(kSource / "rules/packs/published" / (name + ".yaml"));
  auto pack = parse_pack(name + ".yaml", text, published().catalogue);
  if (pack) return std::move(*pack);
  for (const Diagnostic& diagnostic : pack.error()) ADD_FAILURE() << render(diagnostic, text);
  return {};
}

}  // namespace tocsin::testsupport
