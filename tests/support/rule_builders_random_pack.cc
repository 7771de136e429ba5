#include "tests/support/rule_builders_random_pack.h"

#include <algorithm>

// Random catalogues, and the parts of random rule packs.
namespace tocsin {

twin::Pack PackMaker::make() {
  choose_regions();
  choose_seasons();
  const int signals = dice_.between(1, 4);
  for (int i = 0; i < signals; ++i) add_signal(i);
  const int patterns = dice_.between(1, 2);
  for (int i = 0; i < patterns; ++i) add_pattern(i);
  restrain();
  return std::move(pack_);
}

void PackMaker::choose_regions() {
  const std::vector<RegionId> all = {at::kXa, at::kXb, at::kXc, at::kYd, at::kXa1, at::kXa2};
  for (const RegionId id : all)
    if (dice_.chance(plan_.around ? 50 : 25)) pack_.regions.push_back(id);
  if (pack_.regions.empty()) pack_.regions.push_back(dice_.pick(all));
}

void PackMaker::add_signal(int index) {
  twin::Signal s;
  s.name = "s" + std::to_string(index);
  s.dimension = DimensionId(static_cast<std::uint8_t>(dice_.between(0, 2)));
  if (index > 0 && dice_.chance(12)) s.stance = Stance::kStrength;
  if (dice_.chance(15)) s.from = "zone";
  if (index > 0 && dice_.chance(plan_.around ? 25 : 8))
    s.at = dice_.pick(std::vector<std::vector<RegionKind>>{
        {RegionKind::kAdmin1},
        {RegionKind::kCountry},
        {RegionKind::kAdmin1, RegionKind::kBasin},
        {RegionKind::kCountry, RegionKind::kAdmin2, RegionKind::kBasin}});
  const bool simple = plan_.lively && dice_.chance(60);
  s.when = simple ? hot() : condition(index, 2);
  if (dice_.chance(simple ? 10 : 30)) s.clear = condition(index, 1);
  if (dice_.chance(30)) s.for_days = dice_.between(1, simple ? 4 : 40);
  if (dice_.chance(simple ? 20 : 30)) s.linger_days = dice_.between(1, simple ? 4 : 40);
  add_keys(s, index);
  if (dice_.chance(20)) return add_bands(s, index);
  pack_.signals.push_back(std::move(s));
}

// Two or three bands of the signal: of one number in order, or each with a condition of its own.
void PackMaker::add_bands(const twin::Signal& s, int index) {
  const bool ordered = s.when.kind == Kind::kLess || s.when.kind == Kind::kLessEqual ||
                       s.when.kind == Kind::kGreater || s.when.kind == Kind::kGreaterEqual;
  const bool reads = ordered && s.when.args[1].kind == Kind::kNumber;
  const bool rising = s.when.kind == Kind::kGreater || s.when.kind == Kind::kGreaterEqual;
  const int first = dice_.between(1, 2);
  for (int level = first; level <= 3; ++level) {
    twin::Signal band = s;
    band.band = static_cast<Level>(level);
    band.band_of = s.name;
    band.name = s.name + "." + std::string(name_of(band.band));
    band.reads = reads;
    if (reads) {
      band.when.args[1].number += (rising ? 2 : -2) * (level - first);
    } else if (level > first) {
      band.when = condition(index, 1);
    }
    if (level > first && dice_.chance(50)) band.clear.reset();
    pack_.signals.push_back(std::move(band));
  }
}

void PackMaker::add_pattern(int index) {
  twin::Pattern p;
  p.name = "p" + std::to_string(index);
  if (plan_.around && dice_.chance(25)) choose_places(p);
  p.window = plan_.lively       ? Span{dice_.between(1, 4), SpanUnit::kDays}
             : dice_.chance(80) ? Span{dice_.between(1, 60), SpanUnit::kDays}
                                : Span{dice_.between(1, 2), SpanUnit::kMonths};
  if (dice_.chance(plan_.lively ? 15 : 40)) p.linger_days = dice_.between(1, 30);
  if (dice_.chance(30)) p.lapse_days = dice_.between(1, 30);
  if (dice_.chance(15)) {
    levels_of_signals(p);
    pack_.patterns.push_back(std::move(p));
    return;
  }
  bool any = false;
  for (const Level level : {Level::kWatch, Level::kWarning, Level::kEmergency}) {
    if (!dice_.chance(70) && (any || level != Level::kEmergency)) continue;
    p.levels[static_cast<std::size_t>(level)] = pattern_condition(index, p, 1);
    any = true;
  }
  pack_.patterns.push_back(std::move(p));
}

// What keeps the patterns' alerts from being raised at once.
void PackMaker::restrain() {
  const auto signal = [&] { return some_signal().index; };
  for (std::uint32_t i = 0; i < pack_.patterns.size(); ++i) {
    twin::Pattern& p = pack_.patterns[i];
    if (dice_.chance(25)) {
      p.mute.emplace();
      p.mute->length = dice_.chance(80) ? Span{dice_.between(1, 20), SpanUnit::kDays}
                                        : Span{1, SpanUnit::kMonths};
      for (const char* place :
           {"same", "parent", "children", "neighbours", "basin", "country", "pack"})
        if (dice_.chance(25)) p.mute->places.emplace_back(place);
      if (p.mute->places.empty()) p.mute->places = {"same"};
      for (std::uint32_t other = 0; other < pack_.patterns.size(); ++other)
        if (other == i ? dice_.chance(80) : dice_.chance(40)) p.mute->patterns.push_back(other);
      if (p.mute->patterns.empty()) p.mute->patterns = {i};
    }
    if (dice_.chance(15)) {
      p.budget.emplace();
      p.budget->at_most = dice_.between(1, 2);
      p.budget->season = some_season();
      p.budget->place = dice_.pick(std::vector<std::string>{"same", "parent", "country", "pack"});
    }
    if ((p.mute || p.budget) && dice_.chance(40)) p.overrides = signal();
    if (!dice_.chance(25)) continue;
    p.decision.emplace();
    p.decision->hours = dice_.between(1, 100);
    p.decision->silence_agrees = dice_.chance(50);
    if (!p.decision->silence_agrees || dice_.chance(30)) p.decision->agree = signal();
    if (!p.decision->agree || dice_.chance(50)) p.decision->veto = signal();
  }
}

// `levels: a or b`, and what it stands for.
void PackMaker::levels_of_signals(twin::Pattern& p) {
  std::vector<std::string> names;
  for (int i = 0; i < dice_.between(1, 2); ++i) {
    const twin::Signal& signal = pack_.signals[some_signal().index];
    const std::string& name = signal.band_of.empty() ? signal.name : signal.band_of;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  for (const std::string& name : names) {
    p.levels_of += (p.levels_of.empty() ? "" : " or ") + name;
    for (std::uint32_t i = 0; i < pack_.signals.size(); ++i) {
      const twin::Signal& signal = pack_.signals[i];
      if (signal.name != name && signal.band_of != name) continue;
      auto& level = p.levels[static_cast<std::size_t>(signal.band == Level::kNone ? Level::kWatch
                                                                                  : signal.band)];
      if (!level) {
        level = twin::on(i);
      } else {
        level->subjects.push_back({twin::Subject::Of::kSignal, i, Level::kWatch});
      }
    }
  }
}

// One place, two, or all of a kind.
void PackMaker::choose_places(twin::Pattern& p) {
  const int form = dice_.between(0, 2);
  if (form == 1) p.at = {at::kX, dice_.chance(50) ? at::kYd : at::kXa1};
  if (form == 2) {
    const RegionKind kind = dice_.pick(std::vector{RegionKind::kCountry, RegionKind::kAdmin1,
                                                   RegionKind::kAdmin2, RegionKind::kBasin});
    for (const Region& region : catalogue_.regions.all())
      if (region.kind == kind && touches_pack(region)) p.at.push_back(region.id);
    if (!p.at.empty()) p.at_kind = name_of(kind);
  }
  if (p.at.empty()) p.at = {dice_.chance(60) ? at::kBasin : at::kX};
}

// A region of the pack, one above it, one below it, or a basin or set that it lies in.
bool PackMaker::touches_pack(const Region& region) const {
  const auto lies_in = [&](RegionId id, RegionId above) {
    for (; id.number() != 0; id = catalogue_.regions.at(id).parent)
      if (id == above) return true;
    return false;
  };
  for (const RegionId own : pack_.regions) {
    if (lies_in(own, region.id) || lies_in(region.id, own)) return true;
    for (const RegionId member : region.members)
      if (lies_in(own, member)) return true;
  }
  return false;
}

Catalogue random_catalogue(Dice& dice) {
  Catalogue out = small_world();
  for (Indicator& i : out.indicators) {
    if (i.is_sampled()) continue;
    i.longest_delay = i.cadence == Cadence::kDay ? dice.between(0, 8) : dice.between(0, 40);
    if (dice.chance(30)) std::swap(i.sources[0], i.sources[1]);
    if (dice.chance(20)) i.sources.pop_back();
    if (dice.chance(30)) i.least = 0;
    if (dice.chance(15)) i.greatest = 500'000;
    if (i.id == of::kFood) i.every_days = dice.between(10, 60);
    if (i.id == of::kShare && dice.chance(30)) i.cadence = Cadence::kEpiweek;
    if (i.id == of::kRain && dice.chance(25)) i.cadence = Cadence::kDekad;
    ForecastIssues& forecasts = i.forecasts.emplace();
    forecasts.cadence = i.cadence == Cadence::kIrregular && dice.chance(50) ? Cadence::kMonth
                        : dice.chance(10)                                   ? Cadence::kIrregular
                        : i.cadence >= Cadence::kMonth                      ? Cadence::kMonth
                                                                            : i.cadence;
    if (forecasts.cadence == Cadence::kIrregular) forecasts.every_days = dice.between(3, 20);
    forecasts.longest_delay = dice.between(0, 10);
    if (dice.chance(60)) forecasts.members = dice.between(2, 5);
    i.worse = dice.chance(45) ? Worse::kHigher : dice.chance(80) ? Worse::kLower : Worse::kNeither;
  }
  for (Source& s : out.sources) {
    s.event_cadence = dice.between(1, 14);
    s.event_longest_delay = dice.between(0, 20);
  }
  return out;
}

twin::Pack random_pack(Dice& dice, const Catalogue& catalogue, const PackPlan& plan) {
  return PackMaker(dice, catalogue, plan).make();
}

}  // namespace tocsin
