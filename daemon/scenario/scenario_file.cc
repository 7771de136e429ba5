#include <algorithm>
#include <iterator>
#include <map>

#include "daemon/scenario/record_lines.h"
#include "daemon/scenario/scenario.h"
#include "rules/yaml_reader.h"

namespace tocsin {
namespace {

template <class Value, std::size_t N>
YamlMapping::Choices<Value> choices_of(const Value (&values)[N]) {
  YamlMapping::Choices<Value> choices;
  for (const Value value : values) choices.emplace_back(name_of(value), value);
  return choices;
}

YamlMapping::Choices<Level> level_words() {
  return choices_of({Level::kNone, Level::kWatch, Level::kWarning, Level::kEmergency});
}

YamlMapping::Choices<RevisionKind> kind_words() {
  using enum RevisionKind;
  return choices_of({kRaised, kEscalated, kEased, kUpdated, kCleared, kWithdrawn, kMerged, kRetired,
                     kLapsed, kProposed, kVetoed, kRefused});
}

class ScenarioReader {
 public:
  ScenarioReader(YamlReader& reader, const Catalogue& catalogue, const Pack& pack)
      : reader_(reader), catalogue_(catalogue), pack_(pack) {}

  std::vector<Scenario> read(const YamlNode& root) {
    const YamlMapping top(
        reader_, root, "the file",
        {"pack", "producer", "pattern", "begins", "region", "scenarios", "edges"});
    if (const std::string name = top.need_text("pack"); !name.empty() && name != pack_.name)
      reader_.report(*top.find("pack"), "these scenarios are for another pack", pack_.name);
    shared_.producer = top.need_text("producer");
    shared_.pattern = top.need_text("pattern");
    if (!shared_.pattern.empty() && pack_.find_pattern(shared_.pattern) == nullptr)
      reader_.report_unknown(*top.find("pattern"), "pattern", names_of(pack_.patterns));
    region_ = top.need_text("region");
    top.need("begins");
    shared_.begins = top.day("begins").value_or(Day());
    if (const YamlNode* node = top.need("scenarios"))
      for (const YamlEntry& entry : reader_.named_entries(*node, "scenarios"))
        read_scenarios(entry);
    if (const YamlNode* node = top.find("edges"))
      for (const YamlNode& edge : reader_.items(*node, "edges")) read_edge(edge);
    for (Scenario& scenario : scenarios_) {
      std::stable_sort(scenario.records.begin(), scenario.records.end(),
                       [](const Record& a, const Record& b) { return a.published < b.published; });
      std::stable_sort(scenario.days.begin(), scenario.days.end(),
                       [](const Expectation& a, const Expectation& b) { return a.seen < b.seen; });
    }
    return std::move(scenarios_);
  }

 private:
  template <class Things>
  static std::vector<std::string> names_of(const Things& things) {
    std::vector<std::string> names;
    names.reserve(things.size());
    for (const auto& thing : things) names.push_back(thing.name);
    return names;
  }

  void read_records(const YamlNode& node, std::vector<Record>& records) {
    for (const YamlNode& line : reader_.items(node, "records"))
      read_record_line(reader_, line, catalogue_, records);
  }

  // The records of the scenario that this one goes on from.
  void read_like(const YamlMapping& item, Scenario& scenario) {
    const YamlNode* node = item.find("like");
    if (node == nullptr) return;
    const auto like = std::find_if(scenarios_.begin(), scenarios_.end(),
                                   [&](const Scenario& s) { return s.name == node->text; });
    if (like != scenarios_.end())
      scenario.records = like->records;
    else
      reader_.report_unknown(*node, "scenario above this one", names_of(scenarios_));
  }

  // One scenario, or one for each row of its table.
  void read_scenarios(const YamlEntry& entry) {
    const auto table = std::ranges::find(entry.value.entries, "table",
                                         [](const YamlEntry& e) { return e.key.text; });
    if (table == entry.value.entries.end()) {
      scenarios_.push_back(read_scenario(entry));
      return;
    }
    YamlEntry one = entry;
    one.value.entries.erase(one.value.entries.begin() + (table - entry.value.entries.begin()));
    int number = 0;
    for (const YamlNode& row : reader_.items(table->value, "table")) {
      Row columns;
      for (const YamlEntry& cell : reader_.named_entries(row, "the row"))
        columns[cell.key.text] = {&cell.value, false};
      YamlEntry filled = one;
      fill(filled.value, columns);
      for (const auto& [name, cell] : columns)
        if (!cell.used) reader_.report(*cell.value, "no '$" + name + "' stands in the scenario");
      scenarios_.push_back(read_scenario(filled));
      scenarios_.back().name += "_" + std::to_string(++number);
      scenarios_.back().line = row.position.line;
    }
  }

