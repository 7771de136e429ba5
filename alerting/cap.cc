#include "alerting/cap.h"

#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>
#include <set>
#include <sstream>

#include "alerting/cap_words.h"
#include "alerting/clean_text.h"

namespace tocsin {
namespace {

void add(pugi::xml_node parent, const char* name, std::string_view text) {
  if (text.empty()) return;
  parent.append_child(name).text().set(std::string(text).c_str());
}

void add_named(pugi::xml_node parent, const char* element, const char* name,
               std::string_view value) {
  if (value.empty()) return;
  pugi::xml_node node = parent.append_child(element);
  add(node, "valueName", name);
  add(node, "value", value);
}

struct CapSubject {
  const AlertRevision& revision;
  const Catalogue& catalogue;
  const CapOptions& options;
  const Texts& texts;
  const Briefing& briefing;
};

std::string references(const CapSubject& subject) {
  const AlertRevision& revision = subject.revision;
  std::string references;
  for (std::size_t i = 0; i < revision.earlier.size(); ++i) {
    if (!references.empty()) references += ' ';
    references += fmt::format("{},{},{}", subject.options.sender,
                              cap_identifier(revision.alert, static_cast<std::uint32_t>(i + 1)),
                              cap_time(revision.earlier[i].milliseconds()));
  }
  return references;
}

// Scope, with what CAP demands beside it. The addressees of a private message are named as a group:
// the same words for every committee, since all of them get the same message.
void add_scope(pugi::xml_node alert, const CapSubject& subject) {
  const Tlp tlp = subject.revision.tlp;
  const std::string handling = subject.texts.say(std::string("tlp.").append(name_of(tlp)));
  switch (tlp) {
    case Tlp::kClear:
      add(alert, "scope", "Public");
      return;
    case Tlp::kGreen:
    case Tlp::kAmber:
      add(alert, "scope", "Restricted");
      add(alert, "restriction", handling);
      return;
    case Tlp::kAmberStrict:
    case Tlp::kRed:
      add(alert, "scope", "Private");
      add(alert, "addresses", '"' + subject.texts.say("cap.addresses") + '"');
      return;
  }
}

// The alert element's own members, in the order of the schema.
void add_envelope(pugi::xml_node alert, const CapSubject& subject) {
  const AlertRevision& revision = subject.revision;
  add(alert, "identifier", cap_identifier(revision.alert, revision.number));
  add(alert, "sender", subject.options.sender);
  add(alert, "sent", cap_time(revision.issued.milliseconds()));
  add(alert, "status", revision.illustrative ? "Exercise" : "Actual");
  add(alert, "msgType", cap_message_type(revision.kind));
  add(alert, "source",
      fmt::format("tocsin, {}",
                  one_line(subject.texts.say("about.rule.value",
                                             {{"pattern", one_line(revision.pattern)},
                                              {"pack", one_line(revision.pack)},
                                              {"version", one_line(revision.pack_version)}}))));
  add_scope(alert, subject);
  std::string note = subject.briefing.banner;
  if (closes(revision.kind)) {
    if (!note.empty()) note += ' ';
    note += subject.briefing.lead.front();
  }
  add(alert, "note", note);
  if (revision.number > 1) add(alert, "references", references(subject));
  if (!revision.merged_into.empty()) {
    add(alert, "incidents", "tocsin-" + one_line(revision.merged_into));
  }
}

void add_categories(pugi::xml_node info, const AlertRevision& revision) {
  std::set<std::string_view> categories;
  for (const std::string& code : revision.dimensions_true) categories.insert(cap_category(code));
  if (categories.empty()) {
    for (const Evidence& evidence : revision.evidence) {
      categories.insert(cap_category(evidence.dimension));
    }
  }
  if (categories.empty()) categories.insert("Other");
  for (const std::string_view category : categories) add(info, "category", category);
}

std::string prose(const BriefingSection& section) {
  std::string out = section.heading + '\n';
  for (const std::string& paragraph : section.paragraphs) out += paragraph + '\n';
  for (const BriefingItem& item : section.items) {
    out += "- " + item.lead;
    if (!item.lead.empty() && !item.text.empty()) out += ": ";
    out += item.text + '\n';
    for (const std::string& point : item.points) out += "  * " + point + '\n';
    for (const std::string& detail : item.details) out += "  " + detail + '\n';
  }
  return out;
}

// The briefing's sections go into CAP's two texts: options into the instruction, everything else
// into the description. What concerns one recipient only stays out: the message is the same for
// all.
void add_texts(pugi::xml_node info, const CapSubject& subject) {
  std::string description;
  for (const std::string& paragraph : subject.briefing.lead) description += paragraph + '\n';
  std::string instruction;
  for (const BriefingSection& section : subject.briefing.sections) {
    if (section.part == BriefingPart::kRecipient) continue;
    (section.part == BriefingPart::kAdvice ? instruction : description) += '\n' + prose(section);
  }
  add(info, "headline", subject.briefing.subject);
  add(info, "description", description);
  if (!instruction.empty()) add(info, "instruction", instruction.substr(1));
}

void add_parameters(pugi::xml_node info, const AlertRevision& revision) {
  const auto join = [](const std::vector<std::string>& codes) {
    return one_line(fmt::format("{}", fmt::join(codes, " ")));
  };
  add_named(info, "parameter", "tocsin:alert", revision.alert.hex());
  add_named(info, "parameter", "tocsin:revision", std::to_string(revision.number));
  add_named(info, "parameter", "tocsin:kind", name_of(revision.kind));
  add_named(info, "parameter", "tocsin:level", name_of(revision.level));
  add_named(info, "parameter", "tocsin:previous-level", name_of(revision.previous_level));
  add_named(info, "parameter", "tocsin:level-name", one_line(revision.level_name));
  add_named(info, "parameter", "tocsin:previous-level-name",
            one_line(revision.previous_level_name));
  add_named(info, "parameter", "tocsin:tlp", name_of(revision.tlp));
  add_named(info, "parameter", "tocsin:dimensions", join(revision.dimensions_true));
  add_named(info, "parameter", "tocsin:dimensions-unknown", join(revision.dimensions_unknown));
  add_named(info, "parameter", "tocsin:sdg-targets", join(revision.sdg_targets));
  add_named(info, "parameter", "tocsin:shared-with", join(revision.shared_with));
  add_named(info, "parameter", "tocsin:merged-into", one_line(revision.merged_into));
  add_named(info, "parameter", "tocsin:illustrative", revision.illustrative ? "true" : "");
}

std::size_t points_of(const Geometry& geometry) {
  std::size_t points = 0;
  for (const Polygon& polygon : geometry.polygons) {
    if (!polygon.rings.empty()) points += polygon.rings.front().size() + 1;
  }
  return points;
}

// A ring as CAP writes it: "latitude,longitude ...", closed.
std::string cap_polygon(const std::vector<Point>& ring) {
  std::string text;
  const auto write = [&](const Point& point) {
    if (!text.empty()) text += ' ';
    text += fmt::format("{:.4f},{:.4f}", point.latitude, point.longitude);
  };
  for (const Point& point : ring) write(point);
  if (ring.front().latitude != ring.back().latitude ||
      ring.front().longitude != ring.back().longitude) {
    write(ring.front());
  }
  return text;
}

// `points_left` is what the polygons of this message may still hold. A geometry goes in whole or
// not at all: half of a region's islands would be a false statement.
void add_area(pugi::xml_node info, const CapSubject& subject, const Region& region,
              std::size_t& points_left) {
  pugi::xml_node area = info.append_child("area");
  add(area, "areaDesc", one_line(region.name(subject.texts.language())));
  const std::size_t points = points_of(region.geometry);
  if (points > 0 && points <= points_left) {
    points_left -= points;
    for (const Polygon& polygon : region.geometry.polygons) {
      if (polygon.rings.empty() || polygon.rings.front().size() < 3) continue;
      add(area, "polygon", cap_polygon(polygon.rings.front()));
    }
  }
  add_named(area, "geocode", region.code.find('-') == 2 ? "ISO3166-2" : "tocsin:region",
            one_line(region.code));
}

void add_areas(pugi::xml_node info, const CapSubject& subject) {
  const Region* region = subject.catalogue.regions.find(subject.revision.region);
  if (region == nullptr) {
    pugi::xml_node area = info.append_child("area");
    add(area, "areaDesc", subject.briefing.place.empty() ? "-" : subject.briefing.place);
    add_named(area, "geocode", "tocsin:region", one_line(subject.revision.region));
    return;
  }
  std::size_t points_left = subject.options.polygon_points_max;
  if (region->members.empty()) {
    add_area(info, subject, *region, points_left);
    return;
  }
  for (const RegionId member : region->members) {
    add_area(info, subject, subject.catalogue.regions.at(member), points_left);
  }
}

// Never empty: CAP demands it.
std::string event_of(const CapSubject& subject) {
  if (!subject.briefing.title.empty()) return subject.briefing.title;
  const std::string pattern = one_line(subject.revision.pattern);
  return pattern.empty() ? "alert" : pattern;
}

void add_info(pugi::xml_node alert, const CapSubject& subject) {
  const AlertRevision& revision = subject.revision;
  const CapWeight weight = cap_weight(revision);
  const std::int64_t issued = revision.issued.milliseconds();
  pugi::xml_node info = alert.append_child("info");
  add(info, "language", subject.briefing.language);
  add_categories(info, revision);
  add(info, "event", event_of(subject));
  add(info, "responseType", weight.response);
  add(info, "urgency", weight.urgency);
  add(info, "severity", weight.severity);
  add(info, "certainty", cap_certainty(revision));
  add_named(info, "eventCode", "tocsin:pattern", one_line(revision.pattern));
  add(info, "effective", cap_time(issued));
  add(info, "onset", cap_time(revision.episode_start));
  add(info, "expires", cap_time(issued + subject.options.valid_days * kMillisecondsPerDay));
  add(info, "senderName", one_line(subject.options.sender_name));
  add_texts(info, subject);
  if (!subject.options.message.web.empty()) {
    add(info, "web", one_line(subject.options.message.web) + "/alerts/" + revision.alert.hex());
  }
  add(info, "contact", one_line(subject.options.message.contact));
  add_parameters(info, revision);
  add_areas(info, subject);
}

}  // namespace

std::string cap_identifier(const Hash128& alert, std::uint32_t number) {
  return fmt::format("tocsin-{}-{}", alert.hex(), number);
}

Result<void> check_cap_sender(std::string_view sender) {
  const bool plain = std::ranges::all_of(
      sender, [](char c) { return c > ' ' && c <= '~' && c != ',' && c != '<' && c != '&'; });
  if (plain && !sender.empty() && sender.size() <= 254) return {};
  return fail(
      ErrorCode::kInvalid,
      fmt::format("CAP sender {:?}: allowed is plain ASCII without spaces, ',', '<' and '&', "
                  "1 to 254 characters",
                  sender.substr(0, 260)));
}

Result<std::string> render_cap(const AlertRevision& revision, std::string_view language,
                               const Catalogue& catalogue, const CapOptions& options) {
  if (auto checked = check_cap_sender(options.sender); !checked) {
    return tl::unexpected(checked.error());
  }
  if (revision.earlier.size() + 1 != revision.number) {
    return fail(ErrorCode::kInvalid,
                fmt::format("alert {} revision {}: it names {} earlier revisions, CAP needs all {}",
                            revision.alert.hex(), revision.number, revision.earlier.size(),
                            revision.number - 1));
  }
  const Texts texts(language);
  Recipient anyone;
  anyone.language = language;
  const Briefing briefing = brief(revision, anyone, catalogue, options.message);
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "UTF-8";
  pugi::xml_node alert = document.append_child("alert");
  alert.append_attribute("xmlns") = "urn:oasis:names:tc:emergency:cap:1.2";
  const CapSubject subject{revision, catalogue, options, texts, briefing};
  add_envelope(alert, subject);
  add_info(alert, subject);
  std::ostringstream out;
  document.save(out, "  ", pugi::format_default, pugi::encoding_utf8);
  return out.str();
}

}  // namespace tocsin
