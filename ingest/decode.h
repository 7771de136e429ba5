#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "ingest/wire.h"
#include "model/hash.h"

namespace tocsin {

// A record of a frame and what follows from its bytes alone, whoever sent it and whatever was there
// before.
struct DecodedRecord {
  std::size_t offset = 0, size = 0;  // of its bytes in the payload
  ParsedRecord record;
  // Of a record that could be read:
  Hash128 identity;  // identity_hash()
  Hash128 content;   // content_hash()

  std::string_view raw(std::string_view payload) const { return payload.substr(offset, size); }
};
// All records of a frame, in order. Under other limits they may be others.
struct DecodedFrame {
  WireLimits limits;
  std::vector<DecodedRecord> records;
};

// Pure, both.
DecodedRecord decode_record(WireParser& parser, std::string_view json);
DecodedFrame decode(WireParser& parser, std::string_view payload);

}  // namespace tocsin
