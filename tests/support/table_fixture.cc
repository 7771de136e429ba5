#include "tests/support/table_fixture.h"

namespace tocsin {

std::uint32_t Table::signal(DimensionId dimension, twin::Expr when) {
  twin::Signal out;
  out.name = "s" + std::to_string(pack_.signals.size());
  out.dimension = dimension;
  out.when = std::move(when);
  pack_.signals.push_back(std::move(out));
  return static_cast<std::uint32_t>(pack_.signals.size() - 1);
}

twin::Pattern& Table::pattern(twin::Expr watch) {
  twin::Pattern out;
  out.name = "p" + std::to_string(pack_.patterns.size());
  out.levels[1] = std::move(watch);
  pack_.patterns.push_back(std::move(out));
  return pack_.patterns.back();
}

void Table::begin(std::string_view first_tick) {
  if (pack_.patterns.empty()) pattern(twin::on(0));
  begin_ = today_ = day(first_tick);
  const std::string yaml = twin::to_yaml(pack_, catalogue_);
  auto parsed = parse_pack("table.yaml", yaml, catalogue_);
  ASSERT_TRUE(parsed.has_value()) << render(parsed.error().front(), yaml);
  parsed_ = std::move(*parsed);
  engine_ = std::make_unique<EngineRun>(catalogue_, *parsed_, begin_);
}

void Table::say(SourceId source, const std::string& id, Claim claim, std::uint32_t revision,
                Day published) {
  const auto arrival = revision_of(catalogue_, source, id, std::move(claim), revision, published);
  latest_.admit(arrival);
  engine_->receive(arrival);
}

void Table::say_heat(std::string_view first, const std::vector<std::string>& degrees,
                     RegionId region) {
  Day d = day(first);
  for (const std::string& value : degrees) {
    if (value != "-")
      say(of::kFirst, "heat " + format_day(d) + std::to_string(region.number()),
          observation(region, of::kHeat, of::kFirst, d, d + 1, std::stoi(value) * 10));
    d = d + 1;
  }
}

void Table::say_month(IndicatorId indicator, std::string_view month, std::int64_t scaled,
                      RegionId region) {
  const Day start = day(std::string(month) + "-01");
  say(of::kFirst,
      std::string(month) + " " + std::to_string(indicator.number()) + " " +
          std::to_string(region.number()),
      observation(region, indicator, of::kFirst, start, add_months(start, 1), scaled));
}

void Table::today(std::string_view text) {
  today_ = day(text);
  engine_->advance(today_);
}

twin::Assessment Table::twin() const {
  return {catalogue_, pack_, latest_.all(), begin_, today_, nullptr};
}

std::string Table::signal_in(RegionId region, std::uint32_t index) {
  if (GetParam() == Who::kEngine)
    return to_text(signal_ticks(engine_->assessment(), region, index));
  return to_text(twin().signal(region, index));
}

std::string Table::pattern_in(RegionId region, std::uint32_t index) {
  if (GetParam() == Who::kEngine)
    return to_text(pattern_ticks(engine_->assessment(), region, index));
  return to_text(twin().pattern(region, index));
}

twin::Read last_of(IndicatorId indicator) {
  twin::Read out;
  out.indicator = indicator;
  return out;
}

twin::Read over(twin::How how, IndicatorId indicator, Span window) {
  twin::Read out = last_of(indicator);
  out.how = how;
  out.window = window;
  return out;
}

twin::Read clashes(Span window) {
  twin::Read out;
  out.how = twin::How::kCount;
  out.events = true;
  out.kinds = {of::kClash};
  out.window = window;
  return out;
}

twin::Expr at_least(twin::Read what, double n, std::string unit) {
  return twin::op(twin::Kind::kGreaterEqual, twin::read(std::move(what)),
                  twin::number(n, std::move(unit)));
}

std::string who_name(const testing::TestParamInfo<Who>& tested) {
  return tested.param == Who::kTwin ? "Twin" : "Engine";
}

}  // namespace tocsin
