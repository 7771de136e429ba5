#include "daemon/source_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace tocsin {
namespace {

constexpr std::int64_t kMillisecondsPerHour = 3'600'000;
constexpr double kNewest = 0.1;  // weight of the newest hour in what is usual

std::int64_t hour_of(ProcessingTime now) { return now.milliseconds() / kMillisecondsPerHour; }

template <class T>
T& grown(std::vector<T>& list, std::size_t index) {
  if (list.size() <= index) list.resize(index + 1);
  return list[index];
}

}  // namespace

std::string_view name_of(Suspicion suspicion) {
  switch (suspicion) {
    case Suspicion::kRate:
      return "rate";
    case Suspicion::kBound:
      return "bound";
    case Suspicion::kSame:
      return "same";
  }
  return "";
}

std::string describe(const SuspicionChange& change) {
  const auto what = [&]() -> std::string_view {
    switch (change.suspicion) {
      case Suspicion::kRate:
        return "sends a hundred times as many records an hour as usual";
      case Suspicion::kBound:
        return "has nine in ten values at the end of what is plausible";
      case Suspicion::kSame:
        return "has one and the same value a hundred times over";
    }
    return "";
  };
  return fmt::format("source {}: {}{}", change.key,
                     change.kind == SuspicionChange::Kind::kBegan ? "" : "no longer ", what());
}

SourceWatch::Watched& SourceWatch::at(SourceId source) { return grown(sources_, source.number()); }

bool SourceWatch::is_fast(const Watched& watched) {
  return watched.hours >= kHoursLearned && watched.records >= kLeastRecords &&
         std::log1p(static_cast<double>(watched.records)) > watched.usual + std::log(kTimesUsual);
}

void SourceWatch::set(SourceId source, Suspicion suspicion, bool found) {
  bool& suspected = at(source).suspected[static_cast<std::size_t>(suspicion)];
  if (suspected == found) return;
  suspected = found;
  changes_.push_back({source,
                      suspicion,
                      found ? SuspicionChange::Kind::kBegan : SuspicionChange::Kind::kEnded,
                      {}});
}

// A mad hour teaches nothing: else the second one would be usual.
void SourceWatch::close_hour(Watched& watched, std::int64_t hour) {
  if (watched.hour == hour) return;
  if (watched.records > 0 && !is_fast(watched)) {
    const double count = std::log1p(static_cast<double>(watched.records));
    watched.usual += watched.hours == 0 ? count : kNewest * (count - watched.usual);
    ++watched.hours;
  }
  watched.hour = hour;
  watched.records = 0;
}

void SourceWatch::arrived(SourceId source, ProcessingTime now) {
  Watched& watched = at(source);
  close_hour(watched, hour_of(now));
  ++watched.records;
  if (watched.records >= kLeastRecords && is_fast(watched)) set(source, Suspicion::kRate, true);
}

void SourceWatch::applied(const LatestRevision& revision, const Catalogue& catalogue) {
  const auto* claim = std::get_if<ObservationClaim>(&revision.claim);
  if (claim == nullptr) return;
  const Indicator* indicator = catalogue.find(claim->series.indicator);
  if (indicator == nullptr) return;
  Watched& watched = at(revision.source);
  Values& values = grown(watched.values, claim->series.indicator.number());
  if (values.count == 0) values.first = claim->value;
  ++values.count;
  if (claim->value != 0) {
    values.at_bound += claim->value == indicator->least || claim->value == indicator->greatest;
    values.same += claim->value == values.first;
  }
  if (values.count < kBlock) return;
  values.bound_found = 10 * values.at_bound >= 9 * kBlock;
  values.same_found = values.same == kBlock;
  values.count = values.at_bound = values.same = 0;
  const auto any = [&](bool Values::*found) {
    return std::ranges::any_of(watched.values, [&](const Values& of) { return of.*found; });
  };
  set(revision.source, Suspicion::kBound, any(&Values::bound_found));
  set(revision.source, Suspicion::kSame, any(&Values::same_found));
}

std::vector<SuspicionChange> SourceWatch::take_changes(ProcessingTime now,
                                                       const Catalogue& catalogue) {
  const std::int64_t hour = hour_of(now);
  if (hour != hour_) {
    hour_ = hour;
    for (std::size_t number = 0; number < sources_.size(); ++number) {
      close_hour(sources_[number], hour);
      if (!is_fast(sources_[number]))
        set(SourceId(static_cast<SourceId::number_type>(number)), Suspicion::kRate, false);
    }
  }
  for (SuspicionChange& change : changes_) {
    const Source* source = catalogue.find(change.source);
    change.key = source == nullptr ? fmt::format("{}", change.source.number()) : source->key;
  }
  return std::exchange(changes_, {});
}

bool SourceWatch::suspects(SourceId source, Suspicion suspicion) const {
  return source.number() < sources_.size() &&
         sources_[source.number()].suspected[static_cast<std::size_t>(suspicion)];
}

}  // namespace tocsin
