#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "model/sorted.h"
#include "rules/pack_reader.h"
#include "rules/read.h"

// What is no mistake of the language and still seldom what its author wants.
namespace tocsin {
namespace {

const YamlNode* entry_of(const YamlNode& mapping, std::string_view key) {
  for (const YamlEntry& entry : mapping.entries)
    if (entry.key.text == key) return &entry.value;
  return nullptr;
}

constexpr std::int32_t kYear = 366;  // days

// The days of an occurrence; nullopt where one follows on the other, so that it is never over.
std::optional<std::int32_t> length_of(const Season& season) {
  const Occurrence occurrence = season.of(2001);
  if (season.of(2002).start <= occurrence.until) return std::nullopt;
  return occurrence.until - occurrence.start;
}

// How many days before the tick a read begins at most, once its newest figure is there.
std::int64_t days_back(const Leaf& leaf, const Catalogue& catalogue) {
  const std::int64_t window = leaf.since ? kYear : longest_days(leaf.window);
  const std::int64_t lag = longest_days(leaf.lag);
  if (leaf.reads_events) return window + lag;
  const std::int64_t period = longest_period(*catalogue.find(leaf.indicator));
  if (leaf.forecast) return lag + period;
  return std::max(window, period) + lag + leaf.lag_observations * period;
}

// The same of a part of a condition, with the history that it compares with.
std::int64_t days_back(const Expression& expression, std::int32_t index,
                       const Catalogue& catalogue) {
  if (index < 0) return 0;
  const Node& node = expression.node(index);
  std::int64_t days =
      std::max(days_back(expression, node.a, catalogue), days_back(expression, node.b, catalogue));
  for (const std::int32_t leaf : {node.leaf, node.leaf_before})
    if (leaf >= 0) days = std::max(days, days_back(expression.leaf(leaf), catalogue));
  switch (node.op) {
    case Op::kNormal:
    case Op::kPercentile:
    case Op::kZscore:
    case Op::kResidual:
      return days + std::int64_t{node.count} * kYear;
    case Op::kUsual:
      return days + 2 * std::int64_t{expression.usual_of(node).days};
    case Op::kLongest:
      return days + node.count;
    case Op::kRising:
    case Op::kConsecutive: {
      const Cadence cadence =
          node.op == Op::kRising ? expression.leaf(node.leaf).cadence : node.cadence;
      return days + std::int64_t{node.count} * longest_period(cadence, 1);
    }
    case Op::kOver:
    case Op::kOverHolds: {
      const Over& over = expression.over_of(node);
      return over.set == Over::Set::kPast ? days + longest_days(over.span) : days;
    }
    default:
      return days;
  }
}

std::string text_of(const Expression& expression, const Node& node) {
  return expression.text.substr(node.begin, node.end - node.begin);
}

}  // namespace

Diagnostics overdue_calibrations(const Pack& pack, Day today) {
  Diagnostics out;
  for (const Parameter& parameter : pack.parameters)
    if (parameter.recalibrate &&
        minus(today, parameter.recalibrate->every) > parameter.versions.back().from)
      out.push_back(parameter.recalibrate->overdue);
  return out;
}

void PackReader::warn(std::int32_t retention_days) {
  for (std::size_t i = 0; i < pack_.signals.size(); ++i) {
    const Signal& signal = pack_.signals[i];
    for (const auto& [key, expression] :
         {std::pair("when", &signal.when), std::pair("clear", &signal.clear)}) {
      const Warned place{*signal_nodes_[i], key, *expression};
      for (const Node& node : expression->nodes)
        if (node.op == Op::kDuring && !signal.latch) warn_of_season(place, node);
      for (const Leaf& leaf : expression->leaves) {
        warn_of_window(place, leaf, signal.latch.has_value());
        warn_of_sources(place, leaf, signal.from.empty());
      }
      if (retention_days > 0) warn_of_reach(place, retention_days);
    }
  }
  sort_unique(pack_.warnings);
}

// At `text` of the condition, or at all of it where it is put together of several keys.
void PackReader::warn_at(const Warned& place, const std::string& text, std::string message,
                         std::string allowed) {
  YamlReader warner(reader_.file(), pack_.warnings);
  const YamlNode* node = entry_of(place.signal, place.key);
  if (node == nullptr) node = entry_of(place.signal, "bands");
  if (node == nullptr) node = &place.signal;
  const std::size_t at =
      node->kind == YamlNode::Kind::kScalar ? node->text.find(text) : std::string::npos;
  if (at == std::string::npos)
    warner.report(*node, std::move(message), std::move(allowed));
  else
    warner.report_within(*node, at, text.size(), std::move(message), std::move(allowed));
}

// Figures come late: what holds in a short season is known when it is over, and an alert is raised
// only for what still holds.
void PackReader::warn_of_season(const Warned& place, const Node& node) {
  const During& during = place.condition.during_of(node);
  for (const std::int32_t index : during.leaves) {
    const Leaf& leaf = place.condition.leaf(index);
    if (leaf.reads_events || leaf.forecast) continue;
    const Indicator& indicator = *catalogue_.find(leaf.indicator);
    for (const Season& season : during.seasons) {
      const auto days = length_of(season);
      if (!days || 4 * indicator.expected_delay <= *days) continue;
      warn_at(place, text_of(place.condition, node),
              fmt::format("figures of {} come {} days late, and the season {} ({}) has {} days: "
                          "what holds in it may be known only when it is over, and raise nothing",
                          indicator.code, indicator.expected_delay, season.name(), season.text(),
                          *days),
              "latch: " + season.name() + ", or a longer season");
    }
  }
}

void PackReader::warn_of_window(const Warned& place, const Leaf& leaf, bool latched) {
  if (leaf.since || leaf.forecast || leaf.window.count == 0) return;
  const std::int32_t window = longest_days(leaf.window);
  if (!leaf.reads_events) {
    const Indicator& indicator = *catalogue_.find(leaf.indicator);
    if (leaf.cadence != Cadence::kIrregular || leaf.aggregate == Aggregate::kCount ||
        window >= indicator.every_days)
      return;
    warn_at(place, leaf.text,
            fmt::format("{} is observed about every {} days: a window of {} often holds nothing",
                        indicator.code, indicator.every_days, to_string(leaf.window)),
            fmt::format("{}d or more, or last({})", indicator.every_days, indicator.code));
    return;
  }
  std::int32_t cadence = 0;
  for (const SourceId id : leaf.sources) {
    const std::int32_t own = catalogue_.find(id)->event_cadence;
    if (own > 0) cadence = cadence == 0 ? own : std::min(cadence, own);
  }
  if (latched || window >= cadence) return;
  warn_at(place, leaf.text,
          fmt::format("the events come every {} days: a window of {} is over before it is known",
                      cadence, to_string(leaf.window)),
          fmt::format("{}d or more, or a latch", cadence));
}

// Nobody who may connect brings a source that may write about a region of the pack.
void PackReader::warn_of_sources(const Warned& place, const Leaf& leaf, bool own_regions) {
  const auto near = [&](RegionId a, RegionId b) {
    const auto& regions = catalogue_.regions;
    return regions.is_below(a, b) || regions.is_below(b, a);
  };
  std::vector<std::string> names;
  for (const SourceId id : leaf.sources) {
    const Source& source = *catalogue_.find(id);
    names.push_back(source.key);
    const bool brought = std::ranges::any_of(catalogue_.producers, [&](const Producer& producer) {
      return std::ranges::find(producer.sources, id) != producer.sources.end();
    });
    const bool here =
        source.regions.empty() || !own_regions ||
        std::ranges::any_of(pack_.regions, [&](RegionId region) {
          return std::ranges::any_of(source.regions, [&](RegionId of) { return near(region, of); });
        });
    if (brought && here) return;
  }
  warn_at(place, leaf.text,
          fmt::format("nobody brings this about the regions of the pack: it is read from {}",
                      names.empty() ? "no source" : fmt::format("{}", fmt::join(names, ", "))),
          "a source that a producer of sources.yaml brings, and that may write these regions");
}

void PackReader::warn_of_reach(const Warned& place, std::int32_t retention_days) {
  if (place.condition.empty()) return;
  // The smallest parts that look back too far.
  for (std::size_t i = 0; i < place.condition.nodes.size(); ++i) {
    const auto index = static_cast<std::int32_t>(i);
    const Node& node = place.condition.node(index);
    const std::int64_t days = days_back(place.condition, index, catalogue_);
    const bool inside = days_back(place.condition, node.a, catalogue_) > retention_days ||
                        days_back(place.condition, node.b, catalogue_) > retention_days;
    if (days <= retention_days || inside) continue;
    warn_at(place, text_of(place.condition, node),
            fmt::format("this looks back over {} days, and records are kept for {}", days,
                        retention_days),
            "a shorter window, or more retention_days in tocsind.yaml (horizons)");
  }
}

}  // namespace tocsin
