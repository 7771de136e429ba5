#include "ingest/zap.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <zmq.h>

#include <array>

namespace tocsin {

namespace {

constexpr std::size_t kKeyBytes = 32;

// ZMTP's form of one property: name length in one byte, name, value length in four, value.
std::string property(std::string_view name, std::string_view value) {
  std::string bytes(1, static_cast<char>(name.size()));
  bytes += name;
  for (const unsigned shift : {24U, 16U, 8U, 0U})
    bytes += static_cast<char>((value.size() >> shift) & 0xFFU);
  bytes += value;
  return bytes;
}

}  // namespace

std::optional<ZapRequest> parse_zap(std::span<const std::string_view> parts) {
  // version, request id, domain, address, routing id, mechanism, credentials...
  if (parts.size() < 6 || parts[0] != "1.0") return std::nullopt;
  ZapRequest request{.request_id = std::string(parts[1]),
                     .address = std::string(parts[3]),
                     .mechanism = std::string(parts[5]),
                     .key = {}};
  if (request.mechanism != "CURVE") return request;
  if (parts.size() != 7 || parts[6].size() != kKeyBytes) return std::nullopt;
  std::array<std::uint8_t, kKeyBytes> raw{};
  std::copy(parts[6].begin(), parts[6].end(), raw.begin());
  std::array<char, 41> text{};
  zmq_z85_encode(text.data(), raw.data(), raw.size());
  request.key = text.data();
  return request;
}

Parts encode_zap(const ZapRequest& request, const ZapReply& reply) {
  const std::string metadata =
      reply.status == 200 && !reply.key.empty() ? property(kKeyProperty, reply.key) : std::string();
  return {"1.0",      request.request_id, std::to_string(reply.status),
          reply.text, reply.producer,     metadata};
}

ZapReply authenticate(const ZapRequest& request, const Catalogue& catalogue,
                      const PlainPolicy& plain) {
  if (request.mechanism == "CURVE") {
    const Producer* producer = catalogue.find_producer_by_key(request.key);
    if (producer == nullptr)
      return {400, fmt::format("the key {} is not a producer's", request.key), "", ""};
    return {200, "OK", producer->name, request.key};
  }
  if (request.mechanism != "NULL")
    return {400, fmt::format("mechanism {} is not allowed: CURVE", request.mechanism), "", ""};
  if (plain.producer.empty()) return {400, "plain is not allowed: CURVE", "", ""};
  if (!plain.off_loopback && !is_loopback_address(request.address))
    return {400, fmt::format("plain is allowed on loopback only, not from {}", request.address), "",
            ""};
  return {200, "OK", plain.producer, ""};
}

bool is_loopback_address(std::string_view address) {
  const std::string text(address);
  in6_addr six{};
  if (inet_pton(AF_INET6, text.c_str(), &six) == 1) {
    if (IN6_IS_ADDR_LOOPBACK(&six)) return true;
    return IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == 127;
  }
  in_addr four{};
  return inet_pton(AF_INET, text.c_str(), &four) == 1 && (ntohl(four.s_addr) >> 24U) == 127;
}

bool is_loopback_endpoint(std::string_view endpoint) {
  if (endpoint.starts_with("inproc://") || endpoint.starts_with("ipc://")) return true;
  constexpr std::string_view kTcp = "tcp://";
  if (!endpoint.starts_with(kTcp)) return false;
  std::string_view host = endpoint.substr(kTcp.size());
  host = host.substr(0, host.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return host == "localhost" || host == "lo" || is_loopback_address(host);
}

}  // namespace tocsin
