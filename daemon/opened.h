#pragma once

#include <memory>
#include <string>

#include "daemon/pipeline.h"

namespace tocsin {

Result<std::unique_ptr<Store>> open_to_read(const std::string& store_directory);

// What a configuration directory holds, and the store that its tocsind.yaml names, read-only.
struct ReadStore {
  Contents contents;
  std::unique_ptr<Store> store;
};
Result<ReadStore> open_store_of(const std::string& config_directory);

// The same, loaded, and the engine as of the store's last commit: what the commands that explain
// and tell work on.
struct Opened {
  std::unique_ptr<Store> store;
  std::unique_ptr<Pipeline> pipeline;
};
Result<Opened> open_configuration(const std::string& config_directory);

}  // namespace tocsin
