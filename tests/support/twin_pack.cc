#include "tests/support/twin_pack.h"

#include <fmt/format.h>

#include <algorithm>

namespace tocsin::twin {
namespace {

constexpr std::array<const char*, 8> kHowNames = {"last", "sum",    "mean",   "min",
                                                  "max",  "median", "stddev", "count"};

std::string infix(Kind kind) {
  switch (kind) {
    case Kind::kAdd:
      return "+";
    case Kind::kSubtract:
      return "-";
    case Kind::kMultiply:
      return "*";
    case Kind::kDivide:
      return "/";
    case Kind::kLess:
      return "<";
    case Kind::kLessEqual:
      return "<=";
    case Kind::kGreater:
      return ">";
    case Kind::kGreaterEqual:
      return ">=";
    case Kind::kEqual:
      return "==";
    case Kind::kUnequal:
      return "!=";
    case Kind::kAnd:
      return "and";
    case Kind::kOr:
      return "or";
    default:
      return "";
  }
}

std::string quantity(double value, const std::string& unit) {
  return fmt::format("{}{}{}", value, unit.empty() ? "" : " ", unit);
}

std::string text_of(const Season& s) {
  static constexpr std::array<const char*, 12> kMonths = {
      "January", "February", "March",     "April",   "May",      "June",
      "July",    "August",   "September", "October", "November", "December"};
  static constexpr std::array<const char*, 4> kGrids = {"", "dekads", "weeks", "epiweeks"};
  if (s.of != Season::Of::kDates)
    return fmt::format("{} {} .. {}", kGrids[static_cast<std::size_t>(s.of)], s.from.first,
                       s.to.first);
  return fmt::format("{} {} .. {} {}", s.from.second,
                     kMonths[static_cast<std::size_t>(s.from.first - 1)], s.to.second,
                     kMonths[static_cast<std::size_t>(s.to.first - 1)]);
}

class Printer {
 public:
  Printer(const Pack& pack, const Catalogue& catalogue) : pack_(pack), catalogue_(catalogue) {}

  std::string print(const Expr& e) const {
    const auto arg = [&](std::size_t i) { return print(e.args[i]); };
    switch (e.kind) {
      case Kind::kNumber:
        return e.number < 0 ? "(-" + quantity(-e.number, e.unit) + ")" : quantity(e.number, e.unit);
      case Kind::kWord:
        return catalogue_.find(e.read.indicator)->scale[static_cast<std::size_t>(e.number)];
      case Kind::kParameter:
      case Kind::kDated:
      case Kind::kComputed:
      case Kind::kFrozen:
        return pack_.parameters[e.parameter].name;
      case Kind::kPopulation:
        return "population()";
      case Kind::kRead:
        return lagged(e.read);
      case Kind::kAge:
        return "age(" + series(e.read) + options(e.read) + ")";
      case Kind::kDuring:
        return fmt::format("({} during ({}))", arg(0), seasons(e.seasons));
      case Kind::kGiven:
        return "(" + arg(0) + " given " + arg(1) + ")";
      case Kind::kNormal:
        return fmt::format("normal({}, {}y{})", lagged(e.read), e.years, e.mean ? ", mean" : "");
      case Kind::kPercentile:
      case Kind::kZscore:
        return fmt::format("{}({}, {}y)", name_of(e.kind), lagged(e.read), e.years);
      case Kind::kResidual:
        return residual(e);
      case Kind::kChange:
      case Kind::kRising:
        return fmt::format("{}({}, {})", name_of(e.kind), lagged(e.read),
                           e.observations > 0 ? observations(e.observations) : to_string(e.span));
      case Kind::kCrosses:
        return fmt::format("crosses({}, {})", lagged(e.read), arg(0));
      case Kind::kChance:
        return "chance(" + arg(0) + ")";
      case Kind::kSourcesCount:
      case Kind::kSourcesMean:
      case Kind::kSourcesMedian:
      case Kind::kSourcesAny:
      case Kind::kSourcesAll:
        return name_of(e.kind).substr(std::string("sources ").size()) + "(" + arg(0) +
               " over sources)";
      case Kind::kNegate:
        return "(-" + arg(0) + ")";
      case Kind::kAbsolute:
        return "abs(" + arg(0) + ")";
      case Kind::kPer100k:
        return "per_100k(" + arg(0) + ")";
      case Kind::kSample:
        return "sample(" + series(e.read) + options(e.read) + ")";
      case Kind::kUsual:
        return usual(e);
      case Kind::kLongest:
        return fmt::format("longest({}, {}d)", arg(0), e.count);
      case Kind::kLeast:
        return "min(" + arg(0) + ", " + arg(1) + ")";
      case Kind::kGreatest:
        return "max(" + arg(0) + ", " + arg(1) + ")";
      case Kind::kNot:
        return "(not " + arg(0) + ")";
      case Kind::kConsecutive:
        return fmt::format("(({}), {} consecutive {}s)", arg(0), e.count,
                           tocsin::name_of(e.cadence));
      case Kind::kCountTrue: {
        std::string text;
        for (const Expr& condition : e.args) text += (text.empty() ? "" : ", ") + print(condition);
        return "count(" + text + ")";
      }
      case Kind::kPastCount:
      case Kind::kPastSum:
      case Kind::kPastMean:
      case Kind::kPastLeast:
      case Kind::kPastGreatest:
      case Kind::kPastMedian:
      case Kind::kPastStddev:
      case Kind::kPastQuantile:
      case Kind::kPastPercentile:
      case Kind::kPastZscore:
      case Kind::kPastExpected:
      case Kind::kPastResidual:
      case Kind::kPastAny:
      case Kind::kPastAll:
        return over_past(e);
      case Kind::kOverCount:
      case Kind::kOverShare:
      case Kind::kOverSum:
      case Kind::kOverMean:
      case Kind::kOverLeast:
      case Kind::kOverGreatest:
      case Kind::kOverMedian:
      case Kind::kRank:
      case Kind::kOverAny:
      case Kind::kOverAll:
        return over_regions(e);
      case Kind::kDimensions:
        return "dimensions(" + names(e.dimensions) + ")";
      case Kind::kNeighbours:
      case Kind::kBasin:
      case Kind::kOn:
      case Kind::kActive:
        return name_of(e.kind) + "(" + any_of(e.subjects) + own_window(e) + ")";
      case Kind::kCascade:
        return cascade(e);
      default:
        break;
    }
    const bool share =
        e.kind == Kind::kMultiply && e.args[0].kind == Kind::kNumber && e.args[0].unit == "%";
    return "(" + arg(0) + " " + (share ? "of" : infix(e.kind)) + " " + arg(1) + ")";
  }

