#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "model/catalogue.h"

namespace tocsin {

// The first version of a rule pack, made from the answers to four questions: which dimensions,
// which threats have met here before, what is being missed, what is wanted. Pure: who asks is
// commands_new.h.

// One threat and from which figure on it is one: "20 %", a word of a scale, a number of events
// within 28 days; empty: an indicator is compared with its own normal, of events there are four.
struct NewThreat {
  std::string code;  // of an indicator or a kind of event
  std::string from;
};

struct NewPackAnswers {
  std::string name, title;
  std::vector<std::string> regions;     // codes, as in a pack
  std::vector<std::string> dimensions;  // codes
  std::vector<NewThreat> threats;
  std::string met;     // when and where they met, for people; may be empty
  std::string missed;  // what nobody sees today; may be empty
  // What a committee is asked to do, and from how many dimensions on that is a warning.
  std::string function = "oversee", wanted;
  std::size_t warning_dimensions = 2;
};

// What is wrong with one answer: which one (a key of the answers file), and what may stand there.
struct AnswerError {
  std::string answer;  // "threats"
  std::string value;   // the offending part
  std::string message, allowed;
};

// What a committee can do, as `advise` of a pattern names it.
std::vector<std::string> committee_functions();

// Codes of the indicators and kinds of events that speak about the dimension, in order.
std::vector<std::string> threats_of(const Catalogue& catalogue, DimensionId dimension);

// "millet_price: NGN/kg, each month, higher is worse".
std::string told_threat(const Catalogue& catalogue, const std::string& code);

// Why the threat cannot be compared with `from` (empty: by itself); nullopt: it can.
std::optional<AnswerError> threat_error(const Catalogue& catalogue, const NewThreat& threat);

struct NewPack {
  std::string pack, scenarios;  // the texts of both files
};
// Every mistake in the answers at once. What it makes has no errors and meets its scenarios.
tl::expected<NewPack, std::vector<AnswerError>> make_pack(const Catalogue& catalogue,
                                                          const NewPackAnswers& answers);

}  // namespace tocsin
