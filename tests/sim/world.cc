#include "tests/sim/world.h"

#include "tests/sim/contents.h"
#include "tests/sim/violation.h"

namespace tocsin::sim {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kExamineEvery = 60;  // steps
constexpr milliseconds kDay{kMillisecondsPerDay};

}  // namespace

World::World(std::uint64_t seed)
    : random_(seed),
      clock_(start_of<ProcessingTime>(kBegin)),
      network_(seed % 2 == 0 ? Manners::kHostile : Manners::kZeroMq, random_, figures_),
      channels_(random_, figures_),
      witness_(figures_) {
  for (const char* name : {"market", "watch", "relay"})
    producers_.push_back(std::make_unique<SimProducer>(name, clock_, network_, random_, figures_));
  disk_.on_slow_sync([this] { clock_.pass(std::chrono::seconds(random_.between(1, 20))); });
}

World::~World() = default;

SimProducer& World::any_producer() { return *producers_[random_.upto(producers_.size() - 1)]; }

std::vector<SimProducer*> World::all_producers() {
  std::vector<SimProducer*> all;
  for (const auto& producer : producers_) all.push_back(producer.get());
  return all;
}

void World::step() {
  ++steps_;
  figures_.add("steps");
  act();
  if (server_ && disk_.planned() == DiskFault::kPowerCut && disk_.has_hit())
    end_server(random_.chance(50) ? End::kPowerCut : End::kPowerCutTorn);
  if (!server_) return;
  const SimDisk::Exempt exempt(disk_);
  witness_.committed(server_->store(), all_producers());
  if (steps_ % kExamineEvery == 0) witness_.examine(server_->store(), server_->pipeline());
}

void World::act() {
  const auto what = random_.between(0, 999);
  if (what < 330) {
    if (random_.chance(30)) any_producer().fill();
    return any_producer().turn();
  }
  if (what < 480) return pass_time();
  if (what < 484) return jump_clock();
  if (what < 500) return network_.break_one();
  if (what < 505) return any_producer().crash();
  if (!server_) return start_server();
  if (what < 700) return server_->ingest_turn();
  if (what < 850) return engine_turn();
  if (what < 925) return server_->deliver_turn();
  if (what < 940) return acknowledge();
  if (what < 960) return disk_.has_hit() ? void() : plan_disk_fault();
  if (what < 968) {
    withheld_ = !withheld_;
    return server_->withhold(withheld_ ? "disk-full" : "");
  }
  if (what < 978) return end_server(End::kKilled);
  if (what < 986) return end_server(End::kPowerCut);
  if (what < 994) return end_server(End::kPowerCutTorn);
  stop_cleanly();
}

void World::pass_time() {
  const auto kind = random_.between(0, 99);
  if (kind < 80) return clock_.pass(milliseconds(random_.between(1, 200)));
  if (kind < 92) return clock_.pass(milliseconds(random_.between(1'000, 20'000)));
  if (kind < 96) return clock_.pass(std::chrono::minutes(random_.between(1, 120)));
  clock_.pass(kDay * random_.between(1, 12));
}

void World::jump_clock() {
  milliseconds jump = random_.chance(50) ? kDay * 365 : std::chrono::hours(random_.between(1, 60));
  const bool back = random_.chance(50);
  figures_.add(std::string("clock/") + (jump > kDay * 300 ? "a year " : "hours ") +
               (back ? "back" : "forward"));
  clock_.set_by(back ? -jump : jump);
}

void World::plan_disk_fault() {
  const auto fault = static_cast<DiskFault>(random_.between(1, kDiskFaultCount - 1));
  disk_.plan(fault, 1 + random_.upto(random_.chance(80) ? 5 : 60));
  figures_.add(fmt::format("fault planned/{}", name_of(fault)));
}

void World::start_server() {
  SimServer::Parts parts{disk_,
                         clock_,
                         network_,
                         channels_,
                         random_,
                         figures_,
                         [this](Store& store, Pipeline& pipeline) {
                           const SimDisk::Exempt exempt(disk_);
                           witness_.reopened(store);
                           witness_.committed(store, all_producers());
                           witness_.examine_store(store, pipeline.catalogue());
                         }};
  auto started = SimServer::start(parts);
  if (started) {
    server_ = *std::move(started);
    failed_starts_ = 0;
    withheld_ = false;
    figures_.add("starts");
    if (server_->pipeline().restored().found) figures_.add("starts from a checkpoint");
    const SimDisk::Exempt exempt(disk_);
    witness_.committed(server_->store(), all_producers());
    return witness_.examine(server_->store(), server_->pipeline());
  }
  figures_.add("starts that failed");
  expect(disk_.has_hit(), "a start failed on a disk without fault: {}", started.error().message);
  expect(started.error().code != ErrorCode::kCorrupt,
         "a start on a disk that failed takes the store for damaged: {}", started.error().message);
  figures_.add("crash/while starting");
  disk_.kill();
}

