#include <algorithm>

#include "tests/support/twin.h"

// docs/SEMANTICS.md section 4: cascade().
namespace tocsin::twin {
namespace {

std::int32_t usual_days(Cadence cadence) {
  switch (cadence) {
    case Cadence::kDay:
    case Cadence::kIrregular:
      return 1;
    case Cadence::kWeek:
    case Cadence::kEpiweek:
      return 7;
    case Cadence::kDekad:
      return 10;
    case Cadence::kMonth:
      return 30;
    case Cadence::kQuarter:
      return 91;
    case Cadence::kYear:
      return 365;
  }
  return 1;
}

// The coarsest cadence that a condition reads itself.
Cadence coarsest(const Expr& e, const Pack& pack, const Catalogue& catalogue, Cadence so_far) {
  if (e.read.indicator.number() != 0) {
    const Indicator& indicator = *catalogue.find(e.read.indicator);
    const Cadence own = e.read.forecast ? indicator.forecasts->cadence : indicator.cadence;
    if (usual_days(own) > usual_days(so_far)) so_far = own;
  }
  for (const Expr& arg : e.args) so_far = coarsest(arg, pack, catalogue, so_far);
  if (e.kind == Kind::kComputed)
    so_far = coarsest(pack.parameters[e.parameter].compute[0], pack, catalogue, so_far);
  return so_far;
}

}  // namespace

Tri Assessment::cascade(const Expr& e, const Place& place) {
  if (chain(e, place, false)) return Tri::kTrue;
  return chain(e, place, true) ? Tri::kUnknown : Tri::kFalse;
}

// The onsets of a link; `possibly`: with the open ticks (off and not known), which may be some.
struct Assessment::Onsets {
  std::vector<Day> days;  // each signal's in order
  Cadence grid = Cadence::kDay;
};

Assessment::Onsets Assessment::onsets_of(const Link& link, const Place& place, Day first,
                                         LinkKind kind, bool possibly) {
  std::vector<std::uint32_t> signals;
  for (const Subject& s : link.any) {
    const auto more =
        s.of == Subject::Of::kSignal ? std::vector<std::uint32_t>{s.index} : threats(s.index);
    signals.insert(signals.end(), more.begin(), more.end());
  }
  Onsets out;
  for (const std::uint32_t s : signals) {
    const Signal& signal = pack_.signals[s];
    out.grid = coarsest(signal.when, pack_, catalogue_, out.grid);
    if (signal.clear) out.grid = coarsest(*signal.clear, pack_, catalogue_, out.grid);
    if (signal.given) out.grid = coarsest(*signal.given, pack_, catalogue_, out.grid);
    const auto at = [&](Day d) { return signal_at(place.region, s, d); };
    for (Day d = place.tick; d >= first; d = d - 1) {
      const SignalTick now = at(d);
      if (kind == LinkKind::kLast && !now.on && !(possibly && !now.known)) break;
      if (now.on ? !at(d - 1).on : possibly && !now.known) out.days.push_back(d);
    }
  }
  return out;
}

// Whether onsets o1, o2, ... exist; `possibly`: when an open tick may be one.
bool Assessment::chain(const Expr& e, const Place& place, bool possibly) {
  // An onset before history began is as good just before it: look back no further than a chain is
  // long.
  const Day first = minus(begin_, e.span) - 1;
  std::vector<Onsets> links;
  for (std::size_t l = 0; l < e.links.size(); ++l) {
    const auto kind = l + 1 == e.links.size() ? LinkKind::kLast : LinkKind::kEarlier;
    links.push_back(onsets_of(e.links[l], place, first, kind, possibly));
    if (links.back().days.empty()) return false;
  }
  // The chains so far: the newest onset, and the latest o1 of those that end there.
  struct Chain {
    Day newest, o1;
    std::int32_t period = 0;  // of `newest`, on the grid of the two links
  };
  std::vector<Chain> chains;
  for (const Day day : links.front().days) chains.push_back({day, day});
  for (std::size_t l = 1; l < e.links.size(); ++l) {
    const Link& link = e.links[l];
    const Cadence before = links[l - 1].grid, own = links[l].grid;
    const Cadence both = usual_days(before) >= usual_days(own) ? before : own;
    const bool coarse = usual_days(both) > 1;
    for (Chain& c : chains) c.period = coarse ? period_of(both, c.newest) : 0;
    std::vector<Chain> longer;
    for (const Day day : links[l].days) {
      const std::int32_t period = coarse ? period_of(both, day) : 0;
      std::optional<Day> o1;
      for (const Chain& c : chains) {
        std::int32_t lag = day - c.newest;
        if (lag < 0 && coarse && c.period == period) lag = 0;
        if (lag < link.least || (link.greatest && lag > *link.greatest) || lag < 0) continue;
        if (!o1 || c.o1 > *o1) o1 = c.o1;
      }
      if (!o1) continue;
      if (l + 1 == e.links.size() && *o1 >= minus(day, e.span)) return true;
      longer.push_back({day, *o1});
    }
    chains = std::move(longer);
  }
  return false;
}

}  // namespace tocsin::twin
