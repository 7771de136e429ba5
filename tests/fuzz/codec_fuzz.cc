// libFuzzer: any bytes as any row that the store or a checkpoint keeps, its key included; the first
// byte says which. Nothing crashes, and what decodes encodes to the same bytes.
//
//   ./run fuzz codec_fuzz 60
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/checkpoint_rows.h"
#include "model/result.h"
#include "storage/codec.h"
#include "storage/keys.h"
#include "storage/recent.h"

namespace tocsin {
namespace {

void same(std::string_view bytes, std::string_view again) {
  require(again == bytes, "one value has one encoding");
}

template <auto kDecode>
void value(std::string_view bytes) {
  if (const auto decoded = kDecode(bytes)) same(bytes, encode(*decoded));
}

template <auto kParse, auto kMake>
void key(std::string_view bytes) {
  if (const auto parsed = kParse(bytes)) same(bytes, kMake(*parsed));
}

void latest_revision(std::string_view bytes) {
  const auto revision = decode_latest_revision({SourceId(7), {}}, bytes);
  if (!revision) return;
  std::string again;
  encode(*revision, again);
  same(bytes, again);
}

// A block of them, as `recent` has it.
void block(std::string_view bytes) {
  RecentRevisions recent;
  if (!recent.add(std::string(bytes), 7)) {
    require(recent.size() == 0, "of a damaged block nothing is taken in");
    return;
  }
  const auto all = recent.sorted();
  require(all.size() == recent.size(), "what is taken in is there");
  std::vector<LatestRevision> revisions;
  for (const auto& [record_key, value] : all) {
    const auto identity = parse_record_key({record_key.data(), record_key.size()});
    require(identity && recent.find(*identity) == value, "what is there is found");
    if (auto revision = decode_latest_revision(*identity, value))
      revisions.push_back(*std::move(revision));
  }
  RecentRevisions again;
  require(again.add(encode_block(revisions), 8) && again.size() == revisions.size(),
          "what is read out can be written again");
}

void quarantine(std::string_view bytes) {
  if (const auto row = decode_quarantine(1, bytes)) same(bytes, encode(*row));
}

void acknowledgement(std::string_view bytes) {
  if (const auto row = decode_acknowledgement({}, bytes)) same(bytes, encode(*row));
}

void ledger(std::string_view bytes) {
  if (const auto row = decode_ledger(Chain::kAlerts, 1, bytes)) same(bytes, encode(*row));
}

// Rows of older programs are shorter, and grow.
void fates(std::string_view bytes) {
  if (const auto totals = decode_fates(bytes))
    require(decode_fates(encode(*totals)) == *totals, "totals survive a round trip");
}

// The ledger's JSON, which is an alert's row too.
void alert(std::string_view bytes) {
  const auto revision = parse_alert_revision(bytes);
  if (!revision) return;
  const std::string again = to_json(*revision);
  const auto second = parse_alert_revision(again);
  require(second && *second == *revision, "a revision survives a round trip");
  same(again, to_json(*second));
}

void record(std::string_view bytes) {
  const auto identity = parse_record_key(bytes);
  if (!identity) return;
  const RecordKey made = record_key(*identity);
  same(bytes, {made.data(), made.size()});
}

void producer(std::string_view bytes) {
  if (const auto position = parse_producer_key(bytes))
    same(bytes, producer_key(position->producer, position->epoch));
}

void numbering(std::string_view bytes) {
  if (const auto entry = parse_numbering_key(bytes))
    same(bytes, numbering_key(entry->kind, entry->name));
}

void ledger_index(std::string_view bytes) {
  if (const auto index = parse_ledger_index(bytes)) {
    const bool is_alert = bytes.starts_with(ledger_prefix(Chain::kAlerts));
    same(bytes, ledger_key(is_alert ? Chain::kAlerts : Chain::kDispatches, *index));
  }
}

const Catalogue& one_region() {
  static const Catalogue kCatalogue = [] {
    Region region;
    region.id = RegionId(1);
    region.code = "X";
    region.kind = RegionKind::kCountry;
    region.names["en"] = "X";
    Catalogue catalogue;
    catalogue.regions = RegionTable({region});
    catalogue.index();
    return catalogue;
  }();
  return kCatalogue;
}

// The encoder reads a data set: what it writes of the row must be the row's beginning.
void region_row(std::string_view bytes) {
  auto row = decode_region_row(RegionId(1), bytes);
  if (!row || row->past.generation != 0) return;
  Dataset data(one_region());
  data.restore_region(RegionId(1), std::move(row->content));
  same(bytes.substr(0, encode_region_content(data, RegionId(1)).size()),
       encode_region_content(data, RegionId(1)));
}

void past_row(std::string_view bytes) {
  RegionRow row;
  row.past = {1, kDayMax};
  if (!add_past(RegionId(1), bytes, row)) return;
  Dataset data(one_region());
  data.restore_region(RegionId(1), std::move(row.content));
  same(bytes, encode_past(data, RegionId(1), {}, row.past));
}

void changed(std::string_view bytes) {
  const auto identities = decode_changed(bytes);
  if (!identities) return;
  std::vector<LatestRevision> revisions(identities->size());
  for (std::size_t i = 0; i < revisions.size(); ++i) {
    revisions[i].source = (*identities)[i].source;
    revisions[i].identity = (*identities)[i].hash;
  }
  same(bytes, encode_changed(revisions));
}

// The key stands in front of the value.
void replaced(std::string_view bytes) {
  const std::size_t size = replaced_key(LatestRevision()).size();
  if (bytes.size() < size) return;
  if (const auto row = decode_replaced(bytes.substr(0, size), bytes.substr(size)))
    same(bytes.substr(size), encode(*row));
}

using Check = void (*)(std::string_view);
// A new one goes to the end: what is kept in corpus/ begins with the number of its check.
constexpr std::array kChecks = {
    Check(value<decode_journal_entry>),
    Check(latest_revision),
    Check(value<decode_dispatch>),
    Check(quarantine),
    Check(ledger),
    Check(value<decode_head>),
    Check(key<decode_number, encode_number>),
    Check(key<parse_due_key, due_key>),
    Check(producer),
    Check(value<decode_tally>),
    Check(key<parse_open_alert_key, open_alert_key>),
    Check(fates),
    Check(value<decode_version>),
    Check(value<decode_seen>),
    Check(alert),
    Check(key<parse_sequence_key, sequence_key>),
    Check(record),
    Check(numbering),
    Check(ledger_index),
    Check(key<parse_fate_key, fate_key>),
    Check(key<parse_seen_key, seen_key>),
    Check(value<decode_checkpoint_head>),
    Check(key<parse_region_row_key, region_row_key>),
    Check(region_row),
    Check(key<parse_changed_key, changed_key>),
    Check(changed),
    Check(replaced),
    Check(value<decode_migration_mark>),
    Check(block),
    Check(acknowledgement),
    Check(key<parse_alert_dispatch_key, alert_dispatch_key>),
    Check(past_row),
};

}  // namespace
}  // namespace tocsin

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  tocsin::kChecks[data[0] % tocsin::kChecks.size()](bytes);
  return 0;
}
