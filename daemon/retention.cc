#include "daemon/retention.h"

#include <algorithm>

namespace tocsin {

std::optional<Day> journaled_horizon(const std::vector<Input>& inputs, std::string_view horizon) {
  for (const Input& input : inputs) {
    const auto* moved = std::get_if<HorizonInput>(&input);
    if (moved != nullptr && moved->horizon == horizon) return moved->day;
  }
  return std::nullopt;
}

Retention::Retention(Store& store, const HorizonSettings& settings)
    : store_(store), settings_(settings) {}

Result<void> Retention::restore() {
  const auto begin = store_.journal_begin();
  if (!begin) return tl::unexpected(begin.error());
  if (*begin) journal_ = (*begin)->day;
  const auto quarantine = store_.quarantine_horizon();
  if (!quarantine) return tl::unexpected(quarantine.error());
  quarantine_ = *quarantine;
  const auto configuration = store_.configuration_sequence();
  if (!configuration) return tl::unexpected(configuration.error());
  configuration_ = *configuration;
  auto marks = store_.journal_marks();
  if (!marks) return tl::unexpected(marks.error());
  marks_.assign(marks->begin(), marks->end());
  const StoreHead head = store_.head();
  if (head.sequence > 0) today_ = day_of(head.now);
  return {};
}

void Retention::restore_row(const QuarantineRow& row) {
  Kept& kept = kept_[day_of(row.received)];
  kept.last = std::max(kept.last, row.sequence);
  ++kept.rows[row.producer];
}

void Retention::begin(ProcessingTime now, std::vector<Input>& inputs, Commit& commit,
                      const Released& released) {
  const Day today = day_of(now);
  const bool is_new_day = today > today_;
  today_ = today;
  const auto wanted = [&](std::string_view horizon, std::int32_t days) -> std::optional<Day> {
    if (const auto journaled = journaled_horizon(inputs, horizon)) return journaled;
    if (!is_new_day || days == 0) return std::nullopt;
    return today - days;
  };
  const auto journal = wanted(kJournalHorizon, settings_.journal_days);
  const auto quarantine = wanted(kQuarantineHorizon, settings_.quarantine_days);
  const StoreHead& head = store_.staged_head();
  if (is_new_day && settings_.journal_days > 0 && head.sequence > 0) {
    marks_.push_back({head.sequence, today, configuration_, head.chains, store_.staged_fates()});
    commit.mark = marks_.back();
  }
  if (journal) cut_journal(*journal, inputs, commit);
  if (quarantine) empty_quarantine(*quarantine, inputs, commit, released);
  const bool configures = std::ranges::any_of(
      inputs, [](const Input& input) { return std::holds_alternative<ContentInput>(input); });
  if (configures) configuration_ = store_.next_sequence();
}

void Retention::end(ProcessingTime now, const Commit& commit) {
  if (commit.quarantine.empty()) return;
  Kept& kept = kept_[day_of(now)];
  kept.last = store_.staged_head().quarantine_sequence + commit.quarantine.size();
  for (const QuarantineRow& row : commit.quarantine) ++kept.rows[row.producer];
}

void Retention::forget(const QuarantineRow& row) {
  const auto kept = kept_.find(day_of(row.received));
  if (kept != kept_.end()) --kept->second.rows[row.producer];
}

void Retention::cut_journal(Day wanted, std::vector<Input>& inputs, Commit& commit) {
  if (wanted <= journal_) return;
  std::optional<JournalMark> mark;
  for (; !marks_.empty() && marks_.front().day <= wanted; marks_.pop_front())
    mark = std::move(marks_.front());
  if (!mark) return;
  journal_ = mark->day;
  commit.begin = std::move(mark);
  if (!journaled_horizon(inputs, kJournalHorizon))
    inputs.emplace_back(HorizonInput{std::string(kJournalHorizon), journal_});
}

void Retention::empty_quarantine(Day wanted, std::vector<Input>& inputs, Commit& commit,
                                 const Released& released) {
  if (wanted <= quarantine_) return;
  quarantine_ = wanted;
  commit.quarantine_horizon = wanted;
  const auto stays = kept_.lower_bound(wanted);
  for (auto day = kept_.begin(); day != stays; ++day) {
    commit.quarantine_until = std::max(commit.quarantine_until, day->second.last);
    for (const auto& [producer, rows] : day->second.rows) released(producer, rows);
  }
  emptied_until_ = std::max(emptied_until_, commit.quarantine_until);
  kept_.erase(kept_.begin(), stays);
  if (!journaled_horizon(inputs, kQuarantineHorizon))
    inputs.emplace_back(HorizonInput{std::string(kQuarantineHorizon), wanted});
}

}  // namespace tocsin
