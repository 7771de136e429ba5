#include <algorithm>

#include "model/sorted.h"
#include "rules/parser.h"

// The functions that read signals of the region.
namespace tocsin {

std::span<const Parser::Function> Parser::subject_functions() {
  static constexpr auto kRows = std::to_array<Function>({
      {"on", &Parser::subject_call, Op::kOn},
      {"active", &Parser::subject_call, Op::kActive},
      {"dimensions",
       &Parser::dimensions_call,
       Op::kDimensions,
       {Scope::kPattern, "() looks over a pattern's window; a signal has none",
        "a pattern's level"}},
  });
  return kRows;
}

Subject Parser::subject() {
  const Token name = expect_kind(TokenKind::kName, "a signal or a dimension");
  for (std::uint32_t i = 0; i < pack_.signals.size(); ++i)
    if (pack_.signals[i].name == name.text) {
      no_level_after(name, "a signal without bands");
      return {Subject::Kind::kSignal, i, Level::kWatch};
    }
  if (const Bands* bands = pack_.find_bands(name.text)) return band(*bands);
  if (const Dimension* dimension = catalogue_.find_dimension(name.text)) {
    const bool present =
        std::any_of(pack_.signals.begin(), pack_.signals.end(), [&](const Signal& s) {
          return s.dimension == dimension->id && s.stance == Stance::kThreat;
        });
    if (!present)
      wrong(name, "no signal of this pack speaks about the dimension '" + name.text + "'",
            "a dimension that a signal has");
    no_level_after(name, "a dimension, which has no bands");
    return {Subject::Kind::kDimension, dimension->id.number(), Level::kWatch};
  }
  auto known = pack_.signal_names();
  for (const auto& dimension : catalogue_.dimensions) known.push_back(dimension.code);
  unknown(name, "signal or dimension", known);
}

// "stage" is its lowest band, "stage >= warning" the one of that level.
Subject Parser::band(const Bands& bands) {
  Level level = bands.lowest();
  if (next_is(">=")) {
    const Token at = peek(1);
    level = level_after();
    if (!bands.signals[static_cast<std::size_t>(level)])
      wrong(at, "'" + bands.name + "' has no band '" + at.text + "'", bands.levels());
  }
  return {Subject::Kind::kSignal, *bands.signals[static_cast<std::size_t>(level)], Level::kWatch};
}

void Parser::no_level_after(const Token& name, const std::string& what) {
  if (next_is(">=")) wrong(peek(1), "'" + name.text + "' is " + what, "'" + name.text + "' alone");
}

const Pattern* Parser::named_pattern() const {
  return peek().kind == TokenKind::kName ? pack_.find_pattern(peek().text) : nullptr;
}

Level Parser::level_after() {
  expect(">=");
  const Token level = expect_kind(TokenKind::kName, "watch, warning or emergency");
  const auto parsed = parse_level(level.text);
  if (!parsed || *parsed == Level::kNone)
    wrong(level, "'" + level.text + "' is no level", "watch, warning, emergency");
  return *parsed;
}

// Which levels may be read is checked when all patterns are there (pack_patterns.cc).
Subject Parser::level_here() {
  const Pattern* pattern = named_pattern();
  const Token name = take();
  if (scope_ == Scope::kSignal)
    wrong(name, "'" + name.text + "' is a pattern, and a signal reads no patterns",
          "a signal or a dimension");
  return {Subject::Kind::kPatternLevel, static_cast<std::uint32_t>(pattern - pack_.patterns.data()),
          level_after()};
}

std::vector<Subject> Parser::subjects() {
  std::vector<Subject> list;
  do {
    list.push_back(subject());
  } while (accept("or"));
  return list;
}

Parser::Value Parser::subject_call(const Token& function, const Function& row) {
  Node node;
  node.op = row.op;
  std::vector<Subject> read;
  do {
    read.push_back(named_pattern() == nullptr ? subject() : level_here());
  } while (accept("or"));
  node.more = put(out_.subjects, read);
  if (row.op == Op::kActive) {
    if (accept(","))
      node.count = own_window();
    else if (scope_ == Scope::kSignal)
      wrong(function, "active() looks over a window, and a signal has none of its own",
            "active(..., 90d), active(..., since SEASON), or on(...)");
  }
  expect(")");
  return add(std::move(node), function, Type::kTruth);
}

// The window of active(): 1 + its place among the lookbacks.
std::int32_t Parser::own_window() {
  Lookback own;
  if (accept("since"))
    own.since = season();
  else
    own.window = expect_span("a window such as 90d, or since and a season").span;
  out_.lookbacks.push_back(std::move(own));
  return static_cast<std::int32_t>(out_.lookbacks.size());
}

Parser::Value Parser::dimensions_call(const Token& function, const Function&) {
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
  sort_unique(dimensions);
  node.more = put(out_.dimensions, dimensions);
  expect(")");
  return add(std::move(node), function, Type::kNumber);
}

}  // namespace tocsin
