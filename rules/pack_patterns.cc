#include <algorithm>

#include "rules/pack_reader.h"

// The patterns of a pack.
namespace tocsin {

void PackReader::name_patterns(const YamlNode& node) {
  for (const YamlEntry& entry : reader_.named_entries(node, "patterns")) {
    Pattern pattern;
    pattern.name = entry.key.text;
    check_name(entry.key);
    if (pack_.find_signal(pattern.name) != nullptr || pack_.find_bands(pattern.name) != nullptr)
      reader_.report(entry.key, "'" + pattern.name + "' is already the name of a signal");
    pattern_nodes_.push_back(&entry.value);
    pack_.patterns.push_back(std::move(pattern));
  }
}

void PackReader::read_patterns() {
  // Conditions may ask where a pattern is judged that stands below.
  for (std::size_t i = 0; i < pattern_nodes_.size(); ++i)
    for (const YamlEntry& field : pattern_nodes_[i]->entries)
      if (field.key.text == "at")
        pack_.patterns[i].at = places(field.value, "at of pattern " + pack_.patterns[i].name);
  for (std::size_t i = 0; i < pattern_nodes_.size(); ++i) {
    Pattern& pattern = pack_.patterns[i];
    const YamlMapping item(
        reader_, *pattern_nodes_[i], "pattern " + pattern.name,
        {"title", "at", "window", "levels", "watch", "warning", "emergency", "names", "linger",
         "lapse", "share", "advise", "mute", "budget", "decision", "reference"});
    read_pattern(item, *pattern_nodes_[i], pattern);
  }
  check_levels_read();
}

void PackReader::read_pattern(const YamlMapping& item, const YamlNode& node, Pattern& pattern) {
  pattern.title = item.text("title", pattern.name);
  pattern.reference = item.text("reference", "");
  if (const std::int32_t window = days(item, "window"); window > 0)
    pattern.window = {window, SpanUnit::kDays};
  read_window(item, pattern);
  pattern.linger_days = days(item, "linger");
  pattern.lapse_days = days(item, "lapse");
  for (const auto& word : item.words("share"))
    if (const Region* found = region(*word.node, word.text)) pattern.share.push_back(found->id);
  read_levels(item, node, pattern);
  if (const YamlNode* advise = item.find("advise")) read_advice(*advise, pattern);
  read_restraints(item, pattern);
}

void PackReader::read_levels(const YamlMapping& item, const YamlNode& node, Pattern& pattern) {
  const YamlNode* levels = item.find("levels");
  if (levels != nullptr) read_levels_of(*levels, pattern);
  bool any = levels != nullptr;
  for (const Level level : {Level::kWatch, Level::kWarning, Level::kEmergency}) {
    Expression& at_level = pattern.levels[static_cast<std::size_t>(level)];
    const YamlNode* own = item.find(name_of(level));
    if (own != nullptr && levels != nullptr)
      reader_.report(*own,
                     "pattern " + pattern.name + " has 'levels' and a condition for " +
                         std::string(name_of(level)),
                     "either of them");
    if (levels == nullptr) at_level = condition(item, name_of(level), Scope::kPattern);
    any = any || own != nullptr;
    if (!at_level.empty() && !at_level.reads_neighbours) pattern.base_top = level;
  }
  if (!any)
    reader_.report(node, "pattern " + pattern.name + " has no level",
                   "watch, warning or emergency with a condition, or levels");
  if (const YamlNode* names = item.find("names")) read_level_names(*names, pattern);
}

void PackReader::read_window(const YamlMapping& item, Pattern& pattern) {
  const YamlNode* node = item.find("window");
  if (node == nullptr) return;
  const auto tokens = tokenize(node->text);
  if (tokens && tokens->size() == 2 && tokens->front().kind == TokenKind::kSpan &&
      tokens->front().span.count > 0)
    pattern.window = tokens->front().span;
}

void PackReader::read_advice(const YamlNode& node, Pattern& pattern) {
  for (const YamlNode& advice : reader_.items(node, "advise")) {
    const YamlMapping item(reader_, advice, "advice", {"function", "horizon", "from", "text"});
    Pattern::LevelAdvice out;
    const auto word = [&](std::string_view key, std::initializer_list<std::string_view> allowed) {
      YamlMapping::Choices<std::string> choices;
      for (const auto one : allowed) choices.emplace_back(one, std::string(one));
      return item.choice<std::string>(key, std::string(*allowed.begin()), choices);
    };
    out.advice.function =
        word("function", {"legislate", "oversee", "budget", "represent", "diplomacy"});
    out.advice.horizon = word("horizon", {"short", "medium", "long"});
    out.least = item.choice<Level>(
        "from", Level::kWatch,
        {{"watch", Level::kWatch}, {"warning", Level::kWarning}, {"emergency", Level::kEmergency}});
    out.advice.text = item.need_text("text");
    pattern.advise.push_back(std::move(out));
  }
}

// What reads the level of a pattern reads its base fold, which has only levels that read no
// neighbours (docs/SEMANTICS.md section 4); in the same region, that of a pattern above.
void PackReader::check_levels_read() {
  for (std::uint32_t i = 0; i < pack_.patterns.size(); ++i) {
    const Pattern& pattern = pack_.patterns[i];
    for (const Expression& level : pattern.levels) check_levels_in(i, level, Asker::kFold);
    check_levels_in(i, pattern.overrides, Asker::kLedger);
    if (!pattern.decision) continue;
    check_levels_in(i, pattern.decision->agree, Asker::kLedger);
    check_levels_in(i, pattern.decision->veto, Asker::kLedger);
  }
}

void PackReader::check_levels_in(std::uint32_t reader, const Expression& condition, Asker asker) {
  for (const Node& node : condition.nodes) {
    const bool around = node.op == Op::kNeighbours || node.op == Op::kBasin || node.elsewhere;
    if (node.op != Op::kNeighbours && node.op != Op::kBasin && node.op != Op::kOn &&
        node.op != Op::kActive)
      continue;
    for (const Subject& subject : condition.subjects_of(node))
      if (subject.kind == Subject::Kind::kPatternLevel)
        check_level_read(reader, subject, around, asker);
  }
}

// The ledger asks when every pattern is folded, so it may read those below.
void PackReader::check_level_read(std::uint32_t reader, const Subject& subject, bool around,
                                  Asker asker) {
  const Pattern& read = pack_.patterns[subject.index];
  const std::string named = "'" + read.name + " >= " + std::string(name_of(subject.level)) + "'";
  if (!around && asker == Asker::kFold && subject.index >= reader) {
    reader_.report(*pattern_nodes_[reader],
                   "pattern " + pack_.patterns[reader].name + " reads " + named +
                       ", which does not stand above it",
                   "patterns in the order in which they build on each other");
    return;
  }
  const auto& here = pack_.patterns[reader].at;
  if (!around && !read.at.empty() &&
      (here.empty() || !std::includes(read.at.begin(), read.at.end(), here.begin(), here.end()))) {
    reader_.report(*pattern_nodes_[reader],
                   "pattern " + pack_.patterns[reader].name + " reads " + named +
                       ", which is not judged everywhere where " + pack_.patterns[reader].name +
                       " is",
                   "the same 'at', or a pattern without one");
    return;
  }
  const Expression& level = read.levels[static_cast<std::size_t>(subject.level)];
  if (!level.empty() && !level.reads_neighbours) return;
  reader_.report(*pattern_nodes_[reader],
                 named + " cannot be read" + (around ? " of neighbours" : "") + ": its condition " +
                     (level.empty() ? "is missing" : "reads neighbours itself"),
                 read.base_top == Level::kNone
                     ? "a level that reads no neighbours"
                     : "levels up to " + std::string(name_of(read.base_top)));
}

}  // namespace tocsin
