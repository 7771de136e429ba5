#include <algorithm>
#include <array>
#include <utility>

#include "model/claim.h"
#include "rules/parser.h"

namespace tocsin {
namespace {

constexpr std::array<std::pair<std::string_view, Aggregate>, 8> kAggregates = {{
    {"last", Aggregate::kLast},
    {"sum", Aggregate::kSum},
    {"mean", Aggregate::kMean},
    {"min", Aggregate::kLeast},
    {"max", Aggregate::kGreatest},
    {"median", Aggregate::kMedian},
    {"stddev", Aggregate::kStddev},
    {"count", Aggregate::kCount},
}};

constexpr std::array<std::string_view, 24> kFunctions = {
    "last",   "sum",      "mean",       "min",      "max",    "median",     "stddev",     "count",
    "normal", "zscore",   "percentile", "residual", "lag",    "change",     "rising",     "crosses",
    "abs",    "per_100k", "population", "on",       "active", "dimensions", "neighbours", "basin"};

std::vector<std::string> names_of(const auto& list, auto member) {
  std::vector<std::string> names;
  for (const auto& item : list) names.push_back(item.*member);
  return names;
}

}  // namespace

Parser::Value Parser::call(const Token& function) {
  if (++depth_ > 60) wrong(function, "the condition is nested too deeply");
  expect("(");
  const auto dispatch = [&]() -> Value {
    const std::string& f = function.text;
    const bool chooses =
        (f == "min" || f == "max") &&
        !(peek().kind == TokenKind::kName && catalogue_.find_indicator(peek().text) != nullptr);
    if (chooses) return choose_call(function, f == "min" ? Op::kLeast : Op::kGreatest);
    for (const auto& [name, aggregate] : kAggregates)
      if (f == name) return aggregate_call(function, aggregate);
    if (f == "normal") return history_call(function, Op::kNormal);
    if (f == "percentile") return history_call(function, Op::kPercentile);
    if (f == "zscore") return history_call(function, Op::kZscore);
    if (f == "residual") return residual_call(function);
    if (f == "lag") return lag_call(function);
    if (f == "change") return change_call(function);
    if (f == "rising") return rising_call(function);
    if (f == "crosses") return crosses_call(function);
    if (f == "abs") return number_call(function, Op::kAbsolute);
    if (f == "per_100k") return number_call(function, Op::kPer100k);
    if (f == "population") return population_call(function);
    if (f == "on") return subject_call(function, Op::kOn);
    if (f == "active") return subject_call(function, Op::kActive);
    if (f == "neighbours") return count_regions_call(function, Op::kNeighbours);
    if (f == "basin") return count_regions_call(function, Op::kBasin);
    if (f == "dimensions") return dimensions_call(function);
    if (f == "cascade") return cascade_call(function);
    std::vector<std::string> known(kFunctions.begin(), kFunctions.end());
    known.emplace_back("cascade");
    unknown(function, "function", known);
  };
  const Value value = dispatch();
  --depth_;
  return value;
}

// ---- reads of the data

Parser::Value Parser::aggregate_call(const Token& function, Aggregate aggregate) {
  if (scope_ == Scope::kPattern)
    wrong(function, "a pattern reads signals, not data",
          "a signal with this condition, and on(signal) here");
  const bool events =
      next_is("events") || (peek(1).kind == TokenKind::kName && peek(1).text == "of");
  Leaf leaf = events ? events_leaf(function, aggregate) : series_leaf(function, aggregate);
  expect(")");
  Node node;
  node.op = Op::kAggregate;
  if (leaf.reads_events) {
    node.unit = Unit::base(aggregate == Aggregate::kCount ? "events" : "people");
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
  const Token series = expect_kind(TokenKind::kName, "an indicator");
  const Indicator* indicator = catalogue_.find_indicator(series.text);
  if (indicator == nullptr)
    unknown(series, "indicator", names_of(catalogue_.indicators, &Indicator::code));
  if (aggregate == Aggregate::kCount)
    wrong(series, "count() counts events", "count(events(kind: ...), 60d)");
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
      window_of(leaf, *indicator, take());
      has_window = true;
    } else {
      series_option(leaf,
                    expect_kind(TokenKind::kName, "a window such as 3 months, group: or source:"));
    }
  }
  if (aggregate == Aggregate::kLast && has_window)
    wrong(function, "last() is one value and takes no window", "last(" + series.text + ")");
  if (aggregate != Aggregate::kLast && !has_window)
    wrong(function, function.text + "() needs a window",
          function.text + "(" + series.text + ", 3 months)");
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
  } else {
    wrong(option, "'" + option.text + "' is no option of a series", "group, source");
  }
}

