#include <algorithm>

#include "rules/evaluate_families.h"

// What each source says by itself (docs/SEMANTICS.md 2.8).
namespace tocsin {
namespace {

// The middle one; of an even number the mean of the two in the middle.
double median_of(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return values[middle];
  return (values[middle - 1] + values[middle]) / 2;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

}  // namespace

std::string_view independence_of(const Source& source) {
  return source.independence.empty() ? std::string_view(source.key) : source.independence;
}

std::vector<Voice> voices(const Scene& scene, const Expression& expression, const Node& node,
                          Stand stand, Horizon& horizon) {
  const bool truth = node.op == Op::kOverHolds || expression.over_of(node).how == Over::How::kCount;
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
  if (how == Over::How::kCount) {
    Quantity count{0, 0};
    for (const Voice& voice : said) {
      if (voice.holds == Tri::kTrue) count.low += 1;
      if (voice.holds != Tri::kFalse) count.high += 1;
    }
    return count;
  }
  std::vector<double> low, high;
  for (const Voice& voice : said) {
    if (!voice.known()) continue;
    low.push_back(voice.number.low);
    high.push_back(voice.number.high);
  }
  if (low.empty() || 10 * low.size() < 7 * said.size()) return Quantity::unknown();
  if (how == Over::How::kMean) return {mean_of(low), mean_of(high)};
  return {median_of(std::move(low)), median_of(std::move(high))};
}

Tri over_sources_holds(const Scene& scene, const Expression& expression, const Node& node,
                       Stand stand, Horizon& horizon) {
  const bool any = expression.over_of(node).how == Over::How::kAny;
  Tri holds = any ? Tri::kFalse : Tri::kTrue;
  for (const Voice& voice : voices(scene, expression, node, stand, horizon))
    holds = any ? (holds || voice.holds) : (holds && voice.holds);
  return holds;
}

}  // namespace tocsin
