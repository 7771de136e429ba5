#include "rules/teller.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "rules/evaluate_families.h"
#include "rules/phrase.h"

namespace tocsin {
namespace {

bool is_number(Op op) {
  switch (op) {
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
    case Op::kDuring:
    case Op::kGiven:
    case Op::kOverHolds:
      return false;
    default:
      return true;
  }
}

// A lower bound that says nothing, since counts are never below it.
bool says_nothing(const Quantity& quantity) {
  return quantity.is_unknown() || (!std::isfinite(quantity.high) && quantity.low <= 0);
}

std::string gap_of_forecast(const Read& read) {
  const std::string issued = read.issued ? plain_day(*read.issued) : "";
  switch (read.gap) {
    case Read::Gap::kNeverSeen:
      return "no forecast has been received";
    case Read::Gap::kStale:
      return "the last forecast was issued on " + issued + " and is too old";
    case Read::Gap::kMissing:
      return "the forecast issued on " + issued + " says too little of these days";
    case Read::Gap::kNone:
    case Read::Gap::kNotCovered:
    case Read::Gap::kOffSeason:
      break;
  }
  return "";
}

std::string gap(const Leaf& leaf, const Read& read) {
  if (leaf.forecast) return gap_of_forecast(read);
  const std::string until = read.covered_until ? plain_day(*read.covered_until - 1) : "";
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
                           : "events are complete until " + until;
    case Read::Gap::kOffSeason:
      return "no figure lies in the season of its window";
  }
  return "";
}

std::string format_range(const DayRange& range) {
  const Day last = range.until - 1;
  return range.from == last ? format_day(last) : format_day(range.from) + " to " + format_day(last);
}

}  // namespace

Tri Teller::truth(std::int32_t index) const {
  Horizon horizon;
  return evaluate_truth(scene_, expression_, index, stand_, horizon);
}

Quantity Teller::number(std::int32_t index) const {
  Horizon horizon;
  return evaluate_number(scene_, expression_, index, stand_, horizon);
}

Read Teller::look(const Leaf& leaf) const {
  Horizon horizon;
  return read_leaf(scene_, leaf, stand_, horizon, Detail::kRecords);
}

Explained Teller::tree(std::int32_t index) const {
  const Node& node = expression_.node(index);
  Explained out;
  out.text = source_text(node);
  out.value = is_number(node.op) ? say(scene_.catalogue, number(index), node)
                                 : std::string(name_of(truth(index)));
  if (expression_.is_over_sources(node)) {
    out.parts = each_source(node);
    return out;
  }
  if (node.leaf >= 0) out.detail = where_from(expression_.leaf(node.leaf));
  if (node.op == Op::kNamed) {
    const Parameter& parameter = scene_.pack.parameters[node.more.first];
    out.detail = parameter.compute.text;
    if (parameter.as_of) out.detail += ", as of the beginning of " + parameter.as_of->name();
  }
  if (is_literal(node) || node.op == Op::kNamed) return out;
  if (expression_.is_over_regions(node)) {
    out.detail = which_regions(node);
    out.parts = regions_tree(node);
    return out;
  }
  if (node.a >= 0) out.parts.push_back(tree(node.a));
  if (node.b >= 0) out.parts.push_back(tree(node.b));
  if (expression_.is_over_next(node)) out.parts = days_tree(node);
  if (node.op == Op::kCountTrue)
    for (const std::int32_t condition : expression_.operands_of(node))
      out.parts.push_back(tree(condition));
  std::erase_if(out.parts, [](const Explained& part) { return part.text == part.value; });
  return out;
}