void World::end_server(End how) {
  static constexpr const char* kNames[] = {"killed", "power cut", "power cut, torn",
                                           "failed commit", "clean stop"};
  figures_.add(std::string("crash/") + kNames[static_cast<std::size_t>(how)]);
  if (disk_.has_hit()) figures_.add(fmt::format("fault hit/{}", name_of(disk_.planned())));
  if (how == End::kPowerCut) disk_.crash();
  if (how == End::kPowerCutTorn) disk_.crash_torn(random_.upto(1U << 30U));
  if (how == End::kKilled || how == End::kFailed) disk_.kill();
  server_.reset();
  if (how == End::kStopped) {
    // The power may have failed as the store was closed.
    if (disk_.planned() == DiskFault::kPowerCut && disk_.has_hit()) disk_.crash();
    disk_.heal();
  }
  hit_before_ = false;
  channels_.new_life();
  network_.break_all();
}

void World::stop_cleanly() {
  server_->finish();
  {
    const SimDisk::Exempt exempt(disk_);
    witness_.committed(server_->store(), all_producers());
  }
  end_server(End::kStopped);
}

void World::engine_turn() {
  if (auto done = server_->engine_turn(); !done) failed(done.error());
}

// A commit failed: the store must take nothing more, and the process ends.
void World::failed(const Error& error) {
  expect(disk_.has_hit() || hit_before_, "a commit failed on a disk without fault: {}",
         error.message);
  Store& store = server_->store();
  {
    const SimDisk::Exempt exempt(disk_);
    witness_.committed(store, all_producers());
  }
  if (disk_.planned() != DiskFault::kReadError) {
    const auto again = store.commit(Commit{});
    expect(!again && again.error().code == ErrorCode::kUnavailable,
           "a store takes a commit after one that failed ({})", error.message);
    expect(!store.put_state({}, {}), "a store takes state after a commit that failed ({})",
           error.message);
  }
  end_server(random_.chance(50) ? End::kFailed : End::kPowerCutTorn);
}

void World::acknowledge() {
  std::vector<Dispatch> accepted;
  {
    const SimDisk::Exempt exempt(disk_);
    must(server_->store().for_each_dispatch([&](const Dispatch& dispatch) {
      if (dispatch.state == DispatchState::kAccepted) accepted.push_back(dispatch);
      return Result<void>();
    }),
         "the outbox");
  }
  if (accepted.empty()) return;
  const Dispatch& dispatch = accepted[random_.upto(accepted.size() - 1)];
  if (auto done = server_->acknowledge(dispatch); !done) failed(done.error());
}

void World::settle() {
  calm_ = true;
  hit_before_ = server_ != nullptr && disk_.has_hit();
  disk_.heal();
  channels_.be_kind();
  network_.be_kind();
  for (int round = 0;; ++round) {
    expect(round < 4'000, "nothing goes wrong any more, and yet it does not settle:\n{}",
           standing());
    clock_.pass(milliseconds(round % 20 == 19 ? 20'000 : 150));
    if (!server_) {
      start_server();
      continue;
    }
    if (round == 0) server_->withhold("");
    for (const auto& producer : producers_) producer->turn();
    server_->ingest_turn();
    engine_turn();
    if (!server_) continue;
    for (int i = 0; i < 4; ++i) server_->deliver_turn();
    witness_.committed(server_->store(), all_producers());
    bool done =
        server_->is_idle() && server_->store().dispatch_counts().in(DispatchState::kIntended) == 0;
    for (const auto& producer : producers_) done = done && producer->all_acked();
    if (done) break;
  }
  witness_.examine(server_->store(), server_->pipeline());
  witness_.ask_twin(server_->pipeline(), server_->store());
  for (const Hash128& id : channels_.confirmed())
    expect(must(server_->store().dispatch(id), "a dispatch").state == DispatchState::kAccepted,
           "dispatch {} was accepted, the store says otherwise", id.hex());
}

std::string World::standing() const {
  std::string text = fmt::format("step {}, wall clock {}, disk fault {}\n", steps_,
                                 format_rfc3339(clock_.now()), disk_.has_hit());
  if (server_)
    text += fmt::format("server: now {}, {} dispatches intended, {} frames wait\n",
                        format_rfc3339(server_->pipeline().now()),
                        server_->store().dispatch_counts().in(DispatchState::kIntended),
                        server_->frames_waiting());
  for (const auto& producer : producers_) text += producer->standing() + "\n";
  return text;
}

}  // namespace tocsin::sim
