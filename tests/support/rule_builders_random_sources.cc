#include <set>

#include "tests/support/rule_builders_random_pack.h"

// Random overs of sources.
namespace tocsin {
namespace {

// What each source is asked names none of them.
void ask_all(twin::Expr& e) {
  e.read.source.reset();
  for (twin::Expr& arg : e.args) ask_all(arg);
}

}  // namespace

std::optional<PackMaker::Read> PackMaker::of_several_sources() {
  std::vector<IndicatorId> several;
  for (const IndicatorId id : plan_.indicators) {
    std::set<std::string> voices;
    for (const SourceId source : catalogue_.find(id)->sources) {
      const Source& s = *catalogue_.find(source);
      voices.insert(s.independence.empty() ? s.key : s.independence);
    }
    if (voices.size() > 1) several.push_back(id);
  }
  if (several.empty()) return std::nullopt;
  const IndicatorId id = dice_.pick(several);
  return plan_.forecasts && dice_.chance(40) ? foretold(id) : observed(id);
}

std::optional<PackMaker::Measure> PackMaker::by_sources() {
  const auto r = of_several_sources();
  if (!r) return std::nullopt;
  Expr asked = twin::read(*r);
  const bool words = is_scale(*r) && r->how != How::kCount;
  if (!words && dice_.chance(50)) {
    ask_all(asked);
    const Kind kind = dice_.chance(50) ? Kind::kSourcesMean : Kind::kSourcesMedian;
    return Measure{twin::op(kind, std::move(asked)), unit_of(*r), typical(*r)};
  }
  asked = compare({std::move(asked), unit_of(*r), typical(*r)});
  ask_all(asked);
  return Measure{twin::op(Kind::kSourcesCount, std::move(asked)), "sources", 1.2};
}

std::optional<PackMaker::Expr> PackMaker::sources_hold() {
  const auto r = of_several_sources();
  if (!r) return std::nullopt;
  Expr asked = compare({twin::read(*r), unit_of(*r), typical(*r)});
  if (dice_.chance(20)) asked = twin::op(Kind::kNot, std::move(asked));
  ask_all(asked);
  const Kind kind = dice_.chance(50) ? Kind::kSourcesAny : Kind::kSourcesAll;
  return twin::op(kind, std::move(asked));
}

}  // namespace tocsin
