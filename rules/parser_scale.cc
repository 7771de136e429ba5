#include "rules/parser.h"
#include "rules/scale.h"

// Words of a scale in the place of numbers: they are compared and nothing else.
namespace tocsin {
namespace {

constexpr std::string_view kAllowed = "last, min, max, lag, count, rising, crosses or age of it";

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

}  // namespace

const Indicator* Parser::words_of(Value value) const {
  if (value.type != Type::kNumber) return nullptr;
  return tocsin::words_of(catalogue_, node_of(value).unit);
}

// What `left` is compared with: a word of its scale, or a number.
Parser::Value Parser::bound(Value left) {
  const Indicator* scale = words_of(left);
  const Token token = peek();
  const bool call = peek(1).kind == TokenKind::kSymbol && peek(1).text == "(";
  if (scale == nullptr || (token.kind == TokenKind::kName && call)) return addition();
  if (token.kind == TokenKind::kText && scale->place_of(token.text))
    wrong(token, "the words of " + scale->code + " stand without quotes", listed(scale->scale),
          token.text);
  if (token.kind == TokenKind::kNumber)
    wrong(token, scale->code + " is judged in words; '" + source_of(token) + "' is a number",
          "a word of it: " + listed(scale->scale));
  if (token.kind != TokenKind::kName) return addition();
  const auto place = scale->place_of(token.text);
  if (!place) unknown(token, "word of " + scale->code, scale->scale);
  take();
  Node node;
  node.op = Op::kNumber;
  node.number = static_cast<double>(*place);
  node.unit = Unit::base(scale->code);
  return add(std::move(node), token, Type::kNumber);
}

// A word where a number must stand.
void Parser::refuse_word(const Token& token) const {
  for (const Indicator& indicator : catalogue_.indicators)
    if (indicator.place_of(token.text))
      wrong(token, "'" + token.text + "' is a word of " + indicator.code + " and no number",
            "a comparison with it, last(" + indicator.code + ") >= " + token.text);
}

void Parser::refuse_scale(Value value, const Token& at, std::string_view what) const {
  const Indicator* scale = words_of(value);
  if (scale == nullptr) return;
  Token place = at;
  place.begin = node_of(value).begin;
  place.end = node_of(value).end;
  wrong(place, scale->code + " is judged in words, which are " + std::string(what),
        "a comparison: <, <=, >, >=, == or != one of " + listed(scale->scale));
}

void Parser::refuse_scale(const Leaf& leaf, const Token& function) const {
  if (leaf.reads_events || leaf.aggregate == Aggregate::kCount) return;
  const Indicator& indicator = *catalogue_.find(leaf.indicator);
  if (indicator.scale.empty()) return;
  wrong(function,
        function.text + "() calculates; " + indicator.code + " is judged in words (" +
            listed(indicator.scale) + ")",
        std::string(kAllowed));
}

}  // namespace tocsin
