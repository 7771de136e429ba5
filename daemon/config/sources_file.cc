#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "daemon/config/catalogue_files.h"
#include "daemon/config/network.h"
#include "rules/yaml_reader.h"

namespace tocsin {
namespace {

constexpr std::int64_t kDaysMax = 3'660;

void read_events(const YamlMapping& entry, Source& source) {
  const YamlNode* node = source.event_kinds.empty() ? entry.find("events") : entry.need("events");
  if (node == nullptr) return;
  if (source.event_kinds.empty() && !entry.has("event_kinds")) {
    entry.reader().report(*node, fmt::format("{} has events, but no event_kinds", entry.what()),
                          "event_kinds that it may write");
  }
  const YamlMapping events(entry.reader(), *node, "events of " + entry.what(),
                           {"cadence_days", "longest_delay_days"});
  source.event_cadence =
      static_cast<std::int32_t>(events.need_integer("cadence_days", 1, kDaysMax));
  source.event_longest_delay =
      static_cast<std::int32_t>(events.need_integer("longest_delay_days", 0, kDaysMax));
}

Source read_source(YamlReader& reader, const YamlEntry& from, const Declarations& declared) {
  check_name(reader, from.key, "source");
  const YamlMapping entry(reader, from.value, fmt::format("source {}", from.key.text),
                          {"names", "reliability", "citation", "licence", "independence", "regions",
                           "indicators", "event_kinds", "events"});
  Source source;
  source.id = declared.sources.find(from.key.text).value_or(SourceId());
  source.key = from.key.text;
  source.names = entry.names("names");
  entry.need("reliability");
  source.reliability = entry.choice<char>(
      "reliability", 'F', {{"A", 'A'}, {"B", 'B'}, {"C", 'C'}, {"D", 'D'}, {"E", 'E'}, {"F", 'F'}});
  source.citation = entry.need_text("citation");
  source.licence = entry.need_text("licence");
  source.independence = entry.text("independence", source.key);
  source.regions = declared.regions.resolve_sorted(reader, entry.words("regions"));
  source.indicators = declared.indicators.resolve_sorted(reader, entry.words("indicators"));
  source.event_kinds = declared.event_kinds.resolve_sorted(reader, entry.words("event_kinds"));
  read_events(entry, source);
  return source;
}

Producer read_producer(YamlReader& reader, const YamlEntry& from, const Declarations& declared,
                       std::map<std::string, std::string>& owner_of_key) {
  check_name(reader, from.key, "producer");
  const YamlMapping entry(reader, from.value, fmt::format("producer {}", from.key.text),
                          {"public_keys", "sources"});
  Producer producer;
  producer.name = from.key.text;
  for (auto& key : entry.words("public_keys")) {
    const auto [owner, is_new] = owner_of_key.emplace(key.text, producer.name);
    if (!is_public_key(key.text)) {
      reader.report(*key.node, fmt::format("'{}' is no public key", key.text),
                    std::string(kPublicKeyAllowed));
    } else if (!is_new) {
      reader.report(*key.node,
                    fmt::format("the same key belongs to the producer '{}'", owner->second),
                    "a key of its own for each producer: the key is its identity");
    } else {
      producer.public_keys.push_back(std::move(key.text));
    }
  }
  producer.sources = declared.sources.resolve_sorted(reader, entry.need_words("sources"));
  return producer;
}

}  // namespace

SourcesFile read_sources(const YamlFile& file, const Declarations& declared,
                         Diagnostics& diagnostics) {
  YamlReader reader(file, diagnostics);
  const YamlMapping top(reader, file.root, "the file", {"sources", "producers"});
  SourcesFile result;
  if (const YamlNode* all = top.need("sources")) {
    for (const YamlEntry& entry : reader.named_entries(*all, "sources")) {
      result.sources.push_back(read_source(reader, entry, declared));
    }
  }
  if (const YamlNode* all = top.need("producers")) {
    std::map<std::string, std::string> owner_of_key;
    for (const YamlEntry& entry : reader.named_entries(*all, "producers")) {
      result.producers.push_back(read_producer(reader, entry, declared, owner_of_key));
    }
  }
  return result;
}

}  // namespace tocsin
