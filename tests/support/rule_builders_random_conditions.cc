#include <algorithm>
#include <cmath>

#include "tests/support/rule_builders_random_pack.h"

// Random conditions of signals.
namespace tocsin {

PackMaker::Kind PackMaker::comparison() {
  static const std::vector<Kind> kKinds = {
      Kind::kLess,    Kind::kLess,         Kind::kLessEqual,    Kind::kGreater,
      Kind::kGreater, Kind::kGreaterEqual, Kind::kGreaterEqual, Kind::kGreaterEqual,
      Kind::kEqual,   Kind::kUnequal};
  return dice_.pick(kKinds);
}

PackMaker::Expr PackMaker::compare(const Measure& m) {
  const Read* read = m.expr.kind == Kind::kRead ? &m.expr.read : nullptr;
  Expr bound = threshold(m, read);
  return twin::op(comparison(), m.expr, std::move(bound));
}

PackMaker::Expr PackMaker::condition(int signal, int depth) {
  const int form = dice_.between(0, 99);
  if (depth > 0 && form < 24) {
    Expr left = condition(signal, depth - 1);
    return twin::op(form < 12 ? Kind::kAnd : Kind::kOr, std::move(left),
                    condition(signal, depth - 1));
  }
  if (depth > 0 && form >= 96) {
    Expr count;
    count.kind = Kind::kCountTrue;
    const int several = dice_.between(2, 3);
    for (int i = 0; i < several; ++i) count.args.push_back(condition(signal, depth - 1));
    return twin::op(Kind::kGreaterEqual, std::move(count), twin::number(dice_.between(1, several)));
  }
  if (depth > 0 && form < 30) return twin::op(Kind::kNot, condition(signal, depth - 1));
  if (depth > 0 && form < 33) {
    Expr judged = condition(signal, depth - 1);
    return twin::op(Kind::kGiven, std::move(judged), condition(signal, depth - 1));
  }
  if (depth > 0 && form < 36) return in_season(condition(signal, depth - 1));
  if (plan_.around && dice_.chance(inside_over_ > 0 ? 8 : 25)) return over_regions(signal);
  if (plan_.forecasts && dice_.chance(15)) return over_next();
  if (plan_.samples && dice_.chance(40)) return longest(signal);
  if (form < 42) return in_a_row();
  if (form < 46) return crosses();
  if (form < 52 && !plan_.indicators.empty()) return rising();
  if (form < 55 && signal > 0) return active_in_window();
  if (form < 62 && signal > 0) return twin::on(some_signal().index);
  if (form < 65 && signal > 0) return past_of(twin::on(some_signal().index));
  if (form < 74) return past_condition(signal);
  if (dice_.chance(8))
    if (auto holds = sources_hold()) return *std::move(holds);
  return compare(measure());
}

PackMaker::Expr PackMaker::in_a_row() {
  const Read r = any_read();
  Cadence cadence =
      r.events
          ? dice_.pick(std::vector{Cadence::kWeek, Cadence::kMonth, Cadence::kDekad, Cadence::kDay})
          : cadence_of(r);
  if (cadence == Cadence::kIrregular) return compare(measure());
  Measure measured{twin::read(r), unit_of(r), typical(r)};
  if (dice_.chance(25)) measured = past(r, measured);
  Expr inner = compare(measured);
  if (dice_.chance(20)) inner = in_season(std::move(inner));
  return twin::consecutive(std::move(inner), dice_.between(2, 3), cadence);
}

PackMaker::Expr PackMaker::crosses() {
  Read r = any_read();
  if (!r.events && cadence_of(r) == Cadence::kIrregular) return compare(measure());
  r.lag_observations = 0;
  Expr e = twin::read(r);
  e.kind = Kind::kCrosses;
  if (is_scale(r) && r.how != How::kCount)
    e.args.push_back(word(unit_of(r), 2));
  else
    e.args.push_back(twin::number(std::max(1.0, std::round(typical(r))), unit_of(r)));
  return e;
}

PackMaker::Expr PackMaker::rising() {
  const IndicatorId id = dice_.pick(plan_.indicators);
  Read r = plan_.forecasts && dice_.chance(30) ? foretold(id) : observed(id);
  r.lag_observations = 0;
  const Cadence cadence = cadence_of(r);
  if (cadence == Cadence::kIrregular) return compare(measure());
  Expr e = twin::read(r);
  e.kind = Kind::kRising;
  e.span = step_of(cadence);
  e.span.count = std::min(e.span.count, 2);
  return e;
}

PackMaker::Expr PackMaker::hot() {
  Read r;
  r.indicator = of::kHeat;
  return compare({twin::read(r), unit_of(r), typical(r)});
}

}  // namespace tocsin
