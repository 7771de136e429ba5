// tocsin_sim --seed S --steps N --seeds K: the simulation of K seeds from S on, N steps each. Ends
// with one line of JSON on the standard output; with 1 when a promise was broken.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "tests/sim/violation.h"
#include "tests/sim/world.h"

namespace {

struct Options {
  std::uint64_t seed = 1, steps = 1'000, seeds = 1;
  bool quiet = true;
};

bool read_options(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--verbose") {
      options.quiet = false;
      continue;
    }
    std::uint64_t* number = name == "--seed"    ? &options.seed
                            : name == "--steps" ? &options.steps
                            : name == "--seeds" ? &options.seeds
                                                : nullptr;
    char* end = nullptr;
    if (number == nullptr || i + 1 == argc) return false;
    *number = std::strtoull(argv[++i], &end, 10);
    if (end == argv[i] || *end != '\0') return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!read_options(argc, argv, options)) {
    std::cerr << "usage: tocsin_sim [--seed S] [--steps N] [--seeds K] [--verbose]; all numbers\n";
    return 2;
  }
  tocsin::sim::Figures figures;
  std::uint64_t failures = 0;
  for (std::uint64_t seed = options.seed; seed < options.seed + options.seeds; ++seed) {
    tocsin::sim::World world(seed);
    if (!options.quiet) fmt::print(stderr, "seed {}\n", seed);
    try {
      for (std::uint64_t step = 0; step < options.steps; ++step) world.step();
      world.settle();
    } catch (const tocsin::sim::Violation& violation) {
      ++failures;
      fmt::print(stderr, "seed {}: {}\n{}repeat with: tocsin_sim --seed {} --steps {}\n", seed,
                 violation.what(), world.standing(), seed, options.steps);
    }
    figures.add(world.figures());
  }
  boost::json::object summary{
      {"first_seed", options.seed}, {"seeds", options.seeds}, {"failures", failures}};
  for (const auto& [name, count] : figures.all()) summary[name] = count;
  std::cout << boost::json::serialize(summary) << '\n';
  return failures == 0 ? 0 : 1;
}
