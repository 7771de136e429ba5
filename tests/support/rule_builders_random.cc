#include "tests/support/rule_builders_random.h"

#include <algorithm>

// Random histories: series with gaps, late and revised values, tombstones before what they retract,
// duplicates, two identities for one period; events with vague dates and places; coverage that
// lags, has holes, is revised and withdrawn. No call throws the dice for two of its arguments:
// their order is the compiler's, and a seed would not be the same case in every build.
namespace tocsin {
namespace {

class HistoryMaker {
 public:
  HistoryMaker(Dice& dice, const PackPlan& plan, RandomCase& out, Occurrences& occurred)
      : dice_(dice), plan_(plan), out_(out), occurred_(occurred) {}

  void make() {
    for (const IndicatorId id : plan_.indicators)
      for (const RegionId region : places_with_data())
        for (const SourceId source : {of::kFirst, of::kSecond})
          if (dice_.chance(source == of::kFirst ? 85 : 35))
            series(*out_.catalogue.find(id), region, source);
    if (plan_.events) {
      events();
      coverage(of::kFirst);
      if (dice_.chance(60)) coverage(of::kSecond);
    }
    std::shuffle(out_.arrivals.begin(), out_.arrivals.end(), dice_.engine());
    std::stable_sort(out_.arrivals.begin(), out_.arrivals.end(),
                     [](const Arrival& a, const Arrival& b) { return a.day < b.day; });
  }

 private:
  std::vector<RegionId> places_with_data() {
    std::vector<RegionId> places = out_.pack.regions;
    for (const auto& p : out_.pack.patterns) {
      if (p.at) places.push_back(*p.at);
      for (const auto& level : p.levels)
        if (level && twin::reads_around(*level))
          places.insert(places.end(), {at::kXa, at::kXb, at::kYd});
    }
    for (const auto& s : out_.pack.signals)
      if (!s.from.empty()) places.insert(places.end(), {at::kNorth, at::kSouth});
    std::sort(places.begin(), places.end());
    places.erase(std::unique(places.begin(), places.end()), places.end());
    return places;
  }

  Day first_day(Cadence cadence) {
    const std::int32_t coarse = cadence == Cadence::kYear      ? 400
                                : cadence == Cadence::kQuarter ? 150
                                                               : 0;
    if (!plan_.history) return out_.begin - coarse - dice_.between(0, 120);
    const std::int32_t years = cadence == Cadence::kDay ? 2 : dice_.between(2, 3);
    return out_.begin - 366 * years - dice_.between(0, 100);
  }

  // When something that was complete on `done` arrives; not before the clock starts. Of so many
  // percent, before it is complete.
  Day arrives(Day done, std::int32_t longest_delay, std::int32_t too_early = 3) {
    Day day = done + dice_.between(0, std::max(1, longest_delay));
    if (dice_.chance(10)) {
      day = day + dice_.between(10, 120);
      if (day > out_.begin && day <= out_.end) ++occurred_["late"];
    }
    if (dice_.chance(too_early)) {
      day = done - dice_.between(1, 40);
      if (day > out_.begin) ++occurred_["before its period is over"];
    }
    return std::max(day, out_.begin);
  }

  std::string next_id() { return "r" + std::to_string(next_++); }

  void arrive(Day day, LatestRevision record) {
    if (day > out_.end) return;
    if (dice_.chance(4)) {
      out_.arrivals.push_back({std::min(out_.end, day + dice_.between(0, 20)), record});
      ++occurred_["duplicate"];
    }
    out_.arrivals.push_back({day, std::move(record)});
  }

  // The record, and what may become of it: revised, retracted, said twice in one revision.
  void tell(SourceId source, Day day, const Claim& claim, const Claim& other) {
    const std::string id = next_id();
    const auto revision = [&](std::uint32_t number, Claim what) {
      return revision_of(out_.catalogue, source, id, std::move(what), number,
                         day + static_cast<std::int32_t>(number));
    };
    arrive(day, revision(1, claim));
    if (dice_.chance(plan_.lively ? 20 : 8)) {
      arrive(std::min(out_.end, day + dice_.between(0, plan_.lively ? 15 : 60)),
             revision(2, other));
      ++occurred_["revised"];
    } else if (dice_.chance(5)) {
      // Both orders: a tombstone may come before what it retracts.
      const Day when = std::max(out_.begin, day + dice_.between(-20, 40));
      arrive(std::min(out_.end, when), revision(2, std::monostate()));
      ++occurred_[when < day ? "retracted before arrival" : "retracted"];
      if (dice_.chance(30)) {
        arrive(std::min(out_.end, day + dice_.between(0, 60)), revision(3, other));
        ++occurred_["revived"];
      }
    } else if (dice_.chance(2)) {
      arrive(std::min(out_.end, day + dice_.between(0, 20)), revision(1, other));
      ++occurred_["same revision, other content"];
    }
  }

  // ---- observations

  std::int64_t value_of(const Indicator& indicator) {
    std::int64_t unit = 1;
    for (int i = 0; i < indicator.precision; ++i) unit *= 10;
    // Few distinct values, so that ties and equalities occur.
    level_ = std::clamp(level_ + dice_.between(-4, 4), 0, 20);
    return level_ * unit + (unit > 1 && dice_.chance(20) ? dice_.between(0, 9) : 0);
  }

