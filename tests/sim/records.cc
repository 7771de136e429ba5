#include "tests/sim/records.h"

#include <fmt/format.h>

#include "model/period.h"

namespace tocsin::sim {
namespace {

std::string line(const char* kind, std::string_view source, const std::string& id, Day time,
                 const std::string& subject, std::int64_t revision, const std::string& data) {
  return fmt::format(
      R"({{"specversion":"1.0","id":"{}","source":"{}","type":"org.tocsin.{}.v1","time":"{}T00:00:00Z",)"
      R"({}"revision":{},"data":{{{}}}}})",
      id, source, kind, format_day(time),
      subject.empty() ? "" : fmt::format(R"("subject":"{}",)", subject), revision, data);
}

const char* region(Random& random) {
  return random.pick<const char*>({"NG-BO", "NG-BO", "NG-YO", "TD-LC"});
}

std::int64_t revision(Random& random) { return random.chance(70) ? 1 : random.between(1, 4); }

}  // namespace

Records::Frame Records::frame(Random& random, Day today) const {
  Frame frame;
  for (std::int64_t i = random.between(1, 8); i > 0; --i) {
    frame.payload += record(random, today) + "\n";
    ++frame.records;
  }
  return frame;
}

std::string Records::observation(Random& random, Day today, const std::string& source) const {
  // Now and then beyond the lateness horizon.
  const auto back =
      static_cast<std::int32_t>(random.chance(90) ? random.between(1, 4) : random.between(5, 14));
  const std::int32_t month = period_of(Cadence::kMonth, today) - back;
  const Day start = period_start(Cadence::kMonth, month);
  const std::string where = region(random);
  return line("observation", source, fmt::format("{}/{}/{}", where, month, random.between(0, 1)),
              start, where, revision(random),
              fmt::format(R"("indicator":"price","period":{{"start":"{}","end":"{}"}},"value":{})",
                          format_day(start), format_day(period_start(Cadence::kMonth, month + 1)),
                          10 * random.between(25, 33)));
}

std::string Records::event(Random& random, Day today) const {
  const auto back = static_cast<std::int32_t>(random.chance(95) ? random.between(1, 40)
                                                                : random.between(41, 420));
  const Day start = today - back;
  const Day end = start + static_cast<std::int32_t>(random.between(1, 2));
  return line("event", "monitor", fmt::format("e{}", random.between(0, 150)), start,
              random.chance(10) ? "NG" : region(random), revision(random),
              fmt::format(R"("kind":"{}","start":"{}","end":"{}","deaths":{})",
                          random.pick<const char*>({"clash", "clash", "raid"}), format_day(start),
                          format_day(end), random.between(0, 20)));
}

std::string Records::record(Random& random, Day today) const {
  const auto what = random.between(0, 99);
  const bool events = producer_ == "watch" || (producer_ == "relay" && random.chance(50));
  if (what < 70) {
    if (events) return event(random, today);
    return observation(random, today,
                       producer_ == "market" && random.chance(30) ? "survey-2" : "survey");
  }
  if (what < 80 && events) {
    const auto from = static_cast<std::int32_t>(random.between(20, 200));
    const auto until = static_cast<std::int32_t>(random.between(0, 10));
    return line("coverage", "monitor", fmt::format("c{}", random.between(0, 9)), today - until, "",
                revision(random),
                fmt::format(R"("stream":"events","regions":["{}"],"from":"{}","until":"{}")",
                            random.pick<const char*>({"NG", "NG", "TD", "NG-BO"}),
                            format_day(today - until - from), format_day(today - until)));
  }
  if (what < 88)
    return line("retraction", events ? "monitor" : "survey",
                events ? fmt::format("e{}", random.between(0, 150))
                       : fmt::format("{}/{}/0", region(random),
                                     period_of(Cadence::kMonth, today) - random.between(1, 4)),
                today, "", random.between(1, 4), R"("reason":"test")");
  if (what < 92) return events ? observation(random, today, "survey-2") : event(random, today);
  if (what < 94) return "no JSON at all";
  if (what < 96)
    return line(
        "observation", "survey", "far", today - 40, "XX-1", 1,
        R"("indicator":"price","period":{"start":"2025-01-01","end":"2025-02-01"},"value":1)");
  return events ? event(random, today) : observation(random, today, "survey");
}

}  // namespace tocsin::sim
