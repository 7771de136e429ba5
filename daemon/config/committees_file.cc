#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "alerting/mail.h"
#include "alerting/texts.h"
#include "daemon/config/catalogue_files.h"
#include "rules/yaml_reader.h"

namespace tocsin {
namespace {

// The areas of the IANA time zone database (docs/REFERENCES.md#iana-tz).
constexpr std::array<std::string_view, 11> kZoneAreas = {
    "Africa",    "America", "Antarctica", "Arctic", "Asia",   "Atlantic",
    "Australia", "Europe",  "Etc",        "Indian", "Pacific"};

bool is_time_zone(std::string_view zone) {
  if (zone == "UTC") return true;
  const std::size_t slash = zone.find('/');
  if (slash == std::string_view::npos || zone.ends_with('/') || zone.size() > 64) return false;
  const bool known_area =
      std::find(kZoneAreas.begin(), kZoneAreas.end(), zone.substr(0, slash)) != kZoneAreas.end();
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
  return known_area && zone.find_first_not_of(kAllowed) == std::string_view::npos &&
         zone.find("//") == std::string_view::npos;
}

// A directory below the one for CAP files: no way out of it.
bool is_cap_target(std::string_view target) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./";
  return !target.starts_with('/') && target.find("..") == std::string_view::npos &&
         target.size() <= 200 && target.find_first_not_of(kAllowed) == std::string_view::npos;
}

YamlMapping::Choices<Level> level_choices() {
  YamlMapping::Choices<Level> choices;
  for (const Level level : {Level::kWatch, Level::kWarning, Level::kEmergency}) {
    choices.emplace_back(name_of(level), level);
  }
  return choices;
}

void read_addresses(const YamlMapping& entry, Committee& committee) {
  YamlReader& reader = entry.reader();
  const auto read = [&](Channel channel, auto&& check) {
    for (auto& word : entry.words(name_of(channel))) {
      if (check(word)) committee.addresses.push_back(Address{channel, std::move(word.text)});
    }
  };
  read(Channel::kEmail, [&](const YamlReader::Word& word) {
    const bool fits = check_mail_address(word.text).has_value();
    if (!fits) {
      reader.report(*word.node, fmt::format("'{}' is no mail address", word.text),
                    "a mail address, such as name@example.org");
    }
    return fits;
  });
  read(Channel::kCap, [&](const YamlReader::Word& word) {
    const bool fits = is_cap_target(word.text);
    if (!fits) {
      reader.report(*word.node, fmt::format("'{}' is no directory for CAP files", word.text),
                    "a relative path of letters, digits and _ - . / without '..'");
    }
    return fits;
  });
  const bool is_mapping = entry.node().kind == YamlNode::Kind::kMapping;
  if (is_mapping && !entry.has("email") && !entry.has("cap")) {
    reader.report(entry.node(), fmt::format("{} has no address", entry.what()),
                  "email: [...], cap: [...], or both");
  }
}

void check_language(const YamlMapping& entry, const std::string& language) {
  const Texts texts(language);
  if (texts.language() == language) return;
  entry.reader().report(*entry.find("language"),
                        fmt::format("no message can be written in '{}' yet", language),
                        fmt::format("'{}'", texts.language()));
}

Committee read_committee(YamlReader& reader, const YamlEntry& source,
                         const Declarations& declared) {
  check_name(reader, source.key, "committee");
  const YamlMapping entry(reader, source.value, fmt::format("committee {}", source.key.text),
                          {"name", "language", "time_zone", "regions", "dimensions", "least_level",
                           "email", "cap", "duty_holders"});
  Committee committee;
  committee.key = source.key.text;
  committee.name = entry.need_text("name");
  committee.language = entry.text("language", committee.language);
  check_language(entry, committee.language);
  committee.time_zone = entry.text("time_zone", committee.time_zone);
  if (!is_time_zone(committee.time_zone)) {
    reader.report(*entry.find("time_zone"),
                  fmt::format("'{}' is no time zone", committee.time_zone),
                  "an IANA name such as Africa/Lagos, or UTC");
  }
  committee.regions = declared.regions.resolve_sorted(reader, entry.need_words("regions"));
  committee.dimensions = declared.dimensions.resolve_sorted(reader, entry.words("dimensions"));
  committee.least_level = entry.choice("least_level", committee.least_level, level_choices());
  read_addresses(entry, committee);
  for (auto& word : entry.words("duty_holders")) {
    committee.duty_holders.push_back(std::move(word.text));
  }
  return committee;
}

}  // namespace

std::vector<Committee> read_committees(const YamlFile& file, const Declarations& declared,
                                       Diagnostics& diagnostics) {
  YamlReader reader(file, diagnostics);
  const YamlMapping top(reader, file.root, "the file", {"committees"});
  std::vector<Committee> result;
  if (const YamlNode* all = top.need("committees")) {
    for (const YamlEntry& entry : reader.named_entries(*all, "committees")) {
      result.push_back(read_committee(reader, entry, declared));
    }
  }
  return result;
}

}  // namespace tocsin
