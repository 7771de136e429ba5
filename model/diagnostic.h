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

// Finds, among the candidates offered, the one nearest to a word by edit distance (insertion,
// deletion, replacement, swap of neighbours; ASCII case doesn't count), if it is near enough to be
// a slip of the pen: at most a third of the word's letters. Of equally near ones the first stays.
// Texts over 100 bytes are nobody's slip. Doesn't allocate; texts must outlive it.
class NearestWord {
 public:
  explicit NearestWord(std::string_view word);
  void offer(std::string_view candidate);
  std::string_view best() const { return best_; }  // empty when nothing is near enough

 private:
  std::string_view word_, best_;
  std::size_t distance_max_;  // what a better candidate may have at most
  bool exhausted_;            // nothing can be better
};
// The nearest of `candidates`; empty when none is near enough.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace tocsin
