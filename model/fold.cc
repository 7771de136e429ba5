#include "model/fold.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include "model/result.h"

namespace tocsin {
namespace {

bool is_ascii(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

bool is_separator(UChar32 c) { return u_isUWhiteSpace(c) || u_hasBinaryProperty(c, UCHAR_DASH); }

// Collects folded characters, joining separators.
class FoldedText {
 public:
  void separate() { separated_ = !text_.empty(); }
  void add(std::string_view character) {
    if (separated_) text_.push_back(' ');
    separated_ = false;
    text_.append(character);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  bool separated_ = false;
};

std::string fold_ascii(std::string_view name) {
  FoldedText folded;
  for (char c : name) {
    if (c == ' ' || c == '-' || (c >= '\t' && c <= '\r')) {
      folded.separate();
      continue;
    }
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '`') c = '\'';
    folded.add({&c, 1});
  }
  return folded.take();
}

bool is_apostrophe(UChar32 c) {
  return c == '`' || c == 0x2018 || c == 0x2019 || c == 0x02BC || c == 0x02B9;
}

bool is_mark(UChar32 c) { return (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0; }

// Compatibility characters and case are folded first, then what is left is taken apart into letters
// and marks.
icu::UnicodeString take_apart(std::string_view name) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* casefold = icu::Normalizer2::getNFKCCasefoldInstance(status);
  const auto* decompose = icu::Normalizer2::getNFDInstance(status);
  require(U_SUCCESS(status), "ICU has its normalisation data");
  const auto text = icu::UnicodeString::fromUTF8(
      icu::StringPiece(name.data(), static_cast<std::int32_t>(name.size())));
  auto apart = decompose->normalize(casefold->normalize(text, status), status);
  require(U_SUCCESS(status), "ICU normalises any text");
  return apart;
}

}  // namespace

std::string fold_name(std::string_view name) {
  if (is_ascii(name)) return fold_ascii(name);
  const auto apart = take_apart(name);
  FoldedText folded;
  for (std::int32_t i = 0; i < apart.length(); i = apart.moveIndex32(i, 1)) {
    const UChar32 c = apart.char32At(i);
    if (is_mark(c)) continue;
    if (is_separator(c)) {
      folded.separate();
      continue;
    }
    std::string character;
    icu::UnicodeString(is_apostrophe(c) ? UChar32{'\''} : c).toUTF8String(character);
    folded.add(character);
  }
  return folded.take();
}

}  // namespace tocsin
