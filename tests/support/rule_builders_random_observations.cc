#include <algorithm>

#include "tests/support/rule_builders_random_history.h"

// Random series.
namespace tocsin {

std::int64_t HistoryMaker::value_of(const Indicator& indicator) {
  if (!indicator.scale.empty())
    return dice_.between(0, static_cast<std::int32_t>(indicator.scale.size()) - 1);
  std::int64_t unit = 1;
  for (int i = 0; i < indicator.precision; ++i) unit *= 10;
  // Few distinct values, so that ties and equalities occur.
  level_ = std::clamp(level_ + dice_.between(-4, 4), 0, 20);
  return level_ * unit + (unit > 1 && dice_.chance(20) ? dice_.between(0, 9) : 0);
}

void HistoryMaker::observe(const Indicator& indicator, RegionId region, SourceId source, Day start,
                           Day end) {
  const auto claim = [&](GroupId of_group) {
    ObservationClaim out =
        observation(region, indicator.id, source, start, end, value_of(indicator));
    out.series.group = of_group;
    if (indicator.note_required) out.note = "since " + std::to_string(out.value);
    return out;
  };
  const GroupId group = dice_.chance(women_) ? of::kWomen : GroupId();
  // Of daily data the next day hides what was forgotten of this one.
  const std::int32_t too_early = indicator.cadence == Cadence::kDay ? 2 : 12;
  const Day day = arrives(end, indicator.longest_delay, too_early);
  const ObservationClaim first = claim(group), other = claim(group);
  tell(source, day, first, other);
  if (dice_.chance(5)) {
    const Day later = arrives(end, 60);
    const ObservationClaim second = claim(group), corrected = claim(group);
    tell(source, later, second, corrected);
    ++occurred_["two identities for one period"];
  }
}

void HistoryMaker::series(const Indicator& indicator, RegionId region, SourceId source) {
  level_ = dice_.between(3, 17);
  women_ = dice_.pick(std::vector<std::int32_t>{0, 0, 0, 50, 95});
  const Day first = first_day(indicator.cadence);
  const Day last = out_.end + 40;
  const std::int32_t present = dice_.pick(std::vector<std::int32_t>{100, 97, 85});
  Day silent_from = kDayNever, silent_until = kDayNever;
  if (dice_.chance(30)) {
    silent_from = out_.begin + dice_.between(0, out_.end - out_.begin);
    silent_until = silent_from + dice_.between(20, 150);
    ++occurred_["gap"];
  }
  const auto silent = [&](Day day) { return day >= silent_from && day < silent_until; };
  if (indicator.cadence == Cadence::kIrregular) {
    for (Day start = first; start < last; start = start + dice_.between(3, 70)) {
      const Day end = start + dice_.between(1, 12);
      if (!silent(end)) observe(indicator, region, source, start, end);
    }
    return;
  }
  for (std::int32_t i = period_of(indicator.cadence, first);
       period_start(indicator.cadence, i) < last; ++i) {
    const Day start = period_start(indicator.cadence, i);
    const Day end = period_start(indicator.cadence, i + 1);
    if (dice_.chance(present) && !silent(end)) observe(indicator, region, source, start, end);
  }
}

}  // namespace tocsin
