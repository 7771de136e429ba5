#include "tests/support/rule_builders_random_pack.h"

// Random looks into the past: an aggregate over earlier stands.
namespace tocsin {

// A unit by which the read can be stepped back.
std::optional<SpanUnit> PackMaker::unit_back(const Read& r) {
  static const std::vector<SpanUnit> kOfEvents = {SpanUnit::kDays,   SpanUnit::kDays,
                                                  SpanUnit::kDays,   SpanUnit::kWeeks,
                                                  SpanUnit::kDekads, SpanUnit::kMonths};
  if (!r.events && cadence_of(r) == Cadence::kIrregular) return std::nullopt;
  if (plan_.history && dice_.chance(30)) return SpanUnit::kYears;
  if (r.events) return dice_.pick(kOfEvents);
  const Cadence cadence = cadence_of(r);
  const bool coarser = dice_.chance(20);
  if (coarser && cadence == Cadence::kDay) return SpanUnit::kWeeks;
  if (coarser && cadence == Cadence::kDekad) return SpanUnit::kMonths;
  if (coarser && cadence == Cadence::kMonth) return SpanUnit::kQuarters;
  return tocsin::unit_of(cadence);
}

PackMaker::Expr PackMaker::over_past(Kind kind, Expr x, SpanUnit unit) {
  Expr e = twin::op(kind, std::move(x));
  const bool model = kind == Kind::kPastExpected || kind == Kind::kPastResidual;
  const bool compares = model || kind == Kind::kPastPercentile || kind == Kind::kPastZscore;
  const bool years = unit == SpanUnit::kYears;
  e.span = {years ? dice_.between(1, 3) : dice_.between(1, 6), unit};
  if (compares) e.span.count = years ? 3 : dice_.between(3, 14);
  e.before = compares || dice_.chance(50);
  if (kind == Kind::kPastQuantile) e.percent = dice_.between(1, 9) / 10.0;
  const bool seasons =
      unit == SpanUnit::kMonths || unit == SpanUnit::kDekads || unit == SpanUnit::kQuarters;
  if (model) e.seasonal = seasons && dice_.chance(50);
  if (model) e.trend = !e.seasonal || dice_.chance(50);
  return e;
}

PackMaker::Measure PackMaker::past(const Read& r, Measure x) {
  static const std::vector<Kind> kKinds = {
      Kind::kPastSum,        Kind::kPastMean,   Kind::kPastLeast,    Kind::kPastGreatest,
      Kind::kPastMedian,     Kind::kPastStddev, Kind::kPastQuantile, Kind::kPastPercentile,
      Kind::kPastPercentile, Kind::kPastZscore, Kind::kPastExpected, Kind::kPastResidual};
  const auto unit = unit_back(r);
  // The twin looks for the season of each step day by day.
  if (!unit || (r.forecast && r.ahead.season)) return x;
  if (dice_.chance(15)) {  // one inside another
    const bool plain = !is_scale(r) && dice_.chance(50);
    const Kind inner = plain ? Kind::kPastMean : Kind::kPastGreatest;
    x.expr = over_past(inner, std::move(x.expr), *unit);
    x.expr.span.count = std::min(x.expr.span.count, 3);
  }
  const bool words = is_scale(r) && r.how != How::kCount;
  const Kind kind = !words             ? dice_.pick(kKinds)
                    : dice_.chance(50) ? Kind::kPastLeast
                                       : Kind::kPastGreatest;
  Expr e = over_past(kind, std::move(x.expr), *unit);
  if (dice_.chance(25)) {
    Expr where = compare({twin::read(r), unit_of(r), typical(r)});
    if (where.args[1].kind == Kind::kNumber) {
      e.args.push_back(std::move(where));
      e.else_all = dice_.chance(50);
    }
  }
  switch (kind) {
    case Kind::kPastSum:
      return {std::move(e), x.unit, x.typical * e.span.count};
    case Kind::kPastPercentile:
      return {std::move(e), "%", 50};
    case Kind::kPastZscore:
    case Kind::kPastResidual:
      return {std::move(e), "sd", 0.8};
    case Kind::kPastStddev:
      return {std::move(e), x.unit, x.typical / 3};
    default:
      return {std::move(e), x.unit, x.typical};
  }
}

// In how many of the steps something held, in any, in all.
PackMaker::Expr PackMaker::past_condition(int signal) {
  const Read r = any_read();
  const auto unit = unit_back(r);
  if (!unit) return compare({twin::read(r), unit_of(r), typical(r)});
  static const std::vector<Kind> kKinds = {Kind::kPastCount, Kind::kPastAny, Kind::kPastAll};
  Expr inner = compare({twin::read(r), unit_of(r), typical(r)});
  if (plan_.around && dice_.chance(20))
    inner = compare_over(over_set(Kind::kOverCount, std::move(inner)));
  else if (dice_.chance(20))
    inner = in_season(std::move(inner));
  const Kind kind = dice_.pick(kKinds);
  Expr e = over_past(kind, std::move(inner), *unit);
  if (signal > 0 && dice_.chance(20)) {
    e.args.push_back(twin::on(some_signal().index));
  } else if (dice_.chance(20)) {
    e.args.push_back(compare({twin::read(r), unit_of(r), typical(r)}));
  }
  if (kind != Kind::kPastCount) return e;
  const std::int32_t several = dice_.between(1, e.span.count);
  return twin::op(Kind::kGreaterEqual, std::move(e), twin::number(several));
}

// The same of signals: of the region's own past.
PackMaker::Expr PackMaker::past_of(Expr on) {
  static const std::vector<SpanUnit> kUnits = {SpanUnit::kDays, SpanUnit::kDays, SpanUnit::kWeeks,
                                               SpanUnit::kMonths};
  static const std::vector<Kind> kKinds = {Kind::kPastCount, Kind::kPastAny, Kind::kPastAll};
  if (dice_.chance(20)) on = in_season(std::move(on));
  const Kind kind = dice_.pick(kKinds);
  const SpanUnit unit = dice_.pick(kUnits);
  Expr e = over_past(kind, std::move(on), unit);
  if (kind != Kind::kPastCount) return e;
  const std::int32_t several = dice_.between(1, e.span.count);
  return twin::op(Kind::kGreaterEqual, std::move(e), twin::number(several));
}

}  // namespace tocsin
