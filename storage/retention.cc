// What retention leaves of the journal, and where it stands.
#include "storage/retention.h"

#include <rocksdb/convenience.h>

#include <algorithm>

#include "storage/codec.h"
#include "storage/handles.h"
#include "storage/keys.h"
#include "storage/store.h"

namespace tocsin {

std::vector<std::pair<std::uint64_t, std::uint64_t>> journal_ranges(const JournalMark& begin) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
  const std::uint64_t kept = begin.configuration;
  const bool is_before = kept > 0 && kept <= begin.sequence;
  if (!is_before) return {{1, begin.sequence}};
  if (kept > 1) ranges.emplace_back(1, kept - 1);
  if (kept < begin.sequence) ranges.emplace_back(kept + 1, begin.sequence);
  return ranges;
}

std::string encode_horizon(Day day) {
  return encode_number(static_cast<std::uint64_t>(day.number() - kDayMin.number()));
}

Result<Day> Store::horizon_at(std::string_view key) const {
  const auto days = number_at(key);
  if (!days) return tl::unexpected(days.error());
  return kDayMin + static_cast<std::int32_t>(std::min<std::uint64_t>(*days, 1'000'000));
}

Result<Day> Store::lateness_horizon() const { return horizon_at(kLatenessHorizonKey); }
Result<Day> Store::quarantine_horizon() const { return horizon_at(kQuarantineHorizonKey); }

Result<std::uint64_t> Store::configuration_sequence() const { return number_at(kConfigurationKey); }

Result<std::optional<JournalMark>> Store::journal_begin() const {
  const auto bytes = columns_->get(Column::kMeta, kJournalBeginKey);
  if (!bytes) return tl::unexpected(bytes.error());
  if (!*bytes) return std::nullopt;
  auto mark = decode_journal_mark(**bytes);
  if (!mark) return tl::unexpected(columns_->at_row(Column::kMeta, kJournalBeginKey, mark.error()));
  return *std::move(mark);
}

Result<std::vector<JournalMark>> Store::journal_marks() const {
  std::vector<JournalMark> marks;
  auto read =
      columns_->scan(Column::kMeta, kJournalMarkPrefix, kJournalMarkPrefix,
                     [&](std::string_view key, std::string_view value) -> Result<void> {
                       auto mark = decode_journal_mark(value);
                       if (!mark)
                         return tl::unexpected(columns_->at_row(Column::kMeta, key, mark.error()));
                       marks.push_back(*std::move(mark));
                       return {};
                     });
  if (!read) return tl::unexpected(read.error());
  return marks;
}

// Gives whole files back at once; what is left of the range goes with the next compactions. Nothing
// depends on it: the commit has deleted the rows.
void Store::release_journal(const JournalMark& begin) {
  for (const auto& [first, last] : journal_ranges(begin)) {
    const std::string from = sequence_key(first), to = sequence_key(last);
    const rocksdb::Slice from_slice = slice(from), to_slice = slice(to);
    rocksdb::DeleteFilesInRange(columns_->db.get(), (*columns_)[Column::kJournal], &from_slice,
                                &to_slice)
        .PermitUncheckedError();
  }
}

}  // namespace tocsin
