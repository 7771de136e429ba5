#include "tests/support/property_run.h"

#include <fmt/format.h>

#include <cstdlib>

#include "model/result.h"

namespace tocsin {
namespace {

std::uint64_t number_from(const char* name, std::uint64_t by_default) {
  const char* text = std::getenv(name);
  return text == nullptr ? by_default : std::strtoull(text, nullptr, 10);
}

// What the parser refuses because no data could decide it, or bands that a random draw put out of
// order; anything else is our mistake.
bool is_undecidable(const Diagnostics& diagnostics) {
  for (const Diagnostic& d : diagnostics)
    if (d.message.find("is always true") == std::string::npos &&
        d.message.find("can never") == std::string::npos &&
        d.message.find("is empty wherever it is judged") == std::string::npos &&
        d.message.find("does not (in ") == std::string::npos &&
        d.message.find("looks the other way") == std::string::npos &&
        // What names a parameter whose expression was refused.
        d.message.find("there is no parameter 'k") == std::string::npos)
      return false;
  return true;
}

}  // namespace

Cases cases_of(int by_default, int shard) {
  const auto wanted = static_cast<std::uint64_t>(by_default);
  const std::uint64_t count = number_from("TOCSIN_CASES", wanted);
  const Cases out{number_from("TOCSIN_SEED", 1) + count * static_cast<std::uint64_t>(shard),
                  static_cast<int>(count), count >= wanted};
  fmt::print("{} cases, seeds {} to {}\n", count, out.first, out.first + count - 1);
  return out;
}

std::string Trial::told() const {
  std::string out = fmt::format("TOCSIN_SEED={} TOCSIN_CASES=1 runs it again; {} to {}\n{}", seed,
                                format_day(c.begin), format_day(c.end), yaml);
  if (std::getenv("TOCSIN_TRACE") == nullptr) return out + "TOCSIN_TRACE=1 shows the records";
  for (const Arrival& a : c.arrivals)
    out += fmt::format("{} {}.{} {}\n", format_day(a.day), a.record.identity.hex().substr(0, 6),
                       a.record.revision, text_of(a.record.claim));
  return out;
}

Trial make_trial(std::uint64_t seed, const RandomOptions& options, Occurrences& occurred) {
  for (std::uint64_t attempt = 0; attempt < 100; ++attempt) {
    Occurrences counted;
    RandomCase drawn = random_case(seed * 1000 + attempt, options, counted);
    std::string yaml = twin::to_yaml(drawn.pack, drawn.catalogue);
    auto pack = parse_pack("random.yaml", yaml, drawn.catalogue);
    if (!pack && is_undecidable(pack.error())) continue;
    if (!pack) {
      fmt::print(stderr, "seed {}: {}\n", seed, render(pack.error().front(), yaml));
      require(false, "a random pack is refused only for what no data can decide");
    }
    for (const auto& [what, count] : counted) occurred[what] += count;
    if (yaml.find("status: ") != std::string::npos) ++occurred["events by their status"];
    return {seed, std::move(drawn), std::move(yaml), std::move(*pack)};
  }
  require(false, "a random pack is accepted after a few draws");
  return {};
}

bool is_long(std::uint64_t seed) { return seed % 25 == 0; }

Trial make_trial(std::uint64_t seed, Occurrences& occurred) {
  return make_trial(seed, {.around = true, .small = !is_long(seed)}, occurred);
}

void run_daily(EngineRun& engine, const Trial& trial) {
  std::size_t next = 0;
  for (Day today = trial.c.begin; today <= trial.c.end; today = today + 1) {
    for (; next < trial.c.arrivals.size() && trial.c.arrivals[next].day <= today; ++next)
      engine.receive(trial.c.arrivals[next].record);
    engine.advance(today);
  }
}

void print(const Occurrences& occurred, const std::string& title) {
  fmt::print("{}:\n", title);
  for (const auto& [what, count] : occurred) fmt::print("  {:<44} {}\n", what, count);
}

}  // namespace tocsin
