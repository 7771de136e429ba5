#include "tests/support/record_gen.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>

namespace tocsin::testsupport {

std::uint64_t test_seed() {
  const char* given = std::getenv("TOCSIN_SEED");
  const std::uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::cout << "TOCSIN_SEED=" << seed << '\n';
  return seed;
}

int test_cases(int usual) {
  const char* given = std::getenv("TOCSIN_CASES");
  return given != nullptr ? std::atoi(given) : usual;
}

int RecordGen::below(int bound) { return static_cast<int>(between(0, bound - 1)); }

std::int64_t RecordGen::between(std::int64_t least, std::int64_t greatest) {
  return std::uniform_int_distribution<std::int64_t>(least, greatest)(random_);
}

std::string RecordGen::text(int most) {
  static const std::string kLetters[] = {"a", "Z", "0",  "-", " ", "\"", "\\", "/", "~",
                                         "é", "ع", "中", "😀", "{", "]",  ",",  ":"};
  const int length = rarely() ? most : 1 + below(std::min(most, 12));
  std::string result;
  for (int i = 0; i < length; ++i) {
    result += kLetters[static_cast<std::size_t>(below(static_cast<int>(std::size(kLetters))))];
  }
  return result;
}

Day RecordGen::day() {
  if (rarely()) return below(2) == 0 ? kDayMin : kDayMax - 1;
  return Day(static_cast<std::int32_t>(between(10'000, 20'000)));
}

Decimal RecordGen::decimal(std::int64_t greatest_whole) {
  const int scale = below(rarely() ? 13 : 4);
  std::int64_t unit = 1;
  for (int i = 0; i < scale; ++i) unit *= 10;
  const std::int64_t most = std::min<std::int64_t>(999'999'999'999'999'999 / unit, greatest_whole);
  return {between(-most, most) * unit + (most < greatest_whole ? between(0, unit - 1) : 0), scale};
}

Place RecordGen::place() {
  Place place;
  const int way = below(3);
  if (way != 0) place.region = text(128);
  if (rarely()) place.country = text(64);
  if (way != 1) {
    place.latitude = static_cast<double>(between(-90'000'000, 90'000'000)) / 1e6;
    place.longitude = static_cast<double>(between(-180'000'000, 180'000'000)) / 1e6;
  }
  place.vague = way == 1 && rarely();
  return place;
}

void RecordGen::period(Day& start, Day& end) {
  start = day();
  end = start + static_cast<std::int32_t>(between(1, std::min(400, kDayMax - start)));
}

EventBody RecordGen::event(Day day_of_record) {
  EventBody body;
  body.kind = text(64);
  body.place = place();
  body.start = day_of_record;
  body.end = body.start + 1;
  if (below(2) == 0) period(body.start, body.end);
  if (often()) body.deaths = between(0, 10'000);
  if (rarely()) {
    body.deaths_low = between(0, 10);
    body.deaths_high = between(10, 10'000'000'000);
  }
  if (rarely()) body.displaced = between(0, 10'000'000'000);
  for (int i = below(4); i > 0; --i) body.actors.push_back(text(128));
  if (rarely()) body.note = text(1000);
  if (rarely()) body.status = static_cast<EventStatus>(below(3));
  return body;
}

ObservationBody RecordGen::observation() {
  ObservationBody body;
  body.indicator = text(64);
  body.place = place();
  if (rarely()) body.group = text(64);
  if (often()) {
    period(body.start, body.end);
  } else {
    body.start = day();
    body.end = body.start + 1;
    body.at = EventTime(start_of<EventTime>(body.start).milliseconds() +
                        between(0, kMillisecondsPerDay - 1));
  }
  if (often()) {
    body.value = decimal(1'000'000'000'000'000);
  } else {
    body.word = text(kScaleWordMax);
  }
  if (rarely()) body.note = text(1000);
  return body;
}

ForecastBody RecordGen::forecast() {
  ForecastBody body;
  body.indicator = text(64);
  body.place = place();
  if (rarely()) body.group = text(64);
  period(body.start, body.end);
  if (below(2) == 0) {
    body.value = decimal(1'000'000'000'000'000);
    body.member = below(2) == 0 ? 0 : below(100'001);
  } else {
    body.probability = Decimal{between(0, 1000), 3};
    body.threshold = decimal(1'000'000);
  }
  if (rarely()) {
    body.word = text(kScaleWordMax);
    (body.value ? body.value : body.threshold) = Decimal();
  }
  return body;
}

CoverageBody RecordGen::coverage() {
  CoverageBody body;
  body.stream = below(2) == 0 ? "events" : text(64);
  for (int i = 1 + below(5); i > 0; --i) body.regions.push_back(text(128));
  period(body.from, body.until);
  return body;
}

Record RecordGen::record() {
  Record record;
  record.source = text(64);
  record.id = text(256);
  if (rarely()) record.revision = static_cast<std::uint32_t>(between(1, 2'147'483'647));
  record.time = EventTime(start_of<EventTime>(day()).milliseconds() +
                          (often() ? 0 : between(0, kMillisecondsPerDay - 1)));
  if (often()) record.published = start_of<PublishedTime>(day());
  if (rarely()) record.tlp = static_cast<Tlp>(below(5));
  switch (static_cast<RecordType>(below(5))) {
    case RecordType::kEvent:
      record.body = event(day_of(record.time));
      break;
    case RecordType::kObservation:
      record.body = observation();
      break;
    case RecordType::kForecast:
      record.body = forecast();
      break;
    case RecordType::kRetraction:
      record.body = RetractionBody{below(2) == 0 ? "" : text(500)};
      break;
    case RecordType::kCoverage:
      record.body = coverage();
      break;
  }
  return record;
}

}  // namespace tocsin::testsupport
