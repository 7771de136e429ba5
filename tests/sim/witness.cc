#include "tests/sim/witness.h"

#include <algorithm>
#include <set>

#include "alerting/policy.h"
#include "storage/verify.h"
#include "tests/sim/contents.h"
#include "tests/sim/violation.h"
#include "tests/support/rule_builders.h"
#include "tests/support/store_gen.h"

namespace tocsin::sim {
namespace {

using testsupport::content_of;
using testsupport::StoreContent;

// The first part of two contents that differs; empty when none does.
std::string difference(const StoreContent& a, const StoreContent& b) {
  std::string parts;
  const auto compare = [&](const char* name, const auto& left, const auto& right) {
    if (!(left == right)) parts += fmt::format(" {}", name);
  };
  compare("journal", a.journal, b.journal);
  compare("latest", a.latest, b.latest);
  compare("quarantine", a.quarantine, b.quarantine);
  compare("alerts", a.alerts, b.alerts);
  compare("dispatches", a.dispatches, b.dispatches);
  compare("ledger", a.ledger, b.ledger);
  compare("numbering", a.numbering, b.numbering);
  compare("positions", a.positions, b.positions);
  compare("fates", a.fates, b.fates);
  compare("dispatch_counts", a.dispatch_counts, b.dispatch_counts);
  compare("open_alerts", a.open_alerts, b.open_alerts);
  compare("head", a.head, b.head);
  return parts;
}

}  // namespace

Witness::Witness(Figures& figures) : figures_(figures) {
  store_ = must(Store::open({.directory = testsupport::CrashDisk::root() + "/store",
                             .env = disk_.env(),
                             .block_cache_bytes = std::size_t{1} << 20}),
                "the witness's store");
  auto loaded = must(load_contents(contents(), *store_), "the witness's configuration");
  pipeline_ = must(Pipeline::open(*store_, std::move(loaded)), "the witness's pipeline");
}

Witness::~Witness() = default;

void Witness::committed(const Store& store, const std::vector<SimProducer*>& producers) {
  const std::uint64_t last = store.head().sequence;
  if (last > entries_.size()) {
    must(store.for_each_journal(entries_.size() + 1,
                                [&](std::uint64_t sequence, const JournalEntry& entry) {
                                  if (sequence <= last) take(sequence, entry, producers);
                                  return Result<void>();
                                }),
         "the journal");
  }
  expect(last == entries_.size(), "the store's head is at {}, its journal ends at {}", last,
         entries_.size());
  std::uint64_t fates = 0;
  for (const auto& [source, totals] : store.fates())
    for (const std::uint64_t count : totals) fates += count;
  expect(fates == records_, "{} records are in the journal, {} fates are counted", records_, fates);
  for (const SimProducer* producer : producers)
    expect(frames_[producer->name()] >= producer->promised(),
           "{} was promised its frames up to {}, the journal has them up to {}", producer->name(),
           producer->promised(), frames_[producer->name()]);
  figures_.add("invariants checked");
}

void Witness::take(std::uint64_t sequence, const JournalEntry& entry,
                   const std::vector<SimProducer*>& producers) {
  expect(sequence == entries_.size() + 1, "journal entry {} follows {}", sequence, entries_.size());
  expect(entries_.empty() || entry.now >= entries_.back().now,
         "journal entry {} is of an earlier time than the one before", sequence);
  for (const Input& input : entry.inputs)
    if (const auto* records = std::get_if<RecordsInput>(&input)) take_frame(*records, producers);
  auto outcome = must(pipeline_->commit(entry.inputs, entry.now), "the witness's commit");
  for (const FrameResult& result : outcome.frames) {
    expect(!result.refused, "journal entry {} holds frame {} of {}, which is refused there: {}",
           sequence, result.sequence, result.producer,
           result.refused ? result.refused->message : "");
    for (SimProducer* producer : producers)
      if (producer->name() == result.producer) producer->judged(result.sequence, result.fates);
  }
  entries_.push_back(entry);
  figures_.add("commits");
}

void Witness::take_frame(const RecordsInput& input, const std::vector<SimProducer*>& producers) {
  std::uint64_t& last = frames_[input.producer];
  expect(input.sequence == last + 1, "frame {} of {} follows {} in the journal", input.sequence,
         input.producer, last);
  last = input.sequence;
  const auto at = std::ranges::find(producers, input.producer,
                                    [](const SimProducer* one) { return one->name(); });
  expect(at != producers.end(), "nobody is '{}'", input.producer);
  const auto sent = (*at)->sent().find(input.sequence);
  expect(sent != (*at)->sent().end() && sent->second.payload == input.payload &&
             input.epoch == (*at)->epoch(),
         "frame {} of {} is in the journal as it was not sent", input.sequence, input.producer);
  records_ += sent->second.records;
  figures_.add("records", sent->second.records);
}

void Witness::reopened(const Store& store) {
  const std::uint64_t found = store.head().sequence;
  expect(found == entries_.size() || found == entries_.size() + 1,
         "{} commits returned, the store that was opened again holds {}", entries_.size(), found);
  must(store.for_each_journal(1,
                              [&](std::uint64_t sequence, const JournalEntry& entry) {
                                expect(
                                    sequence > entries_.size() || entry == entries_[sequence - 1],
                                    "journal entry {} has changed", sequence);
                                return Result<void>();
                              }),
       "the journal");
  if (found > entries_.size()) figures_.add("commit in flight landed");
}

void Witness::examine_store(const Store& store, const Catalogue& catalogue) {
  const std::string differs = difference(content_of(store), content_of(*store_));
  expect(differs.empty(), "the store is not what its journal makes:{}", differs);
  expect(must(store.seen(), "seen") == must(store_->seen(), "seen"), "sources seen differ");
  expect(must(store.lateness_horizon(), "horizon") == must(store_->lateness_horizon(), "horizon"),
         "the lateness horizon differs");
  for (const ChainReport& report : must(verify_chains(store), "the chains"))
    expect(!report.broken, "the chain {} is broken at {}: {}", name_of(report.chain),
           report.broken ? report.broken->index : 0, report.broken ? report.broken->reason : "");
  check_dispatches(store, catalogue);
  figures_.add("stores examined");
}

void Witness::examine(const Store& store, const Pipeline& pipeline) {
  examine_store(store, pipeline.catalogue());
  const std::string moved = tocsin::difference(pipeline.engine().assessments().front(),
                                               pipeline_->engine().assessments().front());
  expect(moved.empty(), "the engine is not one that never stopped: {}", moved);
  figures_.add("engines compared");
}

// What each revision in the chain asks for, committees told earlier included, against the outbox.
void Witness::check_dispatches(const Store& store, const Catalogue& catalogue) const {
  std::map<Hash128, std::set<std::string>> told;
  std::set<Hash128> wanted;
  must(store.for_each_ledger(
           Chain::kAlerts, 0,
           [&](const LedgerRow& row) {
             if (row.json.starts_with(R"({"note")")) return Result<void>();
             const AlertRevision revision = must(parse_alert_revision(row.json), "a revision");
             for (const Dispatch& dispatch :
                  route(revision, catalogue, told[revision.alert], ProcessingTime())) {
               told[revision.alert].insert(dispatch.committee);
               wanted.insert(dispatch.id);
             }
             return Result<void>();
           }),
       "the alert chain");
  std::set<Hash128> found;
  must(store.for_each_dispatch([&](const Dispatch& dispatch) {
    found.insert(dispatch.id);
    return Result<void>();
  }),
       "the outbox");
  expect(found == wanted, "{} dispatches are asked for, {} are in the outbox", wanted.size(),
         found.size());
}

void Witness::ask_twin(const Pipeline& pipeline, const Store& store) {
  std::vector<LatestRevision> latest;
  must(store.for_each_latest([&](const LatestRevision& revision) {
    latest.push_back(revision);
    return Result<void>();
  }),
       "the records");
  twin::Assessment naive(pipeline.catalogue(), twin_pack(), std::move(latest), kHistoryBegins,
                         day_of(pipeline.now()), nullptr);
  const std::string differs = tocsin::difference(pipeline.engine().assessments().front(), naive);
  expect(differs.empty(), "the engine is not as the naive twin: {}", differs);
  figures_.add("twins asked");
}

}  // namespace tocsin::sim
