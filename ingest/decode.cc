#include "ingest/decode.h"

#include "model/claim.h"

namespace tocsin {
namespace {

DecodedRecord decoded(std::size_t offset, std::size_t size, ParsedRecord&& record) {
  DecodedRecord out{offset, size, std::move(record), Hash128(), Hash128()};
  if (!out.record) return out;
  out.identity = identity_hash(out.record->source, out.record->id);
  out.content = content_hash(*out.record);
  return out;
}

}  // namespace

DecodedRecord decode_record(WireParser& parser, std::string_view json) {
  return decoded(0, json.size(), parser.parse(json));
}

DecodedFrame decode(WireParser& parser, std::string_view payload) {
  DecodedFrame frame{parser.limits(), {}};
  parser.for_each_record(payload, [&](std::size_t, std::string_view raw, ParsedRecord&& record) {
    const auto offset = static_cast<std::size_t>(raw.data() - payload.data());
    frame.records.push_back(decoded(offset, raw.size(), std::move(record)));
  });
  return frame;
}

}  // namespace tocsin
