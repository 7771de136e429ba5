// Two stores, row by row, and rows in words.
#include <fmt/format.h>
#include <rocksdb/db.h>

#include <memory>

#include "storage/bytes.h"
#include "storage/codec.h"
#include "storage/handles.h"
#include "storage/keys.h"
#include "storage/verify.h"

namespace tocsin {
namespace {

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<std::uint8_t>(byte));
  return text;
}

std::string shortened(std::string_view text) {
  constexpr std::size_t kMost = 240;
  if (text.size() <= kMost) return std::string(text);
  return fmt::format("{}... ({} bytes)", text.substr(0, kMost), text.size());
}

// "fates of source 3": what a row of meta is about.
std::string meta_name(std::string_view key) {
  const std::string_view letter = key.substr(0, 1),
                         rest = key.substr(std::min<std::size_t>(1, key.size()));
  if (letter == kHeadKey) return "head";
  if (letter == kTallyKey) return "tally";
  if (letter == kLatenessHorizonKey) return "lateness horizon";
  if (letter == kQuarantineHorizonKey) return "quarantine horizon";
  if (letter == kJournalBeginKey) return "begin of the journal";
  if (letter == kConfigurationKey) return "configuration in force";
  if (letter == kJournalMarkPrefix)
    return fmt::format("mark after entry {}", parse_sequence_key(rest).value_or(0));
  if (letter == kFatePrefix)
    return fmt::format("fates of source {}", parse_fate_key(key).value_or(SourceId()).number());
  if (letter == kSeenPrefix)
    return fmt::format("arrivals of source {}", parse_seen_key(key).value_or(SourceId()).number());
  if (letter == kOpenAlertPrefix) return "open alert " + hex(rest);
  if (letter == kAcknowledgementPrefix) return "acknowledgement of alert " + hex(rest);
  if (const auto entry = parse_numbering_key(key)) return "number of " + entry->name;
  if (const auto position = parse_producer_key(key))
    return fmt::format("position of {} epoch {}", position->producer, position->epoch);
  return "key " + hex(key);
}

std::string row_name(Column column, std::string_view key) {
  switch (column) {
    case Column::kJournal:
      return fmt::format("entry {}", parse_sequence_key(key).value_or(0));
    case Column::kQuarantine:
      return fmt::format("row {}", parse_sequence_key(key).value_or(0));
    case Column::kAlert: {
      ByteReader in(key);
      const Hash128 alert = in.hash();
      return fmt::format("alert {} revision {}", alert.hex(), in.u32());
    }
    case Column::kOutbox:
      if (key.starts_with(kDispatchPrefix)) return "dispatch " + hex(key.substr(1));
      if (const auto row = parse_alert_dispatch_key(key))
        return fmt::format("dispatch {} of alert {}", row->id.hex(), row->alert.hex());
      if (const auto due = parse_due_key(key))
        return fmt::format("due dispatch {} at {}", due->id.hex(),
                           format_rfc3339(due->next_attempt));
      break;
    case Column::kLedger:
      if (const auto index = parse_ledger_index(key))
        return fmt::format("chain {} entry {}", name_of(static_cast<Chain>(key.front())), *index);
      break;
    case Column::kMeta:
      return meta_name(key);
    case Column::kRecord:
    case Column::kRecent:
    case Column::kState:
      break;
  }
  return "key " + hex(key);
}

std::string meta_text(std::string_view key, std::string_view value) {
  const std::string_view letter = key.substr(0, 1);
  if (letter == kFatePrefix) {
    if (const auto counts = decode_fates(value)) {
      std::string text;
      for (int fate = 0; fate < kFateCount; ++fate)
        text += fmt::format("{}{} {}", fate == 0 ? "" : ", ", name_of(static_cast<Fate>(fate)),
                            (*counts)[static_cast<std::size_t>(fate)]);
      return text;
    }
  }
  if (letter == kHeadKey) {
    if (const auto head = decode_head(value))
      return fmt::format("journal {}, quarantine {}, alerts {} {}, dispatches {} {}",
                         head->sequence, head->quarantine_sequence, head->chains[0].count,
                         head->chains[0].hash, head->chains[1].count, head->chains[1].hash);
  }
  if (letter == kTallyKey) {
    if (const auto tally = decode_tally(value))
      return fmt::format("at {}: {} intended, {} accepted, {} dead", tally->sequence,
                         tally->dispatches.in(DispatchState::kIntended),
                         tally->dispatches.in(DispatchState::kAccepted),
                         tally->dispatches.in(DispatchState::kDead));
  }
  if (const auto number = decode_number(value)) return std::to_string(*number);
  return hex(value);
}

