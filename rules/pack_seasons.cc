#include <algorithm>

#include "rules/pack_reader.h"
#include "rules/static_check.h"

// The seasons of a pack, and the keys of its signals that speak about them.
namespace tocsin {
namespace {

// A comment would hide what is put behind it.
std::string in_parentheses(const std::string& text) {
  return "(" + text + (text.find('#') == std::string::npos ? ")" : "\n)");
}

}  // namespace

void PackReader::read_seasons(const YamlMapping& top) {
  pack_.seasons.push_back(Season::whole_year());
  const YamlNode* node = top.find("seasons");
  if (node == nullptr) return;
  for (const YamlEntry& entry : reader_.named_entries(*node, "seasons")) {
    check_name(entry.key);
    if (entry.key.text == "year") {
      reader_.report(entry.key, "the season year is there already: January .. December",
                     "another name");
      continue;
    }
    const auto text = reader_.text(entry.value, "season " + entry.key.text);
    if (!text) continue;
    auto season = Season::parse(entry.key.text, *text);
    if (season) {
      pack_.seasons.push_back(std::move(*season));
      continue;
    }
    const ExpressionError& error = season.error();
    reader_.report_within(entry.value, error.begin, error.length, error.message, error.allowed,
                          error.suggestion);
  }
}

// One season or a list of them, as names; one that does not exist is reported and left out.
std::vector<std::string> PackReader::season_names(const YamlMapping& item, std::string_view key) {
  const YamlNode* node = item.find(key);
  if (node == nullptr) return {};
  std::vector<YamlReader::Word> words;
  if (node->kind == YamlNode::Kind::kSequence) {
    words = item.words(key);
  } else if (const auto text = reader_.text(*node, key)) {
    words.push_back({*text, node});
  }
  std::vector<std::string> known, names;
  for (const Season& season : pack_.seasons) known.push_back(season.name());
  for (const auto& word : words) {
    if (std::ranges::find(known, word.text) != known.end())
      names.push_back(word.text);
    else
      reader_.report_unknown(*word.node, "season", known);
  }
  return names;
}

// `given:` and `during:` stand for the operators around every condition of the signal; off season
// its `clear` is true.
void PackReader::read_guards(const YamlMapping& item, Signal& signal) {
  const Expression guard = condition(item, "given", Scope::kSignal);
  const std::vector<std::string> seasons = season_names(item, "during");
  if ((guard.empty() && seasons.empty()) || signal.when.empty()) return;
  std::string season;
  for (const std::string& name : seasons) season += (season.empty() ? "" : " or ") + name;
  const YamlNode* bands = item.find("bands");
  const YamlNode& judged = bands == nullptr ? *item.find("when") : *bands;
  const auto guarded = [&](const Expression& plain, std::string_view key) -> Expression {
    if (plain.empty()) return {};
    const bool clears = key == "clear";
    std::string text = plain.text;
    if (!guard.empty()) text = in_parentheses(text) + " given " + in_parentheses(guard.text);
    if (!season.empty() && clears) text = "not " + in_parentheses(text);
    if (!season.empty()) text = in_parentheses(text) + " during (" + season + ")";
    if (!season.empty() && clears) text = "not " + in_parentheses(text);
    auto parsed = parse_expression(text, catalogue_, pack_, Scope::kSignal);
    if (parsed) return std::move(*parsed);
    reader_.report(key == "clear" ? *item.find(key) : judged,
                   "with given: and during: around it: " + parsed.error().message,
                   parsed.error().allowed);
    return {};
  };
  signal.when = guarded(signal.when, "when");
  signal.clear = guarded(signal.clear, "clear");
}

void PackReader::read_latch(const YamlMapping& item, Signal& signal) {
  const YamlNode* node = item.find("latch");
  if (node == nullptr) return;
  const auto text = reader_.text(*node, "latch");
  if (!text) return;
  Latch latch;
  latch.released = !signal.clear.empty();
  for (const Season& season : pack_.seasons)
    if (season.name() == *text) latch.season = season;
  if (!latch.season) {
    const auto tokens = tokenize(*text);
    const bool span = tokens && tokens->size() == 2 && tokens->front().kind == TokenKind::kSpan;
    if (!span) {
      std::vector<std::string> known;
      for (const Season& season : pack_.seasons) known.push_back(season.name());
      reader_.report(*node, "'" + *text + "' is no season of the pack and no span of time",
                     list_words(known) + ", or a span such as 90d", nearest(*text, known));
      return;
    }
    latch.days = days(item, "latch");
  }
  signal.latch = std::move(latch);
}

}  // namespace tocsin