SourceId Parser::source_named(const Token& token) {
  const Source* source = catalogue_.find_source(token.text);
  if (source == nullptr) unknown(token, "source", names_of(catalogue_.sources, &Source::key));
  return source->id;
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
  leaf.window = expect_kind(TokenKind::kSpan, "a window such as 60d").span;
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
  const Token filter = expect_kind(TokenKind::kName, "kind, actor, deaths, displaced or source");
  if (filter.text == "deaths" || filter.text == "displaced") {
    expect(">=");
    const Token least = expect_kind(TokenKind::kNumber, "a number of people");
    if (!least.text.empty() && least.text != "people")
      wrong(least, "'" + least.text + "' does not count people", "people");
    (filter.text == "deaths" ? leaf.least_deaths : leaf.least_displaced) =
        static_cast<std::int64_t>(least.number);
    return;
  }
  expect(":");
  if (filter.text == "kind") {
    kind_list(leaf);
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
          "kind, actor, deaths, displaced, source");
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
    const std::string of = leaf.magnitude == Magnitude::kDeaths      ? "deaths in "
                           : leaf.magnitude == Magnitude::kDisplaced ? "people displaced in "
                                                                     : "";
    label = of + "events of " + kinds + " in " + to_string(leaf.window);
  } else {
    const Indicator& indicator = *catalogue_.find(leaf.indicator);
    const auto english = indicator.names.find("en");
    label = english == indicator.names.end() ? indicator.code : english->second;
    if (leaf.group.number() != 0) label += " (" + catalogue_.find(leaf.group)->code + ")";
    static constexpr std::array<std::string_view, 8> kHow = {
        "", "total", "mean", "least", "greatest", "median", "standard deviation", "number"};
    if (leaf.aggregate != Aggregate::kLast)
      label += ", " + std::string(kHow[static_cast<std::size_t>(leaf.aggregate)]) + " over " +
               to_string(leaf.window);
  }
  return label;
}

// ---- functions of a read

const Leaf& Parser::leaf_operand(const Token& function) {
  const Token first = peek();
  const Value value = addition();
  if (value.type != Type::kNumber || node_of(value).op != Op::kAggregate)
    wrong(first, function.text + "() reads one aggregate of one series",
          function.text + "(sum(rainfall, 3 months), ...)");
  return out_.leaf(node_of(value).leaf);
}

std::int32_t Parser::years(const Token& function) {
  expect(",");
  const Token span = expect_kind(TokenKind::kSpan, "a number of years, 10y");
  if (span.span.unit != SpanUnit::kYears || span.span.count < 2 || span.span.count > 60)
    wrong(span, function.text + "() looks back over whole years", "2y to 60y");
  return span.span.count;
}

Parser::Value Parser::history_call(const Token& function, Op op) {
  const Token first = peek();
  Node node;
  node.op = op;
  leaf_operand(function);
  node.leaf = static_cast<std::int32_t>(out_.leaves.size() - 1);
  const Leaf leaf = out_.leaf(node.leaf);
  if (!leaf.reads_events && leaf.cadence == Cadence::kIrregular)
    wrong(
        first,
        "'" + leaf.text + "' is observed at irregular times and has no same window in other years",
        "a series with a regular cadence");
  if (op == Op::kNormal) {
    node.unit = out_.nodes.back().unit;
    node.style = out_.nodes.back().style;
  } else if (op == Op::kZscore) {
    node.unit = Unit::base("sd");
  } else {
    node.style = PureStyle::kPercent;
  }
  node.count = years(function);
  if (op == Op::kNormal && accept(",")) {
    const Token how = expect_kind(TokenKind::kName, "mean or median");
    if (how.text != "mean" && how.text != "median")
      wrong(how, "a normal is no '" + how.text + "'", "mean, median");
    node.use_mean = how.text == "mean";
  }
  expect(")");
  return add(std::move(node), function, Type::kNumber);
}

