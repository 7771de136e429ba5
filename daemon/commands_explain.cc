#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <boost/json.hpp>
#include <functional>
#include <optional>
#include <ostream>
#include <set>

#include "daemon/back_test.h"
#include "daemon/commands.h"
#include "daemon/needed_records.h"
#include "daemon/opened.h"
#include "model/diagnostic.h"
#include "rules/explain.h"

namespace tocsin {
namespace {

namespace json = boost::json;

constexpr int kDone = 0, kNo = 1, kCannot = 2;

// What is explained: one region at one day, by one pattern of one pack or by all that judge it.
struct Question {
  const Region& region;
  Day tick;
  std::string pack, pattern;  // empty: all

  bool asks(const Assessment& assessment, std::uint32_t index) const {
    return (pack.empty() || pack == assessment.pack().name) &&
           (pattern.empty() || pattern == assessment.pack().patterns[index].name) &&
           assessment.judges(region.id, index);
  }
};

std::string joined(const std::vector<std::string>& words) {
  return words.empty() ? "none" : fmt::format("{}", fmt::join(words, ", "));
}

// ---- what was said

// The revisions of the one alert whose id begins so, oldest first.
Result<std::vector<AlertRevision>> find_alert(const Store& store, const std::string& id) {
  std::vector<AlertRevision> found;
  bool several = false;
  auto done = store.for_each_alert_revision([&](const AlertRevision& revision) -> Result<void> {
    if (!revision.alert.hex().starts_with(id)) return {};
    several = several || (!found.empty() && found.front().alert != revision.alert);
    found.push_back(revision);
    return {};
  });
  if (!done) return tl::unexpected(done.error());
  if (found.empty()) return fail(ErrorCode::kNotFound, "there is no alert '" + id + "'");
  if (several) return fail(ErrorCode::kInvalid, "several alerts begin with '" + id + "'");
  std::ranges::sort(found, {}, &AlertRevision::number);
  return found;
}

// Whether the revision states a level anew: then its evidence is told in full.
bool states_level(const AlertRevision& revision) {
  return revision.kind == RevisionKind::kRaised || revision.kind == RevisionKind::kEscalated ||
         revision.kind == RevisionKind::kEased;
}

void tell_revision(const AlertRevision& revision, std::ostream& out) {
  fmt::print(out, "  revision {}, {}, {}: {}, for {}\n", revision.number, name_of(revision.kind),
             format_rfc3339(revision.issued), level_text(revision.level, revision.level_name),
             format_day(revision.tick));
  for (const std::string& change : revision.changes) fmt::print(out, "    {}\n", change);
  if (!states_level(revision)) return;
  std::vector<std::string> unknown;
  for (const Evidence& evidence : revision.evidence) {
    if (evidence.state == "unknown") unknown.push_back(evidence.title);
    if (evidence.state != "on") continue;
    fmt::print(out, "    {} ({}), on{}:\n      {}\n", evidence.title, evidence.dimension,
               evidence.since ? " since " + format_day(*evidence.since) : "", evidence.sentence);
  }
  if (!unknown.empty()) fmt::print(out, "    not known then: {}\n", joined(unknown));
}

void tell_alert(const std::vector<AlertRevision>& revisions, std::ostream& out) {
  const AlertRevision& last = revisions.back();
  fmt::print(out, "alert {}: {}, {} ({})\n\nWhat was said, on what was known then:\n",
             last.alert.hex(), last.title, last.region_name, last.region);
  for (const AlertRevision& revision : revisions) tell_revision(revision, out);
  out << "\n";
}

// ---- what is known, of now or of then

struct Known {
  const Catalogue& catalogue;
  const std::vector<Pack>& packs;
  const Dataset* data;
  Day history_begins, today;
  // Calls the function for every record, where it stands.
  std::function<Result<void>(const std::function<void(const LatestRevision&)>&)> each_record;
  const Store& store;
};

// The end of a day, or a time.
Result<ProcessingTime> parse_known_at(const std::string& text) {
  if (const auto day = parse_day(text))
    return ProcessingTime(std::int64_t{(*day + 1).number()} * kMillisecondsPerDay - 1);
  auto time = parse_rfc3339_ms(text);
  if (time) return ProcessingTime(*time);
  return fail(
      ErrorCode::kInvalid,
      "--known-at " + text + ": allowed: a day, 2019-06-10, or a time, 2019-06-10T12:00:00Z");
}

// ---- without which records

// "ipc/NG-BO/2019 of demo-food", as its sender named it; nullopt: retention let go of it.
std::optional<std::string> record_name(const Known& known, const LatestRevision& revision) {
  const auto entry = known.store.journal(revision.journal_sequence);
  if (!entry) return std::nullopt;
  std::optional<std::string> name;
  WireParser parser;
  std::uint32_t index = 0;
  for (const Input& input : entry->inputs)
    if (const auto* records = std::get_if<RecordsInput>(&input))
      parser.for_each_record(records->payload,
                             [&](std::size_t, std::string_view, ParsedRecord&& record) {
                               if (index++ == revision.journal_index && record)
                                 name = record->id + " of " + record->source;
                             });
  return name;
}

struct Needed {
  NeededRecord record;
  std::string name;
};

Result<std::vector<Needed>> find_needed(const Known& known, const Assessment& assessment,
                                        const Question& question) {
  const auto below = records_below(assessment, question.region.id, question.tick);
  std::vector<LatestRevision> records;
  auto read = known.each_record([&](const LatestRevision& revision) {
    if (std::ranges::binary_search(below, revision.identity.prefix())) records.push_back(revision);
  });
  if (!read) return tl::unexpected(read.error());
  std::vector<Needed> out;
  for (NeededRecord& record :
       needed_records(known.catalogue, assessment.pack(), *known.data, known.history_begins,
                      known.today, question.region.id, question.tick, records)) {
    auto name = record_name(known, record.revision);
    const Source* source = known.catalogue.find(record.revision.source);
    out.push_back({std::move(record), name ? *name
                                           : fmt::format("{} of {}", record.revision.identity.hex(),
                                                         source == nullptr ? "" : source->key)});
  }
  std::ranges::sort(out, {}, &Needed::name);
  return out;
}

void tell_needed(const std::vector<Needed>& needed, std::ostream& out) {
  if (needed.empty()) {
    out << "\n  no single record decides: without any one of them the same would be said\n";
    return;
  }
  out << "\n  without any one of these records it would not have been said:\n";
  for (const Needed& one : needed) {
    std::vector<std::string> what = one.record.patterns;
    what.insert(what.end(), one.record.signals.begin(), one.record.signals.end());
    fmt::print(out, "    {}: {}\n", one.name, joined(what));
  }
}

json::array as_json(const std::vector<Needed>& needed) {
  json::array out;
  for (const Needed& one : needed)
    out.push_back(json::object{{"record", one.name},
                               {"signals", json::value_from(one.record.signals)},
                               {"patterns", json::value_from(one.record.patterns)}});
  return out;
}

// ---- what the data says

void explain_pattern_as_text(const Assessment& assessment, const Question& question,
                             std::uint32_t index, std::ostream& out) {
  const Pattern& pattern = assessment.pack().patterns[index];
  const Region& region = question.region;
  const PatternExplained why = explain_pattern(assessment, region.id, index, question.tick);
  fmt::print(
      out, "{} in {} ({}) on {}: {}{}\n", pattern.title, region.name(), region.code,
      format_day(question.tick), pattern.called(why.level),
      why.possible > why.level ? fmt::format(", possibly {}", pattern.called(why.possible)) : "");
  fmt::print(out, "  active dimensions: {}\n  not known: {}\n", joined(why.dimensions_true),
             joined(why.dimensions_unknown));
  for (const auto& [level, tree] : why.levels) {
    fmt::print(out, "  {}:\n", pattern.called(level));
    out << render(tree, 2);
  }
  for (const std::string& sentence : why.outlook) fmt::print(out, "  {}\n", sentence);
  out << "\n";
}

void explain_signals_as_text(const Assessment& assessment, const Question& question,
                             std::ostream& out) {
  for (std::uint32_t i = 0; i < assessment.pack().signals.size(); ++i) {
    if (!assessment.stands(question.region.id, assessment.pack().signals[i])) continue;
    const SignalExplained signal = explain_signal(assessment, question.region.id, i, question.tick);
    const Evidence& evidence = signal.evidence;
    fmt::print(out, "  {} ({}): {}{}\n    {}\n", evidence.title, evidence.dimension, evidence.state,
               evidence.since ? " since " + format_day(*evidence.since) : "", evidence.sentence);
    if (!evidence.change.empty()) fmt::print(out, "    {}\n", evidence.change);
    out << render(signal.when, 3);
    if (signal.clear) {
      out << "      clear:\n" << render(*signal.clear, 4);
    }
  }
}

json::object as_json(const Explained& explained) {
  json::object out{{"text", explained.text}, {"value", explained.value}};
  if (!explained.detail.empty()) out["detail"] = explained.detail;
  json::array parts;
  for (const Explained& part : explained.parts) parts.push_back(as_json(part));
  if (!parts.empty()) out["parts"] = std::move(parts);
  return out;
}

json::object explain_as_json(const Assessment& assessment, const Question& question) {
  json::array patterns, signals;
  for (std::uint32_t i = 0; i < assessment.pack().patterns.size(); ++i) {
    if (!question.asks(assessment, i)) continue;
    const PatternExplained why = explain_pattern(assessment, question.region.id, i, question.tick);
    json::object levels;
    for (const auto& [level, tree] : why.levels) levels[name_of(level)] = as_json(tree);
    json::object names;
    for (const auto& [level, tree] : why.levels)
      if (const auto& name = assessment.pack().patterns[i].names[static_cast<std::size_t>(level)];
          !name.empty())
        names[name_of(level)] = name;
    patterns.push_back(
        json::object{{"pattern", assessment.pack().patterns[i].name},
                     {"level", name_of(why.level)},
                     {"possible", name_of(why.possible)},
                     {"dimensions_true", json::value_from(why.dimensions_true)},
                     {"dimensions_unknown", json::value_from(why.dimensions_unknown)},
                     {"levels", std::move(levels)},
                     {"outlook", json::value_from(why.outlook)}});
    if (!names.empty()) patterns.back().as_object()["names"] = std::move(names);
  }
  for (std::uint32_t i = 0; i < assessment.pack().signals.size(); ++i) {
    if (!assessment.stands(question.region.id, assessment.pack().signals[i])) continue;
    const SignalExplained signal = explain_signal(assessment, question.region.id, i, question.tick);
    json::object one{{"signal", signal.evidence.signal},
                     {"state", signal.evidence.state},
                     {"sentence", signal.evidence.sentence},
                     {"change", signal.evidence.change},
                     {"when", as_json(signal.when)}};
    if (signal.clear) one["clear"] = as_json(*signal.clear);
    signals.push_back(std::move(one));
  }
  return {{"pack", assessment.pack().name},
          {"region", question.region.code},
          {"at", format_day(question.tick)},
          {"patterns", std::move(patterns)},
          {"signals", std::move(signals)}};
}

// Every pack that judges what is asked for, as text to `out` and as JSON. None: an empty array.
Result<json::array> answer(const Known& known, const Question& question,
                           const ExplainOptions& options, std::ostream& out) {
  json::array answers;
  for (const Pack& pack : known.packs) {
    Assessment assessment(known.catalogue, pack, *known.data, known.history_begins);
    assessment.advance(known.today);
    std::vector<std::uint32_t> asked;
    for (std::uint32_t i = 0; i < pack.patterns.size(); ++i)
      if (question.asks(assessment, i)) asked.push_back(i);
    if (asked.empty()) continue;
    const bool as_text = options.format == OutputFormat::kText;
    if (as_text) {
      for (const std::uint32_t i : asked) explain_pattern_as_text(assessment, question, i, out);
      explain_signals_as_text(assessment, question, out);
    }
    json::object explained = explain_as_json(assessment, question);
    if (options.records) {
      const auto needed = find_needed(known, assessment, question);
      if (!needed) return tl::unexpected(needed.error());
      if (as_text) tell_needed(*needed, out);
      explained["needed"] = as_json(*needed);
    }
    answers.push_back(std::move(explained));
  }
  return answers;
}

// ---- what there is instead

Result<void> check_pattern(const Pipeline& pipeline, const std::string& name) {
  std::vector<std::string> names;
  for (const Pack& pack : pipeline.engine().packs())
    for (const Pattern& pattern : pack.patterns) names.push_back(pattern.name);
  if (name.empty() || std::ranges::find(names, name) != names.end()) return {};
  const std::string near = nearest(name, names);
  return fail(ErrorCode::kNotFound,
              fmt::format("there is no pattern '{}'; {}there are: {}", name,
                          near.empty() ? "" : "nearest: " + near + "; ", joined(names)));
}

Result<const Region*> find_region(const Catalogue& catalogue, const std::string& name) {
  const Region* region = catalogue.regions.find(name);
  if (region == nullptr) region = catalogue.regions.find_by_alias(name, "");
  if (region != nullptr) return region;
  const std::string near = nearest(name, catalogue.regions.codes());
  return fail(ErrorCode::kNotFound,
              "there is no region '" + name + "'" + (near.empty() ? "" : "; nearest: " + near));
}

// "no rule judges Lagos (NG-LA); pack lake-chad judges CM-EN, ...".
std::string unjudged(const Pipeline& pipeline, const Question& question) {
  std::string out = fmt::format(
      "{} judges {} ({})", question.pattern.empty() ? "no rule" : "no pattern " + question.pattern,
      question.region.name(), question.region.code);
  for (const Pack& pack : pipeline.engine().packs()) {
    std::set<RegionId> judged(pack.regions.begin(), pack.regions.end());
    for (const Pattern& pattern : pack.patterns)
      judged.insert(pattern.at.begin(), pattern.at.end());
    std::vector<std::string> codes;
    for (const RegionId region : judged)
      codes.push_back(pipeline.catalogue().regions.at(region).code);
    out += fmt::format("; pack {} judges {}", pack.name, joined(codes));
  }
  return out;
}

Result<Question> question_of(const Pipeline& pipeline, const ExplainOptions& options,
                             const std::vector<AlertRevision>& revisions, Day today) {
  if (auto known = revisions.empty() ? check_pattern(pipeline, options.pattern) : Result<void>();
      !known)
    return tl::unexpected(known.error());
  const AlertRevision* stated = revisions.empty() ? nullptr : &revisions.back();
  if (stated != nullptr && !options.pattern.empty() && options.pattern != stated->pattern)
    return fail(ErrorCode::kInvalid,
                "the alert is of pattern '" + stated->pattern + "', not '" + options.pattern + "'");
  Day tick = stated == nullptr ? today : stated->tick;
  if (!options.at.empty()) {
    const auto day = parse_day(options.at);
    if (!day) return tl::unexpected(day.error());
    tick = *day;
  }
  if (tick > today)
    return fail(ErrorCode::kInvalid,
                format_day(tick) + " lies after " + format_day(today) +
                    (options.known_at.empty() ? ", the store's today" : ", --known-at"));
  const auto region =
      find_region(pipeline.catalogue(), stated == nullptr ? options.region : stated->region);
  if (!region) return tl::unexpected(region.error());
  return Question{**region, tick, stated == nullptr ? "" : stated->pack,
                  stated == nullptr ? options.pattern : stated->pattern};
}

}  // namespace

int run_explain(const ExplainOptions& options, std::ostream& out, std::ostream& err) {
  const auto cannot = [&](const Error& error) {
    err << error.message << (error.message.ends_with('\n') ? "" : "\n");
    return kCannot;
  };
  auto opened = open_configuration(options.config_directory);
  if (!opened) return cannot(opened.error());
  const Pipeline& pipeline = *opened->pipeline;
  const bool as_text = options.format == OutputFormat::kText;
  std::vector<AlertRevision> revisions;
  if (!options.alert.empty()) {
    auto found = find_alert(*opened->store, options.alert);
    if (!found) return cannot(found.error());
    revisions = std::move(*found);
  }
  const auto& loaded = pipeline.loaded();
  std::optional<Playback> then;
  Known known{pipeline.catalogue(),
              pipeline.engine().packs(),
              &pipeline.engine().data(),
              loaded.settings.history_begins,
              day_of(pipeline.now()),
              [&](const auto& visit) {
                return opened->store->for_each_latest([&](const LatestRevision& revision) {
                  visit(revision);
                  return Result<void>();
                });
              },
              *opened->store};
  if (!options.known_at.empty()) {
    const auto until = parse_known_at(options.known_at);
    if (!until) return cannot(until.error());
    then.emplace(pipeline.catalogue(), std::vector<Pack>(), PlaybackOptions());
    auto played = play_journal(*opened->store, pipeline.catalogue(), *until, {&*then, 1}, {});
    if (!played) return cannot(played.error());
    known.data = &then->engine().data();
    known.today = std::min(known.today, day_of(*until));
    known.each_record = [&](const auto& visit) {
      for (const auto& [identity, revision] : then->latest()) visit(revision);
      return Result<void>();
    };
  }
  const auto question = question_of(pipeline, options, revisions, known.today);
  if (!question) return cannot(question.error());
  if (as_text && !revisions.empty()) {
    tell_alert(revisions, out);
    fmt::print(out, "As the data {}, for {}:\n\n",
               then ? "stood on " + options.known_at : "stands now", format_day(question->tick));
  }
  auto answered = answer(known, *question, options, out);
  if (!answered) return cannot(answered.error());
  json::array answers = *std::move(answered);
  const bool judged = !answers.empty();
  if (!as_text && revisions.empty()) out << json::serialize(answers) << "\n";
  if (!as_text && !revisions.empty()) {
    json::array said;
    for (const AlertRevision& revision : revisions) said.push_back(json::parse(to_json(revision)));
    out << json::serialize(json::object{{"alert", revisions.front().alert.hex()},
                                        {"revisions", std::move(said)},
                                        {"now", std::move(answers)}})
        << "\n";
  }
  if (judged) return kDone;
  err << unjudged(pipeline, *question) << "\n";
  return kNo;
}

}  // namespace tocsin