std::string row_text(Column column, std::string_view key, std::string_view value) {
  switch (column) {
    case Column::kJournal:
      if (const auto entry = decode_journal_entry(value))
        return fmt::format("{} inputs at {}, {} bytes, hash {}", entry->inputs.size(),
                           format_rfc3339(entry->now), value.size(), hash128(value).hex());
      break;
    case Column::kQuarantine:
      if (const auto row = decode_quarantine(0, value))
        return fmt::format("{} of entry {}, {}, record {}", row->rejection.code,
                           row->journal_sequence, row->producer, shortened(row->record));
      break;
    case Column::kAlert:
      return shortened(value);
    case Column::kOutbox:
      if (value.empty()) return "there";
      if (const auto row = decode_dispatch(value))
        return fmt::format("{} to {} of {}, {} attempts, {}", name_of(row->state),
                           row->address.target, row->committee, row->attempts,
                           shortened(row->last_answer));
      break;
    case Column::kLedger:
      if (const auto row = decode_ledger(Chain::kAlerts, 0, value))
        return fmt::format("{} {}", row->hash, shortened(row->json));
      break;
    case Column::kMeta:
      return meta_text(key, value);
    case Column::kRecord:
    case Column::kRecent:
    case Column::kState:
      break;
  }
  return fmt::format("{} bytes {}", value.size(), shortened(hex(value)));
}

std::string record_text(const std::optional<LatestRevision>& revision) {
  if (!revision) return "missing";
  std::string bytes;
  encode(*revision, bytes);
  return fmt::format("revision {} of journal entry {}, number {}, content {}, row {}",
                     revision->revision, revision->journal_sequence, revision->journal_index,
                     revision->content.hex(), hash128(bytes).hex());
}

// Calls visit(revision of `from`, revision of `in`) for every identity of `from`: by identity, not
// by key, so that it doesn't matter in which order and company a store keeps its records.
using VisitPair = std::function<void(const LatestRevision&, const std::optional<LatestRevision>&)>;
Result<void> look_up_all(const Store& from, const Store& in, const VisitPair& visit) {
  constexpr std::size_t kTogether = 1'024;
  std::vector<LatestRevision> waiting;
  const auto look_up = [&]() -> Result<void> {
    std::vector<Identity> identities;
    for (const LatestRevision& revision : waiting)
      identities.push_back({revision.source, revision.identity});
    const auto latest = in.latest(identities);
    if (!latest) return tl::unexpected(latest.error());
    for (std::size_t i = 0; i < waiting.size(); ++i) visit(waiting[i], (*latest)[i]);
    waiting.clear();
    return {};
  };
  auto read = from.for_each_latest([&](const LatestRevision& revision) -> Result<void> {
    waiting.push_back(revision);
    return waiting.size() < kTogether ? Result<void>() : look_up();
  });
  return read ? look_up() : read;
}

Result<void> compare_records(const Store& found, const Store& expected, const VisitFault& visit) {
  const auto name = [](const LatestRevision& revision) {
    return fmt::format("source {} identity {}", revision.source.number(), revision.identity.hex());
  };
  auto done = look_up_all(found, expected, [&](const auto& there, const auto& wanted) {
    if (wanted != there)
      visit({"record", name(there), wanted ? record_text(wanted) : "no such row",
             record_text(there)});
  });
  if (!done) return done;
  return look_up_all(expected, found, [&](const auto& wanted, const auto& there) {
    if (!there) visit({"record", name(wanted), record_text(wanted), "missing"});
  });
}

// What the two programs that wrote them need not have in common.
bool is_apart(Column column, std::string_view key) {
  return column == Column::kMeta && (key == kVersionKey || key == kMigrationKey);
}

}  // namespace

Result<void> compare_rows(const Store& found, const Store& expected, const VisitFault& visit) {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  options.readahead_size = std::size_t{2} << 20;
  for (std::size_t i = 0; i < kColumnCount; ++i) {
    const auto column = static_cast<Column>(i);
    // Of `recent`, what is in a table by now is nobody's promise: compared as records.
    if (column == Column::kState || column == Column::kRecent) continue;
    if (column == Column::kRecord) {
      if (auto done = compare_records(found, expected, visit); !done) return done;
      continue;
    }
    const auto rows_of = [&](const Store& store) {
      std::unique_ptr<rocksdb::Iterator> row(
          store.columns().db->NewIterator(options, store.columns()[column]));
      row->SeekToFirst();
      return row;
    };
    const auto a = rows_of(found), b = rows_of(expected);
    while (a->Valid() || b->Valid()) {
      const int order = !a->Valid() ? 1 : !b->Valid() ? -1 : a->key().compare(b->key());
      const bool is_equal = order == 0 && a->value() == b->value();
      const std::string key = (order <= 0 ? a : b)->key().ToString();
      if (!is_equal && !is_apart(column, key)) {
        std::optional<std::string_view> there, wanted;
        if (order <= 0) there = view(a->value());
        if (order >= 0) wanted = view(b->value());
        visit({std::string(kColumnNames[i]), row_name(column, key),
               wanted ? row_text(column, key, *wanted) : "no such row",
               there ? row_text(column, key, *there) : "missing"});
      }
      if (order <= 0) a->Next();
      if (order >= 0) b->Next();
    }
    if (!a->status().ok()) return tl::unexpected(error_of(a->status(), found.columns().place));
    if (!b->status().ok()) return tl::unexpected(error_of(b->status(), expected.columns().place));
  }
  return {};
}

}  // namespace tocsin
