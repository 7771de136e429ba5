#pragma once

#include <string_view>

namespace tocsin {

// JSON Schemas (draft 7, which editors' YAML language servers read) of what analysts write.
std::string_view pack_schema();
std::string_view scenarios_schema();

}  // namespace tocsin
