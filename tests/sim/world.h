#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/channels.h"
#include "tests/sim/clock.h"
#include "tests/sim/disk.h"
#include "tests/sim/network.h"
#include "tests/sim/producer.h"
#include "tests/sim/server.h"
#include "tests/sim/witness.h"

namespace tocsin::sim {

// The whole system in one thread: producers, network, daemon, disk, clocks, channels, and chance
// that decides what happens next and what goes wrong. The seed decides everything (but see
// SimDisk). A promise that is broken throws Violation.
class World {
 public:
  explicit World(std::uint64_t seed);
  ~World();

  void step();
  // Nothing goes wrong any more: until every frame is acknowledged and every dispatch has ended,
  // then everything is examined once more.
  void settle();

  const Figures& figures() const { return figures_; }
  std::string standing() const;  // for people

 private:
  void act();
  void pass_time();
  void jump_clock();
  void plan_disk_fault();
  void start_server();
  void stop_cleanly();
  // The process ends; `how` it came.
  enum class End : std::uint8_t { kKilled, kPowerCut, kPowerCutTorn, kFailed, kStopped };
  void end_server(End how);
  void engine_turn();
  void acknowledge();
  void failed(const Error& error);
  SimProducer& any_producer();
  std::vector<SimProducer*> all_producers();

  Random random_;
  Figures figures_;
  SimClock clock_;
  SimDisk disk_;
  Network network_;
  SimChannels channels_;
  Witness witness_;
  std::vector<std::unique_ptr<SimProducer>> producers_;
  std::unique_ptr<SimServer> server_;
  bool calm_ = false;
  bool hit_before_ = false;  // a fault that is healed came beside a commit: the next one says so
  bool withheld_ = false;
  std::uint64_t steps_ = 0, failed_starts_ = 0;
};

}  // namespace tocsin::sim
