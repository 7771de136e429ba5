#pragma once

#include <algorithm>

namespace tocsin {

// Sorts a list and leaves one of each that are equal.
void sort_unique(auto& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

}  // namespace tocsin
