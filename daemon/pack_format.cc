#include "daemon/pack_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <string_view>
#include <vector>

#include "daemon/config/difference.h"
#include "rules/yaml_reader.h"
#include "rules/yaml_tree.h"

namespace tocsin {
namespace {

constexpr std::size_t kWidth = 120;
constexpr std::size_t kRowWidth = 180;  // of records and days, which read best as a table

using Keys = std::vector<std::string_view>;

const Keys kSections = {"pack",    "version",  "title",     "skill",   "producer",   "pattern",
                        "region",  "begins",   "regions",   "seasons", "references", "parameters",
                        "signals", "patterns", "scenarios", "edges"};
const Keys kParameter = {"value", "versions",  "by_dekad", "by_month", "compute",
                         "as_of", "by_region", "why",      "reference"};
const Keys kSignal = {"title",  "dimension", "stance", "from",     "at",    "reads",
                      "when",   "bands",     "given",  "during",   "clear", "for",
                      "linger", "latch",     "why",    "reference"};
const Keys kPattern = {"title",     "at",    "window", "levels", "watch",    "warning",
                       "emergency", "names", "linger", "lapse",  "mute",     "budget",
                       "decision",  "share", "advise", "why",    "reference"};
const Keys kScenario = {"says", "like",   "pattern",   "table",  "records",
                        "days", "alerts", "held_back", "refused"};
const Keys kAny;

// The order of the keys of what stands in a section, of what a name in it holds.
const Keys& keys_below(std::string_view section) {
  if (section == "parameters") return kParameter;
  if (section == "signals") return kSignal;
  if (section == "patterns") return kPattern;
  if (section == "scenarios") return kScenario;
  return kAny;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// What stands around the entries and items of a file, by line: its comments and empty lines.
class Surroundings {
 public:
  Surroundings(std::string_view text, const YamlNode& root) {
    for (std::size_t at = 0; at <= text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      lines_.push_back(text.substr(at, end - at));
      at = end + 1;
    }
    inside_.resize(lines_.size() + 2);
    mark_blocks(root, 0);
    char quote = 0;
    for (std::size_t i = 0; i < lines_.size(); ++i)
      if (!inside_[i + 1]) read_line(static_cast<int>(i) + 1, quote);
  }

  // What stands above line `line` and below the last line asked for.
  struct Above {
    std::vector<std::string> comments;  // "": an empty line between them
    bool empty_line = false;            // above them all
  };
  Above above(int line) {
    Above out;
    for (; next_ < line; ++next_) {
      const auto whole = whole_.find(next_);
      if (whole != whole_.end()) {
        out.comments.push_back(whole->second);
      } else if (is_empty(next_) && out.comments.empty()) {
        out.empty_line = out.empty_line || next_ > 1;
      } else if (is_empty(next_) && !out.comments.back().empty()) {
        out.comments.emplace_back();
      }
    }
    next_ = std::max(next_, line + 1);
    return out;
  }
  // The comment behind what stands on one of the lines, if any.
  std::string behind(int first, int last) const {
    std::string out;
    for (auto at = trailing_.lower_bound(first); at != trailing_.end() && at->first <= last; ++at)
      out += (out.empty() ? "" : " ") + at->second;
    return out;
  }
  // Of a block scalar: its last line.
  int block_end(int line) const {
    const auto found = blocks_.find(line);
    return found == blocks_.end() ? line : found->second;
  }
  bool has_comment(int first, int last) const {
    const auto whole = whole_.lower_bound(first);
    const auto trailing = trailing_.lower_bound(first);
    return (whole != whole_.end() && whole->first <= last) ||
           (trailing != trailing_.end() && trailing->first < last);
  }
  int last_line() const { return static_cast<int>(lines_.size()) + 1; }
  std::vector<std::string> comments() const {
    std::vector<std::string> out;
    for (const auto& [line, comment] : whole_) out.push_back(comment);
    for (const auto& [line, comment] : trailing_) out.push_back(comment);
    std::ranges::sort(out);
    return out;
  }

 private:
  bool is_empty(int line) const {
    return static_cast<std::size_t>(line) <= lines_.size() &&
           trimmed(lines_[static_cast<std::size_t>(line) - 1]).empty();
  }

  // The lines of block scalars: a '#' there is text. They are deeper than what holds them.
  void mark_blocks(const YamlNode& node, std::size_t indent) {
    if (node.kind == YamlNode::Kind::kScalar && node.style == YamlNode::Style::kBlock) {
      auto line = static_cast<std::size_t>(node.position.line);
      int last = node.position.line;
      for (; line < lines_.size(); ++line) {
        const std::size_t first = lines_[line].find_first_not_of(' ');
        if (first != std::string_view::npos && first <= indent) break;
        inside_[line + 1] = true;
        if (first != std::string_view::npos) last = static_cast<int>(line) + 1;
      }
      blocks_[node.position.line] = last;
    }
    for (const YamlNode& item : node.items) mark_blocks(item, indent);
    for (const YamlEntry& entry : node.entries)
      mark_blocks(entry.value, static_cast<std::size_t>(entry.key.position.column) - 1);
  }

  void read_line(int number, char& quote) {
    const std::string_view line = lines_[static_cast<std::size_t>(number) - 1];
    if (quote == 0 && trimmed(line).starts_with('#')) {
      whole_[number] = trimmed(line);
      return;
    }
    for (std::size_t i = 0; i < line.size(); ++i) {
      const char c = line[i];
      const bool begins =
          i == 0 || std::string_view(" [{,:").find(line[i - 1]) != std::string_view::npos;
      if (quote != 0) {
        if (c == '\\' && quote == '"') ++i;
        if (c == quote) quote = 0;
      } else if ((c == '"' || c == '\'') && begins) {
        quote = c;
      } else if (c == '#' && i > 0 && line[i - 1] == ' ') {
        trailing_[number] = trimmed(line.substr(i));
        return;
      }
    }
  }

  std::vector<std::string_view> lines_;
  std::vector<bool> inside_;   // by line, from 1: of a block scalar
  std::map<int, int> blocks_;  // its first line, its last
  std::map<int, std::string> whole_, trailing_;
  int next_ = 1;
};

class Formatter {
 public:
  Formatter(const YamlNode& root, Surroundings& around) : around_(around) {
    note(root);
    rest_ = around_.above(around_.last_line());
    write_entries(root, 0, kSections, "");
    if (!rest_.comments.empty() && rest_.comments.back().empty()) rest_.comments.pop_back();
    for (const std::string& comment : rest_.comments) out_ += comment + "\n";
  }
  std::string take() { return std::move(out_); }

 private:
  // Walks the file from top to bottom, so that each comment comes to what stands below it.
  void note(const YamlNode& node) {
    for (const YamlEntry& entry : node.entries) {
      above_[entry.key.offset] = around_.above(entry.key.position.line);
      note(entry.value);
    }
    for (const YamlNode& item : node.items) {
      if (item.kind == YamlNode::Kind::kScalar || item.entries.empty())
        above_[item.offset] = around_.above(item.position.line);
      note(item);
    }
  }

  int last_line(const YamlNode& node) const {
    int last = node.position.line;
    if (node.style == YamlNode::Style::kBlock) last = around_.block_end(last);
    for (const YamlNode& item : node.items) last = std::max(last, last_line(item));
    for (const YamlEntry& entry : node.entries)
      last = std::max({last, entry.key.position.line, last_line(entry.value)});
    return last;
  }

  static bool needs_quotes(std::string_view text, bool in_flow) {
    if (text.empty() || text != trimmed(text) || is_yaml_trap(text)) return true;
    if (std::string_view("!&*-?|>@`\"'%#,[]{}:").find(text.front()) != std::string_view::npos &&
        !(text.front() == '-' && text.size() > 1 && text[1] != ' '))
      return true;
    if (text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos ||
        text.ends_with(':') || text.find('\n') != std::string_view::npos)
      return true;
    return in_flow && text.find_first_of(",[]{}") != std::string_view::npos;
  }

  static std::string scalar(const YamlNode& node, bool in_flow) {
    if (node.kind == YamlNode::Kind::kNull) return "";
    const bool trap = node.style != YamlNode::Style::kPlain || !is_yaml_trap(node.text);
    if (!trap || !needs_quotes(node.text, in_flow)) return node.text;
    if (node.text.find_first_of("\\\n\t") == std::string::npos &&
        node.text.find('"') == std::string::npos)
      return "\"" + node.text + "\"";
    if (node.text.find('\n') == std::string::npos) {
      std::string out = "'";
      for (const char c : node.text) out += c == '\'' ? "''" : std::string(1, c);
      return out + "'";
    }
    std::string out = "\"";
    for (const char c : node.text)
      out += c == '\n' ? "\\n" : c == '"' ? "\\\"" : c == '\\' ? "\\\\" : std::string(1, c);
    return out + "\"";
  }

  // On one line.
  static std::string flow(const YamlNode& node) {
    std::string out;
    switch (node.kind) {
      case YamlNode::Kind::kNull:
      case YamlNode::Kind::kScalar:
        return scalar(node, true);
      case YamlNode::Kind::kSequence:
        for (const YamlNode& item : node.items) out += (out.empty() ? "" : ", ") + flow(item);
        return "[" + out + "]";
      case YamlNode::Kind::kMapping:
        for (const YamlEntry& entry : node.entries)
          out += (out.empty() ? "" : ", ") + scalar(entry.key, true) + ": " + flow(entry.value);
        return "{" + out + "}";
    }
    return out;
  }

  // Whether its author wrote it on few enough lines to stand on one, and it fits.
  bool stays_flow(const YamlNode& node, int first_line, std::size_t column) const {
    if (node.kind == YamlNode::Kind::kScalar || node.kind == YamlNode::Kind::kNull) return true;
    const int last = last_line(node);
    const bool wide =
        column + flow(node).size() > (node.kind == YamlNode::Kind::kMapping ? kRowWidth : kWidth);
    if (node.items.empty() && node.entries.empty()) return true;
    const bool one_line = first_line == last;
    const bool words = node.kind == YamlNode::Kind::kSequence &&
                       std::ranges::all_of(node.items, [](const YamlNode& item) {
                         return item.kind == YamlNode::Kind::kScalar;
                       });
    if (around_.has_comment(first_line, last)) return false;
    return !wide && (one_line || words);
  }

  static std::size_t fold_at(std::string_view text, std::size_t room) {
    if (text.size() <= room) return text.size();
    std::size_t at = text.rfind(' ', room);
    if (at == std::string_view::npos) at = text.find(' ', room);
    return at == std::string_view::npos ? text.size() : at;
  }

  // Where a condition is best cut into lines: before each `and` and `or` that joins most.
  static std::vector<std::string_view> joined_parts(std::string_view text) {
    std::vector<std::pair<std::size_t, int>> joins;
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '(') ++depth;
      if (text[i] == ')') --depth;
      if (text.substr(i).starts_with(" and ") || text.substr(i).starts_with(" or "))
        joins.emplace_back(i, depth);
    }
    int least = std::numeric_limits<int>::max();
    for (const auto& join : joins) least = std::min(least, join.second);
    std::vector<std::string_view> out;
    std::size_t begin = 0;
    for (const auto& [at, deep] : joins) {
      if (deep != least) continue;
      out.push_back(text.substr(begin, at - begin));
      begin = at + 1;
    }
    out.push_back(text.substr(begin));
    return out;
  }

