#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "daemon/config/catalogue_files.h"
#include "model/record.h"
#include "rules/lexer.h"
#include "rules/unit.h"
#include "rules/yaml_reader.h"

namespace tocsin {
namespace {

constexpr std::int64_t kDaysMax = 3'660;

YamlMapping::Choices<Cadence> cadence_choices() {
  YamlMapping::Choices<Cadence> choices;
  for (const Cadence cadence :
       {Cadence::kDay, Cadence::kWeek, Cadence::kEpiweek, Cadence::kDekad, Cadence::kMonth,
        Cadence::kQuarter, Cadence::kYear, Cadence::kIrregular}) {
    choices.emplace_back(name_of(cadence), cadence);
  }
  return choices;
}

DimensionId need_dimension(const YamlMapping& entry, const Declarations& declared) {
  const YamlNode* node = entry.need("dimension");
  if (node == nullptr) return DimensionId();
  return declared.dimensions.resolve(entry.reader(), *node).value_or(DimensionId());
}

void read_delay(const YamlMapping& entry, Indicator& indicator) {
  const YamlNode* node = entry.need("delay");
  if (node == nullptr) return;
  YamlReader& reader = entry.reader();
  const YamlMapping delay(reader, *node, "delay of " + entry.what(),
                          {"expected_days", "longest_days"});
  indicator.expected_delay =
      static_cast<std::int32_t>(delay.need_integer("expected_days", 0, kDaysMax));
  indicator.longest_delay =
      static_cast<std::int32_t>(delay.need_integer("longest_days", 0, kDaysMax));
  if (indicator.expected_delay > indicator.longest_delay) {
    reader.report(*node,
                  fmt::format("expected_days ({}) is above longest_days ({})",
                              indicator.expected_delay, indicator.longest_delay),
                  "a longest delay of at least the expected one");
  }
}

std::optional<std::int64_t> read_bound(const YamlMapping& range, std::string_view key,
                                       int precision) {
  const YamlNode* node = range.find(key);
  if (node == nullptr) return std::nullopt;
  const auto number = range.reader().decimal(*node, fmt::format("{} of {}", key, range.what()));
  if (!number) return std::nullopt;
  const auto scaled = to_scaled(*number, precision);
  if (!scaled) {
    range.reader().report(
        *node, fmt::format("{} with {} decimals does not fit in 63 bits", node->text, precision));
  }
  return scaled;
}

void read_range(const YamlMapping& entry, Indicator& indicator) {
  const YamlNode* node = entry.find("range");
  if (node == nullptr) return;
  const YamlMapping range(entry.reader(), *node, "range of " + entry.what(), {"least", "greatest"});
  indicator.least = read_bound(range, "least", indicator.precision);
  indicator.greatest = read_bound(range, "greatest", indicator.precision);
  if (indicator.least && indicator.greatest && *indicator.least > *indicator.greatest) {
    entry.reader().report(*node, fmt::format("least of {} is above its greatest", range.what()),
                          "least <= greatest");
  }
}

// docs/REFERENCES.md#un-sdg: "2.1" or "16.a".
void check_sdg_target(const YamlMapping& entry, const std::string& target) {
  if (target.empty()) return;
  const std::size_t dot = target.find('.');
  const std::string goal = target.substr(0, dot);
  const std::string part = dot == std::string::npos ? "" : target.substr(dot + 1);
  const bool goal_fits = !goal.empty() && goal.size() <= 2 &&
                         goal.find_first_not_of("0123456789") == std::string::npos &&
                         std::stoi(goal) >= 1 && std::stoi(goal) <= 17;
  const bool part_fits = !part.empty() && part.size() <= 2 &&
                         part.find_first_not_of("0123456789abcd") == std::string::npos;
  if (goal_fits && part_fits) return;
  entry.reader().report(*entry.find("sdg_target"),
                        fmt::format("sdg_target of {} is '{}'", entry.what(), target),
                        "a target of goals 1 to 17, such as \"2.1\" or \"16.a\"");
}

// Instead of a unit: the words of a judgement, from the least on.
void read_scale(const YamlMapping& entry, Indicator& indicator) {
  YamlReader& reader = entry.reader();
  constexpr std::size_t kWordsMax = 32;
  constexpr std::string_view kOnlyNumbers = "only of an indicator without a scale";
  for (const std::string_view key : {"unit", "precision", "range"}) {
    if (const YamlNode* node = entry.find(key))
      reader.report(*node, fmt::format("{} has a scale and a {}", entry.what(), key),
                    fmt::format("{} {}", key, kOnlyNumbers));
  }
  const YamlNode* list = entry.find("scale");
  if (list == nullptr) return;
  for (const auto& word : reader.words(*list, "scale of " + entry.what())) {
    const auto tokens = tokenize(word.text);
    const bool name = tokens && tokens->size() == 2 && tokens->front().kind == TokenKind::kName &&
                      tokens->front().text == word.text && !is_keyword(word.text) &&
                      word.text.size() <= static_cast<std::size_t>(kScaleWordMax);
    if (!name)
      reader.report(*word.node, fmt::format("'{}' is no word of a scale", word.text),
                    fmt::format("a name that conditions can use: letters, digits and _, at most {}",
                                kScaleWordMax));
    indicator.scale.push_back(word.text);
  }
  if (const std::size_t length = list->items.size();
      list->kind == YamlNode::Kind::kSequence && (length < 2 || length > kWordsMax))
    reader.report(*list, fmt::format("the length of the scale of {} is {}", entry.what(), length),
                  fmt::format("2 to {} words, the least first", kWordsMax));
  indicator.unit = indicator.code;
  indicator.precision = 0;
}

void read_unit(const YamlMapping& entry, Indicator& indicator) {
  indicator.unit = entry.need_text("unit");
  if (!indicator.unit.empty() && !Unit::parse(indicator.unit)) {
    entry.reader().report(*entry.find("unit"), fmt::format("'{}' is no unit", indicator.unit),
                          "a product of names: mm/day, NGN/kg, people, %, 1");
  }
  indicator.precision = static_cast<int>(entry.integer("precision", indicator.precision, 0, 6));
}

// "10s": so often within the day. nullopt when it is no such cadence, or none that fits into a day.
std::optional<std::int32_t> sample_seconds(std::string_view text) {
  constexpr std::int32_t kSecondsMost = 3'600;
  if (text.size() < 2 || text.back() != 's' || text.front() == '0') return std::nullopt;
  text.remove_suffix(1);
  std::int32_t seconds = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (seconds < 1 || seconds > kSecondsMost || kSecondsPerDay % seconds != 0) return std::nullopt;
  return seconds;
}

// A period of the calendar, or seconds: then it is sampled within the day.
void read_cadence(const YamlMapping& entry, Indicator& indicator) {
  const YamlNode* node = entry.need("cadence");
  if (node == nullptr) return;
  const bool seconds = node->kind == YamlNode::Kind::kScalar && !node->text.empty() &&
                       node->text.front() >= '0' && node->text.front() <= '9';
  if (!seconds) {
    indicator.cadence = entry.choice("cadence", indicator.cadence, cadence_choices());
    return;
  }
  indicator.cadence = Cadence::kDay;
  const auto every = sample_seconds(node->text);
  if (!every)
    entry.reader().report(*node, fmt::format("cadence of {} is '{}'", entry.what(), node->text),
                          "a period of the calendar, or whole seconds that a day is made of, 1s to "
                          "3600s: 10s, 60s, 900s");
  indicator.sample_seconds = every.value_or(1);
  if (const YamlNode* forecasts = entry.find("forecasts"))
    entry.reader().report(
        *forecasts, fmt::format("{} has forecasts, but a cadence of {}", entry.what(), node->text),
        "forecasts only of an indicator with periods of the calendar");
}

// `every_days` stands beside an irregular cadence, and nowhere else.
std::int32_t read_every_days(const YamlMapping& entry, Cadence cadence) {
  if (cadence == Cadence::kIrregular)
    return static_cast<std::int32_t>(entry.need_integer("every_days", 1, kDaysMax));
  if (const YamlNode* every = entry.find("every_days"))
    entry.reader().report(
        *every,
        fmt::format("{} has every_days, but a cadence of {}", entry.what(), name_of(cadence)),
        "every_days only with 'cadence: irregular'");
  return 0;
}

void read_forecasts(const YamlMapping& entry, Indicator& indicator) {
  const YamlNode* node = entry.find("forecasts");
  if (node == nullptr) return;
  constexpr std::int64_t kMembersMax = 100'000;  // as on the wire
  const YamlMapping issues(entry.reader(), *node, "forecasts of " + entry.what(),
                           {"cadence", "every_days", "longest_delay_days", "members"});
  ForecastIssues& forecasts = indicator.forecasts.emplace();
  issues.need("cadence");
  forecasts.cadence = issues.choice("cadence", forecasts.cadence, cadence_choices());
  forecasts.every_days = read_every_days(issues, forecasts.cadence);
  forecasts.longest_delay =
      static_cast<std::int32_t>(issues.need_integer("longest_delay_days", 0, kDaysMax));
  forecasts.members = static_cast<std::int32_t>(issues.integer("members", 0, 1, kMembersMax));
}

Indicator read_indicator(YamlReader& reader, const YamlEntry& source,
                         const Declarations& declared) {
  check_name(reader, source.key, "indicator");
  const YamlMapping entry(
      reader, source.value, fmt::format("indicator {}", source.key.text),
      {"names", "dimension", "unit", "scale", "precision", "worse", "stance", "cadence",
       "every_days", "delay", "forecasts", "note", "sdg_target", "sources", "range"});
  Indicator indicator;
  indicator.id = declared.indicators.find(source.key.text).value_or(IndicatorId());
  indicator.code = source.key.text;
  indicator.names = entry.names("names");
  indicator.dimension = need_dimension(entry, declared);
  entry.has("scale") ? read_scale(entry, indicator) : read_unit(entry, indicator);
  indicator.worse = entry.choice<Worse>(
      "worse", indicator.worse,
      {{"higher", Worse::kHigher}, {"lower", Worse::kLower}, {"neither", Worse::kNeither}});
  indicator.stance = entry.choice<Stance>(
      "stance", indicator.stance, {{"threat", Stance::kThreat}, {"strength", Stance::kStrength}});
  read_cadence(entry, indicator);
  indicator.every_days = read_every_days(entry, indicator.cadence);
  read_delay(entry, indicator);
  read_forecasts(entry, indicator);
  enum class Note { kOptional, kRequired };
  indicator.note_required = entry.choice<Note>("note", Note::kOptional,
                                               {{"optional", Note::kOptional},
                                                {"required", Note::kRequired}}) == Note::kRequired;
  indicator.sdg_target = entry.text("sdg_target", "");
  check_sdg_target(entry, indicator.sdg_target);
  indicator.sources = declared.sources.resolve_all(reader, entry.need_words("sources"));
  if (indicator.scale.empty()) read_range(entry, indicator);
  return indicator;
}

EventKind read_event_kind(YamlReader& reader, const YamlEntry& source,
                          const Declarations& declared) {
  check_name(reader, source.key, "event kind");
  const YamlMapping entry(reader, source.value, fmt::format("event kind {}", source.key.text),
                          {"names", "dimension", "sources"});
  EventKind kind;
  kind.id = declared.event_kinds.find(source.key.text).value_or(EventKindId());
  kind.code = source.key.text;
  kind.names = entry.names("names");
  kind.dimension = need_dimension(entry, declared);
  kind.sources = declared.sources.resolve_all(reader, entry.need_words("sources"));
  return kind;
}

}  // namespace

IndicatorsFile read_indicators(const YamlFile& file, const Declarations& declared,
                               Diagnostics& diagnostics) {
  YamlReader reader(file, diagnostics);
  const YamlMapping top(reader, file.root, "the file",
                        {"dimensions", "indicators", "event_kinds", "groups"});
  IndicatorsFile result;
  if (const YamlNode* all = top.need("dimensions")) {
    for (const YamlEntry& source : reader.named_entries(*all, "dimensions")) {
      check_name(reader, source.key, "dimension");
      const YamlMapping entry(reader, source.value, fmt::format("dimension {}", source.key.text),
                              {"names"});
      const auto id = declared.dimensions.find(source.key.text).value_or(DimensionId());
      result.dimensions.push_back(Dimension{id, source.key.text, entry.names("names")});
    }
  }
  if (const YamlNode* all = top.need("indicators")) {
    for (const YamlEntry& source : reader.named_entries(*all, "indicators")) {
      result.indicators.push_back(read_indicator(reader, source, declared));
    }
  }
  if (const YamlNode* all = top.find("event_kinds")) {
    for (const YamlEntry& source : reader.named_entries(*all, "event_kinds")) {
      result.event_kinds.push_back(read_event_kind(reader, source, declared));
    }
  }
  if (const YamlNode* all = top.find("groups")) {
    for (const YamlEntry& source : reader.named_entries(*all, "groups")) {
      check_name(reader, source.key, "group");
      const YamlMapping entry(reader, source.value, fmt::format("group {}", source.key.text),
                              {"names"});
      const auto id = declared.groups.find(source.key.text).value_or(GroupId());
      result.groups.push_back(Group{id, source.key.text, entry.names("names")});
    }
  }
  return result;
}

}  // namespace tocsin
