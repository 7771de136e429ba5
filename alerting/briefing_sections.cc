#include "alerting/briefing_sections.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "alerting/clean_text.h"
#include "alerting/local_time.h"

namespace tocsin {
namespace {

constexpr std::array<std::string_view, 5> kFunctions{"legislate", "oversee", "budget", "represent",
                                                     "diplomacy"};
constexpr std::array<std::string_view, 3> kHorizons{"short", "medium", "long"};

BriefingSection section(const BriefingSubject& subject, std::string_view heading) {
  BriefingSection section;
  section.heading = subject.texts.say(heading);
  return section;
}

std::string dated(const BriefingSubject& subject, std::string_view id, Day day) {
  return subject.texts.say(id, {{"day", long_date(subject.texts, day)}});
}

std::string source_line(const BriefingSubject& subject, const Evidence& evidence) {
  std::vector<std::string> names;
  for (const EvidenceSource& source : evidence.sources) {
    names.push_back(subject.texts.say("source.short",
                                      {{"name", one_line(source.name)},
                                       {"letter", one_line(std::string(1, source.reliability))}}));
  }
  return subject.texts.say("evidence.sources", {{"count", static_cast<std::int64_t>(names.size())},
                                                {"sources", subject.texts.list(names)}});
}

BriefingItem evidence_item(const BriefingSubject& subject, const Evidence& evidence) {
  BriefingItem item;
  item.lead = subject.texts.say("evidence.lead",
                                {{"title", one_line(evidence.title)},
                                 {"dimension", dimension_name(subject, evidence.dimension)}});
  item.text = one_line(evidence.sentence);
  std::string when;
  if (evidence.since) {
    when = dated(subject, "evidence." + evidence.state + ".since", *evidence.since);
  }
  if (evidence.state == "unknown" && !evidence.since) {
    when = subject.texts.say(evidence.sources.empty() ? "evidence.unknown.received"
                                                      : "evidence.unknown.always");
  }
  if (evidence.evidence_day) {
    if (!when.empty()) when += ' ';
    when += dated(subject, "evidence.figures", *evidence.evidence_day);
  }
  if (!when.empty()) item.details.push_back(when);
  if (!evidence.sources.empty()) item.details.push_back(source_line(subject, evidence));
  if (!evidence.reference.empty()) {
    item.details.push_back(
        subject.texts.say("evidence.reference", {{"reference", one_line(evidence.reference)}}));
  }
  return item;
}

std::vector<BriefingItem> evidence_items(const BriefingSubject& subject, std::string_view state) {
  std::vector<BriefingItem> items;
  for (const Evidence& evidence : subject.revision.evidence) {
    if (evidence.state == state) items.push_back(evidence_item(subject, evidence));
  }
  return items;
}

std::vector<BriefingItem> sentences(const std::vector<std::string>& texts) {
  std::vector<BriefingItem> items;
  items.reserve(texts.size());
  for (const std::string& text : texts) {
    items.push_back({.lead = "", .text = one_line(text), .points = {}, .details = {}});
  }
  return items;
}

BriefingSection changes(const BriefingSubject& subject) {
  BriefingSection changes = section(subject, "heading.changes");
  changes.items = sentences(subject.revision.changes);
  return changes;
}

BriefingSection evidence_on(const BriefingSubject& subject) {
  BriefingSection on = section(
      subject, closes(subject.revision.kind) ? "heading.evidence.closed" : "heading.evidence");
  on.items = evidence_items(subject, "on");
  if (subject.revision.evidence_withheld) {
    on.paragraphs.push_back(subject.texts.say("evidence.withheld"));
  }
  return on;
}

BriefingSection evidence_off(const BriefingSubject& subject) {
  BriefingSection off = section(subject, "heading.calm");
  off.items = evidence_items(subject, "off");
  return off;
}

// Dimensions of the catalogue that no signal of the rule speaks about: absent, which is not the
// same as unknown (docs/SEMANTICS.md section 4).
std::vector<std::string> absent_dimensions(const BriefingSubject& subject) {
  const AlertRevision& revision = subject.revision;
  std::set<std::string_view> seen(revision.dimensions_true.begin(), revision.dimensions_true.end());
  seen.insert(revision.dimensions_unknown.begin(), revision.dimensions_unknown.end());
  for (const Evidence& evidence : revision.evidence) seen.insert(evidence.dimension);
  std::vector<std::string> absent;
  for (const Dimension& dimension : subject.catalogue.dimensions) {
    if (!seen.contains(dimension.code)) absent.push_back(dimension.code);
  }
  return absent;
}

// The last day that everything unknown of a dimension is covered to, when it became unknown only
// after that day; nullopt when something else is missing as well.
std::optional<Day> reach_of(const AlertRevision& revision, const std::string& dimension) {
  std::optional<Day> reach;
  for (const Evidence& evidence : revision.evidence) {
    if (evidence.dimension != dimension || evidence.state != "unknown") continue;
    if (evidence.sources.empty()) return std::nullopt;
    for (const EvidenceSource& source : evidence.sources) {
      if (!source.covered_until || !evidence.since || *evidence.since < *source.covered_until)
        return std::nullopt;
      const Day last = *source.covered_until - 1;
      reach = reach ? std::min(*reach, last) : last;
    }
  }
  return reach;
}

BriefingSection unknowns(const BriefingSubject& subject) {
  BriefingSection unknown = section(subject, "heading.unknown");
  unknown.items = evidence_items(subject, "unknown");
  if (unknown.items.empty()) unknown.items = sentences(unknown_dimensions(subject));
  unknown.paragraphs.push_back(
      subject.texts.say(unknown.items.empty() ? "unknown.nothing" : "unknown.intro"));
  if (const auto absent = absent_dimensions(subject); !absent.empty()) {
    unknown.items.emplace_back().text =
        subject.texts.say("unknown.absent", {{"count", static_cast<std::int64_t>(absent.size())},
                                             {"dimensions", dimension_list(subject, absent)}});
  }
  return unknown;
}

BriefingSection outlook(const BriefingSubject& subject) {
  BriefingSection outlook = section(subject, "heading.outlook");
  outlook.items = sentences(subject.revision.outlook);
  for (const Evidence& evidence : subject.revision.evidence) {
    if (evidence.change.empty()) continue;
    outlook.items.push_back(
        {.lead = "",
         .text = subject.texts.say("change.item", {{"title", one_line(evidence.title)},
                                                   {"change", one_line(evidence.change)}}),
         .points = {},
         .details = {}});
  }
  return outlook;
}

template <std::size_t N>
std::size_t rank(const std::array<std::string_view, N>& order, std::string_view word) {
  return static_cast<std::size_t>(std::ranges::find(order, word) - order.begin());
}

BriefingSection advice(const BriefingSubject& subject) {
  BriefingSection advice = section(subject, "heading.advice");
  advice.part = BriefingPart::kAdvice;
  std::vector<Advice> sorted = subject.revision.advice;
  std::ranges::stable_sort(sorted, {}, [](const Advice& option) {
    return std::pair(rank(kFunctions, option.function), rank(kHorizons, option.horizon));
  });
  std::string_view function;
  for (const Advice& option : sorted) {
    if (advice.items.empty() || option.function != function) {
      function = option.function;
      advice.items.emplace_back().lead =
          one_line(subject.texts.say_or("function." + option.function, option.function));
    }
    const std::string horizon = subject.texts.say_or("horizon." + option.horizon, option.horizon);
    advice.items.back().points.push_back(subject.texts.say(
        "advice.point", {{"horizon", one_line(horizon)}, {"text", one_line(option.text)}}));
  }
  if (!advice.items.empty()) advice.paragraphs.push_back(subject.texts.say("advice.intro"));
  return advice;
}

BriefingSection certainty(const BriefingSubject& subject) {
  const AlertRevision& revision = subject.revision;
  BriefingSection certainty = section(subject, "heading.certainty");
  if (!revision.certainty.empty()) {
    certainty.paragraphs.push_back(
        one_line(subject.texts.say_or("certainty." + revision.certainty, revision.certainty)));
  }
  certainty.paragraphs.push_back(revision.skill.empty() ? subject.texts.say("skill.none")
                                                        : one_line(revision.skill));
  return certainty;
}

BriefingSection sources(const BriefingSubject& subject) {
  BriefingSection sources = section(subject, "heading.sources");
  std::set<std::string> listed;
  for (const Evidence& evidence : subject.revision.evidence) {
    for (const EvidenceSource& source : evidence.sources) {
      if (!listed.insert(source.key).second) continue;
      const std::string letter(1, source.reliability);
      BriefingItem item{.lead = one_line(source.name),
                        .text = one_line(source.citation),
                        .points = {},
                        .details = {}};
      item.details.push_back(subject.texts.say(
          "source.reliability",
          {{"letter", one_line(letter)},
           {"words",
            subject.texts.say_or("reliability." + letter, subject.texts.say("reliability.F"))}}));
      if (source.covered_until) {
        item.details.back() += ' ' + dated(subject, "source.reach", *source.covered_until - 1);
      }
      sources.items.push_back(item);
    }
  }
  return sources;
}

BriefingSection goals(const BriefingSubject& subject) {
  BriefingSection goals = section(subject, "heading.sdg");
  for (const std::string& target : subject.revision.sdg_targets) {
    const std::string goal = target.substr(0, target.find('.'));
    const std::string name = subject.texts.say_or("sdg.goal." + goal, "");
    const std::string id = name.empty() ? "sdg.target.plain" : "sdg.target";
    goals.items.push_back({.lead = "",
                           .text = subject.texts.say(
                               id, {{"target", one_line(target)}, {"goal", goal}, {"name", name}}),
                           .points = {},
                           .details = {}});
  }
  return goals;
}

BriefingSection acknowledge(const BriefingSubject& subject) {
  const MessageOptions& options = subject.options;
  const std::string alert = subject.revision.alert.hex();
  BriefingSection acknowledge = section(subject, "heading.acknowledge");
  acknowledge.part = BriefingPart::kRecipient;
  acknowledge.paragraphs.push_back(
      subject.texts.say(options.contact.empty() ? "acknowledge.reply" : "acknowledge.contact",
                        {{"contact", one_line(options.contact)},
                         {"alert", alert},
                         {"revision", std::to_string(subject.revision.number)}}));
  if (!options.web.empty()) {
    acknowledge.paragraphs.push_back(subject.texts.say(
        "acknowledge.web", {{"url", one_line(options.web) + "/alerts/" + alert}}));
  }
  return acknowledge;
}

std::string episode(const BriefingSubject& subject) {
  const AlertRevision& revision = subject.revision;
  const std::string start = long_date(subject.texts, revision.episode_start);
  if (!revision.episode_end) return subject.texts.say("about.episode.open", {{"start", start}});
  const Day last = std::max(revision.episode_start, *revision.episode_end - 1);
  return subject.texts.say("about.episode.ended",
                           {{"start", start}, {"end", long_date(subject.texts, last)}});
}

BriefingSection about(const BriefingSubject& subject) {
  const AlertRevision& revision = subject.revision;
  const Recipient& recipient = subject.recipient;
  BriefingSection about = section(subject, "heading.about");
  about.part = BriefingPart::kRecipient;
  const auto fact = [&](std::string_view id, const std::string& value) {
    if (value.empty()) return;
    about.items.push_back(
        {.lead = subject.texts.say(id), .text = value, .points = {}, .details = {}});
  };
  fact("about.handling", subject.texts.say(std::string("tlp.").append(name_of(revision.tlp))));
  fact("about.alert", revision.alert.hex());
  fact("about.revision", std::to_string(revision.number));
  fact("about.issued", local_time(subject.texts, revision.issued, recipient.time_zone));
  if (!revision.earlier.empty()) {
    fact("about.first", local_time(subject.texts, revision.earlier.front(), recipient.time_zone));
  }
  fact("about.day", long_date(subject.texts, revision.tick));
  fact("about.episode", episode(subject));
  fact("about.rule",
       subject.texts.say("about.rule.value", {{"pattern", one_line(revision.pattern)},
                                              {"pack", one_line(revision.pack)},
                                              {"version", one_line(revision.pack_version)}}));
  fact("about.to", one_line(recipient.name));
  fact("about.reason", one_line(recipient.reason));
  about.paragraphs.push_back(subject.texts.say("about.neutral"));
  return about;
}

}  // namespace

std::string dimension_name(const BriefingSubject& subject, std::string_view code) {
  const Dimension* known = subject.catalogue.find_dimension(code);
  std::string otherwise(code);
  if (known != nullptr) {
    const auto name = known->names.find(std::string(subject.texts.language()));
    if (name != known->names.end()) otherwise = name->second;
  }
  return one_line(subject.texts.say_or(std::string("dimension.").append(code), otherwise));
}

std::string dimension_list(const BriefingSubject& subject, const std::vector<std::string>& codes) {
  std::vector<std::string> names;
  names.reserve(codes.size());
  for (const std::string& code : codes) names.push_back(dimension_name(subject, code));
  return subject.texts.list(names);
}

std::vector<std::string> unknown_dimensions(const BriefingSubject& subject) {
  std::map<Day, std::vector<std::string>> reaching;
  std::vector<std::string> blind;
  for (const std::string& code : subject.revision.dimensions_unknown) {
    const auto reach = reach_of(subject.revision, code);
    (reach ? reaching[*reach] : blind).push_back(code);
  }
  const auto count = [](const std::vector<std::string>& codes) {
    return static_cast<std::int64_t>(codes.size());
  };
  std::vector<std::string> out;
  for (const auto& [day, codes] : reaching) {
    out.push_back(
        subject.texts.say("lead.dimensions.reach", {{"count", count(codes)},
                                                    {"dimensions", dimension_list(subject, codes)},
                                                    {"day", long_date(subject.texts, day)}}));
  }
  if (!blind.empty()) {
    out.push_back(subject.texts.say(
        "lead.dimensions.unknown",
        {{"count", count(blind)}, {"dimensions", dimension_list(subject, blind)}}));
  }
  return out;
}

std::vector<BriefingSection> briefing_sections(const BriefingSubject& subject) {
  std::vector<BriefingSection> sections;
  const auto add = [&](BriefingSection part) {
    if (!part.items.empty() || !part.paragraphs.empty()) sections.push_back(std::move(part));
  };
  const bool closed = closes(subject.revision.kind);
  add(changes(subject));
  add(evidence_on(subject));
  add(unknowns(subject));
  add(evidence_off(subject));
  add(outlook(subject));
  // Options at a level make no sense once the alert is over.
  if (!closed) add(advice(subject));
  add(certainty(subject));
  add(sources(subject));
  add(goals(subject));
  add(acknowledge(subject));
  add(about(subject));
  return sections;
}

}  // namespace tocsin
