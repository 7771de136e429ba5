#include "ingest/server_loop.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <random>

#include "ingest/server_receive.h"

namespace tocsin {

namespace {

constexpr int kZapRequestsPerTurn = 64;
constexpr int kMonitorEventsPerTurn = 256;
constexpr std::chrono::milliseconds kOfferAgain{2};
constexpr std::chrono::milliseconds kListsInterval{50};
constexpr std::chrono::milliseconds kHandshakeTime{5000};
constexpr std::chrono::milliseconds kPingTime{10'000};
constexpr const char* kMonitorEndpoint = "inproc://ingest.monitor";
constexpr int kMonitorEvents = ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED |
                               ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                               ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL;

std::uint64_t random_session() {
  std::random_device device;
  // 40 bits: room for 2^52 sessions before numbers leave JSON's exact integers.
  return ((std::uint64_t{device()} << 8U) ^ device()) & 0xFF'FFFF'FFFFU;
}

int local_port(int fd) {
  sockaddr_storage address{};
  socklen_t length = sizeof(address);
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) return -1;
  if (address.ss_family == AF_INET)
    return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
  if (address.ss_family == AF_INET6)
    return ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
  return -1;
}

int port_of(std::string_view endpoint) {
  const std::string port(endpoint.substr(endpoint.rfind(':') + 1));
  return std::atoi(port.c_str());
}

}  // namespace

IngestServer::Loop::Loop(ServerOptions options, std::shared_ptr<const Catalogue> catalogue,
                         FrameSink& sink, PositionSource& positions)
    : options_(std::move(options)),
      catalogue_(std::move(catalogue)),
      sink_(sink),
      table_(options_.sessions, positions, random_session(), options_.on_note),
      feeds_(options_.feeds, options_.sessions.frame, positions,
             [this](NoteKind kind, std::string text) {
               table_.note(kind, "", std::move(text), std::chrono::steady_clock::now());
             }) {
  feeds_.set_rates(options_.sessions.rates);
}

IngestServer::Loop::~Loop() {
  stop();
  if (wake_fd_ >= 0) ::close(wake_fd_);
}

Result<void> IngestServer::Loop::open() {
  wake_fd_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake_fd_ < 0) return fail(ErrorCode::kIo, fmt::format("eventfd: {}", std::strerror(errno)));
  std::string failing = options_.endpoint;
  try {
    zap_ = zmq::socket_t(context_, zmq::socket_type::rep);
    zap_.set(zmq::sockopt::linger, 0);
    zap_.bind("inproc://zeromq.zap.01");  // before the sockets that ask it
    router_ = zmq::socket_t(context_, zmq::socket_type::router);
    configure_router();
    if (zmq_socket_monitor(router_.handle(), kMonitorEndpoint, kMonitorEvents) != 0)
      throw zmq::error_t();
    monitor_ = zmq::socket_t(context_, zmq::socket_type::pair);
    monitor_.set(zmq::sockopt::linger, 0);
    monitor_.connect(kMonitorEndpoint);
    router_.bind(options_.endpoint);
    endpoint_ = router_.get(zmq::sockopt::last_endpoint);
    feeds_.open(context_, options_.curve, options_.receive_queue, failing);
  } catch (const zmq::error_t& error) {
    close_sockets();
    return fail(ErrorCode::kIo, fmt::format("ingest endpoint {}: {}", failing, error.what()));
  }
  port_ = port_of(endpoint_);
  publish();
  publish_lists(std::chrono::steady_clock::now());
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "ingest");
    run();
  });
  return {};
}

