#include "model/claim.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>

#include "tests/support/record_gen.h"

namespace tocsin {
namespace {

Record event() {
  Record record;
  record.source = "ucdp-ged";
  record.id = "e1";
  EventBody body;
  body.kind = "clash";
  body.place = {"NG-BO", "NG", 11.5, 13.0, false};
  body.start = Day(16000);
  body.end = Day(16001);
  body.deaths = 3;
  body.actors = {"A", "B"};
  record.body = body;
  return record;
}

TEST(ContentHash, LeavesOutOnlyWhenItWasPublished) {
  const Hash128 before = content_hash(event());
  Record record = event();
  record.published = PublishedTime(5);
  EXPECT_EQ(content_hash(record), before);
}

TEST(ContentHash, SeesEveryOtherMember) {
  const Hash128 before = content_hash(event());
  const std::function<void(Record&)> changes[] = {
      [](Record& r) { r.source = "x"; },
      [](Record& r) { r.id = "x"; },
      [](Record& r) { r.revision = 2; },
      [](Record& r) { r.time = EventTime(1); },
      [](Record& r) { r.tlp = Tlp::kRed; },
      [](Record& r) { r.body = RetractionBody{}; },
      [](Record& r) { std::get<EventBody>(r.body).kind = "x"; },
      [](Record& r) { std::get<EventBody>(r.body).place.region = "x"; },
      [](Record& r) { std::get<EventBody>(r.body).place.country = ""; },
      [](Record& r) { std::get<EventBody>(r.body).place.latitude = 11.500001; },
      [](Record& r) { std::get<EventBody>(r.body).place.longitude.reset(); },
      [](Record& r) { std::get<EventBody>(r.body).place.vague = true; },
      [](Record& r) { std::get<EventBody>(r.body).start = Day(15999); },
      [](Record& r) { std::get<EventBody>(r.body).end = Day(16002); },
      [](Record& r) { std::get<EventBody>(r.body).deaths = 4; },
      [](Record& r) { std::get<EventBody>(r.body).deaths.reset(); },
      [](Record& r) { std::get<EventBody>(r.body).deaths_low = 3; },
      [](Record& r) { std::get<EventBody>(r.body).deaths_high = 3; },
      [](Record& r) { std::get<EventBody>(r.body).displaced = 3; },
      [](Record& r) { std::get<EventBody>(r.body).actors = {"AB"}; },
      [](Record& r) { std::get<EventBody>(r.body).actors.pop_back(); },
      [](Record& r) { std::get<EventBody>(r.body).note = "x"; },
      [](Record& r) { std::get<EventBody>(r.body).status = EventStatus::kConfirmed; },
      [](Record& r) { std::get<EventBody>(r.body).status = EventStatus::kRefuted; },
  };
  std::map<Hash128, std::size_t> seen = {{before, std::size(changes)}};
  for (std::size_t i = 0; i < std::size(changes); ++i) {
    Record record = event();
    changes[i](record);
    EXPECT_TRUE(seen.emplace(content_hash(record), i).second) << "change " << i;
  }
}

TEST(ContentHash, TakesNumbersByTheirValue) {
  const auto observed = [](Decimal value) {
    Record record = event();
    ObservationBody body;
    body.value = value;
    record.body = body;
    return content_hash(record);
  };
  EXPECT_EQ(observed({125, 1}), observed({1250, 2}));
  EXPECT_EQ(observed({300, 0}), observed({3, -2}));
  EXPECT_EQ(observed({0, 5}), observed({0, 0}));
  EXPECT_NE(observed({125, 1}), observed({125, 2}));
  EXPECT_NE(observed({125, 1}), observed({-125, 1}));
}

TEST(ContentHash, TellsASampleFromADayAndFromAnother) {
  Record record = event();
  record.body = ObservationBody();
  std::set<Hash128> seen = {content_hash(record)};
  for (const std::int64_t at : {0, 10'000}) {
    std::get<ObservationBody>(record.body).at = EventTime(at);
    EXPECT_TRUE(seen.insert(content_hash(record)).second);
  }
}

TEST(ContentHash, TellsRandomRecordsApartAndCopiesTogether) {
  const auto seed = testsupport::test_seed();
  testsupport::RecordGen once(seed);
  testsupport::RecordGen again(seed);
  std::map<Hash128, Record> seen;
  for (int i = 0; i < 2000; ++i) {
    Record record = once.record();
    ASSERT_EQ(content_hash(record), content_hash(again.record()));
    record.published.reset();
    const auto [place, fresh] = seen.emplace(content_hash(record), record);
    if (!fresh) {
      ASSERT_EQ(place->second, record);
    }
  }
}

TEST(IdentityHash, IsOfSourceAndIdTogether) {
  EXPECT_EQ(identity_hash("a", "b"), identity_hash("a", "b"));
  EXPECT_NE(identity_hash("ab", "c"), identity_hash("a", "bc"));
}

TEST(ActorNumber, FoldsTheName) {
  EXPECT_EQ(actor_number("Boko Haram"), actor_number("boko-haram"));
  EXPECT_NE(actor_number("Boko Haram"), actor_number("ISWAP"));
}

}  // namespace
}  // namespace tocsin
