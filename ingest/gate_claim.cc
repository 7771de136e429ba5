#include "ingest/gate_claim.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "ingest/gate_period.h"
#include "ingest/gate_place.h"
#include "model/diagnostic.h"
#include "model/sorted.h"

namespace tocsin {
namespace {

constexpr int kProbabilityPrecision = 6;
constexpr std::int64_t kCertain = 1'000'000;
constexpr std::string_view kEventStream = "events";

template <class T>
bool has(const std::vector<T>& list, T value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// Says what may stand in place of a code that the catalogue doesn't hold.
template <class Thing>
std::string codes_like(const std::vector<Thing>& things, std::string_view code) {
  constexpr std::size_t kListedMax = 12;
  NearestWord search(code);
  for (const auto& thing : things) search.offer(thing.code);
  if (!search.best().empty()) return fmt::format("did you mean \"{}\"?", search.best());
  if (things.empty()) return "nothing: the catalogue has none";
  std::string list;
  for (std::size_t i = 0; i < std::min(things.size(), kListedMax); ++i) {
    list += fmt::format("{}{}", i == 0 ? "" : ", ", things[i].code);
  }
  if (things.size() > kListedMax) list += fmt::format(" and {} more", things.size() - kListedMax);
  return list;
}

// As a person would write it; "3e200" where that would be long.
std::string shown(Decimal number) {
  constexpr int kScaleMax = 18;
  if (number.scale >= 0 && number.scale <= kScaleMax) {
    return format_scaled(number.digits, number.scale);
  }
  return fmt::format("{}e{}", number.digits, -number.scale);
}

class ClaimMaker {
 public:
  ClaimMaker(const Catalogue& catalogue, const GatePolicy& policy, const Source& source,
             const Record& record, ProcessingTime now)
      : catalogue_(catalogue),
        policy_(policy),
        source_(source),
        record_(record),
        periods_(policy, now) {}

  Checked<Claim> operator()(const RetractionBody&) const { return std::monostate(); }

  Checked<Claim> operator()(const EventBody& body) const {
    const auto kind = event_kind(body.kind);
    if (!kind) return Refused(kind.error());
    if (auto checked = check_magnitudes(body); !checked) return Refused(checked.error());
    if (auto checked = periods_.check(body); !checked) return Refused(checked.error());
    const auto place = region(body.place);
    if (!place) return Refused(place.error());
    EventClaim claim;
    claim.region = *place;
    claim.source = source_.id;
    claim.kind = *kind;
    claim.vague_place = body.place.vague;
    claim.start = body.start;
    claim.end = body.end;
    // Where the source has no best estimate, its low one is what it is sure of.
    claim.deaths = body.deaths.value_or(body.deaths_low.value_or(0));
    claim.displaced = body.displaced.value_or(0);
    claim.actors.reserve(body.actors.size());
    for (const auto& actor : body.actors) claim.actors.push_back(actor_number(actor));
    claim.status = body.status;
    sort_unique(claim.actors);
    return claim;
  }

  Checked<Claim> operator()(const ObservationBody& body) const {
    const auto measured = indicator(body.indicator, "/data/indicator");
    if (!measured) return Refused(measured.error());
    const Indicator& what = **measured;
    if (auto checked = periods_.check(what, body); !checked) return Refused(checked.error());
    const auto key = series(what, body.place, body.group);
    if (!key) return Refused(key.error());
    const auto value = scaled(what, body.value, body.word, "/data/value");
    if (!value) return Refused(value.error());
    ObservationClaim claim{*key, body.start, body.end, *value};
    if (body.at) claim.second = second_of_day(*body.at);
    if (!what.note_required) return claim;
    if (body.note.empty()) {
      return refuse("missing-member", "/data/note",
                    fmt::format("{} is said without a note", what.code),
                    "the reasons for it, in 1 to 1000 characters");
    }
    claim.note = body.note;
    return claim;
  }

  Checked<Claim> operator()(const ForecastBody& body) const {
    const auto measured = indicator(body.indicator, "/data/indicator");
    if (!measured) return Refused(measured.error());
    const Indicator& what = **measured;
    const Day issued = day_of(record_.time);
    if (auto checked = periods_.check(what, body, issued); !checked) {
      return Refused(checked.error());
    }
    if (auto checked = check_member(what, body.member); !checked) return Refused(checked.error());
    const auto key = series(what, body.place, body.group);
    if (!key) return Refused(key.error());
    ForecastClaim claim;
    claim.series = *key;
    claim.issued = issued;
    claim.start = body.start;
    claim.end = body.end;
    claim.member = body.member;
    if (body.value) {
      const auto value = scaled(what, *body.value, body.word, "/data/value");
      if (!value) return Refused(value.error());
      claim.value = *value;
    }
    if (body.threshold) {
      const auto threshold = scaled(what, *body.threshold, body.word, "/data/threshold");
      if (!threshold) return Refused(threshold.error());
      claim.threshold = *threshold;
    }
    if (body.probability) {
      claim.probability = to_scaled(*body.probability, kProbabilityPrecision);
      if (!claim.probability || *claim.probability < 0 || *claim.probability > kCertain) {
        return refuse("implausible-value", "/data/probability", "the probability is out of range",
                      "0 to 1");
      }
    }
    return claim;
  }

  Checked<Claim> operator()(const CoverageBody& body) const {
    CoverageClaim claim;
    claim.source = source_.id;
    claim.from = body.from;
    claim.until = body.until;
    const auto stream = coverage_stream(body.stream);
    if (!stream) return Refused(stream.error());
    claim.indicator = *stream;
    if (auto checked = periods_.check(body); !checked) return Refused(checked.error());
    if (body.regions.empty()) {
      return refuse("unknown-place", "/data/regions", "the list is empty", "one region or more");
    }
    claim.regions.reserve(body.regions.size());
    for (std::size_t i = 0; i < body.regions.size(); ++i) {
      // The pointer is made only where the name is no code.
      const Region* known = catalogue_.regions.find(body.regions[i]);
      if (!known) {
        const auto resolved =
            resolve_region(catalogue_.regions, body.regions[i], fmt::format("/data/regions/{}", i));
        if (!resolved) return Refused(resolved.error());
        known = *resolved;
      }
      if (!may_write(*known)) return region_refused(*known, "/data/regions");
      claim.regions.push_back(known->id);
    }
    sort_unique(claim.regions);
    return claim;
  }

 private:
  Checked<EventKindId> event_kind(const std::string& code) const {
    const EventKind* kind = catalogue_.find_event_kind(code);
    if (!kind) {
      return refuse("unknown-event-kind", "/data/kind",
                    fmt::format("there is no event kind \"{}\"", code),
                    codes_like(catalogue_.event_kinds, code));
    }
    if (!has(source_.event_kinds, kind->id)) {
      return refuse("event-kind-not-allowed", "/data/kind",
                    fmt::format("the source {} may not write {}", source_.key, code),
                    "an event kind that the configuration gives this source");
    }
    return kind->id;
  }

  Checked<const Indicator*> indicator(const std::string& code, std::string_view pointer) const {
    const Indicator* indicator = catalogue_.find_indicator(code);
    if (!indicator) {
      return refuse("unknown-indicator", pointer, fmt::format("there is no indicator \"{}\"", code),
                    codes_like(catalogue_.indicators, code));
    }
    if (!has(source_.indicators, indicator->id)) {
      return refuse("indicator-not-allowed", pointer,
                    fmt::format("the source {} may not write {}", source_.key, code),
                    "an indicator that the configuration gives this source");
    }
    return indicator;
  }

  Checked<IndicatorId> coverage_stream(const std::string& stream) const {
    if (stream == kEventStream) {
      if (!source_.event_kinds.empty()) return IndicatorId();
      return refuse("stream-not-allowed", "/data/stream",
                    fmt::format("the source {} writes no events", source_.key),
                    "an indicator that the configuration gives this source");
    }
    const auto measured = indicator(stream, "/data/stream");
    if (!measured) return Refused(measured.error());
    return (*measured)->id;
  }

  Checked<SeriesKey> series(const Indicator& indicator, const Place& place,
                            const std::string& group_code) const {
    SeriesKey key;
    key.indicator = indicator.id;
    key.source = source_.id;
    if (!group_code.empty()) {
      const Group* group = catalogue_.find_group(group_code);
      if (!group) {
        return refuse("unknown-group", "/data/group",
                      fmt::format("there is no group \"{}\"", group_code),
                      codes_like(catalogue_.groups, group_code));
      }
      key.group = group->id;
    }
    const auto resolved = region(place);
    if (!resolved) return Refused(resolved.error());
    key.region = *resolved;
    return key;
  }

  Checked<RegionId> region(const Place& place) const {
    const auto resolved = resolve_place(catalogue_.regions, policy_, place);
    if (!resolved) return Refused(resolved.error());
    const Region& region = **resolved;
    if (may_write(region)) return region.id;
    return region_refused(region, place.region.empty() ? "/data/latitude" : "/subject");
  }

  // A set or basin without a parent of its own is allowed when all its members are.
  bool may_write(const Region& region) const {
    if (source_.regions.empty()) return true;
    const RegionTable& regions = catalogue_.regions;
    for (const RegionId allowed : source_.regions) {
      if (regions.is_below(region.id, allowed)) return true;
    }
    return !region.members.empty() &&
           std::all_of(region.members.begin(), region.members.end(),
                       [&](RegionId member) { return may_write(regions.at(member)); });
  }

  Refused region_refused(const Region& region, std::string_view pointer) const {
    return refuse("region-not-allowed", pointer,
                  fmt::format("the source {} may not write {}", source_.key, region.code),
                  "a region that the configuration gives this source, or one below it");
  }

  static Checked<void> check_magnitudes(const EventBody& body) {
    const std::pair<const std::optional<std::int64_t>&, std::string_view> magnitudes[] = {
        {body.deaths, "deaths"},
        {body.deaths_low, "deaths_low"},
        {body.deaths_high, "deaths_high"},
        {body.displaced, "displaced"}};
    for (const auto& [value, name] : magnitudes) {
      if (!value || *value >= 0) continue;
      return refuse("negative-magnitude", fmt::format("/data/{}", name),
                    fmt::format("{} people", *value), "0 or more");
    }
    return {};
  }

  // Some number the control run 0 and the others from 1, some count from 1.
  static Checked<void> check_member(const Indicator& indicator, std::int32_t member) {
    const std::int32_t members = indicator.forecasts ? indicator.forecasts->members : 0;
    if (members == 0 || member <= members) return {};
    return refuse("no-such-member", "/data/member",
                  fmt::format("member {}, and {} has {}", member, indicator.code, members),
                  fmt::format("0 to {}", members));
  }

  static Checked<std::int64_t> place_of(const Indicator& indicator, Decimal number,
                                        const std::string& word, std::string_view pointer) {
    if (const auto place = indicator.place_of(word)) return *place;
    return refuse(
        "implausible-value", pointer,
        fmt::format("{} is no word of {}",
                    word.empty() ? shown(number) : fmt::format("\"{}\"", word), indicator.code),
        fmt::format("\"{}\"", fmt::join(indicator.scale, "\", \"")));
  }

  static Checked<std::int64_t> scaled(const Indicator& indicator, Decimal number,
                                      const std::string& word, std::string_view pointer) {
    if (!indicator.scale.empty()) return place_of(indicator, number, word, pointer);
    if (!word.empty()) {
      return refuse(
          "implausible-value", pointer,
          fmt::format("\"{}\" is no value of {}, which has no scale", word, indicator.code),
          fmt::format("a number, in {}", indicator.unit));
    }
    const auto value = to_scaled(number, indicator.precision);
    const bool plausible = value && (!indicator.least || *value >= *indicator.least) &&
                           (!indicator.greatest || *value <= *indicator.greatest);
    if (plausible) return *value;
    const auto bound = [&](const std::optional<std::int64_t>& limit) {
      return limit ? format_scaled(*limit, indicator.precision) : std::string("any");
    };
    return refuse(
        "implausible-value", pointer,
        fmt::format("{} {} is no value of {}", shown(number), indicator.unit, indicator.code),
        fmt::format("least {}, greatest {}", bound(indicator.least), bound(indicator.greatest)));
  }

  const Catalogue& catalogue_;
  const GatePolicy& policy_;
  const Source& source_;
  const Record& record_;
  const PeriodGate periods_;
};

}  // namespace

Checked<Claim> make_claim(const Catalogue& catalogue, const GatePolicy& policy,
                          const Source& source, const Record& record, ProcessingTime now) {
  return std::visit(ClaimMaker(catalogue, policy, source, record, now), record.body);
}

Day end_of(const Claim& claim) {
  struct End {
    Day operator()(const std::monostate&) const { return kDayNever; }
    Day operator()(const ObservationClaim& observation) const { return observation.end; }
    Day operator()(const EventClaim& event) const { return event.end; }
    // What it speaks about may be years ahead; what it changes begins on its day of issue.
    Day operator()(const ForecastClaim& forecast) const { return forecast.issued + 1; }
    Day operator()(const CoverageClaim& coverage) const { return coverage.until; }
  };
  return std::visit(End(), claim);
}

}  // namespace tocsin
