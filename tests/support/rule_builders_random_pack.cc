#include <algorithm>
#include <cmath>

#include "tests/support/rule_builders_random.h"

// Random catalogues and rule packs: every feature of the language, with thresholds near the values
// that rule_builders_random.cc makes (0 to 20 in the indicator's unit).
namespace tocsin {
namespace {

using twin::Expr;
using twin::How;
using twin::Kind;
using twin::Read;

// A number under construction: how large it tends to be, and in which unit.
struct Measure {
  Expr expr;
  std::string unit;
  double typical;
};

class PackMaker {
 public:
  PackMaker(Dice& dice, const Catalogue& catalogue, const PackPlan& plan)
      : dice_(dice), catalogue_(catalogue), plan_(plan) {}

  twin::Pack make() {
    choose_regions();
    const int signals = dice_.between(1, 4);
    for (int i = 0; i < signals; ++i) add_signal(i);
    const int patterns = dice_.between(1, 2);
    for (int i = 0; i < patterns; ++i) add_pattern(i);
    return std::move(pack_);
  }

 private:
  void choose_regions() {
    const std::vector<RegionId> all = {at::kXa, at::kXb, at::kXc, at::kYd, at::kXa1};
    for (const RegionId id : all)
      if (dice_.chance(plan_.around ? 50 : 25)) pack_.regions.push_back(id);
    if (pack_.regions.empty()) pack_.regions.push_back(dice_.pick(all));
  }

  // ---- numbers

  const Indicator& indicator_of(const Read& r) const { return *catalogue_.find(r.indicator); }
  std::string unit_of(const Read& r) const {
    if (r.events) return r.how == How::kCount ? "events" : "people";
    const Indicator& i = indicator_of(r);
    return i.is_rate() && r.how == How::kSum ? i.unit.substr(0, i.unit.find('/')) : i.unit;
  }

  Span window_of(Cadence cadence) {
    static const std::map<Cadence, std::vector<Span>> kWindows = {
        {Cadence::kDay, {{3, SpanUnit::kDays}, {7, SpanUnit::kDays}, {2, SpanUnit::kWeeks}}},
        {Cadence::kWeek, {{2, SpanUnit::kWeeks}, {4, SpanUnit::kWeeks}, {28, SpanUnit::kDays}}},
        {Cadence::kEpiweek, {{2, SpanUnit::kEpiweeks}, {5, SpanUnit::kEpiweeks}}},
        {Cadence::kDekad, {{3, SpanUnit::kDekads}, {1, SpanUnit::kMonths}, {5, SpanUnit::kDekads}}},
        {Cadence::kMonth, {{2, SpanUnit::kMonths}, {3, SpanUnit::kMonths}, {5, SpanUnit::kMonths}}},
        {Cadence::kQuarter, {{2, SpanUnit::kQuarters}, {1, SpanUnit::kYears}}},
        {Cadence::kYear, {{2, SpanUnit::kYears}}},
        {Cadence::kIrregular, {{40, SpanUnit::kDays}, {3, SpanUnit::kMonths}}}};
    return dice_.pick(kWindows.at(cadence));
  }

  Span step_of(Cadence cadence) {
    switch (cadence) {
      case Cadence::kDay:
        return {dice_.between(1, 10), SpanUnit::kDays};
      case Cadence::kWeek:
        return {dice_.between(1, 4), SpanUnit::kWeeks};
      case Cadence::kEpiweek:
        return {dice_.between(1, 4), SpanUnit::kEpiweeks};
      case Cadence::kDekad:
        return {dice_.between(1, 4), SpanUnit::kDekads};
      case Cadence::kMonth:
        return {dice_.between(1, 4), SpanUnit::kMonths};
      case Cadence::kQuarter:
        return {1, SpanUnit::kQuarters};
      case Cadence::kYear:
        return {1, SpanUnit::kYears};
      case Cadence::kIrregular:
        return {dice_.between(5, 40), SpanUnit::kDays};
    }
    return {1, SpanUnit::kDays};
  }

