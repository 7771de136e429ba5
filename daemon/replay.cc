#include "daemon/replay.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>

#include "daemon/pipeline.h"

namespace tocsin {
namespace {

// What the daemon did when it journaled these contents: it started, or it was running and read them
// again.
Result<void> bring_into_force(std::unique_ptr<Pipeline>& pipeline, Store& store,
                              const JournalEntry& entry, Loaded loaded) {
  const bool started = std::ranges::any_of(
      entry.inputs, [](const Input& input) { return std::holds_alternative<EngineInput>(input); });
  if (!started && pipeline) return pipeline->reload(std::move(loaded));
  pipeline.reset();
  auto opened = Pipeline::open(store, std::move(loaded));
  if (!opened) return tl::unexpected(opened.error());
  pipeline = std::move(*opened);
  return {};
}

}  // namespace

Result<std::unique_ptr<ScratchDirectory>> ScratchDirectory::make(
    const std::filesystem::path& above) {
  const auto parent = above.empty() ? std::filesystem::temp_directory_path() : above;
  std::string name = parent / "tocsin-scratch-XXXXXX";
  if (mkdtemp(name.data()) == nullptr)
    return fail(ErrorCode::kIo, "no scratch directory can be made in " + parent.string());
  return std::unique_ptr<ScratchDirectory>(new ScratchDirectory(name));
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Result<Replayed> replay_journal(const Store& original, Store& copy) {
  const auto begin = original.journal_begin();
  if (!begin) return tl::unexpected(begin.error());
  if (*begin)
    return fail(ErrorCode::kConflict,
                fmt::format("the journal begins after entry {}, on {}: retention let go of what "
                            "was before, and a replay needs all of it. `tocsin verify` says what "
                            "can be proved without",
                            (*begin)->sequence, format_day((*begin)->day)));
  Replayed replayed;
  std::unique_ptr<Pipeline> pipeline;
  auto done =
      original.for_each_journal(1, [&](std::uint64_t, const JournalEntry& entry) -> Result<void> {
        const Contents contents = from_inputs(entry.inputs);
        for (const Input& input : entry.inputs)
          if (const auto* engine = std::get_if<EngineInput>(&input))
            replayed.engine = engine->version;
        if (!contents.configuration.empty()) {
          auto loaded = load_contents(contents, copy);
          if (!loaded) return tl::unexpected(loaded.error());
          auto force = bring_into_force(pipeline, copy, entry, std::move(*loaded));
          if (!force) return tl::unexpected(force.error());
        }
        if (!pipeline)
          return fail(ErrorCode::kCorrupt, "the journal does not begin with a configuration");
        auto outcome = pipeline->commit(entry.inputs, entry.now);
        if (!outcome) return tl::unexpected(outcome.error());
        ++replayed.entries;
        return {};
      });
  if (!done) return tl::unexpected(done.error());
  return replayed;
}

}  // namespace tocsin
