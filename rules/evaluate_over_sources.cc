#include <algorithm>

#include "rules/evaluate_families.h"
#include "rules/history.h"

// What each source says by itself (docs/SEMANTICS.md 2.9).
namespace tocsin {
namespace {

std::vector<Member> members_of(const std::vector<Voice>& said) {
  std::vector<Member> out;
  for (const Voice& voice : said) out.emplace_back().holds = voice.holds;
  return out;
}

}  // namespace

std::string_view independence_of(const Source& source) {
  return source.independence.empty() ? std::string_view(source.key) : source.independence;
}

std::vector<Voice> voices(const Scene& scene, const Expression& expression, const Node& node,
                          Stand stand, Horizon& horizon) {
  const bool truth = is_of_truths(expression.over_of(node).how);
  std::vector<Voice> out;
  Scene asked = scene;
  asked.aligned = nullptr;  // each source stands where it stands
  asked.reads = nullptr;    // which keeps what one source said
  for (const SourceId source : expression.leaf(node.leaf).sources) {
    const auto group = std::ranges::find_if(out, [&](const Voice& voice) {
      return independence_of(*scene.catalogue.find(voice.source)) ==
             independence_of(*scene.catalogue.find(source));
    });
    if (group != out.end() && group->known()) continue;
    asked.only = source;
    Voice voice;
    voice.source = source;
    if (truth)
      voice.holds = evaluate_truth(asked, expression, node.a, stand, horizon);
    else
      voice.number = evaluate_number(asked, expression, node.a, stand, horizon);
    if (group == out.end())
      out.push_back(voice);
    else if (voice.known())
      *group = voice;
  }
  return out;
}

Quantity over_sources(const Scene& scene, const Expression& expression, const Node& node,
                      Stand stand, Horizon& horizon) {
  const std::vector<Voice> said = voices(scene, expression, node, stand, horizon);
  const Over::How how = expression.over_of(node).how;
  if (how == Over::How::kCount) return made_of(how, members_of(said));
  History history;
  history.wanted = static_cast<std::int32_t>(said.size());
  for (const Voice& voice : said)
    if (voice.known()) history.add(voice.number);
  return how == Over::How::kMean ? mean_of(history) : median_of(history);
}

Tri over_sources_holds(const Scene& scene, const Expression& expression, const Node& node,
                       Stand stand, Horizon& horizon) {
  return holds_in(expression.over_of(node).how,
                  members_of(voices(scene, expression, node, stand, horizon)));
}

}  // namespace tocsin
