// The checkpoint against an engine made anew, and records against the journal.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "daemon/checkpoint.h"
#include "daemon/verify.h"
#include "ingest/wire.h"

namespace tocsin {
namespace {

// A region as an engine has it: its data, and what its tracks say.
struct Print {
  Hash128 data, tracks;
  friend bool operator==(const Print&, const Print&) = default;
};

// What holds at each tick; two engines may cut the runs at other days.
std::string tracks_text(const RegionTracks& tracks) {
  std::string text, state;
  const auto add = [&](Day start, std::string now) {
    if (now != state) text += fmt::format("{}@{} ", now, start.number());
    state = std::move(now);
  };
  for (const SignalTrack& track : tracks.signals) {
    state.clear();
    for (const SignalRun& run : track.runs) add(run.start, fmt::format("{}{}", run.on, run.known));
    text += '\n';
  }
  for (const auto* list : {&tracks.base, &tracks.levels})
    for (const PatternTrack& track : *list) {
      state.clear();
      for (const PatternRun& run : track.runs)
        add(run.start, fmt::format("{}/{}", name_of(run.level), name_of(run.possible)));
      text += '\n';
    }
  return text;
}

std::vector<Print> prints_of(const Engine& engine) {
  std::vector<Print> prints;
  for (const Region& region : engine.catalogue().regions.all()) {
    Print print;
    print.data = hash128(encode_region_content(engine.data(), region.id));
    std::string tracks;
    for (const Assessment& assessment : engine.assessments())
      tracks += tracks_text(assessment.tracks()[region.id.number()]) + "\n";
    print.tracks = hash128(tracks);
    prints.push_back(print);
  }
  return prints;
}

EngineOptions options_of(const Loaded& loaded) {
  EngineOptions options;
  options.history_begins = loaded.settings.history_begins;
  options.ledger.illustrative = loaded.settings.illustrative;
  return options;
}

}  // namespace

Result<void> verify_state(Store& store, const Loaded& loaded, VerifyReport& report) {
  const ProcessingTime now = store.head().now;
  std::vector<Print> stored;
  std::uint64_t position = 0;
  {
    Engine engine(*loaded.catalogue, loaded.packs, options_of(loaded));
    Checkpoint checkpoint(engine, store, loaded.fingerprint, {});
    const auto restored = checkpoint.restore();
    if (!restored && restored.error().code == ErrorCode::kCorrupt) {
      report.add({"state", "checkpoint", "rows that can be read", restored.error().message});
      return {};
    }
    if (!restored) return tl::unexpected(restored.error());
    if (!restored->found) {
      report.notes.push_back("derived state: " + restored->why + ", nothing to compare");
      return {};
    }
    position = restored->position;
    engine.state(now);
    stored = prints_of(engine);
  }
  // The one engine is gone before the other is made: memory for one is enough.
  Engine engine(*loaded.catalogue, loaded.packs, options_of(loaded));
  auto read = [&] {
    Dataset::Loading loading(engine.data());
    return store.for_each_latest([&](const LatestRevision& revision) -> Result<void> {
      loading.put(revision);
      return {};
    });
  }();
  if (!read) return read;
  engine.state(now);
  const std::vector<Print> anew = prints_of(engine);
  bool is_same = true;
  const auto& regions = loaded.catalogue->regions.all();
  for (std::size_t i = 0; i < regions.size(); ++i) {
    if (stored[i] == anew[i]) continue;
    is_same = false;
    const bool data = stored[i].data != anew[i].data;
    report.add({"state", "region " + regions[i].code,
                fmt::format("{} {} as from the latest revisions", data ? "data" : "tracks",
                            (data ? anew[i].data : anew[i].tracks).hex()),
                (data ? stored[i].data : stored[i].tracks).hex()});
  }
  if (is_same)
    report.proved.push_back(
        fmt::format("derived state: the checkpoint at journal entry {} and what changed since are "
                    "an engine made anew from the latest revisions, in all {} regions",
                    position, regions.size()));
  return {};
}

// Each latest revision that came after the journal's begin is a record of its entry there.
Result<void> verify_records(const Store& store, const Loaded& loaded, VerifyReport& report) {
  const auto begin = store.journal_begin();
  if (!begin) return tl::unexpected(begin.error());
  const std::uint64_t after = *begin ? (*begin)->sequence : 0;
  const std::uint64_t head = store.head().sequence;
  std::uint64_t wanted = 0, older = 0, found = 0;
  const auto name = [](const LatestRevision& revision) {
    return fmt::format("source {} identity {}", revision.source.number(), revision.identity.hex());
  };
  WireParser parser(
      WireLimits{static_cast<std::size_t>(loaded.settings.ingest.limits.record_bytes),
                 static_cast<std::size_t>(loaded.settings.ingest.limits.frame_records)});
  std::set<Identity> matched;  // of one entry: a duplicate in it counts once
  const auto look_at = [&](std::uint64_t sequence, const RecordsInput& frame) -> Result<void> {
    std::vector<Record> records;
    parser.for_each_record(frame.payload,
                           [&](std::size_t, std::string_view, ParsedRecord&& parsed) {
                             if (parsed) records.push_back(*std::move(parsed));
                           });
    std::vector<Identity> identities;
    std::vector<const Record*> of;
    for (const Record& record : records) {
      const Source* source = loaded.catalogue->find_source(record.source);
      if (source == nullptr) continue;
      identities.push_back({source->id, identity_hash(record.source, record.id)});
      of.push_back(&record);
    }
    auto latest = store.latest(identities);
    if (!latest) return tl::unexpected(latest.error());
    for (std::size_t i = 0; i < of.size(); ++i) {
      const auto& revision = (*latest)[i];
      if (!revision) continue;  // refused then, or never applied
      if (revision->journal_sequence == sequence && revision->revision == of[i]->revision &&
          revision->content == content_hash(*of[i]))
        matched.insert(identities[i]);
    }
    return {};
  };
  std::set<std::uint64_t> by_hand;  // entries that released records from the quarantine
  auto read = store.for_each_journal(
      after + 1, [&](std::uint64_t sequence, const JournalEntry& entry) -> Result<void> {
        for (const Input& input : entry.inputs)
          if (const auto* frame = std::get_if<RecordsInput>(&input))
            if (auto looked = look_at(sequence, *frame); !looked) return looked;
        const bool released = std::ranges::any_of(entry.inputs, [](const Input& input) {
          return std::holds_alternative<QuarantineReleaseInput>(input);
        });
        if (released) by_hand.insert(sequence);
        if (!released) found += matched.size();
        matched.clear();
        return {};
      });
  if (!read) return read;
  read = store.for_each_latest([&](const LatestRevision& revision) -> Result<void> {
    if (revision.journal_sequence > head)
      report.add({"record", name(revision), fmt::format("a journal entry up to {}", head),
                  std::to_string(revision.journal_sequence)});
    // What was released lies in the quarantine of an earlier entry.
    if (by_hand.contains(revision.journal_sequence)) return {};
    ++(revision.journal_sequence > after ? wanted : older);
    return {};
  });
  if (!read) return read;
  if (found < wanted) {
    report.add({"record", fmt::format("of journal entries from {} on", after + 1),
                fmt::format("{} latest revisions that are records of the journal", wanted),
                fmt::format("{} of them are", found)});
  } else {
    report.proved.push_back(
        fmt::format("records: {} latest revisions are records of the journal as it is; {} are from "
                    "before it",
                    wanted, older));
  }
  return {};
}

}  // namespace tocsin