void IngestServer::Loop::configure_router() {
  const auto whole_ms = [](std::chrono::milliseconds time) {
    return static_cast<int>(time.count());
  };
  // So that an answer that can't be queued is seen here, instead of being dropped without a word.
  router_.set(zmq::sockopt::router_mandatory, 1);
  router_.set(zmq::sockopt::maxmsgsize,
              static_cast<std::int64_t>(
                  2 * std::max<std::uint64_t>(options_.sessions.frame.bytes, kHeaderBytesMax)));
  router_.set(zmq::sockopt::rcvhwm, options_.receive_queue);
  router_.set(zmq::sockopt::sndhwm, options_.send_queue);
  router_.set(zmq::sockopt::linger, whole_ms(options_.linger));
  router_.set(zmq::sockopt::handshake_ivl, whole_ms(kHandshakeTime));
  router_.set(zmq::sockopt::heartbeat_ivl, whole_ms(kPingTime));
  router_.set(zmq::sockopt::heartbeat_timeout, whole_ms(3 * kPingTime));
  router_.set(zmq::sockopt::tcp_keepalive, 1);
  router_.set(zmq::sockopt::backlog, 1024);
  router_.set(zmq::sockopt::ipv6, options_.endpoint.find('[') != std::string::npos ? 1 : 0);
  router_.set(zmq::sockopt::zap_domain, kZapDomain);
  if (!options_.curve) return;
  router_.set(zmq::sockopt::curve_server, 1);
  router_.set(zmq::sockopt::curve_secretkey, options_.curve->secret_key);
}

void IngestServer::Loop::wake() {
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then the thread is woken anyway.
  [[maybe_unused]] const ssize_t written = ::write(wake_fd_, &one, sizeof(one));
}

void IngestServer::Loop::post(std::vector<FrameResult> results) {
  {
    const std::lock_guard lock(mailbox_mutex_);
    std::move(results.begin(), results.end(), std::back_inserter(mailbox_.results));
  }
  wake();
}

void IngestServer::Loop::withhold(std::string reason) {
  {
    const std::lock_guard lock(mailbox_mutex_);
    mailbox_.withhold = std::move(reason);
  }
  wake();
}

void IngestServer::Loop::swap(std::shared_ptr<const Catalogue> catalogue) {
  {
    const std::lock_guard lock(mailbox_mutex_);
    mailbox_.catalogue = std::move(catalogue);
  }
  wake();
}

ServerStatistics IngestServer::Loop::statistics() const {
  const std::lock_guard lock(statistics_mutex_);
  return published_;
}

void IngestServer::Loop::set_rates(ProducerRates rates) {
  {
    const std::lock_guard lock(mailbox_mutex_);
    mailbox_.rates = std::move(rates);
  }
  wake();
}

std::vector<ProducerStatistics> IngestServer::Loop::producers() const {
  const std::lock_guard lock(statistics_mutex_);
  return published_producers_;
}

std::vector<FeedStatistics> IngestServer::Loop::feeds() const {
  const std::lock_guard lock(statistics_mutex_);
  return published_feeds_;
}

void IngestServer::Loop::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mailbox_mutex_);
    mailbox_.stop = true;
  }
  wake();
  thread_.join();
}

// One turn: results first, since they free credit and acknowledge; then who may come in; then
// messages.
void IngestServer::Loop::run() {
  Turn turn = Turn::kGoOn;
  while (turn == Turn::kGoOn) {
    wait();
    const Instant now = std::chrono::steady_clock::now();
    turn = read_mailbox(now);
    answer_zap(now);
    read_monitor(now);
    more_to_read_ = true;
    for (std::size_t i = 0; more_to_read_ && i < options_.messages_per_turn; ++i)
      more_to_read_ = read_message(now) == Work::kDone;
    if (!withheld_ && feed_frames_.empty()) feeds_.read(*catalogue_, feed_frames_, now);
    offer_frames();
    table_.tick(now);
    table_.flush(now);
    send_all(now);
    publish();
    publish_lists(now);
  }
  const Instant now = std::chrono::steady_clock::now();
  table_.say_bye("the server is going down", now);
  send_all(now);
  close_sockets();
}

void IngestServer::Loop::wait() {
  std::vector<zmq::pollitem_t> items{{nullptr, wake_fd_, ZMQ_POLLIN, 0},
                                     {zap_.handle(), 0, ZMQ_POLLIN, 0},
                                     {monitor_.handle(), 0, ZMQ_POLLIN, 0},
                                     {router_.handle(), 0, ZMQ_POLLIN, 0}};
  if (!withheld_ && feed_frames_.empty()) feeds_.add_to(items, std::chrono::steady_clock::now());
  std::chrono::milliseconds timeout = options_.sessions.heartbeat / 20;
  if (!table_.pending().empty() || !feed_frames_.empty()) timeout = std::min(timeout, kOfferAgain);
  if (more_to_read_) timeout = std::chrono::milliseconds(0);
  zmq_poll(items.data(), static_cast<int>(items.size()), timeout.count());
}

