// The feeds of tocsind.yaml: what is read, and every mistake.
#include <gmock/gmock.h>

#include "tests/config_fixture.h"

namespace tocsin::testing {
namespace {

using ::testing::HasSubstr;

constexpr const char* kKey = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";

// The good files with `feed` as feed "gauges" and `more` in the ingest section.
ConfigurationFiles with_feed(const std::string& feed, const std::string& more = "") {
  ConfigurationFiles files = good_files();
  replace(files["tocsind.yaml"], "plain_producer: relay}",
          "plain_producer: relay" + more + ",\n  feeds: {gauges: {" + feed + "}}}");
  return files;
}

ConfigurationFiles with_curve(const std::string& feed) {
  ConfigurationFiles files = with_feed(feed, ", secret_key_file: server.key");
  replace(files["tocsind.yaml"],
          "ingest: {endpoint: 'tcp://127.0.0.1:*', security: plain-on-loopback",
          "ingest: {endpoint: 'tcp://127.0.0.1:*', security: curve");
  return files;
}

TEST(Feeds, AreRead) {
  Numbering numbering;
  const auto loaded = load_configuration(
      with_feed("connect: 'tcp://127.0.0.1:5556', topic: level, producer: relay"), numbering);
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->settings.ingest.feeds.size(), 1U);
  const FeedOptions& feed = loaded->settings.ingest.feeds.front();
  EXPECT_EQ(feed.name, "gauges");
  EXPECT_EQ(feed.side, FeedOptions::Side::kConnect);
  EXPECT_EQ(feed.endpoint, "tcp://127.0.0.1:5556");
  EXPECT_EQ(feed.topic, "level");
  EXPECT_EQ(feed.producer, "relay");
}

TEST(Feeds, OfACurveServerMayLieOnOtherMachines) {
  // A producer that the daemon connects to needs no key of its own.
  EXPECT_EQ(complaints(with_curve("connect: 'tcp://192.0.2.7:5556', topic: level, producer: relay, "
                                  "server_key: '" +
                                  std::string(kKey) + "'")),
            "");
}

TEST(Rates, AreReadAndNameProducers) {
  const auto with_rate = [](const std::string& rate) {
    ConfigurationFiles files = good_files();
    replace(files["tocsind.yaml"], "plain_producer: relay}",
            "plain_producer: relay, rates: {" + rate + "}}");
    return files;
  };
  Numbering numbering;
  const auto loaded = load_configuration(with_rate("relay: {records_per_second: 50}"), numbering);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->settings.ingest.rates.at("relay").records_per_second, 50U);
  EXPECT_EQ(loaded->settings.ingest.rates.at("relay").burst, 500U);
  EXPECT_THAT(complaints(with_rate("rely: {records_per_second: 50}")),
              ::testing::AllOf(HasSubstr("the producer 'rely', which sources.yaml lacks"),
                               HasSubstr("did you mean \"relay\"?")));
  EXPECT_THAT(complaints(with_rate("relay: {records_per_second: 0}")), HasSubstr("out of range"));
}

struct BadFeed {
  const char* name;
  const char* feed;
  bool curve;
  const char* want;
};
class BadFeeds : public ::testing::TestWithParam<BadFeed> {};
TEST_P(BadFeeds, AreRefusedWithTheReason) {
  const BadFeed& c = GetParam();
  EXPECT_THAT(complaints(c.curve ? with_curve(c.feed) : with_feed(c.feed)), HasSubstr(c.want));
}
INSTANTIATE_TEST_SUITE_P(
    Configuration, BadFeeds,
    ::testing::ValuesIn<BadFeed>({
        {"no_endpoint", "topic: a, producer: relay", false,
         "feed gauges says neither connect nor bind"},
        {"both",
         "connect: 'tcp://127.0.0.1:1', bind: 'tcp://127.0.0.1:2', topic: a, producer: relay",
         false, "feed gauges says both connect and bind"},
        {"no_topic", "connect: 'tcp://127.0.0.1:1', producer: relay", false,
         "feed gauges lacks the key 'topic'"},
        {"no_producer", "connect: 'tcp://127.0.0.1:1', topic: a", false,
         "feed gauges lacks the key 'producer'"},
        {"unknown_producer", "connect: 'tcp://127.0.0.1:1', topic: a, producer: rely", false,
         "did you mean \"relay\"?"},
        {"no_port", "connect: 'tcp://127.0.0.1', topic: a, producer: relay", false,
         "connect of feed gauges is 'tcp://127.0.0.1'"},
        {"connects_to_any_port", "connect: 'tcp://127.0.0.1:*', topic: a, producer: relay", false,
         "connect of feed gauges is 'tcp://127.0.0.1:*'"},
        {"plain_from_elsewhere", "connect: 'tcp://192.0.2.7:5556', topic: a, producer: relay",
         false, "'tcp://192.0.2.7:5556' is not on this machine"},
        {"curve_without_key", "connect: 'tcp://192.0.2.7:5556', topic: a, producer: relay", true,
         "feed gauges lacks the key 'server_key'"},
        {"bad_key", "connect: 'tcp://192.0.2.7:5556', topic: a, producer: relay, server_key: abc",
         true, "'abc' is no public key"},
        {"key_when_bound", "bind: 'tcp://0.0.0.0:5556', topic: a, producer: relay, server_key: abc",
         true, "feed gauges has a server_key, which nothing reads"},
        {"bound_producer_without_key", "bind: 'tcp://0.0.0.0:5556', topic: a, producer: relay",
         true, "producer relay has no public key"},
        {"unknown_key", "connect: 'tcp://127.0.0.1:1', topic: a, producer: relay, tpoic: b", false,
         "did you mean \"topic\"?"},
    }),
    [](const auto& tc) { return std::string(tc.param.name); });

}  // namespace
}  // namespace tocsin::testing
