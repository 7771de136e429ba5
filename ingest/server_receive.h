#pragma once

#include <cstddef>
#include <string_view>
#include <vector>
#include <zmq.hpp>

namespace tocsin {

inline constexpr std::size_t kPartsKept = 8;  // of a message: more than any that is allowed has

inline std::string_view view(const zmq::message_t& part) {
  return {static_cast<const char*>(part.data()), part.size()};
}

// All parts of one message, keeping the first kPartsKept; empty when none is there. Doesn't block.
std::vector<zmq::message_t> receive_all(zmq::socket_t& socket);

}  // namespace tocsin
