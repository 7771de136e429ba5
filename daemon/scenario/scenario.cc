#include "daemon/scenario/scenario.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "daemon/scenario/playback.h"
#include "rules/explain.h"

namespace tocsin {
namespace {

constexpr std::int64_t kEveningMs = 20 * 3'600'000LL;

// In the evening of a day: what was published on it is known.
ProcessingTime evening(Day day) {
  return ProcessingTime(std::int64_t{day.number()} * kMillisecondsPerDay + kEveningMs);
}

// The first evening on which a record is known.
Day known_on(const Record& record) {
  const Day day = day_of(*record.published);
  return record.published->milliseconds() <= evening(day).milliseconds() ? day : day + 1;
}

class ScenarioRun {
 public:
  ScenarioRun(const Scenario& scenario, const Catalogue& catalogue, const Pack& pack,
              const ScenarioObserver& observe, Playback playback)
      : scenario_(scenario),
        catalogue_(catalogue),
        pack_(pack),
        observe_(observe),
        playback_(std::move(playback)) {
    for (const Expectation& expected : scenario.days) regions_.insert(expected.region);
    if (scenario.alerts)
      for (const ExpectedRevision& expected : *scenario.alerts) regions_.insert(expected.region);
    if (scenario.held_back)
      for (const ExpectedHold& expected : *scenario.held_back) regions_.insert(expected.region);
    for (const ExpectedRefusal& expected : scenario.refused) refusals_due_.insert(&expected);
  }

  std::vector<Mismatch> run() {
    std::set<Day> days;
    for (const Record& record : scenario_.records)
      days.insert(std::max(scenario_.begins, known_on(record)));
    for (const Expectation& expected : scenario_.days) days.insert(expected.seen);
    // A commit every day from the first expectation on, as the daemon's clock makes them.
    if (!scenario_.days.empty())
      for (Day day = scenario_.days.front().seen; day < scenario_.days.back().seen; day = day + 1)
        days.insert(day);
    for (const Day day : days) {
      meet_deadlines(evening(day));
      commit(day);
      if (observe_) observe_(assessment(), day);
      for (const Expectation& expected : scenario_.days)
        if (expected.seen == day) check(expected);
    }
    check_alerts();
    check_held_back();
    for (const ExpectedRefusal* missed : refusals_due_)
      wrong(missed->line, "record {} was not refused", missed->record);
    return std::move(mismatches_);
  }

 private:
  // As the daemon does, a commit at each deadline before `until`.
  void meet_deadlines(ProcessingTime until) {
    while (const auto due = playback_.engine().ledger().next_due(now_)) {
      if (*due >= until) return;
      keep(playback_.commit("", *due));
      now_ = *due;
    }
  }

  void keep(Statements said) {
    const auto asked = [&](const auto& one) {
      return one.pattern == scenario_.pattern && regions_.contains(one.region);
    };
    for (HeldBack& held : said.held_back)
      if (asked(held)) held_.emplace_back(day_of(now_), std::move(held));
    for (AlertRevision& revision : said.revisions)
      if (asked(revision)) said_.push_back(std::move(revision));
  }

  void commit(Day day) {
    std::string payload;
    const std::size_t first = next_;
    const auto due = [&](const Record& r) { return known_on(r) <= day; };
    for (; next_ < scenario_.records.size() && due(scenario_.records[next_]); ++next_)
      payload += to_json(scenario_.records[next_]) + "\n";
    const std::uint64_t applied = playback_.count(Fate::kApplied);
    now_ = evening(day);
    Statements said = playback_.commit(payload, now_);
    for (const PlaybackRefusal& refusal : playback_.refusals())
      if (!is_due(scenario_.records[first + refusal.index].id, refusal.rejection.code))
        wrong(scenario_.line, "record {} was refused: {}, {} (allowed: {})",
              scenario_.records[first + refusal.index].id, refusal.rejection.pointer,
              refusal.rejection.message, refusal.rejection.allowed);
    const std::uint64_t fresh = playback_.count(Fate::kApplied) - applied;
    if (playback_.refusals().empty() && fresh != next_ - first)
      wrong(scenario_.line, "on {} only {} of {} records were applied", format_day(day), fresh,
            next_ - first);
    keep(std::move(said));
  }

  // Whether the scenario says that this record is refused for this reason; once.
  bool is_due(const std::string& id, const std::string& why) {
    const auto found = std::ranges::find_if(refusals_due_, [&](const ExpectedRefusal* expected) {
      return expected->record == id && expected->why == why;
    });
    if (found == refusals_due_.end()) return false;
    refusals_due_.erase(found);
    return true;
  }

  const Assessment& assessment() const { return playback_.engine().assessments().front(); }

  // Where the pattern is judged: the codes, or the first of them.
  std::string places_of(std::uint32_t pattern) const {
    constexpr std::size_t kShown = 8;
    std::vector<std::string_view> codes;
    for (const Assessment::Moved& place : assessment().places())
      if (place.pattern == pattern) codes.push_back(catalogue_.regions.at(place.region).code);
    if (codes.size() <= kShown) return fmt::format("{}", fmt::join(codes, ", "));
    return fmt::format("{} and {} more", fmt::join(codes.begin(), codes.begin() + kShown, ", "),
                       codes.size() - kShown);
  }

