#include "daemon/admin_limits.h"

#include <algorithm>
#include <cmath>

namespace tocsin {

std::string address_group(const boost::asio::ip::address& address) {
  namespace ip = boost::asio::ip;
  if (address.is_v4()) return address.to_string();
  ip::address_v6 v6 = address.to_v6();
  if (v6.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, v6).to_string();
  auto bytes = v6.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), 0);
  return ip::address_v6(bytes).to_string();
}

bool AddressCount::take(const boost::asio::ip::address& address) {
  std::size_t& count = counts_[address_group(address)];
  if (count >= most_) return false;
  ++count;
  return true;
}

void AddressCount::gone(const boost::asio::ip::address& address) {
  const auto found = counts_.find(address_group(address));
  if (found != counts_.end() && --found->second == 0) counts_.erase(found);
}

std::chrono::milliseconds RequestRate::pass(const std::string& name, Time now) {
  const double most = 2 * per_second_;
  auto known = by_name_.find(name);
  if (known == by_name_.end()) {
    if (buckets_.size() == kNamesMax) {
      by_name_.erase(buckets_.back().name);
      buckets_.pop_back();
    }
    buckets_.push_front({name, most, now});
    known = by_name_.emplace(name, buckets_.begin()).first;
  } else {
    buckets_.splice(buckets_.begin(), buckets_, known->second);
  }
  Bucket& bucket = *known->second;
  const double seconds = std::chrono::duration<double>(now - bucket.at).count();
  bucket.left = std::min(most, bucket.left + std::max(0.0, seconds) * per_second_);
  bucket.at = now;
  if (bucket.left >= 1) {
    --bucket.left;
    return std::chrono::milliseconds(0);
  }
  return std::chrono::milliseconds(
      static_cast<std::int64_t>(std::ceil((1 - bucket.left) / per_second_ * 1'000)));
}

}  // namespace tocsin
