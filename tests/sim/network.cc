#include "tests/sim/network.h"

#include <algorithm>
#include <iterator>

namespace tocsin::sim {
namespace {

constexpr std::int64_t kDelayMax = 60;          // milliseconds, mostly
constexpr std::int64_t kLongDelayMax = 12'000;  // longer than a HELLO waits for its answer

}  // namespace

Network::LinkId Network::open(const std::string& producer) {
  const LinkId link = next_link_++;
  links_[link] = {producer, connect(producer, link), false};
  return link;
}

std::string Network::connect(const std::string& producer, LinkId link) {
  std::string routing_id = "r" + std::to_string(next_routing_id_++);
  Connection connection;
  connection.producer = producer;
  connection.link = link;
  connections_.emplace(routing_id, std::move(connection));
  return routing_id;
}

void Network::close(LinkId link) {
  const auto at = links_.find(link);
  if (at == links_.end()) return;
  const auto connection = connections_.find(at->second.routing_id);
  links_.erase(at);
  if (connection == connections_.end()) return;
  Connection& left = connection->second;
  left.link = 0;
  left.open = false;
  left.up.resize(random_.upto(left.up.size()));
  if (left.up.empty()) connections_.erase(connection);
}

void Network::put(Queue& queue, Parts parts, Instant now) {
  const std::chrono::milliseconds delay(
      random_.between(0, random_.chance(95) ? kDelayMax : kLongDelayMax));
  Message message{std::move(parts), now + delay};
  if (manners_ == Manners::kHostile) {
    if (random_.chance(2)) {
      figures_.add("network/dropped");
      return;
    }
    if (random_.chance(3)) {
      figures_.add("network/duplicated");
      queue.push_back(message);
    }
    if (!queue.empty() && random_.chance(5)) {
      figures_.add("network/reordered");
      queue.insert(std::prev(queue.end()), std::move(message));
      return;
    }
  }
  queue.push_back(std::move(message));
}

void Network::send(LinkId link, Parts parts, Instant now) {
  const auto at = links_.find(link);
  if (at == links_.end()) return;
  put(connections_.at(at->second.routing_id).up, std::move(parts), now);
}

std::optional<Parts> Network::receive(LinkId link, Instant now) {
  const auto at = links_.find(link);
  if (at == links_.end()) return std::nullopt;
  Queue& down = connections_.at(at->second.routing_id).down;
  if (down.empty() || down.front().due > now) return std::nullopt;
  Parts parts = std::move(down.front().parts);
  down.pop_front();
  return parts;
}

bool Network::take_break(LinkId link) {
  const auto at = links_.find(link);
  return at != links_.end() && std::exchange(at->second.broke, false);
}

std::optional<Network::Arrived> Network::receive_any(Instant now) {
  for (auto at = connections_.begin(); at != connections_.end();) {
    auto& [routing_id, connection] = *at;
    if (!connection.up.empty() && connection.up.front().due <= now) {
      Arrived arrived{routing_id, connection.producer, std::move(connection.up.front().parts)};
      connection.up.pop_front();
      return arrived;
    }
    at = !connection.open && connection.up.empty() ? connections_.erase(at) : std::next(at);
  }
  return std::nullopt;
}

bool Network::answer(const std::string& routing_id, Parts parts, Instant now) {
  const auto at = connections_.find(routing_id);
  if (at == connections_.end() || !at->second.open) return false;
  put(at->second.down, std::move(parts), now);
  return true;
}

void Network::cut(const std::string& routing_id) {
  if (const auto at = connections_.find(routing_id); at != connections_.end() && at->second.open)
    break_connection(routing_id);
}

// Of what was under way, the first part arrives, the next is lost, and the last had not left the
// sender's queue yet.
void Network::break_connection(const std::string& routing_id) {
  figures_.add("network/broken");
  Connection& broken = connections_.at(routing_id);
  const LinkId link = broken.link;
  broken.open = false;
  const std::size_t arrives = random_.upto(broken.up.size());
  const std::size_t lost = random_.upto(broken.up.size() - arrives);
  figures_.add("network/lost", lost + broken.down.size());
  Queue queued(
      std::make_move_iterator(broken.up.begin() + static_cast<std::ptrdiff_t>(arrives + lost)),
      std::make_move_iterator(broken.up.end()));
  broken.up.resize(arrives);
  broken.down.clear();
  const std::string producer = broken.producer;
  if (const auto at = links_.find(link); at != links_.end()) {
    at->second.routing_id = connect(producer, link);
    at->second.broke = true;
    connections_.at(at->second.routing_id).up = std::move(queued);
  }
}

void Network::break_one() {
  if (links_.empty()) return;
  auto at = links_.begin();
  std::advance(at, random_.between(0, static_cast<std::int64_t>(links_.size()) - 1));
  break_connection(std::string(at->second.routing_id));
}

void Network::break_all() {
  for (auto& [id, link] : links_) break_connection(std::string(link.routing_id));
  // Nobody is there to take what arrives.
  for (auto& [id, connection] : connections_)
    if (!connection.open) connection.up.clear();
}

}  // namespace tocsin::sim
