#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "alerting/texts.h"
#include "model/alert.h"
#include "model/catalogue.h"
#include "model/dispatch.h"

namespace tocsin {

// Whom a message addresses, taken from the dispatch and the committee it names. A committee that
// has left the configuration since is addressed by its key, in English and UTC.
struct Recipient {
  std::string key, name;
  std::string language = "en";
  std::string time_zone = "UTC";  // IANA
  std::string reason;             // why it gets the message
  friend bool operator==(const Recipient&, const Recipient&) = default;
};
Recipient recipient_of(const Dispatch& dispatch, const Catalogue& catalogue);

// What the operator of this tocsin adds to every message.
struct MessageOptions {
  std::string contact;  // mail address of the people who run it; "" for none
  std::string web;      // where alerts can be seen, without a slash at its end; "" for nowhere
};

struct BriefingItem {
  std::string lead;                  // "Rain deficit (environmental)"; may be empty
  std::string text;                  // the sentence; may be empty
  std::vector<std::string> points;   // one below the other
  std::vector<std::string> details;  // smaller print below it
};

// What a section is about, for layouts that treat some of them differently.
enum class BriefingPart {
  kStatement,  // what is said of the place
  kAdvice,
  kRecipient,  // how this message reached this recipient
};

struct BriefingSection {
  BriefingPart part = BriefingPart::kStatement;
  std::string heading;
  std::vector<std::string> paragraphs;
  std::vector<BriefingItem> items;
};

// What a message says, in the order in which it is read, in the recipient's language and free of
// any markup. The plain text, the HTML and CAP's description are laid out from it, so they say the
// same. Every string is one clean line (alerting/clean_text.h).
struct Briefing {
  std::string language;        // BCP 47
  Level level = Level::kNone;  // for colour only; the headline has it in words
  std::string subject;
  std::string banner;             // that the data is illustrative; empty when it is not
  std::string handling;           // "TLP:AMBER"
  std::string headline;           // "Warning (possible)"
  std::string place;              // "Borno, Nigeria"
  std::string title;              // of the pattern
  std::vector<std::string> lead;  // paragraphs: what happened, what it rests on
  std::vector<BriefingSection> sections;
};

// Pure. Names of regions and dimensions are taken in the recipient's language from the catalogue,
// or as the revision has them when the catalogue does not know them.
Briefing brief(const AlertRevision& revision, const Recipient& recipient,
               const Catalogue& catalogue, const MessageOptions& options);

// "Borno, Nigeria": the region's name with its country's, where it has one.
std::string place_name(const AlertRevision& revision, const Catalogue& catalogue,
                       const Texts& texts);

}  // namespace tocsin
