#pragma once

#include <utility>
#include <vector>

#include "tests/support/twin.h"

namespace tocsin::twin {

struct Assessment::Asked {
  std::vector<std::pair<const Read*, Ask>> reads;
  bool tick = false;
};

// Sets a variable for as long as it lives.
template <class T>
class For {
 public:
  For(T& variable, T value) : variable_(variable), before_(variable) { variable = value; }
  ~For() { variable_ = before_; }
  For(const For&) = delete;
  For& operator=(const For&) = delete;

 private:
  T& variable_;
  T before_;
};

}  // namespace tocsin::twin
