#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>

#include "model/result.h"

namespace tocsin::sim {

// A promise of docs/SEMANTICS.md was broken. Ends the simulation of this seed.
class Violation : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

template <class... T>
void expect(bool holds, fmt::format_string<T...> text, T&&... values) {
  if (!holds) throw Violation(fmt::format(text, std::forward<T>(values)...));
}

// The value of a call that must not fail here.
template <class T>
T must(Result<T> result, const char* what) {
  if (!result) throw Violation(fmt::format("{}: {}", what, result.error().message));
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace tocsin::sim
