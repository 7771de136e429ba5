#include <algorithm>

#include "rules/parser.h"

// The functions that read signals, patterns and other regions.
namespace tocsin {

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

std::vector<Subject> Parser::subjects() {
  std::vector<Subject> list;
  do {
    list.push_back(subject());
  } while (accept("or"));
  return list;
}

Parser::Value Parser::subject_call(const Token& function, Op op) {
  if (op == Op::kActive && scope_ == Scope::kSignal)
    wrong(function, "active() looks over a pattern's window; a signal has none", "on(...)");
  Node node;
  node.op = op;
  node.more = put(out_.subjects, subjects());
  expect(")");
  return add(std::move(node), function, Type::kTruth);
}

Parser::Value Parser::count_regions_call(const Token& function, Op op) {
  if (scope_ == Scope::kSignal)
    wrong(function, function.text + "() stands in a pattern", "a pattern's level");
  Node node;
  node.op = op;
  node.unit = Unit::base("regions");
  Subject read;
  const Token name = peek();
  const Pattern* pattern = name.kind == TokenKind::kName ? pack_.find_pattern(name.text) : nullptr;
  if (pattern != nullptr) {
    if (pattern->at)
      wrong(name,
            "the pattern '" + name.text + "' is judged in one place (at:), not in each region",
            "a pattern without at:, a signal or a dimension");
    take();
    expect(">=");
    const Token level = expect_kind(TokenKind::kName, "watch, warning or emergency");
    const auto parsed = parse_level(level.text);
    if (!parsed || *parsed == Level::kNone)
      wrong(level, "'" + level.text + "' is no level", "watch, warning, emergency");
    read = {Subject::Kind::kPatternLevel,
            static_cast<std::uint32_t>(pattern - pack_.patterns.data()), *parsed};
  } else {
    read = subject();
  }
  node.more = put(out_.subjects, {read});
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
  std::vector<DimensionId> dimensions;
  if (!next_is(")")) {
    do {
      const Token name = peek();
      const Subject found = subject();
      if (found.kind != Subject::Kind::kDimension)
        wrong(name, "'" + name.text + "' is no dimension", "a dimension");
      dimensions.push_back(DimensionId(static_cast<std::uint8_t>(found.index)));
    } while (accept(","));
  } else {
    for (const auto& signal : pack_.signals)
      if (signal.stance == Stance::kThreat) dimensions.push_back(signal.dimension);
  }
  std::sort(dimensions.begin(), dimensions.end());
  dimensions.erase(std::unique(dimensions.begin(), dimensions.end()), dimensions.end());
  node.more = put(out_.dimensions, dimensions);
  expect(")");
  return add(std::move(node), function, Type::kNumber);
}

Link Parser::link() {
  Link link;
  if (accept("[")) {
    const Token least = expect_kind(TokenKind::kSpan, "the least lag, 60d");
    expect("..");
    const Token greatest = expect_span("the greatest lag, 120d");
    expect("]");
    link.lag_least = longest_days(least.span);
    link.lag_greatest = longest_days(greatest.span);
    if (link.lag_least > link.lag_greatest)
      wrong(least, "the least lag is longer than the greatest", "[60d..120d]");
  }
  link.subjects = subjects();
  for (const Subject& subject : link.subjects) {
    if (subject.kind == Subject::Kind::kSignal) {
      link.signals.push_back(subject.index);
    } else {
      const auto threats = pack_.threats_of(subject.index);
      link.signals.insert(link.signals.end(), threats.begin(), threats.end());
    }
  }
  for (const std::uint32_t signal : link.signals)
    link.cadence = coarser(link.cadence, pack_.signals[signal].coarsest);
  return link;
}

Parser::Value Parser::cascade_call(const Token& function) {
  if (scope_ == Scope::kSignal)
    wrong(function, "cascade() stands in a pattern", "a pattern's level");
  Node node;
  node.op = Op::kCascade;
  Chain chain;
  chain.links.push_back(link());
  while (accept("->")) chain.links.push_back(link());
  if (chain.links.size() < 2)
    wrong(function, "a cascade needs two links at least", "cascade(a -> b, within: 1y)");
  if (chain.links.front().lag_least != 0)
    wrong(function, "the first link has no link before it", "a -> [60d..120d] b");
  expect(",");
  if (!next_is("within"))
    wrong(peek(), "'" + source_of(peek()) + "' does not fit here", "within: 1y");
  take();
  expect(":");
  const Token within = expect_span("how long it may take, 1y");
  chain.within = within.span;
  std::int32_t least = 0;
  for (const Link& part : chain.links) least += part.lag_least;
  if (least > longest_days(chain.within))
    wrong(within,
          "the cascade can never complete: its least lags add up to " + std::to_string(least) +
              " days",
          "at least " + std::to_string(least) + "d");
  node.more = put(out_.chains, {std::move(chain)});
  expect(")");
  return add(std::move(node), function, Type::kTruth);
}

}  // namespace tocsin
