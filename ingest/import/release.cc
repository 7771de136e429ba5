#include "ingest/import/release.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>

#include "ingest/wire.h"
#include "model/claim.h"

namespace tocsin {

namespace {

// An identity's revisions, lowest first; never empty.
template <class R>
using ById = std::map<std::string, std::vector<R*>>;
using Said = std::vector<const Record*>;
using Fresh = std::vector<Record*>;

// What the record says, whichever revision says it and whenever.
Hash128 said_by(Record record) {
  record.revision = 1;
  return content_hash(record);
}

bool is_retracted(const Said& said) { return said.back()->type() == RecordType::kRetraction; }

// The day after the last one that the record speaks about.
Day end_of(const Record& record) {
  struct End {
    Day operator()(const EventBody& body) const { return body.end; }
    Day operator()(const ObservationBody& body) const { return body.end; }
    Day operator()(const ForecastBody& body) const { return body.end; }
    Day operator()(const RetractionBody&) const { return kDayMax; }
    Day operator()(const CoverageBody& body) const { return body.until; }
  };
  return std::visit(End(), record.body);
}

// The first day that the file's figures speak about; kDayMax when there are none.
Day first_day(const std::vector<Record>& records) {
  Day first = kDayMax;
  for (const auto& record : records) {
    if (const auto* event = std::get_if<EventBody>(&record.body)) {
      first = std::min(first, event->start);
    } else if (const auto* seen = std::get_if<ObservationBody>(&record.body)) {
      first = std::min(first, seen->start);
    } else if (const auto* forecast = std::get_if<ForecastBody>(&record.body)) {
      first = std::min(first, forecast->start);
    }
  }
  return first;
}

template <class R, class Records>
ById<R> by_id(Records& records) {
  ById<R> result;
  for (auto& record : records) result[record.id].push_back(&record);
  for (auto& [id, revisions] : result) {
    std::stable_sort(revisions.begin(), revisions.end(),
                     [](const R* a, const R* b) { return a->revision < b->revision; });
  }
  return result;
}

Result<void> check_earlier(const Mapping& mapping, const ById<const Record>& earlier) {
  for (const auto& [id, said] : earlier) {
    const Record* before = nullptr;
    for (const Record* record : said) {
      if (record->source != mapping.source) {
        return fail(ErrorCode::kInvalid,
                    fmt::format("the import before is of the source \"{}\", the feed {} of \"{}\"",
                                record->source, mapping.feed, mapping.source));
      }
      if (before != nullptr && before->revision == record->revision &&
          content_hash(*before) != content_hash(*record)) {
        return fail(ErrorCode::kInvalid,
                    fmt::format("the import before has revision {} of \"{}\" twice and different",
                                record->revision, id));
      }
      before = record;
    }
  }
  return {};
}

class Comparison {
 public:
  Comparison(const Mapping& mapping, Against&& against)
      : mapping_(mapping),
        against_(std::move(against)),
        released_(start_of<PublishedTime>(against_.released)),
        earlier_(by_id<const Record>(against_.earlier)) {
    for (const auto& record : against_.earlier) newest_ = std::max(newest_, record.published);
  }
  Comparison(const Comparison&) = delete;
  Comparison& operator=(const Comparison&) = delete;

  Result<Release> run(NewFile&& file);

 private:
  void add(const Fresh& fresh);
  void compare(const Said& said, const Fresh& fresh);
  void retract(const Record& latest);
  // Why it can't be told whether what is absent is gone; "" when it can.
  std::string doubt(const NewFile& file, const std::vector<const Record*>& absent) const;

