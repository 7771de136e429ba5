#pragma once

#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <string>
#include <unordered_map>

namespace tocsin {

// How many connections each address has. An IPv6 address counts with its /64, which is what one
// customer gets.
class AddressCount {
 public:
  explicit AddressCount(std::size_t most) : most_(most) {}
  // Whether one more fits, which is then taken until gone().
  bool take(const boost::asio::ip::address& address);
  void gone(const boost::asio::ip::address& address);

 private:
  std::size_t most_;
  std::map<std::string, std::size_t> counts_;
};

// What requests are counted under: the address as above.
std::string address_group(const boost::asio::ip::address& address);

// Lets `per_second` requests a second through for each name, with twice as many at once after a
// pause. Remembers the kNamesMax that asked last: who is forgotten begins anew.
class RequestRate {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::size_t kNamesMax = 4'096;

  explicit RequestRate(double per_second) : per_second_(per_second) {}
  // Zero: it may pass, and is counted. Else how long to wait for the next one.
  std::chrono::milliseconds pass(const std::string& name, Time now);

 private:
  struct Bucket {
    std::string name;
    double left;
    Time at;
  };
  double per_second_;
  std::list<Bucket> buckets_;  // who asked last is first
  std::unordered_map<std::string, std::list<Bucket>::iterator> by_name_;
};

}  // namespace tocsin
