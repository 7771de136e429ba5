// The short form of the simulation; the long one is tocsin_sim.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/sim/violation.h"
#include "tests/sim/world.h"
#include "tests/support/record_gen.h"

namespace tocsin::sim {
namespace {

constexpr int kSteps = 400;

Figures simulate(std::uint64_t seed) {
  World world(seed);
  try {
    for (int step = 0; step < kSteps; ++step) world.step();
    world.settle();
  } catch (const Violation& violation) {
    ADD_FAILURE() << violation.what() << '\n'
                  << world.standing() << "repeat with: tocsin_sim --seed " << seed << " --steps "
                  << kSteps;
  }
  return world.figures();
}

TEST(Simulation, KeepsEveryPromiseWhateverGoesWrong) {
  const std::uint64_t seed = testsupport::test_seed();
  Figures figures;
  for (int i = 0; i < testsupport::test_cases(10) && !HasFailure(); ++i)
    figures.add(simulate(seed + static_cast<std::uint64_t>(i)));
  for (const auto& [name, count] : figures.all()) fmt::print("{}: {}\n", name, count);
  // That something went on in it.
  EXPECT_GT(figures.of("records"), 100u);
  EXPECT_GT(figures.of("attempt/accepted"), 50u);
  EXPECT_GT(figures.of("starts from a checkpoint"), 5u);
}

TEST(Simulation, IsRepeatedByItsSeed) {
  const Figures once = simulate(7), again = simulate(7);
  EXPECT_EQ(once.all(), again.all());
}

}  // namespace
}  // namespace tocsin::sim
