#pragma once

#include <vector>

#include "daemon/contents.h"

namespace tocsin {

// What packs of one configuration may not share, for contents that were read from a directory: two
// files of one name (they are kept by it), and two packs of one name (alerts go by it). Each names
// both files.
Diagnostics pack_clashes(const Contents& contents, const std::vector<Pack>& packs);

}  // namespace tocsin
