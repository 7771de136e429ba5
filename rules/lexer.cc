#include "rules/lexer.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <utility>

namespace tocsin {
namespace {

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

constexpr std::array<std::pair<std::string_view, SpanUnit>, 19> kSpanWords = {{
    {"d", SpanUnit::kDays},
    {"day", SpanUnit::kDays},
    {"days", SpanUnit::kDays},
    {"w", SpanUnit::kWeeks},
    {"week", SpanUnit::kWeeks},
    {"weeks", SpanUnit::kWeeks},
    {"epiweek", SpanUnit::kEpiweeks},
    {"epiweeks", SpanUnit::kEpiweeks},
    {"dekad", SpanUnit::kDekads},
    {"dekads", SpanUnit::kDekads},
    {"month", SpanUnit::kMonths},
    {"months", SpanUnit::kMonths},
    {"mo", SpanUnit::kMonths},
    {"quarter", SpanUnit::kQuarters},
    {"quarters", SpanUnit::kQuarters},
    {"y", SpanUnit::kYears},
    {"year", SpanUnit::kYears},
    {"years", SpanUnit::kYears},
    {"yr", SpanUnit::kYears},
}};

std::optional<SpanUnit> span_unit(std::string_view word) {
  for (const auto& [name, unit] : kSpanWords)
    if (name == word) return unit;
  return std::nullopt;
}

// What word processors and web pages put in place of what a keyboard has.
struct Pasted {
  std::string_view character, keyboard;
};
constexpr auto kPasted = std::to_array<Pasted>({
    {"≥", ">="},
    {"≤", "<="},
    {"≠", "!="},
    {"−", "-"},
    {"–", "-"},
    {"×", "*"},
    {"·", "*"},
    {"÷", "/"},
    {"→", "->"},
    {"…", ".."},
});
constexpr std::array<std::string_view, 7> kPastedQuotes = {"“", "”", "„", "‘", "’", "«", "»"};
constexpr std::string_view kNoBreakSpace = "\u00A0";

// How many bytes the character has that begins there; the text is UTF-8, else 1.
std::size_t length_of_character(std::string_view text) {
  const auto is_more = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
  std::size_t length = 1;
  while (length < text.size() && length < 4 && is_more(text[length])) ++length;
  return length;
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  tl::expected<std::vector<Token>, ExpressionError> run() {
    while (true) {
      skip_space();
      Token token;
      token.begin = static_cast<std::uint32_t>(at_);
      if (at_ == text_.size()) {
        token.end = token.begin;
        tokens_.push_back(std::move(token));
        return std::move(tokens_);
      }
      std::optional<ExpressionError> error;
      if (is_digit(peek())) {
        error = number(token);
      } else if (is_letter(peek())) {
        token.kind = TokenKind::kName;
        token.text = word();
      } else if (peek() == '"' || peek() == '\'') {
        error = quoted(token);
      } else {
        error = symbol(token);
      }
      if (error) return tl::unexpected(*error);
      token.end = static_cast<std::uint32_t>(at_);
      tokens_.push_back(std::move(token));
    }
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  void skip_space() {
    while (at_ < text_.size()) {
      if (peek() == '#') {
        while (at_ < text_.size() && peek() != '\n') ++at_;
      } else if (is_space(peek())) {
        ++at_;
      } else {
        return;
      }
    }
  }
  std::string word() {
    const std::size_t begin = at_;
    while (is_letter(peek()) || is_digit(peek())) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }
  ExpressionError wrong(std::size_t begin, std::string message, std::string allowed = "") const {
    ExpressionError error;
    error.begin = static_cast<std::uint32_t>(begin);
    error.length = static_cast<std::uint32_t>(at_ > begin ? at_ - begin : 1);
    error.message = std::move(message);
    error.allowed = std::move(allowed);
    return error;
  }

  std::optional<ExpressionError> number(Token& token) {
    const std::size_t begin = at_;
    std::string digits;
    // ".." is the symbol between two lags, not a decimal point.
    while (is_digit(peek()) || (peek() == '_' && is_digit(peek(1))) ||
           (peek() == '.' && is_digit(peek(1)))) {
      if (peek() != '_') digits += peek();
      ++at_;
    }
    const auto [end, code] =
        std::from_chars(digits.data(), digits.data() + digits.size(), token.number);
    if (code != std::errc() || end != digits.data() + digits.size())
      return wrong(begin, "'" + digits + "' is not a number", "digits, with one decimal point");
    token.kind = TokenKind::kNumber;
    return unit(token, begin);
  }

  // What stands after a number: "%", a span word or a unit.
  std::optional<ExpressionError> unit(Token& token, std::size_t begin) {
    const std::size_t after_number = at_;
    while (peek() == ' ') ++at_;
    if (peek() == '%') {
      ++at_;
      token.text = "%";
      return std::nullopt;
    }
    const std::size_t word_at = at_;
    const std::string name = is_letter(peek()) ? word() : "";
    if (name.empty() || is_keyword(name)) {
      at_ = after_number;
      return std::nullopt;
    }
    if (const auto span = span_unit(name); span && peek() != '/') {
      // "0d" stands only as the least lag of a cascade; the parser sees to it.
      if (token.number < 0 || token.number > 36500 ||
          token.number != static_cast<double>(static_cast<std::int32_t>(token.number)))
        return wrong(begin, "a span counts whole units of the calendar", "1 to 36500");
      token.kind = TokenKind::kSpan;
      token.span = {static_cast<std::int32_t>(token.number), *span};
      return std::nullopt;
    }
    while (peek() == '/' && is_letter(peek(1))) {
      ++at_;
      word();
    }
    token.text = std::string(text_.substr(word_at, at_ - word_at));
    return std::nullopt;
  }

  std::optional<ExpressionError> quoted(Token& token) {
    const std::size_t begin = at_;
    const char quote = peek();
    ++at_;
    while (at_ < text_.size() && peek() != quote) token.text += text_[at_++];
    if (at_ == text_.size())
      return wrong(begin, "the quoted text has no end", std::string(1, quote));
    ++at_;
    token.kind = TokenKind::kText;
    return std::nullopt;
  }

  std::optional<ExpressionError> symbol(Token& token) {
    static constexpr std::array<std::string_view, 20> kSymbols = {
        "<=", ">=", "==", "!=", "->", "..", "<", ">", "(", ")",
        ",",  ":",  "+",  "-",  "*",  "/",  "[", "]", "%", "="};
    for (const auto symbol : kSymbols) {
      if (!text_.substr(at_).starts_with(symbol)) continue;
      const std::size_t begin = at_;
      at_ += symbol.size();
      token.kind = TokenKind::kSymbol;
      token.text = symbol;
      if (symbol == "=") return wrong(begin, "'=' compares nothing", "'==' for equal");
      if (symbol == "%") return wrong(begin, "'%' stands after a number", "75 %");
      return std::nullopt;
    }
    return no_symbol();
  }

  ExpressionError no_symbol() {
    const std::size_t begin = at_;
    const std::string_view rest = text_.substr(at_);
    const std::string_view character = rest.substr(0, length_of_character(rest));
    at_ += character.size();
    if (character == kNoBreakSpace)
      return wrong(begin, "a space that does not break (U+00A0) means nothing here",
                   "plain spaces");
    const std::string message = "'" + std::string(character) + "' means nothing here";
    if (std::ranges::find(kPastedQuotes, character) != kPastedQuotes.end())
      return wrong(begin, message, "straight quotes: \"...\" or '...'");
    ExpressionError error =
        wrong(begin, message, "names, numbers, and, or, not, + - * / < <= > >= == != ( )");
    const auto pasted = std::ranges::find(kPasted, character, &Pasted::character);
    if (pasted != kPasted.end()) error.suggestion = pasted->keyboard;
    return error;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

bool is_keyword(std::string_view word) {
  return word == "and" || word == "or" || word == "of" || word == "consecutive" || word == "not" ||
         word == "during" || word == "given" || word == "over" || word == "where" || word == "by" ||
         word == "else";
}

tl::expected<std::vector<Token>, ExpressionError> tokenize(std::string_view text) {
  return Lexer(text).run();
}

}  // namespace tocsin
