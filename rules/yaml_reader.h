#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/diagnostic.h"
#include "model/record.h"
#include "model/time.h"
#include "rules/yaml_tree.h"

namespace tocsin {

// Reads typed values out of a YamlFile and collects everything that is wrong, so that one run shows
// all errors. A value that is missing or wrong is reported once and the fallback is returned:
// callers go on reading and look at the diagnostics at the end.
class YamlReader {
 public:
  // Both must outlive the reader.
  YamlReader(const YamlFile& file, Diagnostics& diagnostics)
      : file_(file), diagnostics_(diagnostics) {}

  const YamlFile& file() const { return file_; }
  Diagnostics& diagnostics() { return diagnostics_; }

  // Adds a diagnostic that underlines `at` (its text where it is a scalar, else its first
  // character).
  void report(const YamlNode& at, std::string message, std::string allowed = "",
              std::string suggestion = "");
  // The same for `length` bytes from byte `index` of the scalar `at`: for parsers of its text.
  void report_within(const YamlNode& at, std::size_t index, std::size_t length, std::string message,
                     std::string allowed = "", std::string suggestion = "");
  // Reports that `word` at `at` is none of `candidates`, with a "did you mean". `what` names what
  // was looked for: "unknown region 'NG-BX'".
  void report_unknown(const YamlNode& at, std::string_view what,
                      const std::vector<std::string>& candidates);

  // A text. Refuses lists, mappings, nothing, the empty text, and bare words that YAML 1.1 takes
  // for truth values or null (no, NO, on, yes, ~): these must be quoted.
  std::optional<std::string> text(const YamlNode& node, std::string_view what);
  // A whole number in [least, greatest], in decimal digits; '_' between digits is allowed.
  std::optional<std::int64_t> integer(const YamlNode& node, std::string_view what,
                                      std::int64_t least, std::int64_t greatest);
  // A decimal number, kept exactly as written (-12.50); at most 18 digits.
  std::optional<Decimal> decimal(const YamlNode& node, std::string_view what);
  // true or false, nothing else.
  std::optional<bool> truth(const YamlNode& node, std::string_view what);
  // A date, 2019-03-07.
  std::optional<Day> day(const YamlNode& node, std::string_view what);
  // The items of a list; empty (and reported) when it is none.
  const std::vector<YamlNode>& items(const YamlNode& node, std::string_view what);
  // A list of texts, each with its node, without repetitions (reported).
  struct Word {
    std::string text;
    const YamlNode* node = nullptr;
  };
  std::vector<Word> words(const YamlNode& node, std::string_view what);
  // The entries of a mapping whose keys are the author's own names (each a text as above).
  const std::vector<YamlEntry>& named_entries(const YamlNode& node, std::string_view what);

 private:
  const YamlFile& file_;
  Diagnostics& diagnostics_;
};

// A mapping with a fixed table of keys. Unknown keys are reported at construction, with the nearest
// known one. `what` names the thing in messages: "region NG-BO".
//
//   YamlMapping smtp(reader, node, "smtp", {"host", "port", "tls"});
//   settings.host = smtp.text("host", "localhost");
//   settings.port = smtp.integer("port", 25, 1, 65535);
class YamlMapping {
 public:
  YamlMapping(YamlReader& reader, const YamlNode& node, std::string what,
              std::initializer_list<std::string_view> keys);

  YamlReader& reader() const { return *reader_; }
  const YamlNode& node() const { return *node_; }
  const std::string& what() const { return what_; }
  bool has(std::string_view key) const { return entry(key) != nullptr; }
  // The value of `key`; nullptr when the key is absent. A key without a value is reported and then
  // counts as absent.
  const YamlNode* find(std::string_view key) const;
  // The same, and reports an absent key.
  const YamlNode* need(std::string_view key) const;

  // The value of `key`, or the fallback (absent, or wrong and reported).
  std::string text(std::string_view key, std::string fallback) const;
  std::int64_t integer(std::string_view key, std::int64_t fallback, std::int64_t least,
                       std::int64_t greatest) const;
  bool truth(std::string_view key, bool fallback) const;
  std::optional<Day> day(std::string_view key) const;
  std::vector<YamlReader::Word> words(std::string_view key) const;
  // The same for keys that must be there; "", `least`, empty when they aren't (reported).
  std::string need_text(std::string_view key) const;
  std::int64_t need_integer(std::string_view key, std::int64_t least, std::int64_t greatest) const;
  std::vector<YamlReader::Word> need_words(std::string_view key) const;

  // A mapping from language tag to name. A bare text is taken as English. English must be there;
  // when the key is absent, `fallback` is the English name, and if that is empty it is reported.
  std::map<std::string, std::string> names(std::string_view key, std::string fallback = "") const;

  // One of a fixed set of words, each with its value; the fallback when absent or wrong.
  template <class Value>
  using Choices = std::vector<std::pair<std::string_view, Value>>;
  template <class Value>
  Value choice(std::string_view key, Value fallback, const Choices<Value>& choices) const {
    const YamlNode* node = find(key);
    if (node == nullptr) return fallback;
    const auto word = reader_->text(*node, describe(key));
    if (!word) return fallback;
    std::vector<std::string> names;
    for (const auto& [name, value] : choices) {
      if (name == *word) return value;
      names.emplace_back(name);
    }
    reader_->report_unknown(*node, key, names);
    return fallback;
  }

 private:
  const YamlEntry* entry(std::string_view key) const;
  std::string describe(std::string_view key) const;  // "port of smtp"

  YamlReader* reader_;
  const YamlNode* node_;
  std::string what_;
};

// Whether YAML 1.1 reads the bare word as a truth value or null rather than as a text.
bool is_yaml_trap(std::string_view bare_word);

// "'a', 'b' or 'c'", at most `limit` of them and then how many more: for the `allowed` of a
// message.
std::string list_words(const std::vector<std::string>& words, std::size_t limit = 12);

}  // namespace tocsin
