#include "tests/support/rule_builders_random_pack.h"

// Random reads of the data.
namespace tocsin {

namespace {

// What words of a scale can be asked; all but the first take a window.
const std::vector<twin::How> kOfWords = {twin::How::kLast, twin::How::kLeast, twin::How::kGreatest};

}  // namespace

bool PackMaker::is_scale(const Read& r) const {
  return !r.events && !indicator_of(r).scale.empty();
}

std::string PackMaker::unit_of(const Read& r) const {
  if (r.events) return r.how == How::kCount ? "events" : "people";
  if (r.how == How::kCount) return "observations";
  const Indicator& i = indicator_of(r);
  return i.is_rate() && r.how == How::kSum ? i.unit.substr(0, i.unit.find('/')) : i.unit;
}

Span PackMaker::window_of(Cadence cadence) {
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

Span PackMaker::step_of(Cadence cadence) {
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

PackMaker::Read PackMaker::observed(IndicatorId id) {
  Read r;
  r.indicator = id;
  const Cadence cadence = catalogue_.find(id)->cadence;
  if (dice_.chance(60)) {
    static const std::vector<How> kHows = {How::kSum,      How::kMean,   How::kLeast,
                                           How::kGreatest, How::kMedian, How::kStddev};
    r.how =
        is_scale(r) ? kOfWords[static_cast<std::size_t>(dice_.between(1, 2))] : dice_.pick(kHows);
    r.window = window_of(cadence);
  }
  if (r.how == How::kLast && dice_.chance(15)) {
    r.lag_observations = dice_.between(1, 2);
  } else if (r.how != How::kLast) {
    if (dice_.chance(10)) r.how = How::kCount;
    if (dice_.chance(12)) r.since = some_season();
  }
  if (dice_.chance(10)) r.group = of::kWomen;
  if (dice_.chance(10)) r.source = dice_.chance(50) ? of::kFirst : of::kSecond;
  if (r.lag_observations == 0 && dice_.chance(10)) r.lag = step_of(cadence);
  return r;
}

PackMaker::Read PackMaker::happened() {
  static const std::vector<Span> kWindows = {
      {5, SpanUnit::kDays},   {12, SpanUnit::kDays},  {30, SpanUnit::kDays}, {3, SpanUnit::kWeeks},
      {1, SpanUnit::kMonths}, {3, SpanUnit::kMonths}, {2, SpanUnit::kDekads}};
  Read r;
  r.events = true;
  r.how = dice_.chance(65) ? How::kCount : How::kSum;
  if (r.how == How::kSum)
    r.weight = dice_.chance(60) ? twin::Weight::kDeaths : twin::Weight::kDisplaced;
  r.window = dice_.pick(kWindows);
  if (dice_.chance(10)) r.since = some_season();
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
  if (dice_.chance(20))
    r.status = dice_.chance(60) ? EventStatus::kConfirmed : EventStatus::kReported;
  if (dice_.chance(15)) r.least_deaths = dice_.between(1, 4);
  if (dice_.chance(8)) r.least_displaced = dice_.between(1, 20);
  r.above = dice_.chance(30);
  if (dice_.chance(15)) r.source = dice_.chance(50) ? of::kFirst : of::kSecond;
  if (dice_.chance(8)) r.lag = {dice_.between(2, 20), SpanUnit::kDays};
  return r;
}

Cadence PackMaker::cadence_of(const Read& r) const {
  const Indicator& i = indicator_of(r);
  return r.forecast ? i.forecasts->cadence : i.cadence;
}

PackMaker::Read PackMaker::foretold(IndicatorId id) {
  static const std::vector<How> kHows = {How::kLast,  How::kSum,      How::kMean,
                                         How::kLeast, How::kGreatest, How::kMedian};
  Read r;
  r.forecast = true;
  r.indicator = id;
  r.how = is_scale(r) ? dice_.pick(kOfWords) : dice_.pick(kHows);
  const Cadence cadence = catalogue_.find(id)->cadence;
  if (r.how != How::kLast) {
    const bool days = cadence == Cadence::kDay || cadence == Cadence::kIrregular;
    const std::int32_t far = cadence == Cadence::kIrregular ? 30 : 3;
    r.ahead.least = dice_.chance(50) ? 0 : dice_.between(0, far);
    r.ahead.greatest = r.ahead.least + dice_.between(0, far);
    r.ahead.unit = days ? SpanUnit::kDays : tocsin::unit_of(cadence);
    if (!days && dice_.chance(30)) {
      const std::int32_t length = period_start(cadence, 1) - period_start(cadence, 0);
      r.ahead = {r.ahead.least * length, r.ahead.greatest * length + dice_.between(0, 9),
                 SpanUnit::kDays};
    }
  }
  if (r.how != How::kLast && dice_.chance(15)) r.ahead.season = some_season();
  if (dice_.chance(8)) r.source = dice_.chance(50) ? of::kFirst : of::kSecond;
  if (dice_.chance(10)) r.member = dice_.between(0, 2);
  if (dice_.chance(12)) r.lag = step_of(catalogue_.find(id)->forecasts->cadence);
  return r;
}

PackMaker::Read PackMaker::any_read() {
  if (plan_.indicators.empty() || (plan_.events && dice_.chance(45))) return happened();
  const IndicatorId id = dice_.pick(plan_.indicators);
  return plan_.forecasts && dice_.chance(50) ? foretold(id) : observed(id);
}

double PackMaker::typical(const Read& r) {
  if (r.events) return r.how == How::kCount ? 2 : r.weight == twin::Weight::kDeaths ? 6 : 30;
  const Indicator& i = indicator_of(r);
  if (r.how != How::kCount && is_scale(r)) return 2;
  if (r.how == How::kStddev) return 5;
  if (r.how != How::kSum && r.how != How::kCount) return 10;
  if (r.how == How::kCount) return 3;
  if (r.forecast) {
    const std::int32_t units = r.ahead.greatest - r.ahead.least + 1;
    const std::int32_t days = longest_days({units, r.ahead.unit});
    if (r.ahead.season) return i.is_rate() ? 900 : 30;
    if (i.is_rate()) return 10.0 * days;
    const bool counted = r.ahead.unit != SpanUnit::kDays || i.cadence == Cadence::kDay;
    return counted ? 10.0 * units : 15;
  }
  if (i.cadence == Cadence::kIrregular) return 15;
  const int n = whole_periods(r.window, i.cadence).value();
  return 10.0 * n * (i.is_rate() ? longest_days(r.window) / n : 1);
}

PackMaker::Read PackMaker::earlier(Read r) {
  if (r.lag.count == 0 && r.lag_observations == 0)
    r.lag = r.events ? Span{dice_.between(3, 30), SpanUnit::kDays} : step_of(cadence_of(r));
  return r;
}

}  // namespace tocsin
