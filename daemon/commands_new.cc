#include "daemon/commands_new.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <boost/json.hpp>
#include <filesystem>
#include <istream>
#include <ostream>

#include "daemon/contents.h"
#include "daemon/new_pack_questions.h"
#include "daemon/replace_file.h"
#include "daemon/scenario/scenario.h"

namespace tocsin {
namespace {

namespace json = boost::json;

constexpr int kDone = 0, kNo = 1, kCannot = 2;

class NewCommand {
 public:
  NewCommand(const NewOptions& options, std::istream& in, std::ostream& out, std::ostream& err)
      : options_(options), in_(in), out_(out), err_(err) {}

  int run() {
    const std::filesystem::path pack(options_.file);
    if (pack.extension() != ".yaml")
      return say(kNo, options_.file + ": a pack is a file NAME.yaml");
    scenarios_ = std::filesystem::path(pack).replace_extension(".scenarios.yaml").string();
    for (const std::string& file : {options_.file, scenarios_})
      if (!options_.force && std::filesystem::exists(file))
        return say(kNo, file + " is there already; --force writes over it");
    const auto contents = read_contents(options_.config_directory);
    if (!contents) return say(kCannot, contents.error().message);
    Numbering numbering;
    auto configuration = load_configuration(contents->configuration, numbering);
    if (!configuration) return say(kCannot, render(configuration.error(), contents->configuration));
    configuration->catalogue.index();
    const auto answers = read(configuration->catalogue, pack.stem().string());
    return answers ? make(configuration->catalogue, *answers) : code_;
  }

 private:
  int say(int code, const std::string& message) {
    err_ << message << (message.ends_with('\n') ? "" : "\n");
    return code;
  }

  std::optional<NewPackAnswers> read(const Catalogue& catalogue, const std::string& name) {
    if (options_.answers_file.empty()) {
      // With --json the questions must not stand in what programs read.
      auto asked =
          ask_for_pack(catalogue, name, in_, options_.format == OutputFormat::kJson ? err_ : out_);
      if (!asked) code_ = say(kCannot, "the answers ended too early: nothing was written");
      return asked;
    }
    const auto text = read_file(options_.answers_file);
    if (!text) {
      code_ = say(kCannot, text.error().message);
      return std::nullopt;
    }
    auto answers = read_answers(options_.answers_file, *text, name);
    if (answers) return *std::move(answers);
    for (const Diagnostic& diagnostic : answers.error()) say(kNo, render(diagnostic, *text));
    code_ = kNo;
    return std::nullopt;
  }

  int make(const Catalogue& catalogue, const NewPackAnswers& answers) {
    const auto made = make_pack(catalogue, answers);
    if (!made) {
      for (const AnswerError& error : made.error())
        say(kNo, fmt::format("{}: {}{} (allowed: {})", error.answer,
                             error.value.empty() ? "" : "'" + error.value + "': ", error.message,
                             error.allowed));
      return kNo;
    }
    const auto pack = parse_pack(options_.file, made->pack, catalogue);
    if (!pack) return say(kCannot, render(pack.error().front(), made->pack));
    const auto scenarios = parse_scenarios(scenarios_, made->scenarios, catalogue, *pack);
    if (!scenarios) return say(kCannot, render(scenarios.error().front(), made->scenarios));
    for (const Scenario& scenario : *scenarios)
      for (const Mismatch& mismatch : run_scenario(scenario, catalogue, *pack))
        return say(kCannot, fmt::format("{}:{}: the scenario {} is not met: {}", scenarios_,
                                        mismatch.line, scenario.name, mismatch.message));
    if (!replace_file(scenarios_, made->scenarios))
      return say(kCannot, scenarios_ + ": cannot be written");
    if (!replace_file(options_.file, made->pack))
      return say(kCannot, options_.file + ": cannot be written");
    tell(*pack, scenarios->size());
    return kDone;
  }

  void tell(const Pack& pack, std::size_t scenarios) {
    if (options_.format == OutputFormat::kJson) {
      out_ << json::serialize(json::object{{"pack", options_.file},
                                           {"scenarios", scenarios_},
                                           {"signals", pack.signals.size()},
                                           {"patterns", pack.patterns.size()},
                                           {"scenarios_met", scenarios}})
           << "\n";
      return;
    }
    fmt::print(out_,
               "\n{}: {} signals and a pattern, no errors\n{}: {} scenarios, all met\n\n"
               "What comes next:\n"
               "  read the pack and put the reason and source of each threshold into it\n"
               "  tocsin check {}\n  tocsin test {} --coverage\n",
               options_.file, pack.signals.size(), scenarios_, scenarios, options_.file,
               options_.file);
  }

  const NewOptions& options_;
  std::istream& in_;
  std::ostream& out_;
  std::ostream& err_;
  std::string scenarios_;
  int code_ = kDone;
};

}  // namespace

std::string new_help() {
  return "Asks which dimensions of security matter, which threats have met here before, what is "
         "being "
         "missed and what is wanted; it offers what the configuration knows. Out come a commented "
         "pack without errors, and scenarios that it meets: every threat at its threshold, every "
         "one a "
         "step below, and nobody reporting. The thresholds are a beginning: give each its "
         "reason.\n\n"
         "Answers for scripts:\n\n"
         "  title: Hunger and clashes\n"
         "  regions: [NG-BO, NG-YO]\n"
         "  dimensions: [food, community]\n"
         "  threats: {ipc3_share: 20 %, communal_violence: 4}   # or a list: [rainfall, "
         "millet_price]\n"
         "  met: 2014, after two failed rains\n"
         "  missed: clashes over wells\n"
         "  warning: 2                                          # dimensions\n"
         "  wanted: Ask for a joint briefing\n"
         "  function: oversee\n\n"
         "Exit code: 0 written; 1 the answers do not do, or the files are there; 2 something can't "
         "be "
         "read or written.\n\n"
         "  tocsin new my-pack.yaml\n"
         "  tocsin new my-pack.yaml --answers answers.yaml --json";
}

int run_new(const NewOptions& options, std::istream& in, std::ostream& out, std::ostream& err) {
  return NewCommand(options, in, out, err).run();
}

}  // namespace tocsin
