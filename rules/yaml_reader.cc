#include "rules/yaml_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace tocsin {
namespace {

// Every bare word that YAML 1.1 resolves to a truth value or null (https://yaml.org/type/bool.html,
// https://yaml.org/type/null.html), folded to lower case: mixed case is refused as well.
constexpr std::array<std::string_view, 10> kTraps = {"y",   "n",    "yes",   "no",   "on",
                                                     "off", "true", "false", "null", "~"};

// What the user sees of a value: long texts are cut.
std::string shown(std::string_view text) {
  constexpr std::size_t kShownMax = 60;
  if (text.size() <= kShownMax) return fmt::format("'{}'", text);
  std::size_t end = kShownMax;
  while (end > 0 && (static_cast<unsigned>(text[end]) & 0xC0u) == 0x80u) --end;
  return fmt::format("'{}...'", text.substr(0, end));
}

std::string shown(const YamlNode& node) {
  if (node.kind == YamlNode::Kind::kScalar) return shown(node.text);
  if (node.kind == YamlNode::Kind::kNull) return "nothing";
  return fmt::format("a {}", name_of(node.kind));
}

int character_count(std::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned>(c) & 0xC0u) != 0x80u;
  }));
}

// A language tag as far as names need it (RFC 5646: "en", "fr", "pt-BR", "zh-Hans").
bool is_language_tag(std::string_view tag) {
  const std::size_t hyphen = std::min(tag.find('-'), tag.size());
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_letter_or_digit = [&](char c) {
    return is_lower(c) || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  };
  return (hyphen == 2 || hyphen == 3) && tag.size() <= 35 && !tag.ends_with('-') &&
         std::all_of(tag.begin(), tag.begin() + static_cast<std::ptrdiff_t>(hyphen), is_lower) &&
         std::all_of(tag.begin(), tag.end(), is_letter_or_digit);
}

}  // namespace

bool is_yaml_trap(std::string_view bare_word) {
  std::string folded(bare_word);
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return std::find(kTraps.begin(), kTraps.end(), folded) != kTraps.end();
}

std::string list_words(const std::vector<std::string>& words, std::size_t limit) {
  const std::size_t count = std::min(words.size(), limit);
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += fmt::format("'{}'", words[i]);
  }
  if (count < words.size()) text += fmt::format(" and {} more", words.size() - count);
  return text;
}

void YamlReader::report(const YamlNode& at, std::string message, std::string allowed,
                        std::string suggestion) {
  const bool one_line = at.kind == YamlNode::Kind::kScalar && at.style != YamlNode::Style::kBlock &&
                        at.text.find('\n') == std::string::npos;
  const int quotes = at.style == YamlNode::Style::kQuoted ? 2 : 0;
  diagnostics_.push_back(
      Diagnostic{.file = file_.name,
                 .line = at.position.line,
                 .column = at.position.column,
                 .length = one_line ? std::max(1, character_count(at.text) + quotes) : 1,
                 .message = std::move(message),
                 .allowed = std::move(allowed),
                 .suggestion = std::move(suggestion)});
}

void YamlReader::report_within(const YamlNode& at, std::size_t index, std::size_t length,
                               std::string message, std::string allowed, std::string suggestion) {
  const YamlPosition position = position_in(file_, at, index);
  const std::string_view text = at.text;
  const std::string_view part = text.substr(std::min(index, text.size()), length);
  diagnostics_.push_back(
      Diagnostic{.file = file_.name,
                 .line = position.line,
                 .column = position.column,
                 .length = std::max(1, character_count(part.substr(0, part.find('\n')))),
                 .message = std::move(message),
                 .allowed = std::move(allowed),
                 .suggestion = std::move(suggestion)});
}

void YamlReader::report_unknown(const YamlNode& at, std::string_view what,
                                const std::vector<std::string>& candidates) {
  std::string allowed = list_words(candidates);
  if (allowed.empty()) allowed = "nothing: none is declared";
  report(at, fmt::format("unknown {} {}", what, shown(at)), std::move(allowed),
         nearest(at.text, candidates));
}

std::optional<std::string> YamlReader::text(const YamlNode& node, std::string_view what) {
  if (node.kind == YamlNode::Kind::kNull) {
    report(node, fmt::format("{} has no value", what), "a text; quote it if it is ~ or null");
    return std::nullopt;
  }
  if (node.kind != YamlNode::Kind::kScalar) {
    report(node, fmt::format("{} is {}", what, shown(node)), "a text");
    return std::nullopt;
  }
  if (node.style == YamlNode::Style::kPlain && is_yaml_trap(node.text)) {
    report(node,
           fmt::format("{} is the bare word {}, which YAML takes for a truth value or null", what,
                       node.text),
           fmt::format("quote it: \"{}\"", node.text));
    return std::nullopt;
  }
  if (node.text.find_first_not_of(" \n") == std::string::npos) {
    report(node, fmt::format("{} is empty", what), "a text");
    return std::nullopt;
  }
  return node.text;
}

