#include <algorithm>

#include "alerting/texts.h"

namespace tocsin {
namespace {

// House style: plain words, short sentences, no blame, no advice disguised as fact. A level is a
// statement about data, never about a party. Sorted by id.
constexpr TextEntry kEnglish[] = {
    {"about.alert", "Alert"},
    {"about.day", "Day assessed"},
    {"about.episode", "Episode"},
    {"about.episode.ended", "{start} to {end}"},
    {"about.episode.open", "since {start}"},
    {"about.first", "First issued"},
    {"about.handling", "Handling"},
    {"about.issued", "Issued"},
    {"about.neutral",
     "tocsin reports what published data shows when read by a rule that is open to inspection. It "
     "does not say who is responsible, and it does not decide what should be done."},
    {"about.reason", "Why you receive it"},
    {"about.revision", "Revision"},
    {"about.rule", "Rule"},
    {"about.rule.value", "{pattern}, rule pack {pack}, version {version}"},
    {"about.to", "Sent to"},
    {"acknowledge.contact",
     "Please confirm that you have read this: reply to this message or write to {contact}, naming "
     "alert {alert}, revision {revision}."},
    {"acknowledge.reply",
     "Please let the people who run this service know that you have read this, naming alert "
     "{alert}, revision {revision}."},
    {"acknowledge.web", "The alert with its whole history is at {url}."},
    {"advice.intro",
     "Options that parliaments have at this level, grouped by function. Which of them fit is for "
     "the "
     "committee to judge."},
    {"advice.point", "{horizon}: {text}"},
    {"banner.illustrative",
     "ILLUSTRATIVE DATA. This is a demonstration: the events and figures below are not real. "
     "Please "
     "do not act on them or pass them on as news."},
    {"cap.addresses", "the committees to which tocsin sends this alert"},
    {"certainty.likely",
     "Likely: the figures above were measured or reported, but part of what the rule looks at is "
     "not known, so the level may prove too low."},
    {"certainty.observed",
     "Observed: the figures above were measured or reported. None of them is a forecast."},
    {"certainty.possible",
     "Possible: part of the information that the rule needs is missing, so the level shown may "
     "change when it arrives."},
    {"change.item", "{title}: {change}"},
    {"dimension.community", "community"},
    {"dimension.economic", "economic"},
    {"dimension.environmental", "environmental"},
    {"dimension.food", "food"},
    {"dimension.health", "health"},
    {"dimension.personal", "personal"},
    {"dimension.political", "political"},
    {"dimension.technological", "technological"},
    {"evidence.figures", "Figures up to {day}."},
    {"evidence.lead", "{title} ({dimension})"},
    {"evidence.off.since", "Condition not met since {day}."},
    {"evidence.on.since", "Condition met since {day}."},
    {"evidence.reference", "Threshold: {reference}"},
    {"evidence.sources", "{count, plural, one {Source: {sources}.} other {Sources: {sources}.}}"},
    {"evidence.unknown.always", "Not known on any day so far."},
    {"evidence.unknown.received", "Never received: no source has sent anything for this yet."},
    {"evidence.unknown.since", "Not known since {day}."},
    {"evidence.withheld",
     "Evidence withheld: part of what this alert rests on is under a stricter handling label than "
     "this message and is left out, for all recipients alike."},
    {"function.budget", "Budget"},
    {"function.diplomacy", "Parliamentary diplomacy"},
    {"function.legislate", "Law-making"},
    {"function.oversee", "Oversight"},
    {"function.represent", "Representation"},
    {"heading.about", "About this message"},
    {"heading.acknowledge", "Confirming receipt"},
    {"heading.advice", "What a parliament can do"},
    {"heading.calm", "What does not point to a threat"},
    {"heading.certainty", "How sure this is"},
    {"heading.changes", "What changed"},
    {"heading.evidence", "What this rests on"},
    {"heading.evidence.closed", "What still points to a threat"},
    {"heading.outlook", "What would change it"},
    {"heading.sdg", "Sustainable Development Goals concerned"},
    {"heading.sources", "Sources"},
    {"heading.unknown", "What is not known"},
    {"headline.cleared", "Cleared"},
    {"headline.eased", "{level}, down from {previous}"},
    {"headline.escalated", "{level}, up from {previous}"},
    {"headline.lapsed", "{level}, evidence out of date"},
    {"headline.merged", "Closed, merged with another alert"},
    {"headline.proposed", "{level}, proposed"},
    {"headline.raised", "{level}"},
    {"headline.refused", "Not agreed to"},
    {"headline.retired", "Closed, rule no longer in use"},
    {"headline.updated", "{level}, updated"},
    {"headline.vetoed", "Vetoed"},
    {"headline.withdrawn", "Withdrawn"},
    {"horizon.long", "Long term"},
    {"horizon.medium", "Medium term"},
    {"horizon.short", "Short term"},
    {"lead.dimensions",
     "In this place {count, plural, one {one dimension of human security shows a threat} other "
     "{{count, spellout} dimensions of human security show threats within the same period}}: "
     "{dimensions}."},
    {"lead.dimensions.reach",
     "It is not known whether {count, plural, one {one dimension shows} other {{count, spellout} "
     "dimensions show}} a threat, since data on {count, plural, one {it} other {them}} reaches to "
     "{day} only: {dimensions}."},
    {"lead.dimensions.unknown",
     "For lack of data {count, plural, one {one dimension} other {{count, spellout} "
     "dimensions}} cannot be judged: {dimensions}."},
    {"lead.shared",
     "This alert concerns a basin that several states share ({basins}). The committees of all its "
     "states were sent the same alert in the same step."},
    {"level.emergency", "Emergency"},
    {"level.emergency.inline", "emergency"},
    {"level.emergency.possible", "Possible emergency"},
    {"level.none", "No alert"},
    {"level.none.inline", "no alert"},
    {"level.none.possible", "No alert"},
    {"level.warning", "Warning"},
    {"level.warning.inline", "warning"},
    {"level.warning.possible", "Possible warning"},
    {"level.watch", "Watch"},
    {"level.watch.inline", "watch"},
    {"level.watch.possible", "Possible watch"},
    {"meaning.emergency",
     "Emergency is the highest of three levels: the strongest condition of the rule is met and "
     "time is short."},
    {"meaning.warning",
     "Warning is the second of three levels: enough signs have come together to make preparing "
     "worthwhile."},
    {"meaning.watch",
     "Watch is the first of three levels: early signs have come together and are worth following."},
    {"place.in_country", "{place}, {country}"},
    {"reliability.A", "completely reliable"},
    {"reliability.B", "usually reliable"},
    {"reliability.C", "fairly reliable"},
    {"reliability.D", "not usually reliable"},
    {"reliability.E", "unreliable"},
    {"reliability.F", "reliability cannot be judged"},
    {"sdg.goal.1", "no poverty"},
    {"sdg.goal.10", "reduced inequalities"},
    {"sdg.goal.11", "sustainable cities and communities"},
    {"sdg.goal.12", "responsible consumption and production"},
    {"sdg.goal.13", "climate action"},
    {"sdg.goal.14", "life below water"},
    {"sdg.goal.15", "life on land"},
    {"sdg.goal.16", "peace, justice and strong institutions"},
    {"sdg.goal.17", "partnerships for the goals"},
    {"sdg.goal.2", "zero hunger"},
    {"sdg.goal.3", "good health and well-being"},
    {"sdg.goal.4", "quality education"},
    {"sdg.goal.5", "gender equality"},
    {"sdg.goal.6", "clean water and sanitation"},
    {"sdg.goal.7", "affordable and clean energy"},
    {"sdg.goal.8", "decent work and economic growth"},
    {"sdg.goal.9", "industry, innovation and infrastructure"},
    {"sdg.target", "Target {target} (Goal {goal}: {name})"},
    {"sdg.target.plain", "Target {target}"},
    {"silence.agrees", "It is raised on {deadline} unless it is vetoed before."},
    {"silence.refuses", "It is dropped on {deadline} unless it is agreed to before."},
    {"skill.none", "There is no record of this rule in back-tests yet."},
    {"source.reach", "Data up to {day}."},
    {"source.reliability", "Reliability {letter} on the Admiralty scale: {words}."},
    {"source.short", "{name} (reliability {letter})"},
    {"status.cleared",
     "The conditions for this alert no longer hold, and current data shows it. The alert, last at "
     "{previous}, is closed."},
    {"status.eased", "The level went down from {previous} to {level}. The alert stays open."},
    {"status.escalated", "The level went up from {previous} to {level}."},
    {"status.lapsed",
     "Too much of the evidence behind this alert has been out of date for too long to say whether "
     "it still holds. This is not an all-clear: what is happening now is not known."},
    {"status.merged",
     "This alert is closed because it describes the same episode as alert {other}, which goes on. "
     "It "
     "does not mean that anything has improved."},
    {"status.proposed",
     "An alert at level {level} is proposed and not in force. You are asked to decide."},
    {"status.raised", "New alert at level {level}."},
    {"status.refused",
     "The alert that was proposed at level {previous} is not raised: it was not agreed to in time. "
     "This is not an all-clear: its conditions hold."},
    {"status.retired",
     "This alert is closed because the rule behind it is no longer in use. This is not an "
     "all-clear: "
     "the rule that would have told has stopped."},
    {"status.updated", "The level stays at {level}. What it rests on has changed."},
    {"status.vetoed",
     "The alert that was proposed at level {previous} is not raised: it was vetoed. This is not an "
     "all-clear: its conditions hold."},
    {"status.withdrawn",
     "This alert is withdrawn: with the data as corrected it would not have been raised. Please "
     "tell "
     "those to whom you passed it on."},
    {"subject", "{headline}: {place} - {title}"},
    {"subject.handling", "{subject} [TLP:{tlp}]"},
    {"subject.illustrative", "[ILLUSTRATIVE] {subject}"},
    {"time.local", "{date}, {clock} {zone} ({utc_clock} UTC)"},
    {"time.local.other_day", "{date}, {clock} {zone} ({utc_date}, {utc_clock} UTC)"},
    {"time.utc", "{date}, {clock} UTC"},
    {"tlp.amber",
     "TLP:AMBER - for your organisation and those it serves, to those who need to know."},
    {"tlp.amber+strict",
     "TLP:AMBER+STRICT - for your organisation only, to those who need to know."},
    {"tlp.clear", "TLP:CLEAR - may be passed on freely."},
    {"tlp.green", "TLP:GREEN - may be passed on within the community, but not published."},
    {"tlp.red", "TLP:RED - for the named recipients only. Please do not pass it on."},
    {"unknown.absent",
     "This rule does not look at {count, plural, one {one dimension} other {{count, spellout} "
     "dimensions}} at all: {dimensions}."},
    {"unknown.intro",
     "Not known is not the same as calm. It neither raises nor clears an alert; here is what could "
     "not be judged."},
    {"unknown.nothing", "Every signal that this rule reads could be judged."},
};
static_assert(std::ranges::is_sorted(kEnglish, {}, &TextEntry::id));
static_assert(std::ranges::adjacent_find(kEnglish, {}, &TextEntry::id) == std::end(kEnglish));

}  // namespace

std::span<const TextEntry> english_texts() { return kEnglish; }

}  // namespace tocsin