  Read observed(IndicatorId id) {
    Read r;
    r.indicator = id;
    const Cadence cadence = catalogue_.find(id)->cadence;
    if (dice_.chance(60)) {
      static const std::vector<How> kHows = {How::kSum,      How::kMean,   How::kLeast,
                                             How::kGreatest, How::kMedian, How::kStddev};
      r.how = dice_.pick(kHows);
      r.window = window_of(cadence);
    }
    if (dice_.chance(10)) r.group = of::kWomen;
    if (dice_.chance(10)) r.source = dice_.chance(50) ? of::kFirst : of::kSecond;
    if (dice_.chance(10)) r.lag = step_of(cadence);
    return r;
  }

  Read happened() {
    static const std::vector<Span> kWindows = {{5, SpanUnit::kDays},   {12, SpanUnit::kDays},
                                               {30, SpanUnit::kDays},  {3, SpanUnit::kWeeks},
                                               {1, SpanUnit::kMonths}, {3, SpanUnit::kMonths},
                                               {2, SpanUnit::kDekads}};
    Read r;
    r.events = true;
    r.how = dice_.chance(65) ? How::kCount : How::kSum;
    if (r.how == How::kSum)
      r.weight = dice_.chance(60) ? twin::Weight::kDeaths : twin::Weight::kDisplaced;
    r.window = dice_.pick(kWindows);
    switch (dice_.between(0, 3)) {
      case 0:
        r.kinds = {of::kClash};
        break;
      case 1:
        r.kinds = {of::kRaid};
        break;
      case 2:
        r.kinds = dice_.chance(50) ? std::vector{of::kRaid, of::kClash}
                                   : std::vector{of::kClash, of::kRaid};
        break;
      default:
        break;  // every kind
    }
    if (dice_.chance(15)) r.actors = {"Herders"};
    if (dice_.chance(8)) r.actors = {"herders", "Guards"};
    if (dice_.chance(15)) r.least_deaths = dice_.between(1, 4);
    if (dice_.chance(8)) r.least_displaced = dice_.between(1, 20);
    if (dice_.chance(15)) r.source = dice_.chance(50) ? of::kFirst : of::kSecond;
    if (dice_.chance(8)) r.lag = {dice_.between(2, 20), SpanUnit::kDays};
    return r;
  }

  Read any_read() {
    if (plan_.indicators.empty() || (plan_.events && dice_.chance(45))) return happened();
    return observed(dice_.pick(plan_.indicators));
  }

  double typical(const Read& r) {
    if (r.events) return r.how == How::kCount ? 2 : r.weight == twin::Weight::kDeaths ? 6 : 30;
    const Indicator& i = indicator_of(r);
    if (r.how == How::kStddev) return 5;
    if (r.how != How::kSum) return 10;
    if (i.cadence == Cadence::kIrregular) return 15;
    const int n = whole_periods(r.window, i.cadence).value();
    return 10.0 * n * (i.is_rate() ? longest_days(r.window) / n : 1);
  }

  Read earlier(Read r) {
    if (r.lag.count == 0)
      r.lag =
          r.events ? Span{dice_.between(3, 30), SpanUnit::kDays} : step_of(indicator_of(r).cadence);
    return r;
  }

