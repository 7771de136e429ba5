#include <gtest/gtest.h>

#include <random>

#include "model/alert.h"
#include "tests/support/record_gen.h"

namespace tocsin {
namespace {

// Random revisions: every member set or not, every enumerator, texts that JSON must escape.
class RevisionGen {
 public:
  explicit RevisionGen(std::uint64_t seed) : random_(seed) {}

  AlertRevision revision() {
    AlertRevision made;
    made.alert = hash128(std::to_string(random_()));
    made.number = static_cast<std::uint32_t>(random_());
    made.kind = static_cast<RevisionKind>(below(9));
    for (auto* member : {&made.pack, &made.pack_version, &made.pattern, &made.title, &made.region,
                         &made.region_name, &made.certainty, &made.skill, &made.merged_into,
                         &made.level_name, &made.previous_level_name}) {
      *member = text();
    }
    for (auto* member : {&made.shared_with, &made.dimensions_true, &made.dimensions_unknown,
                         &made.changes, &made.outlook, &made.sdg_targets, &made.basis}) {
      *member = list([&] { return text(); });
    }
    made.level = static_cast<Level>(below(4));
    made.previous_level = static_cast<Level>(below(4));
    made.issued = time();
    made.earlier = list([&] { return time(); });
    made.tick = day();
    made.episode_start = day();
    made.episode_end = maybe_day();
    made.evidence = list([&] { return evidence(); });
    made.advice = list([&] { return Advice{text(), text(), text()}; });
    made.tlp = static_cast<Tlp>(below(5));
    made.evidence_withheld = below(2) == 0;
    made.illustrative = below(2) == 0;
    return made;
  }

 private:
  int below(int limit) { return static_cast<int>(random_() % static_cast<std::uint64_t>(limit)); }

  std::string text() {
    static constexpr std::string_view kPieces[] = {
        "rain", " ", "\"",   "\\", "\n", "\t",     std::string_view("\0", 1),
        "\x01", "é", "ع",    "中", "😀",  "\u2028", "</script>",
        "\x7f", "/", "62 %", "a"};
    std::string made;
    for (int n = below(6); n > 0; --n) made += kPieces[below(std::size(kPieces))];
    return made;
  }
  Day day() { return kDayMin + below(kDayMax - kDayMin + 1); }
  std::optional<Day> maybe_day() {
    return below(2) == 0 ? std::nullopt : std::optional<Day>(day());
  }
  ProcessingTime time() {
    return ProcessingTime(start_of<ProcessingTime>(day()).milliseconds() + below(86'400'000));
  }
  EvidenceSource source() {
    const auto letter = static_cast<char>('A' + below(6));
    return {text(), text(), text(), letter, maybe_day()};
  }
  Evidence evidence() {
    Evidence made;
    for (auto* member : {&made.signal, &made.title, &made.dimension, &made.state, &made.sentence,
                         &made.change, &made.reference}) {
      *member = text();
    }
    made.since = maybe_day();
    made.evidence_day = maybe_day();
    made.sources = list([&] { return source(); });
    return made;
  }
  template <class Make>
  auto list(const Make& make) -> std::vector<decltype(make())> {
    std::vector<decltype(make())> made;
    for (int n = below(4); n > 0; --n) made.push_back(make());
    return made;
  }

