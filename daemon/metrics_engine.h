#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "daemon/metrics_scrape.h"
#include "daemon/pipeline.h"

namespace tocsin {

// What is shown of the engine, copied out by its own thread after a commit so that a scrape never
// touches it.
class EngineFigures {
 public:
  // Engine thread.
  void update(const CommitOutcome& outcome, const Pipeline& pipeline);
  // Any thread.
  void add_to(Scrape& scrape) const;
  // That of the last commit; an empty one before the first. Any thread.
  std::shared_ptr<const Catalogue> catalogue() const;

 private:
  struct OpenAlert {
    std::string pattern;
    Level level;
  };
  struct AlertHash {
    std::size_t operator()(const Hash128& alert) const { return alert.prefix(); }
  };
  struct IndicatorFigures {
    std::uint64_t series = 0, stale = 0;
    Day newest = kDayMin;
  };
  // How far a source's events are complete in a country.
  struct Coverage {
    SourceId source;
    RegionId country;
    Day until;
  };

  void follow_alerts(const CommitOutcome& outcome, const Pipeline& pipeline);
  static std::vector<Coverage> coverage_in(const Pipeline& pipeline);
  static std::map<IndicatorId, IndicatorFigures> indicators_in(const Pipeline& pipeline);

  // The engine thread's alone.
  bool restored_ = false;
  std::unordered_map<Hash128, OpenAlert, AlertHash> open_;
  Day indicators_day_ = kDayMin;
  std::uint64_t records_since_ = 0;

  mutable std::mutex mutex_;  // guards what follows
  std::shared_ptr<const Catalogue> catalogue_ = std::make_shared<const Catalogue>();
  std::map<std::pair<std::string, Level>, std::uint64_t> alerts_;
  std::vector<Ledger::MuteInForce> mutes_;
  std::map<SourceId, SourceSeen> sources_;
  std::set<std::pair<SourceId, Suspicion>> suspects_;
  std::vector<Coverage> coverage_;
  std::map<IndicatorId, IndicatorFigures> indicators_;
  ProcessingTime now_;
  Day journal_horizon_ = kDayMin, quarantine_horizon_ = kDayMin;
  std::uint64_t sequence_ = 0, checkpoint_ = 0, series_ = 0, observations_ = 0, events_ = 0,
                forecasts_ = 0;
};

// The key of a source, "(none)" for number 0; of one that isn't configured any more its number.
std::string source_label(const Catalogue& catalogue, SourceId source);

}  // namespace tocsin
