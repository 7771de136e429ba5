#include <algorithm>
#include <cmath>

#include "rules/evaluate_families.h"
#include "rules/read.h"
#include "rules/regions_over.h"

// Something judged in each of several regions (docs/SEMANTICS.md section 2.7).
namespace tocsin {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

RegionId data_in(const Scene& scene, RegionId region) {
  if (scene.signal == nullptr || scene.signal->from.empty()) return region;
  const Region* set = scene.catalogue.regions.set_of(region, scene.signal->from);
  return set == nullptr ? RegionId() : set->id;
}

// The regions of the set; of a rank this one, too.
std::vector<RegionId> members(const Scene& scene, const Over& over) {
  auto regions = regions_over(scene.catalogue.regions, scene.pack, over.set, scene.region);
  if (over.how == Over::How::kRank && std::ranges::find(regions, scene.region) == regions.end())
    regions.push_back(scene.region);
  return regions;
}

// Notes the C of every series with a grid below `index`: the newest that one of the regions has.
void align(const Scene& scene, const Expression& expression, std::int32_t index,
           const std::vector<RegionId>& regions, Stand stand, Horizon& horizon, Aligned& aligned) {
  const Node& node = expression.node(index);
  if (expression.is_over_sources(node)) return;  // each source for itself
  for (const std::int32_t at : {node.leaf, node.leaf_before}) {
    if (at < 0) continue;
    const Leaf& leaf = expression.leaf(at);
    if (leaf.frozen || leaf.reads_events || leaf.forecast || leaf.sample_seconds > 0 ||
        leaf.cadence == Cadence::kIrregular)
      continue;
    std::optional<Day> newest;
    for (const RegionId region : regions) {
      const Choice choice = choose(scene_in(scene, region), leaf, stand.tick, horizon);
      if (choice.series != nullptr && choice.gap == Read::Gap::kNone)
        newest = std::max(newest.value_or(kDayMin), choice.covered);
    }
    if (!newest) continue;
    // During and dated parameters ask where a series stands by one of its reads, whichever it is.
    for (const Leaf& same : expression.leaves)
      if (same_series(same, leaf)) aligned.set(same, *newest);
  }
  if (expression.is_over_regions(node)) return;  // it stands for itself
  expression.each_part(node, [&](std::int32_t part) {
    align(scene, expression, part, regions, stand, horizon, aligned);
  });
}

Aligned align(const Scene& scene, const Expression& expression, const Node& node,
              const std::vector<RegionId>& regions, Stand stand, Horizon& horizon) {
  Aligned aligned;
  Horizon own;  // when another C may be the newest; which one it is is no evidence
  expression.each_part(node, [&](std::int32_t part) {
    align(scene, expression, part, regions, stand, own, aligned);
  });
  horizon.limit(own.until);
  return aligned;
}

Member judge(const Scene& there, const Expression& expression, const Node& node, Stand stand,
             Horizon& horizon) {
  const Over& over = expression.over_of(node);
  Member out;
  out.region = there.region;
  if (node.b >= 0) out.in = evaluate_truth(there, expression, node.b, stand, horizon);
  if (is_of_truths(over.how)) {
    out.holds = evaluate_truth(there, expression, node.a, stand, horizon);
    return out;
  }
  out.value = evaluate_number(there, expression, node.a, stand, horizon);
  if (!out.value.exact())
    out.value = {std::max(out.value.low, over.least), std::min(out.value.high, over.greatest)};
  return out;
}

// ---- truths

Quantity count(const std::vector<Member>& regions) {
  Quantity count{0, 0};
  for (const Member& r : regions) {
    const Tri both = r.in && r.holds;
    if (both == Tri::kTrue) count.low += 1;
    if (both != Tri::kFalse) count.high += 1;
  }
  return count;
}

std::int64_t weight_of(const Scene& scene, Over::Weight weight, RegionId region) {
  const Region& of = scene.catalogue.regions.at(region);
  return weight == Over::Weight::kPeople ? of.population
         : weight == Over::Weight::kArea ? of.area
                                         : 1;
}

// Of the weight of the regions that are in: the part in which it holds.
Quantity share(const Scene& scene, Over::Weight weight, const std::vector<Member>& regions) {
  // Surely in and true; perhaps in and perhaps false; perhaps in and perhaps true; surely in and
  // false.
  std::int64_t surely = 0, perhaps_false = 0, perhaps = 0, surely_false = 0;
  for (const Member& r : regions) {
    const std::int64_t own = weight_of(scene, weight, r.region);
    if (r.in == Tri::kTrue && r.holds == Tri::kTrue) surely += own;
    if (r.in != Tri::kFalse && r.holds != Tri::kTrue) perhaps_false += own;
    if (r.in != Tri::kFalse && r.holds != Tri::kFalse) perhaps += own;
    if (r.in == Tri::kTrue && r.holds == Tri::kFalse) surely_false += own;
  }
  if (surely + perhaps_false == 0 || perhaps + surely_false == 0) return Quantity::unknown();
  return {static_cast<double>(surely) / static_cast<double>(surely + perhaps_false),
          static_cast<double>(perhaps) / static_cast<double>(perhaps + surely_false)};
}

// ---- numbers

// What is made of numbers in order, and of their sum.
double made_of_sorted(Over::How how, const std::vector<double>& sorted, double sum) {
  const std::size_t n = sorted.size();
  switch (how) {
    case Over::How::kLeast:
      return sorted.front();
    case Over::How::kGreatest:
      return sorted.back();
    case Over::How::kMedian:
      return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
    default:
      return how == Over::How::kMean ? sum / static_cast<double>(n) : sum;
  }
}

// The least that can be made of all of `surely` and any of `perhaps`: of so many of them, the
// lowest are taken. nullopt: there may be none at all. O(n log n), but for the moves of inserting.
std::optional<double> least_of(Over::How how, std::vector<double> surely,
                               std::vector<double> perhaps) {
  const bool sums = how == Over::How::kSum;
  if (surely.empty() && !sums) return std::nullopt;
  std::sort(surely.begin(), surely.end());
  std::sort(perhaps.begin(), perhaps.end());
  double sum = 0;
  for (const double value : surely) sum += value;
  double least = surely.empty() ? 0 : made_of_sorted(how, surely, sum);
  for (const double value : perhaps) {
    surely.insert(std::upper_bound(surely.begin(), surely.end(), value), value);
    sum += value;
    least = std::min(least, made_of_sorted(how, surely, sum));
  }
  return least;
}

Quantity bounds_made_of(Over::How how, const std::vector<Member>& regions) {
  // The greatest is the least of what is below zero: -x in place of x, the other way round.
  std::vector<double> low, perhaps_low, high, perhaps_high;
  bool exact = true;
  for (const Member& r : regions) {
    exact = exact && r.in != Tri::kUnknown && (r.in == Tri::kFalse || r.value.exact());
    if (r.in == Tri::kFalse) continue;
    (r.in == Tri::kTrue ? low : perhaps_low).push_back(r.value.low);
    (r.in == Tri::kTrue ? high : perhaps_high).push_back(-r.value.high);
  }
  const Over::How mirrored = how == Over::How::kLeast      ? Over::How::kGreatest
                             : how == Over::How::kGreatest ? Over::How::kLeast
                                                           : how;
  const auto least = least_of(how, low, perhaps_low);
  const auto greatest = least_of(mirrored, high, perhaps_high);
  if (!least || !greatest || std::isnan(*least) || std::isnan(*greatest))
    return Quantity::unknown();
  // Summed in the other order it may differ in the last digit.
  return exact ? Quantity::exactly(*least) : Quantity{*least, *greatest == 0 ? 0 : -*greatest};
}

// Where this region stands among the others, the greatest first.
Quantity rank(RegionId here, const std::vector<Member>& regions) {
  const auto own = std::ranges::find(regions, here, &Member::region);
  if (own->in == Tri::kFalse) return {kInfinity, kInfinity};
  Quantity rank{1, 1};
  for (const Member& r : regions) {
    if (r.region == here) continue;
    const Tri before = r.in && compare(Op::kGreater, r.value, own->value);
    if (before == Tri::kTrue) rank.low += 1;
    if (before != Tri::kFalse) rank.high += 1;
  }
  if (own->in == Tri::kUnknown) rank.high = kInfinity;
  return rank;
}

}  // namespace