// The node's own text, widened to the parentheses that it begins or ends within: a node begins and
// ends with its operands, which the author may have put in parentheses.
std::string Teller::source_text(const Node& node) const {
  const std::string& text = expression_.text;
  std::size_t begin = node.begin, end = node.end;
  int open = 0, closed = 0;  // parentheses without a partner
  for (std::size_t i = begin; i < end; ++i) {
    if (text[i] == '(') ++open;
    if (text[i] == ')') open > 0 ? --open : ++closed;
  }
  for (int depth = 0; closed > 0 && begin > 0;) {
    --begin;
    if (text[begin] == ')') ++depth;
    if (text[begin] == '(') depth > 0 ? --depth : --closed;
  }
  for (int depth = 0; open > 0 && end < text.size(); ++end) {
    if (text[end] == '(') ++depth;
    if (text[end] == ')') depth > 0 ? --depth : --open;
  }
  return text.substr(begin, end - begin);
}

// "NASA POWER, 2019-01-01 to 2019-03-31": what a read looked at, or why it is not known.
std::string Teller::where_from(const Leaf& leaf) const {
  const Read read = look(leaf);
  std::string source = "no source";
  if (read.source.number() != 0) {
    const Source& found = *scene_.catalogue.find(read.source);
    const auto name = found.names.find("en");
    source = name == found.names.end() ? found.key : name->second;
  }
  if (read.gap != Read::Gap::kNone) return source + ": " + gap(leaf, read);
  if (read.issued) source += ", issued on " + format_day(*read.issued);
  source += read.window ? ", " + format_range(*read.window) : "";
  const std::string note = this->note(leaf, read);
  return note.empty() ? source : source + ", noted: " + note;
}

// Why the latest figure says what it says, in quotes; empty where nobody gave a reason.
std::string Teller::note(const Leaf& leaf, const Read& read) const {
  if (leaf.reads_events || leaf.forecast || read.identities.empty()) return "";
  const std::string_view note = scene_.data.note(scene_.data_region, read.identities.front());
  return note.empty() ? "" : fmt::format("\"{}\"", note);
}

std::string Teller::sentence(std::int32_t index, bool negated) const {
  const Node& node = expression_.node(index);
  switch (node.op) {
    case Op::kAnd:
    case Op::kOr:
      return sentence(node.a, negated) + ((node.op == Op::kAnd) != negated ? "; and " : "; or ") +
             sentence(node.b, negated);
    case Op::kNot:
      return sentence(node.a, !negated);
    case Op::kConsecutive:
      return sentence(node.a, negated) + fmt::format(", looked at in each of {} consecutive {}s",
                                                     node.count, name_of(node.cadence));
    case Op::kDuring:
      return during(node, negated);
    case Op::kGiven:
      return given(node, negated);
    case Op::kRising:
    case Op::kCrosses:
    case Op::kOn:
    case Op::kActive:
    case Op::kOverHolds:
    case Op::kCascade: {
      const Tri holds = truth(index);
      const std::string regions =
          expression_.is_over_sources(node) ? " (" + who_says(node) + ")" : regions_below(index);
      if (holds == Tri::kUnknown)
        return "it is not known whether " + statement(scene_, expression_, index, true) + regions;
      return statement(scene_, expression_, index, holds == Tri::kTrue) + regions;
    }
    default:
      return is_comparison(node.op) ? comparison(index, negated) : "";
  }
}

// "Rain is 3 mm; threshold: below 5 mm, in the season rains (1 June .. 30 September)".
std::string Teller::during(const Node& node, bool negated) const {
  Horizon horizon;
  const std::string seasons = named(expression_.during_of(node).seasons);
  if (!in_season(scene_, expression_, node, stand_, horizon))
    return "what is judged lies outside " + seasons;
  return sentence(node.a, negated) + ", in " + seasons;
}

std::string Teller::given(const Node& node, bool negated) const {
  if (truth(node.b) == Tri::kTrue) return sentence(node.a, negated);
  return "it is not judged, since what that needs is " +
         std::string(truth(node.b) == Tri::kFalse ? "not so" : "not known") + " (" +
         sentence(node.b) + ")";
}

