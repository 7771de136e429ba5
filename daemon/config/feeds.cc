#include "daemon/config/feeds.h"

#include <fmt/format.h>

#include "daemon/config/declared.h"
#include "daemon/config/network.h"

namespace tocsin {
namespace {

constexpr std::size_t kTopicBytesMax = 200;

void read_endpoint(const YamlMapping& entry, TransportSecurity security, FeedOptions& feed) {
  YamlReader& reader = entry.reader();
  if (entry.has("connect") == entry.has("bind")) {
    reader.report(
        entry.node(),
        fmt::format("{} says {}", entry.what(),
                    entry.has("bind") ? "both connect and bind" : "neither connect nor bind"),
        "connect: where the publisher listens; or bind: where it connects to");
    return;
  }
  const bool bound = entry.has("bind");
  const std::string_view key = bound ? "bind" : "connect";
  feed.side = bound ? FeedOptions::Side::kBind : FeedOptions::Side::kConnect;
  feed.endpoint = entry.need_text(key);
  const auto host = host_of(feed.endpoint);
  const bool nowhere = !bound && feed.endpoint.ends_with(":*");
  if (!host || nowhere) {
    reader.report(
        *entry.find(key), fmt::format("{} of {} is '{}'", key, entry.what(), feed.endpoint),
        bound ? std::string(kEndpointAllowed) : "tcp://HOST:PORT with a port from 1 to 65535");
  } else if (security == TransportSecurity::kPlainOnLoopback && !is_loopback(*host)) {
    reader.report(
        *entry.find(key),
        fmt::format("security of ingest is plain-on-loopback, but '{}' is not on this machine",
                    feed.endpoint),
        "an endpoint on 127.0.0.1 or [::1], or 'security: curve'");
  }
}

// The publisher's key: how the daemon knows whom it has connected to. One that connects to the
// daemon shows the key of its producer instead.
void read_server_key(const YamlMapping& entry, TransportSecurity security, FeedOptions& feed) {
  YamlReader& reader = entry.reader();
  const bool wanted =
      security == TransportSecurity::kCurve && feed.side == FeedOptions::Side::kConnect;
  if (!wanted && entry.has("server_key")) {
    reader.report(*entry.find("server_key"),
                  fmt::format("{} has a server_key, which nothing reads", entry.what()),
                  "only with curve, and with connect");
    return;
  }
  if (!wanted) return;
  feed.server_key = entry.need_text("server_key");
  if (!feed.server_key.empty() && !is_public_key(feed.server_key))
    reader.report(*entry.find("server_key"), fmt::format("'{}' is no public key", feed.server_key),
                  std::string(kPublicKeyAllowed));
}

}  // namespace

std::vector<FeedOptions> read_feeds(const YamlMapping& ingest, TransportSecurity security) {
  std::vector<FeedOptions> feeds;
  const YamlNode* node = ingest.find("feeds");
  if (node == nullptr) return feeds;
  YamlReader& reader = ingest.reader();
  for (const YamlEntry& named : reader.named_entries(*node, "feeds")) {
    check_name(reader, named.key, "feed");
    const YamlMapping entry(reader, named.value, fmt::format("feed {}", named.key.text),
                            {"connect", "bind", "topic", "producer", "server_key"});
    FeedOptions feed;
    feed.name = named.key.text;
    feed.topic = entry.need_text("topic");
    feed.producer = entry.need_text("producer");
    if (feed.topic.size() > kTopicBytesMax)
      reader.report(*entry.find("topic"), fmt::format("a topic of {} bytes", feed.topic.size()),
                    fmt::format("at most {} bytes", kTopicBytesMax));
    read_endpoint(entry, security, feed);
    read_server_key(entry, security, feed);
    feeds.push_back(std::move(feed));
  }
  return feeds;
}

}  // namespace tocsin
