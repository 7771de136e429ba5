#include "daemon/pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "alerting/policy.h"
#include "daemon/pipeline_working.h"
#include "ingest/feed.h"

namespace tocsin {
namespace {

namespace json = boost::json;

std::string intended_entry(const Dispatch& dispatch, ProcessingTime now) {
  return json::serialize(json::object{{"dispatch", dispatch.id.hex()},
                                      {"alert", dispatch.alert.hex()},
                                      {"revision", dispatch.revision},
                                      {"committee", dispatch.committee},
                                      {"channel", std::string(name_of(dispatch.address.channel))},
                                      {"state", "intended"},
                                      {"reason", dispatch.reason},
                                      {"at", format_rfc3339(now)}});
}

std::string result_entry(const Dispatch& dispatch, const DeliveryResult& result,
                         ProcessingTime now) {
  return json::serialize(json::object{{"dispatch", dispatch.id.hex()},
                                      {"alert", dispatch.alert.hex()},
                                      {"revision", dispatch.revision},
                                      {"committee", dispatch.committee},
                                      {"channel", std::string(name_of(dispatch.address.channel))},
                                      {"attempt", dispatch.attempts},
                                      {"outcome", std::string(name_of(result.outcome))},
                                      {"state", std::string(name_of(dispatch.state))},
                                      {"answer", dispatch.last_answer},
                                      {"at", format_rfc3339(now)}});
}

// The newest day that a record speaks about; kDayMin when it speaks about none.
Day newest_day(const Record& record) {
  if (const auto* event = std::get_if<EventBody>(&record.body)) return event->end;
  if (const auto* observation = std::get_if<ObservationBody>(&record.body)) return observation->end;
  if (const auto* coverage = std::get_if<CoverageBody>(&record.body)) return coverage->until;
  // What a forecast speaks about lies ahead: it says how new the source is by its day of issue.
  if (std::holds_alternative<ForecastBody>(record.body)) return day_of(record.time) + 1;
  return kDayMin;
}

}  // namespace

Pipeline::Pipeline(Store& store, Loaded loaded, CheckpointOptions checkpoint)
    : store_(store),
      checkpoint_options_(checkpoint),
      loaded_(std::move(loaded)),
      engine_catalogue_(loaded_.catalogue),
      retention_(store, loaded_.settings.horizons) {
  EngineOptions options;
  options.history_begins = loaded_.settings.history_begins;
  options.ledger.illustrative = loaded_.settings.illustrative;
  engine_ = std::make_unique<Engine>(*engine_catalogue_, loaded_.packs, options);
  checkpoint_ = std::make_unique<Checkpoint>(*engine_, store_, loaded_.fingerprint, checkpoint);
  heed_settings();
}

// Those that are copied out of loaded_.
void Pipeline::heed_settings() {
  const LimitSettings& limits = loaded_.settings.ingest.limits;
  parser_ = WireParser(WireLimits{static_cast<std::size_t>(limits.record_bytes),
                                  static_cast<std::size_t>(limits.frame_records)});
  const DeliverySettings& delivery = loaded_.settings.delivery;
  retry_.first = std::chrono::seconds(delivery.first_wait_seconds);
  retry_.longest = std::chrono::seconds(delivery.longest_wait_seconds);
  retry_.attempts_max = static_cast<std::uint32_t>(delivery.attempts);
  retention_.heed(loaded_.settings.horizons);
}

Result<std::unique_ptr<Pipeline>> Pipeline::open(Store& store, Loaded loaded,
                                                 CheckpointOptions checkpoint) {
  std::unique_ptr<Pipeline> pipeline(new Pipeline(store, std::move(loaded), checkpoint));
  if (auto restored = pipeline->restore(); !restored) return tl::unexpected(restored.error());
  return pipeline;
}

bool Pipeline::continues(const Loaded& loaded) const {
  return loaded.fingerprint == loaded_.fingerprint &&
         loaded.settings.illustrative == loaded_.settings.illustrative;
}

Result<void> Pipeline::reload(Loaded loaded) {
  if (continues(loaded)) {
    loaded_ = std::move(loaded);
    heed_settings();
    return {};
  }
  auto other = open(store_, std::move(loaded), checkpoint_options_);
  if (!other) return tl::unexpected(other.error());
  (*other)->watch_ = std::move(watch_);
  become(std::move(**other));
  return {};
}

// By construction and not member by member, so that none can be forgotten; the reference to the
// store keeps the language from assigning.
void Pipeline::become(Pipeline&& other) {
  require(&store_ == &other.store_, "both pipelines write the same store");
  std::destroy_at(this);
  new (this) Pipeline(std::move(other));
}

Result<void> Pipeline::restore() {
  now_ = store_.head().now;
  auto restored = checkpoint_->restore();
  if (!restored) return tl::unexpected(restored.error());
  restored_ = *std::move(restored);
  Result<void> done;
  if (!restored_.found) {
    Dataset::Loading loading(engine_->data());
    done = store_.for_each_latest([&](const LatestRevision& revision) -> Result<void> {
      loading.put(revision);
      return {};
    });
    if (!done) return done;
  }
  done = store_.for_each_ledger(Chain::kAlerts, 0, [&](const LedgerRow& row) -> Result<void> {
    if (row.json.starts_with(R"({"note")")) return engine_->ledger().restore_note(row.json);
    const auto revision = parse_alert_revision(row.json);
    if (!revision)
      return fail(ErrorCode::kCorrupt, fmt::format("entry {} of the alert chain: {}", row.index,
                                                   revision.error().message));
    engine_->ledger().restore(*revision);
    return {};
  });
  if (!done) return done;
  done = store_.for_each_dispatch([&](const Dispatch& dispatch) -> Result<void> {
    told_[dispatch.alert].insert(dispatch.committee);
    return {};
  });
  if (!done) return done;
  done = store_.for_each_position([&](const ProducerPosition& position) -> Result<void> {
    positions_[{position.producer, position.epoch}] = position.sequence;
    return {};
  });
  if (!done) return done;
  auto seen = store_.seen();
  if (!seen) return tl::unexpected(seen.error());
  seen_ = *std::move(seen);
  const auto horizon = store_.lateness_horizon();
  if (!horizon) return tl::unexpected(horizon.error());
  gate_.lateness_horizon = *horizon;
  if (done = retention_.restore(); !done) return done;
  return store_.for_each_quarantined(0, [&](const QuarantineRow& row) -> Result<void> {
    ++quarantined_[row.producer];
    retention_.restore_row(row);
    return {};
  });
}

Result<CommitOutcome> Pipeline::commit(std::vector<Input> inputs, ProcessingTime now) {
  auto prepared = prepare(std::move(inputs), now);
  if (!prepared) return tl::unexpected(prepared.error());
  if (auto written = store_.write(std::move(prepared->staged)); !written)
    return tl::unexpected(written.error());
  return std::move(prepared->outcome);
}

Result<Prepared> Pipeline::prepare(std::vector<Input> inputs, ProcessingTime now,
                                   std::vector<DecodedFrame> decoded) {
  if (auto prepared = checkpoint_->prepare(); !prepared) return tl::unexpected(prepared.error());
  Working working;
  working.decoded = std::move(decoded);
  working.now = now_ = std::max(now_, now);
  working.outcome.sequence = store_.next_sequence();
  move_horizon(working.commit, inputs);
  retention_.begin(now_, inputs, working.commit, [&](const std::string& of, std::int64_t rows) {
    std::int64_t& kept = quarantined_[of];
    kept = std::max<std::int64_t>(0, kept - rows);
  });
  for (const Input& input : inputs)
    if (auto taken = take(working, input); !taken) return tl::unexpected(taken.error());
  state(working);
  for (const auto& [id, dispatch] : working.dispatches)
    working.commit.dispatches.push_back(dispatch);
  working.outcome.dispatches = working.commit.dispatches.size();
  working.outcome.suspicions = watch_.take_changes(now_, *loaded_.catalogue);
  working.commit.numbering = std::move(loaded_.new_numbers);
  loaded_.new_numbers.clear();
  working.commit.entry = {now_, std::move(inputs)};
  for (const auto& [source, fates] : working.commit.fates)
    if (const auto seen = seen_.find(source); seen != seen_.end())
      working.commit.seen.insert(*seen);
  retention_.end(now_, working.commit);
  checkpoint_->fill(working.commit);
  auto staged = store_.stage(working.commit);
  if (!staged) return tl::unexpected(staged.error());
  require(staged->sequence() == working.outcome.sequence, "the journal sequence was foreseen");
  checkpoint_->committed(staged->sequence(), working.outcome.records);
  return Prepared{*std::move(staged), std::move(working.outcome)};
}

// Forward only, whatever the settings say next time, and journaled, so that a replay refuses the
// same records.
void Pipeline::move_horizon(Commit& commit, std::vector<Input>& inputs) {
  const auto journaled = journaled_horizon(inputs, kLatenessHorizon);
  const Day wanted = journaled.value_or(day_of(now_) - loaded_.settings.horizons.lateness_days);
  if (wanted <= gate_.lateness_horizon) return;
  gate_.lateness_horizon = wanted;
  commit.lateness_horizon = wanted;
  if (!journaled) inputs.emplace_back(HorizonInput{std::string(kLatenessHorizon), wanted});
}

Result<void> Pipeline::take(Working& working, const Input& input) {
  if (const auto* records = std::get_if<RecordsInput>(&input))
    return take_records(working, *records);
  if (const auto* delivery = std::get_if<DeliveryInput>(&input))
    return take_delivery(working, *delivery);
  if (const auto* acknowledged = std::get_if<AcknowledgeInput>(&input))
    return take_acknowledgement(working, *acknowledged);
  if (const auto* release = std::get_if<QuarantineReleaseInput>(&input))
    return take_release(working, *release);
  if (const auto* reload = std::get_if<ReloadInput>(&input)) take_reload(working, *reload);
  if (const auto* mute = std::get_if<MuteInput>(&input)) take_mute(working, *mute);
  return {};
}

Result<void> Pipeline::take_records(Working& working, const RecordsInput& input) {
  const std::size_t place = working.frames++;
  FrameResult result;
  result.producer = input.producer;
  result.epoch = input.epoch;
  result.sequence = input.sequence;
  std::uint64_t& durable = positions_[{input.producer, input.epoch}];
  const Producer* producer = loaded_.catalogue->find_producer(input.producer);
  const bool part = input.sequence == 0;
  const bool follows = part || input.sequence == durable + 1 ||
                       (is_feed_epoch(input.epoch) && input.sequence > durable);
  if (producer == nullptr || !follows) {
    result.refused =
        Error{producer == nullptr ? ErrorCode::kForbidden : ErrorCode::kUnavailable,
              producer == nullptr ? "'" + input.producer + "' is no producer"
                                  : fmt::format("frame {} does not follow {}, the last durable one",
                                                input.sequence, durable)};
    working.outcome.frames.push_back(std::move(result));
    return {};
  }
  const DecodedFrame frame = take_decoded(working, place, input.payload);
  std::vector<Identity> identities;
  identities.reserve(frame.records.size());
  for (const DecodedRecord& one : frame.records)
    if (const Source* source =
            one.record ? loaded_.catalogue->find_source(one.record->source) : nullptr)
      identities.push_back({source->id, one.identity});
  if (auto found = look_up(working, identities); !found) return found;
  for (std::size_t i = 0; i < frame.records.size(); ++i) {
    const Place at{input, *producer, i, frame.records[i]};
    if (at.decoded.record) {
      take_record(working, at, result);
    } else {
      ++working.commit.fates[SourceId()][static_cast<std::size_t>(Fate::kQuarantined)];
      quarantine(working, at, at.decoded.record.error(), result);
    }
    ++working.record_index;
  }
  apply_due(working);
  working.outcome.records += frame.records.size();
  if (part) {
    working.outcome.frames.push_back(std::move(result));
    return {};
  }
  durable = input.sequence;
  auto& positions = working.commit.positions;
  std::erase_if(positions, [&](const ProducerPosition& position) {
    return position.producer == input.producer && position.epoch == input.epoch;
  });
  positions.push_back({input.producer, input.epoch, input.sequence});
  working.outcome.frames.push_back(std::move(result));
  return {};
}

// The records of the commit's frame number `place`.
DecodedFrame Pipeline::take_decoded(Working& working, std::size_t place, std::string_view payload) {
  if (place < working.decoded.size() && working.decoded[place].limits == parser_.limits())
    return std::move(working.decoded[place]);
  return decode(parser_, payload);
}

// Brings the stored latest revisions of the identities into the working set.
Result<void> Pipeline::look_up(Working& working, std::span<const Identity> identities) {
  std::vector<Identity> unknown;
  unknown.reserve(identities.size());
  for (const Identity& identity : identities)
    if (!working.latest.contains(identity.hash)) unknown.push_back(identity);
  auto found = store_.latest(unknown);
  if (!found) return tl::unexpected(found.error());
  for (std::size_t i = 0; i < unknown.size(); ++i)
    if ((*found)[i])
      working.latest.try_emplace(unknown[i].hash,
                                 Working::Latest{std::nullopt, *std::move((*found)[i])});
  return {};
}

void Pipeline::take_record(Working& working, const Place& at, FrameResult& result) {
  const Admission admission = judge(working, at.producer, at.decoded);
  const Source* source = loaded_.catalogue->find_source(at.decoded.record->source);
  ++working.commit.fates[source == nullptr ? SourceId() : source->id]
                        [static_cast<std::size_t>(admission.fate)];
  if (source != nullptr) watch_.arrived(source->id, now_);
  if (admission.rejection) {
    quarantine(working, at, *admission.rejection, result);
  } else {
    ++result.fates[static_cast<std::size_t>(admission.fate)];
  }
}

// What the gate says of the record, whose latest revision was looked up; a change is due then.
Admission Pipeline::judge(Working& working, const Producer& producer,
                          const DecodedRecord& decoded) {
  const Record& record = *decoded.record;
  const LatestRevision* current = working.find(decoded.identity);
  const Arrival arrival{
      producer,         now_,           working.outcome.sequence, working.record_index,
      decoded.identity, decoded.content};
  Admission admission = admit(*loaded_.catalogue, gate_, arrival, record, current);
  if (!admission.change) return admission;
  if (admission.displaced_content)
    keep_displaced(working, producer.name, *current, *admission.change);
  if (admission.change->before) checkpoint_->replaced(*admission.change->before, working.commit);
  LatestRevision& after = admission.change->after;
  watch_.applied(after, *loaded_.catalogue);
  SourceSeen& seen = seen_[after.source];
  seen.arrived = now_;
  seen.newest = std::max(seen.newest, newest_day(record));
  std::vector<LatestRevision>& made = working.commit.revisions;
  std::optional<std::size_t>& slot = working.latest[decoded.identity].made;
  if (slot) {
    apply_due(working);  // what is about to be replaced may be among them
    made[*slot] = std::move(after);
  } else {
    slot = made.size();
    made.push_back(std::move(after));
  }
  working.due.push_back({std::move(admission.change->before), *slot});
  return admission;
}

// A frame's changes together, which is faster than one by one.
void Pipeline::apply_due(Working& working) {
  working.views.clear();
  for (const Working::Due& due : working.due)
    working.views.push_back(
        {due.before ? &*due.before : nullptr, &working.commit.revisions[due.made]});
  engine_->apply(working.views);
  working.due.clear();
}

// Whether one more row fits into the producer's quota, which it then takes. Beyond it a record is
// counted and reported to its sender; the journal still has it.
bool Pipeline::may_keep(const std::string& producer) {
  std::int64_t& kept = quarantined_[producer];
  if (kept >= loaded_.settings.ingest.limits.quarantine_records) return false;
  ++kept;
  return true;
}

void Pipeline::quarantine(Working& working, const Place& at, const Rejection& rejection,
                          FrameResult& result) {
  ++result.fates[static_cast<std::size_t>(Fate::kQuarantined)];
  result.nacks.push_back({static_cast<std::uint32_t>(at.index), rejection});
  if (!may_keep(at.input.producer)) return;
  QuarantineRow row;
  row.journal_sequence = working.outcome.sequence;
  row.producer = at.input.producer;
  row.received = now_;
  row.rejection = rejection;
  row.record = std::string(at.decoded.raw(at.input.payload));
  working.commit.quarantine.push_back(std::move(row));
}

// The content that lost against a newcomer: the journal has it, the row says where. It is not
// copied, so that a flood of conflicts can't make the engine read the journal for each.
void Pipeline::keep_displaced(Working& working, const std::string& producer,
                              const LatestRevision& loser, const Change& change) {
  if (!may_keep(producer)) return;
  QuarantineRow row;
  row.journal_sequence = loser.journal_sequence;
  row.producer = producer;
  row.received = now_;
  row.rejection = conflict_rejection(loser.revision, change.after.content);
  row.rejection.message += fmt::format("; the record is number {} of journal entry {}",
                                       loser.journal_index, loser.journal_sequence);
  working.commit.quarantine.push_back(std::move(row));
}

Result<void> Pipeline::take_delivery(Working& working, const DeliveryInput& input) {
  auto known = working.dispatches.find(input.result.dispatch);
  if (known == working.dispatches.end()) {
    auto stored = store_.dispatch(input.result.dispatch);
    if (!stored && stored.error().code == ErrorCode::kNotFound) return {};
    if (!stored) return tl::unexpected(stored.error());
    known = working.dispatches.emplace(stored->id, *stored).first;
  }
  Dispatch next = after(known->second, input.result, now_, retry_);
  if (next == known->second) return {};
  working.commit.ledger.push_back({Chain::kDispatches, result_entry(next, input.result, now_)});
  known->second = std::move(next);
  return {};
}

void Pipeline::state(Working& working) {
  const auto begun = std::chrono::steady_clock::now();
  Statements statements = engine_->state(now_);
  working.outcome.rules = std::chrono::steady_clock::now() - begun;
  working.outcome.engine = engine_->last_step();
  for (const AlertRevision& revision : statements.revisions) {
    working.commit.ledger.push_back({Chain::kAlerts, to_json(revision)});
    working.commit.alerts.push_back(revision);
    route_revision(working, revision);
  }
  for (std::string& note : statements.notes)
    working.commit.ledger.push_back({Chain::kAlerts, std::move(note)});
  working.outcome.held_back = std::move(statements.held_back);
  working.outcome.revisions = std::move(statements.revisions);
}

void Pipeline::route_revision(Working& working, const AlertRevision& revision) {
  std::set<std::string>& told = told_[revision.alert];
  for (const Dispatch& dispatch : route(revision, *loaded_.catalogue, told, now_)) {
    told.insert(dispatch.committee);
    working.commit.ledger.push_back({Chain::kDispatches, intended_entry(dispatch, now_)});
    working.dispatches.emplace(dispatch.id, dispatch);
  }
}

}  // namespace tocsin
