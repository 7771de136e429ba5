#include "ingest/protocol.h"

#include <fmt/format.h>

#include <boost/json.hpp>

namespace tocsin {

namespace json = boost::json;

namespace {

constexpr std::array<RefusalEntry, kRefusalCount> kRefusals{{
    {Refusal::kUnsupportedVersion, "unsupported-version", Retry::kNo},
    {Refusal::kBadMessage, "bad-message", Retry::kNo},
    {Refusal::kNotAProducer, "not-a-producer", Retry::kNo},
    {Refusal::kNoSession, "no-session", Retry::kYes},
    {Refusal::kTooManySessions, "too-many-sessions", Retry::kYes},
    {Refusal::kTooLarge, "too-large", Retry::kNo},
    {Refusal::kBeyondCredit, "beyond-credit", Retry::kYes},
    {Refusal::kGap, "gap", Retry::kYes},
    {Refusal::kFrameRefused, "frame-refused", Retry::kNo},
    {Refusal::kTryLater, "try-later", Retry::kYes},
    {Refusal::kRecordCount, "record-count", Retry::kNo},
    {Refusal::kSuperseded, "superseded", Retry::kNo},
    {Refusal::kIdle, "idle", Retry::kYes},
    {Refusal::kTimeout, "timeout", Retry::kYes},
}};

ErrorMessage bad(std::string message, std::string allowed) {
  return {.refusal = Refusal::kBadMessage,
          .message = std::move(message),
          .allowed = std::move(allowed)};
}

// The first `bytes` of `text` with everything but printable ASCII replaced: safe to echo.
std::string printable(std::string_view text, std::size_t bytes) {
  std::string shown(text.substr(0, bytes));
  for (char& c : shown)
    if (c < ' ' || c > '~' || c == '"') c = '?';
  return shown;
}

// Reads members of one header; remembers the first thing wrong.
class HeaderReader {
 public:
  explicit HeaderReader(const json::object& header) : header_(header) {}

  std::uint64_t number(std::string_view name) {
    const json::value* value = find(name);
    if (value == nullptr) return 0;
    const std::optional<std::uint64_t> number = as_number(*value);
    if (!number)
      fail(fmt::format("{} is {}", name, shown(*value)), "an integer from 0 to 2^53 - 1");
    return number.value_or(0);
  }
  std::optional<std::uint64_t> optional_number(std::string_view name) {
    return header_.contains(name) ? std::optional(number(name)) : std::nullopt;
  }
  std::string text(std::string_view name) {
    const json::value* value = find(name);
    if (value == nullptr) return {};
    if (!value->is_string()) {
      fail(fmt::format("{} is {}", name, shown(*value)), "a string");
      return {};
    }
    return std::string(value->get_string());
  }
  std::string optional_text(std::string_view name) {
    return header_.contains(name) ? text(name) : std::string();
  }
  const json::object* object(std::string_view name) {
    const json::value* value = find(name);
    if (value == nullptr) return nullptr;
    if (!value->is_object()) fail(fmt::format("{} is {}", name, shown(*value)), "an object");
    return value->if_object();
  }
  void fail(std::string message, std::string allowed) {
    if (!error_) error_ = bad(std::move(message), std::move(allowed));
  }
  const std::optional<ErrorMessage>& error() const { return error_; }

 private:
  const json::value* find(std::string_view name) {
    const json::value* value = header_.if_contains(name);
    if (value == nullptr)
      fail(fmt::format("{} is missing from the header", name), "see docs/PROTOCOL.md");
    return value;
  }
  static std::optional<std::uint64_t> as_number(const json::value& value) {
    std::uint64_t number = 0;
    if (value.is_uint64()) {
      number = value.get_uint64();
    } else if (value.is_int64() && value.get_int64() >= 0) {
      number = static_cast<std::uint64_t>(value.get_int64());
    } else {
      return std::nullopt;
    }
    return number <= kSequenceMax ? std::optional(number) : std::nullopt;
  }
  static std::string shown(const json::value& value) {
    return std::string(cut_text(json::serialize(value), 60));
  }