  Measure measure() {
    const Read r = any_read();
    const bool gridless = !r.events && indicator_of(r).cadence == Cadence::kIrregular;
    const bool history = plan_.history && !gridless;
    Expr e = twin::read(r);
    const int form = dice_.between(0, 17);
    if (form == 0 && r.lag.count == 0) {
      e.kind = Kind::kChange;
      e.span =
          r.events ? Span{dice_.between(3, 30), SpanUnit::kDays} : step_of(indicator_of(r).cadence);
      return {dice_.chance(40) ? twin::op(Kind::kAbsolute, e) : e, "%", 30};
    }
    if (form <= 2 && history) {
      e.kind = form == 1 ? Kind::kPercentile : Kind::kZscore;
      e.years = dice_.between(2, 3);
      return {e, form == 1 ? "%" : "sd", form == 1 ? 50.0 : 0.8};
    }
    if (form == 3 && history && !r.events && is_seasonal(indicator_of(r).cadence))
      return {residual(r), "sd", 0.8};
    if (form == 4 && history) {
      Expr normal = e;
      normal.kind = Kind::kNormal;
      normal.years = dice_.between(2, 3);
      normal.mean = dice_.chance(50);
      return {twin::op(Kind::kDivide, e, normal), "%", 100};
    }
    if (form <= 4 && r.events) {  // a share of all that was counted, or as much again
      Read all = r;
      all.kinds.clear();
      const Expr more = twin::op(Kind::kAdd, twin::read(all), twin::number(2, unit_of(r)));
      return {twin::op(Kind::kDivide, e, more), "%", 60};
    }
    if (form == 5) return {twin::op(Kind::kSubtract, e, twin::read(earlier(r))), unit_of(r), 1};
    if (form == 6 && r.events)
      return {twin::op(Kind::kPer100k, e), unit_of(r) + "/people_100k", typical(r) / 3};
    if (form == 7)
      return {twin::op(Kind::kMultiply, twin::number(2), e), unit_of(r), 2 * typical(r)};
    if (form == 8) return {twin::op(Kind::kNegate, e), unit_of(r), -typical(r)};
    if (form == 9) {
      const Kind kind = dice_.chance(50) ? Kind::kLeast : Kind::kGreatest;
      const Expr other =
          dice_.chance(50) ? twin::number(rounded(typical(r)), unit_of(r)) : twin::read(earlier(r));
      return {twin::op(kind, e, other), unit_of(r), typical(r)};
    }
    if (form == 10)
      return {twin::op(Kind::kAdd, e, twin::number(rounded(typical(r)), unit_of(r))), unit_of(r),
              2 * typical(r)};
    if (form == 11 && dice_.chance(20)) {
      Expr people;
      people.kind = Kind::kPopulation;
      return {people, "people", 200'000};
    }
    return {e, unit_of(r), typical(r)};
  }

  static bool is_seasonal(Cadence c) {
    return c == Cadence::kMonth || c == Cadence::kDekad || c == Cadence::kQuarter;
  }

  Expr residual(const Read& like) {
    Expr e;
    e.kind = Kind::kResidual;
    e.read.indicator = like.indicator;
    e.read.group = like.group;
    e.read.source = like.source;
    e.seasonal = dice_.chance(60);
    e.trend = !e.seasonal || dice_.chance(60);
    e.years = dice_.between(2, 3);
    return e;
  }

  static double rounded(double value) { return std::round(value * 10) / 10; }

  Expr threshold(const Measure& m, const Read* read) {
    const double value = rounded(m.typical * dice_.between(4, 16) / 10.0);
    if (read != nullptr && plan_.history && dice_.chance(40) &&
        (read->events || indicator_of(*read).cadence != Cadence::kIrregular)) {
      Expr normal = twin::read(*read);
      normal.kind = Kind::kNormal;
      normal.years = dice_.between(2, 3);
      normal.mean = dice_.chance(40);
      return twin::op(Kind::kMultiply, twin::number(dice_.between(5, 15) * 10, "%"), normal);
    }
    if (dice_.chance(12)) {
      twin::Parameter p;
      p.name = "k" + std::to_string(pack_.parameters.size());
      p.unit = m.unit;
      p.value = value;
      if (dice_.chance(60)) p.by_region[at::kXa] = rounded(value * 1.3);
      if (dice_.chance(40)) p.by_region[at::kXb] = rounded(value * 0.7);
      pack_.parameters.push_back(p);
      Expr e;
      e.kind = Kind::kParameter;
      e.parameter = static_cast<std::uint32_t>(pack_.parameters.size() - 1);
      return e;
    }
    return twin::number(value, m.unit);
  }

  Kind comparison() {
    static const std::vector<Kind> kKinds = {
        Kind::kLess,    Kind::kLess,         Kind::kLessEqual,    Kind::kGreater,
        Kind::kGreater, Kind::kGreaterEqual, Kind::kGreaterEqual, Kind::kGreaterEqual,
        Kind::kEqual,   Kind::kUnequal};
    return dice_.pick(kKinds);
  }

  Expr compare(const Measure& m) {
    const Read* read = m.expr.kind == Kind::kRead ? &m.expr.read : nullptr;
    Expr bound = threshold(m, read);
    return twin::op(comparison(), m.expr, std::move(bound));
  }

  // ---- conditions of signals

  Expr condition(int signal, int depth) {
    const int form = dice_.between(0, 99);
    if (depth > 0 && form < 24) {
      Expr left = condition(signal, depth - 1);
      return twin::op(form < 12 ? Kind::kAnd : Kind::kOr, std::move(left),
                      condition(signal, depth - 1));
    }
    if (depth > 0 && form < 30) return twin::op(Kind::kNot, condition(signal, depth - 1));
    if (form < 40) return in_a_row();
    if (form < 46) return crosses();
    if (form < 52 && !plan_.indicators.empty()) return rising();
    if (form < 60 && signal > 0)
      return twin::on(static_cast<std::uint32_t>(dice_.between(0, signal - 1)));
    return compare(measure());
  }

  Expr in_a_row() {
    const Read r = any_read();
    Cadence cadence = r.events ? dice_.pick(std::vector{Cadence::kWeek, Cadence::kMonth,
                                                        Cadence::kDekad, Cadence::kDay})
                               : indicator_of(r).cadence;
    if (cadence == Cadence::kIrregular) return compare(measure());
    Expr inner = compare({twin::read(r), unit_of(r), typical(r)});
    return twin::consecutive(std::move(inner), dice_.between(2, 3), cadence);
  }

  Expr crosses() {
    const Read r = any_read();
    if (!r.events && indicator_of(r).cadence == Cadence::kIrregular) return compare(measure());
    Expr e = twin::read(r);
    e.kind = Kind::kCrosses;
    e.args.push_back(twin::number(std::max(1.0, std::round(typical(r))), unit_of(r)));
    return e;
  }

  Expr rising() {
    const Read r = observed(dice_.pick(plan_.indicators));
    const Cadence cadence = indicator_of(r).cadence;
    if (cadence == Cadence::kIrregular) return compare(measure());
    Expr e = twin::read(r);
    e.kind = Kind::kRising;
    e.span = step_of(cadence);
    e.span.count = std::min(e.span.count, 2);
    return e;
  }

  Expr hot() {
    Read r;
    r.indicator = of::kHeat;
    return compare({twin::read(r), unit_of(r), typical(r)});
  }

  void add_signal(int index) {
    twin::Signal s;
    s.name = "s" + std::to_string(index);
    s.dimension = DimensionId(static_cast<std::uint8_t>(dice_.between(0, 2)));
    if (index > 0 && dice_.chance(12)) s.stance = Stance::kStrength;
    if (dice_.chance(15)) s.from = "zone";
    const bool simple = plan_.lively && dice_.chance(60);
    s.when = simple ? hot() : condition(index, 2);
    if (dice_.chance(simple ? 10 : 30)) s.clear = condition(index, 1);
    if (dice_.chance(30)) s.for_days = dice_.between(1, simple ? 4 : 40);
    if (dice_.chance(simple ? 20 : 30)) s.linger_days = dice_.between(1, simple ? 4 : 40);
    pack_.signals.push_back(std::move(s));
  }

  // ---- conditions of patterns

  twin::Subject some_signal(bool threats_only = false) {
    std::vector<std::uint32_t> list;
    for (std::uint32_t i = 0; i < pack_.signals.size(); ++i)
      if (!threats_only || pack_.signals[i].stance == Stance::kThreat) list.push_back(i);
    return {twin::Subject::Of::kSignal, dice_.pick(list), Level::kWatch};
  }

  twin::Subject subject() {
    if (dice_.chance(65)) return some_signal();
    const auto& signal = pack_.signals[some_signal(true).index];
    return {twin::Subject::Of::kDimension, signal.dimension.number(), Level::kWatch};
  }

  Expr over_subjects(Kind kind, bool several) {
    Expr e;
    e.kind = kind;
    e.subjects.push_back(subject());
    if (several && dice_.chance(25)) e.subjects.push_back(subject());
    return e;
  }

  Expr count_dimensions() {
    std::vector<DimensionId> present;
    for (const auto& s : pack_.signals)
      if (s.stance == Stance::kThreat) present.push_back(s.dimension);
    std::sort(present.begin(), present.end());
    present.erase(std::unique(present.begin(), present.end()), present.end());
    Expr e = twin::dimensions();
    if (dice_.chance(25)) e.dimensions = present;
    const auto most = static_cast<std::int32_t>(present.size());
    return twin::op(Kind::kGreaterEqual, e, twin::number(dice_.between(1, most)));
  }

  Expr cascade() {
    Expr e;
    e.kind = Kind::kCascade;
    const int links = dice_.between(2, 3);
    std::int32_t least = 0;
    for (int i = 0; i < links; ++i) {
      twin::Link link;
      link.any.push_back(subject());
      if (dice_.chance(25)) link.any.push_back(subject());
      if (i > 0 && dice_.chance(40)) {
        link.least = dice_.between(0, 10);
        link.greatest = link.least + dice_.between(1, 30);
        least += link.least;
      }
      e.links.push_back(std::move(link));
    }
    e.span = {least + dice_.between(plan_.lively ? 1 : 5, plan_.lively ? 10 : 60), SpanUnit::kDays};
    return e;
  }

  Expr around(int pattern, const twin::Pattern& own) {
    Expr e;
    e.kind = dice_.chance(60) ? Kind::kNeighbours : Kind::kBasin;
    std::vector<twin::Subject> levels;
    for (int p = 0; p <= pattern; ++p) {
      const twin::Pattern& read = p == pattern ? own : pack_.patterns[static_cast<std::size_t>(p)];
      for (const Level level : {Level::kWatch, Level::kWarning, Level::kEmergency}) {
        const auto& at = read.levels[static_cast<std::size_t>(level)];
        if (!read.at && at && !twin::reads_around(*at))
          levels.push_back({twin::Subject::Of::kLevel, static_cast<std::uint32_t>(p), level});
      }
    }
    e.subjects.push_back(!levels.empty() && dice_.chance(55) ? dice_.pick(levels) : subject());
    return twin::op(Kind::kGreaterEqual, e, twin::number(dice_.between(1, 2)));
  }

  Expr pattern_condition(int pattern, const twin::Pattern& own, int depth) {
    if (plan_.lively && dice_.chance(40)) return over_subjects(Kind::kOn, false);
    const int form = dice_.between(0, 99);
    if (depth > 0 && form < 22) {
      Expr left = pattern_condition(pattern, own, depth - 1);
      return twin::op(form < 11 ? Kind::kAnd : Kind::kOr, std::move(left),
                      pattern_condition(pattern, own, depth - 1));
    }
    if (depth > 0 && form < 26) return twin::op(Kind::kNot, pattern_condition(pattern, own, 0));
    if (form < 45 && plan_.around) return around(pattern, own);
    if (form < 60) return cascade();
    if (form < 72) return over_subjects(Kind::kActive, true);
    if (form < 86) return over_subjects(Kind::kOn, true);
    return count_dimensions();
  }

  void add_pattern(int index) {
    twin::Pattern p;
    p.name = "p" + std::to_string(index);
    if (plan_.around && dice_.chance(15)) p.at = dice_.chance(60) ? at::kBasin : at::kX;
    p.window = plan_.lively       ? Span{dice_.between(1, 4), SpanUnit::kDays}
               : dice_.chance(80) ? Span{dice_.between(1, 60), SpanUnit::kDays}
                                  : Span{dice_.between(1, 2), SpanUnit::kMonths};
    if (dice_.chance(plan_.lively ? 15 : 40)) p.linger_days = dice_.between(1, 30);
    if (dice_.chance(30)) p.lapse_days = dice_.between(1, 30);
    bool any = false;
    for (const Level level : {Level::kWatch, Level::kWarning, Level::kEmergency}) {
      if (!dice_.chance(70) && (any || level != Level::kEmergency)) continue;
      p.levels[static_cast<std::size_t>(level)] = pattern_condition(index, p, 1);
      any = true;
    }
    pack_.patterns.push_back(std::move(p));
  }

  Dice& dice_;
  const Catalogue& catalogue_;
  const PackPlan& plan_;
  twin::Pack pack_;
};

}  // namespace

Catalogue random_catalogue(Dice& dice) {
  Catalogue out = small_world();
  for (Indicator& i : out.indicators) {
    i.longest_delay = i.cadence == Cadence::kDay ? dice.between(0, 8) : dice.between(0, 40);
    if (dice.chance(30)) std::swap(i.sources[0], i.sources[1]);
    if (dice.chance(20)) i.sources.pop_back();
    if (i.id == of::kFood) i.every_days = dice.between(10, 60);
    if (i.id == of::kShare && dice.chance(30)) i.cadence = Cadence::kEpiweek;
    if (i.id == of::kRain && dice.chance(25)) i.cadence = Cadence::kDekad;
  }
  for (Source& s : out.sources) {
    s.event_cadence = dice.between(1, 14);
    s.event_longest_delay = dice.between(0, 20);
  }
  return out;
}

twin::Pack random_pack(Dice& dice, const Catalogue& catalogue, const PackPlan& plan) {
  return PackMaker(dice, catalogue, plan).make();
}

}  // namespace tocsin