  // `>-` or `|`, or one line where it fits.
  void write_scalar(const YamlNode& node, std::size_t indent, const std::string& behind,
                    bool condition = false) {
    const std::size_t column = out_.size() - (out_.rfind('\n') + 1);
    const std::string line = scalar(node, false);
    const bool lines =
        node.style == YamlNode::Style::kBlock && node.text.find('\n') != std::string::npos;
    const bool folds = !lines && node.text.find('\n') == std::string::npos &&
                       node.text.find("  ") == std::string::npos &&
                       node.text == trimmed(node.text) && column + line.size() + 1 > kWidth &&
                       node.text.find(' ') != std::string::npos;
    const std::string note = behind.empty() ? "" : "  " + behind;
    const std::string pad(indent + 2, ' ');
    if (lines) {
      const bool ends = node.text.ends_with('\n');
      out_ += std::string(" |") + (ends ? "" : "-") + note + "\n";
      std::string_view rest = node.text;
      if (ends) rest.remove_suffix(1);
      while (true) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const std::string_view one = rest.substr(0, end);
        out_ += (one.empty() ? "" : pad) + std::string(one) + "\n";
        if (end == rest.size()) break;
        rest.remove_prefix(end + 1);
      }
    } else if (folds) {
      out_ += " >-" + note + "\n";
      std::vector<std::string_view> parts = {node.text};
      if (condition) parts = joined_parts(node.text);
      for (std::string_view rest : parts)
        while (!rest.empty()) {
          const std::size_t end = fold_at(rest, kWidth - pad.size());
          out_ += pad + std::string(rest.substr(0, end)) + "\n";
          rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    } else {
      out_ += (line.empty() ? "" : " ") + line + note + "\n";
    }
  }

