#pragma once

#include <string>
#include <string_view>

namespace tocsin {

// Fails the running test when `text` differs from tests/golden/<name>. With TOCSIN_UPDATE_GOLDEN=1
// in the environment it writes the file instead; the change is then reviewed as a diff.
void expect_golden(const std::string& name, std::string_view text);

}  // namespace tocsin