Parser::Value Parser::residual_call(const Token& function) {
  if (scope_ == Scope::kPattern)
    wrong(function, "a pattern reads signals, not data", "a signal with this condition");
  const Token series = peek();
  Leaf leaf = named_leaf(Aggregate::kLast);
  if (leaf.cadence != Cadence::kMonth && leaf.cadence != Cadence::kDekad &&
      leaf.cadence != Cadence::kQuarter)
    wrong(series,
          "'" + series.text + "' has a cadence of one " + std::string(name_of(leaf.cadence)),
          "residual() of months, dekads or quarters");
  expect(",");
  while (peek(1).kind == TokenKind::kSymbol && peek(1).text == ":") {
    series_option(leaf, take());
    expect(",");
  }
  Node node;
  node.op = Op::kResidual;
  node.unit = Unit::base("sd");
  do {
    const Token part = expect_kind(TokenKind::kName, "seasonal, trend or seasonal + trend");
    if (part.text == "seasonal")
      node.seasonal = true;
    else if (part.text == "trend")
      node.trend = true;
    else
      wrong(part, "'" + part.text + "' is no part of the model",
            "seasonal, trend, seasonal + trend");
  } while (accept("+"));
  node.leaf = add_leaf(std::move(leaf), function);
  node.count = years(function);
  expect(")");
  return add(std::move(node), function, Type::kNumber);
}

std::int32_t Parser::lag_periods(const Leaf& leaf, const Token& span) {
  if (leaf.reads_events || leaf.cadence == Cadence::kIrregular) return 0;
  auto periods = whole_periods(span.span, leaf.cadence);
  if (!periods)
    wrong(span,
          to_string(span.span) + " are no whole number of " + std::string(name_of(leaf.cadence)) +
              "s, the cadence of '" + leaf.text + "'",
          "whole " + std::string(name_of(leaf.cadence)) + "s");
  return *periods;
}

Parser::Value Parser::lag_call(const Token& function) {
  leaf_operand(function);
  Node node = out_.nodes.back();
  Leaf leaf = out_.leaf(node.leaf);
  expect(",");
  const Token span = expect_kind(TokenKind::kSpan, "how far back, 3 months");
  if (leaf.lag.count != 0) wrong(function, "a lag of a lag", "one lag");
  leaf.lag_periods = lag_periods(leaf, span);
  leaf.lag = span.span;
  expect(")");
  node.leaf = add_leaf(std::move(leaf), function);
  out_.leaves.back().label += ", " + to_string(span.span) + " before";
  return add(std::move(node), function, Type::kNumber);
}

Parser::Value Parser::change_call(const Token& function) {
  leaf_operand(function);
  Node node;
  node.op = Op::kChange;
  node.leaf = static_cast<std::int32_t>(out_.leaves.size() - 1);
  node.style = PureStyle::kPercent;
  Leaf before = out_.leaf(node.leaf);
  expect(",");
  const Token span = expect_kind(TokenKind::kSpan, "since when, 12 months");
  if (before.lag.count != 0) wrong(function, "a change of a lag", "change(last(price), 12 months)");
  before.lag_periods = lag_periods(before, span);
  before.lag = span.span;
  expect(")");
  node.leaf_before = add_leaf(std::move(before), function);
  return add(std::move(node), function, Type::kNumber);
}

