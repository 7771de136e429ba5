#include "daemon/new_pack_plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>

#include "model/diagnostic.h"
#include "model/period.h"
#include "model/record.h"
#include "model/sorted.h"
#include "rules/lexer.h"
#include "rules/unit.h"

namespace tocsin {
namespace {

constexpr std::int32_t kEventDays = 28;
constexpr std::int64_t kEventsMost = 25;  // one a day must fit into the window
constexpr std::int64_t kEventsUsual = 4;
constexpr std::int32_t kYears = 5;

// "-1.5" of -150 with two decimals.
std::string decimal_text(std::int64_t scaled, int precision) {
  std::string digits = std::to_string(std::abs(scaled));
  const auto decimals = static_cast<std::size_t>(precision);
  if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
  if (decimals > 0) {
    digits.insert(digits.size() - decimals, ".");
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.ends_with('.')) digits.pop_back();
  }
  return (scaled < 0 ? "-" : "") + digits;
}

std::string title_of(const std::map<std::string, std::string>& names, const std::string& code) {
  const auto english = names.find("en");
  return english == names.end() ? code : english->second;
}

// A threshold of an indicator: its condition, and figures on either side of it.
struct Threshold {
  std::string when, why;
  std::string fires, quiet;             // as a record has them
  std::optional<std::string> normal{};  // the figure of all the years before
};

bool higher_is_worse(const Indicator& indicator) { return indicator.worse != Worse::kLower; }

bool plausible(const Indicator& indicator, std::int64_t scaled) {
  return (!indicator.least || scaled >= *indicator.least) &&
         (!indicator.greatest || scaled <= *indicator.greatest);
}

std::string with_unit(const std::string& number, const Indicator& indicator) {
  return indicator.unit == "1" ? number : number + " " + indicator.unit;
}

AnswerError wrong_threat(const NewThreat& threat, std::string message, std::string allowed) {
  const std::string value = threat.from.empty() ? threat.code : threat.code + ": " + threat.from;
  return {"threats", value, std::move(message), std::move(allowed)};
}

using Planned = tl::expected<Threshold, AnswerError>;

// Judged in words: the worst one, if none is said.
Planned word_threshold(const Indicator& indicator, const NewThreat& threat) {
  const bool higher = higher_is_worse(indicator);
  const std::size_t last = indicator.scale.size() - 1;
  const auto known = threat.from.empty() ? std::optional<std::int64_t>(higher ? last : 0)
                                         : indicator.place_of(threat.from);
  std::vector<std::string> words = indicator.scale;
  words.erase(higher ? words.begin() : words.end() - 1);  // that one would always hold
  if (!known || *known == static_cast<std::int64_t>(higher ? 0 : last))
    return tl::unexpected(wrong_threat(threat, fmt::format("{} is judged in words", indicator.code),
                                       fmt::format("{}", fmt::join(words, ", "))));
  const auto place = static_cast<std::size_t>(*known);
  const std::string& word = indicator.scale[place];
  return Threshold{fmt::format("last({}) {} {}", indicator.code, higher ? ">=" : "<=", word),
                   fmt::format("From '{}' on it is a threat: chosen when the pack was made.", word),
                   word, indicator.scale[higher ? place - 1 : place + 1]};
}

Planned number_threshold(const Indicator& indicator, const NewThreat& threat) {
  const bool higher = higher_is_worse(indicator), negative = threat.from.starts_with('-');
  const auto tokens = tokenize(std::string_view(threat.from).substr(negative ? 1 : 0));
  const bool number = tokens && tokens->size() == 2 && tokens->front().kind == TokenKind::kNumber;
  const auto unit = number && !tokens->front().text.empty() ? Unit::parse(tokens->front().text)
                                                            : Unit::parse(indicator.unit);
  const bool percent = number && (tokens->front().text == "%") == (indicator.unit == "%");
  if (!number || unit != Unit::parse(indicator.unit) || (!tokens->front().text.empty() && !percent))
    return tl::unexpected(
        wrong_threat(threat, fmt::format("'{}' is no figure of {}", threat.from, indicator.code),
                     "a number in " + (indicator.unit == "1" ? "no unit" : indicator.unit)));
  std::string digits = threat.from.substr(0, threat.from.find_first_not_of("-_.0123456789"));
  std::erase(digits, '_');
  const auto written = parse_decimal(digits);
  const auto scaled = written ? to_scaled(*written, indicator.precision) : std::nullopt;
  if (!scaled || written->scale > indicator.precision)
    return tl::unexpected(wrong_threat(
        threat, fmt::format("'{}' has too many digits", digits),
        fmt::format("at most {} decimals, as {} has", indicator.precision, indicator.code)));
  const std::int64_t quiet = *scaled + (higher ? -1 : 1);
  if (!plausible(indicator, *scaled) || !plausible(indicator, quiet))
    return tl::unexpected(wrong_threat(
        threat, fmt::format("every figure of {}, or none, would be a threat", indicator.code),
        fmt::format(
            "a number between {} and {}",
            indicator.least ? decimal_text(*indicator.least, indicator.precision) : "any",
            indicator.greatest ? decimal_text(*indicator.greatest, indicator.precision) : "any")));
  return Threshold{fmt::format("last({}) {} {}", indicator.code, higher ? ">=" : "<=",
                               with_unit(decimal_text(*scaled, indicator.precision), indicator)),
                   "Chosen when the pack was made.", decimal_text(*scaled, indicator.precision),
                   decimal_text(quiet, indicator.precision)};
}

// A quarter above or below what was usual in the same period of the years before.
Planned normal_threshold(const Indicator& indicator, const NewThreat& threat) {
  std::int64_t power = 1;
  for (int i = 0; i < indicator.precision; ++i) power *= 10;
  const std::int64_t least = indicator.least.value_or(-1);
  const std::int64_t greatest = indicator.greatest.value_or(1'000 * power);
  std::int64_t usual = 100 * power;
  if (usual * 3 / 2 > greatest || usual / 2 < least) usual = (least + greatest) / 2 / 4 * 4;
  const bool higher = higher_is_worse(indicator);
  const std::int64_t quiet = higher ? usual * 5 / 4 : usual * 3 / 4;
  const std::int64_t step = std::max<std::int64_t>(1, usual / 100);
  const std::int64_t fires = quiet + (higher ? step : -step);
  const bool fits = least >= 0 && usual >= 4 && plausible(indicator, fires);
  if (indicator.cadence == Cadence::kIrregular || !fits)
    return tl::unexpected(wrong_threat(
        threat,
        fmt::format("{} has no normal to be compared with, since {}", indicator.code,
                    indicator.cadence == Cadence::kIrregular ? "it is observed at irregular times"
                                                             : "it may be zero or less"),
        fmt::format("a threshold, {}: {}", indicator.code, with_unit("20", indicator))));
  return Threshold{
      fmt::format("last({}) {} of normal(last({}), {}y)", indicator.code,
                  higher ? "> 125 %" : "< 75 %", indicator.code, kYears),
      fmt::format("A quarter {} what was usual in the same period of {} years: a beginning.",
                  higher ? "above" : "below", kYears),
      decimal_text(fires, indicator.precision), decimal_text(quiet, indicator.precision),
      decimal_text(usual, indicator.precision)};
}

Planned threshold_of(const Indicator& indicator, const NewThreat& threat) {
  if (indicator.is_sampled())
    return tl::unexpected(wrong_threat(
        threat, fmt::format("{} is sampled every {} s", indicator.code, indicator.sample_seconds),
        "an indicator with periods; longest() of samples can be written into the pack"));
  if (!indicator.scale.empty()) return word_threshold(indicator, threat);
  return threat.from.empty() ? normal_threshold(indicator, threat)
                             : number_threshold(indicator, threat);
}

tl::expected<std::int64_t, AnswerError> events_of(const NewThreat& threat) {
  if (threat.from.empty()) return kEventsUsual;
  const auto tokens = tokenize(threat.from);
  const bool number = tokens && tokens->size() == 2 && tokens->front().kind == TokenKind::kNumber &&
                      (tokens->front().text.empty() ||
                       unit_of_literal(tokens->front().text) == Unit::base("events"));
  const double count = number ? tokens->front().number : 0;
  if (count < 1 || count > static_cast<double>(kEventsMost) ||
      count != static_cast<double>(static_cast<std::int64_t>(count)))
    return tl::unexpected(wrong_threat(
        threat, fmt::format("'{}' is no number of events within {} days", threat.from, kEventDays),
        fmt::format("a whole number from 1 to {}; more can be written into the pack",
                    kEventsMost)));
  return static_cast<std::int64_t>(count);
}

// Makes the plan, and notes every mistake.
class Planner {
 public:
  Planner(const Catalogue& catalogue, const NewPackAnswers& answers)
      : catalogue_(catalogue), answers_(answers) {}

  tl::expected<PackPlan, std::vector<AnswerError>> plan() {
    check_texts();
    choose_region();
    check_dimensions();
    check_threats();
    if (errors_.empty()) choose_producer();
    if (errors_.empty())
      for (const NewThreat& threat : answers_.threats) add_signal(threat);
    if (!errors_.empty()) return tl::unexpected(std::move(errors_));
    return std::move(plan_);
  }

 private:
  void wrong(std::string answer, std::string value, std::string message, std::string allowed) {
    errors_.push_back(
        {std::move(answer), std::move(value), std::move(message), std::move(allowed)});
  }

  void unknown(const std::string& answer, std::string_view what, const std::string& value,
               const std::vector<std::string>& known) {
    const std::string near = nearest(value, known);
    wrong(answer, value, fmt::format("there is no {} '{}'", what, value),
          near.empty() ? fmt::format("{}", fmt::join(known, ", ")) : "did you mean " + near + "?");
  }

  void check_texts() {
    const auto fits = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    if (answers_.name.empty() || !std::ranges::all_of(answers_.name, fits))
      wrong("pack", answers_.name, "this is no name of a pack",
            "small letters, digits, '-' and '_'");
    const std::vector<std::string> functions = committee_functions();
    if (std::ranges::find(functions, answers_.function) == functions.end())
      unknown("function", "function of a committee", answers_.function, functions);
  }

  void choose_region() {
    if (answers_.regions.empty())
      wrong("regions", "", "the pack watches nothing", "a region's code");
    for (const std::string& code : answers_.regions) {
      const Region* region = catalogue_.regions.find(code);
      if (region == nullptr) {
        unknown("regions", "region", code, catalogue_.regions.codes());
        continue;
      }
      if (region_ != nullptr) continue;
      region_ = region;
      if (!region->members.empty()) region_ = &catalogue_.regions.at(region->members.front());
      if (region->kind == RegionKind::kCountry)
        for (const RegionId child : catalogue_.regions.children(region->id))
          if (region_ == region) region_ = &catalogue_.regions.at(child);
      plan_.region = region_->code;
    }
  }

  void check_dimensions() {
    std::vector<std::string> known;
    for (const Dimension& dimension : catalogue_.dimensions) known.push_back(dimension.code);
    if (answers_.dimensions.empty())
      wrong("dimensions", "", "no dimension is named", fmt::format("{}", fmt::join(known, ", ")));
    for (const std::string& code : answers_.dimensions)
      if (catalogue_.find_dimension(code) == nullptr)
        unknown("dimensions", "dimension", code, known);
  }

  void check_threats() {
    std::vector<std::string> known, codes, dimensions;
    for (const std::string& code : answers_.dimensions)
      if (const Dimension* dimension = catalogue_.find_dimension(code))
        for (std::string& threat : threats_of(catalogue_, dimension->id))
          known.push_back(std::move(threat));
    if (answers_.threats.empty())
      wrong("threats", "", "no threat is named", fmt::format("{}", fmt::join(known, ", ")));
    for (const NewThreat& threat : answers_.threats) {
      if (std::ranges::find(codes, threat.code) != codes.end())
        wrong("threats", threat.code, fmt::format("'{}' is named twice", threat.code), "once");
      codes.push_back(threat.code);
      if (std::ranges::find(known, threat.code) == known.end()) {
        unknown("threats", "threat of these dimensions", threat.code, known);
      } else {
        dimensions.push_back(dimension_of(threat.code));
        if (auto error = threat_error(catalogue_, threat)) errors_.push_back(*std::move(error));
      }
    }
    sort_unique(dimensions);
    if (errors_.empty() &&
        (answers_.warning_dimensions < 1 || answers_.warning_dimensions > dimensions.size()))
      wrong("warning", std::to_string(answers_.warning_dimensions),
            fmt::format("the threats are of {} dimension{}", dimensions.size(),
                        dimensions.size() == 1 ? "" : "s"),
            fmt::format("1 to {}", dimensions.size()));
  }

  std::string dimension_of(const std::string& code) const {
    const Indicator* indicator = catalogue_.find_indicator(code);
    const DimensionId id =
        indicator != nullptr ? indicator->dimension : catalogue_.find_event_kind(code)->dimension;
    return catalogue_.dimensions[id.number()].code;
  }

  // Whether the source may write about the region of the scenarios.
  bool writes_here(const Source& source) const {
    return source.regions.empty() || std::ranges::any_of(source.regions, [&](RegionId id) {
             return catalogue_.regions.is_below(region_->id, id);
           });
  }

  const Source* source_of(const std::string& code, const Producer& producer) const {
    const Indicator* indicator = catalogue_.find_indicator(code);
    const auto& sources =
        indicator != nullptr ? indicator->sources : catalogue_.find_event_kind(code)->sources;
    for (const SourceId id : sources) {
      const Source& source = *catalogue_.find(id);
      if (writes_here(source) && std::ranges::find(producer.sources, id) != producer.sources.end())
        return &source;
    }
    return nullptr;
  }

  // One that brings sources of all the threats.
  void choose_producer() {
    std::string best_lacks;
    std::size_t fewest = answers_.threats.size() + 1;
    for (const Producer& producer : catalogue_.producers) {
      std::vector<std::string> lacks;
      for (const NewThreat& threat : answers_.threats)
        if (source_of(threat.code, producer) == nullptr) lacks.push_back(threat.code);
      if (lacks.size() >= fewest) continue;
      fewest = lacks.size();
      producer_ = &producer;
      best_lacks = fmt::format("{}", fmt::join(lacks, ", "));
    }
    if (fewest > 0)
      wrong(
          "threats", best_lacks,
          fmt::format("nobody who may connect brings all of these about {}", region_->code),
          producer_ == nullptr
              ? "a producer in sources.yaml"
              : fmt::format("what {} brings, or another region, or a source of it in sources.yaml",
                            producer_->name));
    else
      plan_.producer = producer_->name;
  }

  void add_signal(const NewThreat& threat) {
    PlannedSignal signal;
    signal.dimension = dimension_of(threat.code);
    signal.name = threat.code;
    const auto taken = [&](const std::string& name) {
      return catalogue_.find_dimension(name) != nullptr;
    };
    if (taken(signal.name)) signal.name += "_threat";
    const std::string source = source_of(threat.code, *producer_)->key;
    if (const Indicator* indicator = catalogue_.find_indicator(threat.code))
      plan_indicator(*indicator, *threshold_of(*indicator, threat), source, signal);
    else
      plan_events(*catalogue_.find_event_kind(threat.code), *events_of(threat), source, signal);
    signal.advice = told_threat(catalogue_, threat.code);
    plan_.signals.push_back(std::move(signal));
  }

  void plan_indicator(const Indicator& indicator, const Threshold& threshold,
                      const std::string& source, PlannedSignal& signal) const {
    signal.title = title_of(indicator.names, indicator.code);
    signal.when = threshold.when;
    signal.why = threshold.why;
    const std::string note = indicator.note_required ? ", note: made up" : "";
    const auto line = [&](Day from, Day to, const std::string& figure) {
      return fmt::format("{{series: {}, in: {}, by: {}, from: {}, to: {}, values: [{}]{}}}",
                         indicator.code, '"' + region_->code + '"', source, format_day(from),
                         format_day(to), figure, note);
    };
    if (indicator.cadence == Cadence::kIrregular) {
      for (const auto& [figure, records] :
           {std::pair(&threshold.fires, &signal.fires), std::pair(&threshold.quiet, &signal.quiet)})
        records->push_back(fmt::format("{{snapshot: {}, in: {}, by: {}, on: {}, values: [{}]{}}}",
                                       indicator.code, '"' + region_->code + '"', source,
                                       format_day(kScenarioDay + -1), *figure, note));
      return;
    }
    // The last period that is over, and the years before it.
    const std::int32_t last = period_of(indicator.cadence, kScenarioDay) - 1;
    const Day from = period_start(indicator.cadence, last);
    const Day until = period_start(indicator.cadence, last + 1);
    if (threshold.normal)
      for (auto* records : {&signal.fires, &signal.quiet})
        records->push_back(line(add_years(from, -kYears - 1), from + -1, *threshold.normal));
    signal.fires.push_back(line(from, until + -1, threshold.fires));
    signal.quiet.push_back(line(from, until + -1, threshold.quiet));
  }

  void plan_events(const EventKind& kind, std::int64_t count, const std::string& source,
                   PlannedSignal& signal) const {
    signal.title = title_of(kind.names, kind.code);
    signal.when = fmt::format("count(events(kind: {}), {}d) >= {}", kind.code, kEventDays, count);
    signal.why = fmt::format("{} within four weeks: chosen when the pack was made.", count);
    const std::string region = '"' + region_->code + '"';
    const std::string covered =
        fmt::format("{{complete: events, in: [{}], by: {}, from: {}, to: {}, every: 1d}}", region,
                    source, format_day(kScenarioDay + -60), format_day(kScenarioDay));
    const auto happened = [&](std::int64_t times) {
      return fmt::format("{{events: {}, in: {}, by: {}, from: {}, every: 1d, times: {}}}",
                         kind.code, region, source,
                         format_day(kScenarioDay + -static_cast<std::int32_t>(times)), times);
    };
    signal.fires = {covered, happened(count)};
    signal.quiet = {covered};
    if (count > 1) signal.quiet.push_back(happened(count - 1));
  }

  const Catalogue& catalogue_;
  const NewPackAnswers& answers_;
  const Region* region_ = nullptr;
  const Producer* producer_ = nullptr;
  PackPlan plan_;
  std::vector<AnswerError> errors_;
};

}  // namespace

std::vector<std::string> threats_of(const Catalogue& catalogue, DimensionId dimension) {
  std::vector<std::string> codes;
  for (const Indicator& indicator : catalogue.indicators)
    if (indicator.dimension == dimension && indicator.stance == Stance::kThreat &&
        !indicator.is_sampled())
      codes.push_back(indicator.code);
  for (const EventKind& kind : catalogue.event_kinds)
    if (kind.dimension == dimension) codes.push_back(kind.code);
  return codes;
}

std::vector<std::string> committee_functions() {
  return {"legislate", "oversee", "budget", "represent", "diplomacy"};
}

std::string told_threat(const Catalogue& catalogue, const std::string& code) {
  const Indicator* indicator = catalogue.find_indicator(code);
  if (indicator == nullptr) return code + ": events, counted within four weeks";
  const std::string often = indicator->cadence == Cadence::kIrregular
                                ? "now and then"
                                : "each " + std::string(name_of(indicator->cadence));
  if (!indicator->scale.empty())
    return fmt::format("{}: judged {}, {}", code, often, fmt::join(indicator->scale, " < "));
  return fmt::format("{}: {}{}, {} is worse", code,
                     indicator->unit == "1" ? "" : indicator->unit + ", ", often,
                     higher_is_worse(*indicator) ? "higher" : "lower");
}

std::optional<AnswerError> threat_error(const Catalogue& catalogue, const NewThreat& threat) {
  if (const Indicator* indicator = catalogue.find_indicator(threat.code)) {
    const auto planned = threshold_of(*indicator, threat);
    return planned ? std::nullopt : std::optional(planned.error());
  }
  const auto events = events_of(threat);
  return events ? std::nullopt : std::optional(events.error());
}

tl::expected<PackPlan, std::vector<AnswerError>> plan_pack(const Catalogue& catalogue,
                                                           const NewPackAnswers& answers) {
  return Planner(catalogue, answers).plan();
}

}  // namespace tocsin
