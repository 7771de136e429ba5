// libFuzzer: any bytes as any stored value. Nothing crashes, and what decodes encodes to the same
// bytes.
//
//   ./run fuzz codec_fuzz 60
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "model/result.h"
#include "storage/codec.h"
#include "storage/keys.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto same = [&](const std::string& again) {
    require(again == bytes, "one value has one encoding");
  };
  switch (data[0] % 12) {
    case 0:
      if (const auto entry = decode_journal_entry(bytes)) same(encode(*entry));
      break;
    case 1:
      if (const auto revision = decode_latest_revision({SourceId(7), {}}, bytes)) {
        std::string again;
        encode(*revision, again);
        same(again);
      }
      break;
    case 2:
      if (const auto dispatch = decode_dispatch(bytes)) same(encode(*dispatch));
      break;
    case 3:
      if (const auto row = decode_quarantine(1, bytes)) same(encode(*row));
      if (const auto row = decode_acknowledgement({}, bytes)) same(encode(*row));
      break;
    case 4:
      if (const auto row = decode_ledger(Chain::kAlerts, 1, bytes)) same(encode(*row));
      break;
    case 5:
      if (const auto head = decode_head(bytes)) same(encode(*head));
      break;
    case 6:
      if (const auto number = decode_number(bytes)) same(encode_number(*number));
      break;
    case 7:
      if (const auto due = parse_due_key(bytes)) same(due_key(*due));
      break;
    case 8:
      if (const auto position = parse_producer_key(bytes)) {
        same(producer_key(position->producer, position->epoch));
      }
      break;
    case 9:
      if (const auto tally = decode_tally(bytes)) same(encode(*tally));
      break;
    case 10:
      if (const auto alert = parse_open_alert_key(bytes)) same(open_alert_key(*alert));
      break;
    default:
      (void)decode_fates(bytes);  // short rows of older programs grow: not the same bytes
      break;
  }
  return 0;
}
