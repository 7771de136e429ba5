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
  for (const NamedTicks& signal : signals) {
    if (signal.absent || !signal.told) continue;
    const std::string& name = signal.name;
    const auto at = [&](Day day) {
      return day < begin_ ? SignalTick{} : signal.ticks[static_cast<std::size_t>(day - begin_)];
    };
    bool on = false, unknown = false;
    for (Day day = minus(today + 1, pattern_.window); day <= today; day = day + 1) {
      on = on || at(day).on;
      unknown = unknown || !at(day).known;
    }
    if (on) basis.insert("active " + name);
    if (!on && unknown) basis.insert("blind " + name);
    Day since = today + 1;
    while (at(since - 1).on && !at(since - 1).known) since = since - 1;
    if (pattern_.lapse_days > 0 && today + 1 - since > pattern_.lapse_days)
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
  if (kind == RevisionKind::kVetoed || kind == RevisionKind::kRefused) alert.refused = alert.level;
  if (kind == RevisionKind::kProposed) alert.refused = Level::kNone;
  const bool loud = kind == RevisionKind::kRaised || kind == RevisionKind::kEscalated ||
                    kind == RevisionKind::kProposed;
  Day day = today;
  // A proposal counts from the day on which it was first made, and only while it is open.
  std::erase_if(board_, [&](const Heard& heard) {
    const bool own = heard.pattern == number_ && heard.region == region_ && heard.alert == index &&
                     heard.kind == RevisionKind::kProposed;
    if (own && kind == RevisionKind::kProposed) day = heard.day;
    return own;
  });
  alert.last = kind;
  alert.level = closes(kind) ? Level::kNone : episode.level;
  alert.start = episode.start;
  alert.end = episode.end;
  alert.issued = today;
  alert.raised = alert.raised || kind == RevisionKind::kRaised;
  if (loud) board_.push_back({number_, region_, index, kind, alert.level, day});
  out.said.push_back({index, kind, alert.level, alert.start, alert.end, 0});
}

// What an alert that was raised, and is not merged, says of the episode it follows.
void Ledger::follow(std::size_t index, const Episode& episode,
                    const std::vector<NamedTicks>& signals, ProcessingTime now, Commit& out) {
  Alert& alert = alerts_[index];
  const Day today = day_of(now);
  if (alert.last == RevisionKind::kProposed) {
    decide(index, episode, signals, now, out);
    if (alert.last != RevisionKind::kVetoed) return;
  }
  if (!alert.raised) {
    if (!episode.end && episode.level > alert.refused) new_ = {episode, index};
    return;
  }
  if (episode.end) {
    if (alert.open()) say(index, RevisionKind::kCleared, episode, today, out);
    return;
  }
  auto basis = basis_of(episode, signals, today);
  const Level before = alert.open() ? alert.level : Level::kNone;
  if (episode.level != before) {
    say(index, episode.level > before ? RevisionKind::kEscalated : RevisionKind::kEased, episode,
        today, out);
  } else if (basis != alert.basis) {
    const bool lapsed = std::any_of(basis.begin(), basis.end(), [&](const std::string& item) {
      return item.starts_with("lapsed") && !alert.basis.contains(item);
    });
    say(index, lapsed ? RevisionKind::kLapsed : RevisionKind::kUpdated, episode, today, out);
  }
  alert.basis = std::move(basis);
}

Ledger::Commit Ledger::follow_all(const std::vector<PatternTick>& pattern,
                                  const std::vector<NamedTicks>& signals, ProcessingTime now) {
  Commit out;
  new_.reset();
  const Day today = begin_ + static_cast<std::int32_t>(pattern.size()) - 1;
  const auto episodes = episodes_of(pattern);
  std::map<std::size_t, std::size_t> follower;  // episode -> alert
  // Those that were raised go first, each in the order of issue.
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < alerts_.size(); ++i) order.push_back(i);
  std::stable_partition(order.begin(), order.end(),
                        [&](std::size_t i) { return alerts_[i].raised; });
  for (const std::size_t i : order) {
    Alert& alert = alerts_[i];
    if (alert.last == RevisionKind::kMerged || alert.last == RevisionKind::kRetired) continue;
    const bool refused = !alert.open() && alert.refused != Level::kNone;
    const bool recent = alert.open() || refused || today - alert.issued <= kClosedDays;
    std::optional<std::size_t> latest;
    for (std::size_t e = 0; e < episodes.size(); ++e) {
      if (!overlap(alert, episodes[e], today)) continue;
      if (latest && alert.open()) ++out.splits;
      latest = e;
    }
    if (!latest) {
      if (alert.last == RevisionKind::kWithdrawn || refused) continue;
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
    if (const auto older = follower.find(*latest); older != follower.end()) {
      if (!alert.open()) continue;
      say(i, RevisionKind::kMerged, episodes[*latest], today, out);
      out.said.back().into = older->second;
      continue;
    }
    follower[*latest] = i;
    follow(i, episodes[*latest], signals, now, out);
  }
  for (std::size_t e = 0; e < episodes.size(); ++e) {
    if (follower.contains(e)) continue;
    const Episode& episode = episodes[e];
    if (!episode.end) {
      new_ = {episode, std::nullopt};
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
