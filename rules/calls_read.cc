#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "model/claim.h"
#include "rules/parser.h"

// The reads of data: an aggregate of a series or of events.
namespace tocsin {
namespace {

constexpr Parser::Place kData{Scope::kSignal, "a pattern reads signals, not data",
                              "a signal with this condition, and on(signal) here"};

}  // namespace

std::span<const Parser::Function> Parser::read_functions() {
  static constexpr auto kRows = std::to_array<Function>({
      {"last", &Parser::aggregate_call, Op::kAggregate, kData, Aggregate::kLast},
      {"sum", &Parser::aggregate_call, Op::kAggregate, kData, Aggregate::kSum, Over::How::kSum},
      {"mean", &Parser::aggregate_call, Op::kAggregate, kData, Aggregate::kMean, Over::How::kMean},
      {"min", &Parser::extreme_call, Op::kLeast, {}, Aggregate::kLeast, Over::How::kLeast},
      {"max", &Parser::extreme_call, Op::kGreatest, {}, Aggregate::kGreatest, Over::How::kGreatest},
      {"median", &Parser::aggregate_call, Op::kAggregate, kData, Aggregate::kMedian,
       Over::How::kMedian},
      {"stddev", &Parser::aggregate_call, Op::kAggregate, kData, Aggregate::kStddev,
       Over::How::kStddev},
      {"count", &Parser::count_call, Op::kCountTrue, {}, Aggregate::kCount},
  });
  return kRows;
}

// The least or greatest of a series, or of numbers.
Parser::Value Parser::extreme_call(const Token& function, const Function& row) {
  const bool series = forecast_follows() || (peek().kind == TokenKind::kName &&
                                             catalogue_.find_indicator(peek().text) != nullptr);
  if (!series) return choose_call(function, row);
  stands(function, kData);
  return aggregate_call(function, row);
}

// How many events, or how many conditions hold.
Parser::Value Parser::count_call(const Token& function, const Function& row) {
  const bool data = next_is("events") || (peek().kind == TokenKind::kName &&
                                          catalogue_.find_indicator(peek().text) != nullptr);
  if (!data) return count_true_call(function, row);
  stands(function, kData);
  return aggregate_call(function, row);
}

Parser::Value Parser::aggregate_call(const Token& function, const Function& row) {
  const Aggregate aggregate = row.aggregate;
  if (aggregate != Aggregate::kLast && operand_follows()) return over_call(function, row);
  const bool events =
      next_is("events") || (peek(1).kind == TokenKind::kName && peek(1).text == "of");
  Leaf leaf = events ? events_leaf(function, aggregate) : series_leaf(function, aggregate);
  if (aggregate != Aggregate::kLast && aggregate != Aggregate::kLeast &&
      aggregate != Aggregate::kGreatest)
    refuse_scale(leaf, function);
  expect(")");
  Node node;
  node.op = Op::kAggregate;
  if (leaf.reads_events) {
    node.unit = Unit::base(aggregate == Aggregate::kCount ? "events" : "people");
  } else if (aggregate == Aggregate::kCount) {
    node.unit = Unit::base("observations");
  } else {
    const Indicator& indicator = *catalogue_.find(leaf.indicator);
    const bool totals = indicator.is_rate() && aggregate == Aggregate::kSum;
    const auto unit = Unit::parse(indicator.unit);
    node.unit = unit ? (totals ? *unit * Unit::base("day") : *unit) : Unit::base(indicator.unit);
    if (indicator.unit == "%") node.style = PureStyle::kPercent;
  }
  node.leaf = add_leaf(std::move(leaf), function);
  return add(std::move(node), function, Type::kNumber);
}

Leaf Parser::named_leaf(Aggregate aggregate) {
  if (forecast_follows()) return forecast_leaf(aggregate);
  const Token series = expect_kind(TokenKind::kName, "an indicator");
  const Indicator* indicator = catalogue_.find_indicator(series.text);
  if (indicator == nullptr)
    unknown(series, "indicator", names_of(catalogue_.indicators, &Indicator::code));
  if (indicator->is_sampled())
    wrong(series,
          series.text + " is sampled within the day, every " +
              std::to_string(indicator->sample_seconds) + " s, and has no figure of a period",
          "longest(sample(" + series.text + ") < ..., 1d) >= 60 s: how long a condition holds");
  Leaf leaf;
  leaf.aggregate = aggregate;
  leaf.indicator = indicator->id;
  leaf.cadence = indicator->cadence;
  leaf.sources = indicator->sources;
  return leaf;
}

Leaf Parser::series_leaf(const Token& function, Aggregate aggregate) {
  const Token series = peek();
  Leaf leaf = named_leaf(aggregate);
  const Indicator* indicator = catalogue_.find(leaf.indicator);
  bool has_window = false;
  while (accept(",")) {
    if (peek().kind == TokenKind::kSpan && !has_window) {
      if (leaf.forecast)
        leads_of(leaf);
      else
        window_of(leaf, *indicator, expect_span("a window"));
      has_window = true;
    } else if (next_is("since") && !has_window && !leaf.forecast) {
      since_of(leaf);
      has_window = true;
    } else if (season_follows(leaf) && !has_window) {
      season_of(leaf);
      has_window = true;
    } else {
      series_option(leaf,
                    expect_kind(TokenKind::kName, "a window such as 3 months, group: or source:"));
    }
  }
  const std::string written = leaf.forecast ? "forecast(" + indicator->code + ")" : series.text;
  if (aggregate == Aggregate::kLast && has_window)
    wrong(function, "last() is one value and takes no window", "last(" + written + ")");
  if (aggregate != Aggregate::kLast && !has_window)
    wrong(function, function.text + "() needs " + (leaf.forecast ? "leads" : "a window"),
          function.text + "(" + written + (leaf.forecast ? ", 14d)" : ", 3 months)"));
  return leaf;
}

void Parser::series_option(Leaf& leaf, const Token& option) {
  expect(":");
  if (option.text == "group") {
    const Token group = take();
    const Group* found = catalogue_.find_group(group.text);
    if (found == nullptr) unknown(group, "group", names_of(catalogue_.groups, &Group::code));
    leaf.group = found->id;
  } else if (option.text == "source") {
    leaf.sources = {source_named(take())};
  } else if (option.text == "member" && leaf.forecast) {
    member_of(leaf, option);
  } else {
    wrong(option, "'" + option.text + "' is no option of a series",
          leaf.forecast ? "group, source, member" : "group, source");
  }
}

SourceId Parser::source_named(const Token& token) {
  const Source* source = catalogue_.find_source(token.text);
  if (source == nullptr) unknown(token, "source", names_of(catalogue_.sources, &Source::key));
  return source->id;
}

// "over 3 months", "since rains began".
std::string Parser::window_text(const Leaf& leaf, std::string_view before) {
  if (leaf.since) return "since the season " + leaf.since->name() + " began";
  return std::string(before) + " " + to_string(leaf.window);
}

void Parser::since_of(Leaf& leaf) {
  const Token at = take();
  leaf.since = season();
  if (!leaf.reads_events && leaf.cadence != Cadence::kIrregular &&
      leaf.since->most_periods(leaf.cadence) == 0)
    wrong(at,
          "a window since " + leaf.since->name() + " can never hold a whole " +
              std::string(name_of(leaf.cadence)) + " (" + leaf.since->text() + ")",
          "a season that holds a period of the series");
}

void Parser::window_of(Leaf& leaf, const Indicator& indicator, const Token& span) {
  leaf.window = span.span;
  if (indicator.cadence == Cadence::kIrregular) return;
  const auto periods = whole_periods(span.span, indicator.cadence);
  if (!periods) {
    const std::string cadence(name_of(indicator.cadence));
    const std::int32_t length =
        longest_days({1, SpanUnit::kDays}) *
        (period_start(indicator.cadence, 1) - period_start(indicator.cadence, 0));
    const std::int32_t nearest_count = std::max(1, (longest_days(span.span) + length / 2) / length);
    wrong(span,
          "a window of " + to_string(span.span) + " is no whole number of " + cadence +
              "s, the cadence of " + indicator.code,
          "whole " + cadence + "s",
          std::to_string(nearest_count) + " " + cadence + (nearest_count == 1 ? "" : "s"));
  }
  leaf.periods = *periods;
}

Leaf Parser::events_leaf(const Token& function, Aggregate aggregate) {
  Leaf leaf;
  leaf.aggregate = aggregate;
  leaf.reads_events = true;
  leaf.cadence = Cadence::kDay;
  if (aggregate == Aggregate::kSum) {
    const Token magnitude =
        expect_kind(TokenKind::kName, "deaths of events(...) or displaced of events(...)");
    if (magnitude.text == "deaths")
      leaf.magnitude = Magnitude::kDeaths;
    else if (magnitude.text == "displaced")
      leaf.magnitude = Magnitude::kDisplaced;
    else
      wrong(magnitude, "'" + magnitude.text + "' of events cannot be summed", "deaths, displaced");
    expect("of");
  } else if (aggregate != Aggregate::kCount) {
    wrong(function, function.text + "() does not read events",
          "count(events(...), 60d), sum(deaths of events(...), 60d)");
  }
  if (!next_is("events"))
    wrong(peek(), "'" + source_of(peek()) + "' does not fit here", "events(...)");
  take();
  expect("(");
  if (!next_is(")")) {
    do {
      events_filter(leaf);
    } while (accept(","));
  }
  expect(")");
  expect(",");
  if (next_is("since"))
    since_of(leaf);
  else
    leaf.window = expect_span("a window such as 60d, or since and a season").span;
  std::sort(leaf.kinds.begin(), leaf.kinds.end());
  if (leaf.sources.empty()) {
    const EventKind* first = leaf.kinds.empty() ? nullptr : catalogue_.find(leaf.kinds.front());
    if (first != nullptr)
      leaf.sources = first->sources;
    else
      for (const auto& source : catalogue_.sources) leaf.sources.push_back(source.id);
  }
  return leaf;
}

void Parser::events_filter(Leaf& leaf) {
  const Token filter =
      expect_kind(TokenKind::kName, "kind, actor, status, deaths, displaced or source");
  if (filter.text == "deaths" || filter.text == "displaced") {
    const bool deaths = filter.text == "deaths", above = accept(">");
    if (!above && !accept(">="))
      wrong(peek(), "'" + source_of(peek()) + "' does not fit here", "'>=' or '>'");
    const Token least = expect_kind(TokenKind::kNumber, "a number of people");
    if (!least.text.empty() && least.text != "people")
      wrong(least, "'" + least.text + "' does not count people", "people");
    if (least.number != std::floor(least.number))
      wrong(least, "'" + source_of(least) + "' is no number of people", "a whole number");
    (deaths ? leaf.least_deaths : leaf.least_displaced) =
        static_cast<std::int64_t>(least.number) + (above ? 1 : 0);
    (deaths ? leaf.deaths_above : leaf.displaced_above) = above;
    return;
  }
  expect(":");
  if (filter.text == "kind") {
    kind_list(leaf);
  } else if (filter.text == "status") {
    status_filter(leaf);
  } else if (filter.text == "actor") {
    do {
      const Token actor = expect_kind(TokenKind::kText, "an actor's name in quotes");
      leaf.actors.push_back(actor_number(actor.text));
    } while (accept("or"));
    std::sort(leaf.actors.begin(), leaf.actors.end());
  } else if (filter.text == "source") {
    leaf.sources = {source_named(take())};
  } else {
    wrong(filter, "'" + filter.text + "' is no filter of events",
          "kind, actor, status, deaths, displaced, source");
  }
}

void Parser::kind_list(Leaf& leaf) {
  do {
    const Token kind = expect_kind(TokenKind::kName, "a kind of event");
    const EventKind* found = catalogue_.find_event_kind(kind.text);
    if (found == nullptr)
      unknown(kind, "kind of event", names_of(catalogue_.event_kinds, &EventKind::code));
    // The first kind named decides which sources are read.
    if (leaf.kinds.empty() && leaf.sources.empty()) leaf.sources = found->sources;
    leaf.kinds.push_back(found->id);
  } while (accept("or"));
}

// What was refuted is never read, so it is none of them.
void Parser::status_filter(Leaf& leaf) {
  const Token status = expect_kind(TokenKind::kName, "confirmed or reported");
  if (status.text == name_of(EventStatus::kRefuted))
    wrong(status, "an event that was refuted counts for nothing", "confirmed, reported");
  for (const auto known : {EventStatus::kConfirmed, EventStatus::kReported})
    if (status.text == name_of(known)) leaf.status = known;
  if (!leaf.status) unknown(status, "status of events", {"confirmed", "reported"});
}

// " with more than 100 deaths": what events must have been to count.
std::string Parser::magnitudes_of(const Leaf& leaf) {
  std::string out;
  const auto add = [&](std::int64_t least, bool above, std::string_view what) {
    if (least == 0) return;
    out += fmt::format("{}{} {} {}", out.empty() ? " with " : " and ",
                       above ? "more than" : "at least", above ? least - 1 : least, what);
  };
  add(leaf.least_deaths, leaf.deaths_above, "deaths");
  add(leaf.least_displaced, leaf.displaced_above, "people displaced");
  return out;
}

std::string Parser::label_of(const Leaf& leaf) const {
  std::string label;
  if (leaf.reads_events) {
    std::string kinds;
    for (const EventKindId id : leaf.kinds) {
      const EventKind& kind = *catalogue_.find(id);
      const auto english = kind.names.find("en");
      kinds += (kinds.empty() ? "" : " or ") +
               (english == kind.names.end() ? kind.code : english->second);
    }
    if (kinds.empty()) kinds = "any kind";
    const std::string status =
        leaf.status ? std::string(name_of(*leaf.status)) + " " : std::string();
    const std::string of = leaf.magnitude == Magnitude::kDeaths      ? "deaths in "
                           : leaf.magnitude == Magnitude::kDisplaced ? "people displaced in "
                                                                     : "";
    label =
        of + status + "events of " + kinds + magnitudes_of(leaf) + " " + window_text(leaf, "in");
  } else {
    label = label_of_series(leaf);
  }
  return label;
}

std::string Parser::label_of_series(const Leaf& leaf) const {
  const Indicator& indicator = *catalogue_.find(leaf.indicator);
  const auto english = indicator.names.find("en");
  std::string label = english == indicator.names.end() ? indicator.code : english->second;
  if (leaf.group.number() != 0) label += " (" + catalogue_.find(leaf.group)->code + ")";
  static constexpr std::array<std::string_view, 8> kHow = {
      "", "total", "mean", "least", "greatest", "median", "standard deviation", "number"};
  const std::string how(kHow[static_cast<std::size_t>(leaf.aggregate)]);
  if (leaf.forecast) return label + ", " + forecast_text(leaf, how);
  if (leaf.aggregate == Aggregate::kCount)
    return "figures of " + label + " " + window_text(leaf, "in");
  if (leaf.aggregate != Aggregate::kLast) label += ", " + how + " " + window_text(leaf, "over");
  return label;
}

}  // namespace tocsin