Scene scene_in(const Scene& scene, RegionId region) {
  Scene there = scene;
  there.region = region;
  there.data_region = data_in(scene, region);
  there.aligned = nullptr;
  return there;
}

void each_region(const Scene& scene, const Expression& expression, const Node& node, Stand stand,
                 Horizon& horizon, const std::function<void(const Scene&)>& fn) {
  const auto regions = members(scene, expression.over_of(node));
  const Aligned aligned = align(scene, expression, node, regions, stand, horizon);
  for (const RegionId region : regions) {
    Scene there = scene_in(scene, region);
    there.aligned = &aligned;
    fn(there);
  }
}

std::vector<Member> judge_regions(const Scene& scene, const Expression& expression,
                                  const Node& node, Stand stand, Horizon& horizon) {
  std::vector<Member> out;
  each_region(scene, expression, node, stand, horizon, [&](const Scene& there) {
    out.push_back(judge(there, expression, node, stand, horizon));
  });
  return out;
}

Quantity over_regions(const Scene& scene, const Expression& expression, const Node& node,
                      Stand stand, Horizon& horizon) {
  const Over& over = expression.over_of(node);
  const auto regions = judge_regions(scene, expression, node, stand, horizon);
  switch (over.how) {
    case Over::How::kShare:
      return share(scene, over.weight, regions);
    case Over::How::kRank:
      return rank(scene.region, regions);
    default:
      return made_of(over.how, regions);
  }
}

Quantity made_of(Over::How how, const std::vector<Member>& members) {
  return how == Over::How::kCount ? count(members) : bounds_made_of(how, members);
}

// Of no member at all: none holds, and that all do is not known.
Tri holds_in(Over::How how, const std::vector<Member>& members) {
  const bool all = how == Over::How::kAll;
  Tri out = all ? Tri::kTrue : Tri::kFalse;
  bool some = false;
  for (const Member& r : members) {
    out = all ? out && (!r.in || r.holds) : out || (r.in && r.holds);
    some = some || r.in == Tri::kTrue;
  }
  return all && !some && out == Tri::kTrue ? Tri::kUnknown : out;
}

Tri over_regions_holds(const Scene& scene, const Expression& expression, const Node& node,
                       Stand stand, Horizon& horizon) {
  return holds_in(expression.over_of(node).how,
                  judge_regions(scene, expression, node, stand, horizon));
}

}  // namespace tocsin