  std::string seasons(const std::vector<std::uint32_t>& list) const {
    std::string text;
    for (const std::uint32_t season : list)
      text += (text.empty() ? "" : " or ") + pack_.seasons[season].name;
    return text;
  }

 private:
  static std::string observations(std::int32_t n) {
    return fmt::format("{} observation{}", n, n == 1 ? "" : "s");
  }

  std::string over_past(const Expr& e) const {
    std::string text = fmt::format("{}({} over {}{}", name_of(e.kind).substr(5), print(e.args[0]),
                                   to_string(e.span), e.before ? " before" : "");
    if (e.args.size() > 1) text += " where " + print(e.args[1]) + (e.else_all ? " else all" : "");
    if (e.kind == Kind::kPastQuantile) text += fmt::format(", {} %", e.percent * 100);
    if (e.kind == Kind::kPastExpected || e.kind == Kind::kPastResidual) text += ", " + parts(e);
    return text + ")";
  }

  static std::string parts(const Expr& e) {
    return !e.trend ? "seasonal" : e.seasonal ? "seasonal + trend" : "trend";
  }

  std::string window(const Read& r) const {
    return r.since ? "since " + pack_.seasons[*r.since].name : to_string(r.window);
  }

  std::string own_window(const Expr& e) const {
    if (e.since) return ", since " + pack_.seasons[*e.since].name;
    return e.kind == Kind::kActive && e.span.count > 0 ? ", " + to_string(e.span) : "";
  }

  std::string over_regions(const Expr& e) const {
    static constexpr std::array<const char*, 6> kSets = {"children", "siblings", "neighbours",
                                                         "basin",    "parent",   "next"};
    static constexpr std::array<const char*, 3> kBy = {"", " by people", " by area"};
    std::string set = kSets[static_cast<std::size_t>(e.set)];
    if (e.set == Set::kNext) set += fmt::format(" {}d", e.next);
    if (e.brief) return set + "(" + any_of(e.args[0].subjects) + ")";
    std::string name = name_of(e.kind);
    if (name.starts_with("over ")) name = name.substr(5);
    return fmt::format("{}({} over {}{}{})", name, print(e.args[0]), set,
                       e.args.size() > 1 ? " where " + print(e.args[1]) : "",
                       kBy[static_cast<std::size_t>(e.by)]);
  }

