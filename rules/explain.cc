#include "rules/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "rules/phrase.h"

namespace tocsin {
namespace {

std::string english(const std::map<std::string, std::string>& names, const std::string& fallback) {
  const auto found = names.find("en");
  return found == names.end() ? fallback : found->second;
}

// Tells one condition at one stand.
class Teller {
 public:
  Teller(const Scene& scene, const Expression& expression, Stand stand)
      : scene_(scene), expression_(expression), stand_(stand) {}

  Tri truth(std::int32_t index) const {
    Horizon horizon;
    return evaluate_truth(scene_, expression_, index, stand_, horizon);
  }
  Quantity number(std::int32_t index) const {
    Horizon horizon;
    return evaluate_number(scene_, expression_, index, stand_, horizon);
  }

  // ---- the tree

  Explained tree(std::int32_t index) const {
    const Node& node = expression_.node(index);
    Explained out;
    out.text = expression_.text.substr(node.begin, node.end - node.begin);
    if (is_number(node)) {
      out.value = say(number(index), node.unit, node.style);
    } else {
      out.value = std::string(name_of(truth(index)));
    }
    if (node.leaf >= 0) out.detail = where_from(expression_.leaf(node.leaf));
    if (is_literal(node)) return out;
    if (node.a >= 0) out.parts.push_back(tree(node.a));
    if (node.b >= 0) out.parts.push_back(tree(node.b));
    std::erase_if(out.parts, [](const Explained& part) { return part.text == part.value; });
    return out;
  }

  static bool is_number(const Node& node) {
    switch (node.op) {
      case Op::kLess:
      case Op::kLessEqual:
      case Op::kGreater:
      case Op::kGreaterEqual:
      case Op::kEqual:
      case Op::kUnequal:
      case Op::kAnd:
      case Op::kOr:
      case Op::kNot:
      case Op::kConsecutive:
      case Op::kRising:
      case Op::kCrosses:
      case Op::kOn:
      case Op::kActive:
      case Op::kCascade:
        return false;
      default:
        return true;
    }
  }

  // "NASA POWER, 2019-01-01 to 2019-03-31": what a read looked at, or why it is not known.
  std::string where_from(const Leaf& leaf) const {
    const Read read = look(leaf);
    std::string source = "no source";
    if (read.source.number() != 0) {
      const Source& found = *scene_.catalogue.find(read.source);
      source = english(found.names, found.key);
    }
    if (read.gap != Read::Gap::kNone) return source + ": " + gap(read);
    return source + (read.window ? ", " + format_range(*read.window) : "");
  }

  Read look(const Leaf& leaf) const {
    Horizon horizon;
    return read_leaf(scene_, leaf, stand_, horizon, Detail::kRecords);
  }

  // ---- sentences

  // What the condition found, with numbers: "Rain, total over 3 months is 41 mm, ...".
  std::string sentence(std::int32_t index) const {
    const Node& node = expression_.node(index);
    switch (node.op) {
      case Op::kAnd:
        return sentence(node.a) + "; and " + sentence(node.b);
      case Op::kOr:
        return sentence(node.a) + "; or " + sentence(node.b);
      case Op::kNot:
        return "not so that " + sentence(node.a);
      case Op::kConsecutive:
        return sentence(node.a) + fmt::format(", looked at in each of {} consecutive {}s",
                                              node.count, name_of(node.cadence));
      case Op::kRising:
        return fmt::format("{} is {}{}rising over {} periods", expression_.leaf(node.leaf).label,
                           truth(index) == Tri::kUnknown ? "not known to be " : "",
                           truth(index) == Tri::kFalse ? "not " : "", node.count);
      case Op::kCrosses:
        return crossing(node, index);
      case Op::kOn:
      case Op::kActive:
      case Op::kCascade:
        return other(node, index);
      default:
        return is_comparison(node.op) ? comparison(node) : "";
    }
  }

  // What would have to happen for the condition to hold: "rain is above 59 mm".
  std::string wanted(std::int32_t index, bool holds) const {
    const Node& node = expression_.node(index);
    switch (node.op) {
      case Op::kAnd:
      case Op::kOr: {
        const bool all = (node.op == Op::kAnd) == holds;
        const std::string a = wanted(node.a, holds), b = wanted(node.b, holds);
        if (a.empty() || b.empty()) return a + b;
        return a + (all ? " and " : " or ") + b;
      }
      case Op::kNot:
        return wanted(node.a, !holds);
      case Op::kConsecutive: {
        const std::string inner = wanted(node.a, holds);
        if (!holds || inner.empty()) return inner;
        return inner +
               fmt::format(" in each of {} consecutive {}s", node.count, name_of(node.cadence));
      }
      default:
        break;
    }
    if (!is_comparison(node.op)) return "";
    const auto [subject, bound, op] = sides(node);
    const Quantity threshold = number(bound);
    if (threshold.is_unknown()) return "";
    return fmt::format("{} is {} {}", phrase(scene_, expression_, subject),
                       say(holds ? op : opposite(op)),
                       say(threshold, expression_.node(bound).unit, expression_.node(bound).style));
  }

