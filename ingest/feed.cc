#include "ingest/feed.h"

#include <fmt/format.h>

#include <algorithm>

namespace tocsin {
namespace {

constexpr std::string_view kPrefix = "feed:";
constexpr std::size_t kHeaderBytes = 16;  // epoch and sequence
constexpr std::size_t kInFlightMax = 256;

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8U | static_cast<unsigned char>(byte);
  return number;
}

}  // namespace

bool is_feed_epoch(std::string_view epoch) { return epoch.starts_with(kPrefix); }

std::string feed_epoch_prefix(std::string_view name) { return fmt::format("{}{}:", kPrefix, name); }

Feed::Feed(FeedOptions options, const FrameLimits& limits, PositionSource& positions,
           std::function<void(NoteKind, std::string)> note)
    : options_(std::move(options)),
      limits_(limits),
      positions_(positions),
      note_(std::move(note)),
      statistics_{.name = options_.name} {
  set_rate({});
}

std::optional<Frame> Feed::receive(std::span<const std::string_view> parts, Instant now) {
  if (parts.size() != 3) {
    refuse(
        fmt::format("a message has {} parts: topic, header and records are wanted", parts.size()));
    return std::nullopt;
  }
  if (parts[0] != options_.topic) {
    refuse(fmt::format("a message of the topic '{}' came: '{}' is this feed's",
                       parts[0].substr(0, 60), options_.topic));
    return std::nullopt;
  }
  if (parts[1].size() != kHeaderBytes) {
    refuse(fmt::format("a header has {} bytes: {} are wanted, epoch and sequence, big-endian",
                       parts[1].size(), kHeaderBytes));
    return std::nullopt;
  }
  if (parts[2].size() > limits_.bytes) {
    refuse(fmt::format("a message has {} bytes: at most {}", parts[2].size(), limits_.bytes));
    return std::nullopt;
  }
  const std::uint64_t sequence = big_endian(parts[1].substr(8));
  if (!follow(big_endian(parts[1].substr(0, 8)), sequence)) return std::nullopt;
  ++statistics_.messages;
  in_flight_.push_back(parts[2].size());
  in_flight_bytes_ += parts[2].size();
  const auto lines = static_cast<std::uint64_t>(std::ranges::count(parts[2], '\n'));
  const std::uint64_t records = std::max<std::uint64_t>(lines, 1);
  allowance_.take(records);
  return Frame{.producer = options_.producer,
               .epoch = epoch_name_,
               .sequence = sequence,
               .records = records,
               .payload = std::string(parts[2]),
               .received = now};
}

bool Feed::follow(std::uint64_t epoch, std::uint64_t sequence) {
  if (epoch != epoch_ && !begin(epoch, sequence)) return false;
  if (sequence <= last_) {
    refuse(
        fmt::format("message {} of epoch {:016x} came after {}: whoever counts from 1 again "
                    "begins a new epoch",
                    sequence, epoch, last_));
    return false;
  }
  if (sequence > last_ + 1) {
    ++statistics_.gaps;
    statistics_.missed += sequence - last_ - 1;
    note_(NoteKind::kFeedGap, fmt::format("feed {}: messages {} to {} of epoch {:016x} are missing",
                                          options_.name, last_ + 1, sequence - 1, epoch));
  }
  last_ = sequence;
  return true;
}

bool Feed::begin(std::uint64_t epoch, std::uint64_t sequence) {
  std::string name = fmt::format("{}{:016x}", feed_epoch_prefix(options_.name), epoch);
  const auto durable = positions_.durable_sequence(options_.producer, name);
  if (!durable) {
    refuse("the position can't be read: " + durable.error().message);
    return false;
  }
  last_ = *durable;
  if (epoch_) {
    ++statistics_.restarts;
    note_(NoteKind::kFeed,
          fmt::format("feed {}: the publisher began epoch {:016x}", options_.name, epoch));
  } else if (*durable == 0 && sequence > 1) {
    last_ = sequence - 1;
    note_(NoteKind::kFeed, fmt::format("feed {}: joined epoch {:016x} at message {}", options_.name,
                                       epoch, sequence));
  }
  epoch_ = epoch;
  epoch_name_ = std::move(name);
  return true;
}

void Feed::refuse(const std::string& why) {
  ++statistics_.refused;
  note_(NoteKind::kFeed, fmt::format("feed {}: refused: {}", options_.name, why));
}

void Feed::settle(const FrameResult& result) {
  if (!in_flight_.empty()) {
    in_flight_bytes_ -= in_flight_.front();
    in_flight_.pop_front();
  }
  const auto quarantined = result.fates[static_cast<std::size_t>(Fate::kQuarantined)];
  statistics_.quarantined += quarantined;
  if (result.refused) refuse(result.refused->message);
  if (!result.nacks.empty())
    note_(NoteKind::kFeed,
          fmt::format("feed {}: {} records of message {} are quarantined, the first: {}",
                      options_.name, quarantined, result.sequence,
                      result.nacks.front().rejection.message));
}

bool Feed::has_room(Instant now) {
  return allowance_.at(now) > 0 && in_flight_.size() < kInFlightMax &&
         in_flight_bytes_ < limits_.bytes;
}

}  // namespace tocsin
