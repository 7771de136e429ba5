#include "daemon/pack_clashes.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>

#include "rules/yaml_reader.h"

namespace tocsin {
namespace {

const YamlNode* value_of(const YamlNode& mapping, std::string_view key) {
  for (const YamlEntry& entry : mapping.entries)
    if (entry.key.text == key) return &entry.value;
  return nullptr;
}

// It was loaded, so it is YAML and has the keys that it must have.
void clash_at(const std::string& file, std::string_view text, std::string_view key,
              std::size_t item, const std::string& message, std::string_view allowed,
              Diagnostics& diagnostics) {
  const auto yaml = parse_yaml(file, text, diagnostics);
  require(yaml.has_value(), "a file that was loaded can be read");
  const YamlNode* at = value_of(yaml->root, key);
  require(at != nullptr, "what was read stands somewhere");
  if (item < at->items.size()) at = &at->items[item];
  YamlReader(*yaml, diagnostics).report(*at, message, std::string(allowed));
}

}  // namespace

Diagnostics pack_clashes(const Contents& contents, const std::vector<Pack>& packs) {
  Diagnostics diagnostics;
  if (!contents.settings) return diagnostics;
  std::map<std::string, std::string> paths;  // by file name
  const std::vector<std::string>& named = contents.settings->packs;
  for (std::size_t i = 0; i < named.size(); ++i) {
    const std::string file = std::filesystem::path(named[i]).filename().string();
    const auto [first, is_new] = paths.emplace(file, named[i]);
    if (is_new) continue;
    clash_at(
        "tocsind.yaml", contents.configuration.at("tocsind.yaml"), "packs", i,
        fmt::format("two packs have the file name {}: {} and {}", file, first->second, named[i]),
        "a file name of its own for each pack", diagnostics);
  }
  std::map<std::string, const Pack*> names;
  for (const Pack& pack : packs) {
    const auto [first, is_new] = names.emplace(pack.name, &pack);
    if (is_new) continue;
    clash_at(pack.file, first_document(contents.packs.at(pack.file)), "pack", 0,
             fmt::format("two packs have the name '{}': {} and {}", pack.name, first->second->file,
                         pack.file),
             "a name of its own for each pack: alerts, mutes and checkpoints go by it",
             diagnostics);
  }
  return diagnostics;
}

}  // namespace tocsin
