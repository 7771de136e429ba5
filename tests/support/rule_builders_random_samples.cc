#include <algorithm>

#include "tests/support/rule_builders_random_history.h"
#include "tests/support/rule_builders_random_pack.h"

// Random samples within the day, and what is made of them.
namespace tocsin {

// Hours of some days: with gaps, times in which they drop, and others in which they stay away.
void HistoryMaker::samples(const Indicator& indicator, RegionId region, SourceId source) {
  const Day first = out_.begin + dice_.between(-4, std::max(0, out_.end - out_.begin - 6));
  const std::int32_t days = dice_.between(2, 5), present = dice_.chance(50) ? 100 : 92;
  const std::int32_t a_day = kSecondsPerDay / indicator.sample_seconds;
  level_ = dice_.between(8, 14);
  std::int32_t low_for = 0, silent_for = 0;
  for (std::int32_t i = 0; i < days * a_day; ++i) {
    if (dice_.chance(2)) low_for = dice_.between(1, 30);
    if (dice_.chance(1)) silent_for = dice_.between(1, 30);
    level_ = std::clamp(level_ + dice_.between(-1, 1), 6, 16);
    const std::int32_t low = --low_for > 0 ? 3 : 0;
    if (--silent_for > 0 || !dice_.chance(present)) continue;
    const Day on = first + i / a_day;
    const auto claim = [&](std::int64_t value) {
      ObservationClaim out = observation(region, indicator.id, source, on, on + 1, value);
      out.second = i % a_day * indicator.sample_seconds;
      return out;
    };
    const ObservationClaim said = claim(std::max(0, level_ - low * 3));
    const ObservationClaim other = claim(dice_.between(0, 20));
    const bool late = dice_.chance(3);
    // Most come on their day, in order; to tell all of them twice would be no small case.
    if (late || dice_.chance(3)) {
      tell(source, on + (late ? dice_.between(1, 5) : 0), said, other);
    } else {
      arrive(on, revision_of(out_.catalogue, source, next_id(), said, 1, on));
    }
    ++occurred_["sample"];
  }
}

PackMaker::Read PackMaker::sampled() {
  Read r;
  r.indicator = of::kVisible;
  if (dice_.chance(8)) r.source = of::kSecond;
  return r;
}

PackMaker::Expr PackMaker::usual(const Read& r) {
  Expr e = twin::read(r);
  e.kind = Kind::kUsual;
  e.span = {dice_.between(1, 2), SpanUnit::kDays};
  e.learns = dice_.chance(70);
  if (e.learns) {
    e.learn_least = 0.1 * dice_.between(4, 9);
    e.learn_greatest = 0.5 * dice_.between(3, 5);
  }
  if (dice_.chance(70)) e.warm_up = 3'600 * dice_.between(1, 12);
  return e;
}

// What is judged at each sample.
PackMaker::Expr PackMaker::sample_condition(int signal, int depth) {
  const int form = dice_.between(0, 99);
  const Read r = sampled();
  Expr sample = twin::read(r);
  sample.kind = Kind::kSample;
  if (depth > 0 && form < 30) {
    Expr left = sample_condition(signal, depth - 1);
    const Kind joins = form < 15 ? Kind::kAnd : form < 24 ? Kind::kOr : Kind::kGiven;
    return twin::op(joins, std::move(left), sample_condition(signal, depth - 1));
  }
  if (depth > 0 && form < 36) return twin::op(Kind::kNot, sample_condition(signal, depth - 1));
  if (depth > 0 && form < 42 && signal > 0)  // what is the same at each of them
    return twin::op(Kind::kAnd, sample_condition(signal, 0), twin::on(some_signal().index));
  if (depth > 0 && form < 46) {
    Expr count;
    count.kind = Kind::kCountTrue;
    for (int i = 0; i < 2; ++i) count.args.push_back(sample_condition(signal, 0));
    return twin::op(Kind::kGreaterEqual, std::move(count), twin::number(1));
  }
  const Kind below = dice_.chance(75) ? Kind::kLess : Kind::kGreaterEqual;
  const double share = dice_.between(5, 11) * 10;
  if (form < 60)
    return twin::op(below, twin::op(Kind::kDivide, std::move(sample), usual(r)),
                    twin::number(share, "%"));
  if (form < 75)
    return twin::op(below, std::move(sample),
                    twin::op(Kind::kMultiply, twin::number(share, "%"), usual(r)));
  if (form < 82) return twin::op(below, usual(r), twin::number(dice_.between(8, 12), "networks"));
  return twin::op(below, std::move(sample), twin::number(dice_.between(4, 11), "networks"));
}

PackMaker::Expr PackMaker::longest(int signal) {
  Expr e = twin::op(Kind::kLongest, sample_condition(signal, dice_.chance(40) ? 1 : 0));
  e.count = dice_.between(1, 2);
  const Kind kind = dice_.chance(85) ? Kind::kGreaterEqual : Kind::kLess;
  return twin::op(kind, std::move(e), twin::number(3'600 * dice_.between(1, 20), "s"));
}

}  // namespace tocsin
