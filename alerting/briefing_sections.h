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

// The sections that have something to say, in the order in which they are read.
std::vector<BriefingSection> briefing_sections(const BriefingSubject& subject);

}  // namespace tocsin
