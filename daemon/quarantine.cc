#include "daemon/quarantine.h"

#include <simdjson.h>
#include <sodium.h>

#include <boost/json/parse.hpp>

#include "alerting/clean_text.h"

namespace tocsin {
namespace {

namespace json = boost::json;

bool wanted(const QuarantineRow& row, const QuarantineQuery& query) {
  if (!query.producer.empty() && row.producer != query.producer) return false;
  if (!query.code.empty() && row.rejection.code != query.code) return false;
  return query.source.empty() || source_of(row) == query.source;
}

std::string base64(const std::string& bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
  std::string text(sodium_base64_ENCODED_LEN(bytes.size(), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), kVariant);
  text.pop_back();  // the terminating zero
  return text;
}

}  // namespace

Result<QuarantinePage> list_quarantined(const Store& store, const QuarantineQuery& query) {
  QuarantinePage page;
  std::size_t looked_at = 0;
  std::uint64_t last = query.after;
  bool full_page = false;
  auto read =
      store.for_each_quarantined(query.after + 1, [&](const QuarantineRow& row) -> Result<void> {
        full_page = page.rows.size() == query.limit || looked_at == query.look_at;
        if (full_page) return fail(ErrorCode::kLimit, "the page is full");
        ++looked_at;
        last = row.sequence;
        if (wanted(row, query)) page.rows.push_back(row);
        return {};
      });
  if (!read && !full_page) return tl::unexpected(read.error());
  if (full_page) page.next = last;
  return page;
}

std::string source_of(const QuarantineRow& row) {
  boost::system::error_code error;
  const json::value record = json::parse(row.record, error);
  if (error || !record.is_object()) return {};
  const json::value* source = record.get_object().if_contains("source");
  if (source == nullptr || !source->is_string()) return {};
  return one_line(std::string(source->get_string()), 100);
}

json::object brief(const QuarantineRow& row) {
  return {{"sequence", row.sequence},
          {"received", format_rfc3339(row.received)},
          {"producer", row.producer},
          {"source", source_of(row)},
          {"journal_sequence", row.journal_sequence},
          {"code", row.rejection.code},
          {"pointer", one_line(row.rejection.pointer)},
          {"message", one_line(row.rejection.message)},
          {"allowed", one_line(row.rejection.allowed)}};
}

json::object full(const QuarantineRow& row) {
  json::object object = brief(row);
  if (simdjson::validate_utf8(row.record)) {
    object["record"] = row.record;
  } else {
    object["record_base64"] = base64(row.record);
  }
  return object;
}

}  // namespace tocsin