std::optional<std::int64_t> YamlReader::integer(const YamlNode& node, std::string_view what,
                                                std::int64_t least, std::int64_t greatest) {
  const std::string allowed = fmt::format("a whole number from {} to {}", least, greatest);
  std::string digits;
  bool well_formed = node.kind == YamlNode::Kind::kScalar &&
                     node.style == YamlNode::Style::kPlain && !node.text.ends_with('_');
  for (std::size_t i = 0; well_formed && i < node.text.size(); ++i) {
    const char c = node.text[i];
    if (c == '_' && i > 0 && node.text[i - 1] >= '0' && node.text[i - 1] <= '9') continue;
    well_formed = (c >= '0' && c <= '9') || (c == '-' && i == 0);
    digits += c;
  }
  // YAML 1.1 reads 010 as eight.
  const std::size_t first = digits.starts_with('-') ? 1 : 0;
  if (digits.size() > first + 1 && digits[first] == '0') well_formed = false;
  std::int64_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (!well_formed || (error != std::errc() && error != std::errc::result_out_of_range) ||
      stop != end) {
    report(node, fmt::format("{} is {}", what, shown(node)), allowed);
    return std::nullopt;
  }
  if (error == std::errc::result_out_of_range || value < least || value > greatest) {
    report(node, fmt::format("{} is {}, out of range", what, node.text), allowed);
    return std::nullopt;
  }
  return value;
}

std::optional<Decimal> YamlReader::decimal(const YamlNode& node, std::string_view what) {
  if (node.kind == YamlNode::Kind::kScalar && node.style == YamlNode::Style::kPlain) {
    if (const auto number = parse_decimal(node.text)) return number;
  }
  report(node, fmt::format("{} is {}", what, shown(node)),
         "a number such as 12 or -0.25, unquoted, of at most 18 digits");
  return std::nullopt;
}

std::optional<bool> YamlReader::truth(const YamlNode& node, std::string_view what) {
  const bool bare = node.kind == YamlNode::Kind::kScalar && node.style == YamlNode::Style::kPlain;
  if (bare && node.text == "true") return true;
  if (bare && node.text == "false") return false;
  report(node, fmt::format("{} is {}", what, shown(node)), "true or false");
  return std::nullopt;
}

std::optional<Day> YamlReader::day(const YamlNode& node, std::string_view what) {
  if (node.kind == YamlNode::Kind::kScalar) {
    if (const auto day = parse_day(node.text)) return *day;
  }
  report(node, fmt::format("{} is {}", what, shown(node)), "a date, as 2019-03-07");
  return std::nullopt;
}

const std::vector<YamlNode>& YamlReader::items(const YamlNode& node, std::string_view what) {
  if (node.kind != YamlNode::Kind::kSequence) {
    report(node, fmt::format("{} is {}", what, shown(node)), "a list: [a, b]");
  }
  return node.items;  // empty when it is no list
}

std::vector<YamlReader::Word> YamlReader::words(const YamlNode& node, std::string_view what) {
  std::vector<Word> result;
  std::set<std::string> seen;
  for (const YamlNode& item : items(node, what)) {
    const auto word = text(item, fmt::format("an item of {}", what));
    if (!word) continue;
    if (!seen.insert(*word).second) {
      report(item, fmt::format("{} stands twice in {}", shown(*word), what), "each item once");
      continue;
    }
    result.push_back(Word{*word, &item});
  }
  return result;
}

const std::vector<YamlEntry>& YamlReader::named_entries(const YamlNode& node,
                                                        std::string_view what) {
  if (node.kind != YamlNode::Kind::kMapping) {
    report(node, fmt::format("{} is {}", what, shown(node)), "a mapping of names");
  }
  for (const YamlEntry& entry : node.entries) text(entry.key, fmt::format("a name in {}", what));
  return node.entries;  // empty when it is no mapping
}

