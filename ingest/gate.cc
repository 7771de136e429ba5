#include "ingest/gate.h"

#include <fmt/format.h>

#include <algorithm>

#include "ingest/gate_claim.h"
#include "model/diagnostic.h"

namespace tocsin {
namespace {

Admission refused(Rejection rejection) {
  Admission admission;
  admission.fate = Fate::kQuarantined;
  admission.rejection = std::move(rejection);
  return admission;
}

Admission unchanged(Fate fate) {
  Admission admission;
  admission.fate = fate;
  return admission;
}

Rejection unknown_source(const Catalogue& catalogue, const std::string& key) {
  NearestWord search(key);
  for (const auto& source : catalogue.sources) search.offer(source.key);
  std::string allowed = "the key of a source in the configuration";
  if (!search.best().empty()) allowed += fmt::format("; did you mean \"{}\"?", search.best());
  return {"unknown-source", "/source", fmt::format("there is no source \"{}\"", key),
          std::move(allowed)};
}

Rejection source_not_allowed(const Catalogue& catalogue, const Producer& producer,
                             const std::string& key) {
  std::string allowed;
  for (const SourceId id : producer.sources) {
    const Source* source = catalogue.find(id);
    if (source) allowed += fmt::format("{}{}", allowed.empty() ? "" : ", ", source->key);
  }
  if (allowed.empty()) allowed = "none";
  return {"source-not-allowed", "/source",
          fmt::format("the producer {} may not speak for {}", producer.name, key),
          std::move(allowed)};
}

}  // namespace

Rejection conflict_rejection(std::uint32_t revision, const Hash128& winner) {
  return {"conflict", "/revision",
          fmt::format("revision {} was also sent with another content, {}, which holds", revision,
                      winner.hex()),
          "a higher revision for a changed content"};
}

Admission admit(const Catalogue& catalogue, const GatePolicy& policy, const Arrival& arrival,
                const Record& record, const LatestRevision* current) {
  const Source* source = catalogue.find_source(record.source);
  if (!source) return refused(unknown_source(catalogue, record.source));
  const auto& relayed = arrival.producer.sources;
  if (std::find(relayed.begin(), relayed.end(), source->id) == relayed.end()) {
    return refused(source_not_allowed(catalogue, arrival.producer, record.source));
  }

  if (current && record.revision < current->revision) return unchanged(Fate::kSuperseded);
  const bool same_revision = current && record.revision == current->revision;
  const Hash128 content = arrival.content ? *arrival.content : content_hash(record);
  if (same_revision && content == current->content) return unchanged(Fate::kDuplicate);
  if (same_revision && content < current->content) {
    return refused(conflict_rejection(record.revision, current->content));
  }

  // Of equal periods the figure published later counts: one from the future would win until then.
  const Day latest = day_of(arrival.now) + policy.days_ahead;
  if (record.published && day_of(*record.published) > latest)
    return refused({"future-published", "/published",
                    fmt::format("{} lies in the future", format_rfc3339(*record.published)),
                    fmt::format("at most {}", format_day(latest))});

  auto claim = make_claim(catalogue, policy, *source, record, arrival.now);
  if (!claim) return refused(std::move(claim.error()));
  const bool late = end_of(*claim) <= policy.lateness_horizon;
  if (late && record.revision == 1) return unchanged(Fate::kArchivedLate);
  // A later revision moves the record before the horizon: what an older one said is no longer so,
  // whether that is here already or still to come.
  if (late) claim = std::monostate();

  Admission admission;
  admission.fate = late ? Fate::kArchivedLate : Fate::kApplied;
  if (same_revision) admission.displaced_content = current->content;
  Change& change = admission.change.emplace();
  if (current) change.before = *current;
  LatestRevision& after = change.after;
  after.identity = current            ? current->identity
                   : arrival.identity ? *arrival.identity
                                      : identity_hash(record.source, record.id);
  after.source = source->id;
  after.revision = record.revision;
  after.content = content;
  after.published = record.published.value_or(PublishedTime(arrival.now.milliseconds()));
  after.tlp = record.tlp;
  after.journal_sequence = arrival.journal_sequence;
  after.journal_index = arrival.journal_index;
  after.claim = std::move(*claim);
  return admission;
}

}  // namespace tocsin
