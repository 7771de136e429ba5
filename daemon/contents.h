#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/config/configuration.h"
#include "daemon/config/read_file.h"
#include "model/journal.h"
#include "model/numbering.h"
#include "rules/pack.h"
#include "storage/store.h"

namespace tocsin {

// Everything that people write and the daemon runs on: the configuration directory and the rule
// packs it names. It enters the journal when it comes into force, so that a replay runs on the
// same.

struct Contents {
  ConfigurationFiles configuration;
  ConfigurationFiles packs;  // by file name
  // What tocsind.yaml says, paths resolved. Nothing when it is wrong or missing, which
  // load_contents() then tells, or when the contents come from the journal.
  std::optional<Settings> settings{};
};

// Loaded and checked. The catalogue is shared with the threads that read it.
struct Loaded {
  Settings settings;  // paths as written
  std::shared_ptr<const Catalogue> catalogue;
  std::vector<Pack> packs;
  std::vector<Numbering::Entry> new_numbers;  // to be stored with the first commit
  // Of everything that decides what folds come to: the regions, indicators, sources and packs, the
  // begin of history, and the engine's own source; not of producers, committees and other settings.
  std::string fingerprint;
};

// Reads the directory and the packs that its tocsind.yaml names.
Result<Contents> read_contents(const std::string& directory);
// Fails with kInvalid; the message is all diagnostics of all files as people read them.
Result<Loaded> load_contents(const Contents& contents, Numbering& numbering);
// The same with the numbers that the store has given.
Result<Loaded> load_contents(const Contents& contents, const Store& store);

// As journal inputs, and back. Inputs of other kinds are passed over.
std::vector<Input> to_inputs(const Contents& contents);
Contents from_inputs(const std::vector<Input>& inputs);

}  // namespace tocsin
