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
    // The dimension must be known before conditions that speak about dimensions are read.
    for (const YamlEntry& field : entry.value.entries) {
      if (field.key.text == "dimension")
        if (const Dimension* dimension = catalogue_.find_dimension(field.value.text))
          signal.dimension = dimension->id;
      if (field.key.text == "stance" && field.value.text == "strength")
        signal.stance = Stance::kStrength;
    }
    if (name_bands(entry, signal)) continue;
    signal_nodes_.push_back(&entry.value);
    pack_.signals.push_back(std::move(signal));
  }
}

void PackReader::read_signals() {
  for (std::size_t i = 0; i < signal_nodes_.size(); ++i) {
    Signal& signal = pack_.signals[i];
    const bool banded = signal.band != Level::kNone;
    const std::string what = "signal " + (banded ? signal.band_of : signal.name);
    const YamlMapping item(
        reader_, *signal_nodes_[i], what,
        {"title", "dimension", "stance", "at", "from", "when", "reads", "bands", "clear", "given",
         "during", "for", "linger", "latch", "why", "reference"});
    check_either(item, what, banded);
    read_signal(item, signal);
  }
  list_threats();
  for (const SignalCycle& cycle : find_signal_cycles(pack_))
    reader_.report(*signal_nodes_[cycle.signal],
                   "signal " + pack_.signals[cycle.signal].name + " reads itself: " + cycle.path,
                   "signals that read only others");
  sort_signals();
  check_bands();
}

// A signal has `when`, or bands, of which some have `reads`.
void PackReader::check_either(const YamlMapping& item, const std::string& what, bool banded) {
  const YamlNode* when = item.find("when");
  const YamlNode* bands = item.find("bands");
  const YamlNode* reads = item.find("reads");
  if (banded && when != nullptr) {
    reader_.report(*when, what + " has 'when' and 'bands'", "either of them");
  } else if (!banded && bands != nullptr) {
    const YamlMapping levels(reader_, *bands, "bands of " + what,
                             {"watch", "warning", "emergency"});
    reader_.report(*bands, what + " has bands of no level",
                   "conditions for watch, warning or emergency");
  } else if (!banded && reads != nullptr) {
    reader_.report(*reads, what + " reads a number and has no bands to compare it with",
                   "'when', or 'bands'");
  } else if (!banded) {
    item.need("when");
  }
}

void PackReader::read_signal(const YamlMapping& item, Signal& signal) {
  signal.title = item.text("title", signal.band_of.empty() ? signal.name : signal.band_of);
  if (signal.band != Level::kNone) signal.title += " (" + std::string(name_of(signal.band)) + ")";
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
  if (const YamlNode* at = item.find("at")) signal.at = kinds(*at, "at of signal " + signal.name);
  read_from(item, signal);
  signal.for_days = days(item, "for");
  signal.linger_days = days(item, "linger");
  if (signal.band != Level::kNone) {
    read_band(item, signal);
  } else {
    signal.when = condition(item, "when", Scope::kSignal);
    signal.clear = condition(item, "clear", Scope::kSignal);
  }
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