  void write_above(std::size_t offset, std::size_t indent, bool apart) {
    const Surroundings::Above& above = above_[offset];
    if ((above.empty_line || apart) && !out_.empty() && !out_.ends_with("\n\n")) out_ += '\n';
    for (const std::string& comment : above.comments)
      out_ += (comment.empty() ? "" : std::string(indent, ' ')) + comment + "\n";
  }

  void write_entries(const YamlNode& node, std::size_t indent, const Keys& order,
                     const std::string& section) {
    std::vector<const YamlEntry*> entries;
    for (const YamlEntry& entry : node.entries) entries.push_back(&entry);
    std::ranges::stable_sort(entries, {}, [&](const YamlEntry* entry) {
      return std::ranges::find(order, entry->key.text) - order.begin();
    });
    for (const YamlEntry* entry : entries) write_entry(*entry, indent, section);
  }

  void write_entry(const YamlEntry& entry, std::size_t indent, const std::string& section) {
    const int line = entry.key.position.line;
    const bool top = indent == 0;
    const std::string key = scalar(entry.key, false) + ":";
    const bool one_line = stays_flow(entry.value, line, indent + key.size() + 1);
    write_above(entry.key.offset, indent, top && !one_line);
    out_ += std::string(indent, ' ') + key;
    const std::string& below = top ? entry.key.text : section;
    if (entry.value.kind == YamlNode::Kind::kScalar || entry.value.kind == YamlNode::Kind::kNull) {
      const int last = entry.value.style == YamlNode::Style::kBlock ? line : last_line(entry.value);
      write_scalar(entry.value, indent, around_.behind(line, last), is_condition(entry.key.text));
    } else if (one_line) {
      const std::string behind = around_.behind(line, last_line(entry.value));
      out_ += " " + flow(entry.value) + (behind.empty() ? "" : "  " + behind) + "\n";
    } else {
      const std::string behind = around_.behind(line, line);
      out_ += (behind.empty() || shares_line(entry) ? "" : "  " + behind) + "\n";
      write_block(entry.value, indent + 2,
                  top           ? kAny
                  : indent == 2 ? keys_below(section)
                                : kAny,
                  below);
    }
  }