  struct Cell {
    const YamlNode* value = nullptr;
    bool used = false;
  };
  using Row = std::map<std::string, Cell>;

  // Puts the row's cells where `$NAME` stands.
  void fill(YamlNode& node, Row& row) {
    for (YamlNode& item : node.items) fill(item, row);
    for (YamlEntry& entry : node.entries) fill(entry.value, row);
    if (node.kind != YamlNode::Kind::kScalar || !node.text.starts_with('$')) return;
    const auto cell = row.find(node.text.substr(1));
    if (cell == row.end()) {
      std::vector<std::string> known;
      for (const auto& [name, value] : row) known.push_back("$" + name);
      reader_.report_unknown(node, "column of the table", known);
      return;
    }
    cell->second.used = true;
    node = *cell->second.value;
  }

  Scenario read_scenario(const YamlEntry& entry) {
    const YamlMapping item(
        reader_, entry.value, "scenario " + entry.key.text,
        {"says", "pattern", "like", "records", "days", "alerts", "held_back", "refused"});
    Scenario scenario = shared_;
    scenario.name = entry.key.text;
    scenario.line = entry.key.position.line;
    item.need_text("says");
    if (const YamlNode* node = item.find("pattern")) {
      scenario.pattern = item.text("pattern", "");
      if (pack_.find_pattern(scenario.pattern) == nullptr)
        reader_.report_unknown(*node, "pattern", names_of(pack_.patterns));
    }
    read_like(item, scenario);
    if (const YamlNode* node = item.find("records")) read_records(*node, scenario.records);
    if (const YamlNode* node = item.find("days"))
      for (const YamlNode& day : reader_.items(*node, "days"))
        scenario.days.push_back(read_expectation(day));
    if (const YamlNode* node = item.find("alerts")) {
      scenario.alerts.emplace();
      for (const YamlNode& alert : reader_.items(*node, "alerts"))
        scenario.alerts->push_back(read_revision(alert));
    }
    if (const YamlNode* node = item.find("held_back")) {
      scenario.held_back.emplace();
      for (const YamlNode& held : reader_.items(*node, "held_back"))
        scenario.held_back->push_back(read_hold(held));
    }
    if (const YamlNode* node = item.find("refused"))
      for (const YamlNode& refused : reader_.items(*node, "refused"))
        scenario.refused.push_back(read_refusal(refused, scenario.records));
    return scenario;
  }

  std::string region_of(const YamlMapping& item) {
    std::string code = item.text("region", region_);
    if (catalogue_.regions.find(code) == nullptr)
      reader_.report_unknown(item.has("region") ? *item.find("region") : item.node(), "region",
                             catalogue_.regions.codes());
    return code;
  }

  std::vector<std::string> signals(const YamlMapping& item, std::string_view key) {
    std::vector<std::string> names;
    for (const auto& word : item.words(key)) {
      if (pack_.find_signal(word.text) == nullptr)
        reader_.report_unknown(*word.node, "signal", names_of(pack_.signals));
      names.push_back(word.text);
    }
    return names;
  }

  std::optional<Level> level(const YamlMapping& item, std::string_view key) {
    if (!item.has(key)) return std::nullopt;
    return item.choice<Level>(key, Level::kNone, level_words());
  }

  Day seen(const YamlMapping& item, Day day) {
    const YamlNode* node = item.find("seen");
    if (node == nullptr) return day;
    const Day seen = item.day("seen").value_or(day);
    if (seen < day)
      reader_.report(*node, "it is seen before it is so", format_day(day) + " or later");
    return seen;
  }

  Expectation read_expectation(const YamlNode& node) {
    const YamlMapping item(
        reader_, node, "the day",
        {"day", "seen", "region", "level", "possible", "on", "off", "held", "unknown", "blind"});
    Expectation expected;
    expected.line = node.position.line;
    item.need("day");
    expected.day = item.day("day").value_or(Day());
    expected.seen = seen(item, expected.day);
    expected.region = region_of(item);
    expected.level = level(item, "level");
    expected.possible = level(item, "possible");
    expected.on = signals(item, "on");
    expected.off = signals(item, "off");
    expected.held = signals(item, "held");
    expected.unknown = signals(item, "unknown");
    if (item.has("blind")) {
      expected.blind.emplace();
      for (const auto& word : item.words("blind")) expected.blind->push_back(word.text);
      std::sort(expected.blind->begin(), expected.blind->end());
    }
    return expected;
  }

