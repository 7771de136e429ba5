#include <fmt/format.h>

#include <algorithm>

#include "storage/codec.h"
#include "storage/handles.h"
#include "storage/keys.h"
#include "storage/verify.h"

namespace tocsin {

Result<JournalReport> verify_journal(const Store& store, const VisitFault& visit) {
  JournalReport report;
  const StoreHead head = store.head();
  const auto begin = store.journal_begin();
  if (!begin) return tl::unexpected(begin.error());
  std::uint64_t next = *begin ? (*begin)->sequence + 1 : 1;
  const std::uint64_t kept = *begin ? (*begin)->configuration : 0;
  bool kept_is_there = kept == 0 || kept >= next;
  ProcessingTime now = ProcessingTime(std::numeric_limits<std::int64_t>::min());
  const auto fault = [&](std::uint64_t entry, std::string expected, std::string found) {
    report.is_sound = false;
    visit({"journal", fmt::format("entry {}", entry), std::move(expected), std::move(found)});
  };
  const auto missing = [&](std::uint64_t until) {
    if (next + 1 < until)
      fault(next, fmt::format("entries {} to {}", next, until - 1), "missing");
    else if (next < until)
      fault(next, "an entry", "missing");
    next = until;
  };
  auto read = store.columns().scan(
      Column::kJournal, "", "", [&](std::string_view key, std::string_view value) -> Result<void> {
        const auto sequence = parse_sequence_key(key);
        if (!sequence) {
          fault(0, "a key of 8 bytes", sequence.error().message);
          return {};
        }
        if (*sequence > head.sequence) return {};  // a running store goes on
        if (*begin && *sequence <= (*begin)->sequence) {
          if (*sequence != kept) {
            fault(*sequence, "let go by retention", "still there");
            return {};
          }
          kept_is_there = true;
        } else {
          missing(*sequence);
          next = *sequence + 1;
        }
        const auto entry = decode_journal_entry(value);
        if (!entry) {
          fault(*sequence, "an entry that can be read", entry.error().message);
          return {};
        }
        if (entry->now < now)
          fault(*sequence, fmt::format("a time not before {}", format_rfc3339(now)),
                format_rfc3339(entry->now));
        now = std::max(now, entry->now);
        ++report.entries;
        const bool configures = std::ranges::any_of(entry->inputs, [](const Input& input) {
          return std::holds_alternative<ContentInput>(input);
        });
        if (configures) report.configuration = *sequence;
        return {};
      });
  if (!read) return tl::unexpected(read.error());
  missing(head.sequence + 1);
  if (!kept_is_there) fault(kept, "the configuration in force where the journal begins", "missing");
  return report;
}

}  // namespace tocsin
