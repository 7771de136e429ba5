#include "ingest/gate_period.h"

#include <fmt/format.h>

namespace tocsin {
namespace {

constexpr std::string_view kPeriodStart = "/data/period/start";
constexpr std::string_view kPeriodEnd = "/data/period/end";

Refused off_grid(const Indicator& indicator, Day start, Day end) {
  const auto index = period_of(indicator.cadence, start);
  const Day right_start = period_start(indicator.cadence, index);
  const Day right_end = period_start(indicator.cadence, index + 1);
  return refuse("period-off-grid", start != right_start ? kPeriodStart : kPeriodEnd,
                fmt::format("{} to {} is no {} of {}", format_day(start), format_day(end),
                            name_of(indicator.cadence), indicator.code),
                fmt::format("{} to {} for {} (the end is the day after the last one)",
                            format_day(right_start), format_day(right_end),
                            format_period(indicator.cadence, index)));
}

}  // namespace

Checked<void> PeriodGate::check(const EventBody& body) const {
  if (auto checked = check_interval(body.start, body.end, "/data/end"); !checked) return checked;
  return check_ahead(body.start, "/data/start");
}

Checked<void> PeriodGate::check(const Indicator& indicator, const ObservationBody& body) const {
  if (indicator.is_sampled()) return check_sample(indicator, body);
  if (body.at) {
    return refuse("bad-period", "/data/at",
                  fmt::format("{} is not sampled within the day", indicator.code),
                  "'period', with the days that the value speaks about");
  }
  if (auto checked = check_interval(body.start, body.end, kPeriodEnd); !checked) return checked;
  if (indicator.cadence == Cadence::kIrregular) return check_ahead(body.start, kPeriodStart);
  const auto index = period_of(indicator.cadence, body.start);
  if (body.start != period_start(indicator.cadence, index) ||
      body.end != period_start(indicator.cadence, index + 1)) {
    return off_grid(indicator, body.start, body.end);
  }
  return check_ahead(body.end - 1, kPeriodEnd);
}

// A moment of the grid that lies no further ahead than clocks differ.
Checked<void> PeriodGate::check_sample(const Indicator& indicator,
                                       const ObservationBody& body) const {
  if (!body.at) {
    return refuse("bad-period", "/data/period",
                  fmt::format("{} is sampled every {} s, and has no periods", indicator.code,
                              indicator.sample_seconds),
                  "'at', with the time of the sample");
  }
  const std::int64_t into_day =
      body.at->milliseconds() - start_of<EventTime>(body.start).milliseconds();
  const std::int64_t step = std::int64_t{indicator.sample_seconds} * 1000;
  if (into_day % step != 0) {
    const EventTime before(body.at->milliseconds() - into_day % step);
    return refuse("period-off-grid", "/data/at",
                  fmt::format("{} is no time at which {} is sampled", format_rfc3339(*body.at),
                              indicator.code),
                  fmt::format("every {} s from midnight UTC on: {}", indicator.sample_seconds,
                              format_rfc3339(before)));
  }
  const EventTime last(now_.milliseconds() + std::int64_t{policy_.seconds_ahead} * 1000);
  if (*body.at <= last) return {};
  return refuse("future-day", "/data/at",
                fmt::format("{} lies in the future", format_rfc3339(*body.at)),
                fmt::format("at most {}", format_rfc3339(last)));
}

Checked<void> PeriodGate::check(const Indicator& indicator, const ForecastBody& body,
                                Day issued) const {
  if (auto checked = check_interval(body.start, body.end, kPeriodEnd); !checked) return checked;
  const auto on_grid = [&](Day day) {
    return period_start(indicator.cadence, period_of(indicator.cadence, day)) == day;
  };
  if (indicator.cadence != Cadence::kIrregular && !(on_grid(body.start) && on_grid(body.end))) {
    return off_grid(indicator, body.start, body.end);
  }
  if (body.end <= issued) {
    return refuse("period-before-issue", kPeriodEnd,
                  fmt::format("it was issued on {}, when its period was over", format_day(issued)),
                  fmt::format("{} or later", format_day(issued + 1)));
  }
  return check_ahead(issued, "/time");
}

Checked<void> PeriodGate::check(const CoverageBody& body) const {
  if (body.until <= body.from) {
    return refuse("bad-period", "/data/until",
                  fmt::format("complete until {}, not after {}", format_day(body.until),
                              format_day(body.from)),
                  "the day after the last one that is complete");
  }
  return check_ahead(body.until, "/data/until");
}

// [start, end) holds a day, and not too many.
Checked<void> PeriodGate::check_interval(Day start, Day end, std::string_view end_pointer) const {
  if (end <= start) {
    return refuse("bad-period", end_pointer,
                  fmt::format("{} is not after {}", format_day(end), format_day(start)),
                  "the day after the last one");
  }
  if (end - start > policy_.days_max) {
    return refuse(
        "period-too-long", end_pointer,
        fmt::format("{} to {} are {} days", format_day(start), format_day(end), end - start),
        fmt::format("at most {} days", policy_.days_max));
  }
  return {};
}

Checked<void> PeriodGate::check_ahead(Day day, std::string_view pointer) const {
  const Day last = today_ + policy_.days_ahead;
  if (day <= last) return {};
  return refuse("future-day", pointer, fmt::format("{} lies in the future", format_day(day)),
                fmt::format("at most {}", format_day(last)));
}

}  // namespace tocsin