  // The numbers that the condition's reads came to: what two tellings are compared by.
  std::string reading() const {
    std::string out;
    for (std::size_t i = 0; i < expression_.nodes.size(); ++i) {
      const Node& node = expression_.nodes[i];
      if (node.leaf < 0 || !is_number(node)) continue;
      const Quantity value = number(static_cast<std::int32_t>(i));
      out += fmt::format("{}{:.6g}..{:.6g}", out.empty() ? "" : " ", value.low, value.high);
    }
    return out;
  }

 private:
  struct Sides {
    std::int32_t subject, bound;
    Op op;
  };

  static bool is_literal(const Node& node) {
    return node.op == Op::kNumber || node.op == Op::kParameter;
  }

  // The leaf of the first read below a node; -1 when there is none.
  std::int32_t first_leaf(std::int32_t index) const {
    if (index < 0) return -1;
    const Node& node = expression_.node(index);
    if (node.leaf >= 0) return node.leaf;
    const std::int32_t left = first_leaf(node.a);
    return left >= 0 ? left : first_leaf(node.b);
  }

  bool is_constant(std::int32_t index) const {
    const Node& node = expression_.node(index);
    if (is_literal(node) || node.op == Op::kPopulation) return true;
    if (node.leaf >= 0 || node.a < 0) return false;
    return is_constant(node.a) && (node.b < 0 || is_constant(node.b));
  }

  Sides sides(const Node& node) const {
    if (is_constant(node.a) && !is_constant(node.b)) return {node.b, node.a, mirrored(node.op)};
    return {node.a, node.b, node.op};
  }

  std::string comparison(const Node& node) const {
    const auto [subject, bound, op] = sides(node);
    const Node& left = expression_.node(subject);
    const Node& right = expression_.node(bound);
    const Quantity value = number(subject);
    const Quantity threshold = number(bound);
    const std::int32_t about = first_leaf(subject);
    std::string out =
        phrase(scene_, expression_, subject) + " is " + say(value, left.unit, left.style);
    if (value.is_unknown() && about >= 0) out += " (" + why_unknown(subject) + ")";
    out += ratio(bound, about, value);
    out += threshold.is_unknown() ? "; threshold: not known"
                                  : fmt::format("; threshold: {} {}", say(op),
                                                say(threshold, right.unit, right.style));
    if (!is_literal(right)) {
      out += " (" + phrase(scene_, expression_, bound, about);
      if (threshold.is_unknown() && first_leaf(bound) >= 0) out += ", " + why_unknown(bound);
      out += ")";
    }
    return out;
  }

  // ", 62 % of its 10-year normal of 66 mm", where the bound is built on a normal of the same read.
  std::string ratio(std::int32_t index, std::int32_t about, const Quantity& value) const {
    if (index < 0 || about < 0) return "";
    const Node& node = expression_.node(index);
    if (node.op != Op::kNormal) {
      const std::string left = ratio(node.a, about, value);
      return left.empty() ? ratio(node.b, about, value) : left;
    }
    const Quantity normal = number(index);
    if (!normal.exact() || normal.low <= 0 || !value.exact()) return "";
    const std::string named = phrase(scene_, expression_, index, about);
    if (!named.starts_with("its ")) return "";
    return fmt::format(", {} of {} of {}",
                       format_number(value.low / normal.low, Unit(), PureStyle::kPercent, 0), named,
                       say(normal, node.unit, node.style));
  }

  // The gap of the first read below `index` that has one.
  std::string why_unknown(std::int32_t index) const {
    if (index < 0) return "";
    const Node& node = expression_.node(index);
    if (node.leaf >= 0) {
      const Leaf& leaf = expression_.leaf(node.leaf);
      const Read read = look(leaf);
      if (read.gap != Read::Gap::kNone) return gap(read);
      return node.op == Op::kAggregate ? "" : "its history is too short";
    }
    const std::string left = why_unknown(node.a);
    return left.empty() ? why_unknown(node.b) : left;
  }

  static std::string gap(const Read& read) {
    const std::string until = read.covered_until ? format_day(*read.covered_until - 1) : "";
    switch (read.gap) {
      case Read::Gap::kNone:
        return "";
      case Read::Gap::kNeverSeen:
        return "nothing has been received";
      case Read::Gap::kStale:
        return "the last figure speaks up to " + until + " and is too old";
      case Read::Gap::kMissing:
        return "figures are missing in the window";
      case Read::Gap::kNotCovered:
        return until.empty() ? "no source says that its events are complete"
                             : "events are complete only up to " + until;
    }
    return "";
  }

