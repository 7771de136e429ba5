#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace tocsin::sim {

// What happened in a simulation, counted by name: "fault/torn-write", "network/duplicated".
class Figures {
 public:
  void add(const std::string& name, std::uint64_t n = 1) { counts_[name] += n; }
  std::uint64_t of(const std::string& name) const {
    const auto at = counts_.find(name);
    return at == counts_.end() ? 0 : at->second;
  }
  void add(const Figures& other) {
    for (const auto& [name, n] : other.counts_) counts_[name] += n;
  }
  const std::map<std::string, std::uint64_t>& all() const { return counts_; }

 private:
  std::map<std::string, std::uint64_t> counts_;
};

}  // namespace tocsin::sim
