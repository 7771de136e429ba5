#pragma once

#include <cstdint>

#include "daemon/contents.h"

namespace tocsin::bench {

struct ConfigurationOptions {
  std::uint32_t regions = 5'000;
  std::uint32_t more_signals = 0;  // that read what no record is about
  bool pack_only = false;          // without a signal for every indicator
};

// What make_config.py makes, read: the configuration of the end-to-end benchmark and its pack.
// Needs the `tocsin` program beside this one. Ends the process when anything fails.
Contents make_configuration(const ConfigurationOptions& options);

}  // namespace tocsin::bench
