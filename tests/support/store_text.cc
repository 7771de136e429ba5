#include "tests/support/store_text.h"

#include <fmt/format.h>

#include <variant>

#include "model/alert.h"
#include "model/hash.h"

namespace tocsin::testsupport {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

std::string digest(const std::string& text) { return hash128(text).hex(); }

std::string text_of(const Input& input) {
  const auto rest = std::visit(
      Overloaded{
          [](const RecordsInput& i) {
            return fmt::format("{} {} {} {}", i.producer, i.epoch, i.sequence, i.payload);
          },
          [](const ContentInput& i) { return fmt::format("{} {} {}", i.kind, i.name, i.content); },
          [](const EngineInput& i) { return i.version; },
          [](const DeliveryInput& i) {
            return fmt::format("{} {} {}", i.result.dispatch.hex(), name_of(i.result.outcome),
                               i.result.answer);
          },
          [](const HorizonInput& i) { return fmt::format("{} {}", i.horizon, i.day.number()); },
          [](const auto&) { return std::string(); }},
      input);
  return fmt::format("{} {}\n", name_of(input), rest);
}

std::string text_of(const SeriesKey& key) {
  return fmt::format("region {} indicator {} group {}", key.region.number(), key.indicator.number(),
                     key.group.number());
}

std::string text_of(const Claim& claim) {
  return std::visit(
      Overloaded{[](const std::monostate&) { return std::string("nothing"); },
                 [](const ObservationClaim& c) {
                   return fmt::format("{} is {} in [{}, {})", text_of(c.series), c.value,
                                      c.start.number(), c.end.number());
                 },
                 [](const EventClaim& c) {
                   return fmt::format("event {} in region {}{} in [{}, {}) deaths {} actors {}",
                                      c.kind.number(), c.region.number(),
                                      c.vague_place ? " (vague)" : "", c.start.number(),
                                      c.end.number(), c.deaths, c.actors.size());
                 },
                 [](const ForecastClaim& c) {
                   return fmt::format("forecast of {} in [{}, {})", text_of(c.series),
                                      c.start.number(), c.end.number());
                 },
                 [](const CoverageClaim& c) {
                   return fmt::format("coverage of {} regions in [{}, {})", c.regions.size(),
                                      c.from.number(), c.until.number());
                 }},
      claim);
}

}  // namespace

std::string text_of(const StoreContent& content) {
  std::string text;
  std::string all;
  for (const auto& [sequence, entry] : content.journal) {
    all += fmt::format("{} {}\n", sequence, entry.now.milliseconds());
    for (const Input& input : entry.inputs) all += text_of(input);
  }
  text += fmt::format("journal: {} entries {}\n", content.journal.size(), digest(all));
  for (const auto& [chain, rows] : content.ledger)
    text += fmt::format("chain {}: {} entries {}\n", name_of(chain), rows.size(), rows.back().hash);
  all.clear();
  for (const auto& [key, revision] : content.alerts) all += to_json(revision) + "\n";
  text += fmt::format("alerts: {} revisions {}\n", content.alerts.size(), digest(all));
  for (const auto& [alert, number] : content.open_alerts)
    text += fmt::format("open: {} revision {}\n", alert.hex(), number);
  for (const auto& [id, dispatch] : content.dispatches)
    text += fmt::format("dispatch {} of {} revision {} to {} {} {} {} attempts, next {}: {}\n",
                        id.hex(), dispatch.alert.hex(), dispatch.revision, dispatch.committee,
                        dispatch.address.target, name_of(dispatch.state), dispatch.attempts,
                        dispatch.next_attempt.milliseconds(), dispatch.last_answer);
  for (const auto& [sequence, row] : content.quarantine)
    text += fmt::format("quarantine {}: journal {} {} {} {} {}\n", sequence, row.journal_sequence,
                        row.producer, row.received.milliseconds(), row.rejection.code,
                        digest(row.rejection.message + row.record));
  for (const auto& [key, number] : content.numbering)
    text += fmt::format("number {} {}: {}\n", static_cast<int>(std::get<0>(key)), std::get<1>(key),
                        number);
  for (const auto& [key, sequence] : content.positions)
    text += fmt::format("position {} {}: {}\n", std::get<0>(key), std::get<1>(key), sequence);
  for (const auto& [source, totals] : content.fates)
    text += fmt::format("fates {}: {}\n", source.number(), fmt::join(totals, " "));
  for (const auto& [identity, revision] : content.latest)
    text += fmt::format("latest {} {}: revision {} content {} published {} journal {}: {}\n",
                        identity.source.number(), identity.hash.hex(), revision.revision,
                        revision.content.hex(), revision.published.milliseconds(),
                        revision.journal_sequence, text_of(revision.claim));
  return text;
}

}  // namespace tocsin::testsupport
