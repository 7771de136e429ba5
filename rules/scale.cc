#include "rules/scale.h"

#include <algorithm>
#include <cmath>

namespace tocsin {

const Indicator* words_of(const Catalogue& catalogue, const Unit& unit) {
  const Indicator* indicator = catalogue.find_indicator(unit.name());
  return indicator != nullptr && !indicator->scale.empty() ? indicator : nullptr;
}

std::string word_at(const Indicator& scale, double place) {
  const double last = static_cast<double>(scale.scale.size()) - 1;
  const auto word = [&](double at) {
    return scale.scale[static_cast<std::size_t>(std::clamp(at, 0.0, last))];
  };
  const double below = std::floor(place), above = std::ceil(place);
  return below == above ? word(below) : "between " + word(below) + " and " + word(above);
}

}  // namespace tocsin
