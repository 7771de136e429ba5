#include <fmt/format.h>

#include "rules/evaluate_families.h"
#include "rules/phrase.h"
#include "rules/teller.h"

// What an over found: in each of several regions, by each of several sources.
namespace tocsin {
namespace {

constexpr std::size_t kNamesShown = 12;

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size() && i < kNamesShown; ++i)
    out += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > kNamesShown) out += fmt::format(" and {} more", names.size() - kNamesShown);
  return out;
}

}  // namespace

// Of truths where it holds, where it does not and where that is not known; of numbers what they
// are.
std::string Teller::which_regions(const Node& node) const {
  const Over& over = expression_.over_of(node);
  const Node& of = expression_.node(node.a);
  std::vector<std::string> counted, not_counted, unknown, out;
  Horizon horizon;
  for (const Member& r : judge_regions(scene_, expression_, node, stand_, horizon)) {
    std::string name = scene_.catalogue.regions.at(r.region).name();
    if (r.in == Tri::kFalse) {
      out.push_back(std::move(name));
    } else if (is_of_truths(over.how)) {
      const Tri counts = r.in && r.holds;
      (counts == Tri::kTrue    ? counted
       : counts == Tri::kFalse ? not_counted
                               : unknown)
          .push_back(std::move(name));
    } else if (r.in == Tri::kTrue && r.value.exact()) {
      counted.push_back(name + ": " + say(r.value, of.unit, of.style));
    } else {
      unknown.push_back(std::move(name));
    }
  }
  std::string text;
  const auto add = [&](std::string_view what, const std::vector<std::string>& names) {
    if (!names.empty())
      text += fmt::format("{}{}{}", text.empty() ? "" : "; ", what, listed(names));
  };
  add(is_of_truths(over.how) ? "counted: " : "", counted);
  add("not counted: ", not_counted);
  add("left out: ", out);
  add("not known: ", unknown);
  return text.empty() ? "no region" : text;
}

std::vector<Explained> Teller::regions_tree(const Node& node) const {
  std::vector<Explained> out;
  Horizon horizon;
  each_region(scene_, expression_, node, stand_, horizon, [&](const Scene& there) {
    const Teller teller(there, expression_, stand_);
    Explained region = teller.tree(node.a);
    region.text = scene_.catalogue.regions.at(there.region).name();
    if (node.b >= 0) region.parts.push_back(teller.tree(node.b));
    out.push_back(std::move(region));
  });
  return out;
}

std::vector<Explained> Teller::days_tree(const Node& node) const {
  std::vector<Explained> out;
  for (std::int32_t day = 0; day <= longest_days(expression_.over_of(node).span); ++day) {
    Stand then = stand_;
    then.ahead = day;
    Explained one = Teller(scene_, expression_, then).tree(node.a);
    one.text = format_day(stand_.tick + day);
    out.push_back(std::move(one));
  }
  return out;
}

std::string Teller::regions_reading(const Node& node) const {
  std::string out;
  Horizon horizon;
  for (const Member& r : judge_regions(scene_, expression_, node, stand_, horizon))
    out += fmt::format("{}{}:{}:{}:{:.6g}..{:.6g}", out.empty() ? "" : ",", r.region.number(),
                       name_of(r.in), name_of(r.holds), r.value.low, r.value.high);
  return "[" + out + "]";
}

std::string Teller::regions_below(std::int32_t index) const {
  const Node& node = expression_.node(index);
  if (expression_.is_over_regions(node)) return " (" + which_regions(node) + ")";
  if (expression_.is_over_next(node)) return "";  // on each day others
  std::string out;
  expression_.each_part(node, [&](std::int32_t part) { out += regions_below(part); });
  return out;
}

// What each source was asked and said, all of them.
std::vector<Explained> Teller::each_source(const Node& node) const {
  std::vector<Explained> out;
  Scene asked = scene_;
  for (const SourceId source : expression_.leaf(node.leaf).sources) {
    asked.only = source;
    out.push_back(Teller(asked, expression_, stand_).tree(node.a));
    out.back().text = scene_.catalogue.find(source)->key + ": " + out.back().text;
  }
  return out;
}

// "first and third say so, noted: "..."; second does not; fourth is not known", or what each says.
std::string Teller::who_says(const Node& node) const {
  Horizon horizon;
  std::string out;
  for (const Voice& voice : voices(scene_, expression_, node, stand_, horizon)) {
    const Source& source = *scene_.catalogue.find(voice.source);
    const auto name = source.names.find("en");
    std::string said = "not known";
    if (voice.known())
      said = node.op == Op::kOver && voice.holds == Tri::kUnknown
                 ? figure(voice.number, node.a)
                 : (voice.holds == Tri::kTrue ? "yes" : "no");
    Scene asked = scene_;
    asked.only = voice.source;
    const Teller teller(asked, expression_, stand_);
    const Leaf& leaf = expression_.leaf(node.leaf);
    if (const std::string note = teller.note(leaf, teller.look(leaf)); !note.empty())
      said += ", noted: " + note;
    out += fmt::format("{}{}: {}", out.empty() ? "" : "; ",
                       name == source.names.end() ? source.key : name->second, said);
  }
  return out;
}

void Teller::look_below(std::int32_t index, const std::function<void(const Read&)>& fn) const {
  const Node& node = expression_.node(index);
  if (expression_.is_over_sources(node)) {
    Scene asked = scene_;
    for (const SourceId source : expression_.leaf(node.leaf).sources) {
      asked.only = source;
      Teller(asked, expression_, stand_).look_below(node.a, fn);
    }
    return;
  }
  for (const std::int32_t leaf : {node.leaf, node.leaf_before})
    if (leaf >= 0) fn(look(expression_.leaf(leaf)));
  if (expression_.is_over_next(node)) {
    for (std::int32_t day = 0; day <= longest_days(expression_.over_of(node).span); ++day) {
      Stand then = stand_;
      then.ahead = day;
      Teller(scene_, expression_, then).look_below(node.a, fn);
    }
    return;
  }
  if (!expression_.is_over_regions(node)) {
    expression_.each_part(node, [&](std::int32_t part) { look_below(part, fn); });
    return;
  }
  Horizon horizon;
  each_region(scene_, expression_, node, stand_, horizon, [&](const Scene& there) {
    const Teller teller(there, expression_, stand_);
    expression_.each_part(node, [&](std::int32_t part) { teller.look_below(part, fn); });
  });
}

void Teller::each_look(const std::function<void(const Read&)>& fn) const {
  if (expression_.overs.empty()) {
    for (const Leaf& leaf : expression_.leaves) fn(look(leaf));
  } else {
    look_below(expression_.root, fn);
  }
}

}  // namespace tocsin