  static bool is_condition(std::string_view key) {
    constexpr std::array<std::string_view, 9> kConditions = {
        "when", "clear", "given", "compute", "watch", "warning", "emergency", "overrides", "veto"};
    return std::ranges::count(kConditions, key) > 0;
  }

  // Whether the value begins on the key's line, so that a comment there is its first part's.
  static bool shares_line(const YamlEntry& entry) {
    const int line = entry.key.position.line;
    if (!entry.value.items.empty()) return entry.value.items.front().position.line == line;
    return !entry.value.entries.empty() && entry.value.entries.front().key.position.line == line;
  }

  void write_block(const YamlNode& node, std::size_t indent, const Keys& order,
                   const std::string& section) {
    if (node.kind == YamlNode::Kind::kMapping) {
      write_entries(node, indent, order, section);
      return;
    }
    for (const YamlNode& item : node.items) write_item(item, indent, section);
  }

  void write_item(const YamlNode& item, std::size_t indent, const std::string& section) {
    const bool mapping = item.kind == YamlNode::Kind::kMapping && !item.entries.empty();
    const int line = item.position.line;
    if (stays_flow(item, line, indent + 2) || !mapping) {
      write_above(mapping ? item.entries.front().key.offset : item.offset, indent, false);
      out_ += std::string(indent, ' ') + "-";
      if (item.kind == YamlNode::Kind::kScalar) {
        write_scalar(item, indent, around_.behind(line, last_line(item)));
      } else {
        const std::string behind = around_.behind(line, last_line(item));
        out_ += " " + flow(item) + (behind.empty() ? "" : "  " + behind) + "\n";
      }
      return;
    }
    // The first key stands behind the hyphen.
    const std::size_t first = item.entries.front().key.offset;
    write_above(first, indent, false);
    above_[first] = {};
    const std::size_t begin = out_.size();
    write_entries(item, indent + 2, kAny, section);
    out_[begin + indent] = '-';
  }

  Surroundings& around_;
  std::map<std::size_t, Surroundings::Above> above_;  // by offset of key or item
  Surroundings::Above rest_;
  std::string out_;
};

Diagnostic cannot(const std::string& file, std::string why) {
  Diagnostic out;
  out.file = file;
  out.message = std::move(why);
  return out;
}

tl::expected<std::string, Diagnostics> format_document(const std::string& file,
                                                       const std::string& text) {
  Diagnostics diagnostics;
  const auto yaml = parse_yaml(file, text, diagnostics);
  if (!yaml || !diagnostics.empty()) return tl::unexpected(std::move(diagnostics));
  if (yaml->root.kind != YamlNode::Kind::kMapping)
    return tl::unexpected(Diagnostics{cannot(file, "the file is no mapping of sections")});
  Surroundings around(yaml->text, yaml->root);
  std::string out = Formatter(yaml->root, around).take();
  // What was written by a mistake of this file's must never take the place of an author's.
  const auto again = parse_yaml(file, out, diagnostics);
  if (!again || !diagnostics.empty() ||
      !differences(yaml->root, again->root, kYamlDepthMax).empty() ||
      Surroundings(again->text, again->root).comments() != around.comments())
    return tl::unexpected(
        Diagnostics{cannot(file, "it can't be formatted without changing what it says")});
  return out;
}

}  // namespace

tl::expected<std::string, Diagnostics> format_pack(const std::string& file,
                                                   const std::string& text) {
  auto first = format_document(file, first_document(text));
  const std::string rest = second_document(text);
  if (!first || rest.empty()) return first;
  const auto second = format_document(file, rest);
  if (!second) return second;
  return *first + "---\n" + second->substr(second->find_first_not_of('\n'));
}

}  // namespace tocsin
