#include "daemon/new_pack_questions.h"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <istream>
#include <ostream>
#include <set>

#include "rules/yaml_reader.h"

namespace tocsin {
namespace {

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// Between commas.
std::vector<std::string> listed(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    if (const std::string word = trimmed(text.substr(at, end - at)); !word.empty())
      out.push_back(word);
    at = end + 1;
  }
  return out;
}

// Thrown where the answers end.
struct NoMoreAnswers {};

class Questions {
 public:
  Questions(const Catalogue& catalogue, std::istream& in, std::ostream& out)
      : catalogue_(catalogue), in_(in), out_(out) {}

  NewPackAnswers ask(const std::string& name) {
    NewPackAnswers answers;
    answers.name = name;
    fmt::print(out_,
               "A rule pack says when threats meet. Four questions make its first version; an\n"
               "empty line takes what stands in [brackets]. Everything can be changed later.\n\n");
    answers.title = text("What shall it be called, for people?", name);
    answers.regions = regions();
    answers.dimensions = dimensions();
    threats(answers);
    fmt::print(out_, "\n3. What is being missed?\n");
    answers.missed = text("   What does nobody see in time today? One line.", "");
    wanted(answers);
    return answers;
  }

 private:
  std::string line() {
    out_ << "> " << std::flush;
    std::string text;
    if (!std::getline(in_, text)) throw NoMoreAnswers();
    return trimmed(text);
  }

  std::string text(const std::string& question, const std::string& by_default) {
    fmt::print(out_, "{}{}\n", question,
               by_default.empty() ? "" : fmt::format(" [{}]", by_default));
    const std::string said = line();
    return said.empty() ? by_default : said;
  }

  // Some of `known`, by their codes; until all that is said is known.
  std::vector<std::string> some_of(const std::string& question, std::string_view what,
                                   const std::vector<std::string>& known) {
    while (true) {
      const std::vector<std::string> said = listed(text(question, ""));
      std::string wrong;
      for (const std::string& one : said)
        if (wrong.empty() && std::ranges::find(known, one) == known.end()) wrong = one;
      if (!said.empty() && wrong.empty()) return said;
      if (said.empty()) {
        fmt::print(out_, "   At least one {} is needed.\n", what);
      } else {
        const std::string near = nearest(wrong, known);
        fmt::print(out_, "   There is no {} '{}'.{}\n", what, wrong,
                   near.empty() ? "" : " Did you mean " + near + "?");
      }
    }
  }

  std::vector<std::string> regions() {
    return some_of(
        "\nWhere is it watched? Codes of regions, with commas between; a country or a basin\n"
        "stands for what it holds.",
        "region", catalogue_.regions.codes());
  }

  std::vector<std::string> dimensions() {
    fmt::print(out_, "\n1. Which dimensions of security matter here?\n");
    std::vector<std::string> known;
    for (const Dimension& dimension : catalogue_.dimensions) {
      const auto threats = threats_of(catalogue_, dimension.id);
      fmt::print(
          out_, "   {}: {}\n", dimension.code,
          threats.empty() ? "nobody reports on it" : fmt::format("{}", fmt::join(threats, ", ")));
      if (!threats.empty()) known.push_back(dimension.code);
    }
    return some_of("   Their names, with commas between.", "dimension that somebody reports on",
                   known);
  }

  void threats(NewPackAnswers& answers) {
    fmt::print(out_, "\n2. Which threats have met here before?\n");
    std::vector<std::string> known;
    for (const std::string& code : answers.dimensions)
      for (const std::string& threat :
           threats_of(catalogue_, catalogue_.find_dimension(code)->id)) {
        fmt::print(out_, "   {}\n", told_threat(catalogue_, threat));
        known.push_back(threat);
      }
    for (const std::string& code :
         some_of("   Their names, with commas between.", "threat", known)) {
      const auto named = [&](const NewThreat& threat) { return threat.code == code; };
      if (std::ranges::none_of(answers.threats, named))
        answers.threats.push_back({code, threshold(code)});
    }
    answers.met = text("   When and where did they meet? One line.", "");
  }

