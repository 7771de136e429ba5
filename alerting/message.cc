#include "alerting/message.h"

namespace tocsin {

Message render_message(const AlertRevision& revision, const Recipient& recipient,
                       const Catalogue& catalogue, const MessageOptions& options) {
  const Briefing briefing = brief(revision, recipient, catalogue, options);
  return {
      .subject = briefing.subject, .text = lay_out_text(briefing), .html = lay_out_html(briefing)};
}

}  // namespace tocsin