  const json::object& header_;
  std::optional<ErrorMessage> error_;
};

tl::expected<json::object, ErrorMessage> parse_header(std::string_view text,
                                                      std::size_t bytes_max) {
  if (text.size() > bytes_max)
    return tl::unexpected(bad(fmt::format("the header has {} bytes", text.size()),
                              fmt::format("at most {}", bytes_max)));
  json::error_code code;
  json::parse_options options;
  options.max_depth = 8;
  json::value value = json::parse(text, code, json::storage_ptr(), options);
  if (code)
    return tl::unexpected(bad("the header is not JSON: " + code.message(), "a JSON object"));
  if (!value.is_object())
    return tl::unexpected(bad("the header is not an object", "a JSON object"));
  return std::move(value.get_object());
}

json::object to_json(const Credit& credit) {
  return {{"records", credit.records}, {"bytes", credit.bytes}};
}

Credit read_credit(HeaderReader& reader) {
  const json::object* object = reader.object("credit");
  if (object == nullptr) return {};
  HeaderReader inner(*object);
  const Credit credit{inner.number("records"), inner.number("bytes")};
  if (inner.error()) reader.fail("credit: " + inner.error()->message, inner.error()->allowed);
  return credit;
}

json::object to_json(const FrameOutcome& outcome) {
  json::object fates;
  for (std::size_t i = 0; i < outcome.fates.size(); ++i)
    if (outcome.fates[i] > 0) fates[name_of(static_cast<Fate>(i))] = outcome.fates[i];
  json::array nacks;
  for (const RecordNack& nack : outcome.nacks)
    nacks.push_back(json::object{{"index", nack.index},
                                 {"code", cut_text(nack.rejection.code, kTextBytesMax)},
                                 {"pointer", cut_text(nack.rejection.pointer, kTextBytesMax)},
                                 {"message", cut_text(nack.rejection.message, kTextBytesMax)},
                                 {"allowed", cut_text(nack.rejection.allowed, kTextBytesMax)}});
  json::object object{
      {"sequence", outcome.sequence}, {"fates", std::move(fates)}, {"nacks", std::move(nacks)}};
  if (outcome.nacks_cut > 0) object["nacks_cut"] = outcome.nacks_cut;
  return object;
}

std::uint32_t narrow(std::uint64_t number) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(number, UINT32_MAX));
}

tl::expected<FrameOutcome, ErrorMessage> read_outcome(const json::value& value) {
  if (!value.is_object()) return tl::unexpected(bad("frames holds no object", "an object"));
  HeaderReader reader(value.get_object());
  FrameOutcome outcome{.sequence = reader.number("sequence")};
  if (const json::object* fates = reader.object("fates")) {
    HeaderReader counts(*fates);
    for (std::size_t i = 0; i < outcome.fates.size(); ++i)
      outcome.fates[i] = narrow(counts.optional_number(name_of(static_cast<Fate>(i))).value_or(0));
    if (counts.error()) return tl::unexpected(*counts.error());
  }
  if (const json::value* nacks = value.get_object().if_contains("nacks");
      nacks && nacks->is_array()) {
    for (const json::value& item : nacks->get_array()) {
      if (!item.is_object()) return tl::unexpected(bad("nacks holds no object", "an object"));
      HeaderReader nack(item.get_object());
      outcome.nacks.push_back({.index = narrow(nack.number("index")),
                               .rejection = {.code = nack.text("code"),
                                             .pointer = nack.optional_text("pointer"),
                                             .message = nack.optional_text("message"),
                                             .allowed = nack.optional_text("allowed")}});
      if (nack.error()) return tl::unexpected(*nack.error());
    }
  }
  outcome.nacks_cut = narrow(reader.optional_number("nacks_cut").value_or(0));
  if (reader.error()) return tl::unexpected(*reader.error());
  return outcome;
}

Parts parts_of(std::string_view verb, const json::object& header) {
  return {std::string(kProtocolVersion), std::string(verb), json::serialize(header)};
}

tl::expected<ClientMessage, ErrorMessage> read_hello(HeaderReader& reader) {
  HelloMessage message{.epoch = reader.text("epoch"),
                       .last_ack = reader.number("last_ack"),
                       .attempt = reader.optional_number("attempt").value_or(0)};
  if (!reader.error() && !is_epoch(message.epoch))
    reader.fail(fmt::format("epoch is \"{}\"", cut_text(message.epoch, 60)),
                "1 to 64 of A-Z a-z 0-9 - _");
  return message;
}

tl::expected<ClientMessage, ErrorMessage> read_batch(HeaderReader& reader,
                                                     std::string_view payload) {
  BatchMessage message{.session = reader.number("session"),
                       .sequence = reader.number("sequence"),
                       .records = reader.number("records"),
                       .payload = payload,
                       .acked = reader.optional_number("acked").value_or(0)};
  if (message.sequence == 0) reader.fail("sequence is 0", "from 1");
  if (message.records == 0) reader.fail("records is 0", "from 1");
  if (payload.empty()) reader.fail("the payload is empty", "at least one record");
  return message;
}

Result<ServerMessage> read_welcome(HeaderReader& reader) {
  WelcomeMessage message{.session = reader.number("session"),
                         .durable = reader.number("durable"),
                         .credit = read_credit(reader),
                         .heartbeat_ms = reader.number("heartbeat_ms")};
  if (const json::object* limits = reader.object("limits")) {
    HeaderReader inner(*limits);
    message.limits = {inner.number("frame_records"), inner.number("frame_bytes")};
    if (inner.error()) reader.fail("limits: " + inner.error()->message, inner.error()->allowed);
  }
  return message;
}

