#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "model/record.h"

namespace tocsin {

// Bytes to records and back: pure, no names are resolved (that is the gate's work). docs/FORMATS.md
// is the format's reference; the limits of single members stand in ingest/schema.cc.

struct WireLimits {
  std::size_t record_bytes = 65'536;    // of one record's JSON
  std::size_t frame_records = 100'000;  // of one frame; what lies beyond is rejected unread
  friend bool operator==(const WireLimits&, const WireLimits&) = default;
};

// A record, or why it isn't one. Codes of rejections made here:
//   malformed-json    not JSON, or not UTF-8
//   wrong-type        JSON, but not of the type that the member has
//   unknown-member    a member that this type of record doesn't have
//   duplicate-member  the same member twice
//   missing-member
//   bad-value         a word, time or date that can't stand here, or members that contradict
//   out-of-range      a number too small or too big, a text or list too short or too long
//   too-large         more bytes or records than WireLimits allows
using ParsedRecord = tl::expected<Record, Rejection>;

// Parses records one after the other, reusing its buffers. One for a thread; about 100 KiB.
class WireParser {
 public:
  explicit WireParser(const WireLimits& limits = {});
  ~WireParser();
  WireParser(WireParser&&) noexcept;
  WireParser& operator=(WireParser&&) noexcept;

  const WireLimits& limits() const { return limits_; }

  // One record: a JSON object with nothing but white space around it. `json` needs no padding.
  ParsedRecord parse(std::string_view json);

  // Called for every record of a frame with its place in it (from 0) and its bytes, which lie in
  // the payload.
  using Visit = std::function<void(std::size_t index, std::string_view raw, ParsedRecord&& record)>;

  // A frame: NDJSON (one record a line, empty lines count for nothing) or a JSON array of records.
  // A bad record never hides the next one. An array that is broken beyond its last whole element is
  // one more rejection, for the rest of the payload. Returns how often `visit` was called.
  std::size_t for_each_record(std::string_view payload, const Visit& visit);

 private:
  struct Buffers;
  WireLimits limits_;
  std::unique_ptr<Buffers> buffers_;
};

// The same for a single record, where speed doesn't matter.
ParsedRecord parse_record(std::string_view json, const WireLimits& limits = {});

// One line without a newline: members in the order of the table in docs/FORMATS.md, defaults left
// out. parse_record(to_json(r)) == r for every record that keeps the limits of the format.
std::string to_json(const Record& record);

}  // namespace tocsin
