#include "rules/pack.h"

#include <algorithm>

#include "model/sorted.h"
#include "rules/pack_reader.h"
#include "rules/static_check.h"

namespace tocsin {

double Parameter::in(RegionId region) const {
  const auto own = by_region.find(region);
  return own == by_region.end() ? value : own->second;
}

namespace {

// The dekad or month of the year that holds the day, from 1.
std::int32_t cell_of(Cadence cadence, Day day) {
  const auto january = period_of(cadence, to_day(to_ymd(day).year() / std::chrono::January / 1));
  return period_of(cadence, day) - january + 1;
}

}  // namespace

std::optional<double> Parameter::at(RegionId region, Day day) const {
  if (table_by) {
    const auto cell = table.find(cell_of(*table_by, day));
    return cell == table.end() ? std::nullopt : std::optional(cell->second);
  }
  if (versions.empty()) return in(region);
  const auto after = std::ranges::upper_bound(versions, day, {}, &Version::from);
  if (after == versions.begin()) return std::nullopt;
  const Version& version = *std::prev(after);
  const auto own = version.by_region.find(region);
  return own == version.by_region.end() ? version.value : own->second;
}

Day Parameter::next_edge(Day day) const {
  if (as_of) return as_of->next_edge(day);
  if (table_by) return period_start(*table_by, period_of(*table_by, day) + 1);
  const auto after = std::ranges::upper_bound(versions, day, {}, &Version::from);
  return after == versions.end() ? kDayNever : after->from;
}

std::pair<double, double> Parameter::bounds() const {
  std::vector<double> values;
  const auto add = [&](double own, const std::map<RegionId, double>& elsewhere) {
    values.push_back(own);
    for (const auto& [region, there] : elsewhere) values.push_back(there);
  };
  for (const Version& version : versions) add(version.value, version.by_region);
  for (const auto& [cell, there] : table) values.push_back(there);
  if (values.empty()) add(value, by_region);
  const auto [least, greatest] = std::ranges::minmax_element(values);
  return {*least, *greatest};
}

bool Pattern::reads_neighbours() const {
  return std::any_of(levels.begin(), levels.end(),
                     [](const Expression& level) { return level.reads_neighbours; });
}

std::string Pack::cited(const std::string& reference) const {
  const auto found = references.find(reference);
  if (found == references.end()) return reference;
  return found->second.name + ", " + found->second.link;
}

const Signal* Pack::find_signal(std::string_view signal) const {
  const auto found = std::find_if(signals.begin(), signals.end(),
                                  [&](const Signal& s) { return s.name == signal; });
  return found == signals.end() ? nullptr : &*found;
}

const Bands* Pack::find_bands(std::string_view wanted) const {
  const auto found = std::ranges::find(bands, wanted, &Bands::name);
  return found == bands.end() ? nullptr : &*found;
}

std::vector<std::string> Pack::signal_names() const {
  std::vector<std::string> names;
  for (const Signal& signal : signals) {
    const std::string& asked_by = signal.band_of.empty() ? signal.name : signal.band_of;
    if (names.empty() || names.back() != asked_by) names.push_back(asked_by);
  }
  return names;
}

Level Bands::lowest() const {
  const auto found = std::ranges::find_if(signals, [](const auto& band) { return !!band; });
  return static_cast<Level>(found - signals.begin());
}

std::string Bands::levels() const {
  std::string out;
  for (std::size_t level = 0; level < signals.size(); ++level)
    if (signals[level])
      out += (out.empty() ? "" : ", ") + std::string(name_of(static_cast<Level>(level)));
  return out;
}

const Pattern* Pack::find_pattern(std::string_view pattern) const {
  const auto found = std::find_if(patterns.begin(), patterns.end(),
                                  [&](const Pattern& p) { return p.name == pattern; });
  return found == patterns.end() ? nullptr : &*found;
}

namespace {

constexpr std::int32_t kDaysMax = 3660;

}  // namespace

Pack PackReader::read(const YamlNode& root, std::int32_t retention_days) {
  const YamlMapping top(reader_, root, "the pack",
                        {"pack", "version", "title", "skill", "regions", "references", "seasons",
                         "parameters", "signals", "patterns"});
  pack_.file = reader_.file().name;
  pack_.name = top.need_text("pack");
  pack_.version = top.text("version", "1");
  pack_.title = top.text("title", pack_.name);
  pack_.skill = top.text("skill", "This rule has not been back-tested yet.");
  read_regions(top);
  read_seasons(top);
  if (const YamlNode* node = top.find("parameters")) read_parameters(*node);
  const YamlNode* signals = top.need("signals");
  const YamlNode* patterns = top.need("patterns");
  if (signals != nullptr) name_signals(*signals);
  if (patterns != nullptr) name_patterns(*patterns);
  if (signals != nullptr) read_signals();
  if (patterns != nullptr) read_patterns();
  check_places();
  if (reader_.diagnostics().empty()) check_over_regions();
  if (reader_.diagnostics().empty())
    for (Pattern& pattern : pack_.patterns) pattern.told = signals_told(pack_, pattern);
  if (const YamlNode* node = top.find("references")) read_references(*node);
  if (reader_.diagnostics().empty()) warn(retention_days);
  return std::move(pack_);
}

// After everything that cites.
void PackReader::read_references(const YamlNode& node) {
  std::vector<std::string> cited;
  for (const Parameter& parameter : pack_.parameters) cited.push_back(parameter.reference);
  for (const Signal& signal : pack_.signals) cited.push_back(signal.reference);
  for (const Pattern& pattern : pack_.patterns) cited.push_back(pattern.reference);
  for (const YamlEntry& entry : reader_.named_entries(node, "references")) {
    const YamlMapping item(reader_, entry.value, "reference " + entry.key.text, {"name", "link"});
    if (std::find(cited.begin(), cited.end(), entry.key.text) == cited.end())
      reader_.report(entry.key, "nothing in the pack cites '" + entry.key.text + "'",
                     "what a 'reference' says", nearest(entry.key.text, cited));
    const std::string link = item.need_text("link");
    if (const YamlNode* written = item.find("link");
        written != nullptr && !link.starts_with("https://") && !link.starts_with("http://"))
      reader_.report(*written, "'" + link + "' is no link", "https://...");
    pack_.references[entry.key.text] = {item.need_text("name"), link};
  }
}

const Region* PackReader::region(const YamlNode& node, const std::string& code) {
  const Region* found = catalogue_.regions.find(code);
  if (found == nullptr) reader_.report_unknown(node, "region", catalogue_.regions.codes());
  return found;
}

void PackReader::check_name(const YamlNode& key) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  if (key.text.empty() || !std::all_of(key.text.begin(), key.text.end(), fits))
    reader_.report(key, "'" + key.text + "' cannot be used in conditions",
                   "small letters, digits and '_'");
  if (catalogue_.find_dimension(key.text) != nullptr)
    reader_.report(key, "'" + key.text + "' is already the name of a dimension");
}

