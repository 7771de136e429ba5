#include "daemon/scenario/record_lines.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/period.h"
#include "rules/lexer.h"

namespace tocsin {
namespace {

constexpr std::size_t kRecordsMax = 200'000;
constexpr std::int64_t kCountMax = 10'000'000'000;

// A figure as the line writes it: a number, or a word of the indicator's scale.
struct Figure {
  Decimal number;
  std::string word;
};

// `day` and `times` spans of the calendar; nullopt for those that no line asks for.
std::optional<Day> after(Day day, Span span, std::int32_t times) {
  const std::int32_t count = span.count * times;
  switch (span.unit) {
    case SpanUnit::kDays:
      return day + count;
    case SpanUnit::kWeeks:
      return day + 7 * count;
    case SpanUnit::kMonths:
      return add_months(day, count);
    case SpanUnit::kYears:
      return add_years(day, count);
    default:
      return std::nullopt;
  }
}

// The whole length of `b` added to `a`; both as they were written.
Decimal add(Decimal a, Decimal b) {
  for (; a.scale < b.scale; ++a.scale) a.digits *= 10;
  for (; b.scale < a.scale; ++b.scale) b.digits *= 10;
  return {a.digits + b.digits, a.scale};
}

class RecordLine {
 public:
  RecordLine(YamlReader& reader, const YamlNode& line, const Catalogue& catalogue)
      : reader_(reader),
        catalogue_(catalogue),
        line_(
            reader, line, "the line",
            {"series", "snapshot", "forecast",  "events", "complete",  "retract", "in",    "by",
             "group",  "from",     "to",        "on",     "values",    "plus",    "every", "times",
             "deaths", "status",   "displaced", "known",  "revision",  "why",     "note",  "issued",
             "for",    "leads",    "members",   "chance", "threshold", "samples", "at"}) {}

  std::vector<Record> make() {
    const std::size_t before = reader_.diagnostics().size();
    common_.source = line_.need_text("by");
    common_.revision = static_cast<std::uint32_t>(line_.integer("revision", 1, 1, 1'000'000));
    known_ = days("known").value_or(0);
    if (line_.has("series"))
      series();
    else if (line_.has("snapshot"))
      snapshot();
    else if (line_.has("samples"))
      samples();
    else if (line_.has("forecast"))
      forecast();
    else if (line_.has("events"))
      events();
    else if (line_.has("complete"))
      coverage();
    else if (line_.has("retract"))
      retraction();
    else
      reader_.report(line_.node(), "the line makes no records",
                     "one of series, snapshot, samples, forecast, events, complete, retract");
    if (reader_.diagnostics().size() > before) records_.clear();
    return std::move(records_);
  }

 private:
  // A length in whole days: "5d", "2 weeks".
  std::optional<std::int32_t> days(std::string_view key) {
    const YamlNode* node = line_.find(key);
    if (node == nullptr) return std::nullopt;
    if (node->text == "0d") return 0;
    const auto tokens = tokenize(node->text);
    if (tokens && tokens->size() == 2 && tokens->front().kind == TokenKind::kSpan &&
        (tokens->front().span.unit == SpanUnit::kDays ||
         tokens->front().span.unit == SpanUnit::kWeeks))
      return longest_days(tokens->front().span);
    reader_.report(*node, fmt::format("'{}' is no number of days", node->text), "7d, 2 weeks");
    return std::nullopt;
  }

  std::optional<Day> need_day(std::string_view key) {
    line_.need(key);
    return line_.day(key);
  }

  Figure figure(const YamlNode& item, std::string_view key, const Indicator* indicator) {
    if (indicator == nullptr || indicator->scale.empty())
      return {reader_.decimal(item, key).value_or(Decimal()), {}};
    auto word = reader_.text(item, key).value_or("");
    if (!word.empty() && !indicator->place_of(word))
      reader_.report_unknown(item, "word of " + indicator->code, indicator->scale);
    return {{}, std::move(word)};
  }