  std::string lagged(const Read& r) const {
    if (r.lag_observations > 0)
      return "lag(" + aggregate(r) + ", " + observations(r.lag_observations) + ")";
    if (r.lag.count == 0) return aggregate(r);
    return "lag(" + aggregate(r) + ", " + to_string(r.lag) + ")";
  }

  std::string aggregate(const Read& r) const {
    const std::string how = kHowNames[static_cast<std::size_t>(r.how)];
    if (r.events) {
      const char* of = r.weight == Weight::kDeaths      ? "deaths of "
                       : r.weight == Weight::kDisplaced ? "displaced of "
                                                        : "";
      return how + "(" + of + events(r) + ", " + window(r) + ")";
    }
    std::string text = how + "(" + series(r);
    if (r.forecast && r.how != How::kLast) text += ", " + ahead(r.ahead);
    if (r.window.count != 0 || r.since) text += ", " + window(r);
    return text + options(r) + ")";
  }

  std::string series(const Read& r) const {
    const std::string& code = catalogue_.find(r.indicator)->code;
    return r.forecast ? "forecast(" + code + ")" : code;
  }

  std::string options(const Read& r) const {
    std::string text;
    if (r.group.number() != 0) text += ", group: " + catalogue_.find(r.group)->code;
    if (r.source) text += ", source: " + catalogue_.find(*r.source)->key;
    if (r.member) text += fmt::format(", member: {}", *r.member);
    return text;
  }

  std::string ahead(const Ahead& a) const {
    if (a.season) return pack_.seasons[*a.season].name;
    const std::string greatest = to_string(Span{a.greatest, a.unit});
    return a.least == 0 ? greatest : to_string(Span{a.least, a.unit}) + ".." + greatest;
  }

  std::string events(const Read& r) const {
    std::vector<std::string> filters;
    std::string kinds, actors;
    for (const EventKindId kind : r.kinds)
      kinds += (kinds.empty() ? "" : " or ") + catalogue_.find(kind)->code;
    for (const std::string& actor : r.actors)
      actors += (actors.empty() ? "'" : " or '") + actor + "'";
    if (!kinds.empty()) filters.push_back("kind: " + kinds);
    if (!actors.empty()) filters.push_back("actor: " + actors);
    if (r.status) filters.push_back("status: " + std::string(tocsin::name_of(*r.status)));
    const auto least = [&](const char* what, std::int64_t n) {
      if (n > 0)
        filters.push_back(fmt::format("{} {} {}", what, r.above ? ">" : ">=", r.above ? n - 1 : n));
    };
    least("deaths", r.least_deaths);
    least("displaced", r.least_displaced);
    if (r.source) filters.push_back("source: " + catalogue_.find(*r.source)->key);
    std::string text;
    for (const auto& filter : filters) text += (text.empty() ? "" : ", ") + filter;
    return "events(" + text + ")";
  }

  std::string residual(const Expr& e) const {
    std::string parts;
    if (e.seasonal) parts = "seasonal";
    if (e.trend) parts += parts.empty() ? "trend" : " + trend";
    return fmt::format("residual({}{}, {}, {}y)", catalogue_.find(e.read.indicator)->code,
                       options(e.read), parts, e.years);
  }

