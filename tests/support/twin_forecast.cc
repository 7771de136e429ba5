#include "tests/support/twin_asked.h"
#include "tests/support/twin_interval.h"

// docs/SEMANTICS.md section 2.6: reads of forecasts.
namespace tocsin::twin {
namespace {

using Foretold = Facts::Foretold;

double unit_of(const Indicator& indicator) {
  double divisor = 1;
  for (int i = 0; i < indicator.precision; ++i) divisor *= 10;
  return indicator.unit == "%" ? divisor * 100 : divisor;
}

std::int32_t longest(const ForecastIssues& issues) {
  switch (issues.cadence) {
    case Cadence::kDay:
      return 1;
    case Cadence::kWeek:
    case Cadence::kEpiweek:
      return 7;
    case Cadence::kDekad:
      return 11;
    case Cadence::kMonth:
      return 31;
    case Cadence::kQuarter:
      return 92;
    case Cadence::kYear:
      return 366;
    case Cadence::kIrregular:
      return issues.every_days;
  }
  return 0;
}

// How many units the day lies ahead.
std::int32_t ahead(SpanUnit unit, Day issue, Day day) {
  return period_of(grid_of(unit), day) - period_of(grid_of(unit), issue);
}

// The days that the leads of a read are about, of one issue.
class Leads {
 public:
  Leads(const Read& what, const Season* season, Day issue)
      : ahead_(what.ahead), season_(season), issue_(issue) {
    if (season == nullptr) return;
    // The occurrence that holds the day after the issue, or else the next one.
    first_ = issue + 1;
    while (!season->holds(first_)) first_ = first_ + 1;
    first_ = season->start(first_).value();
    until_ = first_ + 1;
    while (season->holds(until_) && !season->begins(until_)) until_ = until_ + 1;
  }
  bool hold(Day day) const {
    if (season_ != nullptr) return first_ <= day && day < until_;
    const std::int32_t lead = ahead(ahead_.unit, issue_, day);
    return lead >= ahead_.least && lead <= ahead_.greatest;
  }

