#include "tests/support/golden.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace tocsin {

void expect_golden(const std::string& name, std::string_view text) {
  const std::filesystem::path path =
      std::filesystem::path(TOCSIN_SOURCE_DIR) / "tests" / "golden" / name;
  if (const char* update = std::getenv("TOCSIN_UPDATE_GOLDEN"); update && *update == '1') {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path << " is missing: run with TOCSIN_UPDATE_GOLDEN=1 to write it";
  const std::string want(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(want, text) << "differs from " << path;
}

}  // namespace tocsin
