#include "tests/support/gate_world.h"

namespace tocsin::testsupport {
namespace {

Geometry box(double west, double south, double east, double north) {
  return {{Polygon{{{{west, south}, {east, south}, {east, north}, {west, north}}}}}};
}

Region region(std::uint32_t number, std::string code, RegionKind kind, std::string name,
              std::uint32_t parent, Geometry geometry = {}) {
  Region made;
  made.id = RegionId(number);
  made.code = std::move(code);
  made.kind = kind;
  made.names["en"] = std::move(name);
  made.parent = RegionId(parent);
  made.geometry = std::move(geometry);
  return made;
}

RegionTable regions() {
  std::vector<Region> all;
  all.push_back(region(1, "NG", RegionKind::kCountry, "Nigeria", 0));
  all.push_back(region(2, "NE", RegionKind::kCountry, "Niger", 0));
  all.push_back(region(3, "NG-NI", RegionKind::kAdmin1, "Niger", 1, box(0, 0, 5, 10)));
  all.push_back(region(4, "NG-BO", RegionKind::kAdmin1, "Borno", 1, box(5, 0, 10, 10)));
  all.push_back(region(5, "NG-BO-A", RegionKind::kAdmin2, "Abadam", 4, box(8, 8, 10, 10)));
  all.push_back(region(6, "NE-1", RegionKind::kAdmin1, "Diffa", 2, box(10, 0, 15, 10)));
  all.push_back(region(7, "NE-2", RegionKind::kAdmin1, "Zinder", 2));
  all.push_back(region(8, "basin:lake", RegionKind::kBasin, "Lake", 0));
  all.push_back(region(9, "set:ng-all", RegionKind::kSet, "All states", 0));
  all[7].members = {RegionId(4), RegionId(6)};
  all[8].members = {RegionId(3), RegionId(4)};
  return RegionTable(std::move(all));
}

Indicator indicator(std::uint16_t number, std::string code, Cadence cadence) {
  Indicator made;
  made.id = IndicatorId(number);
  made.code = std::move(code);
  made.unit = "%";
  made.precision = 1;
  made.cadence = cadence;
  made.least = 0;
  made.greatest = 1000;
  return made;
}

Source source(std::uint16_t number, std::string key) {
  Source made;
  made.id = SourceId(number);
  made.key = std::move(key);
  return made;
}

}  // namespace

GateWorld::GateWorld() {
  catalogue_.regions = regions();
  catalogue_.indicators = {
      indicator(1, "rainfall", Cadence::kMonth),  indicator(2, "cases", Cadence::kEpiweek),
      indicator(3, "phase", Cadence::kIrregular), indicator(4, "price", Cadence::kWeek),
      indicator(5, "foreign", Cadence::kDay),     indicator(6, "status", Cadence::kIrregular),
      indicator(7, "networks", Cadence::kDay)};
  catalogue_.indicators[6].sample_seconds = 10;
  catalogue_.indicators[0].forecasts = ForecastIssues{.cadence = Cadence::kMonth, .members = 3};
  catalogue_.indicators[5].unit = "status";
  catalogue_.indicators[5].precision = 0;
  catalogue_.indicators[5].scale = {"none", "probable", "confirmed"};
  catalogue_.indicators[5].note_required = true;
  catalogue_.event_kinds.resize(2);
  catalogue_.event_kinds[0].id = EventKindId(1);
  catalogue_.event_kinds[0].code = "clash";
  catalogue_.event_kinds[1].id = EventKindId(2);
  catalogue_.event_kinds[1].code = "protest";
  catalogue_.groups.resize(1);
  catalogue_.groups[0].id = GroupId(1);
  catalogue_.groups[0].code = "women";
  catalogue_.sources = {source(1, "events"), source(2, "figures"), source(3, "other")};
  catalogue_.sources[0].event_kinds = {EventKindId(1)};
  catalogue_.sources[0].regions = {RegionId(1)};
  for (std::uint16_t i = 1; i <= 4; ++i) catalogue_.sources[1].indicators.push_back(IndicatorId(i));
  catalogue_.sources[1].indicators.push_back(IndicatorId(6));
  catalogue_.sources[1].indicators.push_back(IndicatorId(7));
  catalogue_.producers.resize(2);
  catalogue_.producers[0].name = "importer";
  catalogue_.producers[0].sources = {SourceId(1), SourceId(2)};
  catalogue_.producers[1].name = "stranger";
  catalogue_.index();
}

Admission GateWorld::admit(const Record& record, const LatestRevision* current) const {
  const Arrival arrival{.producer = *catalogue_.find_producer(speaker),
                        .now = ProcessingTime(parse_rfc3339_ms(now).value()),
                        .journal_sequence = 77,
                        .journal_index = 5};
  return tocsin::admit(catalogue_, policy, arrival, record, current);
}

Day GateWorld::today() const { return day_of(ProcessingTime(parse_rfc3339_ms(now).value())); }

Day day(std::string_view text) { return parse_day(text).value(); }

Record event(Place place, std::string_view on) {
  Record record;
  record.source = "events";
  record.id = "e1";
  EventBody body;
  body.kind = "clash";
  body.place = std::move(place);
  body.start = day(on);
  body.end = body.start + 1;
  record.time = start_of<EventTime>(body.start);
  record.body = std::move(body);
  return record;
}

Record observation(std::string indicator, Place place, std::string_view start, std::string_view end,
                   Decimal value) {
  Record record;
  record.source = "figures";
  record.id = "o1";
  ObservationBody body;
  body.indicator = std::move(indicator);
  body.place = std::move(place);
  body.start = day(start);
  body.end = day(end);
  body.value = value;
  record.time = start_of<EventTime>(body.start);
  record.body = std::move(body);
  return record;
}

Record judgement(std::string word, std::string note) {
  Record record = observation("status", in("NG-BO"), "2019-03-01", "2019-03-02", {0, 0});
  auto& body = std::get<ObservationBody>(record.body);
  body.word = std::move(word);
  body.note = std::move(note);
  return record;
}

Record forecast(std::string indicator, Place place, std::string_view start, std::string_view end) {
  Record record;
  record.source = "figures";
  record.id = "f1";
  record.time = start_of<EventTime>(day("2019-03-10"));
  ForecastBody body;
  body.indicator = std::move(indicator);
  body.place = std::move(place);
  body.start = day(start);
  body.end = day(end);
  body.value = Decimal{5, 0};
  record.body = std::move(body);
  return record;
}

Record coverage(std::string stream, std::vector<std::string> regions, std::string_view from,
                std::string_view until) {
  Record record;
  record.source = stream == "events" ? "events" : "figures";
  record.id = "c1";
  CoverageBody body;
  body.stream = std::move(stream);
  body.regions = std::move(regions);
  body.from = day(from);
  body.until = day(until);
  record.body = std::move(body);
  return record;
}

Place in(std::string region, std::string country) {
  Place place;
  place.region = std::move(region);
  place.country = std::move(country);
  return place;
}

Place at(double latitude, double longitude) {
  Place place;
  place.latitude = latitude;
  place.longitude = longitude;
  return place;
}

}  // namespace tocsin::testsupport
