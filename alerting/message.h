#pragma once

#include <string>

#include "alerting/briefing.h"

namespace tocsin {

// A mail, before it is packed: the same words twice.
struct Message {
  std::string subject;  // one line
  std::string text;     // UTF-8, lines of at most 72 characters where words allow
  std::string html;     // one column, inline style, nothing fetched from elsewhere
};

// Lays out the briefing of a revision for a recipient. Pure and deterministic: the same input gives
// the same bytes, so a repeated attempt sends the same mail.
Message render_message(const AlertRevision& revision, const Recipient& recipient,
                       const Catalogue& catalogue, const MessageOptions& options);

// The two layouts by themselves.
std::string lay_out_text(const Briefing& briefing);
std::string lay_out_html(const Briefing& briefing);

}  // namespace tocsin