  void observe(const Indicator& indicator, RegionId region, SourceId source, Day start, Day end) {
    const auto claim = [&](GroupId of_group) {
      ObservationClaim out =
          observation(region, indicator.id, source, start, end, value_of(indicator));
      out.series.group = of_group;
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

  void series(const Indicator& indicator, RegionId region, SourceId source) {
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

  // ---- events

  EventClaim some_event() {
    static const std::vector<RegionId> kPlaces = {at::kXa, at::kXa,    at::kXb,    at::kXc,
                                                  at::kYd, at::kXa1,   at::kXa2,   at::kX,
                                                  at::kY,  at::kNorth, at::kBasin, at::kZe};
    const Day first = first_day(Cadence::kMonth);
    const RegionId place = dice_.pick(kPlaces);
    const EventKindId kind = dice_.chance(60) ? of::kClash : of::kRaid;
    EventClaim out = event(place, kind, first + dice_.between(0, out_.end + 10 - first));
    out.source = dice_.chance(70) ? of::kFirst : of::kSecond;
    if (dice_.chance(60)) out.deaths = dice_.between(0, 8);
    if (dice_.chance(40)) out.displaced = dice_.between(0, 60);
    if (dice_.chance(15)) {
      out.end = out.start + dice_.between(2, 25);
      ++occurred_["vague date"];
    }
    out.vague_place = dice_.chance(10);
    if (out.vague_place || out.region == at::kX || out.region == at::kBasin)
      ++occurred_["unplaced event"];
    if (dice_.chance(30)) out.actors.push_back(actor_number("Herders"));
    if (dice_.chance(30)) out.actors.push_back(actor_number("guards"));
    std::sort(out.actors.begin(), out.actors.end());
    return out;
  }

  void events() {
    const std::int32_t span = out_.end - first_day(Cadence::kMonth);
    std::int32_t count = dice_.between(3, 12);
    count += span / dice_.between(8, 40);
    for (std::int32_t i = 0; i < count; ++i) {
      const EventClaim claim = some_event();
      EventClaim other = dice_.chance(50) ? some_event() : claim;
      other.source = claim.source;
      if (dice_.chance(50)) other.deaths += 1;
      tell(claim.source, arrives(claim.end, 20), claim, other);
    }
  }

  std::vector<RegionId> covered_regions() {
    static const std::vector<std::vector<RegionId>> kRegions = {
        {at::kX, at::kY}, {at::kX, at::kY}, {at::kX},          {at::kXa, at::kXb},
        {at::kBasin},     {at::kNorth},     {at::kXa, at::kYd}};
    return dice_.pick(kRegions);
  }

  // Releases, one after the other, each adding some days; now and then one is left out.
  void coverage(SourceId source) {
    const auto& settings = *out_.catalogue.find(source);
    Day until = first_day(Cadence::kMonth);
    const auto regions = covered_regions();
    Day from = until;
    const bool in_one_go = dice_.chance(50), complete = dice_.chance(50);
    while (until < out_.end + 20) {
      const bool past = until < out_.begin - 60;
      const Day next = past ? std::min(out_.begin - 40, until + 400)
                            : until + dice_.between(1, settings.event_cadence + 4);
      if (!dice_.chance(12) || past || complete) {
        const auto stated = dice_.chance(15) ? covered_regions() : regions;
        const Claim claim = events_covered(source, stated, in_one_go ? from : until, next);
        const Day other_end = std::max(from + 1, next + dice_.between(-3, 6));  // not empty
        const Claim other = events_covered(source, stated, from, other_end);
        tell(source, arrives(next, settings.event_longest_delay), claim, other);
      } else {
        ++occurred_["hole in coverage"];
      }
      until = next;
    }
  }

  Dice& dice_;
  const PackPlan& plan_;
  RandomCase& out_;
  Occurrences& occurred_;
  int next_ = 0;
  std::int32_t level_ = 10;
  std::int32_t women_ = 0;  // in percent of the observations of a series
};

}  // namespace

void random_arrivals(Dice& dice, const PackPlan& plan, RandomCase& out, Occurrences& occurred) {
  HistoryMaker(dice, plan, out, occurred).make();
}

RandomCase random_case(std::uint64_t seed, const RandomOptions& options, Occurrences& occurred) {
  Dice dice(seed);
  RandomCase out;
  out.catalogue = random_catalogue(dice);
  PackPlan plan;
  plan.around = options.around && dice.chance(60);
  plan.events = dice.chance(65);
  plan.history = dice.chance(30);
  static const std::vector<IndicatorId> kIndicators = {of::kRain,  of::kPrice, of::kFood,
                                                       of::kHeat,  of::kHeat,  of::kShare,
                                                       of::kStock, of::kDebt,  of::kHarvest};
  plan.lively = !plan.history && dice.chance(40);
  if (plan.lively) plan.indicators.push_back(of::kHeat);
  const int indicators = plan.lively   ? dice.between(0, 1)
                         : plan.events ? dice.between(0, 2)
                                       : dice.between(1, 2);
  for (int i = 0; i < indicators; ++i) {
    const IndicatorId id = dice.pick(kIndicators);
    // Years of days are not small.
    const bool long_series = options.small && plan.history && id == of::kHeat;
    plan.indicators.push_back(long_series ? of::kStock : id);
  }
  std::sort(plan.indicators.begin(), plan.indicators.end());
  plan.indicators.erase(std::unique(plan.indicators.begin(), plan.indicators.end()),
                        plan.indicators.end());
  out.pack = random_pack(dice, out.catalogue, plan);
  // Around the ends of years and of February, where the calendar has its edges.
  out.begin = day("2019-10-01") + dice.between(0, 500);
  const int size = dice.between(0, 99);
  const std::int32_t length = options.small ? dice.between(10, 45)
                              : size < 60   ? dice.between(15, 90)
                              : size < 92   ? dice.between(90, 250)
                                            : dice.between(250, 700);
  out.end = out.begin + length;
  random_arrivals(dice, plan, out, occurred);
  return out;
}

}  // namespace tocsin
