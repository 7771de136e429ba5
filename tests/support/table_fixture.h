#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/rule_builders.h"

namespace tocsin {

// Cases worked by hand, told to the twin and to the engine alike: both must say what the page says.
enum class Who : std::uint8_t { kTwin, kEngine };

class Table : public testing::TestWithParam<Who> {
 protected:
  Table() { pack_.regions = {at::kXa, at::kXb}; }

  // A signal's number in the pack.
  std::uint32_t signal(DimensionId dimension, twin::Expr when);
  twin::Signal& last_signal() { return pack_.signals.back(); }
  twin::Pattern& pattern(twin::Expr watch);

  // After the pack is complete: history begins.
  void begin(std::string_view first_tick);
  void say(SourceId source, const std::string& id, Claim claim, std::uint32_t revision = 1,
           Day published = Day(0));
  // Heat in Xa, one degree value a day from `first` on; "-" leaves a day out.
  void say_heat(std::string_view first, const std::vector<std::string>& degrees,
                RegionId region = at::kXa);
  void say_month(IndicatorId indicator, std::string_view month, std::int64_t scaled,
                 RegionId region = at::kXa);
  void today(std::string_view day);

  std::string signal_in(RegionId region, std::uint32_t index = 0);
  std::string pattern_in(RegionId region, std::uint32_t index = 0);

  Catalogue catalogue_ = small_world();
  twin::Pack pack_;

 private:
  twin::Assessment twin() const;

  std::optional<Pack> parsed_;
  std::unique_ptr<EngineRun> engine_;
  LatestRevisions latest_;
  Day begin_, today_;
};

twin::Read last_of(IndicatorId indicator);
twin::Read over(twin::How how, IndicatorId indicator, Span window);
twin::Read clashes(Span window);
inline Span days(std::int32_t n) { return {n, SpanUnit::kDays}; }
inline Span months(std::int32_t n) { return {n, SpanUnit::kMonths}; }
// read >= n units
twin::Expr at_least(twin::Read what, double n, std::string unit = "");
std::string who_name(const testing::TestParamInfo<Who>& tested);

}  // namespace tocsin
