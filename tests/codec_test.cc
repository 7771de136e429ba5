#include "storage/codec.h"

#include <gmock/gmock.h>

#include "storage/bytes.h"
#include "storage/keys.h"
#include "tests/support/record_gen.h"
#include "tests/support/store_gen.h"

namespace tocsin {
namespace {

using testing::HasSubstr;
using testsupport::StoreGen;

std::string encoded(const LatestRevision& revision) {
  std::string bytes;
  encode(revision, bytes);
  return bytes;
}

Identity identity_of(const LatestRevision& revision) {
  return {revision.source, revision.identity};
}

// Decodes `bytes` as every kind of value. What decodes, encodes to the same bytes again.
void decode_as_everything(std::string_view bytes) {
  const Identity identity{SourceId(7), {}};
  if (const auto value = decode_journal_entry(bytes)) {
    EXPECT_EQ(encode(*value), bytes);
  }
  if (const auto value = decode_latest_revision(identity, bytes)) {
    EXPECT_EQ(encoded(*value), bytes);
  }
  if (const auto value = decode_dispatch(bytes)) {
    EXPECT_EQ(encode(*value), bytes);
  }
  if (const auto value = decode_quarantine(1, bytes)) {
    EXPECT_EQ(encode(*value), bytes);
  }
  if (const auto value = decode_acknowledgement({}, bytes)) {
    EXPECT_EQ(encode(*value), bytes);
  }
  if (const auto value = decode_ledger(Chain::kAlerts, 1, bytes)) {
    EXPECT_EQ(encode(*value), bytes);
  }
  if (const auto value = decode_head(bytes)) {
    EXPECT_EQ(encode(*value), bytes);
  }
  if (const auto value = decode_number(bytes)) {
    EXPECT_EQ(encode_number(*value), bytes);
  }
  if (const auto value = decode_migration_mark(bytes)) {
    EXPECT_EQ(encode(*value), bytes);
  }
  (void)decode_journal_mark(bytes);
  (void)decode_fates(bytes);
  (void)decode_tally(bytes);
  (void)parse_producer_key(bytes);
  (void)parse_numbering_key(bytes);
}

TEST(Codec, GivesBackWhatWasEncoded) {
  StoreGen gen(testsupport::test_seed());
  for (int i = testsupport::test_cases(2000); i > 0; --i) {
    const JournalEntry entry = gen.journal_entry();
    EXPECT_EQ(decode_journal_entry(encode(entry)), entry);
    const LatestRevision revision = gen.latest();
    EXPECT_EQ(decode_latest_revision(identity_of(revision), encoded(revision)), revision);
    const Dispatch dispatch = gen.dispatch();
    EXPECT_EQ(decode_dispatch(encode(dispatch)), dispatch);
    const QuarantineRow row = gen.quarantine();
    EXPECT_EQ(decode_quarantine(row.sequence, encode(row)), row);
    const Acknowledgement acknowledged = gen.acknowledgement(gen.alert());
    Acknowledgement of_key = acknowledged;
    of_key.who = of_key.note = "";
    of_key.at = {};
    EXPECT_EQ(decode_acknowledgement(of_key, encode(acknowledged)), acknowledged);
    const LedgerRow link = gen.ledger_row();
    EXPECT_EQ(decode_ledger(link.chain, link.index, encode(link)), link);
    const StoreHead head = gen.head();
    EXPECT_EQ(decode_head(encode(head)), head);
    Tally tally{head.sequence, {}};
    for (auto& channel : tally.dispatches.counts)
      for (std::uint64_t& count : channel) count = gen.head().sequence;
    EXPECT_EQ(decode_tally(encode(tally)), tally);
    const MigrationMark migration{static_cast<std::uint32_t>(gen.below(9)), 3, gen.bytes(30),
                                  gen.bytes(30)};
    EXPECT_EQ(decode_migration_mark(encode(migration)), migration);
    JournalMark mark{head.sequence, Day(gen.below(90'000)), tally.sequence, head.chains, {}};
    for (int sources = gen.below(4); sources > 0; --sources)
      mark.fates[SourceId(static_cast<std::uint16_t>(gen.below(99)))].fill(head.sequence);
    EXPECT_EQ(decode_journal_mark(encode(mark)), mark);
  }
}

TEST(Codec, EveryTruncationIsCorrupt) {
  StoreGen gen(testsupport::test_seed());
  for (int i = testsupport::test_cases(200); i > 0; --i) {
    const std::string entry = encode(gen.journal_entry());
    const LatestRevision latest = gen.latest();
    const std::string revision = encoded(latest);
    for (std::size_t size = 0; size < entry.size(); ++size) {
      const auto decoded = decode_journal_entry(std::string_view(entry).substr(0, size));
      ASSERT_FALSE(decoded);
      EXPECT_EQ(decoded.error().code, ErrorCode::kCorrupt);
    }
    for (std::size_t size = 0; size < revision.size(); ++size) {
      ASSERT_FALSE(
          decode_latest_revision(identity_of(latest), std::string_view(revision).substr(0, size)));
    }
  }
}

TEST(Codec, SurvivesDamageAndNoise) {
  StoreGen gen(testsupport::test_seed());
  for (int i = testsupport::test_cases(3000); i > 0; --i) {
    for (std::string bytes : {encode(gen.journal_entry()), encoded(gen.latest()),
                              encode(gen.dispatch()), encode(gen.head()), gen.bytes(64)}) {
      if (!bytes.empty()) {
        bytes[static_cast<std::size_t>(gen.below(int(bytes.size())))] = char(gen.below(256));
      }
      decode_as_everything(bytes);
      decode_as_everything("\x01" + gen.bytes(40));
    }
  }
}

TEST(Codec, AnObservationTakesFewBytes) {
  LatestRevision revision;
  revision.source = SourceId(3);
  revision.revision = 1;
  revision.published = PublishedTime(1'552'000'000'000);
  revision.journal_sequence = 1'000'000;
  revision.journal_index = 99;
  revision.claim = ObservationClaim{
      {RegionId(4999), IndicatorId(40), SourceId(3), {}}, Day(17956), Day(17987), 123'456};
  EXPECT_LE(encoded(revision).size(), 44U);
}

// The bytes are those that the first release wrote.
TEST(Codec, ClaimsWithoutNoteAndStatusAreWrittenAsEver) {
  LatestRevision revision;
  revision.source = SourceId(3);
  revision.revision = 1;
  revision.claim =
      ObservationClaim{{RegionId(4), IndicatorId(5), SourceId(3), GroupId()}, Day(1), Day(2), 6};
  const std::string head =
      std::string("\x01\x48\x01", 3) + std::string(16, '\0') + std::string("\x00\x00\x00", 3);
  EXPECT_EQ(encoded(revision), head + std::string("\x04\x05\x00\x02\x02\x0c", 6));
  revision.claim =
      EventClaim{RegionId(4), SourceId(3), EventKindId(5), true, Day(1), Day(2), 6, 7, {}};
  std::string event_head = head;
  event_head[1] = 0x50;
  EXPECT_EQ(encoded(revision), event_head + std::string("\x04\x05\x01\x02\x02\x0c\x0e\x00", 8));
}

TEST(Codec, ASampleIsOfTheThirdVersion) {
  LatestRevision revision;
  revision.source = SourceId(3);
  ObservationClaim sample;
  for (const auto& [second, note] :
       {std::pair(0, ""), std::pair(36'861, ""), std::pair(36'860, "two clinics")}) {
    sample.second = second;
    sample.note = note;
    revision.claim = sample;
    const std::string bytes = encoded(revision);
    EXPECT_EQ(bytes[0], 3);
    EXPECT_EQ(decode_latest_revision(identity_of(revision), bytes), revision);
  }
  sample.note.clear();
  sample.second = kSecondsPerDay;
  revision.claim = sample;
  EXPECT_THAT(decode_latest_revision(identity_of(revision), encoded(revision)).error().message,
              HasSubstr("second 86400 of a day"));
}

TEST(Codec, OnlyANoteOrAStatusAsksForTheSecondVersionOfAClaim) {
  LatestRevision revision;
  revision.source = SourceId(3);
  ObservationClaim judged;
  judged.note = "two clinics";
  revision.claim = judged;
  const std::string of_note = encoded(revision);
  EXPECT_EQ(of_note[0], 2);
  EXPECT_EQ(decode_latest_revision(identity_of(revision), of_note), revision);
  std::string emptied = of_note.substr(0, of_note.size() - 12) + '\0';
  EXPECT_THAT(decode_latest_revision(identity_of(revision), emptied).error().message,
              HasSubstr("version 2 without a note"));
  EventClaim happened;
  happened.vague_place = true;
  happened.status = EventStatus::kRefuted;
  revision.claim = happened;
  std::string of_status = encoded(revision);
  EXPECT_EQ(of_status[0], 2);
  EXPECT_EQ(decode_latest_revision(identity_of(revision), of_status), revision);
  of_status[0] = 1;
  EXPECT_THAT(decode_latest_revision(identity_of(revision), of_status).error().message,
              HasSubstr("vagueness and status 5"));
  revision.claim = ForecastClaim();
  std::string of_another = encoded(revision);
  of_another[0] = 2;
  EXPECT_THAT(decode_latest_revision(identity_of(revision), of_another).error().message,
              HasSubstr("version 2 of a kind of claim that has none"));
}

TEST(Codec, SaysWhatIsWrongAndWhere) {
  std::string bytes = encode(JournalEntry{ProcessingTime(0), {ClockInput{}}});
  bytes.back() = 77;
  const auto decoded = decode_journal_entry(bytes);
  ASSERT_FALSE(decoded);
  EXPECT_THAT(decoded.error().message,
              HasSubstr("journal entry: unknown kind of input 77 at byte 4"));
}

TEST(Codec, RefusesAFormatOfTheFuture) {
  std::string bytes = encode(JournalEntry{});
  bytes[0] = 9;
  EXPECT_THAT(decode_journal_entry(bytes).error().message,
              HasSubstr("version 9, this program reads 1 to 2"));
}

// The bytes are those that the first release wrote.
TEST(Codec, ReadsAnAcknowledgementFromBeforeThereWereNotes) {
  const JournalEntry entry{ProcessingTime(0), {AcknowledgeInput{"ab", 2, "senate", "ada", ""}}};
  const std::string_view first(
      "\x01\x00\x01\x05\x02"
      "ab\x02\x06senate\x03"
      "ada",
      19);
  EXPECT_EQ(decode_journal_entry(first), entry);
  EXPECT_EQ(encode(entry), first);
}

TEST(Codec, OnlyANoteAsksForTheVersionWithNotes) {
  JournalEntry entry{ProcessingTime(0),
                     {ClockInput{}, AcknowledgeInput{"ab", 2, "c", "w", "seen"}}};
  std::string bytes = encode(entry);
  EXPECT_EQ(bytes[0], 2);
  EXPECT_EQ(decode_journal_entry(bytes), entry);
  std::get<AcknowledgeInput>(entry.inputs[1]).note = "";
  EXPECT_EQ(encode(entry)[0], 1);
  bytes.resize(bytes.size() - 5);
  EXPECT_THAT(decode_journal_entry(bytes + '\0').error().message, HasSubstr("without a note"));
}

TEST(Codec, ADamagedCountAsksForNoMemory) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u8(1);
  out.zigzag(0);
  out.varint(std::uint64_t{1} << 60);
  EXPECT_THAT(decode_journal_entry(bytes).error().message, HasSubstr("does not fit"));
}

TEST(Bytes, NumbersHaveOneForm) {
  EXPECT_TRUE(decode_number(std::string_view("\x01\x05", 2)));
  EXPECT_FALSE(decode_number(std::string_view("\x01\x85\x00", 3)));
  const std::string longest = encode_number(~std::uint64_t{0});
  EXPECT_EQ(decode_number(longest), ~std::uint64_t{0});
  EXPECT_FALSE(decode_number(longest.substr(0, longest.size() - 1) + '\x03'));
}

TEST(Keys, SortLikeWhatTheyStandFor) {
  StoreGen gen(testsupport::test_seed());
  const auto time = [&] { return ProcessingTime(gen.head().now); };
  for (int i = testsupport::test_cases(2000); i > 0; --i) {
    const std::uint64_t a = gen.head().sequence;
    const std::uint64_t b = gen.head().sequence;
    EXPECT_EQ(sequence_key(a) < sequence_key(b), a < b);
    EXPECT_EQ(ledger_key(Chain::kAlerts, a) < ledger_key(Chain::kAlerts, b), a < b);
    const Due one{gen.dispatch().address.channel, time(), gen.hash()};
    const Due other{gen.dispatch().address.channel, time(), gen.hash()};
    EXPECT_EQ(due_key(one) < due_key(other), one < other);
  }
}

TEST(Keys, GiveBackWhatWentIn) {
  StoreGen gen(testsupport::test_seed());
  for (int i = testsupport::test_cases(2000); i > 0; --i) {
    const Identity identity = identity_of(gen.latest());
    const RecordKey key = record_key(identity);
    EXPECT_EQ(parse_record_key({key.data(), key.size()}), identity);
    const ProducerPosition position{gen.bytes(200), gen.bytes(20), 0};
    EXPECT_EQ(parse_producer_key(producer_key(position.producer, position.epoch)), position);
    const Acknowledgement acknowledged{gen.hash(), 7, gen.bytes(20), "", "", {}};
    EXPECT_EQ(parse_acknowledgement_key(acknowledgement_key(
                  acknowledged.alert, acknowledged.revision, acknowledged.committee)),
              acknowledged);
    const auto entry = parse_numbering_key(numbering_key(NumberedKind::kSource, "ucdp-ged"));
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->name, "ucdp-ged");
    const Due due{gen.dispatch().address.channel, gen.head().now, gen.hash()};
    EXPECT_EQ(parse_due_key(due_key(due)), due);
  }
}

}  // namespace
}  // namespace tocsin
