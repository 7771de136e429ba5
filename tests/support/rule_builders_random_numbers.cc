#include <algorithm>
#include <cmath>

#include "tests/support/rule_builders_random_pack.h"

// Random numbers, and what they are compared with.
namespace tocsin {

PackMaker::Measure PackMaker::measure() {
  Measure plain = plain_measure();
  return dice_.chance(8) ? computed(std::move(plain)) : plain;
}

PackMaker::Measure PackMaker::plain_measure() {
  if (plan_.forecasts && dice_.chance(30)) return chance();
  if (dice_.chance(12))
    if (auto measure = by_sources()) return *std::move(measure);
  const Read r = any_read();
  const bool gridless = !r.events && cadence_of(r) == Cadence::kIrregular;
  const bool history = plan_.history && !gridless && has_history(r);
  if (is_scale(r) && r.how != How::kCount)
    return dice_.chance(15) ? past(r, {twin::read(r), unit_of(r), typical(r)}) : judged(r);
  Expr e = twin::read(r);
  if (dice_.chance(18)) return past(r, {e, unit_of(r), typical(r)});
  const int form = dice_.between(0, 18);
  if (form == 0 && r.lag.count == 0 && r.lag_observations == 0) {
    e.kind = Kind::kChange;
    e.span = r.events ? Span{dice_.between(3, 30), SpanUnit::kDays} : step_of(cadence_of(r));
    if (!r.events && !r.forecast && r.how == How::kLast && dice_.chance(40))
      e.observations = dice_.between(1, 2);
    return {dice_.chance(40) ? twin::op(Kind::kAbsolute, e) : e, "%", 30};
  }
  if (form <= 2 && history) {
    e.kind = form == 1 || r.since || r.forecast ? Kind::kPercentile : Kind::kZscore;
    e.years = dice_.between(2, 3);
    const bool rank = e.kind == Kind::kPercentile;
    return {e, rank ? "%" : "sd", rank ? 50.0 : 0.8};
  }
  if (form == 3 && history && !r.events && !r.forecast && is_seasonal(cadence_of(r)))
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
  if (form == 18 && !r.events) return {age(r), "days", gridless ? 30.0 : 12.0};
  if (form == 5) return {twin::op(Kind::kSubtract, e, twin::read(earlier(r))), unit_of(r), 1};
  if (form == 6 && r.events)
    return {twin::op(Kind::kPer100k, e), unit_of(r) + "/people_100k", typical(r) / 3};
  if (form == 7) return {twin::op(Kind::kMultiply, twin::number(2), e), unit_of(r), 2 * typical(r)};
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

// A word of a scale, the lesser or greater of two, or how old it is.
PackMaker::Measure PackMaker::judged(const Read& r) {
  const int form = dice_.between(0, 9);
  if (form == 0) return {age(r), "days", 12.0};
  if (form > 2) return {twin::read(r), unit_of(r), typical(r)};
  Expr other = twin::read(earlier(r));
  return {twin::op(form == 1 ? Kind::kLeast : Kind::kGreatest, twin::read(r), std::move(other)),
          unit_of(r), typical(r)};
}

PackMaker::Expr PackMaker::word(const std::string& scale, double typical) {
  const Indicator& indicator = *catalogue_.find_indicator(scale);
  Expr e;
  e.kind = Kind::kWord;
  e.read.indicator = indicator.id;
  e.number = std::clamp(std::round(typical) + dice_.between(-2, 1), 0.0,
                        static_cast<double>(indicator.scale.size()) - 1);
  return e;
}

// Whether other years have the same window of it.
bool PackMaker::has_history(const Read& r) const {
  if (is_scale(r)) return false;
  return r.lag_observations == 0 && (r.events || r.how != How::kCount);
}

bool PackMaker::is_seasonal(Cadence c) {
  return c == Cadence::kMonth || c == Cadence::kDekad || c == Cadence::kQuarter;
}

PackMaker::Expr PackMaker::residual(const Read& like) {
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

// How likely it is that a forecast passes a number: often one that probabilities are published of.
PackMaker::Measure PackMaker::chance() {
  Read r = foretold(dice_.pick(plan_.indicators));
  r.member.reset();
  static const std::vector<Kind> kKinds = {Kind::kLess, Kind::kLessEqual, Kind::kGreater,
                                           Kind::kGreaterEqual};
  const Kind kind = dice_.pick(kKinds);
  const bool published = r.how != How::kSum && dice_.chance(70);
  const double round_number = 5.0 * dice_.between(1, 3);
  Expr bound = published && !is_scale(r)
                   ? twin::number(round_number, unit_of(r))
                   : threshold({twin::read(r), unit_of(r), typical(r)}, nullptr);
  if (!published && dice_.chance(30)) {
    Read seen = observed(r.indicator);
    if (unit_of(seen) == unit_of(r)) bound = twin::read(seen);
  }
  Expr asked = twin::op(kind, twin::read(r), std::move(bound));
  return {twin::op(Kind::kChance, std::move(asked)), "%", 50};
}

double PackMaker::rounded(double value) { return std::round(value * 10) / 10; }

PackMaker::Expr PackMaker::threshold(const Measure& m, const Read* read) {
  const Indicator* scale = catalogue_.find_indicator(m.unit);
  if (scale != nullptr && !scale->scale.empty()) {
    if (read != nullptr && dice_.chance(30)) return twin::read(earlier(*read));
    return word(m.unit, m.typical);
  }
  double value = rounded(m.typical * dice_.between(4, 16) / 10.0);
  const bool whole = m.unit == "days";
  if (whole) value = std::round(value);
  if (read != nullptr && plan_.history && has_history(*read) && dice_.chance(40) &&
      (read->events || cadence_of(*read) != Cadence::kIrregular)) {
    Expr normal = twin::read(*read);
    normal.kind = Kind::kNormal;
    normal.years = dice_.between(2, 3);
    normal.mean = dice_.chance(40);
    return twin::op(Kind::kMultiply, twin::number(dice_.between(5, 15) * 10, "%"), normal);
  }
  if (dice_.chance(16)) return some_parameter(value, m.unit, whole);
  return twin::number(value, m.unit);
}

}  // namespace tocsin
