// libFuzzer: any bytes as a frame. What is accepted must be strict JSON and survive a round trip.
//
//   ./run fuzz wire_fuzz 60
#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ingest/wire.h"
#include "model/result.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace tocsin;
  static WireParser parser;
  static WireParser second;
  const std::string_view payload(reinterpret_cast<const char*>(bytes), size);
  parser.for_each_record(payload, [](std::size_t, std::string_view raw, ParsedRecord&& record) {
    if (!record) {
      require(!record.error().code.empty(), "a rejection has a code");
      return;
    }
    boost::json::error_code error;
    boost::json::parse(raw, error);
    require(!error, "an accepted record is strict JSON");
    const auto again = second.parse(to_json(*record));
    require(again && *again == *record, "an accepted record survives a round trip");
  });
  return 0;
}