  ExpectedRevision read_revision(const YamlNode& node) {
    const YamlMapping item(reader_, node, "the alert", {"day", "region", "kind", "level"});
    ExpectedRevision expected;
    expected.line = node.position.line;
    item.need("day");
    expected.day = item.day("day").value_or(Day());
    expected.region = region_of(item);
    item.need("kind");
    expected.kind = item.choice<RevisionKind>("kind", RevisionKind::kRaised, kind_words());
    expected.level = level(item, "level").value_or(Level::kNone);
    return expected;
  }

  ExpectedHold read_hold(const YamlNode& node) {
    const YamlMapping item(reader_, node, "what is held back", {"day", "region", "why", "level"});
    ExpectedHold expected;
    expected.line = node.position.line;
    item.need("day");
    expected.day = item.day("day").value_or(Day());
    expected.region = region_of(item);
    item.need("why");
    YamlMapping::Choices<HoldReason> reasons;
    for (int why = 0; why < kHoldReasonCount; ++why)
      reasons.emplace_back(name_of(static_cast<HoldReason>(why)), static_cast<HoldReason>(why));
    expected.why = item.choice<HoldReason>("why", HoldReason::kMute, reasons);
    expected.level = level(item, "level").value_or(Level::kNone);
    return expected;
  }

  ExpectedRefusal read_refusal(const YamlNode& node, const std::vector<Record>& records) {
    const YamlMapping item(reader_, node, "what is refused", {"record", "why"});
    ExpectedRefusal expected;
    expected.line = node.position.line;
    expected.record = item.need_text("record");
    expected.why = item.need_text("why");
    std::vector<std::string> ids;
    for (const Record& record : records) ids.push_back(record.id);
    const YamlNode* record = item.find("record");
    if (record != nullptr && std::ranges::find(ids, expected.record) == ids.end())
      reader_.report_unknown(*record, "record", ids);
    return expected;
  }

  // One signal's threshold from both sides: two scenarios.
  void read_edge(const YamlNode& node) {
    const YamlMapping item(reader_, node, "the edge",
                           {"signal", "like", "day", "seen", "quiet", "fires"});
    const std::string signal = item.need_text("signal");
    if (!signal.empty() && pack_.find_signal(signal) == nullptr)
      reader_.report_unknown(*item.find("signal"), "signal", names_of(pack_.signals));
    item.need("day");
    const Day day = item.day("day").value_or(Day());
    for (const std::string_view side : {"quiet", "fires"}) {
      Scenario scenario = shared_;
      scenario.name = signal + "_" + std::string(side);
      scenario.line = node.position.line;
      read_like(item, scenario);
      if (const YamlNode* records = item.need(side)) read_records(*records, scenario.records);
      Expectation expected;
      expected.day = day;
      expected.seen = seen(item, day);
      expected.region = region_;
      expected.line = node.position.line;
      (side == "quiet" ? expected.off : expected.on).push_back(signal);
      scenario.days.push_back(std::move(expected));
      scenarios_.push_back(std::move(scenario));
    }
  }

  YamlReader& reader_;
  const Catalogue& catalogue_;
  const Pack& pack_;
  Scenario shared_;
  std::string region_;
  std::vector<Scenario> scenarios_;
};

}  // namespace

tl::expected<std::vector<Scenario>, Diagnostics> parse_scenarios(const std::string& file,
                                                                 const std::string& text,
                                                                 const Catalogue& catalogue,
                                                                 const Pack& pack) {
  Diagnostics diagnostics;
  const auto yaml = parse_yaml(file, text, diagnostics);
  if (!yaml) return tl::unexpected(std::move(diagnostics));
  YamlReader reader(*yaml, diagnostics);
  std::vector<Scenario> scenarios = ScenarioReader(reader, catalogue, pack).read(yaml->root);
  if (diagnostics.empty()) return scenarios;
  std::sort(diagnostics.begin(), diagnostics.end());
  return tl::unexpected(std::move(diagnostics));
}

}  // namespace tocsin
