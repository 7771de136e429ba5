#pragma once

#include <string_view>

namespace tocsin {

// Names the source of model/ and rules/ that this program was built from: folds made by another
// engine are not continued. Made by cmake/engine_id.cmake at every build.
extern const std::string_view kEngineId;

}  // namespace tocsin