  const Mapping& mapping_;
  Against against_;
  const PublishedTime released_;
  const ById<const Record> earlier_;     // of against_
  std::optional<PublishedTime> newest_;  // publication in the import before
  std::vector<Record> news_;
  ReleaseCounts counts_;
};

void Comparison::add(const Fresh& fresh) {
  ++counts_.added;
  bool late = false;
  for (Record* record : fresh) {
    if (newest_ && record->published <= newest_ && record->published < released_) {
      record->published = released_;
      late = true;
    }
    news_.push_back(std::move(*record));
  }
  if (late) ++counts_.added_late;
}

void Comparison::compare(const Said& said, const Fresh& fresh) {
  const Record& latest = *said.back();
  if (said_by(*fresh.back()) == said_by(latest)) {
    ++counts_.unchanged;
    return;
  }
  ++(is_retracted(said) ? counts_.returned : counts_.changed);
  std::vector<Hash128> known;
  for (const Record* record : said) known.push_back(said_by(*record));
  std::uint32_t revision = latest.revision;
  auto published = latest.published;
  for (Record* record : fresh) {
    // Of a file that tells its own revisions, those that were known before.
    if (record != fresh.back() &&
        std::find(known.begin(), known.end(), said_by(*record)) != known.end()) {
      continue;
    }
    record->revision = ++revision;
    const bool dated =
        mapping_.repeats == Mapping::Repeats::kRevise && record->published > published;
    if (!dated) record->published = std::max(record->published, std::optional(released_));
    published = record->published = std::max(record->published, published);
    news_.push_back(std::move(*record));
  }
}

void Comparison::retract(const Record& latest) {
  ++counts_.retracted;
  Record record;
  record.source = latest.source;
  record.id = latest.id;
  record.revision = latest.revision + 1;
  record.tlp = latest.tlp;
  record.published = std::max(latest.published, std::optional(released_));
  record.time = start_of<EventTime>(day_of(*record.published));
  record.body =
      RetractionBody{fmt::format("the file of the feed {} published by {} no longer has it",
                                 mapping_.feed, format_day(against_.released))};
  news_.push_back(std::move(record));
}

std::string Comparison::doubt(const NewFile& file, const std::vector<const Record*>& absent) const {
  if (file.rows_refused > 0) {
    return fmt::format("{} rows were refused, and they may be among these", file.rows_refused);
  }
  const Day first = first_day(file.records);
  if (first == kDayMax) return "it has no figures";
  for (const Record* record : absent) {
    if (end_of(*record) <= first) {
      return fmt::format("the file begins on {}, after the days of \"{}\"", format_day(first),
                         record->id);
    }
  }
  const auto standing = std::count_if(earlier_.begin(), earlier_.end(), [](const auto& identity) {
    return !is_retracted(identity.second);
  });
  if (2 * absent.size() > static_cast<std::size_t>(standing)) return "they are more than half";
  return "";
}

Result<Release> Comparison::run(NewFile&& file) {
  if (auto checked = check_earlier(mapping_, earlier_); !checked) {
    return tl::unexpected(checked.error());
  }
  const auto fresh = by_id<Record>(file.records);
  std::vector<const Record*> absent;
  for (const auto& [id, said] : earlier_) {
    if (!is_retracted(said) && !fresh.contains(id)) absent.push_back(said.back());
  }
  if (against_.absent == Absent::kRetractIfSure && !absent.empty()) {
    if (const std::string why = doubt(file, absent); !why.empty()) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("the file lacks {} of the {} identities of the import before, and {}."
                              " Say --missing retract if they are gone, --missing keep if the file "
                              "is only a part",
                              absent.size(), earlier_.size(), why));
    }
  }
  for (const auto& [id, revisions] : fresh) {
    const auto said = earlier_.find(id);
    if (said == earlier_.end()) {
      add(revisions);
    } else {
      compare(said->second, revisions);
    }
  }
  for (const Record* record : absent) {
    if (against_.absent == Absent::kKeep) {
      ++counts_.kept;
    } else {
      retract(*record);
    }
  }
  Release release{std::move(against_.earlier), counts_};
  std::move(news_.begin(), news_.end(), std::back_inserter(release.records));
  return release;
}

}  // namespace

Result<Release> make_release(const Mapping& mapping, Against&& against, NewFile&& file) {
  return Comparison(mapping, std::move(against)).run(std::move(file));
}

Result<std::vector<Record>> read_records(std::istream& in, const std::string& name) {
  std::vector<Record> records;
  WireParser parser;
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (line.empty()) continue;
    auto record = parser.parse(line);
    if (!record) {
      return fail(ErrorCode::kInvalid, fmt::format("{}:{}: {}: {}", name, number,
                                                   record.error().pointer, record.error().message));
    }
    records.push_back(std::move(*record));
  }
  return records;
}

}  // namespace tocsin