  std::vector<Figure> figures(std::string_view key, const Indicator* indicator) {
    std::vector<Figure> out;
    const YamlNode* node = line_.find(key);
    if (node == nullptr) return out;
    for (const YamlNode& item : reader_.items(*node, key))
      out.push_back(figure(item, key, indicator));
    return out;
  }

  // What is added to the values: only numbers are.
  std::vector<Decimal> summands(const Indicator* indicator) {
    std::vector<Decimal> out;
    const YamlNode* node = line_.find("plus");
    if (node == nullptr) return out;
    if (indicator != nullptr && !indicator->scale.empty())
      reader_.report(*node, "nothing is added to a word", "plus only of an indicator with a unit");
    else
      for (const YamlNode& item : reader_.items(*node, "plus"))
        out.push_back(reader_.decimal(item, "plus").value_or(Decimal()));
    return out;
  }

  void add_record(std::string id, Day day, Day known_from, RecordBody body) {
    add_record(std::move(id), start_of<EventTime>(day),
               start_of<PublishedTime>(known_from + known_), std::move(body));
  }

  void add_record(std::string id, EventTime time, PublishedTime published, RecordBody body) {
    if (records_.size() == kRecordsMax)
      reader_.report(line_.node(), "the line makes too many records",
                     fmt::format("{} at most", kRecordsMax));
    if (records_.size() >= kRecordsMax) return;
    Record record = common_;
    record.id = std::move(id);
    record.time = time;
    record.published = published;
    record.body = std::move(body);
    records_.push_back(std::move(record));
  }

  void observe(const std::string& indicator, const std::string& region, Day start, Day end,
               const Figure& value) {
    ObservationBody body;
    body.indicator = indicator;
    body.place.region = region;
    body.group = line_.text("group", "");
    body.start = start;
    body.end = end;
    body.value = value.number;
    body.word = value.word;
    body.note = line_.text("note", "");
    std::string id = fmt::format("{}/{}/{}", indicator, region, format_day(start));
    if (!body.group.empty()) id += "/" + body.group;
    add_record(std::move(id), start, end, std::move(body));
  }

  // The periods of the indicator's grid that lie in [from, to].
  void series() {
    const std::string code = line_.need_text("series");
    const std::string region = line_.need_text("in");
    const auto from = need_day("from"), to = need_day("to");
    line_.need("values");
    const Indicator* indicator = catalogue_.find_indicator(code);
    const auto values = figures("values", indicator);
    const auto plus = summands(indicator);
    if (indicator == nullptr || indicator->cadence == Cadence::kIrregular) {
      reader_.report(*line_.find("series"), fmt::format("'{}' is no series of periods", code),
                     "an indicator with a regular cadence (others: snapshot)");
      return;
    }
    if (!from || !to || values.empty()) return;
    const Cadence cadence = indicator->cadence;
    std::int32_t period = period_of(cadence, *from);
    if (period_start(cadence, period) < *from) ++period;
    for (std::size_t i = 0; period_start(cadence, period + 1) <= *to + 1; ++i, ++period) {
      Figure value = values[i % values.size()];
      if (!plus.empty()) value.number = add(value.number, plus[i % plus.size()]);
      observe(code, region, period_start(cadence, period), period_start(cadence, period + 1),
              value);
    }
  }

