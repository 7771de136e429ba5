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
Cadence coarsest(const Expr& e, const Catalogue& catalogue, Cadence so_far) {
  if (e.read.indicator.number() != 0) {
    const Cadence own = catalogue.find(e.read.indicator)->cadence;
    if (usual_days(own) > usual_days(so_far)) so_far = own;
  }
  for (const Expr& arg : e.args) so_far = coarsest(arg, catalogue, so_far);
  return so_far;
}

}  // namespace

Tri Assessment::cascade(const Expr& e, const Place& place) {
  if (chain(e, place, false)) return Tri::kTrue;
  return chain(e, place, true) ? Tri::kUnknown : Tri::kFalse;
}

// Whether onsets o1, o2, ... exist; `possibly`: when an open tick (off and not known) may be one.
bool Assessment::chain(const Expr& e, const Place& place, bool possibly) {
  const auto signals_of = [&](const Link& link) {
    std::vector<std::uint32_t> out;
    for (const Subject& s : link.any) {
      const auto more =
          s.of == Subject::Of::kSignal ? std::vector<std::uint32_t>{s.index} : threats(s.index);
      out.insert(out.end(), more.begin(), more.end());
    }
    return out;
  };
  // An onset before history began is as good just before it: look back no further than a chain is
  // long.
  const Day first = minus(begin_, e.span) - 1;
  const auto ticks = static_cast<std::size_t>(place.tick - first + 1);
  const auto day = [&](std::size_t i) { return first + static_cast<std::int32_t>(i); };
  const auto at = [&](std::uint32_t s, Day d) { return signal_at(place.region, s, d); };
  const auto is_onset = [&](std::uint32_t s, Day d) {
    const SignalTick now = at(s, d);
    if (now.on) return !at(s, d - 1).on;
    return possibly && !now.known;
  };

  // latest[i]: the latest o1 of a chain whose newest onset is day(i).
  std::vector<std::optional<Day>> latest(ticks);
  Cadence grid_before = Cadence::kDay;
  for (std::size_t l = 0; l < e.links.size(); ++l) {
    const Link& link = e.links[l];
    std::vector<bool> onset(ticks, false);
    Cadence grid = Cadence::kDay;
    for (const std::uint32_t s : signals_of(link)) {
      grid = coarsest(pack_.signals[s].when, catalogue_, grid);
      if (pack_.signals[s].clear) grid = coarsest(*pack_.signals[s].clear, catalogue_, grid);
      bool lasts = true;
      for (std::size_t i = ticks; i-- > 0;) {
        const SignalTick now = at(s, day(i));
        if (l + 1 == e.links.size()) lasts = lasts && (now.on || (possibly && !now.known));
        if (!lasts) break;
        if (is_onset(s, day(i))) onset[i] = true;
      }
    }
    const Cadence both = usual_days(grid_before) >= usual_days(grid) ? grid_before : grid;
    std::vector<std::optional<Day>> next(ticks);
    for (std::size_t i = 0; i < ticks; ++i) {
      if (!onset[i]) continue;
      if (l == 0) {
        next[i] = day(i);
        continue;
      }
      for (std::size_t j = 0; j < ticks; ++j) {
        if (!latest[j]) continue;
        std::int32_t lag = day(i) - day(j);
        if (lag < 0 && usual_days(both) > 1 && period_of(both, day(i)) == period_of(both, day(j)))
          lag = 0;
        if (lag < link.least || (link.greatest && lag > *link.greatest) || lag < 0) continue;
        if (!next[i] || *latest[j] > *next[i]) next[i] = latest[j];
      }
    }
    latest = std::move(next);
    grid_before = grid;
  }
  for (std::size_t i = 0; i < ticks; ++i)
    if (latest[i] && *latest[i] >= minus(day(i), e.span)) return true;
  return false;
}

}  // namespace tocsin::twin