Result<ServerMessage> read_ack(HeaderReader& reader, const json::object& header) {
  AckMessage message{.session = reader.number("session"),
                     .durable = reader.number("durable"),
                     .credit = read_credit(reader)};
  if (const json::value* frames = header.if_contains("frames"); frames && frames->is_array()) {
    for (const json::value& item : frames->get_array()) {
      auto outcome = read_outcome(item);
      if (!outcome) {
        reader.fail("frames: " + outcome.error().message, outcome.error().allowed);
        break;
      }
      message.frames.push_back(std::move(*outcome));
    }
  }
  return message;
}

Result<ServerMessage> read_error(HeaderReader& reader) {
  const std::string code = reader.text("code");
  const std::optional<Refusal> refusal = parse_refusal(code);
  if (!refusal) reader.fail("code is \"" + code + "\"", "a code of docs/PROTOCOL.md");
  return ErrorMessage{.refusal = refusal.value_or(Refusal::kBadMessage),
                      .message = reader.optional_text("message"),
                      .allowed = reader.optional_text("allowed"),
                      .session = reader.optional_number("session"),
                      .sequence = reader.optional_number("sequence"),
                      .expected = reader.optional_number("expected"),
                      .retry_after_ms = reader.optional_number("retry_after_ms")};
}

}  // namespace

Credit& Credit::operator+=(const Credit& other) {
  records += other.records;
  bytes += other.bytes;
  return *this;
}
Credit& Credit::operator-=(const Credit& other) {
  require(covers(other), "credit never goes below zero");
  records -= other.records;
  bytes -= other.bytes;
  return *this;
}
Credit operator+(Credit a, const Credit& b) { return a += b; }
Credit operator-(Credit a, const Credit& b) { return a -= b; }

std::span<const RefusalEntry> refusal_table() { return kRefusals; }
std::string_view name_of(Refusal refusal) {
  return kRefusals[static_cast<std::size_t>(refusal)].name;
}
Retry retry_of(Refusal refusal) { return kRefusals[static_cast<std::size_t>(refusal)].retry; }
std::optional<Refusal> parse_refusal(std::string_view name) {
  for (const RefusalEntry& entry : kRefusals)
    if (entry.name == name) return entry.refusal;
  return std::nullopt;
}

bool is_epoch(std::string_view epoch) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return !epoch.empty() && epoch.size() <= kEpochLengthMax &&
         epoch.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::string_view cut_text(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) --bytes;
  return text.substr(0, bytes);
}

std::size_t encoded_size(const RecordNack& nack) {
  const Rejection& rejection = nack.rejection;
  return 80 + rejection.code.size() + rejection.pointer.size() + rejection.message.size() +
         rejection.allowed.size();
}

std::size_t encoded_size(const FrameOutcome& outcome) {
  std::size_t size = 200;
  for (const RecordNack& nack : outcome.nacks) size += encoded_size(nack);
  return size;
}

tl::expected<ClientMessage, ErrorMessage> decode_client(std::span<const std::string_view> parts) {
  if (parts.empty()) return tl::unexpected(bad("the message is empty", "3 or 4 parts"));
  if (parts[0] != kProtocolVersion) {
    const bool ours = parts[0].starts_with("tocsin/");
    ErrorMessage error =
        bad(fmt::format("part 1 is {} bytes that name no version we speak", parts[0].size()),
            std::string(kProtocolVersion));
    if (ours)
      error.message = fmt::format("version \"{}\" is not supported", printable(parts[0], 20));
    error.refusal = ours ? Refusal::kUnsupportedVersion : Refusal::kBadMessage;
    return tl::unexpected(std::move(error));
  }
  if (parts.size() < 3)
    return tl::unexpected(bad(fmt::format("{} parts", parts.size()), "3 or 4 parts"));
  const std::string_view verb = parts[1];
  const std::size_t wanted = verb == "BATCH" ? 4 : 3;
  if (parts.size() != wanted)
    return tl::unexpected(
        bad(fmt::format("{} parts", parts.size()), fmt::format("{} parts", wanted)));
  auto header = parse_header(parts[2], kHeaderBytesMax);
  if (!header) return tl::unexpected(std::move(header.error()));
  HeaderReader reader(*header);
  tl::expected<ClientMessage, ErrorMessage> message =
      tl::unexpected(bad("the verb is unknown", "HELLO, BATCH, HEARTBEAT or BYE"));
  if (verb == "HELLO") message = read_hello(reader);
  if (verb == "BATCH") message = read_batch(reader, parts[3]);
  if (verb == "HEARTBEAT")
    message =
        HeartbeatMessage{.session = reader.number("session"), .acked = reader.number("acked")};
  if (verb == "BYE") message = ByeMessage{.session = reader.number("session")};
  if (reader.error()) return tl::unexpected(*reader.error());
  return message;
}