  // Of each day in [from, to] the samples of the grid, all of them or those of the times in
  // [first, end) that `at` names. Each is known when it is taken, or so many days later.
  void samples() {
    const std::string code = line_.need_text("samples");
    const std::string region = line_.need_text("in");
    const auto from = need_day("from"), to = need_day("to");
    line_.need("values");
    const Indicator* indicator = catalogue_.find_indicator(code);
    const auto values = figures("values", indicator);
    const auto [first, end] = times_of_day();
    if (indicator == nullptr || !indicator->is_sampled()) {
      reader_.report(*line_.find("samples"), fmt::format("'{}' is not sampled", code),
                     "an indicator that has seconds as its cadence (others: series, snapshot)");
      return;
    }
    if (!from || !to || values.empty()) return;
    ObservationBody body;
    body.indicator = code;
    body.place.region = region;
    body.group = line_.text("group", "");
    const std::int32_t step = indicator->sample_seconds;
    std::size_t next = 0;
    for (Day day = *from; day <= *to; day = day + 1)
      for (std::int32_t second = (first + step - 1) / step * step; second < end; second += step) {
        const Figure& value = values[next++ % values.size()];
        body.at = EventTime(start_of<EventTime>(day).milliseconds() + std::int64_t{second} * 1000);
        body.start = day;
        body.end = day + 1;
        body.value = value.number;
        body.word = value.word;
        std::string id = fmt::format("{}/{}/{}", code, region, format_rfc3339(*body.at));
        if (!body.group.empty()) id += "/" + body.group;
        add_record(std::move(id), *body.at,
                   PublishedTime(body.at->milliseconds() + known_ * kMillisecondsPerDay), body);
      }
  }

  // `at: ["10:14:20", "10:15:40"]` in seconds; the whole day where the line has none.
  std::pair<std::int32_t, std::int32_t> times_of_day() {
    const YamlNode* node = line_.find("at");
    if (node == nullptr) return {0, kSecondsPerDay};
    const auto second = [](const YamlNode& item) -> std::optional<std::int32_t> {
      if (item.text == "24:00:00") return kSecondsPerDay;
      const auto time = parse_rfc3339_ms("1970-01-01T" + item.text + "Z");
      if (!time) return std::nullopt;
      return static_cast<std::int32_t>(*time / 1000);
    };
    const auto& items = reader_.items(*node, "at");
    if (items.size() == 2) {
      const auto first = second(items[0]), end = second(items[1]);
      if (first && end && *first < *end) return {*first, *end};
    }
    reader_.report(*node, "these are no times of the day that follow each other",
                   "[\"10:14:20\", \"10:15:40\"]: from the first on, before the second");
    return {0, 0};
  }

  // One day each, every so often.
  void snapshot() {
    const std::string code = line_.need_text("snapshot");
    const std::string region = line_.need_text("in");
    const auto on = need_day("on");
    const auto values = figures("values", catalogue_.find_indicator(code));
    const std::int32_t every = days("every").value_or(1);
    if (values.empty())
      reader_.report(line_.node(), "the snapshot has no values", "values: [20.5]");
    if (!on) return;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Day day = *on + static_cast<std::int32_t>(i) * every;
      observe(code, region, day, day + 1, values[i]);
    }
  }

