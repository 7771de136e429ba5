#include "model/result.h"
#include "tests/support/twin_asked.h"
#include "tests/support/twin_interval.h"

// docs/SEMANTICS.md section 2: which family an expression is of, arithmetic and comparison.
namespace tocsin::twin {
namespace {

double in_millionths(double value) {
  return std::abs(value) > 1e9 ? value * 1e6 : std::nearbyint(value * 1e6);
}

}  // namespace

Interval Assessment::value(const Expr& e, const Place& place) {
  const Interval v = compute(e, place);
  if (tally_ != nullptr)
    ++tally_->outcomes[static_cast<std::size_t>(e.kind)][is_unknown(v)     ? 0
                                                         : v.low == v.high ? 2
                                                                           : 1];
  return v;
}

Interval Assessment::compute(const Expr& e, const Place& place) {
  const auto arg = [&](std::size_t i) { return value(e.args[i], place); };
  // Reads of history count for the evidence day as the read itself does.
  const auto from_history = [&](Interval v) {
    if (!is_unknown(v)) stands_on(e.read, place);
    return v;
  };
  switch (e.kind) {
    case Kind::kNumber:
      return exactly(e.unit == "%" ? e.number * 0.01 : e.number);
    case Kind::kWord:
      return exactly(e.number);
    case Kind::kParameter:
    case Kind::kDated:
    case Kind::kComputed:
    case Kind::kFrozen:
      return parameter(e, place);
    case Kind::kPopulation: {
      const auto people = catalogue_.regions.at(place.region).population;
      return people == 0 ? kUnknown : exactly(static_cast<double>(people));
    }
    case Kind::kRead:
      return read(e.read, place);
    case Kind::kAge:
      return age(e, place);
    case Kind::kNormal:
      return from_history(normal(e, place));
    case Kind::kPercentile:
      return from_history(percentile(e, place));
    case Kind::kZscore:
      return from_history(zscore(e, place));
    case Kind::kResidual:
      return from_history(residual(e, place));
    case Kind::kChange:
      return change(e, place);
    case Kind::kChance:
      return chance(e, place);
    case Kind::kAdd:
      return plus(arg(0), arg(1));
    case Kind::kSubtract:
      return plus(arg(0), negative(arg(1)));
    case Kind::kMultiply:
      return times(arg(0), arg(1));
    case Kind::kDivide:
      return over(arg(0), arg(1));
    case Kind::kNegate:
      return negative(arg(0));
    case Kind::kAbsolute:
      return absolute(arg(0));
    case Kind::kLeast: {
      const Interval a = arg(0), b = arg(1);
      return {std::min(a.low, b.low), std::min(a.high, b.high)};
    }
    case Kind::kGreatest: {
      const Interval a = arg(0), b = arg(1);
      return {std::max(a.low, b.low), std::max(a.high, b.high)};
    }
    case Kind::kPer100k: {
      const Interval v = arg(0);
      if (place.data.number() == 0) return kUnknown;
      const auto people = catalogue_.regions.at(place.data).population;
      if (people == 0) return kUnknown;
      return times(v, exactly(100'000.0 / static_cast<double>(people)));
    }
    case Kind::kSample:
      return sample(e, place);
    case Kind::kUsual:
      return usual(e, place);
    case Kind::kLongest:
      return longest_run(e, place);
    case Kind::kCountTrue: {
      Interval count{0, 0};
      for (const Expr& condition : e.args) {
        const Tri verdict = truth(condition, place);
        count.low += verdict == Tri::kTrue ? 1 : 0;
        count.high += verdict == Tri::kFalse ? 0 : 1;
      }
      return count;
    }
    case Kind::kSourcesCount:
    case Kind::kSourcesMean:
    case Kind::kSourcesMedian:
      return by_sources(e, place);
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
      return past(e, place);
    case Kind::kOverCount:
    case Kind::kOverShare:
    case Kind::kOverSum:
    case Kind::kOverMean:
    case Kind::kOverLeast:
    case Kind::kOverGreatest:
    case Kind::kOverMedian:
    case Kind::kRank:
      return over_regions(e, place);
    case Kind::kDimensions:
      return count_dimensions(e, place);
    case Kind::kNeighbours:
    case Kind::kBasin:
      return count_around(e, place);
    default:
      break;
  }
  require(false, "an expression of the twin is a number here");
  return kUnknown;
}

Tri Assessment::compare(Kind kind, Interval a, Interval b) const {
  const Interval x{in_millionths(a.low), in_millionths(a.high)};
  const Interval y{in_millionths(b.low), in_millionths(b.high)};
  const auto verdict = [](bool always, bool never) {
    return always ? Tri::kTrue : never ? Tri::kFalse : Tri::kUnknown;
  };
  switch (kind) {
    case Kind::kLess:
      return verdict(x.high < y.low, x.low >= y.high);
    case Kind::kLessEqual:
      return verdict(x.high <= y.low, x.low > y.high);
    case Kind::kGreater:
      return verdict(x.low > y.high, x.high <= y.low);
    case Kind::kGreaterEqual:
      return verdict(x.low >= y.high, x.high < y.low);
    case Kind::kEqual:
      return verdict(x.low == y.high && x.high == y.low, x.high < y.low || x.low > y.high);
    case Kind::kUnequal:
      return !compare(Kind::kEqual, a, b);
    default:
      break;
  }
  require(false, "an expression of the twin is a comparison here");
  return Tri::kUnknown;
}

Tri Assessment::truth(const Expr& e, const Place& place) {
  const Tri verdict = judge(e, place);
  if (tally_ != nullptr)
    ++tally_->outcomes[static_cast<std::size_t>(e.kind)][static_cast<std::size_t>(verdict)];
  return verdict;
}

Tri Assessment::judge(const Expr& e, const Place& place) {
  switch (e.kind) {
    case Kind::kAnd:
    case Kind::kOr: {
      const Tri a = truth(e.args[0], place), b = truth(e.args[1], place);
      return e.kind == Kind::kAnd ? (a && b) : (a || b);
    }
    case Kind::kNot:
      return !truth(e.args[0], place);
    case Kind::kConsecutive:
      return consecutive(e, place);
    case Kind::kRising:
      return rising(e, place);
    case Kind::kCrosses:
      return crosses(e, place);
    case Kind::kDuring:
      return lies_in(e.seasons, e.args[0], place) ? truth(e.args[0], place) : Tri::kFalse;
    case Kind::kGiven: {
      const Tri judged = truth(e.args[0], place), guard = truth(e.args[1], place);
      return guard == Tri::kTrue ? judged : Tri::kUnknown;
    }
    case Kind::kSourcesAny:
    case Kind::kSourcesAll:
      return sources_hold(e, place);
    case Kind::kPastAny:
    case Kind::kPastAll:
      return past_holds(e, place);
    case Kind::kOverAny:
    case Kind::kOverAll:
      return over_regions_holds(e, place);
    case Kind::kOn: {
      Tri any = Tri::kFalse;
      for (const Subject& s : e.subjects) any = any || is_on(place.region, s, tick_back(place));
      return any;
    }
    case Kind::kActive:
      return active(e, place);
    case Kind::kCascade:
      return cascade(e, place);
    default: {
      const For innermost(comparison_, &e);
      const Interval a = value(e.args[0], place);
      return compare(e.kind, a, value(e.args[1], place));
    }
  }
}

}  // namespace tocsin::twin
