#pragma once

#include <string_view>

#include "ingest/gate.h"
#include "ingest/gate_refusal.h"

namespace tocsin {

// Judges the days of records as of one moment, under one policy, which must outlive it.
class PeriodGate {
 public:
  PeriodGate(const GatePolicy& policy, ProcessingTime now)
      : policy_(policy), now_(now), today_(day_of(now)) {}

  Checked<void> check(const EventBody& body) const;
  // An observation speaks about exactly one period of its indicator, or one moment of its grid.
  Checked<void> check(const Indicator& indicator, const ObservationBody& body) const;
  // A forecast may speak about several periods and about the future, but was issued by today, and
  // before the last of its days was over. How long ago makes no difference: a hindcast is a
  // forecast with an old day of issue.
  Checked<void> check(const Indicator& indicator, const ForecastBody& body, Day issued) const;
  Checked<void> check(const CoverageBody& body) const;

 private:
  Checked<void> check_interval(Day start, Day end, std::string_view end_pointer) const;
  Checked<void> check_sample(const Indicator& indicator, const ObservationBody& body) const;
  Checked<void> check_ahead(Day day, std::string_view pointer) const;

  const GatePolicy& policy_;
  ProcessingTime now_;
  Day today_;
};

}  // namespace tocsin
