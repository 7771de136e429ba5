#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>

#include "tests/support/shipped_pack.h"

namespace tocsin {
namespace {

using testsupport::kSource;
using testsupport::read_file;

bool in_key(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

// The keys in `text` that stand right after `before`.
std::set<std::string> keys_after(const std::string& text, std::string_view before) {
  std::set<std::string> found;
  for (std::size_t at = text.find(before); at != std::string::npos; at = text.find(before, at)) {
    at += before.size();
    std::size_t end = at;
    while (end < text.size() && in_key(text[end])) ++end;
    if (end > at) found.insert(text.substr(at, end - at));
  }
  return found;
}

// The entries of the page: headings of the form "## key".
std::set<std::string> keys() {
  return keys_after(read_file(kSource / "docs/REFERENCES.md"), "\n## ");
}

// Every key that a file of the tree cites, and the first file that does.
std::map<std::string, std::string> citations() {
  std::map<std::string, std::string> cited;
  for (const char* folder : {"model", "rules", "ingest", "storage", "alerting", "daemon", "deploy",
                             "docs", "systemd", "bench"}) {
    if (!std::filesystem::exists(kSource / folder)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(kSource / folder)) {
      if (!entry.is_regular_file() || entry.file_size() > 1'000'000) continue;
      const std::string text = read_file(entry.path());
      for (const std::string& key : keys_after(text, "REFERENCES.md#"))
        cited.emplace(key, std::filesystem::relative(entry.path(), kSource).string());
    }
  }
  return cited;
}

TEST(References, EveryKeyThatIsCitedIsThere) {
  const auto known = keys();
  EXPECT_GT(known.size(), 10u);
  for (const auto& [key, file] : citations())
    EXPECT_TRUE(known.contains(key)) << file << " cites docs/REFERENCES.md#" << key;
}

TEST(References, EveryKeyIsCitedSomewhere) {
  const auto cited = citations();
  for (const std::string& key : keys())
    EXPECT_TRUE(cited.contains(key)) << "nothing cites docs/REFERENCES.md#" << key;
}

}  // namespace
}  // namespace tocsin
