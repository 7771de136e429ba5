#include "daemon/scenario/record_lines.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/period.h"
#include "rules/lexer.h"

namespace tocsin {
namespace {

constexpr std::size_t kRecordsMax = 200'000;
constexpr std::int64_t kCountMax = 10'000'000'000;

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
        line_(reader, line, "the line",
              {"series", "snapshot", "events", "complete",  "retract", "in",       "by",
               "group",  "from",     "to",     "on",        "value",   "values",   "plus",
               "every",  "times",    "deaths", "displaced", "known",   "revision", "why"}) {}

  std::vector<Record> make() {
    const std::size_t before = reader_.diagnostics().size();
    common_.source = line_.need_text("by");
    common_.revision = static_cast<std::uint32_t>(line_.integer("revision", 1, 1, 1'000'000));
    known_ = days("known").value_or(0);
    if (line_.has("series"))
      series();
    else if (line_.has("snapshot"))
      snapshot();
    else if (line_.has("events"))
      events();
    else if (line_.has("complete"))
      coverage();
    else if (line_.has("retract"))
      retraction();
    else
      reader_.report(line_.node(), "the line makes no records",
                     "one of series, snapshot, events, complete, retract");
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

  std::vector<Decimal> decimals(std::string_view key) {
    std::vector<Decimal> out;
    const YamlNode* node = line_.find(key);
    if (node == nullptr) return out;
    for (const YamlNode& item : reader_.items(*node, key))
      out.push_back(reader_.decimal(item, key).value_or(Decimal()));
    return out;
  }

  void add_record(std::string id, Day day, Day known_from, RecordBody body) {
    if (records_.size() == kRecordsMax)
      reader_.report(line_.node(), "the line makes too many records",
                     fmt::format("{} at most", kRecordsMax));
    if (records_.size() >= kRecordsMax) return;
    Record record = common_;
    record.id = std::move(id);
    record.time = start_of<EventTime>(day);
    record.published = start_of<PublishedTime>(known_from + known_);
    record.body = std::move(body);
    records_.push_back(std::move(record));
  }

  void observe(const std::string& indicator, const std::string& region, Day start, Day end,
               Decimal value) {
    ObservationBody body;
    body.indicator = indicator;
    body.place.region = region;
    body.group = line_.text("group", "");
    body.start = start;
    body.end = end;
    body.value = value;
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
    const auto values = decimals("values"), plus = decimals("plus");
    const Indicator* indicator = catalogue_.find_indicator(code);
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
      Decimal value = values[i % values.size()];
      if (!plus.empty()) value = add(value, plus[i % plus.size()]);
      observe(code, region, period_start(cadence, period), period_start(cadence, period + 1),
              value);
    }
  }

  // One day each, every so often.
  void snapshot() {
    const std::string code = line_.need_text("snapshot");
    const std::string region = line_.need_text("in");
    const auto on = need_day("on");
    const auto values = decimals("values");
    const std::int32_t every = days("every").value_or(1);
    if (values.empty())
      reader_.report(line_.node(), "the snapshot has no values", "values: [20.5]");
    if (!on) return;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Day day = *on + static_cast<std::int32_t>(i) * every;
      observe(code, region, day, day + 1, values[i]);
    }
  }

  void events() {
    EventBody body;
    body.kind = line_.need_text("events");
    body.place.region = line_.need_text("in");
    if (line_.has("deaths")) body.deaths = line_.integer("deaths", 0, 0, kCountMax);
    if (line_.has("displaced")) body.displaced = line_.integer("displaced", 0, 0, kCountMax);
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
