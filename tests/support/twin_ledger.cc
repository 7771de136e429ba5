#include "tests/support/twin_ledger.h"

#include <algorithm>
#include <map>

namespace tocsin::twin {
namespace {

constexpr std::int32_t kClosedDays = 90;

}  // namespace

std::vector<Ledger::Episode> Ledger::episodes_of(const std::vector<PatternTick>& pattern) const {
  std::vector<Episode> out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const Day day = begin_ + static_cast<std::int32_t>(i);
    const bool goes_on = !out.empty() && !out.back().end;
    if (pattern[i].level == Level::kNone) {
      if (goes_on) out.back().end = day;
    } else if (goes_on) {
      out.back().level = pattern[i].level;
    } else {
      out.push_back({day, std::nullopt, pattern[i].level});
    }
  }
  return out;
}

// What an alert stands on: the start, the signals active or blind in the window, those that lapsed.
std::set<std::string> Ledger::basis_of(const Episode& episode,
                                       const std::vector<NamedTicks>& signals, Day today) const {
  std::set<std::string> basis{"start " + format_day(episode.start)};
  for (const auto& [name, ticks] : signals) {
    const auto at = [&, &all = ticks](Day day) {
      return day < begin_ ? SignalTick{} : all[static_cast<std::size_t>(day - begin_)];
    };
    bool on = false, unknown = false;
    for (Day day = minus(today + 1, window_); day <= today; day = day + 1) {
      on = on || at(day).on;
      unknown = unknown || !at(day).known;
    }
    if (on) basis.insert("active " + name);
    if (!on && unknown) basis.insert("blind " + name);
    Day since = today + 1;
    while (at(since - 1).on && !at(since - 1).known) since = since - 1;
    if (lapse_days_ > 0 && today + 1 - since > lapse_days_)
      basis.insert("lapsed " + name + " " + format_day(since));
  }
  return basis;
}

// The stated interval: of an open alert to today, of a closed one to the end it stated.
bool Ledger::overlap(const Alert& alert, const Episode& episode, Day today) const {
  const Day alert_end = alert.open() ? today + 1 : alert.end.value_or(alert.issued + 1);
  const Day episode_end = episode.end.value_or(today + 1);
  return alert.start < episode_end && episode.start < alert_end;
}

void Ledger::say(std::size_t index, RevisionKind kind, const Episode& episode, Day today,
                 Commit& out) {
  Alert& alert = alerts_[index];
  alert.last = kind;
  alert.level = closes(kind) ? Level::kNone : episode.level;
  alert.start = episode.start;
  alert.end = episode.end;
  alert.issued = today;
  out.said.push_back({index, kind, alert.level, alert.start, alert.end, 0});
}

Ledger::Commit Ledger::commit(const std::vector<PatternTick>& pattern,
                              const std::vector<NamedTicks>& signals) {
  Commit out;
  const Day today = begin_ + static_cast<std::int32_t>(pattern.size()) - 1;
  const auto episodes = episodes_of(pattern);
  std::map<std::size_t, std::size_t> follower;  // episode -> alert
  for (std::size_t i = 0; i < alerts_.size(); ++i) {
    Alert& alert = alerts_[i];
    if (alert.last == RevisionKind::kMerged || alert.last == RevisionKind::kRetired) continue;
    const bool recent = alert.open() || today - alert.issued <= kClosedDays;
    std::optional<std::size_t> latest;
    for (std::size_t e = 0; e < episodes.size(); ++e) {
      if (!overlap(alert, episodes[e], today)) continue;
      if (latest && alert.open()) ++out.splits;
      latest = e;
    }
    if (!latest) {
      if (alert.last == RevisionKind::kWithdrawn) continue;
      if (recent) {
        const Day end = alert.open() ? today : alert.end.value_or(today);
        say(i, RevisionKind::kWithdrawn, {alert.start, end, Level::kNone}, today, out);
      } else if (!alert.noted) {
        alert.noted = true;
        ++out.would_be_withdrawn;
      }
      continue;
    }
    if (!recent) continue;
    const Episode& episode = episodes[*latest];
    if (const auto older = follower.find(*latest); older != follower.end()) {
      if (!alert.open()) continue;
      say(i, RevisionKind::kMerged, episode, today, out);
      out.said.back().into = older->second;
      continue;
    }
    follower[*latest] = i;
    if (episode.end) {
      if (alert.open()) say(i, RevisionKind::kCleared, episode, today, out);
      continue;
    }
    auto basis = basis_of(episode, signals, today);
    const Level before = alert.open() ? alert.level : Level::kNone;
    if (episode.level != before) {
      say(i, episode.level > before ? RevisionKind::kEscalated : RevisionKind::kEased, episode,
          today, out);
    } else if (basis != alert.basis) {
      const bool lapsed = std::any_of(basis.begin(), basis.end(), [&](const std::string& item) {
        return item.starts_with("lapsed") && !alert.basis.contains(item);
      });
      say(i, lapsed ? RevisionKind::kLapsed : RevisionKind::kUpdated, episode, today, out);
    }
    alert.basis = std::move(basis);
  }
  for (std::size_t e = 0; e < episodes.size(); ++e) {
    if (follower.contains(e)) continue;
    const Episode& episode = episodes[e];
    if (!episode.end) {
      alerts_.emplace_back();
      alerts_.back().basis = basis_of(episode, signals, today);
      say(alerts_.size() - 1, RevisionKind::kRaised, episode, today, out);
      continue;
    }
    const bool told = std::any_of(noted_.begin(), noted_.end(),
                                  [&](const Noted& n) {
                                    return n.start < *episode.end && episode.start < n.end;
                                  }) ||
                      std::any_of(alerts_.begin(), alerts_.end(),
                                  [&](const Alert& a) { return overlap(a, episode, today); });
    if (told) continue;
    noted_.push_back({episode.start, *episode.end});
    out.noted.push_back(noted_.back());
  }
  return out;
}

}  // namespace tocsin::twin
