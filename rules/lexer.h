#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/period.h"
#include "model/result.h"

namespace tocsin {

enum class TokenKind : std::uint8_t {
  kNumber,  // number, and the unit written after it ("" if none)
  kSpan,    // "90d", "3 months"
  kName,
  kText,    // "quoted"
  kSymbol,  // ( ) , : + - * / < <= > >= == != -> [ ] ..
  kEnd,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text;  // the name, the symbol, the quoted text, the unit of a number
  double number = 0;
  Span span;
  std::uint32_t begin = 0, end = 0;  // bytes of the source
};

// Where an expression is wrong: bytes [begin, begin + length) of its text.
struct ExpressionError {
  std::uint32_t begin = 0, length = 1;
  std::string message, allowed, suggestion;
};

// Whether the word joins or negates conditions, so that nothing can be called so.
bool is_keyword(std::string_view word);

// Splits an expression into tokens; the last is kEnd. '#' begins a comment that ends with the line.
tl::expected<std::vector<Token>, ExpressionError> tokenize(std::string_view text);

}  // namespace tocsin
