#pragma once

#include <string>

#include "model/catalogue.h"
#include "rules/unit.h"

namespace tocsin {

// The indicator whose words the numbers of this unit are, each the place of a word in its scale;
// nullptr: they are numbers.
const Indicator* words_of(const Catalogue& catalogue, const Unit& unit);

// "major". Between two words, where the median of a forecast's members may lie: "between alert and
// alarm".
std::string word_at(const Indicator& scale, double place);

}  // namespace tocsin