  // Forecasts issued once or `times` every so often, each for one window of days (`for`), which
  // moves along, or for each period that begins so many days after the issue (`leads`).
  void forecast() {
    ForecastBody body;
    body.indicator = line_.need_text("forecast");
    body.place.region = line_.need_text("in");
    body.group = line_.text("group", "");
    const auto issued = need_day("issued");
    const Indicator* indicator = catalogue_.find_indicator(body.indicator);
    if (indicator == nullptr) {
      reader_.report(*line_.find("forecast"), fmt::format("'{}' is no indicator", body.indicator),
                     "an indicator's code");
      return;
    }
    const std::vector<Said> said = what_is_said(*indicator);
    const auto window = days_of_window();
    const auto leads = line_.has("leads") ? read_leads(*indicator) : std::nullopt;
    if (window.has_value() == line_.has("leads"))
      reader_.report(line_.node(), "the forecast says nothing about its days",
                     "one of 'for: [first day, last day]' and 'leads: [0, 14]'");
    const auto every = read_every();
    const std::int64_t times = line_.integer("times", 1, 1, 10'000);
    if (!issued || said.empty() || (!window && !leads) || !every) return;
    std::size_t period = 0;
    for (std::int32_t i = 0; i < times; ++i) {
      const Day on = *after(*issued, *every, i);
      if (window) {
        body.start = *after(window->from, *every, i);
        body.end = *after(window->until, *every, i);
        say(body, on, said, period++);
        continue;
      }
      for (const auto& [start, end] : periods_ahead(*indicator, on, *leads)) {
        body.start = start;
        body.end = end;
        say(body, on, said, period++);
      }
    }
  }

  // What one member says, period after period; or the chance, which has no member.
  struct Said {
    std::int32_t member = 0;
    std::vector<Figure> values;
    std::optional<Decimal> chance{};
  };

  std::vector<Said> what_is_said(const Indicator& indicator) {
    std::vector<Said> said;
    const auto values = figures("values", &indicator);
    if (line_.has("chance") == line_.has("values") || line_.has("chance") != line_.has("threshold"))
      reader_.report(line_.node(), "a forecast says one thing",
                     "either 'values', or 'chance' and 'threshold'");
    else if (line_.has("chance"))
      said.push_back({.values = {figure(*line_.find("threshold"), "threshold", &indicator)},
                      .chance = reader_.decimal(*line_.find("chance"), "chance")});
    else if (!line_.has("members"))
      said.push_back({.values = values});
    else
      said = members(values);
    return said;
  }

  // As many members as the list says have the first value, then as many the second.
  std::vector<Said> members(const std::vector<Figure>& values) {
    std::vector<Said> said;
    const YamlNode& node = *line_.find("members");
    const auto& counts = reader_.items(node, "members");
    if (counts.size() != values.size())
      reader_.report(node,
                     fmt::format("{} numbers of members, {} values", counts.size(), values.size()),
                     "how many members have each of the values");
    for (std::size_t i = 0; i < std::min(counts.size(), values.size()); ++i)
      for (auto left = reader_.integer(counts[i], "members", 0, 1'000).value_or(0); left > 0;
           --left)
        said.push_back({.member = static_cast<std::int32_t>(said.size()), .values = {values[i]}});
    return said;
  }

  struct Days {
    Day from, until;  // [from, until)
  };
  // Both days of `for` are in it.
  std::optional<Days> days_of_window() {
    const YamlNode* node = line_.find("for");
    if (node == nullptr) return std::nullopt;
    const auto& items = reader_.items(*node, "for");
    if (items.size() == 2) {
      const auto first = reader_.day(items[0], "for"), last = reader_.day(items[1], "for");
      if (first && last && *first <= *last) return Days{*first, *last + 1};
      if (!first || !last) return std::nullopt;
    }
    reader_.report(*node, "these are no days that follow each other", "[first day, last day]");
    return std::nullopt;
  }

  // The least and the greatest number of days from the issue to a period's first day.
  std::optional<std::pair<std::int32_t, std::int32_t>> read_leads(const Indicator& indicator) {
    constexpr std::int64_t kLeadMax = 3'660;
    const YamlNode& node = *line_.find("leads");
    const auto& items = reader_.items(node, "leads");
    if (indicator.cadence != Cadence::kIrregular && items.size() == 2) {
      const auto least = reader_.integer(items[0], "leads", 0, kLeadMax);
      const auto greatest = reader_.integer(items[1], "leads", 0, kLeadMax);
      if (least && greatest && *least <= *greatest)
        return std::pair(static_cast<std::int32_t>(*least), static_cast<std::int32_t>(*greatest));
    }
    reader_.report(node, "these are no leads",
                   "[least, greatest], in days, of an indicator with a regular cadence");
    return std::nullopt;
  }

  static std::vector<std::pair<Day, Day>> periods_ahead(
      const Indicator& indicator, Day issued, std::pair<std::int32_t, std::int32_t> leads) {
    std::vector<std::pair<Day, Day>> periods;
    const Cadence cadence = indicator.cadence;
    std::int32_t period = period_of(cadence, issued + leads.first);
    if (period_start(cadence, period) < issued + leads.first) ++period;
    for (; period_start(cadence, period) <= issued + leads.second; ++period)
      periods.emplace_back(period_start(cadence, period), period_start(cadence, period + 1));
    return periods;
  }

  // From one issue to the next: days, weeks, months or years.
  std::optional<Span> read_every() {
    const YamlNode* node = line_.find("every");
    if (node == nullptr) return Span{1, SpanUnit::kDays};
    const auto tokens = tokenize(node->text);
    if (tokens && tokens->size() == 2 && tokens->front().kind == TokenKind::kSpan &&
        after(Day(), tokens->front().span, 1))
      return tokens->front().span;
    reader_.report(*node, fmt::format("'{}' is no time between two issues", node->text),
                   "7d, 2 weeks, 1 month, 1y");
    return std::nullopt;
  }

  // One record a member.
  void say(ForecastBody body, Day issued, const std::vector<Said>& said, std::size_t period) {
    std::string id = fmt::format("{}/{}/{}/{}", body.indicator, body.place.region,
                                 format_day(issued), format_day(body.start));
    if (!body.group.empty()) id += "/" + body.group;
    for (const Said& one : said) {
      const Figure& figure = one.values[period % one.values.size()];
      body.member = one.member;
      body.word = figure.word;
      (one.chance ? body.threshold : body.value) = figure.number;
      body.probability = one.chance;
      std::string own = id;
      if (one.chance) own += "/over-" + line_.text("threshold", "");
      if (one.member > 0) own += fmt::format("/{}", one.member);
      add_record(std::move(own), issued, issued, body);
    }
  }

  static YamlMapping::Choices<EventStatus> statuses() {
    YamlMapping::Choices<EventStatus> choices;
    for (const auto status :
         {EventStatus::kReported, EventStatus::kConfirmed, EventStatus::kRefuted})
      choices.emplace_back(name_of(status), status);
    return choices;
  }

  void events() {
    EventBody body;
    body.kind = line_.need_text("events");
    body.place.region = line_.need_text("in");
    if (line_.has("deaths")) body.deaths = line_.integer("deaths", 0, 0, kCountMax);
    if (line_.has("displaced")) body.displaced = line_.integer("displaced", 0, 0, kCountMax);
    body.status = line_.choice<EventStatus>("status", EventStatus::kReported, statuses());
    const auto from = need_day("from");
    const std::int64_t times = line_.integer("times", 1, 1, 10'000);
    const std::int32_t every = days("every").value_or(1);
    if (!from) return;
    for (std::int32_t i = 0; i < times; ++i) {
      body.start = *from + i * every;
      body.end = body.start + 1;
      add_record(fmt::format("{}/{}/{}", body.kind, body.place.region, format_day(body.start)),
                 body.start, body.end, body);
    }
  }

  // Statements one after the other, each `every` long and made on its last day.
  void coverage() {
    CoverageBody body;
    body.stream = line_.need_text("complete");
    for (const auto& word : line_.need_words("in")) body.regions.push_back(word.text);
    const auto from = need_day("from"), to = need_day("to");
    const auto every = days("every");
    if (!from || !to) return;
    body.from = *from;
    while (body.from <= *to) {
      body.until = every ? std::min(body.from + *every, *to + 1) : *to + 1;
      add_record(fmt::format("complete/{}/{}/{}", body.stream, body.regions.front(),
                             format_day(body.from)),
                 body.from, body.until - 1, body);
      body.from = body.until;
    }
  }

  void retraction() {
    RetractionBody body;
    body.reason = line_.text("why", "not true");
    const auto on = need_day("on");
    if (on) add_record(line_.need_text("retract"), *on, *on, std::move(body));
  }

  YamlReader& reader_;
  const Catalogue& catalogue_;
  YamlMapping line_;
  Record common_;
  std::int32_t known_ = 0;
  std::vector<Record> records_;
};

}  // namespace

void read_record_line(YamlReader& reader, const YamlNode& line, const Catalogue& catalogue,
                      std::vector<Record>& records) {
  std::vector<Record> made = RecordLine(reader, line, catalogue).make();
  std::move(made.begin(), made.end(), std::back_inserter(records));
}

}  // namespace tocsin
