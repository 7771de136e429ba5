#include "bench/mix.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "model/clock.h"
#include "model/period.h"

namespace tocsin::bench {
namespace {

constexpr std::array kOfPack = {"rainfall", "millet_price", "sorghum_price", "ipc3_share",
                                "displaced_people"};

}  // namespace

Mix::Mix(const MixOptions& options)
    : options_(options),
      first_period_(period_of(Cadence::kMonth, day_of(SystemClock().now())) -
                    static_cast<std::int32_t>(kLastMonth) - 1),
      random_(options.seed) {}

std::string Mix::frame() {
  std::string payload;
  payload.reserve(kFrameRecords * 300);
  for (std::uint32_t kind = 0; kind < kFrameRecords; ++kind) {  // the mix is fixed in every frame
    if (kind < 5 && next_ > 0) {
      add(payload, random_() % next_, 2);
    } else if (kind < 8 && next_ > 0) {
      add(payload, next_ - 1 - random_() % std::min<std::uint64_t>(next_, 10'000), 1);
    } else if (kind < 10) {
      late(payload);
    } else {
      add(payload, next_++, 1);
    }
  }
  return payload;
}

void Mix::add(std::string& payload, std::uint64_t index, int revision) {
  const std::uint64_t series = std::uint64_t{options_.regions} * options_.indicators;
  const std::uint64_t place = index % series;
  write(payload, static_cast<std::uint32_t>(place % options_.regions),
        static_cast<std::uint32_t>(place / options_.regions),
        options_.first_month + static_cast<std::uint32_t>(index / series), revision, index, "");
}

void Mix::late(std::string& payload) {
  const std::uint64_t series = std::uint64_t{options_.regions} * options_.indicators;
  const auto month = options_.first_month + static_cast<std::uint32_t>(next_ / series);
  const auto back = static_cast<std::uint32_t>(random_() % 12);
  write(payload, static_cast<std::uint32_t>(random_() % options_.regions),
        static_cast<std::uint32_t>(random_() % options_.indicators),
        month > back ? month - back : 0, 1, late_++, "late-");
}

void Mix::write(std::string& payload, std::uint32_t region, std::uint32_t indicator,
                std::uint32_t month, int revision, std::uint64_t id,
                std::string_view prefix) const {
  const std::int32_t period = first_period_ + static_cast<std::int32_t>(month);
  const std::string start = format_day(period_start(Cadence::kMonth, period));
  const std::string end = format_day(period_start(Cadence::kMonth, period + 1));
  const bool of_pack = indicator < kOfPack.size();
  const std::string name =
      of_pack ? kOfPack[indicator] : fmt::format("index_{:02}", indicator - kOfPack.size());
  // Distinct values around 50. In one of 2,000 months of a region everything is far higher: there
  // threats converge.
  const std::uint64_t mixed = (id + 1) * 0x9E3779B97F4A7C15u + static_cast<std::uint64_t>(revision);
  const std::uint64_t noise = (mixed >> 40) % 2000;
  const bool shock = options_.shocks && (region * 7919u + month * 104'729u) % 2000 == 7;
  const double value = (40.0 + static_cast<double>(noise) / 100) * (shock ? 1.6 : 1);
  fmt::format_to(
      std::back_inserter(payload),
      R"({{"specversion":"1.0","id":"{}-{}{}","source":"bench","type":"org.tocsin.observation.v1",)"
      R"("time":"{}T00:00:00Z","subject":"XX-{:05}","revision":{},"published":"{}T06:00:00Z",)"
      R"("data":{{"indicator":"{}","period":{{"start":"{}","end":"{}"}},"value":{:.2f}}}}})"
      "\n",
      options_.seed, prefix, id, end, region, revision, end, name, start, end, value);
}

}  // namespace tocsin::bench
