#include "daemon/commands_test.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <ostream>

#include "daemon/contents.h"
#include "daemon/scenario/suite.h"
#include "rules/yaml_tree.h"

namespace tocsin {
namespace {

constexpr int kDone = 0, kNo = 1, kCannot = 2;

// A pack with what its scenarios are, and where they stand.
struct Suite {
  Pack pack;
  std::vector<Scenario> scenarios;
  std::string scenario_file;
};

class TestRun {
 public:
  TestRun(const TestOptions& options, std::ostream& out, std::ostream& err)
      : options_(options), out_(out), err_(err) {}

  int run() {
    if (!load()) return kCannot;
    for (const Suite& suite : suites_) results_.push_back(play(suite));
    if (options_.format == OutputFormat::kJson) {
      out_ << suites_json(results_) << "\n";
    } else {
      for (const SuiteResult& result : results_) out_ << suite_text(result);
    }
    if (!options_.junit_file.empty() && !write_junit()) return kCannot;
    return answer();
  }

 private:
  bool load() {
    auto contents = read_contents(options_.config_directory);
    if (!contents) return say(contents.error().message);
    if (!options_.packs.empty()) {
      // They are tried one by one and need not go together.
      contents->packs.clear();
      contents->settings.reset();
    }
    for (const std::string& path : options_.packs) {
      auto text = read_file(path);
      if (!text) return say(text.error().message);
      contents->packs[path] = *std::move(text);
    }
    Numbering numbering;
    auto loaded = load_contents(*contents, numbering);
    if (!loaded) return say(loaded.error().message);
    catalogue_ = loaded->catalogue;
    bool good = true;
    for (Pack& pack : loaded->packs) {
      Suite suite{std::move(pack), {}, {}};
      good = read_scenarios(suite, contents->packs.at(suite.pack.file)) && good;
      suites_.push_back(std::move(suite));
    }
    return good && select();
  }

  // From the pack's own file and from the one beside it.
  bool read_scenarios(Suite& suite, const std::string& pack_text) {
    const std::string& file = suite.pack.file;
    const std::string beside =
        (file.ends_with(".yaml") ? file.substr(0, file.size() - 5) : file) + ".scenarios.yaml";
    std::map<std::string, std::string> texts;
    if (std::string inside = second_document(pack_text); !inside.empty()) texts[file] = inside;
    if (auto text = read_file(beside)) texts[beside] = *std::move(text);
    if (texts.empty())
      return say(fmt::format("{}: no scenarios: neither {} nor any behind a line '---' in the pack",
                             file, beside));
    for (const auto& [name, text] : texts) {
      auto parsed = parse_scenarios(name, text, *catalogue_, suite.pack);
      if (!parsed) {
        for (const Diagnostic& diagnostic : parsed.error()) err_ << render(diagnostic, text);
        return false;
      }
      suite.scenario_file = name;
      std::ranges::move(*parsed, std::back_inserter(suite.scenarios));
    }
    return true;
  }

  // Leaves those that are asked for; each name must be somewhere.
  bool select() {
    if (options_.only.empty()) return true;
    std::vector<std::string> known, unknown;
    for (const Suite& suite : suites_)
      for (const Scenario& scenario : suite.scenarios) known.push_back(scenario.name);
    for (const std::string& name : options_.only)
      if (!std::ranges::count(known, name)) unknown.push_back(name);
    if (!unknown.empty())
      return say(fmt::format("no scenario {}; there are {}", fmt::join(unknown, ", "),
                             fmt::join(known, ", ")));
    for (Suite& suite : suites_)
      std::erase_if(suite.scenarios, [&](const Scenario& scenario) {
        return !std::ranges::count(options_.only, scenario.name);
      });
    std::erase_if(suites_, [](const Suite& suite) { return suite.scenarios.empty(); });
    return true;
  }

  SuiteResult play(const Suite& suite) {
    const bool coverage = options_.coverage || options_.least_coverage > 0;
    SuiteResult result = run_suite(suite.scenarios, *catalogue_, suite.pack,
                                   coverage ? SuiteDepth::kCoverage : SuiteDepth::kScenarios);
    result.scenario_file = suite.scenario_file;
    if (!options_.mutate && options_.least_killed == 0) return result;
    if (result.failed() == 0) {
      run_mutations(result, suite.scenarios, *catalogue_, suite.pack);
    } else {
      err_ << result.pack_file << ": no mistakes are put in while scenarios fail\n";
    }
    return result;
  }

  bool write_junit() {
    std::ofstream file(options_.junit_file, std::ios::binary);
    file << suites_junit(results_);
    file.close();
    return file.good() || say(options_.junit_file + ": cannot be written");
  }

  int answer() {
    bool good = true;
    for (const SuiteResult& result : results_) {
      good = good && result.failed() == 0;
      if (result.covered() < options_.least_coverage)
        good = say(fmt::format("{}: conditions came to {} % of what they can; asked for {} %",
                               result.pack_file, result.covered(), options_.least_coverage));
      if (options_.least_killed > 0 && result.killed() < options_.least_killed)
        good = say(fmt::format("{}: scenarios notice {} % of small mistakes; asked for {} %",
                               result.pack_file, result.killed(), options_.least_killed));
    }
    return good ? kDone : kNo;
  }

  bool say(const std::string& message) {
    err_ << message << (message.ends_with('\n') ? "" : "\n");
    return false;
  }

  const TestOptions& options_;
  std::ostream& out_;
  std::ostream& err_;
  std::shared_ptr<const Catalogue> catalogue_;
  std::vector<Suite> suites_;
  std::vector<SuiteResult> results_;
};

}  // namespace

int run_test(const TestOptions& options, std::ostream& out, std::ostream& err) {
  return TestRun(options, out, err).run();
}

}  // namespace tocsin
