#pragma once

#include <string>
#include <string_view>

#include "alerting/message.h"
#include "model/alert.h"
#include "model/dispatch.h"
#include "model/result.h"

namespace tocsin {

struct MailOptions {
  std::string from;       // mail address
  std::string from_name;  // as shown; may be empty
  std::string reply_to;   // mail address; "" for none
  std::string domain;     // right-hand side of Message-IDs and of the List-Id
};

// "<dispatch>@<domain>" without brackets, and the one of the first revision to the same address.
std::string message_id(const Hash128& dispatch, std::string_view domain);

// ok when `address` can stand in an envelope and a header: printable ASCII, one @, no spaces,
// quotes, brackets or commas, at most 254 bytes. kInvalid otherwise, saying why.
Result<void> check_mail_address(std::string_view address);

// The mail as it goes over the wire: CRLF lines of at most 998 bytes, 7-bit, multipart/alternative.
// Its Date is when the revision was issued, its boundary and ids derive from the dispatch: the same
// input gives the same bytes. Fails with kInvalid when an address is not one (check_mail_address),
// or when the subject or a name holds a line break: such a mail must not leave.
Result<std::string> compose_mail(const Dispatch& dispatch, const AlertRevision& revision,
                                 const Message& message, const MailOptions& options);

}  // namespace tocsin
