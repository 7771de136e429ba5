#include "model/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tocsin {
namespace {

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues_character(c); }));
}

// Line `number` (from 1) of `text` without its line end; empty when there is none.
std::string_view line_of(std::string_view text, int number) {
  for (int line = 1; line < number; ++line) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

// Blanks up to the column, then carets. A tab stays a tab, so that both lines stay aligned.
std::string caret_line(std::string_view line, int column, int length) {
  std::string carets;
  int at = 1;
  for (const char c : line) {
    if (continues_character(c)) continue;
    if (at++ == column) break;
    carets.push_back(c == '\t' ? '\t' : ' ');
  }
  // A column behind the end of the line points right behind it.
  const auto left = static_cast<int>(count_characters(line)) - column + 1;
  const int shown = std::clamp(length, 1, std::max(left, 1));
  carets.append(static_cast<std::size_t>(shown), '^');
  return carets;
}

std::string place_of(const Diagnostic& diagnostic) {
  if (diagnostic.line <= 0) return diagnostic.file;
  if (diagnostic.column <= 0) return fmt::format("{}:{}", diagnostic.file, diagnostic.line);
  return fmt::format("{}:{}:{}", diagnostic.file, diagnostic.line, diagnostic.column);
}

char folded(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr std::size_t kWordMax = 100;
using DistanceRow = std::array<std::size_t, kWordMax + 1>;

// The optimal string alignment distance of two texts of at most kWordMax bytes; some number above
// `limit` as soon as it is sure to be above.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
  DistanceRow rows[3];
  DistanceRow *before = &rows[0], *last = &rows[1], *row = &rows[2];
  for (std::size_t j = 0; j <= b.size(); ++j) (*last)[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    (*row)[0] = i;
    std::size_t least = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const char x = folded(a[i - 1]);
      const char y = folded(b[j - 1]);
      std::size_t best =
          std::min({(*last)[j] + 1, (*row)[j - 1] + 1, (*last)[j - 1] + (x == y ? 0U : 1U)});
      if (i > 1 && j > 1 && x == folded(b[j - 2]) && y == folded(a[i - 2])) {
        best = std::min(best, (*before)[j - 2] + 1);
      }
      (*row)[j] = best;
      least = std::min(least, best);
    }
    // From row to row the least grows by one at most: a swap, which reaches back over one row and
    // costs one, leads to nothing better.
    if (least > limit) return limit + 1;
    std::swap(before, last);
    std::swap(last, row);
  }
  return (*last)[b.size()];
}

}  // namespace

std::string render(const Diagnostic& diagnostic, std::string_view text) {
  std::string out = fmt::format("{}: {}\n", place_of(diagnostic), diagnostic.message);
  const auto line = diagnostic.line > 0 ? line_of(text, diagnostic.line) : std::string_view();
  if (!line.empty()) {
    out += fmt::format("  {}\n", line);
    if (diagnostic.column > 0) {
      out += fmt::format("  {}\n", caret_line(line, diagnostic.column, diagnostic.length));
    }
  }
  if (!diagnostic.allowed.empty()) out += fmt::format("  allowed: {}\n", diagnostic.allowed);
  if (!diagnostic.suggestion.empty()) {
    out += fmt::format("  did you mean \"{}\"?\n", diagnostic.suggestion);
  }
  return out;
}

NearestWord::NearestWord(std::string_view word)
    : word_(word), distance_max_(count_characters(word) / 3), exhausted_(word.size() > kWordMax) {}

void NearestWord::offer(std::string_view candidate) {
  const std::size_t longer = std::max(word_.size(), candidate.size());
  const std::size_t shorter = std::min(word_.size(), candidate.size());
  if (exhausted_ || candidate.empty() || longer > kWordMax) return;
  if (longer - shorter > distance_max_) return;
  const std::size_t distance = edit_distance(word_, candidate, distance_max_);
  if (distance > distance_max_) return;
  best_ = candidate;
  exhausted_ = distance == 0;
  if (!exhausted_) distance_max_ = distance - 1;
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  NearestWord search(word);
  for (const auto& candidate : candidates) search.offer(candidate);
  return std::string(search.best());
}

}  // namespace tocsin
