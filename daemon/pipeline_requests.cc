// What people ask of the pipeline: that an alert counts as read, that a record is judged again,
// that a pattern is silent for a while.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "daemon/pipeline.h"
#include "daemon/pipeline_working.h"

namespace tocsin {
namespace {

namespace json = boost::json;

std::string acknowledged_entry(const Acknowledgement& row) {
  json::object entry{
      {"alert", row.alert.hex()}, {"revision", row.revision}, {"committee", row.committee},
      {"state", "acknowledged"},  {"who", row.who},           {"at", format_rfc3339(row.at)}};
  if (!row.note.empty()) entry["note"] = row.note;
  return json::serialize(entry);
}

std::string reloaded_entry(const ReloadInput& input, ProcessingTime at) {
  json::array changes;
  for (const std::string& change : input.changes) changes.emplace_back(change);
  return json::serialize(json::object{{"state", "reloaded"},
                                      {"who", input.who},
                                      {"at", format_rfc3339(at)},
                                      {"changes", std::move(changes)}});
}

std::string listed(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "nobody" : text;
}

}  // namespace

// The contents themselves stand in the same entry of the journal.
void Pipeline::take_reload(Working& working, const ReloadInput& input) {
  working.commit.ledger.push_back({Chain::kDispatches, reloaded_entry(input, now_)});
}

Result<void> Pipeline::take_acknowledgement(Working& working, const AcknowledgeInput& input) {
  const auto refuse = [&](ErrorCode code, std::string why) -> Result<void> {
    working.outcome.requests.emplace_back(fail(code, std::move(why)));
    return {};
  };
  const auto alert = parse_hash128(input.alert);
  if (!alert) return refuse(ErrorCode::kNotFound, "there is no alert '" + input.alert + "'");
  const auto revision = store_.alert_revision(*alert, input.revision);
  if (!revision && revision.error().code != ErrorCode::kNotFound)
    return tl::unexpected(revision.error());
  if (!revision)
    return refuse(ErrorCode::kNotFound,
                  fmt::format("there is no revision {} of alert {}", input.revision, input.alert));
  const std::set<std::string>& told = told_[*alert];
  if (!told.contains(input.committee))
    return refuse(ErrorCode::kConflict,
                  fmt::format("alert {} was not sent to '{}'; it was sent to: {}", input.alert,
                              input.committee, listed(told)));
  auto known = store_.acknowledgements(*alert);
  if (!known) return tl::unexpected(known.error());
  for (const Acknowledgement& row : working.commit.acknowledgements) known->push_back(row);
  const auto first = std::ranges::find_if(*known, [&](const Acknowledgement& row) {
    return row.alert == *alert && row.revision == input.revision &&
           row.committee == input.committee;
  });
  if (first != known->end()) {
    working.outcome.requests.emplace_back(Acknowledged{*first, false});
    return {};
  }
  Acknowledgement row{*alert, input.revision, input.committee, input.who, input.note, now_};
  working.commit.ledger.push_back({Chain::kDispatches, acknowledged_entry(row)});
  working.outcome.requests.emplace_back(Acknowledged{row, true});
  working.commit.acknowledgements.push_back(std::move(row));
  return {};
}

void Pipeline::take_mute(Working& working, const MuteInput& input) {
  auto said = engine_->mute(input, now_);
  if (!said) {
    working.outcome.requests.emplace_back(tl::unexpected(said.error()));
    return;
  }
  working.commit.ledger.push_back({Chain::kAlerts, std::move(said->note)});
  working.outcome.requests.emplace_back(
      Muted{std::move(said->pattern), input.region, input.who, input.until, now_});
}

// The record keeps the one fate that it had when it was received, in quarantine; what becomes of it
// now is counted apart (tocsin_quarantine_released_total), so that the fates still add up to what
// was received.
Result<void> Pipeline::take_release(Working& working, const QuarantineReleaseInput& input) {
  const auto refuse = [&](ErrorCode code, std::string why) -> Result<void> {
    working.outcome.requests.emplace_back(fail(code, std::move(why)));
    return {};
  };
  const std::uint64_t sequence = input.quarantine_sequence;
  auto& released = working.commit.quarantine_released;
  auto row = store_.quarantined(sequence);
  if (!row && row.error().code != ErrorCode::kNotFound) return tl::unexpected(row.error());
  if (!row || sequence <= retention_.emptied_until() ||
      std::ranges::find(released, sequence) != released.end())
    return refuse(ErrorCode::kNotFound,
                  fmt::format("there is no row {} in the quarantine", sequence));
  if (row->record.empty())
    return refuse(ErrorCode::kConflict,
                  fmt::format("row {} is content that lost a conflict: only a higher revision from "
                              "its source can change that",
                              sequence));
  const Producer* producer = loaded_.catalogue->find_producer(row->producer);
  if (producer == nullptr)
    return refuse(ErrorCode::kConflict,
                  fmt::format("row {} came from '{}', which is no producer any more", sequence,
                              row->producer));
  Released outcome{sequence, row->producer, row->journal_sequence, Fate::kQuarantined, {}};
  const DecodedRecord decoded = decode_record(parser_, row->record);
  const ParsedRecord& parsed = decoded.record;
  if (!parsed) {
    outcome.rejection = parsed.error();
  } else {
    if (const Source* source = loaded_.catalogue->find_source(parsed->source)) {
      const std::array identities{Identity{source->id, decoded.identity}};
      if (auto found = look_up(working, identities); !found) return found;
    }
    Admission admission = judge(working, *producer, decoded);
    apply_due(working);
    outcome.fate = admission.fate;
    outcome.rejection = std::move(admission.rejection);
  }
  ++working.record_index;
  if (outcome.rejection) {
    row->rejection = *outcome.rejection;
    working.commit.quarantine_refused_again.push_back(*std::move(row));
  } else {
    released.push_back(sequence);
    --quarantined_[outcome.producer];
    retention_.forget(*row);
    // No fate is added, but with a row of its own the source's arrival is stored.
    working.commit.fates.try_emplace(loaded_.catalogue->find_source(parsed->source)->id);
  }
  working.outcome.requests.emplace_back(std::move(outcome));
  return {};
}

}  // namespace tocsin
