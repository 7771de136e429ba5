#include "tests/support/rule_builders_random_pack.h"

// Random seasons, and what reads them: during, since, given, age, latches.
namespace tocsin {

void PackMaker::choose_seasons() {
  using Of = twin::Season::Of;
  pack_.seasons.push_back({"year", Of::kDates, {1, 1}, {12, 31}});
  const int seasons = dice_.between(0, 2);
  for (int i = 0; i < seasons; ++i) {
    twin::Season s;
    s.name = "season" + std::to_string(i);
    s.of = dice_.pick(std::vector{Of::kDates, Of::kDates, Of::kDekads, Of::kWeeks, Of::kEpiweeks});
    switch (s.of) {
      case Of::kDates: {
        static const std::vector<std::int32_t> kFirst = {1, 10, 20, 28}, kLast = {5, 15, 28};
        s.from.first = dice_.between(1, 12);
        s.from.second = dice_.pick(kFirst);
        s.to.first = dice_.between(1, 12);
        s.to.second = dice_.pick(kLast);
        break;
      }
      case Of::kDekads:
        s.from.first = dice_.between(1, 36);
        s.to.first = (s.from.first + dice_.between(1, 9)) % 36 + 1;
        break;
      case Of::kWeeks:
      case Of::kEpiweeks:
        s.from.first = dice_.between(1, 52);
        s.to.first = dice_.chance(20) ? 53 : (s.from.first + dice_.between(1, 20)) % 52 + 1;
        break;
    }
    pack_.seasons.push_back(std::move(s));
  }
}

std::uint32_t PackMaker::some_season() {
  return static_cast<std::uint32_t>(
      dice_.between(0, static_cast<std::int32_t>(pack_.seasons.size()) - 1));
}

PackMaker::Expr PackMaker::in_season(Expr condition) {
  Expr e = twin::during(std::move(condition), some_season());
  if (dice_.chance(20)) e.seasons.push_back(some_season());
  return e;
}

PackMaker::Expr PackMaker::age(const Read& r) {
  Expr e;
  e.kind = Kind::kAge;
  e.read.indicator = r.indicator;
  e.read.forecast = r.forecast;
  e.read.group = r.group;
  e.read.source = r.source;
  return e;
}

void PackMaker::own_window(Expr& active) {
  if (dice_.chance(30))
    active.since = some_season();
  else
    active.span = {dice_.between(1, 30), SpanUnit::kDays};
}

PackMaker::Expr PackMaker::active_in_window() {
  Expr e = twin::active(some_signal().index);
  own_window(e);
  return e;
}

void PackMaker::add_keys(twin::Signal& signal, int index) {
  if (dice_.chance(10)) signal.given = condition(index, 1);
  if (dice_.chance(12)) {
    signal.during.push_back(some_season());
    const std::uint32_t other = some_season();
    if (dice_.chance(30) && other != signal.during.front()) signal.during.push_back(other);
  }
  const int latch = dice_.between(0, 99);
  if (latch < 10)
    signal.latch_season = some_season();
  else if (latch < 18)
    signal.latch_days = dice_.between(1, 30);
}

}  // namespace tocsin
