#include "tests/support/rule_builders_random.h"

#include <algorithm>

// A random case: a catalogue, a pack and what arrives.
namespace tocsin {

RandomCase random_case(std::uint64_t seed, const RandomOptions& options, Occurrences& occurred) {
  Dice dice(seed);
  RandomCase out;
  out.catalogue = random_catalogue(dice);
  PackPlan plan;
  plan.around = options.around && dice.chance(60);
  plan.events = dice.chance(65);
  plan.history = dice.chance(30);
  static const std::vector<IndicatorId> kIndicators = {
      of::kRain,  of::kPrice, of::kFood,    of::kHeat,  of::kHeat, of::kShare,
      of::kStock, of::kDebt,  of::kHarvest, of::kPhase, of::kPhase};
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
  plan.forecasts = !plan.indicators.empty() && dice.chance(25);
  // Decided apart, so that the other cases are as they would be without samples.
  Dice apart(seed ^ 0x5A);
  plan.samples = options.small && !plan.forecasts && !plan.history && apart.chance(30);
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