Expression PackReader::condition(const YamlMapping& item, std::string_view key, Scope scope) {
  const YamlNode* node = item.find(key);
  if (node == nullptr) return {};
  const auto text = reader_.text(*node, key);
  return text ? parsed(*node, *text, 0, scope) : Expression();
}

Expression PackReader::parsed(const YamlNode& node, const std::string& text, std::size_t before,
                              Scope scope) {
  const auto report = [&](const ExpressionError& error) {
    const std::size_t begin = std::max<std::size_t>(error.begin, before);
    const std::size_t end = std::max<std::size_t>(error.begin + error.length, begin + 1);
    reader_.report_within(node, begin - before, end - begin, error.message, error.allowed,
                          error.suggestion);
  };
  auto expression = parse_expression(text, catalogue_, pack_, scope);
  if (!expression) {
    report(expression.error());
    return {};
  }
  for (const ExpressionError& finding : check_statically(*expression, catalogue_, pack_))
    report(finding);
  return std::move(*expression);
}

std::int32_t PackReader::days(const YamlMapping& item, std::string_view key) {
  const YamlNode* node = item.find(key);
  if (node == nullptr) return 0;
  const auto text = reader_.text(*node, key);
  if (!text) return 0;
  if (*text == "0") return 0;
  const auto tokens = tokenize(*text);
  if (!tokens || tokens->size() != 2 || tokens->front().kind != TokenKind::kSpan ||
      tokens->front().span.count == 0 || longest_days(tokens->front().span) > kDaysMax) {
    reader_.report(*node, "'" + *text + "' is no span of time",
                   "14d, 8 weeks, 3 months, at most 10y");
    return 0;
  }
  return longest_days(tokens->front().span);
}

tl::expected<Pack, Diagnostics> parse_pack(const std::string& file, const std::string& text,
                                           const Catalogue& catalogue,
                                           std::int32_t retention_days) {
  Diagnostics diagnostics;
  const auto yaml = parse_yaml(file, first_document(text), diagnostics);
  if (!yaml) return tl::unexpected(std::move(diagnostics));
  YamlReader reader(*yaml, diagnostics);
  Pack pack = PackReader(reader, catalogue).read(yaml->root, retention_days);
  if (!diagnostics.empty()) {
    // The bands of a signal are read one by one, and what is wrong with all of them is said once.
    sort_unique(diagnostics);
    return tl::unexpected(std::move(diagnostics));
  }
  return pack;
}

}  // namespace tocsin