  void check(const Expectation& expected) {
    const RegionId region = catalogue_.regions.find(expected.region)->id;
    const auto pattern =
        static_cast<std::uint32_t>(pack_.find_pattern(scenario_.pattern) - pack_.patterns.data());
    if (!assessment().judges(region, pattern)) {
      wrong(expected.line, "{} is not judged in {}; allowed: {}", scenario_.pattern,
            expected.region, places_of(pattern));
      return;
    }
    if (observe_) observe_(assessment(), expected.day);
    const PatternExplained now = explain_pattern(assessment(), region, pattern, expected.day);
    const std::string where = format_day(expected.day) + " " + expected.region;
    if (expected.level && *expected.level != now.level)
      wrong(expected.line, "{} is at {}, not {}", where, name_of(now.level),
            name_of(*expected.level));
    if (expected.possible && *expected.possible != now.possible)
      wrong(expected.line, "{} is possibly at {}, not {}", where, name_of(now.possible),
            name_of(*expected.possible));
    if (expected.blind && *expected.blind != now.dimensions_unknown)
      wrong(expected.line, "{} is blind in [{}], not [{}]", where,
            fmt::join(now.dimensions_unknown, ", "), fmt::join(*expected.blind, ", "));
    check_signals(expected, region, expected.on, "on");
    check_signals(expected, region, expected.off, "off");
    check_signals(expected, region, expected.held, "held");
    check_signals(expected, region, expected.unknown, "unknown");
  }

  void check_signals(const Expectation& expected, RegionId region,
                     const std::vector<std::string>& names, std::string_view state) {
    for (const std::string& name : names) {
      const auto signal =
          static_cast<std::uint32_t>(pack_.find_signal(name) - pack_.signals.data());
      if (!assessment().stands(region, pack_.signals[signal])) {
        wrong(expected.line, "{} is not judged in {}", name, expected.region);
        continue;
      }
      const SignalRun* run = assessment().signal_track(region, signal).at(expected.day);
      const bool on = run != nullptr && run->on, known = run != nullptr && run->known;
      const std::string_view now = on ? (known ? "on" : "held") : known ? "off" : "unknown";
      if (now == state) continue;
      wrong(expected.line, "{} {}: {} is {}, not {}. {}", format_day(expected.day), expected.region,
            name, now, state,
            explain_signal(assessment(), region, signal, expected.day).evidence.sentence);
    }
  }

  void check_alerts() {
    if (!scenario_.alerts) return;
    const auto& expected = *scenario_.alerts;
    for (std::size_t i = 0; i < std::max(expected.size(), said_.size()); ++i) {
      const auto told = [](Day day, std::string_view region, RevisionKind kind, Level level) {
        return fmt::format("{} {} {} {}", format_day(day), region, name_of(kind), name_of(level));
      };
      const std::string want = i < expected.size() ? told(expected[i].day, expected[i].region,
                                                          expected[i].kind, expected[i].level)
                                                   : "nothing";
      const std::string got = i < said_.size() ? told(day_of(said_[i].issued), said_[i].region,
                                                      said_[i].kind, said_[i].level)
                                               : "nothing";
      if (want == got) continue;
      wrong(i < expected.size() ? expected[i].line : scenario_.line,
            "revision {} is '{}', not '{}'{}", i + 1, got, want,
            i < said_.size() ? fmt::format(" ({})", fmt::join(said_[i].changes, " ")) : "");
    }
  }

  void check_held_back() {
    if (!scenario_.held_back) return;
    const auto& expected = *scenario_.held_back;
    for (std::size_t i = 0; i < std::max(expected.size(), held_.size()); ++i) {
      const auto told = [](Day day, std::string_view region, HoldReason why, Level level) {
        return fmt::format("{} {} {} {}", format_day(day), region, name_of(why), name_of(level));
      };
      const std::string want = i < expected.size() ? told(expected[i].day, expected[i].region,
                                                          expected[i].why, expected[i].level)
                                                   : "nothing";
      const std::string got = i < held_.size() ? told(held_[i].first, held_[i].second.region,
                                                      held_[i].second.why, held_[i].second.level)
                                               : "nothing";
      if (want != got)
        wrong(i < expected.size() ? expected[i].line : scenario_.line,
              "what is held back, number {}, is '{}', not '{}'", i + 1, got, want);
    }
  }

  template <class... Args>
  void wrong(int line, fmt::format_string<Args...> format, Args&&... args) {
    mismatches_.push_back({line, fmt::format(format, std::forward<Args>(args)...)});
  }

  const Scenario& scenario_;
  const Catalogue& catalogue_;
  const Pack& pack_;
  const ScenarioObserver& observe_;
  Playback playback_;
  std::set<std::string> regions_;
  std::set<const ExpectedRefusal*> refusals_due_;
  std::size_t next_ = 0;
  ProcessingTime now_;
  std::vector<AlertRevision> said_;
  std::vector<std::pair<Day, HeldBack>> held_;
  std::vector<Mismatch> mismatches_;
};

}  // namespace

std::vector<Mismatch> run_scenario(const Scenario& scenario, const Catalogue& catalogue,
                                   const Pack& pack, const ScenarioObserver& observe) {
  PlaybackOptions options;
  options.producer = scenario.producer;
  options.engine.history_begins = scenario.begins;
  options.engine.ledger.illustrative = true;
  auto playback = Playback::start(catalogue, {pack}, std::move(options));
  if (!playback) return {{scenario.line, playback.error().message}};
  return ScenarioRun(scenario, catalogue, pack, observe, std::move(*playback)).run();
}

}  // namespace tocsin
