#include <algorithm>

#include "model/result.h"
#include "tests/support/twin_asked.h"
#include "tests/support/twin_interval.h"

// docs/SEMANTICS.md sections 2.7 and 4: what holds in other regions.
namespace tocsin::twin {

Interval Assessment::count_around(const Expr& e, const Place& place) {
  std::vector<RegionId> around;
  const Region& here = catalogue_.regions.at(place.region);
  if (e.kind == Kind::kNeighbours) {
    around = here.neighbours;
  } else if (!here.members.empty()) {
    around = here.members;
  } else {
    for (const Region& basin : catalogue_.regions.all()) {
      if (basin.kind != RegionKind::kBasin) continue;
      const bool inside = std::any_of(basin.members.begin(), basin.members.end(), [&](RegionId m) {
        return catalogue_.regions.is_below(place.region, m);
      });
      if (!inside) continue;
      for (const RegionId member : basin.members)
        if (member != place.region &&
            std::find(around.begin(), around.end(), member) == around.end())
          around.push_back(member);
    }
  }
  Interval count{0, 0};
  for (const RegionId region : around) {
    const Tri verdict = is_on(region, e.subjects.front(), place.tick);
    if (verdict == Tri::kTrue) count.low += 1;
    if (verdict != Tri::kFalse) count.high += 1;
  }
  return count;
}

RegionId Assessment::data_of(RegionId region, const std::string& from) const {
  if (from.empty()) return region;
  const Region* set = catalogue_.regions.set_of(region, from);
  return set == nullptr ? RegionId() : set->id;
}

std::vector<RegionId> Assessment::set_of(const Expr& e, RegionId here) const {
  std::vector<RegionId> out;
  const Region& own = catalogue_.regions.at(here);
  for (const Region& other : catalogue_.regions.all()) {
    const auto is_member = [&](const Region& group) {
      return std::find(group.members.begin(), group.members.end(), other.id) != group.members.end();
    };
    const auto is_below = [&](const Region& above) {
      return above.members.empty() ? other.parent == above.id : is_member(above);
    };
    bool in = false;
    switch (e.set) {
      case Set::kChildren:
        in = is_below(own);
        break;
      case Set::kSiblings:
        in = own.parent.number() == 0 ? other.id == here
                                      : is_below(catalogue_.regions.at(own.parent));
        break;
      case Set::kNeighbours:
        in = std::find(own.neighbours.begin(), own.neighbours.end(), other.id) !=
             own.neighbours.end();
        break;
      case Set::kBasin:
        if (!own.members.empty()) {
          in = is_member(own);
          break;
        }
        for (const Region& basin : catalogue_.regions.all())
          in = in || (basin.kind == RegionKind::kBasin && other.id != here && is_member(basin) &&
                      std::any_of(basin.members.begin(), basin.members.end(), [&](RegionId m) {
                        return catalogue_.regions.is_below(here, m);
                      }));
        break;
      case Set::kParent:
        if (other.id == own.parent) out.push_back(other.id);
        continue;
      case Set::kNext:  // days, not regions
        continue;
    }
    const auto& pack = pack_.regions;
    if (in && std::find(pack.begin(), pack.end(), other.id) != pack.end()) out.push_back(other.id);
  }
  return out;
}

// What can be said of a number before any data is seen.
Interval Assessment::bounds(const Expr& e) const {
  const Interval at_least_zero{0, kInfinity};
  switch (e.kind) {
    case Kind::kNumber:
      return exactly(e.unit == "%" ? e.number * 0.01 : e.number);
    case Kind::kWord:
      return exactly(e.number);
    case Kind::kPopulation:
      return at_least_zero;
    case Kind::kParameter: {
      const Parameter& p = pack_.parameters[e.parameter];
      Interval range = exactly(p.value);
      for (const auto& [region, value] : p.by_region)
        range = {std::min(range.low, value), std::max(range.high, value)};
      return p.unit == "%" ? times(range, exactly(0.01)) : range;
    }
    case Kind::kDated: {
      const Parameter& p = pack_.parameters[e.parameter];
      Interval range{kInfinity, -kInfinity};
      const auto take = [&](double v) {
        range = {std::min(range.low, v), std::max(range.high, v)};
      };
      for (const auto& [cell, v] : p.table) take(v);
      for (const auto& version : p.versions) {
        take(version.value);
        for (const auto& [region, v] : version.by_region) take(v);
      }
      return p.unit == "%" ? times(range, exactly(0.01)) : range;
    }
    case Kind::kComputed:
    case Kind::kFrozen:
      return bounds(pack_.parameters[e.parameter].compute[0]);
    case Kind::kPastCount:
      return {0, static_cast<double>(e.span.count)};
    case Kind::kPastMean:
    case Kind::kPastLeast:
    case Kind::kPastGreatest:
    case Kind::kPastMedian:
    case Kind::kPastQuantile:
      return bounds(e.args[0]);
    case Kind::kPastSum:
      return bounds(e.args[0]).low >= 0 ? at_least_zero : kUnknown;
    case Kind::kPastStddev:
      return at_least_zero;
    case Kind::kPastPercentile:
      return {0, 1};
    case Kind::kAge:
      return at_least_zero;
    case Kind::kLongest:
      return {0, e.count * static_cast<double>(kSecondsPerDay)};
    case Kind::kPercentile:
    case Kind::kChance:
    case Kind::kOverShare:
      return {0, 1};
    case Kind::kCountTrue:
      return {0, static_cast<double>(e.args.size())};
    case Kind::kOverCount:
      return e.set == Set::kNext ? Interval{0, e.next + 1.0} : at_least_zero;
    case Kind::kRank:
      return {1, kInfinity};
    case Kind::kOverSum: {
      const Interval one = bounds(e.args[0]);
      return {one.low >= 0 ? 0 : -kInfinity, one.high <= 0 ? 0 : kInfinity};
    }
    case Kind::kOverMean:
    case Kind::kOverLeast:
    case Kind::kOverGreatest:
    case Kind::kOverMedian:
    case Kind::kSourcesMean:
    case Kind::kSourcesMedian:
      return bounds(e.args[0]);
    case Kind::kSourcesCount:
      return at_least_zero;
    case Kind::kRead:
    case Kind::kNormal: {
      if (e.read.events || e.read.how == How::kCount || e.read.how == How::kStddev)
        return at_least_zero;
      const Indicator& i = *catalogue_.find(e.read.indicator);
      if (!i.scale.empty()) return {0, static_cast<double>(i.scale.size()) - 1};
      if (e.read.how == How::kSum) return {i.least && *i.least >= 0 ? 0 : -kInfinity, kInfinity};
      double unit = i.unit == "%" ? 100 : 1;
      for (int digit = 0; digit < i.precision; ++digit) unit *= 10;
      return {i.least ? static_cast<double>(*i.least) / unit : -kInfinity,
              i.greatest ? static_cast<double>(*i.greatest) / unit : kInfinity};
    }
    case Kind::kAdd:
      return plus(bounds(e.args[0]), bounds(e.args[1]));
    case Kind::kSubtract:
      return plus(bounds(e.args[0]), negative(bounds(e.args[1])));
    case Kind::kMultiply: {
      const Interval a = bounds(e.args[0]), b = bounds(e.args[1]);
      return a.low >= 0 && b.low >= 0 ? times(a, b) : kUnknown;
    }
    case Kind::kLeast:
    case Kind::kGreatest: {
      const Interval a = bounds(e.args[0]), b = bounds(e.args[1]);
      return e.kind == Kind::kLeast ? Interval{std::min(a.low, b.low), std::min(a.high, b.high)}
                                    : Interval{std::max(a.low, b.low), std::max(a.high, b.high)};
    }
    case Kind::kPer100k:
      return bounds(e.args[0]).low >= 0 ? at_least_zero : kUnknown;
    case Kind::kNegate:
      return negative(bounds(e.args[0]));
    default:
      return kUnknown;
  }
}

std::vector<Assessment::Member> Assessment::members(const Expr& e, const Place& place) {
  if (e.set == Set::kNext) return days_ahead(e, place);
  std::vector<RegionId> regions = set_of(e, place.region);
  const bool self = std::find(regions.begin(), regions.end(), place.region) != regions.end();
  if (e.kind == Kind::kRank && !self) regions.push_back(place.region);
  Place there = place;
  there.together.clear();
  for (const RegionId region : regions) there.together.push_back(data_of(region, place.from));
  std::vector<Member> out;
  const For<const Expr*> outside(comparison_, nullptr);
  for (const RegionId region : regions) {
    there.region = region;
    there.data = data_of(region, place.from);
    Member member{region, Tri::kTrue, Tri::kUnknown, kUnknown};
    if (e.args.size() > 1) member.in = truth(e.args[1], there);
    if (is_truth(e.args[0].kind)) {
      member.holds = truth(e.args[0], there);
    } else {
      const Interval known = value(e.args[0], there), any = bounds(e.args[0]);
      member.value = known.low == known.high
                         ? known
                         : Interval{std::max(known.low, any.low), std::min(known.high, any.high)};
    }
    out.push_back(member);
  }
  return out;
}

std::vector<Assessment::Member> Assessment::days_ahead(const Expr& e, const Place& place) {
  std::vector<Member> out;
  for (std::int32_t day = 0; day <= e.next; ++day) {
    Place then = place;
    then.ahead = day;
    Member member{place.region, Tri::kTrue, Tri::kUnknown, kUnknown};
    if (is_truth(e.args[0].kind)) {
      member.holds = truth(e.args[0], then);
    } else {
      const Interval known = value(e.args[0], then), any = bounds(e.args[0]);
      member.value = known.low == known.high
                         ? known
                         : Interval{std::max(known.low, any.low), std::min(known.high, any.high)};
    }
    out.push_back(member);
  }
  return out;
}

Tri Assessment::over_regions_holds(const Expr& e, const Place& place) {
  bool some = false, perhaps = false, surely = false, never = false, doubt = false;
  for (const Member& m : members(e, place)) {
    some = some || m.in == Tri::kTrue;
    surely = surely || (m.in == Tri::kTrue && m.holds == Tri::kTrue);
    perhaps = perhaps || (m.in != Tri::kFalse && m.holds != Tri::kFalse);
    never = never || (m.in == Tri::kTrue && m.holds == Tri::kFalse);
    doubt = doubt || (m.in != Tri::kFalse && m.holds != Tri::kTrue);
  }
  if (e.kind == Kind::kOverAny) return surely ? Tri::kTrue : perhaps ? Tri::kUnknown : Tri::kFalse;
  return never ? Tri::kFalse : doubt || !some ? Tri::kUnknown : Tri::kTrue;
}

// Of the weight of those that are in, the share in which it holds: at worst every doubt is against
// it, at best for it.
Interval Assessment::share(const Expr& e, const std::vector<Member>& members) const {
  const auto weighs = [&](const Member& m) -> double {
    const Region& region = catalogue_.regions.at(m.region);
    const std::int64_t weight = e.by == ByWhat::kPeople ? region.population
                                : e.by == ByWhat::kArea ? region.area
                                                        : 1;
    return static_cast<double>(weight);
  };
  double yes = 0, no_at_most = 0, yes_at_most = 0, no = 0;
  for (const Member& m : members) {
    const bool in = m.in == Tri::kTrue, maybe = m.in != Tri::kFalse;
    if (in && m.holds == Tri::kTrue) yes += weighs(m);
    if (in && m.holds == Tri::kFalse) no += weighs(m);
    if (maybe && m.holds != Tri::kFalse) yes_at_most += weighs(m);
    if (maybe && m.holds != Tri::kTrue) no_at_most += weighs(m);
  }
  if (yes + no_at_most == 0 || yes_at_most + no == 0) return kUnknown;
  return {yes / (yes + no_at_most), yes_at_most / (yes_at_most + no)};
}

Interval Assessment::rank(const std::vector<Member>& members, RegionId here) const {
  const Member own = *std::find_if(members.begin(), members.end(),
                                   [&](const Member& m) { return m.region == here; });
  if (own.in == Tri::kFalse) return exactly(kInfinity);
  Interval rank{1, own.in == Tri::kTrue ? 1 : kInfinity};
  for (const Member& m : members) {
    if (m.region == here) continue;
    const Tri before = m.in && compare(Kind::kGreater, m.value, own.value);
    rank = plus(rank, {before == Tri::kTrue ? 1.0 : 0.0, before == Tri::kFalse ? 0.0 : 1.0});
  }
  return rank;
}

namespace {

double made(Kind kind, const std::vector<double>& values) {
  if (kind == Kind::kOverMedian) return middle(values);
  if (kind == Kind::kOverLeast) return *std::min_element(values.begin(), values.end());
  if (kind == Kind::kOverGreatest) return *std::max_element(values.begin(), values.end());
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  double sum = 0;
  for (const double v : sorted) sum += v;
  return kind == Kind::kOverMean ? sum / static_cast<double>(values.size()) : sum;
}

}  // namespace

// Of those that are perhaps in, every selection is tried.
Interval Assessment::over_regions(const Expr& e, const Place& place) {
  const std::vector<Member> all = members(e, place);
  if (e.kind == Kind::kRank) return rank(all, place.region);
  if (e.kind == Kind::kOverShare) return share(e, all);
  if (e.kind == Kind::kOverCount) {
    Interval count{0, 0};
    for (const Member& m : all) {
      const Tri counts = m.in && m.holds;
      count = plus(count, {counts == Tri::kTrue ? 1.0 : 0.0, counts == Tri::kFalse ? 0.0 : 1.0});
    }
    return count;
  }
  std::vector<Member> in, perhaps;
  for (const Member& m : all) {
    if (m.in == Tri::kTrue) in.push_back(m);
    if (m.in == Tri::kUnknown) perhaps.push_back(m);
  }
  std::optional<Interval> found;
  for (std::uint32_t selection = 0; selection < 1U << perhaps.size(); ++selection) {
    std::vector<double> low, high;
    const auto take = [&](const Member& m) {
      low.push_back(m.value.low);
      high.push_back(m.value.high);
    };
    for (const Member& m : in) take(m);
    for (std::size_t i = 0; i < perhaps.size(); ++i)
      if ((selection >> i) % 2 == 1) take(perhaps[i]);
    if (low.empty() && e.kind != Kind::kOverSum) return kUnknown;
    const Interval one = {low.empty() ? 0 : made(e.kind, low),
                          high.empty() ? 0 : made(e.kind, high)};
    found = found ? Interval{std::min(found->low, one.low), std::max(found->high, one.high)} : one;
  }
  return found.value();
}

}  // namespace tocsin::twin