YamlMapping::YamlMapping(YamlReader& reader, const YamlNode& node, std::string what,
                         std::initializer_list<std::string_view> keys)
    : reader_(&reader), node_(&node), what_(std::move(what)) {
  const std::vector<std::string> known(keys.begin(), keys.end());
  if (node.kind != YamlNode::Kind::kMapping) {
    reader.report(node, fmt::format("{} is {}", what_, shown(node)),
                  fmt::format("a mapping with the keys {}", list_words(known, known.size())));
    return;
  }
  for (const YamlEntry& entry : node.entries) {
    if (std::find(known.begin(), known.end(), entry.key.text) != known.end()) continue;
    reader.report(entry.key, fmt::format("unknown key '{}' in {}", entry.key.text, what_),
                  list_words(known, known.size()), nearest(entry.key.text, known));
  }
}

const YamlEntry* YamlMapping::entry(std::string_view key) const {
  const auto found = std::find_if(node_->entries.begin(), node_->entries.end(),
                                  [&](const YamlEntry& entry) { return entry.key.text == key; });
  return found == node_->entries.end() ? nullptr : &*found;
}

std::string YamlMapping::describe(std::string_view key) const {
  return fmt::format("{} of {}", key, what_);
}

const YamlNode* YamlMapping::find(std::string_view key) const {
  const YamlEntry* found = entry(key);
  if (found == nullptr) return nullptr;
  if (found->value.kind == YamlNode::Kind::kNull) {
    // yaml-cpp marks an empty value where the next token stands: the key is the better place.
    reader_->report(found->key, fmt::format("{} has no value", describe(key)),
                    "a value, or leave the key out");
    return nullptr;
  }
  return &found->value;
}

const YamlNode* YamlMapping::need(std::string_view key) const {
  if (!has(key) && node_->kind == YamlNode::Kind::kMapping) {
    reader_->report(*node_, fmt::format("{} lacks the key '{}'", what_, key));
  }
  return find(key);
}

std::string YamlMapping::text(std::string_view key, std::string fallback) const {
  const YamlNode* node = find(key);
  if (node == nullptr) return fallback;
  return reader_->text(*node, describe(key)).value_or(std::move(fallback));
}

std::int64_t YamlMapping::integer(std::string_view key, std::int64_t fallback, std::int64_t least,
                                  std::int64_t greatest) const {
  const YamlNode* node = find(key);
  if (node == nullptr) return fallback;
  return reader_->integer(*node, describe(key), least, greatest).value_or(fallback);
}

bool YamlMapping::truth(std::string_view key, bool fallback) const {
  const YamlNode* node = find(key);
  if (node == nullptr) return fallback;
  return reader_->truth(*node, describe(key)).value_or(fallback);
}

std::optional<Day> YamlMapping::day(std::string_view key) const {
  const YamlNode* node = find(key);
  return node == nullptr ? std::nullopt : reader_->day(*node, describe(key));
}

std::vector<YamlReader::Word> YamlMapping::words(std::string_view key) const {
  const YamlNode* node = find(key);
  return node == nullptr ? std::vector<YamlReader::Word>() : reader_->words(*node, describe(key));
}

std::string YamlMapping::need_text(std::string_view key) const {
  const YamlNode* node = need(key);
  return node == nullptr ? "" : reader_->text(*node, describe(key)).value_or("");
}

std::int64_t YamlMapping::need_integer(std::string_view key, std::int64_t least,
                                       std::int64_t greatest) const {
  const YamlNode* node = need(key);
  if (node == nullptr) return least;
  return reader_->integer(*node, describe(key), least, greatest).value_or(least);
}

std::vector<YamlReader::Word> YamlMapping::need_words(std::string_view key) const {
  const YamlNode* node = need(key);
  return node == nullptr ? std::vector<YamlReader::Word>() : reader_->words(*node, describe(key));
}

std::map<std::string, std::string> YamlMapping::names(std::string_view key,
                                                      std::string fallback) const {
  const YamlNode* node = fallback.empty() ? need(key) : find(key);
  if (node == nullptr) return {{"en", std::move(fallback)}};
  if (node->kind == YamlNode::Kind::kScalar) {
    return {{"en", reader_->text(*node, describe(key)).value_or("")}};
  }
  std::map<std::string, std::string> result;
  for (const YamlEntry& entry : reader_->named_entries(*node, describe(key))) {
    if (!is_language_tag(entry.key.text)) {
      reader_->report(entry.key, fmt::format("'{}' is no language tag", entry.key.text),
                      "a tag such as 'en' or 'fr'");
    }
    if (auto name = reader_->text(entry.value, fmt::format("a name in {}", describe(key)))) {
      result.emplace(entry.key.text, std::move(*name));
    }
  }
  if (!result.contains("en")) {
    reader_->report(*node, fmt::format("{} has no English name", describe(key)), "en: a name");
    result.emplace("en", std::move(fallback));
  }
  return result;
}

}  // namespace tocsin