Result<ServerMessage> decode_server(std::span<const std::string_view> parts) {
  if (parts.size() != 3 || parts[0] != kProtocolVersion)
    return fail(ErrorCode::kInvalid, fmt::format("the server sent {} parts, not 3 of {}",
                                                 parts.size(), kProtocolVersion));
  auto header = parse_header(parts[2], 8 * kAckBytesMax);
  if (!header) return fail(ErrorCode::kInvalid, "from the server: " + header.error().message);
  HeaderReader reader(*header);
  const std::string_view verb = parts[1];
  Result<ServerMessage> message = fail(
      ErrorCode::kInvalid, fmt::format("the server sent the verb \"{}\"", printable(verb, 20)));
  if (verb == "WELCOME") {
    message = read_welcome(reader);
    if (const json::value* value = header->if_contains("regression"); value && value->is_object()) {
      HeaderReader inner(value->get_object());
      std::get<WelcomeMessage>(*message).regression =
          Regression{inner.number("acked"), inner.number("durable")};
    }
  }
  if (verb == "ACK") message = read_ack(reader, *header);
  if (verb == "HEARTBEAT")
    message = ServerHeartbeat{.session = reader.number("session"),
                              .durable = reader.number("durable"),
                              .credit = read_credit(reader),
                              .withheld = reader.optional_text("withheld")};
  if (verb == "ERROR") message = read_error(reader);
  if (verb == "BYE")
    message =
        ServerBye{.session = reader.number("session"), .message = reader.optional_text("message")};
  if (reader.error())
    return fail(ErrorCode::kInvalid,
                fmt::format("from the server: {} in {}, allowed: {}", reader.error()->message, verb,
                            reader.error()->allowed));
  return message;
}

Parts encode(const HelloMessage& message) {
  json::object header{{"epoch", message.epoch}, {"last_ack", message.last_ack}};
  if (message.attempt > 0) header["attempt"] = message.attempt;
  return parts_of("HELLO", header);
}
Parts encode(const BatchMessage& message) {
  Parts parts = parts_of("BATCH", {{"session", message.session},
                                   {"sequence", message.sequence},
                                   {"records", message.records},
                                   {"acked", message.acked}});
  parts.emplace_back(message.payload);
  return parts;
}
Parts encode(const HeartbeatMessage& message) {
  return parts_of("HEARTBEAT", {{"session", message.session}, {"acked", message.acked}});
}
Parts encode(const ByeMessage& message) { return parts_of("BYE", {{"session", message.session}}); }

Parts encode(const WelcomeMessage& message) {
  json::object header{{"session", message.session},
                      {"durable", message.durable},
                      {"credit", to_json(message.credit)},
                      {"limits", json::object{{"frame_records", message.limits.records},
                                              {"frame_bytes", message.limits.bytes}}},
                      {"heartbeat_ms", message.heartbeat_ms}};
  if (message.regression)
    header["regression"] = json::object{{"acked", message.regression->acked},
                                        {"durable", message.regression->durable}};
  return parts_of("WELCOME", header);
}
Parts encode(const AckMessage& message) {
  json::array frames;
  for (const FrameOutcome& outcome : message.frames) frames.push_back(to_json(outcome));
  return parts_of("ACK", {{"session", message.session},
                          {"durable", message.durable},
                          {"credit", to_json(message.credit)},
                          {"frames", std::move(frames)}});
}
Parts encode(const ServerHeartbeat& message) {
  json::object header{{"session", message.session},
                      {"durable", message.durable},
                      {"credit", to_json(message.credit)}};
  if (!message.withheld.empty()) header["withheld"] = message.withheld;
  return parts_of("HEARTBEAT", header);
}
Parts encode(const ErrorMessage& message) {
  json::object header{{"code", name_of(message.refusal)},
                      {"message", cut_text(message.message, kTextBytesMax)},
                      {"retry", retry_of(message.refusal) == Retry::kYes}};
  if (!message.allowed.empty()) header["allowed"] = cut_text(message.allowed, kTextBytesMax);
  if (message.session) header["session"] = *message.session;
  if (message.sequence) header["sequence"] = *message.sequence;
  if (message.expected) header["expected"] = *message.expected;
  if (message.retry_after_ms) header["retry_after_ms"] = *message.retry_after_ms;
  if (message.refusal == Refusal::kUnsupportedVersion)
    header["supported"] = json::array{kProtocolVersion};
  return parts_of("ERROR", header);
}
Parts encode(const ServerBye& message) {
  return parts_of("BYE", {{"session", message.session}, {"message", message.message}});
}

}  // namespace tocsin
