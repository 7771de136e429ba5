#include "ingest/server_receive.h"

namespace tocsin {

std::vector<zmq::message_t> receive_all(zmq::socket_t& socket) {
  std::vector<zmq::message_t> parts;
  for (bool more = true; more;) {
    zmq::message_t part;
    if (zmq_msg_recv(part.handle(), socket.handle(), ZMQ_DONTWAIT) < 0) return {};
    more = part.more();
    if (parts.size() < kPartsKept) parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace tocsin
