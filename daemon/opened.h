#pragma once

#include <memory>
#include <string>

#include "daemon/pipeline.h"

namespace tocsin {

// A configuration, its store opened read-only, and the engine as of the store's last commit: what
// the commands that explain and tell work on.
struct Opened {
  Settings settings;
  std::unique_ptr<Store> store;
  std::unique_ptr<Pipeline> pipeline;
};

Result<Opened> open_configuration(const std::string& config_directory);
// Where the configuration keeps its store.
Result<std::string> store_path(const std::string& config_directory);
Result<std::unique_ptr<Store>> open_to_read(const std::string& store_directory);
// Loads contents with the numbers that the store has given.
Result<Loaded> load_with(const Contents& contents, const Store& store);

}  // namespace tocsin
