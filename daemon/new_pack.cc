#include "daemon/new_pack.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <set>

#include "daemon/new_pack_plan.h"
#include "daemon/pack_format.h"
#include "model/result.h"

namespace tocsin {
namespace {

// A text between double quotes, as YAML takes it.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  return out + '"';
}

// Lines of a comment, cut between words.
std::string comment(std::string_view text, std::string_view indent = "") {
  constexpr std::size_t kColumns = 108;
  std::string out, line;
  const auto put = [&] {
    if (!line.empty()) out += fmt::format("{}# {}\n", indent, line);
    line.clear();
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" \n\r\t", at), text.size());
    const std::string_view word = text.substr(at, end - at);
    if (line.size() + word.size() >= kColumns) put();
    if (!word.empty()) line += (line.empty() ? "" : " ") + std::string(word);
    at = end + 1;
  }
  put();
  return out;
}

std::string header(const NewPackAnswers& answers) {
  std::string out = comment(answers.title + ": made by `tocsin new` from four answers.") + "#\n";
  out += comment(fmt::format("Which dimensions matter: {}.", fmt::join(answers.dimensions, ", ")));
  std::vector<std::string> threats;
  for (const NewThreat& threat : answers.threats) threats.push_back(threat.code);
  out += comment(fmt::format("Which threats have met here before: {}. {}", fmt::join(threats, ", "),
                             answers.met));
  out +=
      comment("What is being missed: " + (answers.missed.empty() ? "not said." : answers.missed));
  out += comment("What is wanted: " + (answers.wanted.empty() ? "not said." : answers.wanted));
  return out + "#\n" +
         comment(
             "The thresholds are a beginning. Put the reason and the source of each into its 'why' "
             "and 'reference', or change it; `tocsin check` and `tocsin test --coverage` say what "
             "is wrong and what is not tried.") +
         "\n";
}

std::string signals(const std::vector<PlannedSignal>& planned) {
  std::string out = "signals:\n";
  for (const PlannedSignal& signal : planned) {
    out += comment(signal.advice, "  ");
    out += fmt::format("  {}:\n    title: {}\n    dimension: {}\n    when: {}\n    why: {}\n",
                       signal.name, quoted(signal.title), signal.dimension, quoted(signal.when),
                       quoted(signal.why));
  }
  return out;
}

std::string patterns(const NewPackAnswers& answers) {
  std::string out = "patterns:\n";
  out += comment(
      "`dimensions()` counts the dimensions in which a threat has been on within the window. A "
      "dimension that is not known raises nothing and clears nothing.",
      "  ");
  out += fmt::format("  meet:\n    title: {}\n    window: 90d\n", quoted(answers.title));
  if (answers.warning_dimensions > 1)
    out += fmt::format("    watch: dimensions() >= {}\n", answers.warning_dimensions - 1);
  out +=
      fmt::format("    warning: dimensions() >= {}\n    linger: 30d\n", answers.warning_dimensions);
  if (!answers.wanted.empty())
    out += fmt::format("    advise:\n      - {{function: {}, horizon: short, text: {}}}\n",
                       answers.function, quoted(answers.wanted));
  return out;
}

std::string pack_text(const NewPackAnswers& answers, const std::vector<PlannedSignal>& planned) {
  std::vector<std::string> regions;
  for (const std::string& region : answers.regions) regions.push_back(quoted(region));
  return header(answers) +
         fmt::format("pack: {}\ntitle: {}\nregions: [{}]\n\n", quoted(answers.name),
                     quoted(answers.title), fmt::join(regions, ", ")) +
         signals(planned) + "\n" + patterns(answers);
}

std::string lines_of(const std::vector<std::string>& records) {
  if (records.empty()) return "    records: []\n";
  std::string out = "    records:\n";
  for (const std::string& record : records) out += "      - " + record + "\n";
  return out;
}

std::string scenarios_text(const NewPackAnswers& answers, const PackPlan& plan) {
  std::vector<std::string> names, fires, quiet;
  for (const PlannedSignal& signal : plan.signals) {
    names.push_back(signal.name);
    fires.insert(fires.end(), signal.fires.begin(), signal.fires.end());
    quiet.insert(quiet.end(), signal.quiet.begin(), signal.quiet.end());
  }
  const std::string day = format_day(kScenarioDay);
  const std::string all = fmt::format("[{}]", fmt::join(names, ", "));
  return comment("Scenarios of " + answers.name +
                 ": records that go the way of real ones, and what must come of them. Add those "
                 "that you remember.") +
         fmt::format(
             "pack: {}\nproducer: {}\npattern: meet\nregion: {}\nbegins: {}\n\nscenarios:\n",
             quoted(answers.name), plan.producer, quoted(plan.region),
             format_day(kScenarioDay + -30)) +
         "  fires:\n    says: Every threat stands at its threshold, all on one day.\n" +
         lines_of(fires) +
         fmt::format(
             "    days:\n      - {{day: {}, on: {}, level: warning}}\n"
             "    alerts:\n      - {{day: {}, kind: raised, level: warning}}\n\n",
             day, all, day) +
         "  quiet:\n    says: Every threat is a step below its threshold.\n" + lines_of(quiet) +
         fmt::format("    days:\n      - {{day: {}, off: {}, level: none}}\n    alerts: []\n\n",
                     day, all) +
         "  blind:\n    says: Nobody reports anything. Nothing is raised, and nothing is said to "
         "be well.\n    records: []\n" +
         fmt::format(
             "    days:\n      - {{day: {}, unknown: {}, level: none, possible: warning}}\n"
             "    alerts: []\n",
             day, all);
}

}  // namespace

tl::expected<NewPack, std::vector<AnswerError>> make_pack(const Catalogue& catalogue,
                                                          const NewPackAnswers& answers) {
  auto plan = plan_pack(catalogue, answers);
  if (!plan) return tl::unexpected(std::move(plan.error()));
  const auto canonical = [](const std::string& file, const std::string& text) {
    auto formatted = format_pack(file, text);
    require(formatted.has_value(), "what is made of checked answers is YAML");
    return *std::move(formatted);
  };
  return NewPack{canonical(answers.name + ".yaml", pack_text(answers, plan->signals)),
                 canonical(answers.name + ".scenarios.yaml", scenarios_text(answers, *plan))};
}

}  // namespace tocsin
