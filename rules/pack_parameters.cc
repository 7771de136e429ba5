#include "rules/pack_reader.h"

// The parameters of a pack.
namespace tocsin {

void PackReader::read_parameters(const YamlNode& node) {
  for (const YamlEntry& entry : reader_.named_entries(node, "parameters")) {
    const YamlMapping item(reader_, entry.value, "parameter " + entry.key.text,
                           {"value", "by_region", "why", "reference"});
    Parameter parameter;
    parameter.name = entry.key.text;
    parameter.why = item.need_text("why");
    parameter.reference = item.text("reference", "");
    const YamlNode* value = item.need("value");
    if (value == nullptr) continue;
    const auto token = quantity(*value, "the value");
    if (!token) continue;
    parameter.value = token->number;
    parameter.unit = unit_of_literal(token->text).value_or(Unit());
    parameter.style = style_of(token->text);
    if (const YamlNode* own = item.find("by_region")) {
      for (const YamlEntry& of_region : reader_.named_entries(*own, "by_region")) {
        const Region* found = region(of_region.key, of_region.key.text);
        const auto number = quantity(of_region.value, "the value");
        if (found == nullptr || !number) continue;
        if (number->text != token->text)
          reader_.report(of_region.value, "the unit differs from that of the value above",
                         token->text.empty() ? "no unit" : token->text);
        parameter.by_region[found->id] = number->number;
      }
    }
    pack_.parameters.push_back(std::move(parameter));
  }
}

// A number with its unit, "75 %": a literal and nothing else.
std::optional<Token> PackReader::quantity(const YamlNode& node, std::string_view what) {
  const auto text = reader_.text(node, what);
  if (!text) return std::nullopt;
  const bool negative = text->starts_with('-');
  auto tokens = tokenize(std::string_view(*text).substr(negative ? 1 : 0));
  if (tokens && tokens->size() == 2 && tokens->front().kind == TokenKind::kSpan &&
      is_number_of_days(tokens->front().span)) {
    Token& span = tokens->front();
    span.kind = TokenKind::kNumber;
    span.number = longest_days(span.span);
    span.text = "days";
  }
  if (!tokens || tokens->size() != 2 || tokens->front().kind != TokenKind::kNumber ||
      (!tokens->front().text.empty() && !unit_of_literal(tokens->front().text))) {
    reader_.report(node, std::string(what) + " '" + *text + "' is no number with a unit",
                   "75 %, 3 events, 500 NGN/kg");
    return std::nullopt;
  }
  Token token = tokens->front();
  token.number *= scale_of(token.text) * (negative ? -1 : 1);
  return token;
}

}  // namespace tocsin
