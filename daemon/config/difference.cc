#include "daemon/config/difference.h"

#include <algorithm>

namespace tocsin {
namespace {

const YamlEntry* find(const YamlNode& mapping, const std::string& key) {
  const auto found = std::ranges::find(mapping.entries, key,
                                       [](const YamlEntry& entry) { return entry.key.text; });
  return found == mapping.entries.end() ? nullptr : &*found;
}

bool same(const YamlNode& a, const YamlNode& b) {
  if (a.kind != b.kind || a.text != b.text || a.items.size() != b.items.size() ||
      a.entries.size() != b.entries.size())
    return false;
  for (std::size_t i = 0; i < a.items.size(); ++i)
    if (!same(a.items[i], b.items[i])) return false;
  return std::ranges::all_of(a.entries, [&](const YamlEntry& entry) {
    const YamlEntry* other = find(b, entry.key.text);
    return other != nullptr && same(entry.value, other->value);
  });
}

class Comparison {
 public:
  explicit Comparison(std::size_t depth) : depth_(depth) {}

  void compare(const YamlNode& before, const YamlNode& after) {
    for (const YamlEntry& entry : after.entries) {
      const YamlEntry* was = find(before, entry.key.text);
      path_.push_back(entry.key.text);
      if (was == nullptr) {
        one_sided(Difference::Kind::kAdded, entry.value, entry.key);
      } else if (!same(was->value, entry.value)) {
        if (is_entered(was->value) && is_entered(entry.value)) {
          compare(was->value, entry.value);
        } else {
          out_.push_back({Difference::Kind::kChanged, path_, &entry.value});
        }
      }
      path_.pop_back();
    }
    for (const YamlEntry& entry : before.entries) {
      if (find(after, entry.key.text) != nullptr) continue;
      path_.push_back(entry.key.text);
      one_sided(Difference::Kind::kRemoved, entry.value, after);
      path_.pop_back();
    }
  }
  std::vector<Difference> take() { return std::move(out_); }

 private:
  bool is_entered(const YamlNode& value) const {
    return value.kind == YamlNode::Kind::kMapping && path_.size() < depth_;
  }
  void one_sided(Difference::Kind kind, const YamlNode& value, const YamlNode& at) {
    if (!is_entered(value)) {
      out_.push_back({kind, path_, &at});
      return;
    }
    for (const YamlEntry& entry : value.entries) {
      path_.push_back(entry.key.text);
      one_sided(kind, entry.value, kind == Difference::Kind::kAdded ? entry.key : at);
      path_.pop_back();
    }
  }

  std::size_t depth_;
  std::vector<std::string> path_;
  std::vector<Difference> out_;
};

}  // namespace

std::vector<Difference> differences(const YamlNode& before, const YamlNode& after,
                                    std::size_t depth) {
  Comparison comparison(depth);
  comparison.compare(before, after);
  return comparison.take();
}

void add_to(Hasher& hasher, const YamlNode& node) {
  hasher.add(static_cast<std::uint64_t>(node.kind));
  hasher.add(node.text);
  hasher.add(std::uint64_t{node.items.size()});
  for (const YamlNode& item : node.items) add_to(hasher, item);
  hasher.add(std::uint64_t{node.entries.size()});
  for (const YamlEntry& entry : node.entries) {
    hasher.add(entry.key.text);
    add_to(hasher, entry.value);
  }
}

}  // namespace tocsin
