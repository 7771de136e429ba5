// libFuzzer: an alert whose every text is whatever a rule, a source, the configuration or a mail
// address could hold, rendered as a mail or as a CAP message. No text leaves its place: no header
// but ours, no tag but ours, nothing to be fetched, well-formed throughout. The first bytes choose
// the alert's kind, the lines of the rest are its texts, in turn.
//
//   ./run fuzz message_fuzz 60
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <pugixml.hpp>
#include <set>
#include <string>
#include <string_view>

#include "alerting/cap.h"
#include "alerting/clean_text.h"
#include "alerting/mail.h"
#include "alerting/message.h"
#include "model/result.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/support/alert_samples.h"

namespace tocsin {
namespace {

using fuzz::FuzzInput;

const std::set<std::string_view> kHeaders = {"Auto-Submitted",
                                             "Content-Type",
                                             "Date",
                                             "From",
                                             "Importance",
                                             "In-Reply-To",
                                             "List-Id",
                                             "MIME-Version",
                                             "Message-ID",
                                             "References",
                                             "Reply-To",
                                             "Subject",
                                             "To",
                                             "X-Auto-Response-Suppress",
                                             "X-Tocsin-Alert",
                                             "X-Tocsin-Dispatch",
                                             "X-Tocsin-Illustrative",
                                             "X-Tocsin-Level",
                                             "X-Tocsin-Revision",
                                             "X-Tocsin-TLP"};
const std::set<std::string_view> kHtmlTags = {
    "body", "div", "h1", "h2", "head", "html", "li", "meta", "p", "strong", "style", "title", "ul"};
const std::set<std::string_view> kHtmlAttributes = {"charset", "class", "content",
                                                    "lang",    "name",  "style"};
const std::set<std::string_view> kCapTags = {
    "addresses",  "alert",        "area",        "areaDesc",  "category",  "certainty",
    "contact",    "description",  "effective",   "event",     "eventCode", "expires",
    "geocode",    "headline",     "identifier",  "incidents", "info",      "instruction",
    "language",   "msgType",      "note",        "onset",     "parameter", "polygon",
    "references", "responseType", "restriction", "scope",     "sender",    "senderName",
    "sent",       "severity",     "source",      "status",    "urgency",   "value",
    "valueName",  "web"};

// The texts of one input; when they are used up, they come again.
class TextSupply {
 public:
  explicit TextSupply(FuzzInput& input) {
    while (!input.empty()) texts_.emplace_back(input.until(std::string_view("\n\n", 2)));
    if (texts_.empty()) texts_.emplace_back();
  }
  void give(std::string& text) { text = texts_[next_++ % texts_.size()]; }
  void give(std::vector<std::string>& list) {
    for (std::string& text : list) give(text);
  }

 private:
  std::vector<std::string> texts_;
  std::size_t next_ = 0;
};

AlertRevision revision_of(FuzzInput& input) {
  const std::array<AlertRevision, 4> begun = {sample_raised(), sample_escalated(), sample_updated(),
                                              sample_withdrawn()};
  const unsigned which = input.below(8);
  AlertRevision revision = which < begun.size()
                               ? begun[which]
                               : sample_following(static_cast<RevisionKind>(
                                     input.below(static_cast<unsigned>(kRevisionKindCount))));
  const unsigned flags = input.byte();
  revision.level = static_cast<Level>(flags % kLevelCount);
  revision.illustrative = (flags & 4U) != 0;
  revision.evidence_withheld = (flags & 8U) != 0;
  if ((flags & 16U) != 0) revision.region = "basin:lake-chad";
  revision.tlp = static_cast<Tlp>(input.below(static_cast<unsigned>(Tlp::kRed) + 1U));
  return revision;
}

void fill(AlertRevision& revision, TextSupply& texts) {
  texts.give(revision.title);
  texts.give(revision.region_name);
  texts.give(revision.skill);
  texts.give(revision.changes);
  texts.give(revision.outlook);
  for (Advice& advice : revision.advice)
    for (std::string* text : {&advice.text, &advice.function, &advice.horizon}) texts.give(*text);
  for (Evidence& evidence : revision.evidence) {
    for (std::string* text : {&evidence.title, &evidence.sentence, &evidence.change,
                              &evidence.reference, &evidence.dimension, &evidence.state})
      texts.give(*text);
    for (EvidenceSource& source : evidence.sources)
      for (std::string* text : {&source.name, &source.citation, &source.key}) texts.give(*text);
  }
  for (auto* list : {&revision.dimensions_true, &revision.dimensions_unknown, &revision.sdg_targets,
                     &revision.shared_with})
    texts.give(*list);
  for (std::string* text : {&revision.pack, &revision.pack_version, &revision.pattern,
                            &revision.certainty, &revision.merged_into})
    texts.give(*text);
}

bool is_clean(std::string_view text, std::string_view allowed) {
  return std::ranges::all_of(text, [&](char c) {
    return static_cast<unsigned char>(c) >= ' ' ? c != 0x7F : allowed.find(c) != allowed.npos;
  });
}

void check_mail(const std::string& mail, const std::string& subject) {
  std::set<std::string_view> seen;
  std::string_view rest = mail;
  bool in_headers = true;
  bool has_subject = false;
  while (!rest.empty()) {
    const std::size_t end = rest.find("\r\n");
    require(end != std::string_view::npos, "every line of a mail ends in CRLF");
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    require(line.size() <= 998, "a line of a mail keeps its limit");
    require(std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '~'; }),
            "a mail is printable ASCII");
    if (line.empty()) in_headers = false;
    if (!in_headers || line.starts_with(' ')) continue;
    const std::string_view name = line.substr(0, line.find(':'));
    require(kHeaders.contains(name), "a mail has our headers only");
    require(seen.insert(name).second, "a header stands once");
    has_subject |= name == "Subject";
  }
  require(has_subject && is_clean(subject, ""), "the subject is one clean line");
}