Parser::Value Parser::rising_call(const Token& function) {
  leaf_operand(function);
  Node node;
  node.op = Op::kRising;
  node.leaf = static_cast<std::int32_t>(out_.leaves.size() - 1);
  const Leaf& leaf = out_.leaf(node.leaf);
  expect(",");
  const Token span = expect_kind(TokenKind::kSpan, "how many periods, 3 months");
  if (leaf.reads_events || leaf.cadence == Cadence::kIrregular)
    wrong(function, "rising() compares periods; '" + leaf.text + "' has none",
          "a series with a regular cadence");
  node.count = lag_periods(leaf, span);
  expect(")");
  return add(std::move(node), function, Type::kTruth);
}

Parser::Value Parser::crosses_call(const Token& function) {
  const Token first = peek();
  leaf_operand(function);
  const std::int32_t read = static_cast<std::int32_t>(out_.nodes.size() - 1);
  Node node;
  node.op = Op::kCrosses;
  node.leaf = static_cast<std::int32_t>(out_.leaves.size() - 1);
  const Leaf& leaf = out_.leaf(node.leaf);
  if (!leaf.reads_events && leaf.cadence == Cadence::kIrregular)
    wrong(first, "crosses() compares periods; '" + leaf.text + "' has none",
          "a series with a regular cadence");
  expect(",");
  const Value threshold = addition();
  want(threshold, Type::kNumber, function, "a threshold");
  common_unit({read, Type::kNumber}, threshold, function);
  node.a = threshold.node;
  expect(")");
  return add(std::move(node), function, Type::kTruth);
}

// ---- numbers

Parser::Value Parser::choose_call(const Token& function, Op op) {
  Value best = addition();
  want(best, Type::kNumber, function, "what is compared");
  if (!next_is(","))
    wrong(function, function.text + "() chooses between numbers", function.text + "(3, x)");
  while (accept(",")) {
    const Value other = addition();
    want(other, Type::kNumber, function, "what is compared");
    best = binary(op, best, other, function);
    Node& node = node_of(best);
    node.begin = function.begin;
  }
  expect(")");
  node_of(best).end = tokens_[at_ - 1].end;
  return best;
}

Parser::Value Parser::number_call(const Token& function, Op op) {
  const Value operand = addition();
  want(operand, Type::kNumber, function, "what stands in it");
  expect(")");
  Node node;
  node.op = op;
  node.a = operand.node;
  node.unit = node_of(operand).unit;
  node.style = node_of(operand).style;
  if (op == Op::kPer100k) node.unit = node.unit / Unit::base("people_100k");
  return add(std::move(node), function, Type::kNumber);
}

Parser::Value Parser::population_call(const Token& function) {
  expect(")");
  Node node;
  node.op = Op::kPopulation;
  node.unit = Unit::base("people");
  return add(std::move(node), function, Type::kNumber);
}

// ---- signals, patterns, regions

Subject Parser::subject() {
  const Token name = expect_kind(TokenKind::kName, "a signal or a dimension");
  for (std::uint32_t i = 0; i < pack_.signals.size(); ++i)
    if (pack_.signals[i].name == name.text) return {Subject::Kind::kSignal, i, Level::kWatch};
  if (const Dimension* dimension = catalogue_.find_dimension(name.text)) {
    const bool present =
        std::any_of(pack_.signals.begin(), pack_.signals.end(), [&](const Signal& s) {
          return s.dimension == dimension->id && s.stance == Stance::kThreat;
        });
    if (!present)
      wrong(name, "no signal of this pack speaks about the dimension '" + name.text + "'",
            "a dimension that a signal has");
    return {Subject::Kind::kDimension, dimension->id.number(), Level::kWatch};
  }
  auto known = names_of(pack_.signals, &Signal::name);
  for (const auto& dimension : catalogue_.dimensions) known.push_back(dimension.code);
  unknown(name, "signal or dimension", known);
}

void Parser::subjects(std::vector<Subject>& list) {
  do {
    list.push_back(subject());
  } while (accept("or"));
}

Parser::Value Parser::subject_call(const Token& function, Op op) {
  if (op == Op::kActive && scope_ == Scope::kSignal)
    wrong(function, "active() looks over a pattern's window; a signal has none", "on(...)");
  Node node;
  node.op = op;
  subjects(node.subjects);
  expect(")");
  return add(std::move(node), function, Type::kTruth);
}

