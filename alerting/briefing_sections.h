#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "alerting/briefing.h"
#include "alerting/texts.h"
#include "model/alert.h"
#include "model/catalogue.h"

namespace tocsin {

// What every section is written from.
struct BriefingSubject {
  const AlertRevision& revision;
  const Recipient& recipient;
  const Catalogue& catalogue;
  const MessageOptions& options;
  const Texts& texts;
};

// A dimension's name in the language of the message: from the texts, else from the catalogue, else
// the code itself.
std::string dimension_name(const BriefingSubject& subject, std::string_view code);
// The same for several, as one phrase: "food, environmental and personal".
std::string dimension_list(const BriefingSubject& subject, const std::vector<std::string>& codes);

// What is not known of whole dimensions. Where their data is good but ends some days ago, as that
// of events always does, the sentence says up to when it reaches; the others cannot be judged.
// Empty when every dimension is known.
std::vector<std::string> unknown_dimensions(const BriefingSubject& subject);

// The sections that have something to say, in the order in which they are read.
std::vector<BriefingSection> briefing_sections(const BriefingSubject& subject);

}  // namespace tocsin
