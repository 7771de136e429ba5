#include <algorithm>

#include "rules/pack_reader.h"
#include "rules/static_check.h"

// `bands` of a signal stands for a signal each, `levels` of a pattern for its conditions.
namespace tocsin {
namespace {

constexpr std::array kLevels{Level::kWatch, Level::kWarning, Level::kEmergency};

const YamlNode* entry_of(const YamlNode& mapping, std::string_view key) {
  for (const YamlEntry& entry : mapping.entries)
    if (entry.key.text == key) return &entry.value;
  return nullptr;
}

bool is_rising(Op op) { return op == Op::kGreater || op == Op::kGreaterEqual; }
bool is_strict(Op op) { return op == Op::kGreater || op == Op::kLess; }

// A comparison as a whole condition, but for the keys of the signal around it; nullptr when it is
// anything else, or for equality.
const Node* only_comparison(const Expression& expression, const YamlNode& signal) {
  if (expression.empty()) return nullptr;
  const Node* node = &expression.node(expression.root);
  for (const auto& [key, op] : {std::pair("during", Op::kDuring), std::pair("given", Op::kGiven)})
    if (entry_of(signal, key) != nullptr && node->op == op) node = &expression.node(node->a);
  const bool ordered =
      is_comparison(node->op) && node->op != Op::kEqual && node->op != Op::kUnequal;
  return ordered ? node : nullptr;
}

std::string text_of(const Expression& expression, const Node& node) {
  return expression.text.substr(node.begin, node.end - node.begin);
}

}  // namespace

// Whether the entry has bands; then a signal for each is in the pack.
bool PackReader::name_bands(const YamlEntry& entry, const Signal& of) {
  const YamlNode* node = entry_of(entry.value, "bands");
  if (node == nullptr || node->kind != YamlNode::Kind::kMapping) return false;
  Bands bands{of.name, {}};
  for (const Level level : kLevels) {
    if (entry_of(*node, name_of(level)) == nullptr) continue;
    Signal signal = of;
    signal.name += "." + std::string(name_of(level));
    signal.band = level;
    signal.band_of = of.name;
    bands.signals[static_cast<std::size_t>(level)] =
        static_cast<std::uint32_t>(pack_.signals.size());
    signal_nodes_.push_back(&entry.value);
    pack_.signals.push_back(std::move(signal));
  }
  if (bands.levels().empty()) return false;
  pack_.bands.push_back(std::move(bands));
  return true;
}

void PackReader::read_band(const YamlMapping& item, Signal& signal) {
  const auto level = name_of(signal.band);
  const YamlNode* reads = item.find("reads");
  const YamlMapping bands(reader_, *item.find("bands"), "bands of signal " + signal.band_of,
                          {"watch", "warning", "emergency"});
  if (const YamlNode* own = bands.find(level))
    signal.when = band_condition(reads, *own, "band " + std::string(level), true);
  const YamlNode* clear = item.find("clear");
  if (clear == nullptr) return;
  const YamlNode* own = clear;
  if (clear->kind == YamlNode::Kind::kMapping) {
    const YamlMapping by_level(reader_, *clear, "clear of signal " + signal.band_of,
                               {"watch", "warning", "emergency"});
    for (const YamlEntry& entry : clear->entries)
      if (parse_level(entry.key.text) && entry_of(bands.node(), entry.key.text) == nullptr)
        reader_.report(
            entry.key,
            "signal " + signal.band_of + " has no band '" + entry.key.text + "' to clear",
            pack_.find_bands(signal.band_of)->levels());
    own = by_level.find(level);
  }
  if (own != nullptr) signal.clear = band_condition(reads, *own, "clear", false);
}

// A condition, or what the number that the signal `reads` is compared with.
Expression PackReader::band_condition(const YamlNode* reads, const YamlNode& node,
                                      const std::string& what, bool must_compare) {
  const auto text = reader_.text(node, what);
  if (!text) return {};
  if (reads == nullptr) return parsed(node, *text, 0, Scope::kSignal);
  const auto tokens = tokenize(*text);
  const bool comparison = tokens && compares(tokens->front());
  if (!comparison && must_compare && tokens) {
    reader_.report(node, what + " does not compare the number above",
                   "what 'reads' is compared with: '>= 10 %', '< 20'");
    return {};
  }
  if (!comparison) return parsed(node, *text, 0, Scope::kSignal);
  const auto number = reader_.text(*reads, "reads");
  if (!number) return {};
  if (const auto alone = parse_number(*number, catalogue_, pack_, Scope::kSignal); !alone) {
    const ExpressionError& error = alone.error();
    reader_.report_within(*reads, error.begin, error.length, error.message, error.allowed,
                          error.suggestion);
    return {};
  }
  // A remark in the number ends with its line.
  const std::string before = *number + (number->find('#') == std::string::npos ? ' ' : '\n');
  return parsed(node, before + *text, before.size(), Scope::kSignal);
}

// A band must be harder to reach than the one below it; checked where both compare one number with
// what does not move.
void PackReader::check_bands() {
  for (const Bands& bands : pack_.bands) {
    std::optional<std::uint32_t> below;
    for (const Level level : kLevels) {
      const auto signal = bands.signals[static_cast<std::size_t>(level)];
      if (!signal) continue;
      if (below) check_band(pack_.signals[*below], pack_.signals[*signal], *signal);
      below = signal;
    }
  }
}

void PackReader::check_band(const Signal& low, const Signal& high, std::uint32_t index) {
  const YamlNode& written = *signal_nodes_[index];
  const Node* a = only_comparison(low.when, written);
  const Node* b = only_comparison(high.when, written);
  if (a == nullptr || b == nullptr ||
      text_of(low.when, low.when.node(a->a)) != text_of(high.when, high.when.node(b->a)))
    return;
  const YamlNode& node = *entry_of(*entry_of(written, "bands"), name_of(high.band));
  const auto told = [&](const Signal& signal, const Node& compared) {
    return "'" + text_of(signal.when, compared) + "' of " + std::string(name_of(signal.band));
  };
  if (is_rising(a->op) != is_rising(b->op)) {
    reader_.report(node, told(high, *b) + " looks the other way than " + told(low, *a),
                   "bands that all rise or all fall");
    return;
  }
  for (const RegionId region : pack_.regions) {
    const auto below = constant_in(low.when, a->b, pack_, region);
    const auto above = constant_in(high.when, b->b, pack_, region);
    if (!below || !above) continue;
    const double by = is_rising(a->op) ? *above - *below : *below - *above;
    if (by > 0 || (by == 0 && !(is_strict(a->op) && !is_strict(b->op)))) continue;
    reader_.report(node,
                   told(high, *b) + " holds where " + told(low, *a) + " does not (in " +
                       catalogue_.regions.at(region).code + ")",
                   "bands in order: each harder to reach than the one below");
    return;
  }
}

// `levels: a or b`: of each level, whichever of them has reached it. A signal without bands counts
// as a watch.
void PackReader::read_levels_of(const YamlNode& node, Pattern& pattern) {
  const auto text = reader_.text(node, "levels");
  if (!text) return;
  const auto tokens = tokenize(*text);
  std::vector<std::string> names;
  bool fits = tokens.has_value();
  for (std::size_t i = 0; fits && tokens->at(i).kind != TokenKind::kEnd; ++i) {
    const Token& token = tokens->at(i);
    if (i % 2 == 1) {
      fits = token.text == "or";
      continue;
    }
    fits = token.kind == TokenKind::kName;
    const auto known = pack_.signal_names();
    if (fits && std::find(known.begin(), known.end(), token.text) == known.end()) {
      reader_.report_within(node, token.begin, token.end - token.begin,
                            "there is no signal '" + token.text + "'", list_words(known),
                            nearest(token.text, known));
      return;
    }
    names.push_back(token.text);
  }
  if (!fits || names.empty() || tokens->size() != 2 * names.size()) {
    reader_.report(node, "'" + *text + "' names no signals", "levels: a, or levels: a or b");
    return;
  }
  for (const Level level : kLevels) {
    std::string reached;
    for (const std::string& name : names) {
      const Bands* bands = pack_.find_bands(name);
      const bool has = bands == nullptr
                           ? level == Level::kWatch
                           : bands->signals[static_cast<std::size_t>(level)].has_value();
      if (!has) continue;
      reached += (reached.empty() ? "on(" : " or ") + name;
      if (bands != nullptr) reached += " >= " + std::string(name_of(level));
    }
    if (reached.empty()) continue;
    pattern.levels[static_cast<std::size_t>(level)] =
        parsed(node, reached + ")", 0, Scope::kPattern);
  }
}

// What the publisher calls the levels.
void PackReader::read_level_names(const YamlNode& node, Pattern& pattern) {
  const YamlMapping names(reader_, node, "names of pattern " + pattern.name,
                          {"watch", "warning", "emergency"});
  for (const Level level : kLevels) {
    const YamlNode* own = names.find(name_of(level));
    if (own == nullptr) continue;
    const std::string name = names.text(name_of(level), "");
    if (name.size() > kLevelNameBytesMax || name.find('\n') != std::string::npos)
      reader_.report(*own, "'" + name.substr(0, 20) + "...' is no name for a level",
                     "one line of at most " + std::to_string(kLevelNameBytesMax) + " bytes");
    if (pattern.levels[static_cast<std::size_t>(level)].empty())
      reader_.report(
          *own,
          "pattern " + pattern.name + " has no level '" + std::string(name_of(level)) + "' to name",
          "names of the levels that it has");
    pattern.names[static_cast<std::size_t>(level)] = name;
  }
}

}  // namespace tocsin