struct Walk {
  const std::set<std::string_view>& tags;
  const std::set<std::string_view>& attributes;
  void check(const pugi::xml_node& node) const {
    require(node.type() != pugi::node_cdata && node.type() != pugi::node_pi &&
                node.type() != pugi::node_comment,
            "a text opens no section of its own");
    if (node.type() == pugi::node_element) require(tags.contains(node.name()), "a tag is ours");
    for (const auto& attribute : node.attributes())
      require(attributes.contains(attribute.name()), "an attribute is ours");
    require(is_clean(node.value(), "\n"), "a text has no control characters");
    for (const auto& child : node.children()) check(child);
  }
};

void check_html(std::string html) {
  require(is_clean(html, "\n"), "HTML has no control characters");
  html.erase(0, html.find('\n'));  // the doctype
  for (std::size_t at = html.find("<meta"); at != std::string::npos; at = html.find("<meta", at)) {
    at = html.find('>', at);
    html.insert(at, "/");
  }
  pugi::xml_document document;
  require(static_cast<bool>(document.load_string(html.c_str(), pugi::parse_full)),
          "HTML is well-formed");
  Walk{kHtmlTags, kHtmlAttributes}.check(document);
}

void check_line(const std::string& source) {
  const std::string line = one_line(source);
  require(one_line(line) == line && is_clean(line, ""), "a cleaned line is clean, and stays so");
  require(one_line(source, 40).size() <= 40, "a cut line keeps its limit");
}

void check_cap(const AlertRevision& revision, const Catalogue& catalogue, std::string_view name) {
  CapOptions options;
  options.sender = "tocsin@alerts.example";
  options.sender_name = name;
  options.message = {.contact = "desk@alerts.example", .web = "https://alerts.example"};
  const auto xml = render_cap(revision, "en", catalogue, options);
  require(xml.has_value(), "CAP renders every revision");
  pugi::xml_document document;
  require(static_cast<bool>(document.load_string(xml->c_str(), pugi::parse_full)),
          "CAP is well-formed");
  Walk{kCapTags, {"xmlns", "version", "encoding"}}.check(document);
  const pugi::xml_node info = document.child("alert").child("info");
  for (const char* needed : {"category", "event", "urgency", "severity", "certainty", "area"})
    require(!info.child(needed).empty(), "CAP has what the schema demands");
}

}  // namespace
}  // namespace tocsin

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  static const Catalogue kCatalogue = sample_catalogue();
  fuzz::FuzzInput input(data, size);
  const bool as_cap = input.below(2) == 0;
  AlertRevision revision = revision_of(input);
  TextSupply texts(input);
  fill(revision, texts);
  Recipient recipient;
  recipient.key = kNigeriaSenate;
  for (std::string* text :
       {&recipient.name, &recipient.reason, &recipient.language, &recipient.time_zone})
    texts.give(*text);
  Dispatch dispatch;
  dispatch.alert = revision.alert;
  dispatch.revision = revision.number;
  dispatch.committee = recipient.key;
  texts.give(dispatch.address.target);
  MailOptions options;
  options.from = "tocsin@alerts.example";
  options.domain = "alerts.example";
  texts.give(options.from_name);

  check_line(revision.title);
  if (as_cap) {
    check_cap(revision, kCatalogue, options.from_name);
    return 0;
  }
  const Message message = render_message(revision, recipient, kCatalogue, {});
  require(is_clean(message.text, "\n"), "plain text has no control characters");
  check_html(message.html);
  const bool good =
      check_mail_address(dispatch.address.target).has_value() &&
      options.from_name.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos;
  if (!good) {
    require(!compose_mail(dispatch, revision, message, options), "a bad address is refused");
    dispatch.address.target = "clerk@senate.example";
    options.from_name = one_line(options.from_name);
  }
  const auto mail = compose_mail(dispatch, revision, message, options);
  require(mail.has_value(), "a good address gets its mail");
  check_mail(*mail, message.subject);
  return 0;
}
