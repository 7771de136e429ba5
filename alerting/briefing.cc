#include "alerting/briefing.h"

#include <algorithm>

#include "alerting/briefing_sections.h"
#include "alerting/clean_text.h"

namespace tocsin {
namespace {

constexpr std::size_t kSubjectBytesMax = 240;

// "level.warning", "level.warning.possible", "level.warning.inline".
std::string level_text(const Texts& texts, Level level, std::string_view form = "") {
  return texts.say(std::string("level.").append(name_of(level)).append(form));
}

// The same with what the publisher of the rule calls the level: "Warning (action)".
std::string level_text(const Texts& texts, Level level, const std::string& called,
                       std::string_view form) {
  std::string text = level_text(texts, level, form);
  if (!called.empty()) text += " (" + one_line(called) + ")";
  return text;
}

std::string handling_label(Tlp tlp) {
  std::string label = "TLP:";
  for (const char c : name_of(tlp)) label += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return label;
}

std::string headline(const BriefingSubject& subject) {
  const AlertRevision& revision = subject.revision;
  const bool possible = revision.certainty == "possible";
  return subject.texts.say(std::string("headline.").append(name_of(revision.kind)),
                           {{"level", level_text(subject.texts, revision.level, revision.level_name,
                                                 possible ? ".possible" : "")},
                            {"previous", level_text(subject.texts, revision.previous_level,
                                                    revision.previous_level_name, ".inline")}});
}

std::string basin_names(const BriefingSubject& subject) {
  std::vector<std::string> names;
  for (const std::string& code : subject.revision.shared_with) {
    const Region* basin = subject.catalogue.regions.find(code);
    names.push_back(one_line(basin ? basin->name(subject.texts.language()) : code));
  }
  return subject.texts.list(names);
}

std::vector<std::string> lead(const BriefingSubject& subject) {
  const AlertRevision& revision = subject.revision;
  const Texts& texts = subject.texts;
  std::vector<std::string> lead{texts.say(
      std::string("status.").append(name_of(revision.kind)),
      {{"level", level_text(texts, revision.level, revision.level_name, ".inline")},
       {"previous",
        level_text(texts, revision.previous_level, revision.previous_level_name, ".inline")},
       {"other", one_line(revision.merged_into)}})};
  const bool level_is_new = revision.kind == RevisionKind::kRaised ||
                            revision.kind == RevisionKind::kEscalated ||
                            revision.kind == RevisionKind::kEased;
  if (level_is_new && revision.level != Level::kNone) {
    lead.back() += ' ' + texts.say(std::string("meaning.").append(name_of(revision.level)));
  }
  const bool open = !closes(revision.kind);
  if (open && revision.kind != RevisionKind::kLapsed && !revision.dimensions_true.empty()) {
    lead.push_back(texts.say("lead.dimensions",
                             {{"count", static_cast<std::int64_t>(revision.dimensions_true.size())},
                              {"dimensions", dimension_list(subject, revision.dimensions_true)}}));
  }
  if (open) {
    const auto unknown = unknown_dimensions(subject);
    lead.insert(lead.end(), unknown.begin(), unknown.end());
  }
  if (!revision.shared_with.empty()) {
    lead.push_back(texts.say("lead.shared", {{"basins", basin_names(subject)}}));
  }
  return lead;
}

std::string subject_line(const Briefing& briefing, const Texts& texts, bool illustrative) {
  // The label must survive a long title, so what is in front of it is cut first.
  std::string line = one_line(texts.say("subject", {{"headline", briefing.headline},
                                                    {"place", briefing.place},
                                                    {"title", briefing.title}}),
                              kSubjectBytesMax - 60);
  if (illustrative) line = texts.say("subject.illustrative", {{"subject", line}});
  return texts.say("subject.handling",
                   {{"subject", line}, {"tlp", briefing.handling.substr(sizeof("TLP:") - 1)}});
}

}  // namespace

Recipient recipient_of(const Dispatch& dispatch, const Catalogue& catalogue) {
  Recipient recipient{
      .key = dispatch.committee, .name = dispatch.committee, .reason = dispatch.reason};
  const auto committee =
      std::ranges::find(catalogue.committees, dispatch.committee, &Committee::key);
  if (committee == catalogue.committees.end()) return recipient;
  recipient.name = committee->name;
  recipient.language = committee->language;
  recipient.time_zone = committee->time_zone;
  return recipient;
}

std::string place_name(const AlertRevision& revision, const Catalogue& catalogue,
                       const Texts& texts) {
  const Region* region = catalogue.regions.find(revision.region);
  if (region == nullptr) return one_line(revision.region_name);
  std::string place = one_line(region->name(texts.language()));
  for (const RegionId above : catalogue.regions.ancestors(region->id)) {
    const Region& ancestor = catalogue.regions.at(above);
    if (ancestor.kind != RegionKind::kCountry) continue;
    return texts.say("place.in_country",
                     {{"place", place}, {"country", one_line(ancestor.name(texts.language()))}});
  }
  return place;
}

Briefing brief(const AlertRevision& revision, const Recipient& recipient,
               const Catalogue& catalogue, const MessageOptions& options) {
  const Texts texts(recipient.language);
  const BriefingSubject subject{revision, recipient, catalogue, options, texts};
  Briefing briefing;
  briefing.language = texts.language();
  briefing.level = revision.level;
  if (revision.illustrative) briefing.banner = texts.say("banner.illustrative");
  briefing.handling = handling_label(revision.tlp);
  briefing.headline = headline(subject);
  briefing.place = place_name(revision, catalogue, texts);
  briefing.title = one_line(revision.title);
  briefing.lead = lead(subject);
  briefing.sections = briefing_sections(subject);
  briefing.subject = subject_line(briefing, texts, revision.illustrative);
  return briefing;
}

}  // namespace tocsin
