#include <algorithm>

#include "tests/support/rule_builders_random_pack.h"

// Random conditions over regions.
namespace tocsin {

PackMaker::Expr PackMaker::over_set(Kind kind, Expr of) {
  using twin::Set;
  Expr e = twin::op(kind, std::move(of));
  e.set = dice_.pick(std::vector{Set::kChildren, Set::kChildren, Set::kSiblings, Set::kSiblings,
                                 Set::kNeighbours, Set::kNeighbours, Set::kBasin, Set::kParent});
  // Of one region of the small world it is not known how many people live there.
  const bool counted =
      std::find(pack_.regions.begin(), pack_.regions.end(), at::kXc) == pack_.regions.end();
  if (kind == Kind::kOverShare)
    e.by = dice_.chance(40)              ? twin::ByWhat::kArea
           : counted && dice_.chance(50) ? twin::ByWhat::kPeople
                                         : twin::ByWhat::kNumber;
  return e;
}

// A number over regions of truths, compared.
PackMaker::Expr PackMaker::compare_over(Expr over) {
  if (over.kind == Kind::kOverAny || over.kind == Kind::kOverAll) return over;
  const Kind op = dice_.chance(75) ? Kind::kGreaterEqual : Kind::kLess;
  if (over.kind == Kind::kOverShare)
    return twin::op(op, std::move(over), twin::number(10.0 * dice_.between(1, 10), "%"));
  return twin::op(op, std::move(over), twin::number(dice_.between(1, 3)));
}

// Of a signal.
PackMaker::Expr PackMaker::over_regions(int signal) {
  static const std::vector<Kind> kOfTruths = {Kind::kOverCount, Kind::kOverShare, Kind::kOverAny,
                                              Kind::kOverAll};
  static const std::vector<Kind> kOfNumbers = {
      Kind::kOverSum,    Kind::kOverMean, Kind::kOverLeast, Kind::kOverGreatest,
      Kind::kOverMedian, Kind::kRank,     Kind::kRank};
  ++inside_over_;
  const auto where = [&](Expr over) {
    if (dice_.chance(40)) over.args.push_back(condition(signal, 0));
    return over;
  };
  Expr out;
  const int form = dice_.between(0, 99);
  if (form < 12) {  // how many hold, in each of several periods
    const Read r = any_read();
    const Cadence cadence = r.events ? Cadence::kWeek : cadence_of(r);
    Expr over =
        where(over_set(dice_.pick(kOfTruths), compare({twin::read(r), unit_of(r), typical(r)})));
    const bool plain = over.args.size() == 1 && cadence != Cadence::kIrregular;
    out = compare_over(std::move(over));
    if (plain) out = twin::consecutive(std::move(out), 2, cadence);
  } else if (form < 50) {
    Expr of = condition(signal, dice_.chance(30) ? 1 : 0);
    out = compare_over(where(over_set(dice_.pick(kOfTruths), std::move(of))));
  } else {
    const Measure m = measure();
    const Indicator* indicator = catalogue_.find_indicator(m.unit);
    const bool words = indicator != nullptr && !indicator->scale.empty();
    const Kind kind = !words             ? dice_.pick(kOfNumbers)
                      : dice_.chance(50) ? Kind::kRank
                                         : Kind::kOverGreatest;
    Expr over = where(over_set(kind, m.expr));
    if (kind == Kind::kRank)
      out = twin::op(Kind::kLessEqual, std::move(over), twin::number(dice_.between(1, 3)));
    else
      out = compare({std::move(over), m.unit, m.typical * (kind == Kind::kOverSum ? 2 : 1)});
  }
  --inside_over_;
  return out;
}

// Of a forecast, day by day; in one region, or how many of several meet on one day.
PackMaker::Expr PackMaker::over_next() {
  Read r = foretold(dice_.pick(plan_.indicators));
  r.how = How::kLast;
  r.lag = {};
  r.ahead = {};
  const Measure m{twin::read(r), unit_of(r), typical(r)};
  static const std::vector<Kind> kOfTruths = {Kind::kOverCount, Kind::kOverAny, Kind::kOverAll};
  static const std::vector<Kind> kOfNumbers = {Kind::kOverSum, Kind::kOverMean, Kind::kOverLeast,
                                               Kind::kOverGreatest};
  const auto ahead = [&](Kind kind, Expr of) {
    Expr e = twin::op(kind, std::move(of));
    e.set = twin::Set::kNext;
    e.next = dice_.between(1, 8);
    return e;
  };
  if (dice_.chance(40)) {
    const Indicator* indicator = catalogue_.find_indicator(m.unit);
    const bool words = indicator != nullptr && !indicator->scale.empty();
    const Kind kind = words ? Kind::kOverGreatest : dice_.pick(kOfNumbers);
    Expr made = ahead(kind, m.expr);
    return compare({std::move(made), m.unit, m.typical * (kind == Kind::kOverSum ? 5 : 1)});
  }
  // A threshold made of data may read the forecast of other days.
  Expr bound = threshold(m, nullptr);
  if (bound.kind == Kind::kComputed || bound.kind == Kind::kFrozen)
    bound = twin::number(rounded(m.typical), m.unit);
  Expr of = twin::op(comparison(), m.expr, std::move(bound));
  if (plan_.around && dice_.chance(40))
    of = compare_over(over_set(dice_.pick(kOfTruths), std::move(of)));
  return compare_over(ahead(dice_.pick(kOfTruths), std::move(of)));
}

// Of a pattern.
PackMaker::Expr PackMaker::over_tracks(int pattern, const twin::Pattern& own) {
  if (dice_.chance(40)) return over_brief(pattern, own);
  const auto tracks = [&] {
    Expr e;
    e.kind = dice_.chance(60) ? Kind::kOn : Kind::kActive;
    e.subjects.push_back(subject_elsewhere(pattern, own));
    if (e.kind == Kind::kActive && dice_.chance(35)) own_window(e);
    return e;
  };
  static const std::vector<Kind> kKinds = {Kind::kOverCount, Kind::kOverShare, Kind::kOverAny,
                                           Kind::kOverAll};
  const Kind kind = dice_.pick(kKinds);
  Expr over = over_set(kind, tracks());
  if (dice_.chance(40)) {
    Expr where = tracks();
    if (dice_.chance(50)) where = twin::op(Kind::kNot, std::move(where));
    over.args.push_back(std::move(where));
  }
  return compare_over(std::move(over));
}

// children(x) >= 2, parent(x)
PackMaker::Expr PackMaker::over_brief(int pattern, const twin::Pattern& own) {
  Expr on;
  on.kind = Kind::kOn;
  on.subjects.push_back(subject_elsewhere(pattern, own));
  const bool parent = dice_.chance(50);
  Expr e = twin::op(parent ? Kind::kOverAny : Kind::kOverCount, std::move(on));
  e.set = parent ? twin::Set::kParent : twin::Set::kChildren;
  e.brief = true;
  return compare_over(std::move(e));
}

}  // namespace tocsin
