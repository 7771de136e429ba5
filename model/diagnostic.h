#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

// One thing wrong in a file that a person wrote. Lines and columns count from 1; 0 means unknown.
// message says what is wrong with the offending value; allowed says what may stand there instead
// (empty where it is obvious); suggestion is a "did you mean" (or empty).
struct Diagnostic {
  std::string file;
  int line = 0;
  int column = 0;
  int length = 1;  // how many characters the caret line underlines
  std::string message;
  std::string allowed;
  std::string suggestion;
  friend auto operator<=>(const Diagnostic&, const Diagnostic&) = default;
};

using Diagnostics = std::vector<Diagnostic>;

// "file:line:column: message", the line of `text` it points at, a caret line, what is allowed and
// the suggestion. `text` is the content of the file; pass "" when it is not at hand.
std::string render(const Diagnostic& diagnostic, std::string_view text);

// The candidate nearest to `word` by edit distance, if it is near enough to be a slip of the pen
// (at most a third of its letters); empty otherwise.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace tocsin
