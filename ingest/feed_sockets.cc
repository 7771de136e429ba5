#include "ingest/feed_sockets.h"

#include <algorithm>

#include "ingest/server_receive.h"
#include "ingest/zap.h"

namespace tocsin {
namespace {

constexpr int kMessagesPerTurn = 64;
constexpr int kKeepAliveMs = 10'000;

}  // namespace

FeedSockets::FeedSockets(const std::vector<FeedOptions>& feeds, const FrameLimits& limits,
                         PositionSource& positions,
                         const std::function<void(NoteKind, std::string)>& note)
    : limits_(limits) {
  for (const FeedOptions& feed : feeds)
    subscriptions_.push_back({Feed(feed, limits, positions, note)});
}

void FeedSockets::open(zmq::context_t& context, const std::optional<KeyPair>& curve, int queue,
                       std::string& failing) {
  for (Subscription& subscription : subscriptions_) {
    const FeedOptions& options = subscription.feed.options();
    failing = options.endpoint;
    zmq::socket_t& socket = subscription.socket;
    socket = zmq::socket_t(context, zmq::socket_type::sub);
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::rcvhwm, queue);
    socket.set(zmq::sockopt::maxmsgsize, static_cast<std::int64_t>(2 * limits_.bytes));
    socket.set(zmq::sockopt::heartbeat_ivl, kKeepAliveMs);
    socket.set(zmq::sockopt::heartbeat_timeout, 3 * kKeepAliveMs);
    socket.set(zmq::sockopt::ipv6, options.endpoint.find('[') != std::string::npos ? 1 : 0);
    socket.set(zmq::sockopt::subscribe, options.topic);
    const bool bound = options.side == FeedOptions::Side::kBind;
    if (curve && bound) {
      subscription.by_key = true;
      socket.set(zmq::sockopt::zap_domain, kZapDomain);
      socket.set(zmq::sockopt::curve_server, 1);
      socket.set(zmq::sockopt::curve_secretkey, curve->secret_key);
    } else if (curve) {
      socket.set(zmq::sockopt::curve_serverkey, options.server_key);
      socket.set(zmq::sockopt::curve_publickey, curve->public_key);
      socket.set(zmq::sockopt::curve_secretkey, curve->secret_key);
    }
    if (bound) {
      socket.bind(options.endpoint);
    } else {
      socket.connect(options.endpoint);
    }
  }
}

void FeedSockets::close() {
  for (Subscription& subscription : subscriptions_) subscription.socket.close();
}

void FeedSockets::set_rates(const ProducerRates& rates) {
  for (Subscription& subscription : subscriptions_) {
    const auto rate = rates.find(subscription.feed.options().producer);
    subscription.feed.set_rate(rate == rates.end() ? ProducerRate{} : rate->second);
  }
}

void FeedSockets::add_to(std::vector<zmq::pollitem_t>& items, Instant now) {
  for (Subscription& subscription : subscriptions_)
    if (subscription.feed.has_room(now))
      items.push_back({subscription.socket.handle(), 0, ZMQ_POLLIN, 0});
}

void FeedSockets::read(const Catalogue& catalogue, std::deque<Frame>& frames, Instant now) {
  for (Subscription& subscription : subscriptions_) {
    for (int i = 0; i < kMessagesPerTurn && subscription.feed.has_room(now); ++i) {
      const std::vector<zmq::message_t> parts = receive_all(subscription.socket);
      if (parts.empty()) break;
      if (!may_send(subscription, catalogue, parts.front())) {
        subscription.feed.refuse("a message came with the key of another producer than '" +
                                 subscription.feed.options().producer + "'");
        continue;
      }
      std::vector<std::string_view> views;
      for (const zmq::message_t& part : parts) views.push_back(view(part));
      if (auto frame = subscription.feed.receive(views, now)) frames.push_back(*std::move(frame));
    }
  }
}

bool FeedSockets::may_send(const Subscription& subscription, const Catalogue& catalogue,
                           const zmq::message_t& part) const {
  if (!subscription.by_key) return true;
  const char* key = zmq_msg_gets(part.handle(), kKeyProperty);
  const Producer* producer = key == nullptr ? nullptr : catalogue.find_producer_by_key(key);
  return producer != nullptr && producer->name == subscription.feed.options().producer;
}

void FeedSockets::settle(const FrameResult& result) {
  const auto of = std::ranges::find_if(subscriptions_, [&](const Subscription& subscription) {
    return result.epoch.starts_with(feed_epoch_prefix(subscription.feed.options().name));
  });
  if (of != subscriptions_.end()) of->feed.settle(result);
}

std::vector<FeedStatistics> FeedSockets::statistics() const {
  std::vector<FeedStatistics> all;
  for (const Subscription& subscription : subscriptions_)
    all.push_back(subscription.feed.statistics());
  return all;
}

}  // namespace tocsin
