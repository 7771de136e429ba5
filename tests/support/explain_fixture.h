#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "rules/explain.h"
#include "tests/support/rule_builders.h"

namespace tocsin {

// What the engine tells of a rule in the small world, from what it has been sent.
class ExplainFixture : public testing::Test {
 protected:
  // Reads the pack "told.yaml"; history begins on `first`. What `catalogue_` is to have else is put
  // into it before.
  void begin(std::string_view pack, std::string_view first) {
    const std::string yaml(pack);
    auto parsed = parse_pack("told.yaml", yaml, catalogue_);
    if (parsed) {
      pack_ = std::move(*parsed);
    } else {
      for (const Diagnostic& diagnostic : parsed.error()) ADD_FAILURE() << render(diagnostic, yaml);
    }
    run_ = std::make_unique<EngineRun>(catalogue_, pack_, day(first));
  }

  void say(const std::string& id, Claim claim, SourceId source = of::kFirst,
           std::uint32_t revision = 1) {
    run_->receive(revision_of(catalogue_, source, id, std::move(claim), revision));
  }
  // Of one day.
  void heat(std::string_view when, std::int64_t tenths, RegionId region = at::kXa,
            std::uint32_t revision = 1) {
    say("heat " + std::to_string(region.number()) + " " + std::string(when),
        observation(region, of::kHeat, of::kFirst, day(when), day(when) + 1, tenths), of::kFirst,
        revision);
  }
  void covered(std::string_view from, std::string_view until) {
    say("covered " + std::string(from),
        events_covered(of::kFirst, {at::kX}, day(from), day(until)));
  }
  void today(std::string_view text) {
    today_ = day(text);
    run_->advance(today_);
  }

  // Today.
  SignalExplained signal(std::string_view name, RegionId region = at::kXa) const {
    const auto index = static_cast<std::uint32_t>(pack_.find_signal(name) - pack_.signals.data());
    return explain_signal(run_->assessment(), region, index, today_);
  }
  PatternExplained pattern(std::uint32_t index = 0, RegionId region = at::kXa) const {
    return explain_pattern(run_->assessment(), region, index, today_);
  }
  // On a day, which is then today.
  SignalExplained signal_on(std::string_view name, std::string_view when) {
    today(when);
    return signal(name);
  }
  Evidence told(std::string_view name, std::string_view when) {
    return signal_on(name, when).evidence;
  }

  Catalogue catalogue_ = small_world();
  Pack pack_;
  std::unique_ptr<EngineRun> run_;
  Day today_;
};

}  // namespace tocsin
