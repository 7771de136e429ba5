#pragma once

#include <string>

#include "rules/evaluate.h"

namespace tocsin {

// A node as a noun phrase ("75 % of its 10-year normal"), without its value. `about` is the leaf
// that the sentence already speaks about, so that it is "its normal" the second time; -1 for none.
std::string phrase(const Scene& scene, const Expression& expression, std::int32_t node,
                   std::int32_t about = -1);

// A node that is on(), active(), cascade(), rising() or crosses() as a clause, said to hold or not:
// "any food threat is on", "no food threat is on".
std::string statement(const Scene& scene, const Expression& expression, std::int32_t node,
                      bool holds);

// "the season rains (1 June .. 30 September)", "the season rains (...) or lean (...)".
std::string named(const std::vector<Season>& seasons);

// "41 mm", "1 person", "at least 3 events", "3 to 5 events", "not known".
std::string say(const Quantity& quantity, const Unit& unit, PureStyle style);

// The same of a node's number: in the words of its scale, if it has one.
std::string say(const Catalogue& catalogue, const Quantity& quantity, const Node& node);

// "31 October 2026".
std::string plain_day(Day day);

// "below", "at least": how a comparison is said.
std::string_view say(Op comparison);
// What does not hold when the comparison holds: `<` gives `>=`.
Op opposite(Op comparison);
// The same comparison with its sides exchanged: `<` gives `>`.
Op mirrored(Op comparison);

}  // namespace tocsin
