#include <algorithm>

#include "rules/pack_reader.h"
#include "rules/static_check.h"

// The signals of a pack.
namespace tocsin {

void PackReader::name_signals(const YamlNode& node) {
  for (const YamlEntry& entry : reader_.named_entries(node, "signals")) {
    Signal signal;
    signal.name = entry.key.text;
    check_name(entry.key);
    signal_nodes_.push_back(&entry.value);
    // The dimension must be known before conditions that speak about dimensions are read.
    for (const YamlEntry& field : entry.value.entries) {
      if (field.key.text == "dimension")
        if (const Dimension* dimension = catalogue_.find_dimension(field.value.text))
          signal.dimension = dimension->id;
      if (field.key.text == "stance" && field.value.text == "strength")
        signal.stance = Stance::kStrength;
    }
    pack_.signals.push_back(std::move(signal));
  }
}

void PackReader::read_signals() {
  for (std::size_t i = 0; i < signal_nodes_.size(); ++i) {
    Signal& signal = pack_.signals[i];
    const YamlMapping item(reader_, *signal_nodes_[i], "signal " + signal.name,
                           {"title", "dimension", "stance", "from", "when", "clear", "given",
                            "during", "for", "linger", "latch", "why", "reference"});
    read_signal(item, signal);
  }
  list_threats();
  for (const SignalCycle& cycle : find_signal_cycles(pack_))
    reader_.report(*signal_nodes_[cycle.signal],
                   "signal " + pack_.signals[cycle.signal].name + " reads itself: " + cycle.path,
                   "signals that read only others");
  sort_signals();
}

void PackReader::read_signal(const YamlMapping& item, Signal& signal) {
  signal.title = item.text("title", signal.name);
  signal.why = item.text("why", "");
  signal.reference = item.text("reference", "");
  if (const YamlNode* node = item.need("dimension"))
    if (catalogue_.find_dimension(node->text) == nullptr) {
      std::vector<std::string> known;
      for (const auto& dimension : catalogue_.dimensions) known.push_back(dimension.code);
      reader_.report_unknown(*node, "dimension", known);
    }
  signal.stance = item.choice<Stance>(
      "stance", Stance::kThreat, {{"threat", Stance::kThreat}, {"strength", Stance::kStrength}});
  read_from(item, signal);
  signal.for_days = days(item, "for");
  signal.linger_days = days(item, "linger");
  item.need("when");
  signal.when = condition(item, "when", Scope::kSignal);
  signal.clear = condition(item, "clear", Scope::kSignal);
  read_guards(item, signal);
  read_latch(item, signal);
  signal.coarsest = coarsest_cadence(signal);
}

void PackReader::list_threats() {
  for (std::uint32_t i = 0; i < pack_.signals.size(); ++i) {
    if (pack_.signals[i].stance != Stance::kThreat) continue;
    const std::size_t dimension = pack_.signals[i].dimension.number();
    if (pack_.threats.size() <= dimension) pack_.threats.resize(dimension + 1);
    pack_.threats[dimension].push_back(i);
  }
}

void PackReader::read_from(const YamlMapping& item, Signal& signal) {
  const YamlNode* node = item.find("from");
  if (node == nullptr) return;
  signal.from = item.text("from", "");
  std::vector<std::string> schemes;
  for (const Region& region : catalogue_.regions.all())
    if (!region.scheme.empty() &&
        std::find(schemes.begin(), schemes.end(), region.scheme) == schemes.end())
      schemes.push_back(region.scheme);
  if (std::find(schemes.begin(), schemes.end(), signal.from) == schemes.end())
    reader_.report_unknown(*node, "scheme of sets", schemes);
}

// Signals are folded in order, so a signal must stand after those it reads.
void PackReader::sort_signals() {
  for (std::uint32_t i = 0; i < pack_.signals.size(); ++i)
    for (const std::uint32_t read : signals_read(pack_, pack_.signals[i]))
      if (read > i)
        reader_.report(*signal_nodes_[i],
                       "signal " + pack_.signals[i].name + " reads " + pack_.signals[read].name +
                           ", which stands below it",
                       "signals in the order in which they build on each other");
}

}  // namespace tocsin
