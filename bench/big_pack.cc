#include "bench/big_pack.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace tocsin::bench {
namespace {

constexpr std::uint32_t kIndices = 35;  // index_00, ...
constexpr std::array kDimensions = {"economic", "food",      "health",    "environmental",
                                    "personal", "community", "political", "technological"};

// The condition, then other keys a line each: {a} and {b} are indicators, {n}, {k} and {p} numbers,
// {s} a signal above.
constexpr auto kSignals = std::to_array<std::string_view>({
    "when: last({a}) > {k}",
    "when: mean({a}, {n} months) > 110 % of mean({a}, 12 months)\n    for: {n}d",
    "when: median({a}, 6 months) < {k} or stddev({a}, 1y) > {n}\n    linger: 30d",
    "when: sum({a}, 3 months) < 75 % of normal(sum({a}, 3 months), 10y)",
    "when: percentile(mean({a}, {n} months), 10y) <= {p} %",
    "when: zscore(mean({a}, 3 months), 5y) > 2 sd",
    "when: residual({a}, seasonal + trend, 3y) > 1.5 sd, 2 consecutive months",
    "when: rising(last({a}), {n} months) and last({a}) > {k}",
    "when: crosses(last({a}), {k}) or change(last({b}), 12 months) > {p} %",
    "when: last({a}) - lag(last({a}), {n} months) > {n}\n    clear: last({a}) < {k}",
    "when: sum({a}, since rains) > {k} during rains\n    latch: rains",
    "when: last({a}) > {k}\n    latch: 90d\n    given: count({a}, 12 months) >= 10 observations "
    "and age({a}) <= 90 days",
    "when: last({a}) > max(last({a}) over 12 months before)",
    "when: count(last({a}) > {k} over 24 months) >= {n}",
    "when: last({a}) > quantile(last({a}) over 10y before, {p} %)",
    "when: last({a}) > 120 % of expected(last({a}) over 36 months before, seasonal + trend)",
    "when: count(last({a}) > {k} over neighbours where last({b}) > {n}) >= 1",
    "at: country\n    when: share(last({a}) > {k} over children by people) >= {p} %",
    "when: last({a}) > 120 % of median(last({b}) over neighbours)",
    "when: \"count(events(kind: communal_violence), {n}w) >= {n}\"",
    "when: sum(deaths of events(), 30d) >= {k} people",
    "when: count(events(), 30d) >= 2 * normal(count(events(), 30d), 5y)",
    "when: last(forecast(ipc3_share)) >= {p} %",
    "when: any(last(forecast(ipc3_people)) >= {k}_000 people over next 60d)",
    "when: min(last({a}), last({b})) > dated",
    "when: last({a}) > monthly or last({b}) > yearly",
    "when: count(last({a}) > {k}, last({b}) > {k}, rising(last({b}), 2 months)) >= 2",
    "when: on({s}) and last({a}) > {k}",
    "when: active({s}, 90d) and not last({a}) < {k}",
    "reads: change(last({a}), 12 months)\n    bands: {{watch: \">= {p} %\", warning: \">= 2{p} "
    "%\"}}",
});

constexpr auto kPatterns = std::to_array<std::string_view>({
    "watch: dimensions() >= 2\n    warning: dimensions() >= 4",
    "watch: active({a} or {b})\n    warning: on({a}) and on({b})\n    linger: 30d",
    "warning: \"cascade({a} ->[0d..120d] {b} -> {c}, within: 18 months)\"",
    "watch: neighbours({a}) >= 2\n    emergency: neighbours({a}) >= 2 and on({b})",
    "watch: count(on({a}), on({b}), not on({c})) >= 2",
    "watch: basin(food) >= 3 and dimensions(food, economic) >= 1",
    "watch: active(environmental or {a}, since rains)\n    mute: {{for: 6 months, place: [same, "
    "neighbours]}}",
    "watch: count(on({a}) over neighbours) >= 2\n    budget: {{at_most: 2, per: rains}}",
    "at: country\n    watch: share(on({a}) over children by people) >= 10 %",
    "watch: on({p} >= watch) and active({a}, 30d)",
});

}  // namespace

std::string big_pack(std::uint32_t signals, std::uint32_t patterns) {
  std::string out = R"(pack: big
regions: [XX]
seasons:
  rains: June .. September
parameters:
  dated:
    versions: [{from: 2020-01-01, value: 50, note: on 2019}, {from: 2024-01-01, value: 55, note: on 2023}]
    why: a benchmark
  monthly:
    by_month: {1: 41, 2: 42, 3: 43, 4: 44, 5: 45, 6: 46, 7: 47, 8: 48, 9: 49, 10: 50, 11: 51, 12: 52}
    why: a benchmark
  yearly:
    compute: quantile(max(index_00, 12 months) over 5y before, 75 %)
    as_of: year
    why: a benchmark
signals:
)";
  const auto index = [](std::uint32_t i) { return fmt::format("index_{:02}", i % kIndices); };
  const auto name = [](std::uint32_t i) { return fmt::format("signal_{:04}", i); };
  for (std::uint32_t i = 0; i < signals; ++i) {
    const std::uint32_t turn = i / static_cast<std::uint32_t>(kSignals.size());
    out += fmt::format("  {}:\n    title: Signal {}\n    dimension: {}\n    ", name(i), i,
                       kDimensions[i % kDimensions.size()]);
    using namespace fmt::literals;
    // A signal that is judged elsewhere, or of bands, is asked for by nobody.
    out += fmt::format(fmt::runtime(kSignals[i % kSignals.size()]), "a"_a = index(i + turn),
                       "b"_a = index(i + turn + 7), "n"_a = 2 + turn % 10, "k"_a = 41 + turn,
                       "p"_a = 10 + turn % 20,
                       "s"_a = name(turn * static_cast<std::uint32_t>(kSignals.size())));
    out += fmt::format("\n    why: \"Number {}, from {} to {}.\"\n", i, turn, i + turn);
  }
  out += "patterns:\n";
  const auto asked = [&](std::uint32_t i) {
    // Of the first sixteen of each turn, which are judged everywhere.
    const auto rules = static_cast<std::uint32_t>(kSignals.size());
    return name(i * 7 % (signals / rules) * rules + i % 16);
  };
  for (std::uint32_t i = 0; i < patterns; ++i) {
    out += fmt::format("  pattern_{:03}:\n    title: Pattern {}\n    window: {}d\n    ", i, i,
                       30 + i % 100);
    using namespace fmt::literals;
    out += fmt::format(fmt::runtime(kPatterns[i % kPatterns.size()]), "a"_a = asked(i),
                       "b"_a = asked(i + 1), "c"_a = asked(i + 2),
                       "p"_a = fmt::format("pattern_{:03}", i - i % kPatterns.size()));
    out += "\n    advise: [{function: oversee, horizon: short, text: Ask for a joint briefing.}]\n";
  }
  return out;
}

}  // namespace tocsin::bench
