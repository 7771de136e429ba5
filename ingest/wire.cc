#include "ingest/wire.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <cstring>

#include "ingest/frame.h"
#include "ingest/record_draft.h"

namespace tocsin {

// simdjson reads up to SIMDJSON_PADDING bytes beyond the text, so records are copied here first.
struct WireParser::Buffers {
  simdjson::ondemand::parser parser;
  std::string padded;
  RecordDraft draft;
};

WireParser::WireParser(const WireLimits& limits)
    : limits_(limits), buffers_(std::make_unique<Buffers>()) {}
WireParser::~WireParser() = default;
WireParser::WireParser(WireParser&&) noexcept = default;
WireParser& WireParser::operator=(WireParser&&) noexcept = default;

ParsedRecord WireParser::parse(std::string_view json) {
  if (json.size() > limits_.record_bytes) {
    return tl::unexpected<Rejection>(
        Rejection{"too-large", "", fmt::format("the record has {} bytes", json.size()),
                  fmt::format("at most {} bytes", limits_.record_bytes)});
  }
  auto& [parser, padded, draft] = *buffers_;
  if (padded.size() < json.size() + simdjson::SIMDJSON_PADDING) {
    padded.resize(2 * json.size() + simdjson::SIMDJSON_PADDING);
  }
  json.copy(padded.data(), json.size());
  std::memset(padded.data() + json.size(), ' ', simdjson::SIMDJSON_PADDING);
  simdjson::ondemand::document document;
  if (const auto error = parser.iterate(padded.data(), json.size(), padded.size()).get(document)) {
    return tl::unexpected<Rejection>(Rejection{
        "malformed-json", "", fmt::format("this is not JSON: {}", simdjson::error_message(error)),
        "one JSON object (RFC 8259) in UTF-8"});
  }
  ParsedRecord record;
  if (!draft.read(document) || !draft.build(*record)) {
    record = tl::unexpected<Rejection>(draft.take_rejection());
  }
  return record;
}

std::size_t WireParser::for_each_record(std::string_view payload, const Visit& visit) {
  std::size_t index = 0;
  const auto rest = cut_frame(payload, [&](std::string_view raw) {
    if (index < limits_.frame_records) {
      visit(index, raw, parse(raw));
    } else {
      visit(index, raw,
            tl::unexpected<Rejection>(
                Rejection{"too-large", "", fmt::format("this is record {} of its frame", index + 1),
                          fmt::format("at most {} records a frame", limits_.frame_records)}));
    }
    ++index;
  });
  if (rest) {
    visit(index, *rest,
          tl::unexpected<Rejection>(
              Rejection{"malformed-json", "",
                        fmt::format("the array of records goes wrong at \"{}\"", shorten(*rest)),
                        "a JSON array of objects, or one object a line"}));
    ++index;
  }
  return index;
}

ParsedRecord parse_record(std::string_view json, const WireLimits& limits) {
  return WireParser(limits).parse(json);
}

}  // namespace tocsin
