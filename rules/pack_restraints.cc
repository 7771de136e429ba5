#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "rules/pack_reader.h"

// What keeps a pattern's alerts from being raised at once: mute, budget, decision.
namespace tocsin {
namespace {

constexpr std::int64_t kHour = 3'600'000;
constexpr std::int64_t kWithinMax = 90 * kMillisecondsPerDay;
constexpr std::int64_t kBudgetMax = 1'000;

std::vector<std::string> words_for(std::initializer_list<Around> around) {
  std::vector<std::string> words;
  for (const Around one : around) words.emplace_back(name_of(one));
  return words;
}

}  // namespace

void PackReader::read_restraints(const YamlMapping& item, Pattern& pattern) {
  const YamlNode* mute = item.find("mute");
  const YamlNode* budget = item.find("budget");
  const YamlNode* decision = item.find("decision");
  if (mute != nullptr) read_mute(*mute, pattern);
  if (budget != nullptr) read_budget(*budget, pattern);
  if (decision != nullptr) read_decision(*decision, pattern);
}

// One of `allowed`, which are words of the enum.
std::optional<Around> PackReader::around(const YamlReader::Word& word,
                                         std::initializer_list<Around> allowed) {
  for (const Around one : allowed)
    if (name_of(one) == word.text) return one;
  reader_.report_unknown(*word.node, "place", words_for(allowed));
  return std::nullopt;
}

void PackReader::read_mute(const YamlNode& node, Pattern& pattern) {
  const YamlMapping item(reader_, node, "mute of pattern " + pattern.name,
                         {"for", "place", "patterns", "overrides"});
  Mute mute;
  item.need("for");
  if (days(item, "for") > 0) mute.length = tokenize(item.text("for", ""))->front().span;
  if (const YamlNode* places = item.find("place")) {
    for (const auto& word : one_or_more(*places, "place of mute"))
      if (const auto place =
              around(word, {Around::kSame, Around::kParent, Around::kChildren, Around::kNeighbours,
                            Around::kBasin, Around::kCountry, Around::kPack}))
        mute.places.push_back(*place);
  } else {
    mute.places = {Around::kSame};
  }
  const auto self = static_cast<std::uint32_t>(&pattern - pack_.patterns.data());
  if (const YamlNode* patterns = item.find("patterns")) {
    std::vector<std::string> names;
    for (const Pattern& one : pack_.patterns) names.push_back(one.name);
    for (const auto& word : one_or_more(*patterns, "patterns of mute"))
      if (const Pattern* found = pack_.find_pattern(word.text))
        mute.patterns.push_back(static_cast<std::uint32_t>(found - pack_.patterns.data()));
      else
        reader_.report_unknown(*word.node, "pattern", names);
    std::sort(mute.patterns.begin(), mute.patterns.end());
  } else {
    mute.patterns = {self};
  }
  read_overrides(item, pattern);
  pattern.mute = std::move(mute);
}

void PackReader::read_budget(const YamlNode& node, Pattern& pattern) {
  const YamlMapping item(reader_, node, "budget of pattern " + pattern.name,
                         {"at_most", "per", "place", "overrides"});
  Budget budget;
  budget.at_most = item.need_integer("at_most", 1, kBudgetMax);
  const std::string per = item.need_text("per");
  std::vector<std::string> known;
  bool found = false;
  for (const Season& season : pack_.seasons) {
    known.push_back(season.name());
    if (season.name() != per) continue;
    budget.per = season;
    found = true;
  }
  if (!found && !per.empty()) reader_.report_unknown(*item.find("per"), "season", known);
  if (const YamlNode* place = item.find("place"))
    if (const auto one = around({item.text("place", ""), place},
                                {Around::kSame, Around::kParent, Around::kCountry, Around::kPack}))
      budget.place = *one;
  read_overrides(item, pattern);
  pattern.budget = std::move(budget);
}

// It lifts the mute, the budget and a person's mute alike, so that a pattern has one.
void PackReader::read_overrides(const YamlMapping& item, Pattern& pattern) {
  const YamlNode* node = item.find("overrides");
  if (node == nullptr) return;
  if (!pattern.overrides.empty())
    reader_.report(*node, "pattern " + pattern.name + " has 'overrides' twice",
                   "once: it lifts the mute and the budget");
  pattern.overrides = ledger_condition(item, "overrides");
}

// A condition that the ledger asks. It is judged in the alert's own region, so it has no neighbours
// to wait for.
Expression PackReader::ledger_condition(const YamlMapping& item, std::string_view key) {
  Expression parsed = condition(item, key, Scope::kPattern);
  if (parsed.reads_neighbours)
    reader_.report(*item.find(key), std::string(key) + " reads neighbours",
                   "what the region's own signals say");
  return parsed;
}

void PackReader::read_decision(const YamlNode& node, Pattern& pattern) {
  const YamlMapping item(reader_, node, "decision of pattern " + pattern.name,
                         {"within", "agree", "veto", "silence", "ask"});
  Decision decision;
  decision.within_ms = within(item);
  decision.agree = ledger_condition(item, "agree");
  decision.veto = ledger_condition(item, "veto");
  item.need("silence");
  decision.silence = item.choice<Silence>("silence", Silence::kRefuses,
                                          {{name_of(Silence::kAgrees), Silence::kAgrees},
                                           {name_of(Silence::kRefuses), Silence::kRefuses}});
  if (!item.has("agree") && !item.has("veto"))
    reader_.report(node, "the decision of pattern " + pattern.name + " cannot be taken",
                   "'agree', 'veto' or both with a condition");
  else if (!item.has("agree") && item.has("silence") && decision.silence == Silence::kRefuses)
    reader_.report(*item.find("silence"),
                   "pattern " + pattern.name + " could never be raised: nobody can agree",
                   "'agree' with a condition, or silence: agrees");
  std::vector<std::string> committees;
  for (const Committee& committee : catalogue_.committees) committees.push_back(committee.key);
  for (const auto& word : item.need_words("ask")) {
    if (std::ranges::find(committees, word.text) == committees.end())
      reader_.report_unknown(*word.node, "committee", committees);
    decision.ask.push_back(word.text);
  }
  if (const YamlNode* ask = item.find("ask"); ask != nullptr && decision.ask.empty())
    reader_.report(*ask, "nobody is asked", "at least one committee");
  std::sort(decision.ask.begin(), decision.ask.end());
  pattern.decision = std::move(decision);
}

// "48h", "5d", in milliseconds; 1 where it is wrong and reported.
std::int64_t PackReader::within(const YamlMapping& item) {
  const std::string text = item.need_text("within");
  const YamlNode* node = item.find("within");
  if (node == nullptr || text.empty()) return 1;
  std::int64_t found = 0;
  if (const auto tokens = tokenize(text); tokens && tokens->size() == 2) {
    const Token& token = tokens->front();
    const bool days = token.kind == TokenKind::kSpan && token.span.unit == SpanUnit::kDays;
    const bool hours = token.kind == TokenKind::kNumber && token.text == "h" &&
                       token.number == std::floor(token.number) && token.number < 1e4;
    if (days) found = token.span.count * kMillisecondsPerDay;
    if (hours) found = static_cast<std::int64_t>(token.number) * kHour;
  }
  if (found > 0 && found <= kWithinMax) return found;
  reader_.report(*node, "'" + text + "' is no time to decide in", "48h, 5d, at most 90d");
  return 1;
}

}  // namespace tocsin
