#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tocsin {

// One text of one language: an ICU MessageFormat pattern with named arguments
// ("{count, plural, one {# day} other {# days}} in {place}").
struct TextEntry {
  std::string_view id;  // "status.raised"
  std::string_view pattern;
};

// Every text that people read in a message, sorted by id. Another language is another such table.
std::span<const TextEntry> english_texts();

// A named argument of a text. Strings go in as they are, numbers in the language's way.
struct TextArgument {
  std::string_view name;
  std::variant<std::string, std::int64_t> value;
};

// The texts of one language, and how it writes dates, numbers and lists. A value; cheap to make.
class Texts {
 public:
  // `language` is a BCP 47 tag. One that tocsin has no texts for yet gets English.
  explicit Texts(std::string_view language);

  // The language actually spoken, as a BCP 47 tag: for lang attributes.
  std::string_view language() const { return language_; }
  // The ICU locale that dates and lists follow ("en_GB": day before month).
  const char* locale() const { return locale_; }

  // Requires that the id exists and that the arguments fit the pattern: both are our own bugs.
  std::string say(std::string_view id, std::span<const TextArgument> arguments = {}) const;
  std::string say(std::string_view id, std::initializer_list<TextArgument> arguments) const;
  // The text of `id`, or `otherwise` when there is none: for codes that are data
  // ("dimension.food").
  std::string say_or(std::string_view id, std::string_view otherwise) const;

  // "food, environmental and personal".
  std::string list(const std::vector<std::string>& items) const;

 private:
  const TextEntry* find(std::string_view id) const;

  std::span<const TextEntry> entries_;
  std::string_view language_;
  const char* locale_;
};

}  // namespace tocsin