IngestServer::Loop::Turn IngestServer::Loop::read_mailbox(Instant now) {
  std::uint64_t count = 0;
  if (::read(wake_fd_, &count, sizeof(count)) < 0) return Turn::kGoOn;  // nobody woke us
  Mailbox mailbox;
  {
    const std::lock_guard lock(mailbox_mutex_);
    std::swap(mailbox, mailbox_);
  }
  for (FrameResult& result : mailbox.results) {
    if (is_feed_epoch(result.epoch)) {
      feeds_.settle(result);
    } else {
      table_.apply(std::move(result), now);
    }
  }
  if (mailbox.withhold) {
    withheld_ = !mailbox.withhold->empty();
    table_.withhold(std::move(*mailbox.withhold));
  }
  if (mailbox.rates) {
    feeds_.set_rates(*mailbox.rates);
    table_.set_rates(*std::move(mailbox.rates));
  }
  if (mailbox.catalogue) {
    catalogue_ = std::move(mailbox.catalogue);
    table_.recheck(
        [this](std::string_view key, std::string_view name) {
          const Producer* producer =
              key.empty() ? catalogue_->find_producer(name) : catalogue_->find_producer_by_key(key);
          return producer != nullptr && producer->name == name;
        },
        now);
  }
  return mailbox.stop ? Turn::kStop : Turn::kGoOn;
}

void IngestServer::Loop::answer_zap(Instant now) {
  for (int i = 0; i < kZapRequestsPerTurn; ++i) {
    const std::vector<zmq::message_t> parts = receive_all(zap_);
    if (parts.empty()) return;
    std::vector<std::string_view> views;
    views.reserve(parts.size());
    for (const zmq::message_t& part : parts) views.push_back(view(part));
    const std::optional<ZapRequest> request = parse_zap(views);
    const ZapReply reply =
        request ? judge(*request, now) : ZapReply{500, "not a ZAP 1.0 request", "", ""};
    const Parts answer = encode_zap(request.value_or(ZapRequest{}), reply);
    for (std::size_t part = 0; part < answer.size(); ++part)
      zmq_send(zap_.handle(), answer[part].data(), answer[part].size(),
               ZMQ_DONTWAIT | (part + 1 < answer.size() ? ZMQ_SNDMORE : 0));
  }
}

ZapReply IngestServer::Loop::judge(const ZapRequest& request, Instant now) {
  PlainPolicy plain{options_.curve ? std::string() : options_.plain_producer,
                    options_.allow_plain_off_loopback};
  ZapReply reply = authenticate(request, *catalogue_, plain);
  if (reply.status == 200 &&
      table_.is_denied(request.key.empty() ? kPlainKey : std::string_view(request.key), now))
    reply = {300, "the key is denied for a time: a frame beyond its credit came", "", ""};
  if (reply.status == 200) {
    ++table_.statistics().authentications;
    return reply;
  }
  ++table_.statistics().authentication_failures;
  table_.note(NoteKind::kAuthentication, reply.producer,
              fmt::format("{} turned away: {}", request.address, reply.text), now);
  return reply;
}

void IngestServer::Loop::read_monitor(Instant now) {
  for (int i = 0; i < kMonitorEventsPerTurn; ++i) {
    const std::vector<zmq::message_t> parts = receive_all(monitor_);
    if (parts.empty()) break;
    // The first part is the event as 16 bits and its value as 32, in the machine's order.
    std::uint16_t event = 0;
    std::int32_t value = 0;
    if (parts[0].size() < sizeof(event) + sizeof(value)) continue;
    std::memcpy(&event, parts[0].data(), sizeof(event));
    std::memcpy(&value, static_cast<const char*>(parts[0].data()) + sizeof(event), sizeof(value));
    if (event == ZMQ_EVENT_ACCEPTED) {
      connections_.insert(value);
      if (connections_.size() > options_.connections_max) {
        ++table_.statistics().connections_refused;
        table_.note(NoteKind::kAuthentication, "",
                    fmt::format("a connection was cut: {} is the limit", options_.connections_max),
                    now);
        cut(value);
      }
    } else if (event == ZMQ_EVENT_DISCONNECTED) {
      connections_.erase(value);
    } else {
      ++table_.statistics().handshake_failures;
      table_.note(
          NoteKind::kAuthentication, "",
          fmt::format(
              "a connection failed in its handshake (no key, or no ZeroMQ?): libzmq says {:#x}",
              value),
          now);
    }
  }
  table_.statistics().connections = connections_.size();
}

