#pragma once

#include <string>

#include "tests/support/store_gen.h"

namespace tocsin::testsupport {

// What a store holds, as lines that don't depend on how it is stored: equal for equal content. The
// journal, the ledger and the alerts stand as one count and hash each.
std::string text_of(const StoreContent& content);

}  // namespace tocsin::testsupport
