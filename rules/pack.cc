#include "rules/pack.h"

#include <algorithm>

#include "rules/parser.h"
#include "rules/static_check.h"
#include "rules/yaml_reader.h"

namespace tocsin {

double Parameter::in(RegionId region) const {
  const auto own = by_region.find(region);
  return own == by_region.end() ? value : own->second;
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

const Pattern* Pack::find_pattern(std::string_view pattern) const {
  const auto found = std::find_if(patterns.begin(), patterns.end(),
                                  [&](const Pattern& p) { return p.name == pattern; });
  return found == patterns.end() ? nullptr : &*found;
}

namespace {

constexpr std::int32_t kDaysMax = 3660;

// Reads a pack in two passes: first the names, so that conditions may speak of each other in any
// order, then the conditions.
class PackReader {
 public:
  PackReader(YamlReader& reader, const Catalogue& catalogue)
      : reader_(reader), catalogue_(catalogue) {}

  Pack read(const YamlNode& root) {
    const YamlMapping top(reader_, root, "the pack",
                          {"pack", "version", "title", "skill", "regions", "references",
                           "parameters", "signals", "patterns"});
    pack_.file = reader_.file().name;
    pack_.name = top.need_text("pack");
    pack_.version = top.text("version", "1");
    pack_.title = top.text("title", pack_.name);
    pack_.skill = top.text("skill", "This rule has not been back-tested yet.");
    read_regions(top);
    if (const YamlNode* node = top.find("parameters")) read_parameters(*node);
    const YamlNode* signals = top.need("signals");
    const YamlNode* patterns = top.need("patterns");
    if (signals != nullptr) name_signals(*signals);
    if (patterns != nullptr) name_patterns(*patterns);
    if (signals != nullptr) read_signals();
    if (patterns != nullptr) read_patterns();
    if (const YamlNode* node = top.find("references")) read_references(*node);
    return std::move(pack_);
  }

 private:
  const Region* region(const YamlNode& node, const std::string& code) {
    const Region* found = catalogue_.regions.find(code);
    if (found == nullptr) reader_.report_unknown(node, "region", catalogue_.regions.codes());
    return found;
  }

  // A basin or set stands for its members, a country or the world for the admin-1 units below it.
  void add_units(const Region& region) {
    if (!region.members.empty()) {
      for (const RegionId member : region.members) add_units(catalogue_.regions.at(member));
      return;
    }
    const bool above = region.kind == RegionKind::kWorld || region.kind == RegionKind::kCountry;
    const auto children = catalogue_.regions.children(region.id);
    if (above && !children.empty()) {
      for (const RegionId child : children) add_units(catalogue_.regions.at(child));
      return;
    }
    pack_.regions.push_back(region.id);
  }

  void read_regions(const YamlMapping& top) {
    for (const auto& word : top.need_words("regions"))
      if (const Region* found = region(*word.node, word.text)) add_units(*found);
    std::sort(pack_.regions.begin(), pack_.regions.end());
    pack_.regions.erase(std::unique(pack_.regions.begin(), pack_.regions.end()),
                        pack_.regions.end());
  }

  // After everything that cites.
  void read_references(const YamlNode& node) {
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

  // A number with its unit, "75 %": a literal and nothing else.
  std::optional<Token> quantity(const YamlNode& node, std::string_view what) {
    const auto text = reader_.text(node, what);
    if (!text) return std::nullopt;
    const bool negative = text->starts_with('-');
    auto tokens = tokenize(std::string_view(*text).substr(negative ? 1 : 0));
    if (!tokens || tokens->size() != 2 || tokens->front().kind != TokenKind::kNumber ||
        (!tokens->front().text.empty() && !Unit::parse(tokens->front().text))) {
      reader_.report(node, std::string(what) + " '" + *text + "' is no number with a unit",
                     "75 %, 3 events, 500 NGN/kg");
      return std::nullopt;
    }
    Token token = tokens->front();
    token.number *= scale_of(token.text) * (negative ? -1 : 1);
    return token;
  }

  void read_parameters(const YamlNode& node) {
    for (const YamlEntry& entry : reader_.named_entries(node, "parameters")) {
      const YamlMapping item(reader_, entry.value, "parameter " + entry.key.text,
                             {"value", "by_region", "why", "reference"});
      Parameter parameter;
      parameter.name = entry.key.text;
      parameter.why = item.need_text("why");
      parameter.reference = item.text("reference", "");
      const YamlNode* value = item.need("value");
      if (value == nullptr) continue;
      const auto token = quantity(*value, "the value");
      if (!token) continue;
      parameter.value = token->number;
      parameter.unit = Unit::parse(token->text).value_or(Unit());
      if (token->text == "%") parameter.style = PureStyle::kPercent;
      if (const YamlNode* own = item.find("by_region")) {
        for (const YamlEntry& of_region : reader_.named_entries(*own, "by_region")) {
          const Region* found = region(of_region.key, of_region.key.text);
          const auto number = quantity(of_region.value, "the value");
          if (found == nullptr || !number) continue;
          if (number->text != token->text)
            reader_.report(of_region.value, "the unit differs from that of the value above",
                           token->text.empty() ? "no unit" : token->text);
          parameter.by_region[found->id] = number->number;
        }
      }
      pack_.parameters.push_back(std::move(parameter));
    }
  }

  void name_signals(const YamlNode& node) {
    for (const YamlEntry& entry : reader_.named_entries(node, "signals")) {
      Signal signal;
      signal.name = entry.key.text;
      check_name(entry.key);
      signal_nodes_.push_back(&entry.value);
      // The dimension must be known before conditions that speak about dimensions are read.
      for (const YamlEntry& field : entry.value.entries) {
        if (field.key.text == "dimension")
          if (const Dimension* dimension = catalogue_.find_dimension(field.value.text))
            signal.dimension = dimension->id;
        if (field.key.text == "stance" && field.value.text == "strength")
          signal.stance = Stance::kStrength;
      }
      pack_.signals.push_back(std::move(signal));
    }
  }

  void name_patterns(const YamlNode& node) {
    for (const YamlEntry& entry : reader_.named_entries(node, "patterns")) {
      Pattern pattern;
      pattern.name = entry.key.text;
      check_name(entry.key);
      if (pack_.find_signal(pattern.name) != nullptr)
        reader_.report(entry.key, "'" + pattern.name + "' is already the name of a signal");
      pattern_nodes_.push_back(&entry.value);
      pack_.patterns.push_back(std::move(pattern));
    }
  }

  void check_name(const YamlNode& key) {
    const auto fits = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    };
    if (key.text.empty() || !std::all_of(key.text.begin(), key.text.end(), fits))
      reader_.report(key, "'" + key.text + "' cannot be used in conditions",
                     "small letters, digits and '_'");
    if (catalogue_.find_dimension(key.text) != nullptr)
      reader_.report(key, "'" + key.text + "' is already the name of a dimension");
  }

  Expression condition(const YamlMapping& item, std::string_view key, Scope scope) {
    const YamlNode* node = item.find(key);
    if (node == nullptr) return {};
    const auto text = reader_.text(*node, key);
    if (!text) return {};
    auto parsed = parse_expression(*text, catalogue_, pack_, scope);
    if (!parsed) {
      const ExpressionError& error = parsed.error();
      reader_.report_within(*node, error.begin, error.length, error.message, error.allowed,
                            error.suggestion);
      return {};
    }
    for (const ExpressionError& finding : check_statically(*parsed, catalogue_, pack_))
      reader_.report_within(*node, finding.begin, finding.length, finding.message, finding.allowed,
                            finding.suggestion);
    return std::move(*parsed);
  }

  std::int32_t days(const YamlMapping& item, std::string_view key) {
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

  void read_signals() {
    for (std::size_t i = 0; i < signal_nodes_.size(); ++i) {
      Signal& signal = pack_.signals[i];
      const YamlMapping item(reader_, *signal_nodes_[i], "signal " + signal.name,
                             {"title", "dimension", "stance", "from", "when", "clear", "for",
                              "linger", "why", "reference"});
      signal.title = item.text("title", signal.name);
      signal.why = item.text("why", "");
      signal.reference = item.text("reference", "");
      if (const YamlNode* node = item.need("dimension"))
        if (catalogue_.find_dimension(node->text) == nullptr) {
          std::vector<std::string> known;
          for (const auto& dimension : catalogue_.dimensions) known.push_back(dimension.code);
          reader_.report_unknown(*node, "dimension", known);
        }
      signal.stance =
          item.choice<Stance>("stance", Stance::kThreat,
                              {{"threat", Stance::kThreat}, {"strength", Stance::kStrength}});
      read_from(item, signal);
      signal.for_days = days(item, "for");
      signal.linger_days = days(item, "linger");
      item.need("when");
      signal.when = condition(item, "when", Scope::kSignal);
      signal.clear = condition(item, "clear", Scope::kSignal);
      signal.coarsest = coarsest_cadence(signal);
    }
    for (std::uint32_t i = 0; i < pack_.signals.size(); ++i) {
      if (pack_.signals[i].stance != Stance::kThreat) continue;
      const std::size_t dimension = pack_.signals[i].dimension.number();
      if (pack_.threats.size() <= dimension) pack_.threats.resize(dimension + 1);
      pack_.threats[dimension].push_back(i);
    }
    for (const SignalCycle& cycle : find_signal_cycles(pack_))
      reader_.report(*signal_nodes_[cycle.signal],
                     "signal " + pack_.signals[cycle.signal].name + " reads itself: " + cycle.path,
                     "signals that read only others");
    sort_signals();
  }

  void read_from(const YamlMapping& item, Signal& signal) {
    const YamlNode* node = item.find("from");
    if (node == nullptr) return;
    signal.from = item.text("from", "");
    std::vector<std::string> schemes;
    for (const Region& region : catalogue_.regions.all())
      if (!region.scheme.empty() &&
          std::find(schemes.begin(), schemes.end(), region.scheme) == schemes.end())
        schemes.push_back(region.scheme);
    if (std::find(schemes.begin(), schemes.end(), signal.from) == schemes.end())
      reader_.report_unknown(*node, "scheme of sets", schemes);
  }

  // Signals are folded in order, so a signal must stand after those it reads.
  void sort_signals() {
    for (std::uint32_t i = 0; i < pack_.signals.size(); ++i)
      for (const std::uint32_t read : signals_read(pack_, pack_.signals[i]))
        if (read > i)
          reader_.report(*signal_nodes_[i],
                         "signal " + pack_.signals[i].name + " reads " + pack_.signals[read].name +
                             ", which stands below it",
                         "signals in the order in which they build on each other");
  }

  void read_patterns() {
    for (std::size_t i = 0; i < pattern_nodes_.size(); ++i) {
      Pattern& pattern = pack_.patterns[i];
      const YamlMapping item(reader_, *pattern_nodes_[i], "pattern " + pattern.name,
                             {"title", "at", "window", "watch", "warning", "emergency", "linger",
                              "lapse", "share", "advise", "reference"});
      pattern.title = item.text("title", pattern.name);
      pattern.reference = item.text("reference", "");
      if (const YamlNode* node = item.find("at"))
        if (const Region* found = region(*node, item.text("at", ""))) pattern.at = found->id;
      if (const std::int32_t window = days(item, "window"); window > 0)
        pattern.window = {window, SpanUnit::kDays};
      read_window(item, pattern);
      pattern.linger_days = days(item, "linger");
      pattern.lapse_days = days(item, "lapse");
      for (const auto& word : item.words("share"))
        if (const Region* found = region(*word.node, word.text)) pattern.share.push_back(found->id);
      bool any = false;
      for (const Level level : {Level::kWatch, Level::kWarning, Level::kEmergency}) {
        Expression& at_level = pattern.levels[static_cast<std::size_t>(level)];
        at_level = condition(item, name_of(level), Scope::kPattern);
        any = any || item.has(name_of(level));
        if (!at_level.empty() && !at_level.reads_neighbours) pattern.base_top = level;
      }
      if (!any)
        reader_.report(*pattern_nodes_[i], "pattern " + pattern.name + " has no level",
                       "watch, warning or emergency with a condition");
      if (const YamlNode* node = item.find("advise")) read_advice(*node, pattern);
    }
    check_neighbour_levels();
  }

  void read_window(const YamlMapping& item, Pattern& pattern) {
    const YamlNode* node = item.find("window");
    if (node == nullptr) return;
    const auto tokens = tokenize(node->text);
    if (tokens && tokens->size() == 2 && tokens->front().kind == TokenKind::kSpan &&
        tokens->front().span.count > 0)
      pattern.window = tokens->front().span;
  }

  void read_advice(const YamlNode& node, Pattern& pattern) {
    for (const YamlNode& advice : reader_.items(node, "advise")) {
      const YamlMapping item(reader_, advice, "advice", {"function", "horizon", "from", "text"});
      Pattern::LevelAdvice out;
      const auto word = [&](std::string_view key, std::initializer_list<std::string_view> allowed) {
        YamlMapping::Choices<std::string> choices;
        for (const auto one : allowed) choices.emplace_back(one, std::string(one));
        return item.choice<std::string>(key, std::string(*allowed.begin()), choices);
      };
      out.advice.function =
          word("function", {"legislate", "oversee", "budget", "represent", "diplomacy"});
      out.advice.horizon = word("horizon", {"short", "medium", "long"});
      out.least = item.choice<Level>("from", Level::kWatch,
                                     {{"watch", Level::kWatch},
                                      {"warning", Level::kWarning},
                                      {"emergency", Level::kEmergency}});
      out.advice.text = item.need_text("text");
      pattern.advise.push_back(std::move(out));
    }
  }

  // Neighbours may read only levels that read no neighbours themselves (docs/SEMANTICS.md section
  // 4).
  void check_neighbour_levels() {
    for (std::size_t i = 0; i < pack_.patterns.size(); ++i)
      for (const Expression& level : pack_.patterns[i].levels)
        for (const Node& node : level.nodes) {
          if (node.op != Op::kNeighbours && node.op != Op::kBasin) continue;
          const Subject& subject = level.subjects_of(node).front();
          if (subject.kind != Subject::Kind::kPatternLevel) continue;
          const Pattern& read = pack_.patterns[subject.index];
          const Expression& read_level = read.levels[static_cast<std::size_t>(subject.level)];
          if (read_level.empty() || read_level.reads_neighbours)
            reader_.report(*pattern_nodes_[i],
                           "'" + read.name + " >= " + std::string(name_of(subject.level)) +
                               "' cannot be read of neighbours: its condition " +
                               (read_level.empty() ? "is missing" : "reads neighbours itself"),
                           read.base_top == Level::kNone
                               ? "a level that reads no neighbours"
                               : "levels up to " + std::string(name_of(read.base_top)));
        }
  }

  YamlReader& reader_;
  const Catalogue& catalogue_;
  Pack pack_;
  std::vector<const YamlNode*> signal_nodes_, pattern_nodes_;
};

}  // namespace

tl::expected<Pack, Diagnostics> parse_pack(const std::string& file, const std::string& text,
                                           const Catalogue& catalogue) {
  Diagnostics diagnostics;
  const auto yaml = parse_yaml(file, text, diagnostics);
  if (!yaml) return tl::unexpected(std::move(diagnostics));
  YamlReader reader(*yaml, diagnostics);
  Pack pack = PackReader(reader, catalogue).read(yaml->root);
  if (!diagnostics.empty()) {
    std::sort(diagnostics.begin(), diagnostics.end());
    return tl::unexpected(std::move(diagnostics));
  }
  return pack;
}

}  // namespace tocsin
