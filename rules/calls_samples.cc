#include <algorithm>

#include "rules/parser.h"

// What is read within the day: samples, their usual, and how long a condition holds.
namespace tocsin {
namespace {

constexpr Parser::Place kSamples{Scope::kSignal, "a pattern reads signals, not data",
                                 "a signal with this condition, and on(signal) here"};
constexpr std::int32_t kUsualDaysMost = 14, kLongestDaysMost = 7;
constexpr std::string_view kExample = "longest(sample(x) < 20, 1d) >= 60 s";

bool is_read(Op op) { return op == Op::kSample || op == Op::kUsual; }

// What may be made of samples, moment by moment.
bool goes_with_samples(Op op) {
  switch (op) {
    case Op::kSample:
    case Op::kUsual:
    case Op::kNamed:
    case Op::kAdd:
    case Op::kSubtract:
    case Op::kMultiply:
    case Op::kDivide:
    case Op::kNegate:
    case Op::kAbsolute:
    case Op::kLeast:
    case Op::kGreatest:
    case Op::kCountTrue:
    case Op::kAnd:
    case Op::kOr:
    case Op::kNot:
    case Op::kGiven:
      return true;
    default:
      return is_comparison(op);
  }
}

std::optional<std::int32_t> seconds_a(std::string_view unit) {
  if (unit == "s") return 1;
  if (unit == "min") return 60;
  if (unit == "h") return 3'600;
  return std::nullopt;
}

}  // namespace

std::span<const Parser::Function> Parser::sample_functions() {
  static constexpr auto kRows = std::to_array<Function>({
      {"sample", &Parser::sample_call, Op::kSample, kSamples},
      {"usual", &Parser::usual_call, Op::kUsual, kSamples},
      {"longest", &Parser::longest_call, Op::kLongest, kSamples},
  });
  return kRows;
}

// The series of sample() and usual().
Leaf Parser::sampled_leaf(const Token& function) {
  const Token series = expect_kind(TokenKind::kName, "an indicator that is sampled");
  const Indicator* indicator = catalogue_.find_indicator(series.text);
  if (indicator == nullptr) {
    std::vector<std::string> known;
    for (const Indicator& one : catalogue_.indicators)
      if (one.is_sampled()) known.push_back(one.code);
    unknown(series, "indicator", known);
  }
  if (!indicator->is_sampled())
    wrong(series,
          series.text + " has a cadence of one " + std::string(name_of(indicator->cadence)) +
              " and no samples within the day",
          "last(" + series.text + "); " + function.text +
              "() of an indicator that has seconds as " + "its cadence");
  Leaf leaf;
  leaf.indicator = indicator->id;
  leaf.cadence = indicator->cadence;
  leaf.sample_seconds = indicator->sample_seconds;
  leaf.sources = indicator->sources;
  return leaf;
}

Parser::Value Parser::add_sampled(Node node, Leaf leaf, const Token& function) {
  const Indicator& indicator = *catalogue_.find(leaf.indicator);
  node.unit = Unit::parse(indicator.unit).value_or(Unit::base(indicator.unit));
  if (indicator.unit == "%") node.style = PureStyle::kPercent;
  node.leaf = add_leaf(std::move(leaf), function);
  return add(std::move(node), function, Type::kNumber);
}

// sample(x)
Parser::Value Parser::sample_call(const Token& function, const Function& row) {
  Leaf leaf = sampled_leaf(function);
  while (accept(",")) series_option(leaf, expect_kind(TokenKind::kName, "group: or source:"));
  expect(")");
  Node node;
  node.op = row.op;
  return add_sampled(std::move(node), std::move(leaf), function);
}

// usual(x, 7d, learn: 0.8 .. 2, warm_up: 1h)
Parser::Value Parser::usual_call(const Token& function, const Function& row) {
  Leaf leaf = sampled_leaf(function);
  refuse_scale(leaf, function);
  expect(",");
  const Token days = expect_span("how many days before count, 7d");
  Usual usual;
  usual.days = longest_days(days.span);
  if (!is_number_of_days(days.span) || usual.days > kUsualDaysMost)
    wrong(days, "the usual is not made of " + source_of(days),
          "1 to " + std::to_string(kUsualDaysMost) + " days");
  while (accept(",")) {
    const Token option = expect_kind(TokenKind::kName, "learn:, warm_up:, group: or source:");
    if (option.text == "learn") {
      learned(usual, leaf, option);
    } else if (option.text == "warm_up") {
      expect(":");
      usual.warm_up = duration("how much must have been learned, 1h");
    } else {
      series_option(leaf, option);
    }
  }
  expect(")");
  Node node;
  node.op = row.op;
  node.more = put(out_.usuals, {usual});
  return add_sampled(std::move(node), std::move(leaf), function);
}

// learn: 0.8 .. 2
void Parser::learned(Usual& usual, const Leaf& leaf, const Token& option) {
  expect(":");
  const auto share = [&] {
    const Token number = expect_kind(TokenKind::kNumber, "a share of the usual, 0.8 or 80 %");
    if (!number.text.empty() && number.text != "%")
      wrong(number, "'" + source_of(number) + "' is no share of the usual", "0.8 or 80 %");
    return number.number * scale_of(number.text);
  };
  usual.least = share();
  expect("..");
  usual.greatest = share();
  if (!(usual.least < 1 && 1 < usual.greatest))
    wrong(option, "what is as usual would not be learned",
          "from a share below 1 to one above, 0.8 .. 2");
  const Indicator& indicator = *catalogue_.find(leaf.indicator);
  if (!indicator.least || *indicator.least < 0)
    wrong(option, indicator.code + " may be negative, and then no share of its usual says much",
          "learn: only where the range of the indicator begins at 0 or above");
}

// "1h", "90 s", "1d": in seconds.
std::int32_t Parser::duration(std::string_view what) {
  const Token token = take();
  const auto wrong_one = [&] {
    wrong(token, "'" + source_of(token) + "' does not fit here",
          std::string(what) + "; in s, min, h or d");
  };
  if (token.kind == TokenKind::kSpan && is_number_of_days(token.span) && token.span.count > 0 &&
      longest_days(token.span) <= kUsualDaysMost)
    return longest_days(token.span) * kSecondsPerDay;
  if (token.kind != TokenKind::kNumber) wrong_one();
  const auto unit = seconds_a(token.text);
  const double seconds = unit ? token.number * *unit : 0;
  if (seconds < 1 || seconds > kUsualDaysMost * kSecondsPerDay) wrong_one();
  return static_cast<std::int32_t>(seconds);
}

// longest(condition, 1d)
Parser::Value Parser::longest_call(const Token& function, const Function& row) {
  const Begin begin = here();
  const Value held = condition();
  want(held, Type::kTruth, function, "what is judged at each sample");
  expect(",");
  const Token span = expect_span("how many days are looked at, 1d");
  const std::int32_t days = longest_days(span.span);
  if (!is_number_of_days(span.span) || days > kLongestDaysMost)
    wrong(span, "samples are not looked at over " + source_of(span),
          "1 to " + std::to_string(kLongestDaysMost) + " days");
  expect(")");
  has_samples(function, held, begin);
  for (std::size_t i = begin.node; i < out_.nodes.size(); ++i)
    if (out_.nodes[i].op == Op::kUsual) out_.usuals[out_.nodes[i].more.first].judged = days;
  Node node;
  node.op = row.op;
  node.a = held.node;
  node.count = days;
  node.unit = Unit::base("s");
  return add(std::move(node), function, Type::kNumber);
}

bool Parser::is_made_of_samples(std::int32_t index) const {
  const Node& node = out_.node(index);
  bool any = is_read(node.op);
  out_.each_part(node, [&](std::int32_t part) { any = any || is_made_of_samples(part); });
  return any;
}

// That a condition reads samples of one cadence, and makes of them only what each moment has.
void Parser::has_samples(const Token& function, Value condition, Begin begin) const {
  if (!is_made_of_samples(condition.node))
    wrong(function, "what longest() looks at reads no samples", std::string(kExample));
  const Leaf* first = nullptr;
  for (std::size_t i = begin.node; i < out_.nodes.size(); ++i) {
    const Node& node = out_.nodes[i];
    Token at = function;
    at.begin = node.begin;
    at.end = node.end;
    if (is_made_of_samples(static_cast<std::int32_t>(i)) && !goes_with_samples(node.op))
      wrong(at, "'" + source_of(at) + "' is not judged sample by sample",
            "comparisons of sample() and usual(), + - * /, and, or, not, given, count(a, b)");
    if (!is_read(node.op)) continue;
    const Leaf& leaf = out_.leaf(node.leaf);
    if (first == nullptr) first = &leaf;
    if (leaf.sample_seconds != first->sample_seconds)
      wrong(at,
            "'" + first->text + "' has a sample every " + std::to_string(first->sample_seconds) +
                " s, '" + leaf.text + "' every " + std::to_string(leaf.sample_seconds),
            "indicators of one cadence in one longest()");
  }
}

// That samples are read only moment by moment.
void Parser::check_samples() const {
  std::vector<bool> inside(out_.nodes.size(), false);
  const auto enter = [&](auto& self, std::int32_t index) -> void {
    inside[static_cast<std::size_t>(index)] = true;
    out_.each_part(out_.node(index), [&](std::int32_t part) { self(self, part); });
  };
  for (const Node& node : out_.nodes)
    if (node.op == Op::kLongest) enter(enter, node.a);
  for (std::size_t i = 0; i < out_.nodes.size(); ++i) {
    const Node& node = out_.nodes[i];
    if (!is_read(node.op) || inside[i]) continue;
    Token at;
    at.begin = node.begin;
    at.end = node.end;
    wrong(at, "'" + source_of(at) + "' has a value at each sample of the day, not one",
          "in a condition that longest() judges at each of them: " + std::string(kExample));
  }
}

// A duration that is compared with seconds may be written in minutes or hours.
void Parser::in_seconds(Value left, Value right) {
  const auto convert = [&](Value of, Value with) {
    Node& node = node_of(of);
    if (node.op != Op::kNumber || node_of(with).unit != Unit::base("s")) return;
    const auto unit = seconds_a(node.unit.name());
    if (!unit) return;
    node.number *= *unit;
    node.unit = Unit::base("s");
  };
  convert(left, right);
  convert(right, left);
}

}  // namespace tocsin
