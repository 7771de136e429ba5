#include <algorithm>

#include "tests/support/twin_interval.h"

// docs/SEMANTICS.md 2.9: what each source says by itself.
namespace tocsin::twin {
namespace {

const Read* first_read(const Expr& e) {
  if (e.kind == Kind::kRead || e.read.indicator.number() != 0) return &e.read;
  for (const Expr& arg : e.args)
    if (const Read* read = first_read(arg)) return read;
  return nullptr;
}

}  // namespace

std::vector<SourceId> Assessment::sources_of(const Read& what, const Place& place) const {
  if (place.only) return {*place.only};
  if (what.source) return {*what.source};
  return catalogue_.find(what.indicator)->sources;
}

// The sources of what is asked, those that depend on each other together; in the list's order.
std::vector<std::vector<SourceId>> Assessment::independent(const Expr& asked) const {
  std::vector<std::vector<SourceId>> out;
  std::map<std::string, std::size_t> known;
  for (const SourceId id : catalogue_.find(first_read(asked)->indicator)->sources) {
    const Source& source = *catalogue_.find(id);
    const std::string group = source.independence.empty() ? source.key : source.independence;
    const auto [at, fresh] = known.emplace(group, out.size());
    if (fresh) out.emplace_back();
    out[at->second].push_back(id);
  }
  return out;
}

Interval Assessment::by_sources(const Expr& e, const Place& place) {
  Interval count{0, 0};
  std::vector<double> lows, highs;
  const auto groups = independent(e.args[0]);
  for (const auto& group : groups) {
    Tri says = Tri::kUnknown;
    Interval number = kUnknown;
    for (const SourceId source : group) {
      Place asked = place;
      asked.only = source;
      asked.together.clear();
      if (e.kind == Kind::kSourcesCount) {
        says = truth(e.args[0], asked);
        if (says != Tri::kUnknown) break;
      } else {
        number = value(e.args[0], asked);
        if (!is_unknown(number)) break;
      }
    }
    count.low += says == Tri::kTrue ? 1 : 0;
    count.high += says == Tri::kFalse ? 0 : 1;
    if (is_unknown(number)) continue;
    lows.push_back(number.low);
    highs.push_back(number.high);
  }
  if (e.kind == Kind::kSourcesCount) return count;
  if (lows.empty() || 10 * lows.size() < 7 * groups.size()) return kUnknown;
  if (e.kind == Kind::kSourcesMedian) return {middle(lows), middle(highs)};
  Interval sum{0, 0};
  for (std::size_t i = 0; i < lows.size(); ++i) sum = plus(sum, {lows[i], highs[i]});
  const auto n = static_cast<double>(lows.size());
  return {sum.low / n, sum.high / n};
}

Tri Assessment::sources_hold(const Expr& e, const Place& place) {
  bool every = true, none = true;
  for (const auto& group : independent(e.args[0])) {
    Tri says = Tri::kUnknown;
    for (const SourceId source : group) {
      Place asked = place;
      asked.only = source;
      asked.together.clear();
      says = truth(e.args[0], asked);
      if (says != Tri::kUnknown) break;
    }
    const Tri decides = e.kind == Kind::kSourcesAny ? Tri::kTrue : Tri::kFalse;
    if (says == decides) none = false;
    if (says == Tri::kUnknown) every = false;
  }
  const Tri decided = e.kind == Kind::kSourcesAny ? Tri::kTrue : Tri::kFalse;
  if (!none) return decided;
  return every ? !decided : Tri::kUnknown;
}

}  // namespace tocsin::twin
