#include "daemon/reload.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "daemon/config/difference.h"
#include "rules/yaml_reader.h"

namespace tocsin {
namespace {

constexpr std::size_t kNamesMax = 12;  // told of one kind of change
constexpr std::string_view kSettingsFile = "tocsind.yaml";

// What of tocsind.yaml a reload brings into force, with all that lies below.
constexpr auto kReloadable = std::to_array<std::string_view>({
    "delivery.attempts",
    "delivery.first_wait_seconds",
    "delivery.longest_wait_seconds",
    "history_begins",
    "horizons",
    "illustrative",
    "ingest.limits.quarantine_records",
    "ingest.limits.record_bytes",
    "ingest.rates",
    "packs",
});

bool is_reloadable(std::string_view key) {
  return std::ranges::any_of(kReloadable, [&](std::string_view known) {
    return key == known || (key.starts_with(known) && key[known.size()] == '.');
  });
}

// It was loaded, so it is YAML.
YamlFile parse(const std::string& name, const std::string& text) {
  Diagnostics diagnostics;
  auto file = parse_yaml(name, text, diagnostics);
  require(file.has_value(), "a file that was loaded can be read");
  return *std::move(file);
}

// The names of one section, by what happened to them.
using Section = std::map<Difference::Kind, std::vector<std::string>>;

std::string told(const Section& section) {
  std::string text;
  for (const auto& [kind, names] : section) {
    const std::string_view word = kind == Difference::Kind::kAdded     ? "added"
                                  : kind == Difference::Kind::kRemoved ? "removed"
                                                                       : "changed";
    const std::size_t shown = std::min(names.size(), kNamesMax);
    text += fmt::format("{}{} {}", text.empty() ? "" : "; ", word,
                        fmt::join(names.begin(), names.begin() + static_cast<int>(shown), ", "));
    if (shown < names.size()) text += fmt::format(" and {} more", names.size() - shown);
  }
  return text;
}

void add_changes(const std::string& name, const std::string& before, const std::string& after,
                 std::vector<std::string>& out) {
  if (before == after) return;
  if (!name.ends_with(".yaml") && !name.ends_with(".yml")) {
    out.push_back(name + " changed");
    return;
  }
  const YamlFile was = parse(name, before), is = parse(name, after);
  std::map<std::string, Section> sections;
  for (Difference& difference : differences(was.root, is.root, 2)) {
    // Of a thing that stands alone (a pack's version) its key is the name.
    const bool alone = difference.path.size() == 1;
    sections[alone ? "" : difference.path.front()][difference.kind].push_back(
        std::move(difference.path.back()));
  }
  for (const auto& [section, names] : sections)
    out.push_back(
        fmt::format("{}: {}{}", name, section.empty() ? "" : section + ": ", told(names)));
}

}  // namespace

Diagnostics needs_restart(const Contents& running, const Contents& wanted) {
  const std::string name(kSettingsFile);
  const YamlFile was = parse(name, running.configuration.at(name));
  const YamlFile is = parse(name, wanted.configuration.at(name));
  Diagnostics diagnostics;
  YamlReader reader(is, diagnostics);
  for (const Difference& difference : differences(was.root, is.root, kYamlDepthMax)) {
    const std::string key = fmt::format("{}", fmt::join(difference.path, "."));
    if (is_reloadable(key)) continue;
    reader.report(*difference.at, fmt::format("{} can't change while the daemon runs", key),
                  "what it was, or a restart");
  }
  return diagnostics;
}

std::vector<std::string> changes(const Contents& running, const Contents& wanted) {
  std::vector<std::string> out;
  const auto compare = [&](const ConfigurationFiles& before, const ConfigurationFiles& after) {
    for (const auto& [name, text] : after) {
      const auto was = before.find(name);
      if (was == before.end()) {
        out.push_back(name + " added");
      } else {
        add_changes(name, was->second, text, out);
      }
    }
    for (const auto& [name, text] : before)
      if (!after.contains(name)) out.push_back(name + " removed");
  };
  compare(running.configuration, wanted.configuration);
  compare(running.packs, wanted.packs);
  return out;
}

Result<std::string> secrets_of(const Settings& settings) {
  Hasher hasher;
  for (const std::string& file :
       {settings.ingest.secret_key_file, settings.smtp.credentials_file}) {
    hasher.add(file);
    if (file.empty()) continue;
    const auto text = read_file(file);
    if (!text) return tl::unexpected(text.error());
    hasher.add(*text);
  }
  return hasher.finish().hex();
}

}  // namespace tocsin