std::string Teller::reading() const {
  std::string out;
  for (std::size_t i = 0; i < expression_.nodes.size(); ++i) {
    const Node& node = expression_.nodes[i];
    if (node.elsewhere) continue;
    const bool regions = expression_.is_over_regions(node);
    if (regions) out += (out.empty() ? "" : " ") + regions_reading(node);
    // What is read at each sample is told by the time for which it holds, which only grows.
    if (node.op == Op::kSample || node.op == Op::kUsual) continue;
    if (node.op == Op::kLongest) {
      out +=
          fmt::format("{}{:.6g}", out.empty() ? "" : " ", number(static_cast<std::int32_t>(i)).low);
      continue;
    }
    if ((node.leaf < 0 && (node.op != Op::kOver || regions)) || !is_number(node.op)) continue;
    const Quantity value = number(static_cast<std::int32_t>(i));
    out += fmt::format("{}{:.6g}..{:.6g}", out.empty() ? "" : " ", value.low, value.high);
  }
  return out;
}

bool Teller::is_literal(const Node& node) {
  return node.op == Op::kNumber || node.op == Op::kParameter;
}

std::int32_t Teller::about(std::int32_t index) const {
  if (index < 0) return -1;
  const Node& node = expression_.node(index);
  if (node.leaf >= 0) return node.leaf;
  if (expression_.is_over_regions(node)) return -1;
  const std::int32_t left = about(node.a);
  return left >= 0 ? left : about(node.b);
}

bool Teller::is_constant(std::int32_t index) const {
  const Node& node = expression_.node(index);
  if (is_literal(node) || node.op == Op::kPopulation) return true;
  if (node.leaf >= 0 || node.a < 0 || node.op == Op::kOver || expression_.is_over_sources(node))
    return false;
  return is_constant(node.a) && (node.b < 0 || is_constant(node.b));
}

Teller::Sides Teller::sides(const Node& node) const {
  if (is_constant(node.a) && !is_constant(node.b)) return {node.b, node.a, mirrored(node.op)};
  return {node.a, node.b, node.op};
}

std::string Teller::figure(const Quantity& quantity, std::int32_t index) const {
  const Node& node = expression_.node(index);
  static const Unit kEvents = Unit::base("events"), kDimensions = Unit::base("dimensions"),
                    kRegions = Unit::base("regions"), kObservations = Unit::base("observations"),
                    kSources = Unit::base("sources");
  const bool counted = node.unit == kEvents || node.unit == kDimensions || node.unit == kRegions ||
                       node.unit == kObservations || node.unit == kSources;
  if (node.op == Op::kLongest && !quantity.exact() && !quantity.is_unknown())
    return "at least " + say(Quantity::exactly(quantity.low), node.unit, node.style);
  if (says_nothing(quantity)) return "not known";
  return counted ? say(quantity, Unit(), node.style) : say(scene_.catalogue, quantity, node);
}

std::string Teller::comparison(std::int32_t index, bool negated) const {
  Sides sides = this->sides(expression_.node(index));
  if (negated) sides.op = opposite(sides.op);
  const Quantity value = number(sides.subject);
  const std::int32_t about = this->about(sides.subject);
  const bool open_end = !says_nothing(value) && !std::isfinite(value.high);
  const std::string regions = regions_below(sides.subject);
  std::string out = phrase(scene_, expression_, sides.subject) + " is ";
  if (open_end && truth(index) == Tri::kUnknown) out += "not known, ";
  out += figure(value, sides.subject);
  const Node& subject = expression_.node(sides.subject);
  const bool by_sources = expression_.is_over_sources(subject);
  if (by_sources)
    out += " (" + who_says(subject) + ")";
  else if (subject.op == Op::kLongest)
    out += run_told(subject, value);
  else if (!regions.empty())
    out += regions;
  else if (!value.exact() && about >= 0)
    if (const std::string why = why_unknown(sides.subject); !why.empty()) out += " (" + why + ")";
  if (about >= 0 && !by_sources) {
    const Leaf& leaf = expression_.leaf(about);
    if (const std::string note = this->note(leaf, look(leaf)); !note.empty())
      out += ", noted: " + note;
  }
  return out + ratio(sides.bound, about, value) + "; threshold: " + threshold(sides, about);
}