  std::string usual(const Expr& e) const {
    std::string text = fmt::format("usual({}, {}", series(e.read), to_string(e.span));
    if (e.learns) text += fmt::format(", learn: {} .. {}", e.learn_least, e.learn_greatest);
    if (e.warm_up > 0) text += fmt::format(", warm_up: {}h", e.warm_up / 3'600);
    return text + options(e.read) + ")";
  }

  std::string subject(const Subject& s) const {
    switch (s.of) {
      case Subject::Of::kSignal: {
        const Signal& signal = pack_.signals[s.index];
        if (signal.band_of.empty()) return signal.name;
        const bool lowest = s.index == 0 || pack_.signals[s.index - 1].band_of != signal.band_of;
        return signal.band_of + (lowest ? "" : " >= " + std::string(tocsin::name_of(signal.band)));
      }
      case Subject::Of::kDimension:
        return catalogue_.dimensions[s.index].code;
      case Subject::Of::kLevel:
        return pack_.patterns[s.index].name + " >= " + std::string(tocsin::name_of(s.level));
    }
    return "";
  }

  std::string any_of(const std::vector<Subject>& subjects) const {
    std::string text;
    for (const Subject& s : subjects) text += (text.empty() ? "" : " or ") + subject(s);
    return text;
  }

  std::string names(const std::vector<DimensionId>& list) const {
    std::string text;
    for (const DimensionId id : list)
      text += (text.empty() ? "" : ", ") + catalogue_.dimensions[id.number()].code;
    return text;
  }

  std::string cascade(const Expr& e) const {
    std::string text;
    for (const Link& link : e.links) {
      if (!text.empty()) text += " -> ";
      if (link.greatest) text += fmt::format("[{}d..{}d] ", link.least, *link.greatest);
      text += any_of(link.any);
    }
    return "cascade(" + text + ", within: " + to_string(e.span) + ")";
  }

  const Pack& pack_;
  const Catalogue& catalogue_;
};

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return "[" + out + "]";
}

std::string print_restraints(const Pattern& p, const Pack& pack, const Printer& printer) {
  std::string out;
  const auto on_signal = [&](std::string_view key, std::optional<std::uint32_t> signal) {
    return signal ? fmt::format("      {}: \"{}\"\n", key, printer.print(on(*signal))) : "";
  };
  if (p.mute) {
    std::vector<std::string> patterns;
    for (const std::uint32_t i : p.mute->patterns) patterns.push_back("p" + std::to_string(i));
    out += fmt::format("    mute:\n      for: {}\n      place: {}\n      patterns: {}\n",
                       to_string(p.mute->length), listed(p.mute->places), listed(patterns));
    out += on_signal("overrides", p.overrides);
  }
  if (p.budget) {
    out += fmt::format("    budget:\n      at_most: {}\n      per: {}\n      place: {}\n",
                       p.budget->at_most, pack.seasons[p.budget->season].name, p.budget->place);
    if (!p.mute) out += on_signal("overrides", p.overrides);
  }
  if (p.decision)
    out += fmt::format("    decision:\n      within: {}h\n      silence: {}\n      ask: [board]\n",
                       p.decision->hours, p.decision->silence_agrees ? "agrees" : "refuses") +
           on_signal("agree", p.decision->agree) + on_signal("veto", p.decision->veto);
  return out;
}

}  // namespace

std::string print(const Expr& expr, const Pack& pack, const Catalogue& catalogue) {
  return Printer(pack, catalogue).print(expr);
}

namespace {

std::string one_signal(const Printer& printer, const Signal& s) {
  std::string out = "    when: \"" + printer.print(s.when) + "\"\n";
  if (s.clear) out += "    clear: \"" + printer.print(*s.clear) + "\"\n";
  return out;
}

std::string bands(const Printer& printer, const std::vector<Signal>& signals) {
  std::string out, clear;
  if (signals.front().reads)
    out = "    reads: \"" + printer.print(signals.front().when.args[0]) + "\"\n";
  out += "    bands:\n";
  for (const Signal& s : signals) {
    const std::string when =
        s.reads ? infix(s.when.kind) + " " + printer.print(s.when.args[1]) : printer.print(s.when);
    out += fmt::format("      {}: \"{}\"\n", tocsin::name_of(s.band), when);
    if (s.clear)
      clear += fmt::format("      {}: \"{}\"\n", tocsin::name_of(s.band), printer.print(*s.clear));
  }
  return clear.empty() ? out : out + "    clear:\n" + clear;
}

std::string print_regional(const std::map<RegionId, double>& values, const std::string& unit,
                           const Catalogue& catalogue) {
  std::string out;
  for (const auto& [region, value] : values)
    out += fmt::format("{}\"{}\": {}", out.empty() ? "" : ", ", catalogue.regions.at(region).code,
                       quantity(value, unit));
  return "{" + out + "}";
}

std::string print_parameter(const Parameter& p, const Pack& pack, const Catalogue& catalogue,
                            const Printer& printer) {
  std::string out = fmt::format("  {}:\n    why: a test\n", p.name);
  if (!p.compute.empty()) {
    out += "    compute: \"" + printer.print(p.compute[0]) + "\"\n";
    return p.as_of ? out + "    as_of: " + pack.seasons[*p.as_of].name + "\n" : out;
  }
  if (!p.table.empty()) {
    out += p.by_month ? "    by_month:\n" : "    by_dekad:\n";
    for (const auto& [cell, value] : p.table)
      out += fmt::format("      {}: {}\n", cell, quantity(value, p.unit));
    return out;
  }
  if (!p.versions.empty()) {
    out += "    versions:\n";
    for (const Parameter::Version& v : p.versions)
      out += fmt::format("      - {{from: {}, value: {}, by_region: {}, note: a test}}\n",
                         format_day(v.from), quantity(v.value, p.unit),
                         print_regional(v.by_region, p.unit, catalogue));
    return out;
  }
  out += "    value: " + quantity(p.value, p.unit) + "\n";
  if (p.by_region.empty()) return out;
  return out + "    by_region: " + print_regional(p.by_region, p.unit, catalogue) + "\n";
}

}  // namespace

std::string to_yaml(const Pack& pack, const Catalogue& catalogue) {
  const Printer printer(pack, catalogue);
  std::string out = "pack: random\nregions: [";
  for (std::size_t i = 0; i < pack.regions.size(); ++i)
    out += (i ? ", " : "") + ('"' + catalogue.regions.at(pack.regions[i]).code + '"');
  out += "]\n";
  if (pack.seasons.size() > 1) out += "seasons:\n";
  for (std::size_t i = 1; i < pack.seasons.size(); ++i)
    out += "  " + pack.seasons[i].name + ": " + text_of(pack.seasons[i]) + "\n";
  if (!pack.parameters.empty()) out += "parameters:\n";
  for (const Parameter& p : pack.parameters) out += print_parameter(p, pack, catalogue, printer);
  out += "signals:\n";
  for (auto at = pack.signals.begin(); at != pack.signals.end();) {
    const Signal& s = *at;
    const auto end = std::find_if(at + 1, pack.signals.end(), [&](const Signal& other) {
      return s.band_of.empty() || other.band_of != s.band_of;
    });
    out += fmt::format("  {}:\n    dimension: {}\n", s.band_of.empty() ? s.name : s.band_of,
                       catalogue.dimensions[s.dimension.number()].code);
    if (s.stance == Stance::kStrength) out += "    stance: strength\n";
    std::string kinds;
    for (const RegionKind kind : s.at)
      kinds += (kinds.empty() ? "" : ", ") + std::string(tocsin::name_of(kind));
    if (!kinds.empty()) out += "    at: [" + kinds + "]\n";
    if (!s.from.empty()) out += "    from: " + s.from + "\n";
    out +=
        s.band_of.empty() ? one_signal(printer, s) : bands(printer, std::vector<Signal>(at, end));
    if (s.given) out += "    given: \"" + printer.print(*s.given) + "\"\n";
    for (std::size_t i = 0; i < s.during.size(); ++i)
      out += (i == 0 ? "    during: [" : ", ") + pack.seasons[s.during[i]].name +
             (i + 1 == s.during.size() ? "]\n" : "");
    if (s.latch_season) out += "    latch: " + pack.seasons[*s.latch_season].name + "\n";
    if (s.latch_days > 0) out += fmt::format("    latch: {}d\n", s.latch_days);
    if (s.for_days > 0) out += fmt::format("    for: {}d\n", s.for_days);
    if (s.linger_days > 0) out += fmt::format("    linger: {}d\n", s.linger_days);
    at = end;
  }
  out += "patterns:\n";
  for (const Pattern& p : pack.patterns) {
    out += fmt::format("  {}:\n    window: {}\n", p.name, to_string(p.window));
    std::string places;
    for (const RegionId id : p.at)
      places += (places.empty() ? "" : ", ") + ('"' + catalogue.regions.at(id).code + '"');
    if (!places.empty())
      out += "    at: " + (p.at_kind.empty() ? "[" + places + "]" : p.at_kind) + "\n";
    if (!p.levels_of.empty()) out += "    levels: " + p.levels_of + "\n";
    for (const Level level : {Level::kWatch, Level::kWarning, Level::kEmergency})
      if (const auto& condition = p.levels[static_cast<std::size_t>(level)];
          condition && p.levels_of.empty())
        out += fmt::format("    {}: \"{}\"\n", tocsin::name_of(level), printer.print(*condition));
    if (p.linger_days > 0) out += fmt::format("    linger: {}d\n", p.linger_days);
    if (p.lapse_days > 0) out += fmt::format("    lapse: {}d\n", p.lapse_days);
    out += print_restraints(p, pack, printer);
  }
  return out;
}

}  // namespace tocsin::twin
