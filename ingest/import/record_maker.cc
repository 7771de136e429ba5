#include "ingest/import/record_maker.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace tocsin {

namespace {

Known known_of(DaySpan days, Day published) {
  return {{"@start", format_day(days.start)},
          {"@end", format_day(days.end)},
          {"@published", format_day(published)}};
}

Read<std::optional<std::int64_t>> read_people(const std::optional<NumberSpec>& spec, const Row& row,
                                              std::string_view member, RecordMaker::Made& made) {
  if (!spec) return std::nullopt;
  const auto number = read_number(*spec, row);
  if (!number) return refuse(number.error());
  if (*number) return (*number)->digits;
  ++made.left_out[std::string(member)];
  return std::nullopt;
}

// A forecast's day of issue; else the first of its days.
Read<Day> time_of(const RecordSpec& spec, const Row& row, DaySpan days, Day published) {
  if (spec.type != RecordType::kForecast) return days.start;
  return spec.issued ? read_date(*spec.issued, row) : published;
}

// A figure, or a word of a scale; neither: nothing was observed.
struct Said {
  std::optional<Decimal> value;
  std::string word;
};

Read<Said> read_said(const NumberSpec& spec, const Row& row, const Known& known) {
  if (!spec.word) {
    const auto value = read_number(spec, row);
    if (!value) return refuse(value.error());
    return Said{*value, {}};
  }
  const auto applies = holds(spec.when, row);
  if (!applies) return refuse(applies.error());
  if (!*applies || expand(spec.word->from, row, known).empty()) return Said{};
  auto word = look_up(*spec.word, row, known);
  if (!word) return refuse("word: " + word.error());
  return Said{Decimal(), *std::move(word)};
}

}  // namespace

Read<RecordMaker::Made> RecordMaker::make(const Row& row) {
  Made made;
  for (const auto& spec : mapping_.records) {
    const auto applies = holds(spec.when, row);
    if (!applies) return refuse(applies.error());
    if (!*applies) continue;
    made.applied = true;
    const auto days = read_period(spec.period, mapping_, row);
    if (!days) return refuse(days.error());
    const auto published = read_publication(spec.published, *days, mapping_, row);
    if (!published) return refuse(published.error());
    Record base;
    base.source = mapping_.source;
    base.tlp = mapping_.tlp;
    base.published = start_of<PublishedTime>(*published);
    const auto said_at = time_of(spec, row, *days, *published);
    if (!said_at) return refuse(said_at.error());
    base.time = start_of<EventTime>(*said_at);
    const auto added = spec.type == RecordType::kEvent ? add_event(spec, row, base, *days, made)
                                                       : add_values(spec, row, base, *days, made);
    if (!added) return refuse(added.error());
  }
  return made;
}

Read<void> RecordMaker::add_event(const RecordSpec& spec, const Row& row, const Record& base,
                                  DaySpan days, Made& made) {
  Record record = base;
  EventBody body;
  body.start = days.start;
  body.end = days.end;
  const Known known = known_of(days, day_of(*base.published));
  record.id = expand(spec.id, row, known);
  auto kind = look_up(spec.event.kind, row, known);
  if (!kind) return refuse("kind: " + kind.error());
  body.kind = std::move(*kind);
  auto place = read_place(spec.place, row);
  if (!place) return refuse(place.error());
  body.place = std::move(*place);
  const auto take = [&](const std::optional<NumberSpec>& number, std::string_view member,
                        std::optional<std::int64_t>& target) -> Read<void> {
    const auto people = read_people(number, row, member, made);
    if (!people) return refuse(people.error());
    target = *people;
    return {};
  };
  for (const auto& taken : {take(spec.event.deaths, "deaths", body.deaths),
                            take(spec.event.deaths_low, "deaths_low", body.deaths_low),
                            take(spec.event.deaths_high, "deaths_high", body.deaths_high),
                            take(spec.event.displaced, "displaced", body.displaced)}) {
    if (!taken) return refuse(taken.error());
  }
  for (const auto& actor : spec.event.actors) {
    const std::string name = expand(actor, row, known);
    const auto& except = spec.event.actors_except;
    if (name.empty() || std::find(except.begin(), except.end(), name) != except.end()) continue;
    body.actors.push_back(name);
  }
  body.note = expand(spec.note, row, known);
  auto status = expand(spec.event.status.from, row, known).empty()
                    ? Read<std::string>("")
                    : look_up(spec.event.status, row, known);
  if (!status) return refuse("status: " + status.error());
  if (const auto known_status = parse_event_status(*status)) {
    body.status = *known_status;
  } else if (!status->empty()) {
    return refuse(fmt::format("status: \"{}\" is none of reported, confirmed, refuted", *status));
  }
  record.body = std::move(body);
  return add(record, made);
}

Read<void> RecordMaker::add_values(const RecordSpec& spec, const Row& row, const Record& base,
                                   DaySpan days, Made& made) {
  auto place = read_place(spec.place, row);
  if (!place) return refuse(place.error());
  for (const auto& [indicator, number] : spec.values) {
    Known known = known_of(days, day_of(*base.published));
    known["@indicator"] = indicator;
    const auto said = read_said(number, row, known);
    if (!said) return refuse(said.error());
    if (!said->value) {
      ++made.left_out[indicator];
      continue;
    }
    Record record = base;
    record.id = expand(spec.id, row, known);
    const auto fill = [&, &code = indicator](auto& body) {
      body.indicator = code;
      body.place = *place;
      body.group = expand(spec.group, row, known);
      body.start = days.start;
      body.end = days.end;
      body.value = *said->value;
      body.word = said->word;
    };
    if (spec.type == RecordType::kForecast) {
      auto& body = record.body.emplace<ForecastBody>();
      fill(body);
      if (number.threshold) {
        std::swap(body.value, body.probability);
        body.threshold = number.threshold;
      }
      const auto member = read_people(spec.member, row, "member", made);
      if (!member) return refuse(member.error());
      body.member = static_cast<std::int32_t>(
          std::clamp<std::int64_t>(member->value_or(0), -1, std::numeric_limits<int>::max()));
    } else {
      auto& body = record.body.emplace<ObservationBody>();
      fill(body);
      body.note = expand(spec.note, row, known);
    }
    if (auto added = add(record, made); !added) return added;
  }
  return {};
}

Read<void> RecordMaker::add(const Record& record, Made& made) {
  const auto parsed = parser_.parse(to_json(record));
  if (!parsed) {
    return refuse(fmt::format("{}: {} (allowed: {})", parsed.error().pointer,
                              parsed.error().message, parsed.error().allowed));
  }
  made.records.push_back(record);
  return {};
}

}  // namespace tocsin