// "below 49.5 mm (75 % of its 10-year normal)".
std::string Teller::threshold(const Sides& sides, std::int32_t about) const {
  const Quantity bound = number(sides.bound);
  std::string out = "not known";
  if (!says_nothing(bound))
    out = fmt::format("{} {}{}", say(sides.op), bound.exact() ? "" : "what is not known exactly, ",
                      figure(bound, sides.bound));
  if (is_literal(expression_.node(sides.bound))) return out;
  out += " (" + phrase(scene_, expression_, sides.bound, about);
  if (const std::string regions = regions_below(sides.bound); !regions.empty())
    return out + regions + ")";
  if (!bound.exact() && this->about(sides.bound) >= 0)
    if (const std::string why = why_unknown(sides.bound); !why.empty()) out += ", " + why;
  return out + ")";
}

// ", 62 % of its 10-year normal of 66 mm", where the bound is built on a normal of the same read.
std::string Teller::ratio(std::int32_t index, std::int32_t about, const Quantity& value) const {
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

// " (from 10:14:20 to 10:15:40 UTC; at its last sample Visible networks 412, ...)", or why it may
// be longer.
std::string Teller::run_told(const Node& node, const Quantity& seconds) const {
  Horizon horizon;
  const LongestRun run = longest_run(scene_, expression_, node, stand_, horizon);
  std::string out;
  if (run.begin) {
    const auto clock = [&](EventTime time) {
      const std::string day = day_of(time) == stand_.tick ? "" : plain_day(day_of(time)) + ", ";
      const std::int32_t second = second_of_day(time);
      return fmt::format("{}{:02}:{:02}:{:02}", day, second / 3600, second / 60 % 60, second % 60);
    };
    out = fmt::format("from {} to {} UTC", clock(*run.begin), clock(*run.end));
    if (const std::string last = samples_told(node.a, *run.end); !last.empty())
      out += "; at its last sample " + last;
  }
  if (!seconds.exact()) {
    if (!out.empty()) out += "; ";
    out += seconds.is_unknown() ? why_unknown(node.a) : "samples are missing, or still to come";
  }
  return out.empty() ? "" : " (" + out + ")";
}

// "Visible networks 412, the usual Visible networks of 7 days 580": the reads below a node, as of
// the last sample before a moment, each once.
std::string Teller::samples_told(std::int32_t index, EventTime before) const {
  std::vector<std::string> told;
  const auto tell = [&](auto& self, std::int32_t at) -> void {
    const Node& node = expression_.node(at);
    if (node.op == Op::kSample || node.op == Op::kUsual) {
      Horizon horizon;
      const Quantity value = latest_sample(scene_, expression_, at, stand_, horizon, before);
      std::string text = phrase(scene_, expression_, at) + " " + say(scene_.catalogue, value, node);
      if (std::ranges::find(told, text) == told.end()) told.push_back(std::move(text));
    }
    expression_.each_part(node, [&](std::int32_t part) { self(self, part); });
  };
  tell(tell, index);
  return fmt::format("{}", fmt::join(told, ", "));
}

// The gap of the first read below `index` that has one.
std::string Teller::why_unknown(std::int32_t index) const {
  if (index < 0) return "";
  const Node& node = expression_.node(index);
  if (expression_.is_over_sources(node)) return "too few sources are known";
  if (node.leaf >= 0) {
    const Leaf& leaf = expression_.leaf(node.leaf);
    const Read read = look(leaf);
    if (read.gap != Read::Gap::kNone) return gap(leaf, read);
    if (node.op == Op::kChance) return "too few members are there, and no such chance is published";
    return node.op == Op::kAggregate ? "" : "its history is too short";
  }
  if (expression_.is_over_regions(node)) return "";
  const std::string left = why_unknown(node.a);
  if (left.empty() && node.op == Op::kOver && expression_.is_over_next(node))
    return "the forecast says too little of these days";
  if (left.empty() && node.op == Op::kOver) return "too little of its past is known";
  return left.empty() ? why_unknown(node.b) : left;
}

}  // namespace tocsin