Parser::Value Parser::count_regions_call(const Token& function, Op op) {
  if (scope_ == Scope::kSignal)
    wrong(function, function.text + "() stands in a pattern", "a pattern's level");
  Node node;
  node.op = op;
  node.unit = Unit::base("regions");
  const Token name = peek();
  const Pattern* pattern = name.kind == TokenKind::kName ? pack_.find_pattern(name.text) : nullptr;
  if (pattern != nullptr) {
    take();
    expect(">=");
    const Token level = expect_kind(TokenKind::kName, "watch, warning or emergency");
    const auto parsed = parse_level(level.text);
    if (!parsed || *parsed == Level::kNone)
      wrong(level, "'" + level.text + "' is no level", "watch, warning, emergency");
    node.subjects.push_back({Subject::Kind::kPatternLevel,
                             static_cast<std::uint32_t>(pattern - pack_.patterns.data()), *parsed});
  } else {
    node.subjects.push_back(subject());
  }
  expect(")");
  out_.reads_neighbours = true;
  return add(std::move(node), function, Type::kNumber);
}

Parser::Value Parser::dimensions_call(const Token& function) {
  if (scope_ == Scope::kSignal)
    wrong(function, "dimensions() looks over a pattern's window; a signal has none",
          "a pattern's level");
  Node node;
  node.op = Op::kDimensions;
  node.unit = Unit::base("dimensions");
  if (!next_is(")")) {
    do {
      const Token name = peek();
      const Subject found = subject();
      if (found.kind != Subject::Kind::kDimension)
        wrong(name, "'" + name.text + "' is no dimension", "a dimension");
      node.dimensions.push_back(DimensionId(static_cast<std::uint8_t>(found.index)));
    } while (accept(","));
  } else {
    for (const auto& signal : pack_.signals)
      if (signal.stance == Stance::kThreat) node.dimensions.push_back(signal.dimension);
  }
  std::sort(node.dimensions.begin(), node.dimensions.end());
  node.dimensions.erase(std::unique(node.dimensions.begin(), node.dimensions.end()),
                        node.dimensions.end());
  expect(")");
  return add(std::move(node), function, Type::kNumber);
}

Link Parser::link() {
  Link link;
  if (accept("[")) {
    const Token least = expect_kind(TokenKind::kSpan, "the least lag, 60d");
    expect("..");
    const Token greatest = expect_kind(TokenKind::kSpan, "the greatest lag, 120d");
    expect("]");
    link.lag_least = longest_days(least.span);
    link.lag_greatest = longest_days(greatest.span);
    if (link.lag_least > link.lag_greatest)
      wrong(least, "the least lag is longer than the greatest", "[60d..120d]");
  }
  subjects(link.subjects);
  return link;
}

Parser::Value Parser::cascade_call(const Token& function) {
  if (scope_ == Scope::kSignal)
    wrong(function, "cascade() stands in a pattern", "a pattern's level");
  Node node;
  node.op = Op::kCascade;
  node.links.push_back(link());
  while (accept("->")) node.links.push_back(link());
  if (node.links.size() < 2)
    wrong(function, "a cascade needs two links at least", "cascade(a -> b, within: 1y)");
  if (node.links.front().lag_least != 0)
    wrong(function, "the first link has no link before it", "a -> [60d..120d] b");
  expect(",");
  if (!next_is("within"))
    wrong(peek(), "'" + source_of(peek()) + "' does not fit here", "within: 1y");
  take();
  expect(":");
  const Token within = expect_kind(TokenKind::kSpan, "how long it may take, 1y");
  node.within = within.span;
  std::int32_t least = 0;
  for (const Link& part : node.links) least += part.lag_least;
  if (least > longest_days(node.within))
    wrong(within,
          "the cascade can never complete: its least lags add up to " + std::to_string(least) +
              " days",
          "at least " + std::to_string(least) + "d");
  expect(")");
  return add(std::move(node), function, Type::kTruth);
}

}  // namespace tocsin
