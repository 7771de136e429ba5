#include "rules/parser.h"

#include <algorithm>
#include <utility>

#include "rules/evaluate.h"
#include "rules/known_names.h"
#include "rules/scale.h"

namespace tocsin {
namespace {

constexpr int kDepthMax = 60;
constexpr std::size_t kNodesMax = 500;

std::optional<Op> comparison_op(const Token& token) {
  if (token.kind != TokenKind::kSymbol) return std::nullopt;
  if (token.text == "<") return Op::kLess;
  if (token.text == "<=") return Op::kLessEqual;
  if (token.text == ">") return Op::kGreater;
  if (token.text == ">=") return Op::kGreaterEqual;
  if (token.text == "==") return Op::kEqual;
  if (token.text == "!=") return Op::kUnequal;
  return std::nullopt;
}

}  // namespace

bool is_comparison(Op op) {
  return op == Op::kLess || op == Op::kLessEqual || op == Op::kGreater || op == Op::kGreaterEqual ||
         op == Op::kEqual || op == Op::kUnequal;
}

tl::expected<Expression, ExpressionError> parse_expression(std::string_view text,
                                                           const Catalogue& catalogue,
                                                           const Pack& pack, Scope scope) {
  auto tokens = tokenize(text);
  if (!tokens) return tl::unexpected(tokens.error());
  return Parser(text, std::move(*tokens), catalogue, pack, scope).run();
}

tl::expected<Expression, ExpressionError> parse_number(std::string_view text,
                                                       const Catalogue& catalogue, const Pack& pack,
                                                       Scope scope) {
  auto tokens = tokenize(text);
  if (!tokens) return tl::unexpected(tokens.error());
  return Parser(text, std::move(*tokens), catalogue, pack, scope).run(Parser::Type::kNumber);
}

bool compares(const Token& token) { return comparison_op(token).has_value(); }

Parser::Parser(std::string_view text, std::vector<Token> tokens, const Catalogue& catalogue,
               const Pack& pack, Scope scope)
    : text_(text), tokens_(std::move(tokens)), catalogue_(catalogue), pack_(pack), scope_(scope) {}

tl::expected<Expression, ExpressionError> Parser::run(Type wanted) {
  const bool number = wanted == Type::kNumber;
  try {
    const Token first = peek();
    const Value value = number ? addition() : condition();
    if (peek().kind != TokenKind::kEnd) {
      const bool decimals = next_is(",") && peek(1).kind == TokenKind::kNumber;
      wrong(
          peek(),
          "'" + source_of(peek()) + "' is left over after the " + (number ? "number" : "condition"),
          decimals ? "2.5 for two and a half; 5_000 or 5000 for thousands"
          : number ? "+, -, *, / or the end"
                   : "and, or, a comparison, or the end");
    }
    want(value, wanted, first, number ? "what 'reads' gives" : "a condition");
    // A number may be the part of a condition that another text says more of.
    if (!number) check_samples();
    out_.root = value.node;
    out_.text = std::string(text_);
    while (!out_.text.empty() && (out_.text.back() == '\n' || out_.text.back() == ' '))
      out_.text.pop_back();
    return std::move(out_);
  } catch (const ExpressionError& error) {
    return tl::unexpected(error);
  }
}

// ---- tokens

const Token& Parser::peek(std::size_t ahead) const {
  return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
}

Token Parser::take() {
  Token token = peek();
  if (at_ + 1 < tokens_.size()) ++at_;
  return token;
}

bool Parser::next_is(std::string_view text) const {
  const Token& token = peek();
  return (token.kind == TokenKind::kSymbol || token.kind == TokenKind::kName) && token.text == text;
}

bool Parser::accept(std::string_view text) {
  if (!next_is(text)) return false;
  take();
  return true;
}

Token Parser::expect(std::string_view symbol) {
  if (!next_is(symbol))
    wrong(peek(),
          peek().kind == TokenKind::kEnd ? "the condition ends too early"
                                         : "'" + source_of(peek()) + "' does not fit here",
          "'" + std::string(symbol) + "'");
  return take();
}

Token Parser::expect_kind(TokenKind kind, std::string_view what) {
  if (peek().kind != kind)
    wrong(peek(),
          peek().kind == TokenKind::kEnd ? "the condition ends too early"
                                         : "'" + source_of(peek()) + "' does not fit here",
          std::string(what));
  return take();
}

Token Parser::expect_span(std::string_view what) {
  Token span = expect_kind(TokenKind::kSpan, what);
  if (span.span.count == 0) wrong(span, "a span counts whole units of the calendar", "1 to 36500");
  return span;
}

std::string Parser::source_of(const Token& token) const {
  return std::string(text_.substr(token.begin, token.end - token.begin));
}

void Parser::wrong(const Token& at, std::string message, std::string allowed,
                   std::string suggestion) const {
  ExpressionError error;
  error.begin = at.begin;
  error.length = std::max<std::uint32_t>(1, at.end - at.begin);
  error.message = std::move(message);
  error.allowed = std::move(allowed);
  error.suggestion = std::move(suggestion);
  throw error;
}

void Parser::unknown(const Token& at, std::string_view what,
                     const std::vector<std::string>& known) const {
  std::string allowed;
  for (std::size_t i = 0; i < known.size() && i < 12; ++i) allowed += (i ? ", " : "") + known[i];
  if (known.size() > 12) allowed += ", and " + std::to_string(known.size() - 12) + " more";
  wrong(at, "there is no " + std::string(what) + " '" + at.text + "'", std::move(allowed),
        nearest(at.text, known));
}

// ---- nodes

Parser::Value Parser::add(Node node, const Token& first, Type type) {
  if (out_.nodes.size() >= kNodesMax)
    wrong(first, "the condition is too long", std::to_string(kNodesMax) + " parts at most");
  node.begin = first.begin;
  node.end = at_ > 0 ? tokens_[at_ - 1].end : first.end;
  out_.nodes.push_back(std::move(node));
  return {static_cast<std::int32_t>(out_.nodes.size() - 1), type};
}

std::int32_t Parser::add_leaf(Leaf leaf, const Token& first) {
  const std::uint32_t end = tokens_[at_ - 1].end;
  leaf.text = std::string(text_.substr(first.begin, end - first.begin));
  leaf.label = label_of(leaf);
  out_.leaves.push_back(std::move(leaf));
  return static_cast<std::int32_t>(out_.leaves.size() - 1);
}

void Parser::want(Value value, Type type, const Token& at, std::string_view for_what) const {
  if (value.type == type) return;
  const Node& node = node_of(value);
  Token place = at;
  place.begin = node.begin;
  place.end = node.end;
  const std::string text(text_.substr(node.begin, node.end - node.begin));
  if (type == Type::kTruth)
    wrong(place, "'" + text + "' is a number; " + std::string(for_what) + " must be true or false",
          "a comparison, such as " + text + " > 0");
  wrong(place, "'" + text + "' is true or false; " + std::string(for_what) + " must be a number");
}

// A number that the author wrote without a unit.
bool Parser::is_bare(std::int32_t index) const {
  const Node& node = out_.node(index);
  switch (node.op) {
    case Op::kNumber:
    case Op::kParameter:
      return node.unit.pure() && node.style == PureStyle::kNumber;
    case Op::kNegate:
      return is_bare(node.a);
    case Op::kAdd:
    case Op::kSubtract:
    case Op::kMultiply:
    case Op::kDivide:
      return is_bare(node.a) && is_bare(node.b);
    default:
      return false;
  }
}

Unit Parser::common_unit(Value left, Value right, const Token& at) const {
  const Node& a = node_of(left);
  const Node& b = node_of(right);
  if (a.unit == b.unit) return a.unit;
  if (is_bare(right.node) && a.unit.counts()) return a.unit;
  if (is_bare(left.node) && b.unit.counts()) return b.unit;
  const auto shown = [&](const Unit& unit) {
    if (tocsin::words_of(catalogue_, unit) != nullptr) return "words of " + unit.name();
    return unit.pure() ? std::string("a pure number") : unit.name();
  };
  const std::string left_text(text_.substr(a.begin, a.end - a.begin));
  const std::string right_text(text_.substr(b.begin, b.end - b.begin));
  Token place = at;
  place.begin = b.begin;
  place.end = b.end;
  std::string suggestion;
  if (is_bare(right.node) && !a.unit.pure() && words_of(left) == nullptr)
    suggestion = right_text + " " + a.unit.name();
  wrong(place,
        "units differ: '" + left_text + "' is in " + shown(a.unit) + ", '" + right_text + "' in " +
            shown(b.unit),
        "two numbers of one unit", suggestion);
}

Parser::Value Parser::binary(Op op, Value left, Value right, const Token& at) {
  if (op != Op::kLeast && op != Op::kGreatest)
    for (const Value side : {left, right}) refuse_scale(side, at, "no numbers to calculate with");
  Node node;
  node.op = op;
  node.a = left.node;
  node.b = right.node;
  if (op == Op::kMultiply) {
    node.unit = node_of(left).unit * node_of(right).unit;
  } else if (op == Op::kDivide) {
    node.unit = node_of(left).unit / node_of(right).unit;
    if (node.unit.pure()) node.style = PureStyle::kPercent;
  } else {
    node.unit = common_unit(left, right, at);
    node.style = node_of(left).style;
  }
  Token first = at;
  first.begin = node_of(left).begin;
  return add(std::move(node), first, Type::kNumber);
}

// ---- grammar

// disjunction [ "given" disjunction ]
Parser::Value Parser::condition() {
  const Token first = peek();
  const Value judged = disjunction();
  if (!next_is("given")) return judged;
  const Token op = take();
  want(judged, Type::kTruth, op, "what stands before 'given'");
  const Value guard = disjunction();
  want(guard, Type::kTruth, op, "what stands after 'given'");
  if (next_is("given"))
    wrong(peek(), "a condition is given once", "one condition after 'given', joined with 'and'");
  Node node;
  node.op = Op::kGiven;
  node.a = judged.node;
  node.b = guard.node;
  return add(std::move(node), first, Type::kTruth);
}

Parser::Value Parser::disjunction() {
  if (++depth_ > kDepthMax) wrong(peek(), "the condition is nested too deeply");
  const Token first = peek();
  Value left = conjunction();
  while (next_is("or")) {
    const Token op = take();
    want(left, Type::kTruth, op, "what stands before 'or'");
    const Value right = conjunction();
    want(right, Type::kTruth, op, "what stands after 'or'");
    Node node;
    node.op = Op::kOr;
    node.a = left.node;
    node.b = right.node;
    left = add(std::move(node), first, Type::kTruth);
  }
  --depth_;
  return left;
}

Parser::Value Parser::conjunction() {
  const Token first = peek();
  Value left = negation();
  while (next_is("and")) {
    const Token op = take();
    want(left, Type::kTruth, op, "what stands before 'and'");
    const Value right = negation();
    want(right, Type::kTruth, op, "what stands after 'and'");
    Node node;
    node.op = Op::kAnd;
    node.a = left.node;
    node.b = right.node;
    left = add(std::move(node), first, Type::kTruth);
  }
  return left;
}

Parser::Value Parser::negation() {
  if (!next_is("not")) return comparison();
  if (++depth_ > kDepthMax) wrong(peek(), "the condition is nested too deeply");
  const Token first = take();
  const Value operand = negation();
  want(operand, Type::kTruth, first, "what stands after 'not'");
  Node node;
  node.op = Op::kNot;
  node.a = operand.node;
  --depth_;
  return add(std::move(node), first, Type::kTruth);
}

Parser::Value Parser::comparison() {
  const Token first = peek();
  const Begin begin = here();
  const std::size_t first_leaf = out_.leaves.size();
  const Value left = addition();
  const auto op = comparison_op(peek());
  if (!op) return left.type == Type::kTruth ? held(left, first, first_leaf) : left;
  const Token at = take();
  want(left, Type::kNumber, at, "what is compared");
  const Value right = bound(left);
  want(right, Type::kNumber, at, "what is compared");
  in_seconds(left, right);
  common_unit(left, right, at);
  if (comparison_op(peek())) wrong(peek(), "comparisons do not chain", "a < b and b < c");
  Node node;
  node.op = *op;
  node.a = left.node;
  node.b = right.node;
  tell_bound(node);
  date(begin);
  return held(add(std::move(node), first, Type::kTruth), first, first_leaf);
}

// What may stand after a condition, as often as wanted.
Parser::Value Parser::held(Value condition, const Token& first, std::size_t first_leaf) {
  while (true) {
    const std::int32_t before = condition.node;
    condition = consecutive(condition, first, first_leaf);
    if (next_is("during")) condition = during(condition, first, first_leaf);
    if (condition.node == before) return condition;
  }
}

// condition, 2 consecutive months
Parser::Value Parser::consecutive(Value condition, const Token& first, std::size_t first_leaf) {
  const bool follows = next_is(",") && peek(1).kind == TokenKind::kNumber &&
                       peek(2).kind == TokenKind::kName && peek(2).text == "consecutive";
  if (!follows) return condition;
  take();
  const Token count = take();
  take();
  const Token unit =
      expect_kind(TokenKind::kName, "days, weeks, epiweeks, dekads, months, quarters or years");
  std::string singular = unit.text;
  if (singular.ends_with('s')) singular.pop_back();
  const auto cadence = parse_cadence(singular);
  if (!cadence || *cadence == Cadence::kIrregular)
    wrong(unit, "'" + unit.text + "' are no periods of the calendar",
          "days, weeks, epiweeks, dekads, months, quarters or years");
  if (!count.text.empty() || count.number < 2 || count.number > 120 ||
      count.number != static_cast<double>(static_cast<std::int32_t>(count.number)))
    wrong(count, "'" + source_of(count) + "' periods cannot be consecutive",
          "a whole number from 2 to 120");
  for (std::size_t i = first_leaf; i < out_.leaves.size(); ++i) {
    const Leaf& leaf = out_.leaves[i];
    if (leaf.sample_seconds > 0)
      wrong(count, "'" + leaf.text + "' is read of the samples of the day judged alone",
            "'for: 3d' of the signal, or count(on(signal) over 3d) in another");
    if (!leaf.reads_events && !leaf.frozen && leaf.cadence != *cadence)
      wrong(unit, "'" + leaf.text + "' has a cadence of one " + std::string(name_of(leaf.cadence)),
            "consecutive " + std::string(name_of(leaf.cadence)) + "s");
  }
  Node node;
  node.op = Op::kConsecutive;
  node.a = condition.node;
  node.count = static_cast<std::int32_t>(count.number);
  node.cadence = *cadence;
  node.one_series = reads_one_series(first_leaf);
  if (steps_deep(condition.node) >= kStepsMost)
    wrong(first, "too many looks into the past stand inside one another",
          "at most " + std::to_string(kStepsMost));
  return add(std::move(node), first, Type::kTruth);
}

std::int32_t Parser::steps_deep(std::int32_t index) const {
  if (index < 0) return 0;
  const Node& node = out_.node(index);
  std::int32_t deep = std::max(steps_deep(node.a), steps_deep(node.b));
  if (node.op == Op::kCountTrue)
    for (const std::int32_t condition : out_.operands_of(node))
      deep = std::max(deep, steps_deep(condition));
  const bool over = (node.op == Op::kOver || node.op == Op::kOverHolds) &&
                    out_.over_of(node).set == Over::Set::kPast;
  return deep + (over || node.op == Op::kConsecutive ? 1 : 0);
}

Parser::Value Parser::addition() {
  Value left = product();
  while (next_is("+") || next_is("-")) {
    const Token op = take();
    want(left, Type::kNumber, op, "what is added");
    const Value right = product();
    want(right, Type::kNumber, op, "what is added");
    left = binary(op.text == "+" ? Op::kAdd : Op::kSubtract, left, right, op);
  }
  return left;
}

Parser::Value Parser::product() {
  Value left = unary();
  while (next_is("*") || next_is("/") || next_is("of")) {
    const Token op = take();
    if (op.text == "of" && node_of(left).style != PureStyle::kPercent)
      wrong(op, "'of' takes a share of something", "75 % of ...");
    want(left, Type::kNumber, op, "what is multiplied");
    const Value right = unary();
    want(right, Type::kNumber, op, "what is multiplied");
    left = binary(op.text == "/" ? Op::kDivide : Op::kMultiply, left, right, op);
    if (op.text == "of") node_of(left).style = node_of(right).style;
  }
  return left;
}

Parser::Value Parser::unary() {
  if (!next_is("-")) return primary();
  if (++depth_ > kDepthMax) wrong(peek(), "the condition is nested too deeply");
  const Token first = take();
  const Value operand = unary();
  want(operand, Type::kNumber, first, "what is negated");
  refuse_scale(operand, first, "not negated");
  Node node;
  node.op = Op::kNegate;
  node.a = operand.node;
  node.unit = node_of(operand).unit;
  node.style = node_of(operand).style;
  --depth_;
  return add(std::move(node), first, Type::kNumber);
}

Parser::Value Parser::primary() {
  if (peek().kind == TokenKind::kNumber) return literal();
  if (peek().kind == TokenKind::kSpan && is_number_of_days(peek().span)) return days();
  if (peek().kind == TokenKind::kName) return name();
  if (next_is("(")) {
    take();
    const Value inner = condition();
    expect(")");
    return inner;
  }
  if (peek().kind == TokenKind::kSpan)
    wrong(peek(), "a span of time stands only inside a function",
          "sum(rainfall, 3 months); an age is compared in days or weeks");
  wrong(peek(),
        peek().kind == TokenKind::kEnd ? "the condition ends too early"
                                       : "'" + source_of(peek()) + "' does not fit here",
        "a number, a name, a function or '('");
}

Parser::Value Parser::literal() {
  const Token token = take();
  const auto unit = token.text.empty() ? Unit() : unit_of_literal(token.text);
  if (!unit) wrong(token, "'" + token.text + "' is no unit", "mm, NGN/kg, people, %, sd, ...");
  if (const Indicator* scale = tocsin::words_of(catalogue_, *unit))
    wrong(token, scale->code + " is judged in words and is no unit",
          "last(" + scale->code + ") >= " + scale->scale.back());
  Node node;
  node.op = Op::kNumber;
  node.number = token.number * scale_of(token.text);
  node.unit = *unit;
  node.style = style_of(token.text);
  return add(std::move(node), token, Type::kNumber);
}

Parser::Value Parser::name() {
  const Token token = take();
  if (next_is("(")) return call(token);
  for (std::uint32_t i = 0; i < pack_.parameters.size(); ++i)
    if (pack_.parameters[i].name == token.text) return parameter(token, i);
  if (pack_.find_signal(token.text) != nullptr || pack_.find_bands(token.text) != nullptr ||
      catalogue_.find_dimension(token.text) != nullptr)
    wrong(token, "'" + token.text + "' is not a number or a condition by itself",
          "on(" + token.text + ") or active(" + token.text + ")");
  if (catalogue_.find_indicator(token.text) != nullptr)
    wrong(token, "'" + token.text + "' is a series; a condition needs one number of it",
          "last(" + token.text + "), sum(" + token.text + ", 3 months), ...");
  refuse_word(token);
  KnownNames known;
  for (const Parameter& parameter : pack_.parameters) known.parameters.push_back(parameter.name);
  for (const Signal& signal : pack_.signals) known.signals.push_back(signal.name);
  for (const Function& function : functions()) known.functions.emplace_back(function.name);
  for (const Indicator& one : catalogue_.indicators) known.indicators.push_back(one.code);
  const bool followed = peek().kind == TokenKind::kName && !is_keyword(peek().text);
  const ExpressionError error = no_such_name(token.text, followed ? peek().text : "", known);
  wrong(token, error.message, error.allowed, error.suggestion);
}

}  // namespace tocsin
