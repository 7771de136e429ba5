#include "daemon/pack_changes.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "daemon/config/difference.h"

namespace tocsin {
namespace {

// Keys below a section and a name: signals, dry, when.
constexpr std::size_t kDepth = 4;

// Keys of the pack, and of what stands in its sections. Between them are names that authors choose:
// a signal may be called `note`.
constexpr std::array<std::string_view, 4> kWordsOfPack = {"title", "version", "skill",
                                                          "references"};
constexpr std::array<std::string_view, 5> kWordsOfItem = {"title", "why", "reference", "note",
                                                          "names"};

PackChange::Touches touched_by(const std::vector<std::string>& path) {
  using enum PackChange::Touches;
  if (std::ranges::count(kWordsOfPack, path.front()) > 0) return kWords;
  if (path.size() < 3) return kMeaning;
  if (path[0] == "patterns" && path[2] == "advise") return kAdvice;
  return std::ranges::count(kWordsOfItem, path[2]) > 0 ? kWords : kMeaning;
}

// What is written on several lines or with other spaces says the same.
void fold_spaces(YamlNode& node) {
  std::string folded;
  for (const char c : node.text) {
    const bool space = c == ' ' || c == '\n' || c == '\t';
    if (!space) folded += c;
    if (space && !folded.empty() && folded.back() != ' ') folded += ' ';
  }
  if (!folded.empty() && folded.back() == ' ') folded.pop_back();
  node.text = std::move(folded);
  for (YamlNode& item : node.items) fold_spaces(item);
  for (YamlEntry& entry : node.entries) fold_spaces(entry.value);
}

const YamlNode* follow(const YamlNode& root, const std::vector<std::string>& path) {
  const YamlNode* at = &root;
  for (const std::string& key : path) {
    const auto found =
        std::ranges::find(at->entries, key, [](const YamlEntry& entry) { return entry.key.text; });
    if (found == at->entries.end()) return nullptr;
    at = &found->value;
  }
  return at;
}

std::string on_one_line(const YamlNode* node) {
  if (node == nullptr) return "";
  std::string out;
  switch (node->kind) {
    case YamlNode::Kind::kNull:
    case YamlNode::Kind::kScalar:
      return node->text;
    case YamlNode::Kind::kSequence:
      for (const YamlNode& item : node->items)
        out += (out.empty() ? "" : ", ") + on_one_line(&item);
      return "[" + out + "]";
    case YamlNode::Kind::kMapping:
      for (const YamlEntry& entry : node->entries)
        out += (out.empty() ? "" : ", ") + entry.key.text + ": " + on_one_line(&entry.value);
      return "{" + out + "}";
  }
  return out;
}

}  // namespace

std::vector<PackChange> pack_changes(const YamlNode& before, const YamlNode& after) {
  YamlNode was = before, is = after;
  fold_spaces(was);
  fold_spaces(is);
  std::vector<PackChange> out;
  for (const Difference& difference : differences(was, is, kDepth)) {
    PackChange change;
    change.kind = difference.kind == Difference::Kind::kAdded     ? PackChange::Kind::kAdded
                  : difference.kind == Difference::Kind::kRemoved ? PackChange::Kind::kRemoved
                                                                  : PackChange::Kind::kChanged;
    for (const std::string& key : difference.path)
      change.where += (change.where.empty() ? "" : ".") + key;
    change.before = on_one_line(follow(was, difference.path));
    change.after = on_one_line(follow(is, difference.path));
    change.touches = touched_by(difference.path);
    out.push_back(std::move(change));
  }
  return out;
}

}  // namespace tocsin
