#include "daemon/config/cross_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "rules/yaml_reader.h"

namespace tocsin {
namespace {

// The node below the root at the keys `path`, or as far down as the path goes.
const YamlNode& node_at(const YamlFile& file, std::initializer_list<std::string_view> path) {
  const YamlNode* node = &file.root;
  for (const std::string_view key : path) {
    const auto entry =
        std::find_if(node->entries.begin(), node->entries.end(),
                     [&](const YamlEntry& candidate) { return candidate.key.text == key; });
    if (entry == node->entries.end()) break;
    node = &entry->value;
  }
  return *node;
}

// The item of a list that says `word`, else the list.
const YamlNode& item_of(const YamlNode& list, std::string_view word) {
  const auto item = std::find_if(list.items.begin(), list.items.end(),
                                 [&](const YamlNode& node) { return node.text == word; });
  return item == list.items.end() ? list : *item;
}

bool lists(const std::vector<SourceId>& sources, SourceId id) {
  return std::find(sources.begin(), sources.end(), id) != sources.end();
}

bool has_address(const Catalogue& catalogue, Channel channel) {
  for (const Committee& committee : catalogue.committees) {
    for (const Address& address : committee.addresses) {
      if (address.channel == channel) return true;
    }
  }
  return false;
}

bool is_connected_to(const IngestSettings& ingest, const Producer& producer) {
  return std::any_of(ingest.feeds.begin(), ingest.feeds.end(), [&](const FeedOptions& feed) {
    return feed.side == FeedOptions::Side::kConnect && feed.producer == producer.name;
  });
}

}  // namespace

void check_writers(const YamlFile& indicators, const Catalogue& catalogue,
                   Diagnostics& diagnostics) {
  YamlReader reader(indicators, diagnostics);
  const auto complain = [&](std::string_view section, std::string_view code, const Source& source) {
    reader.report(
        item_of(node_at(indicators, {section, code, "sources"}), source.key),
        fmt::format("{} is read from the source {}, which may not write it", code, source.key),
        fmt::format("{} among the {} of {} in sources.yaml", code, section, source.key));
  };
  for (const Source& source : catalogue.sources) {
    for (const Indicator& indicator : catalogue.indicators) {
      const bool may_write =
          std::binary_search(source.indicators.begin(), source.indicators.end(), indicator.id);
      if (lists(indicator.sources, source.id) && !may_write) {
        complain("indicators", indicator.code, source);
      }
    }
    for (const EventKind& kind : catalogue.event_kinds) {
      const bool may_write =
          std::binary_search(source.event_kinds.begin(), source.event_kinds.end(), kind.id);
      if (lists(kind.sources, source.id) && !may_write) {
        complain("event_kinds", kind.code, source);
      }
    }
  }
}

void check_producer_keys(const YamlFile& sources, const Configuration& configuration,
                         Diagnostics& diagnostics) {
  if (configuration.settings.ingest.security != TransportSecurity::kCurve) return;
  YamlReader reader(sources, diagnostics);
  for (const Producer& producer : configuration.catalogue.producers) {
    const YamlNode& node = node_at(sources, {"producers", producer.name});
    if (!producer.public_keys.empty() || node.kind != YamlNode::Kind::kMapping) continue;
    if (is_connected_to(configuration.settings.ingest, producer)) continue;
    if (&node_at(sources, {"producers", producer.name, "public_keys"}) != &node) continue;
    reader.report(
        node,
        fmt::format("producer {} has no public key, and ingest is secured by curve", producer.name),
        "public_keys: [...], as `tocsin keygen` prints them");
  }
}

void check_named_producers(const YamlFile& settings, const Configuration& configuration,
                           Diagnostics& diagnostics) {
  const IngestSettings& ingest = configuration.settings.ingest;
  std::vector<std::string> names;
  for (const Producer& producer : configuration.catalogue.producers) names.push_back(producer.name);
  YamlReader reader(settings, diagnostics);
  const auto check = [&](const std::string& name, const YamlNode& at) {
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
      reader.report_unknown(at, "producer", names);
  };
  check(ingest.plain_producer, node_at(settings, {"ingest", "plain_producer"}));
  for (const auto& [name, rate] : ingest.rates)
    if (std::find(names.begin(), names.end(), name) == names.end())
      reader.report(node_at(settings, {"ingest", "rates", name}),
                    fmt::format("rates name the producer '{}', which sources.yaml lacks", name),
                    "a producer of sources.yaml", nearest(name, names));
  for (const FeedOptions& feed : ingest.feeds)
    check(feed.producer, node_at(settings, {"ingest", "feeds", feed.name, "producer"}));
}

void check_channels(const YamlFile& settings, const Configuration& configuration,
                    Diagnostics& diagnostics) {
  YamlReader reader(settings, diagnostics);
  const auto has = [&](std::string_view key) {
    return &node_at(settings, {key}) != &settings.root;
  };
  if (has_address(configuration.catalogue, Channel::kEmail) && !has("smtp")) {
    reader.report(settings.root, "committees have mail addresses, but there is no smtp",
                  "smtp: {host: ..., from: ...}");
  }
  if (has_address(configuration.catalogue, Channel::kCap) && !has("cap")) {
    reader.report(settings.root, "committees receive CAP files, but there is no cap",
                  "cap: {directory: ..., sender: ...}");
  }
}

}  // namespace tocsin