  std::mt19937_64 random_;
};

TEST(AlertJson, ComesBackUnchanged) {
  RevisionGen random(testsupport::test_seed());
  for (int i = 0; i < testsupport::test_cases(500); ++i) {
    const AlertRevision revision = random.revision();
    const std::string json = to_json(revision);
    const auto parsed = parse_alert_revision(json);
    ASSERT_TRUE(parsed) << parsed.error().message << "\n" << json;
    ASSERT_EQ(*parsed, revision) << json;
    ASSERT_EQ(to_json(*parsed), json);
    ASSERT_EQ(json.find('\n'), std::string::npos);
  }
}

AlertRevision small() {
  AlertRevision revision;
  revision.alert = hash128("a");
  revision.pattern = "convergence";
  revision.region = "NG-BO";
  revision.level = Level::kWarning;
  revision.earlier = {ProcessingTime(0)};
  revision.tick = parse_day("2014-05-31").value();
  Evidence evidence;
  evidence.signal = "rain_deficit";
  evidence.sources = {{"nasa", "NASA", "NASA POWER", 'B', std::nullopt}};
  revision.evidence = {evidence};
  return revision;
}

// The bytes are hashed into the ledger: a change here breaks every chain written so far.
TEST(AlertJson, HasTheseBytesForEver) {
  EXPECT_EQ(
      to_json(small()),
      R"({"alert":"27c35e6e9373877f29e562464e46497e","number":1,"kind":"raised","pack":"",)"
      R"("pack_version":"","pattern":"convergence","title":"","region":"NG-BO","region_name":"",)"
      R"("shared_with":[],"level":"warning","previous_level":"none",)"
      R"("issued":"1970-01-01T00:00:00Z","earlier":["1970-01-01T00:00:00Z"],"tick":"2014-05-31",)"
      R"("episode_start":"1970-01-01","episode_end":null,"dimensions_true":[],)"
      R"("dimensions_unknown":[],"evidence":[{"signal":"rain_deficit","title":"","dimension":"",)"
      R"("state":"","since":null,"evidence_day":null,"sentence":"","change":"","reference":"",)"
      R"("sources":[{"key":"nasa","name":"NASA","citation":"NASA POWER","reliability":"B",)"
      R"("covered_until":null}]}],"changes":[],"outlook":[],"certainty":"","advice":[],)"
      R"("sdg_targets":[],"skill":"","tlp":"clear","evidence_withheld":false,)"
      R"("illustrative":false,"merged_into":"","basis":[]})");
}

// What was written before levels had names stays as it is; with names they stand beside the level.
TEST(AlertJson, HasTheNamesOfLevelsWhereThereAreAny) {
  AlertRevision revision = small();
  revision.level_name = "action";
  EXPECT_NE(to_json(revision).find(
                R"("level":"warning","previous_level":"none","level_name":"action","issued")"),
            std::string::npos)
      << to_json(revision);
  EXPECT_EQ(parse_alert_revision(to_json(revision)).value(), revision);
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(AlertJson, RefusesWhatItWouldNotWriteAndSaysWhere) {
  const std::string json = to_json(small());
  const struct {
    std::string_view from, to, why;
  } cases[] = {
      {"{\"alert\"", "{\"colour\":1,\"alert\"", "/colour"},
      {"\"state\":\"\"", "\"state\":\"\",\"mood\":2", "/evidence/0/mood"},
      {"\"number\":1,", "", "/number is missing"},
      {"\"number\":1", "\"number\":-1", "/number"},
      {"\"number\":1", "\"number\":4294967296", "/number"},
      {"\"number\":1", "\"number\":1.5", "/number"},
      {"\"raised\"", "\"Raised\"", "/kind"},
      {"\"raised\"", "7", "/kind"},
      {"\"warning\"", "\"alarm\"", "/level"},
      {"27c3", "27C3", "/alert"},
      {"2014-05-31", "2014-05-32", "/tick"},
      {"[\"1970-01-01T00:00:00Z\"]", "[\"yesterday\"]", "/earlier/0"},
      {"[\"1970-01-01T00:00:00Z\"]", "{}", "/earlier"},
      {"\"since\":null", "\"since\":0", "/evidence/0/since"},
      {"\"reliability\":\"B\"", "\"reliability\":\"BB\"", "/evidence/0/sources/0/reliability"},
      {"\"illustrative\":false", "\"illustrative\":0", "/illustrative"},
      {"\"clear\"", "\"white\"", "/tlp"},
      {"[{\"signal\"", "[3,{\"signal\"", "/evidence/0"},
      {"\"issued\"", "\"level_name\":\"\",\"issued\"", "/level_name"},
      {"\"issued\"", "\"level_name\":1,\"issued\"", "/level_name"},
      {"\"skill\":\"\"", "\"skill\":null", "/skill"},
      {"{\"alert\"", "{{\"alert\"", "not JSON"},
  };
  for (const auto& c : cases) {
    const auto parsed = parse_alert_revision(replaced(json, c.from, c.to));
    ASSERT_FALSE(parsed) << c.to;
    EXPECT_EQ(parsed.error().code, ErrorCode::kInvalid);
    EXPECT_NE(parsed.error().message.find(c.why), std::string::npos) << parsed.error().message;
  }
  EXPECT_FALSE(parse_alert_revision(""));
  EXPECT_FALSE(parse_alert_revision("[]"));
  EXPECT_FALSE(parse_alert_revision(json + "{}"));
}

TEST(AlertNames, ComeFromOneTableEach) {
  for (int i = 0; i < kLevelCount; ++i) {
    EXPECT_EQ(parse_level(name_of(static_cast<Level>(i))), static_cast<Level>(i));
  }
  for (int i = 0; i <= static_cast<int>(RevisionKind::kLapsed); ++i) {
    const auto kind = static_cast<RevisionKind>(i);
    EXPECT_EQ(parse_revision_kind(name_of(kind)), kind);
  }
  EXPECT_EQ(parse_level("Watch"), std::nullopt);
  EXPECT_EQ(parse_revision_kind(""), std::nullopt);
}

TEST(RevisionKind, OnlyTheseEndAnAlert) {
  for (const auto kind : {RevisionKind::kCleared, RevisionKind::kWithdrawn, RevisionKind::kMerged,
                          RevisionKind::kRetired}) {
    EXPECT_TRUE(closes(kind)) << name_of(kind);
  }
  // Lapsed evidence is told; a person may close the alert.
  for (const auto kind : {RevisionKind::kRaised, RevisionKind::kEscalated, RevisionKind::kEased,
                          RevisionKind::kUpdated, RevisionKind::kLapsed}) {
    EXPECT_FALSE(closes(kind)) << name_of(kind);
  }
}

}  // namespace
}  // namespace tocsin
