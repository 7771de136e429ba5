#include <algorithm>

#include "tests/support/rule_builders_random_history.h"

// Random forecasts: issues of one member, of several, of probabilities, and of both.
namespace tocsin {
namespace {

constexpr std::int64_t kCertain = 1'000'000;

// About how many days lie between two issues.
std::int32_t days_between(const ForecastIssues& forecasts) {
  if (forecasts.cadence == Cadence::kIrregular) return forecasts.every_days;
  return period_start(forecasts.cadence, 1) - period_start(forecasts.cadence, 0);
}

}  // namespace

// What is foretold: periods from that of the issue on; now and then two in one.
std::vector<std::pair<Day, Day>> HistoryMaker::periods_ahead(const Indicator& indicator,
                                                             Day issued) {
  std::vector<std::pair<Day, Day>> periods;
  if (indicator.cadence == Cadence::kIrregular) {
    for (std::int32_t i = dice_.between(1, 3); i > 0; --i) {
      const Day start = issued + dice_.between(-10, 40);
      const Day end = std::max(issued, start) + dice_.between(1, 40);
      periods.emplace_back(start, end);
    }
    return periods;
  }
  const std::int32_t now = period_of(indicator.cadence, issued);
  const std::int32_t last = now + dice_.between(1, 4);
  for (std::int32_t p = now; p <= last; ++p) {
    if (dice_.chance(6)) continue;
    const std::int32_t length = dice_.chance(8) ? 2 : 1;
    periods.emplace_back(period_start(indicator.cadence, p),
                         period_start(indicator.cadence, p + length));
    if (length == 2 && dice_.chance(60)) ++p;
    if (length == 2) ++occurred_["forecast of two periods in one"];
  }
  return periods;
}

void HistoryMaker::issue(const Indicator& indicator, const SeriesKey& key, Day issued,
                         std::int32_t members, std::int32_t chances) {
  std::int64_t unit = 1;
  for (int i = 0; i < indicator.precision; ++i) unit *= 10;
  const Day day = arrives(issued, indicator.forecasts->longest_delay, 0);
  for (const auto& [start, end] : periods_ahead(indicator, issued)) {
    ForecastClaim claim;
    claim.series = key;
    claim.issued = issued;
    claim.start = start;
    claim.end = end;
    const auto say = [&] {
      ForecastClaim other = claim;
      if (claim.probability) {
        other.probability = dice_.between(0, 10) * kCertain / 10;
      } else {
        other.value = value_of(indicator);
      }
      tell(key.source, day, claim, other);
      if (dice_.chance(3)) {
        const Day later = day + dice_.between(0, 5);
        tell(key.source, later, other, claim);
        ++occurred_["two runs of one day of issue"];
      }
    };
    for (claim.member = 0; claim.member < members; ++claim.member) {
      if (dice_.chance(4)) continue;
      claim.value = value_of(indicator);
      say();
    }
    claim.member = 0;
    claim.value.reset();
    for (std::int32_t i = 0; i < chances; ++i) {
      claim.threshold = (indicator.scale.empty() ? 5 * unit : 1) * dice_.between(1, 3);
      claim.probability = dice_.between(0, 10) * kCertain / 10;
      say();
    }
  }
}

void HistoryMaker::foretell(const Indicator& indicator, RegionId region, SourceId source) {
  const ForecastIssues& forecasts = *indicator.forecasts;
  const SeriesKey key{region, indicator.id, source, GroupId()};
  level_ = dice_.between(3, 17);
  const std::int32_t whole = forecasts.members > 0 ? forecasts.members : dice_.between(1, 3);
  const std::int32_t members = dice_.pick(std::vector<std::int32_t>{0, 1, whole, whole});
  const std::int32_t chances = members == 0 ? 2 : dice_.chance(25) ? 1 : 0;
  if (members > 1) ++occurred_["ensemble"];
  if (chances > 0) ++occurred_["published chance"];
  const std::int32_t between = days_between(forecasts);
  const std::int32_t present = dice_.pick(std::vector<std::int32_t>{100, 95, 75});
  const Day first = plan_.history ? out_.begin - 366 * 3 : out_.begin - 3 * between - 40;
  const std::int32_t step = between == 1 ? dice_.between(1, 3) : between;
  for (Day about = first; about < out_.end + 5; about = about + step) {
    // Of the years before, hindcasts: of the seasons that are judged, and of one member.
    const bool hindcast = about < out_.begin - 3 * between - 40;
    const std::int32_t day_of_year = (about - (out_.begin - 366 * 4)) % 365;
    if (hindcast && day_of_year > std::min(364, out_.end - out_.begin + 60)) continue;
    if (!dice_.chance(present)) continue;
    const Day issued = about + dice_.between(0, std::max(0, between - 1));
    issue(indicator, key, issued, hindcast ? std::min(members, 1) : members,
          hindcast ? 0 : chances);
    ++occurred_["forecast"];
  }
}

}  // namespace tocsin