  std::string crossing(const Node& node, std::int32_t index) const {
    const Tri holds = truth(index);
    return fmt::format(
        "{} {} {}", expression_.leaf(node.leaf).label,
        holds == Tri::kTrue    ? "has just passed"
        : holds == Tri::kFalse ? "has not just passed"
                               : "is not known to have just passed",
        say(number(node.a), expression_.node(node.a).unit, expression_.node(node.a).style));
  }

  std::string other(const Node& node, std::int32_t index) const {
    const std::string text = expression_.text.substr(node.begin, node.end - node.begin);
    const Tri holds = truth(index);
    return text + (holds == Tri::kTrue    ? " holds"
                   : holds == Tri::kFalse ? " does not hold"
                                          : " is not known");
  }

  static std::string format_range(const DayRange& range) {
    const Day last = range.until - 1;
    return range.from == last ? format_day(last)
                              : format_day(range.from) + " to " + format_day(last);
  }

  const Scene& scene_;
  const Expression& expression_;
  Stand stand_;
};

void add_sources(const Scene& scene, const Expression& expression, const Teller& teller,
                 SignalExplained& out) {
  for (const Leaf& leaf : expression.leaves) {
    const Read read = teller.look(leaf);
    out.records.insert(out.records.end(), read.identities.begin(), read.identities.end());
    out.tlp = std::max(out.tlp, read.tlp);
    if (read.source.number() == 0) continue;
    const Source& source = *scene.catalogue.find(read.source);
    auto& sources = out.evidence.sources;
    const auto known = std::find_if(sources.begin(), sources.end(),
                                    [&](const EvidenceSource& s) { return s.key == source.key; });
    if (known != sources.end()) continue;
    sources.push_back({source.key, english(source.names, source.key), source.citation,
                       source.reliability, read.covered_until});
  }
}

std::string capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z')
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

// The first tick of the stretch of equal (on, known) that holds `tick`.
std::optional<Day> since(const SignalTrack& track, Day tick) {
  auto index = track.index_at(tick);
  if (index < 0) return std::nullopt;
  const auto state = [&](std::ptrdiff_t i) {
    const SignalRun& run = track.runs[static_cast<std::size_t>(i)];
    return std::pair(run.on, run.on || run.known);
  };
  const auto now = state(index);
  while (index > 0 && state(index - 1) == now) --index;
  return track.runs[static_cast<std::size_t>(index)].start;
}

std::string change_of(const Scene& scene, const Signal& signal, bool on, Day tick) {
  const Stand stand{tick, std::nullopt, 0};
  const Teller when(scene, signal.when, stand);
  if (!on) {
    const std::string wanted = when.wanted(signal.when.root, true);
    return wanted.empty() ? "" : "Turns on once " + wanted + ".";
  }
  const std::string wanted =
      signal.clear.empty() ? when.wanted(signal.when.root, false)
                           : Teller(scene, signal.clear, stand).wanted(signal.clear.root, true);
  return wanted.empty() ? "" : "Clears once " + wanted + ".";
}

// What a level still lacks, as sentences: "Warning needs at least 4 active dimensions; now 3."
void outlook_of(const Teller& teller, const Expression& expression, std::int32_t index, Level level,
                std::vector<std::string>& out) {
  const Node& node = expression.node(index);
  if (node.op == Op::kAnd || node.op == Op::kOr) {
    outlook_of(teller, expression, node.a, level, out);
    outlook_of(teller, expression, node.b, level, out);
    return;
  }
  const Tri holds = teller.truth(index);
  if (holds == Tri::kTrue) return;
  const std::string wanted = is_comparison(node.op) ? teller.wanted(index, true) : "";
  const std::string text = expression.text.substr(node.begin, node.end - node.begin);
  std::string now = holds == Tri::kUnknown ? "not known now" : "not so now";
  if (is_comparison(node.op)) {
    const Node& left = expression.node(node.a);
    if (Teller::is_number(left))
      now = "now " + say(teller.number(node.a), Unit(), PureStyle::kNumber);
  }
  out.push_back(fmt::format("{} if {}; {}.", capitalised(std::string(name_of(level))),
                            wanted.empty() ? "'" + text + "' holds" : wanted, now));
}

}  // namespace

std::string signal_reading(const Assessment& assessment, RegionId region, std::uint32_t signal,
                           Day tick) {
  const Signal& rule = assessment.pack().signals[signal];
  const Scene scene = assessment.signal_scene(region, rule);
  return Teller(scene, rule.when, Stand{tick, std::nullopt, 0}).reading();
}

SignalExplained explain_signal(const Assessment& assessment, RegionId region, std::uint32_t signal,
                               Day tick) {
  const Signal& rule = assessment.pack().signals[signal];
  const Scene scene = assessment.signal_scene(region, rule);
  const Stand stand{tick, std::nullopt, 0};
  const Teller when(scene, rule.when, stand);
  const SignalTrack& track = assessment.signal_track(region, signal);
  const SignalRun* run = track.at(tick);
  const bool on = run != nullptr && run->on;
  const bool known = run != nullptr && run->known;

  SignalExplained out;
  out.evidence.signal = rule.name;
  out.evidence.title = rule.title;
  out.evidence.dimension = scene.catalogue.dimensions[rule.dimension.number()].code;
  out.evidence.state = on ? "on" : known ? "off" : "unknown";
  out.evidence.since = since(track, tick);
  out.evidence.reference = rule.reference;
  out.when = when.tree(rule.when.root);
  std::string sentence = when.sentence(rule.when.root);
  if (on && when.truth(rule.when.root) != Tri::kTrue && !rule.clear.empty()) {
    const Teller clear(scene, rule.clear, stand);
    sentence += fmt::format("; it stays on until it clears: {}", clear.sentence(rule.clear.root));
  }
  if (on && !known) sentence += "; whether it still holds is not known";
  out.evidence.sentence = capitalised(sentence) + ".";
  out.evidence.change = change_of(scene, rule, on, tick);
  Horizon horizon;
  evaluate(scene, rule.when, tick, horizon);
  if (known) out.evidence.evidence_day = Day(horizon.evidence_at(tick));
  out.reading = when.reading();
  add_sources(scene, rule.when, when, out);
  if (!rule.clear.empty()) {
    const Teller clear(scene, rule.clear, stand);
    out.clear = clear.tree(rule.clear.root);
    add_sources(scene, rule.clear, clear, out);
  }
  std::sort(out.records.begin(), out.records.end());
  out.records.erase(std::unique(out.records.begin(), out.records.end()), out.records.end());
  return out;
}

PatternExplained explain_pattern(const Assessment& assessment, RegionId region,
                                 std::uint32_t pattern, Day tick) {
  const Pattern& rule = assessment.pack().patterns[pattern];
  const Scene scene = assessment.pattern_scene(region, rule);
  PatternExplained out;
  if (const PatternRun* run = assessment.pattern_track(region, pattern).at(tick)) {
    out.level = run->level;
    out.possible = run->possible;
  }
  Level surely = Level::kNone;
  for (const Level level : {Level::kWatch, Level::kWarning, Level::kEmergency}) {
    const Expression& condition = rule.levels[static_cast<std::size_t>(level)];
    if (condition.empty()) continue;
    const Teller teller(scene, condition, Stand{tick, std::nullopt, 0});
    out.levels.emplace_back(level, teller.tree(condition.root));
    if (teller.truth(condition.root) == Tri::kTrue) {
      surely = level;
    } else if (level > out.level && out.outlook.size() < 4) {
      outlook_of(teller, condition, condition.root, level, out.outlook);
    }
  }
  std::vector<DimensionId> dimensions;
  for (const Signal& signal : scene.pack.signals)
    if (signal.stance == Stance::kThreat) dimensions.push_back(signal.dimension);
  std::sort(dimensions.begin(), dimensions.end());
  dimensions.erase(std::unique(dimensions.begin(), dimensions.end()), dimensions.end());
  for (const DimensionId dimension : dimensions) {
    Tri active = Tri::kFalse;
    for (std::uint32_t i = 0; i < scene.pack.signals.size(); ++i) {
      const Signal& signal = scene.pack.signals[i];
      if (signal.dimension != dimension || signal.stance != Stance::kThreat) continue;
      active = active || signal_active(scene, i, tick);
    }
    const std::string& code = scene.catalogue.dimensions[dimension.number()].code;
    if (active == Tri::kTrue) out.dimensions_true.push_back(code);
    if (active == Tri::kUnknown) out.dimensions_unknown.push_back(code);
  }
  std::sort(out.dimensions_true.begin(), out.dimensions_true.end());
  std::sort(out.dimensions_unknown.begin(), out.dimensions_unknown.end());
  if (out.level != Level::kNone && rule.linger_days > 0)
    out.outlook.push_back(fmt::format(
        "The level falls once its condition has not held for {} days that are fully known.",
        rule.linger_days));
  out.certainty = surely < out.level               ? "possible"
                  : out.dimensions_unknown.empty() ? "observed"
                                                   : "likely";
  return out;
}

std::string render(const Explained& explained, int indent) {
  std::string out(static_cast<std::size_t>(indent) * 2, ' ');
  out += explained.text + "  =  " + explained.value;
  if (!explained.detail.empty()) out += "   [" + explained.detail + "]";
  out += '\n';
  for (const Explained& part : explained.parts) out += render(part, indent + 1);
  return out;
}

}  // namespace tocsin
