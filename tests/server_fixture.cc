#include "server_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <thread>

#ifdef __SANITIZE_THREAD__
extern "C" const char* __tsan_default_options() {
  return "suppressions=" TOCSIN_SOURCE_DIR "/tests/tsan.supp";
}
#endif

namespace tocsin::test {

bool TestSink::offer(Frame& frame) {
  {
    const std::lock_guard lock(mutex_);
    if (frames_.size() >= room_) return false;
    frames_.push_back(std::move(frame));
  }
  filled_.notify_all();
  return true;
}

Frame TestSink::take() {
  std::unique_lock lock(mutex_);
  if (!filled_.wait_for(lock, kDeadline, [this] { return !frames_.empty(); })) {
    ADD_FAILURE() << "no frame came";
    return {};
  }
  Frame frame = std::move(frames_.front());
  frames_.pop_front();
  return frame;
}

bool TestSink::empty() const {
  const std::lock_guard lock(mutex_);
  return frames_.empty();
}

void TestSink::set_room(std::size_t frames) {
  const std::lock_guard lock(mutex_);
  room_ = frames;
}

Result<std::uint64_t> TestPositions::durable_sequence(const std::string& producer,
                                                      const std::string& epoch) {
  const std::lock_guard lock(mutex_);
  if (error_) return tl::unexpected(*error_);
  const auto at = positions_.find({producer, epoch});
  return at == positions_.end() ? 0 : at->second;
}

void TestPositions::set(const std::string& producer, const std::string& epoch,
                        std::uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  positions_[{producer, epoch}] = sequence;
}

void TestPositions::fail_with(std::optional<Error> error) {
  const std::lock_guard lock(mutex_);
  error_ = std::move(error);
}

RawProducer::RawProducer(const std::string& endpoint, const KeyPair& keys,
                         const std::string& server_key, int receive_queue) {
  socket_ = zmq::socket_t(context_, zmq::socket_type::dealer);
  socket_.set(zmq::sockopt::linger, 0);
  socket_.set(zmq::sockopt::rcvhwm, receive_queue);
  socket_.set(zmq::sockopt::reconnect_ivl, 20);
  if (!server_key.empty()) {
    socket_.set(zmq::sockopt::curve_serverkey, server_key);
    socket_.set(zmq::sockopt::curve_publickey, keys.public_key);
    socket_.set(zmq::sockopt::curve_secretkey, keys.secret_key);
  }
  zmq_socket_monitor(socket_.handle(), "inproc://raw.monitor",
                     ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_DISCONNECTED);
  monitor_ = zmq::socket_t(context_, zmq::socket_type::pair);
  monitor_.set(zmq::sockopt::linger, 0);
  monitor_.connect("inproc://raw.monitor");
  socket_.connect(endpoint);
}

void RawProducer::send(const Parts& parts) {
  for (std::size_t i = 0; i < parts.size(); ++i)
    socket_.send(zmq::buffer(parts[i]),
                 i + 1 < parts.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
}

std::optional<ServerMessage> RawProducer::receive(std::chrono::milliseconds wait) {
  zmq::pollitem_t item{socket_.handle(), 0, ZMQ_POLLIN, 0};
  if (zmq_poll(&item, 1, wait.count()) <= 0) return std::nullopt;
  std::vector<zmq::message_t> parts;
  do {
    parts.emplace_back();
    if (!socket_.recv(parts.back())) return std::nullopt;
  } while (parts.back().more());
  std::vector<std::string_view> views;
  for (const zmq::message_t& part : parts) views.push_back(part.to_string_view());
  auto message = decode_server(views);
  EXPECT_TRUE(message) << (message ? "" : message.error().message);
  return message ? std::optional(std::move(*message)) : std::nullopt;
}

WelcomeMessage RawProducer::hello(const std::string& epoch, std::uint64_t last_ack) {
  send(encode(HelloMessage{.epoch = epoch, .last_ack = last_ack}));
  return expect<WelcomeMessage>();
}

void RawProducer::batch(const WelcomeMessage& session, std::uint64_t sequence,
                        const std::string& payload, std::uint64_t records) {
  send(encode(BatchMessage{
      .session = session.session, .sequence = sequence, .records = records, .payload = payload}));
}

void RawProducer::expect_durable(std::uint64_t durable) {
  const auto until = std::chrono::steady_clock::now() + kDeadline;
  while (std::chrono::steady_clock::now() < until) {
    const auto message = receive(std::chrono::milliseconds(100));
    if (!message) continue;
    if (const auto* ack = std::get_if<AckMessage>(&*message); ack && ack->durable == durable)
      return;
    if (const auto* beat = std::get_if<ServerHeartbeat>(&*message);
        beat && beat->durable == durable)
      return;
  }
  fail_test("durable " + std::to_string(durable));
}

bool RawProducer::was_turned_away() {
  zmq::pollitem_t item{monitor_.handle(), 0, ZMQ_POLLIN, 0};
  return zmq_poll(&item, 1, std::chrono::milliseconds(kDeadline).count()) > 0;
}

void RawProducer::fail_test(const std::string& what) { ADD_FAILURE() << "never came: " << what; }

std::shared_ptr<const Catalogue> catalogue_of(
    const std::vector<std::pair<std::string, std::string>>& name_and_key) {
  auto catalogue = std::make_shared<Catalogue>();
  for (const auto& [name, key] : name_and_key) {
    Producer producer{.name = name, .public_keys = {}, .sources = {}};
    if (!key.empty()) producer.public_keys.push_back(key);
    catalogue->producers.push_back(producer);
  }
  catalogue->index();
  return catalogue;
}

Served::Served(const std::function<void(ServerOptions&)>& change, TestEngine* real_engine)
    : server_keys(*make_curve_keypair()),
      alpha_keys(*make_curve_keypair()),
      beta_keys(*make_curve_keypair()),
      engine(real_engine) {
  ServerOptions options;
  options.plain_producer = "alpha";
  options.on_note = [this](const Note& note) {
    if (std::getenv("TOCSIN_SHOW_NOTES") != nullptr)
      std::fprintf(stderr, "%s: %s\n", std::string(name_of(note.kind)).c_str(),
                   note.message.c_str());
    const std::lock_guard lock(notes_mutex);
    seen_notes.push_back(note);
  };
  change(options);
  auto started = IngestServer::start(
      std::move(options),
      catalogue_of({{"alpha", alpha_keys.public_key}, {"beta", beta_keys.public_key}}),
      engine ? engine->sink() : sink, engine ? static_cast<PositionSource&>(*engine) : positions);
  if (!started) throw std::runtime_error(started.error().message);
  server = std::move(*started);
  if (engine) engine->answer_to(server.get());
}

Served::~Served() {
  if (engine) engine->answer_to(nullptr);
}

TestEngine::TestEngine() : thread_([this] { run(); }) {}

TestEngine::~TestEngine() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  queue_.close();
  thread_.join();
}

void TestEngine::answer_to(IngestServer* server) {
  const std::lock_guard lock(mutex_);
  server_ = server;
}

Result<std::uint64_t> TestEngine::durable_sequence(const std::string& producer,
                                                   const std::string& epoch) {
  const std::lock_guard lock(mutex_);
  return durable_[{producer, epoch}];
}

void TestEngine::lose_frames_after(std::uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  for (auto& [key, durable] : durable_) durable = std::min(durable, sequence);
  payloads_.resize(std::min<std::size_t>(payloads_.size(), sequence));
}

std::vector<std::string> TestEngine::payloads() const {
  const std::lock_guard lock(mutex_);
  return payloads_;
}

std::uint64_t TestEngine::committed() const {
  const std::lock_guard lock(mutex_);
  return payloads_.size();
}

void TestEngine::run() {
  while (true) {
    const std::vector<Frame> frames = queue_.take(1000, std::chrono::milliseconds(50));
    const std::lock_guard lock(mutex_);
    if (stop_) return;
    std::vector<FrameResult> results;
    for (const Frame& frame : frames) results.push_back(commit(frame));
    if (server_ && !results.empty()) server_->post(std::move(results));
  }
}

FrameResult TestEngine::commit(const Frame& frame) {
  FrameResult result = applied(frame, 0);
  std::uint64_t& durable = durable_[{frame.producer, frame.epoch}];
  if (frame.sequence != durable + 1) {
    result.refused = Error{ErrorCode::kConflict, "not the next frame"};
    return result;
  }
  durable = frame.sequence;
  payloads_.push_back(frame.payload);
  std::istringstream lines(frame.payload);
  std::uint32_t index = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    const bool bad = line.find("\"bad\"") != std::string::npos;
    if (bad) result.nacks.push_back({index, {"bad-record", "/bad", "it is bad", "good ones"}});
    ++result.fates[static_cast<std::size_t>(bad ? Fate::kQuarantined : Fate::kApplied)];
    ++index;
  }
  return result;
}

void Served::commit(const Frame& frame) { server->post(applied(frame)); }

bool Served::eventually(const std::function<bool(const ServerStatistics&)>& holds) const {
  const auto until = std::chrono::steady_clock::now() + kDeadline;
  while (std::chrono::steady_clock::now() < until) {
    if (holds(statistics())) return true;
    std::this_thread::yield();
  }
  return false;
}

std::vector<Note> Served::notes() const {
  const std::lock_guard lock(notes_mutex);
  return seen_notes;
}

FrameResult applied(const Frame& frame, std::uint32_t records) {
  FrameResult result{
      .producer = frame.producer, .epoch = frame.epoch, .sequence = frame.sequence, .fates = {}};
  result.fates[static_cast<std::size_t>(Fate::kApplied)] = records;
  return result;
}

}  // namespace tocsin::test
