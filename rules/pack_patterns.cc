#include <algorithm>

#include "rules/pack_reader.h"

// The patterns of a pack.
namespace tocsin {

void PackReader::name_patterns(const YamlNode& node) {
  for (const YamlEntry& entry : reader_.named_entries(node, "patterns")) {
    Pattern pattern;
    pattern.name = entry.key.text;
    check_name(entry.key);
    if (pack_.find_signal(pattern.name) != nullptr)
      reader_.report(entry.key, "'" + pattern.name + "' is already the name of a signal");
    pattern_nodes_.push_back(&entry.value);
    pack_.patterns.push_back(std::move(pattern));
  }
}

void PackReader::read_patterns() {
  for (std::size_t i = 0; i < pattern_nodes_.size(); ++i) {
    Pattern& pattern = pack_.patterns[i];
    const YamlMapping item(reader_, *pattern_nodes_[i], "pattern " + pattern.name,
                           {"title", "at", "window", "watch", "warning", "emergency", "linger",
                            "lapse", "share", "advise", "reference"});
    read_pattern(item, *pattern_nodes_[i], pattern);
  }
  check_neighbour_levels();
}

void PackReader::read_pattern(const YamlMapping& item, const YamlNode& node, Pattern& pattern) {
  pattern.title = item.text("title", pattern.name);
  pattern.reference = item.text("reference", "");
  if (const YamlNode* at = item.find("at"))
    if (const Region* found = region(*at, item.text("at", ""))) pattern.at = found->id;
  if (const std::int32_t window = days(item, "window"); window > 0)
    pattern.window = {window, SpanUnit::kDays};
  read_window(item, pattern);
  pattern.linger_days = days(item, "linger");
  pattern.lapse_days = days(item, "lapse");
  for (const auto& word : item.words("share"))
    if (const Region* found = region(*word.node, word.text)) pattern.share.push_back(found->id);
  read_levels(item, node, pattern);
  if (const YamlNode* advise = item.find("advise")) read_advice(*advise, pattern);
}

void PackReader::read_levels(const YamlMapping& item, const YamlNode& node, Pattern& pattern) {
  bool any = false;
  for (const Level level : {Level::kWatch, Level::kWarning, Level::kEmergency}) {
    Expression& at_level = pattern.levels[static_cast<std::size_t>(level)];
    at_level = condition(item, name_of(level), Scope::kPattern);
    any = any || item.has(name_of(level));
    if (!at_level.empty() && !at_level.reads_neighbours) pattern.base_top = level;
  }
  if (!any)
    reader_.report(node, "pattern " + pattern.name + " has no level",
                   "watch, warning or emergency with a condition");
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

// Neighbours may read only levels that read no neighbours themselves (docs/SEMANTICS.md section
// 4).
void PackReader::check_neighbour_levels() {
  for (std::size_t i = 0; i < pack_.patterns.size(); ++i)
    for (const Expression& level : pack_.patterns[i].levels)
      for (const Node& node : level.nodes) {
        if (node.op != Op::kNeighbours && node.op != Op::kBasin) continue;
        const Subject& subject = level.subjects_of(node).front();
        if (subject.kind != Subject::Kind::kPatternLevel) continue;
        const Pattern& read = pack_.patterns[subject.index];
        const Expression& read_level = read.levels[static_cast<std::size_t>(subject.level)];
        if (read_level.empty() || read_level.reads_neighbours)
          reader_.report(*pattern_nodes_[i],
                         "'" + read.name + " >= " + std::string(name_of(subject.level)) +
                             "' cannot be read of neighbours: its condition " +
                             (read_level.empty() ? "is missing" : "reads neighbours itself"),
                         read.base_top == Level::kNone
                             ? "a level that reads no neighbours"
                             : "levels up to " + std::string(name_of(read.base_top)));
      }
}

}  // namespace tocsin