 private:
  Ahead ahead_;
  const Season* season_;
  Day issue_, first_, until_;  // of the season: [first_, until_)
};

// What counts of what one member says: each figure with the days of the window that it stands for.
struct Chosen {
  std::vector<Foretold> figures;
  std::vector<std::int32_t> periods;  // of each
  std::int32_t found = 0, wanted = 0;
  Day from, until;  // the window; without a grid: none
};

// The period that ends first after `end`, of any member; of several the one that begins last.
std::optional<std::pair<Day, Day>> next_period(const std::vector<Foretold>& figures, Day end) {
  std::optional<std::pair<Day, Day>> next;
  for (const Foretold& f : figures) {
    if (f.end <= end) continue;
    if (!next || f.end < next->second || (f.end == next->second && f.start > next->first))
      next = std::pair(f.start, f.end);
  }
  return next;
}

// The period that holds the day, of any member; of several the one that begins last and ends first.
std::optional<std::pair<Day, Day>> period_of_day(const std::vector<Foretold>& figures, Day day) {
  std::optional<std::pair<Day, Day>> found;
  for (const Foretold& f : figures) {
    if (day < f.start || f.end <= day) continue;
    if (!found || f.start > found->first || (f.start == found->first && f.end < found->second))
      found = std::pair(f.start, f.end);
  }
  return found;
}

Chosen choose(const Read& what, const Season* season, const Indicator& indicator, Day issue,
              const std::vector<Foretold>& said) {
  Chosen out;
  const Cadence cadence = indicator.cadence;
  const auto take = [&](const Foretold& f, std::int32_t periods) {
    out.figures.push_back(f);
    out.periods.push_back(periods);
    out.found += periods;
  };
  const Leads leads(what, season, issue);
  if (cadence == Cadence::kIrregular) {
    for (const Foretold& f : said)
      if (leads.hold(f.start)) take(f, 1);
    out.wanted = std::max(1, out.found);
    return out;
  }
  std::vector<std::int32_t> window;
  const std::int32_t farthest =
      season != nullptr ? 800 : longest_days({what.ahead.greatest + 2, what.ahead.unit});
  for (std::int32_t p = period_of(cadence, issue - (season != nullptr ? 400 : 40));
       period_start(cadence, p) < issue + farthest; ++p) {
    const Day last = season != nullptr ? period_start(cadence, p + 1) - 1 : Day();
    if (leads.hold(period_start(cadence, p)) && (season == nullptr || leads.hold(last)))
      window.push_back(p);
  }
  if (window.empty()) return out;
  out.wanted = static_cast<std::int32_t>(window.size());
  out.from = period_start(cadence, window.front());
  out.until = period_start(cadence, window.back() + 1);
  for (std::size_t i = 0; i < window.size();) {
    const Foretold* longest_of = nullptr;
    for (const Foretold& f : said)
      if (f.start == period_start(cadence, window[i]) && f.end <= out.until &&
          (longest_of == nullptr || f.end > longest_of->end))
        longest_of = &f;
    if (longest_of == nullptr) {
      ++i;
      continue;
    }
    std::int32_t periods = 0;
    for (; i < window.size() && period_start(cadence, window[i]) < longest_of->end; ++i) ++periods;
    take(*longest_of, periods);
  }
  return out;
}

bool is_enough(const Read& what, const Chosen& chosen) {
  if (chosen.found == 0) return false;
  return what.how == How::kSum ? chosen.found == chosen.wanted
                               : 5 * chosen.found >= 4 * chosen.wanted;
}

double value_of(const Read& what, const Indicator& indicator, const Chosen& chosen) {
  std::vector<double> each;
  double sum = 0;
  for (std::size_t i = 0; i < chosen.figures.size(); ++i) {
    const Foretold& f = chosen.figures[i];
    const auto value = static_cast<double>(f.value);
    for (std::int32_t n = 0; n < chosen.periods[i]; ++n) each.push_back(value);
    sum += indicator.is_rate() ? value * (f.end - f.start) : value;
  }
  double total = 0;
  for (const double v : each) total += v;
  const double unit = unit_of(indicator);
  switch (what.how) {
    case How::kSum:
      return sum / unit;
    case How::kMean:
      return total / (static_cast<double>(each.size()) * unit);
    case How::kLeast:
      return *std::min_element(each.begin(), each.end()) / unit;
    case How::kGreatest:
      return *std::max_element(each.begin(), each.end()) / unit;
    default:
      return middle(each) / unit;
  }
}

// Whether an issue says anything of what is asked.
bool says(const std::vector<Foretold>& figures, bool chances_too) {
  return std::any_of(figures.begin(), figures.end(),
                     [&](const Foretold& f) { return chances_too || !f.chance; });
}

}  // namespace

const Season* Assessment::season_of(const Read& what) const {
  return what.ahead.season ? &pack_.seasons[*what.ahead.season] : nullptr;
}

std::optional<Assessment::Issued> Assessment::issued(const Read& what, const Place& place,
                                                     Ask ask) const {
  const Indicator& indicator = *catalogue_.find(what.indicator);
  for (const SourceId source : sources_of(what, place)) {
    const auto& issues = facts_.issues({place.data, what.indicator, source, what.group});
    std::optional<Day> latest;
    for (const auto& [day, figures] : issues)
      if (day <= place.tick && says(figures, ask == Ask::kChance)) latest = day;
    if (latest &&
        place.tick - *latest <= longest(*indicator.forecasts) + indicator.forecasts->longest_delay)
      return Issued{&issues, &indicator, *latest};
  }
  return std::nullopt;
}

std::optional<Day> Assessment::last_issue(const Read& what, const Place& place) const {
  if (const auto fresh = issued(what, place, Ask::kValue)) return fresh->latest;
  for (const SourceId source : sources_of(what, place)) {
    std::optional<Day> latest;
    for (const auto& [day, figures] :
         facts_.issues({place.data, what.indicator, source, what.group}))
      if (day <= place.tick && says(figures, false)) latest = day;
    if (latest) return latest;
  }
  return std::nullopt;
}

// The days of the period of the cadence of issues at which a forecast stands.
std::optional<std::pair<Day, Day>> Assessment::issued_at(const Read& what, const Place& place,
                                                         Ask ask) const {
  const auto from = issued(what, place, ask);
  if (!from) return std::nullopt;
  const Cadence cadence = from->indicator->forecasts->cadence;
  if (cadence == Cadence::kIrregular) return std::pair(from->latest, from->latest + 1);
  const std::int32_t period = period_back(cadence, period_of(cadence, from->latest), place);
  return std::pair(period_start(cadence, period), period_start(cadence, period + 1));
}

std::optional<Day> Assessment::issue_in(const Issued& from, std::int32_t period, Ask ask) const {
  std::optional<Day> found;
  for (const auto& [day, figures] : *from.issues)
    if (day <= from.latest && period_of(from.indicator->forecasts->cadence, day) == period &&
        says(figures, ask == Ask::kChance))
      found = day;
  return found;
}

std::optional<Day> Assessment::issue_back(const Read& what, const Issued& from, const Place& place,
                                          std::int32_t back, Ask ask) const {
  const ForecastIssues& rhythm = *from.indicator->forecasts;
  if (rhythm.cadence != Cadence::kIrregular)
    return issue_in(
        from,
        period_back(rhythm.cadence,
                    period_of(rhythm.cadence, from.latest) - lag_of(what, rhythm.cadence), place) -
            back,
        ask);
  if (what.lag.count == 0) return from.latest;
  const Day end = minus(from.latest + 1, what.lag);
  std::optional<Day> found;
  for (const auto& [day, figures] : *from.issues)
    if (day < end && says(figures, ask == Ask::kChance)) found = day;
  if (found && end - (*found + 1) > longest(rhythm) + rhythm.longest_delay) return std::nullopt;
  return found;
}

std::vector<double> Assessment::by_member(const Read& what, const Issued& from, Day issue,
                                          const Place& place) const {
  std::vector<Foretold> values;
  for (const Foretold& f : from.issues->at(issue))
    if (!f.chance && (!what.member || f.member == *what.member)) values.push_back(f);
  std::map<std::int32_t, std::vector<Foretold>> members;
  for (const Foretold& f : values) members[f.member].push_back(f);
  std::vector<double> out;
  const Day since = issue + (place.tick - from.latest);
  const auto next =
      place.ahead ? period_of_day(values, since + *place.ahead) : next_period(values, since + 1);
  for (const auto& [member, said] : members) {
    if (what.how == How::kLast) {
      for (const Foretold& f : said)
        if (next && f.start == next->first && f.end == next->second)
          out.push_back(static_cast<double>(f.value) / unit_of(*from.indicator));
      continue;
    }
    const Chosen chosen = choose(what, season_of(what), *from.indicator, issue, said);
    if (is_enough(what, chosen)) out.push_back(value_of(what, *from.indicator, chosen));
  }
  return out;
}

Interval Assessment::foretold(const Read& what, const Place& place, std::int32_t back) const {
  const auto from = issued(what, place, Ask::kValue);
  if (!from) return kUnknown;
  const auto issue = issue_back(what, *from, place, back, Ask::kValue);
  if (!issue) return kUnknown;
  const auto members = by_member(what, *from, *issue, place);
  return members.empty() ? kUnknown : exactly(middle(members));
}

Interval Assessment::foretold_in(const Read& what, const Issued& from, std::int32_t period,
                                 const Place& place) const {
  const auto issue = issue_in(from, period, Ask::kValue);
  if (!issue) return kUnknown;
  const auto members = by_member(what, from, *issue, place);
  return members.empty() ? kUnknown : exactly(middle(members));
}

Assessment::History Assessment::issues_before(const Expr& e, const Place& place,
                                              Interval& now) const {
  History history;
  history.wanted = e.years;
  now = kUnknown;
  const auto from = issued(e.read, place, Ask::kValue);
  if (!from) return history;
  now = foretold(e.read, place, 0);
  const Cadence cadence = from->indicator->forecasts->cadence;
  const std::int32_t period =
      period_back(cadence, period_of(cadence, from->latest) - lag_of(e.read, cadence), place);
  for (int y = 1; y <= e.years; ++y) {
    const Interval then = foretold_in(e.read, *from, shift_years(cadence, period, -y), place);
    if (!is_unknown(then)) history.values.push_back(then);
  }
  return history;
}

Interval Assessment::chance(const Expr& e, const Place& place) {
  const Expr& asked = e.args[0];
  const Read& what = asked.args[0].read;
  const For innermost(comparison_, &e);
  const Interval bound = value(asked.args[1], place);
  const auto from = issued(what, place, Ask::kChance);
  if (!from) return kUnknown;
  const auto issue = issue_back(what, *from, place, 0, Ask::kChance);
  if (!issue) return kUnknown;
  const auto members = by_member(what, *from, *issue, place);
  const auto n = static_cast<std::int32_t>(members.size());
  const std::int32_t declared = from->indicator->forecasts->members;
  if (declared == 0 ? n < 2 : 5 * n < 4 * declared) {
    if (bound.low != bound.high) return kUnknown;
    const Interval out = published(asked, *from, *issue, bound.low, place);
    if (!is_unknown(out)) evidence(from->latest);
    return out;
  }
  evidence(from->latest);
  Interval share{0, 0};
  for (const double member : members) {
    const Tri holds = compare(asked.kind, exactly(member), bound);
    if (holds == Tri::kTrue) share.low += 1;
    if (holds != Tri::kFalse) share.high += 1;
  }
  return {share.low / n, share.high / n};
}

Interval Assessment::published(const Expr& asked, const Issued& from, Day issue, double bound,
                               const Place& place) const {
  const Read& what = asked.args[0].read;
  const Indicator& indicator = *from.indicator;
  const bool above = asked.kind == Kind::kGreater || asked.kind == Kind::kGreaterEqual;
  if (indicator.worse != (above ? Worse::kHigher : Worse::kLower)) return kUnknown;
  std::vector<Foretold> said;
  for (const Foretold& f : from.issues->at(issue)) {
    if (!f.chance) continue;
    const bool totals = what.how == How::kSum && indicator.is_rate();
    const double threshold =
        static_cast<double>(f.value) * (totals ? f.end - f.start : 1) / unit_of(indicator);
    if (compare(Kind::kEqual, exactly(threshold), exactly(bound)) == Tri::kTrue) said.push_back(f);
  }
  const auto chance_of = [](const Foretold& f) { return static_cast<double>(*f.chance) / 1e6; };
  if (what.how == How::kLast) {
    const Day since = issue + (place.tick - from.latest);
    const auto next =
        place.ahead ? period_of_day(said, since + *place.ahead) : next_period(said, since + 1);
    for (const Foretold& f : said)
      if (next && f.start == next->first && f.end == next->second) return exactly(chance_of(f));
    return kUnknown;
  }
  const Chosen chosen = choose(what, season_of(what), indicator, issue, said);
  const bool grid = indicator.cadence != Cadence::kIrregular;
  if (chosen.figures.size() == 1 && (!grid || chosen.found == chosen.wanted))
    return exactly(chance_of(chosen.figures[0]));
  if (what.how != (above ? How::kGreatest : How::kLeast) || !is_enough(what, chosen))
    return kUnknown;
  Interval any{0, 0};
  for (const Foretold& f : chosen.figures) {
    any.low = std::max(any.low, chance_of(f));
    any.high += chance_of(f);
  }
  any.high = chosen.found == chosen.wanted ? std::min(1.0, any.high) : 1.0;
  return any;
}

}  // namespace tocsin::twin
