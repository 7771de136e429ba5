#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "daemon/checkpoint_parts.h"
#include "model/result.h"

// What a checkpoint row holds of a region's data.
namespace tocsin {
namespace {

constexpr std::uint32_t kDaysMax = 0xFFFFF;  // of one period: damaged lengths must not overflow
constexpr std::int32_t kCertain = 1'000'000;

std::int32_t read_days(ByteReader& in) {
  const auto days = in.number<std::uint32_t>();
  if (days <= kDaysMax) return static_cast<std::int32_t>(days);
  in.fault("a period of " + std::to_string(days) + " days");
  return 0;
}

// Minutes that follow each other, each as the step from the one before.
std::int32_t read_minute(ByteReader& in, std::int32_t before) {
  const std::int64_t step = in.zigzag();
  constexpr std::int64_t kStepMax = std::int64_t{UINT32_MAX};
  if (step >= -kStepMax && step <= kStepMax && std::in_range<std::int32_t>(before + step))
    return static_cast<std::int32_t>(before + step);
  in.fault("minute " + std::to_string(before) + " and " + std::to_string(step));
  return 0;
}

template <class IdType>
IdType read_id(ByteReader& in) {
  return IdType(in.number<typename IdType::number_type>());
}

// Everything of a series but its region.
void write(const SeriesKey& key, ByteWriter& out) {
  out.varint(key.indicator.number());
  out.varint(key.source.number());
  out.varint(key.group.number());
}

SeriesKey read_key(ByteReader& in, RegionId region) {
  SeriesKey key;
  key.region = region;
  key.indicator = read_id<IndicatorId>(in);
  key.source = read_id<SourceId>(in);
  key.group = read_id<GroupId>(in);
  return key;
}

// Of a sample its label carries this bit, and the second of the day follows.
constexpr unsigned kSampleBit = 0x80;

void write(std::span<const Observed> series, ByteWriter& out) {
  out.varint(series.size());
  DayWriter days(out);
  std::int64_t minute = 0;
  for (const Observed& o : series) {
    days.put(o.end);
    out.varint(static_cast<std::uint64_t>(o.end - o.start));
    out.zigzag(o.published_minute - minute);
    minute = o.published_minute;
    out.u8(static_cast<std::uint8_t>(static_cast<unsigned>(o.tlp) |
                                     (o.is_sample() ? kSampleBit : 0U)));
    if (o.is_sample()) out.varint(o.second);
    out.u64(o.identity);
    out.zigzag(o.value);
  }
}

std::uint32_t read_second(ByteReader& in) {
  const auto second = in.number<std::uint32_t>();
  if (second < static_cast<std::uint32_t>(kSecondsPerDay)) return second;
  in.fault("second " + std::to_string(second) + " of a day");
  return 0;
}

Series read_series(ByteReader& in) {
  Series series(in.count(13));
  DayReader days(in);
  std::int32_t minute = 0;
  for (Observed& o : series) {
    o.end = days.get();
    o.start = o.end - read_days(in);
    o.published_minute = minute = read_minute(in, minute);
    const unsigned label = in.u8(), tlp = label & ~kSampleBit;
    if (tlp > static_cast<unsigned>(Tlp::kRed)) in.fault("TLP " + std::to_string(tlp));
    o.tlp = static_cast<Tlp>(tlp);
    if ((label & kSampleBit) != 0) o.second = read_second(in) & 0xFFFFFFU;
    o.identity = in.u64();
    o.value = in.zigzag();
  }
  return series;
}

void write(std::span<const Predicted> forecasts, ByteWriter& out) {
  out.varint(forecasts.size());
  DayWriter days(out);
  std::int64_t minute = 0;
  for (const Predicted& p : forecasts) {
    days.put(p.issued);
    days.put(p.start);
    days.put(p.end);
    out.zigzag(p.member);
    out.zigzag(p.chance);
    out.zigzag(p.published_minute - minute);
    minute = p.published_minute;
    out.u8(static_cast<std::uint8_t>(p.tlp));
    out.u64(p.identity);
    out.zigzag(p.value);
  }
}

Forecasts read_forecasts(ByteReader& in) {
  Forecasts forecasts(in.count(16));
  DayReader days(in);
  std::int32_t minute = 0;
  for (Predicted& p : forecasts) {
    p.issued = days.get();
    p.start = days.get();
    p.end = days.get();
    p.member = in.number<std::int32_t>();
    p.chance = in.number<std::int32_t>();
    if (p.chance < Predicted::kNoChance || p.chance > kCertain)
      in.fault("chance " + std::to_string(p.chance));
    p.published_minute = minute = read_minute(in, minute);
    p.tlp = in.enumerator(Tlp::kRed);
    p.identity = in.u64();
    p.value = in.zigzag();
  }
  return forecasts;
}

void write(const Dataset::Notes& notes, ByteWriter& out) {
  out.varint(notes.size());
  for (const auto& [identity, note] : notes) {
    out.u64(identity);
    out.text(note);
  }
}

Dataset::Notes read_notes(ByteReader& in) {
  Dataset::Notes notes;
  for (std::size_t left = in.count(9); left > 0 && in.ok(); --left) {
    const std::uint64_t identity = in.u64();
    if (!notes.empty() && identity <= notes.rbegin()->first) in.fault("notes out of order");
    notes.insert_or_assign(notes.end(), identity, std::string(in.text()));
  }
  return notes;
}

void write(const std::vector<Happened>& list, ByteWriter& out) {
  out.varint(list.size());
  DayWriter days(out);
  for (const Happened& happened : list) {
    days.put(happened.start);
    out.varint(static_cast<std::uint64_t>(happened.end - happened.start));
    out.u64(happened.identity);
    out.varint(happened.source.number());
    out.varint(happened.kind.number());
    out.u8(happened.vague_place ? 1 : 0);
    out.u8(static_cast<std::uint8_t>(happened.status));
    out.u8(static_cast<std::uint8_t>(happened.tlp));
    out.zigzag(happened.deaths);
    out.zigzag(happened.displaced);
    out.varint(happened.actors.size());
    for (const std::uint64_t actor : happened.actors) out.u64(actor);
  }
}

enum class YesNo : std::uint8_t { kNo, kYes };

std::vector<Happened> read_happened(ByteReader& in) {
  std::vector<Happened> list(in.count(18));
  DayReader days(in);
  for (Happened& happened : list) {
    happened.start = days.get();
    happened.end = happened.start + read_days(in);
    happened.identity = in.u64();
    happened.source = read_id<SourceId>(in);
    happened.kind = read_id<EventKindId>(in);
    happened.vague_place = in.enumerator(YesNo::kYes) == YesNo::kYes;
    happened.status = in.enumerator(EventStatus::kRefuted);
    happened.tlp = in.enumerator(Tlp::kRed);
    happened.deaths = in.zigzag();
    happened.displaced = in.zigzag();
    happened.actors.resize(in.count(8));
    for (std::uint64_t& actor : happened.actors) actor = in.u64();
  }
  return list;
}

void write(DayRange range, DayWriter& days) {
  days.put(range.from);
  days.put(range.until);
}

DayRange read_range(DayReader& days) {
  const Day from = days.get();
  return {from, days.get()};
}

void write(const Dataset::RegionCoverage& coverage, ByteWriter& out) {
  out.varint(coverage.statements.size());
  DayWriter days(out);
  for (const auto& statement : coverage.statements) {
    out.varint(statement.source.number());
    write(statement.range, days);
    out.u64(statement.identity);
  }
  out.varint(coverage.merged.size());
  for (const auto& [source, ranges] : coverage.merged) {
    out.varint(source.number());
    out.varint(ranges.size());
    for (const DayRange& range : ranges) write(range, days);
  }
}

Dataset::RegionCoverage read_coverage(ByteReader& in) {
  Dataset::RegionCoverage coverage;
  coverage.statements.resize(in.count(11));
  DayReader days(in);
  for (auto& statement : coverage.statements) {
    statement.source = read_id<SourceId>(in);
    statement.range = read_range(days);
    statement.identity = in.u64();
  }
  for (std::size_t sources = in.count(2); sources > 0; --sources) {
    const auto source = read_id<SourceId>(in);
    if (!coverage.merged.empty() && source <= coverage.merged.rbegin()->first)
      in.fault("sources out of order");
    auto& ranges = coverage.merged[source];
    ranges.resize(in.count(2));
    for (DayRange& range : ranges) range = read_range(days);
  }
  return coverage;
}

// The lists that changed as they were; the latest change is undone first. `now` gives a list as it
// is: one that ever was is there, perhaps empty.
template <class Figure, class Now>
std::map<SeriesKey, std::vector<Figure>> undo(const std::vector<FigureChange<Figure>>& since,
                                              const Now& now) {
  std::map<SeriesKey, std::vector<Figure>> before;
  for (std::size_t i = since.size(); i-- > 0;) {
    const auto& [key, figure, added] = since[i];
    auto found = before.find(key);
    if (found == before.end()) found = before.emplace(key, *now(key)).first;
    std::vector<Figure>& list = found->second;
    const auto at = std::lower_bound(list.begin(), list.end(), figure);
    if (added) {
      require(at != list.end() && *at == figure, "what was put in is there");
      list.erase(at);
    } else {
      list.insert(at, figure);
    }
  }
  return before;
}

// Of each in its state of `before`, where it has one, the part that `part` takes; those of which it
// takes something.
template <class Figure, class ForEach, class Part>
void write_lists(const std::map<SeriesKey, std::vector<Figure>>& before, const ForEach& for_each,
                 const Part& part, ByteWriter& out) {
  std::vector<std::pair<SeriesKey, std::span<const Figure>>> kept;
  for_each([&](const SeriesKey& key, const std::vector<Figure>& list) {
    const auto found = before.find(key);
    const std::span<const Figure> taken = part(found == before.end() ? list : found->second);
    if (!taken.empty()) kept.emplace_back(key, taken);
  });
  out.varint(kept.size());
  for (const auto& [key, list] : kept) {
    write(key, out);
    write(list, out);
  }
}

}  // namespace

void write_observations(const Dataset& data, RegionId region, const RegionChanges& since,
                        EndsWithin ends, ByteWriter& out) {
  write_lists(
      undo(since.observations, [&](const SeriesKey& key) { return data.series(key); }),
      [&](const auto& fn) { data.for_each_series_of(region, fn); },
      [&](const Series& series) {
        const auto behind = [&](Day day) {
          return std::ranges::upper_bound(series, day, {}, &Observed::end);
        };
        const auto first = ends.after == kDayMin ? series.begin() : behind(ends.after);
        return std::span(first, ends.until == kDayMax ? series.end() : behind(ends.until));
      },
      out);
}

void write_forecasts(const Dataset& data, RegionId region, const RegionChanges& since,
                     ByteWriter& out) {
  write_lists(
      undo(since.forecasts, [&](const SeriesKey& key) { return data.forecasts(key); }),
      [&](const auto& fn) {
        for (const auto& [key, forecasts] : data.forecasts_of(region)) fn(key, forecasts);
      },
      [](const Forecasts& forecasts) { return std::span(forecasts); }, out);
}

void write_places(const Dataset& data, RegionId region, ByteWriter& out) {
  write(data.notes_of(region), out);
  for (const RegionEvents* events : {&data.events(region), &data.unplaced(region)}) {
    write(events->dated, out);
    write(events->spans, out);
  }
  write(data.coverage(region), out);
}

SeriesList read_observations(RegionId region, ByteReader& in) {
  SeriesList list(in.count(4));
  for (auto& [key, series] : list) {
    key = read_key(in, region);
    series = read_series(in);
    if (series.empty()) in.fault("a series of nothing");
  }
  return list;
}

Dataset::RegionContent read_content(RegionId region, ByteReader& in) {
  Dataset::RegionContent content;
  content.series = read_observations(region, in);
  content.forecasts.resize(in.count(4));
  for (auto& [key, forecasts] : content.forecasts) {
    key = read_key(in, region);
    forecasts = read_forecasts(in);
    if (forecasts.empty()) in.fault("a series of nothing");
  }
  content.notes = read_notes(in);
  for (RegionEvents* events : {&content.events, &content.unplaced}) {
    events->dated = read_happened(in);
    events->spans = read_happened(in);
  }
  content.coverage = read_coverage(in);
  return content;
}

}  // namespace tocsin
