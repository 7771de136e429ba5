#include "daemon/contents.h"

#include <filesystem>

#include "daemon/config/difference.h"
#include "daemon/engine_id.h"
#include "daemon/pack_clashes.h"
#include "model/hash.h"

namespace tocsin {
namespace {

// Of sources.yaml all but the producers: who may connect changes no fold.
void add_sources(Hasher& hasher, const std::string& text) {
  Diagnostics diagnostics;
  const auto file = parse_yaml("sources.yaml", text, diagnostics);
  require(file.has_value(), "a file that was loaded can be read");
  for (const YamlEntry& entry : file->root.entries) {
    if (entry.key.text == "producers") continue;
    hasher.add(entry.key.text);
    add_to(hasher, entry.value);
  }
}

std::string fingerprint_of(const Contents& contents, const Settings& settings) {
  Hasher hasher;
  hasher.add(kEngineId);
  hasher.add(static_cast<std::uint64_t>(settings.history_begins.number()));
  for (const ConfigurationFiles* files : {&contents.configuration, &contents.packs})
    for (const auto& [name, text] : *files) {
      // Who is told, and where things lie, changes no fold.
      if (name == "tocsind.yaml" || name == "committees.yaml") continue;
      hasher.add(name);
      if (name == "sources.yaml") {
        add_sources(hasher, text);
      } else {
        hasher.add(text);
      }
    }
  return hasher.finish().hex();
}

}  // namespace

Result<Contents> read_contents(const std::string& directory) {
  Contents contents;
  auto files = read_directory(directory);
  if (!files) return tl::unexpected(files.error());
  contents.configuration = std::move(*files);
  // Which packs there are is said in tocsind.yaml; what is wrong with it is said when it is loaded.
  Diagnostics diagnostics;
  const auto settings_file = contents.configuration.find("tocsind.yaml");
  if (settings_file == contents.configuration.end()) return contents;
  const auto yaml = parse_yaml("tocsind.yaml", settings_file->second, diagnostics);
  if (!yaml) return contents;
  Settings settings = read_settings(*yaml, diagnostics);
  resolve_paths(settings, directory);
  for (const std::string& pack : settings.packs) {
    auto text = read_file(pack);
    if (!text) return tl::unexpected(text.error());
    contents.packs[std::filesystem::path(pack).filename().string()] = std::move(*text);
  }
  if (diagnostics.empty()) contents.settings = std::move(settings);
  return contents;
}

Result<Loaded> load_contents(const Contents& contents, Numbering& numbering) {
  auto configuration = load_configuration(contents.configuration, numbering);
  if (!configuration)
    return fail(ErrorCode::kInvalid, render(configuration.error(), contents.configuration));
  Loaded loaded;
  loaded.settings = std::move(configuration->settings);
  auto catalogue = std::make_shared<Catalogue>(std::move(configuration->catalogue));
  catalogue->index();
  loaded.catalogue = std::move(catalogue);
  std::string wrong;
  for (const auto& [name, text] : contents.packs) {
    auto pack = parse_pack(name, text, *loaded.catalogue);
    if (!pack) {
      wrong += render(pack.error(), contents.packs);
    } else {
      loaded.packs.push_back(std::move(*pack));
    }
  }
  ConfigurationFiles files = contents.packs;
  files.insert(contents.configuration.begin(), contents.configuration.end());
  wrong += render(pack_clashes(contents, loaded.packs), files);
  if (!wrong.empty()) return fail(ErrorCode::kInvalid, wrong);
  loaded.new_numbers = numbering.take_new();
  loaded.fingerprint = fingerprint_of(contents, loaded.settings);
  return loaded;
}

Result<Loaded> load_contents(const Contents& contents, const Store& store) {
  Numbering numbering;
  const auto entries = store.numbering();
  if (!entries) return tl::unexpected(entries.error());
  for (const Numbering::Entry& entry : *entries) numbering.restore(entry);
  return load_contents(contents, numbering);
}

std::vector<Input> to_inputs(const Contents& contents) {
  std::vector<Input> inputs;
  for (const auto& [name, text] : contents.configuration)
    inputs.emplace_back(ContentInput{"config", name, text});
  for (const auto& [name, text] : contents.packs)
    inputs.emplace_back(ContentInput{"pack", name, text});
  return inputs;
}

Contents from_inputs(const std::vector<Input>& inputs) {
  Contents contents;
  for (const Input& input : inputs) {
    const auto* content = std::get_if<ContentInput>(&input);
    if (content == nullptr) continue;
    (content->kind == "pack" ? contents.packs : contents.configuration)[content->name] =
        content->content;
  }
  return contents;
}

}  // namespace tocsin
