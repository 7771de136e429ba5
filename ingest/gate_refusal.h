#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

#include "model/record.h"

namespace tocsin {

// What the parts of the gate answer: a value or the rejection of the record.
template <class T>
using Checked = tl::expected<T, Rejection>;
using Refused = tl::unexpected<Rejection>;

inline Refused refuse(std::string_view code, std::string_view pointer, std::string message,
                      std::string allowed) {
  return Refused(
      Rejection{std::string(code), std::string(pointer), std::move(message), std::move(allowed)});
}

}  // namespace tocsin