IngestServer::Loop::Work IngestServer::Loop::read_message(Instant now) {
  std::vector<zmq::message_t> parts = receive_all(router_);
  if (parts.empty()) return Work::kNone;
  const std::string routing_id(view(parts.front()));
  std::vector<std::string_view> views;
  for (std::size_t i = 1; i < parts.size(); ++i) views.push_back(view(parts[i]));
  const Peer peer = identify(routing_id, parts.back());
  if (table_.receive(peer, views, now) == Verdict::kCut)
    cut(zmq_msg_get(parts.back().handle(), ZMQ_SRCFD));
  return Work::kDone;
}

Peer IngestServer::Loop::identify(const std::string& routing_id, const zmq::message_t& part) const {
  Peer peer{.routing_id = routing_id, .producer = {}, .key = {}};
  if (!options_.curve) {
    if (catalogue_->find_producer(options_.plain_producer) != nullptr)
      peer.producer = options_.plain_producer;
    return peer;
  }
  const char* key = zmq_msg_gets(part.handle(), kKeyProperty);
  if (key == nullptr) return peer;
  peer.key = key;
  if (const Producer* producer = catalogue_->find_producer_by_key(peer.key))
    peer.producer = producer->name;
  return peer;
}

// libzmq's stable interface can't disconnect a peer, so its TCP connection is shut down underneath.
// Should the descriptor have been closed and given to another connection of this listener
// meanwhile, that one is cut instead, and resumes.
void IngestServer::Loop::cut(int fd) {
  if (fd >= 0 && local_port(fd) == port_) ::shutdown(fd, SHUT_RDWR);
}

void IngestServer::Loop::offer_frames() {
  std::deque<Frame>& pending = table_.pending();
  while (!pending.empty() && sink_.offer(pending.front())) pending.pop_front();
  while (!feed_frames_.empty() && sink_.offer(feed_frames_.front())) feed_frames_.pop_front();
  if (!pending.empty() || !feed_frames_.empty()) ++table_.statistics().offers_deferred;
}

void IngestServer::Loop::send_all(Instant now) {
  for (const Outgoing& outgoing : table_.take_outgoing()) send_one(outgoing, now);
}

void IngestServer::Loop::send_one(const Outgoing& outgoing, Instant now) {
  const std::string& id = outgoing.routing_id;
  if (zmq_send(router_.handle(), id.data(), id.size(), ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0) {
    if (zmq_errno() == EHOSTUNREACH) {
      table_.lost(id, now);
    } else {
      table_.deferred(outgoing.session);
    }
    return;
  }
  for (std::size_t i = 0; i < outgoing.parts.size(); ++i)
    zmq_send(router_.handle(), outgoing.parts[i].data(), outgoing.parts[i].size(),
             ZMQ_DONTWAIT | (i + 1 < outgoing.parts.size() ? ZMQ_SNDMORE : 0));
}

void IngestServer::Loop::publish() {
  ServerStatistics snapshot = table_.snapshot();
  const std::lock_guard lock(statistics_mutex_);
  published_ = std::move(snapshot);
}

// What grows with feeds and producers is copied out less often.
void IngestServer::Loop::publish_lists(Instant now) {
  if (now - lists_published_ < kListsInterval) return;
  lists_published_ = now;
  std::vector<FeedStatistics> feeds = feeds_.statistics();
  std::vector<ProducerStatistics> producers = table_.producers();
  const std::lock_guard lock(statistics_mutex_);
  published_feeds_ = std::move(feeds);
  published_producers_ = std::move(producers);
}

// The monitor goes first: libzmq blocks on it when nobody reads. Then the router, whose linger lets
// the last ACKs and BYEs out; ZAP last, since connections may still ask it.
void IngestServer::Loop::close_sockets() {
  if (router_) zmq_socket_monitor(router_.handle(), nullptr, 0);
  monitor_.close();
  feeds_.close();
  router_.close();
  zap_.close();
}

}  // namespace tocsin