  std::string threshold(const std::string& code) {
    const Indicator* indicator = catalogue_.find_indicator(code);
    const auto by_itself = threat_error(catalogue_, {code, ""});
    std::string usual = "a quarter off its normal";
    if (indicator == nullptr) usual = "4 events within four weeks";
    if (indicator != nullptr && !indicator->scale.empty()) usual = "the worst word";
    while (true) {
      const std::string from =
          text(fmt::format("   From where on is {} a threat?", code), by_itself ? "" : usual);
      const NewThreat threat{code, from == usual ? "" : from};
      const auto error = threat_error(catalogue_, threat);
      if (!error) return threat.from;
      fmt::print(out_, "   {}. Allowed: {}.\n", error->message, error->allowed);
    }
  }

  void wanted(NewPackAnswers& answers) {
    fmt::print(out_, "\n4. What is wanted?\n");
    const std::set<std::string> dimensions = [&] {
      std::set<std::string> met;
      for (const NewThreat& threat : answers.threats) {
        const Indicator* indicator = catalogue_.find_indicator(threat.code);
        const DimensionId id = indicator != nullptr
                                   ? indicator->dimension
                                   : catalogue_.find_event_kind(threat.code)->dimension;
        met.insert(catalogue_.dimensions[id.number()].code);
      }
      return met;
    }();
    answers.warning_dimensions = dimensions.size();
    while (dimensions.size() > 1) {
      const std::string most = std::to_string(dimensions.size());
      const std::string said = text(
          fmt::format("   In how many dimensions must threats meet for a warning, 1 to {}?", most),
          dimensions.size() > 2 ? std::to_string(dimensions.size() - 1) : most);
      const bool fits = said.size() == 1 && said[0] >= '1' && said <= most;
      if (fits) {
        answers.warning_dimensions = static_cast<std::size_t>(said[0] - '0');
        break;
      }
      fmt::print(out_, "   '{}' is no such number. Allowed: 1 to {}.\n", said, most);
    }
    answers.wanted = text("   What is a committee asked to do then? One line.", "");
    if (answers.wanted.empty()) return;
    const auto functions = committee_functions();
    answers.function =
        some_of(fmt::format("   Which of its functions is that: {}?", fmt::join(functions, ", ")),
                "function of a committee", functions)
            .front();
  }

  const Catalogue& catalogue_;
  std::istream& in_;
  std::ostream& out_;
};

// `threats` is a list of codes, or a mapping from each to where it begins.
void read_threats(YamlReader& reader, const YamlNode& node, NewPackAnswers& answers) {
  if (node.kind == YamlNode::Kind::kMapping) {
    for (const YamlEntry& entry : reader.named_entries(node, "threats"))
      answers.threats.push_back(
          {entry.key.text,
           reader.text(entry.value, "where " + entry.key.text + " begins").value_or("")});
    return;
  }
  for (const auto& word : reader.words(node, "threats")) answers.threats.push_back({word.text, ""});
}

}  // namespace

std::optional<NewPackAnswers> ask_for_pack(const Catalogue& catalogue, const std::string& name,
                                           std::istream& in, std::ostream& out) {
  try {
    return Questions(catalogue, in, out).ask(name);
  } catch (const NoMoreAnswers&) {
    return std::nullopt;
  }
}

tl::expected<NewPackAnswers, Diagnostics> read_answers(const std::string& file,
                                                       const std::string& text,
                                                       const std::string& name) {
  Diagnostics diagnostics;
  const auto yaml = parse_yaml(file, text, diagnostics);
  if (!yaml) return tl::unexpected(std::move(diagnostics));
  YamlReader reader(*yaml, diagnostics);
  const YamlMapping top(reader, yaml->root, "the answers",
                        {"pack", "title", "regions", "dimensions", "threats", "met", "missed",
                         "warning", "wanted", "function"});
  NewPackAnswers answers;
  answers.name = top.text("pack", name);
  answers.title = top.text("title", answers.name);
  for (const auto& word : top.need_words("regions")) answers.regions.push_back(word.text);
  for (const auto& word : top.need_words("dimensions")) answers.dimensions.push_back(word.text);
  if (const YamlNode* node = top.need("threats")) read_threats(reader, *node, answers);
  answers.met = top.text("met", "");
  answers.missed = top.text("missed", "");
  answers.wanted = top.text("wanted", "");
  answers.function = top.text("function", answers.function);
  answers.warning_dimensions = static_cast<std::size_t>(
      top.integer("warning", std::min<std::int64_t>(2, std::ssize(answers.dimensions)), 1, 100));
  if (diagnostics.empty()) return answers;
  std::ranges::sort(diagnostics);
  return tl::unexpected(std::move(diagnostics));
}

}  // namespace tocsin
