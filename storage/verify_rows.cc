#include <fmt/format.h>

#include <boost/json.hpp>

#include "storage/codec.h"
#include "storage/handles.h"
#include "storage/keys.h"
#include "storage/verify.h"

namespace tocsin {
namespace {

namespace json = boost::json;

// A member of an entry of the dispatch chain, "" when it isn't there.
std::string member(const json::object& entry, std::string_view name) {
  const json::value* value = entry.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

Result<std::uint64_t> count_rows(const Store& store, Column column, std::string_view prefix) {
  std::uint64_t count = 0;
  auto read = store.columns().scan(column, prefix, prefix,
                                   [&](std::string_view, std::string_view) -> Result<void> {
                                     ++count;
                                     return {};
                                   });
  if (!read) return tl::unexpected(read.error());
  return count;
}

Result<void> verify_alerts(const Store& store, const VisitFault& visit) {
  std::uint64_t said = 0;
  auto read = store.for_each_ledger(Chain::kAlerts, 0, [&](const LedgerRow& row) -> Result<void> {
    if (row.json.starts_with(R"({"note")")) return {};
    ++said;
    const auto revision = parse_alert_revision(row.json);
    if (!revision) {
      visit({"ledger", fmt::format("chain alerts entry {}", row.index), "a revision of an alert",
             revision.error().message});
      return {};
    }
    const auto stored = store.alert_revision(revision->alert, revision->number);
    if (stored && to_json(*stored) == row.json) return {};
    visit({"alert", fmt::format("alert {} revision {}", revision->alert.hex(), revision->number),
           row.json, stored ? to_json(*stored) : stored.error().message});
    return {};
  });
  if (!read) return read;
  const auto rows = count_rows(store, Column::kAlert, "");
  if (!rows) return tl::unexpected(rows.error());
  if (*rows != said)
    visit({"alert", "all rows", fmt::format("{} as in the chain", said), std::to_string(*rows)});
  return {};
}

// What the chain says of a dispatch holds until a later entry says more.
void verify_dispatch(const Store& store, const json::object& entry, const VisitFault& visit) {
  const std::string id = member(entry, "dispatch");
  const auto hash = parse_hash128(id);
  const auto stored = hash ? store.dispatch(*hash)
                           : Result<Dispatch>(tl::unexpected(Error{ErrorCode::kCorrupt, "no id"}));
  const std::string said = json::serialize(entry);
  if (!stored) {
    visit({"outbox", "dispatch " + id, said, stored.error().message});
    return;
  }
  const json::value* attempt = entry.if_contains("attempt");
  const std::uint64_t attempts =
      attempt != nullptr && attempt->is_number() ? attempt->to_number<std::uint64_t>() : 0;
  const bool is_last = stored->attempts == attempts;
  if (stored->alert.hex() == member(entry, "alert") &&
      stored->committee == member(entry, "committee") && stored->attempts >= attempts &&
      (!is_last || name_of(stored->state) == member(entry, "state")))
    return;
  visit({"outbox", "dispatch " + id, said,
         fmt::format("{} to {}, {} attempts, alert {}", name_of(stored->state), stored->committee,
                     stored->attempts, stored->alert.hex())});
}

Result<void> verify_dispatches(const Store& store, const VisitFault& visit) {
  std::uint64_t intended = 0;
  auto read =
      store.for_each_ledger(Chain::kDispatches, 0, [&](const LedgerRow& row) -> Result<void> {
        boost::system::error_code error;
        const json::value value = json::parse(row.json, error);
        if (error || !value.is_object()) {
          visit({"ledger", fmt::format("chain dispatches entry {}", row.index), "a JSON object",
                 row.json});
          return {};
        }
        const json::object& entry = value.get_object();
        if (!entry.contains("dispatch")) return {};  // an acknowledgement
        if (!entry.contains("attempt")) ++intended;
        verify_dispatch(store, entry, visit);
        return {};
      });
  if (!read) return read;
  DispatchCounts counts;
  std::uint64_t rows = 0;
  read = store.for_each_dispatch([&](const Dispatch& dispatch) -> Result<void> {
    ++rows;
    const auto listed =
        store.columns().get(Column::kOutbox, alert_dispatch_key({dispatch.alert, dispatch.id}));
    if (!listed) return tl::unexpected(listed.error());
    if (!*listed)
      visit(
          {"outbox", "dispatch " + dispatch.id.hex(), "a row in the list of its alert", "missing"});
    ++counts.of(dispatch.address.channel, dispatch.state);
    if (dispatch.state != DispatchState::kIntended) return {};
    const std::string due = due_key({dispatch.address.channel, dispatch.next_attempt, dispatch.id});
    const auto there = store.columns().get(Column::kOutbox, due);
    if (!there) return tl::unexpected(there.error());
    if (!*there)
      visit({"outbox", "dispatch " + dispatch.id.hex(), "a row in the index of what is due",
             "missing"});
    return {};
  });
  if (!read) return read;
  if (rows != intended)
    visit({"outbox", "all dispatches", fmt::format("{} as in the chain", intended),
           std::to_string(rows)});
  const auto listed = count_rows(store, Column::kOutbox, kAlertDispatchPrefix);
  if (!listed) return tl::unexpected(listed.error());
  if (*listed != rows)
    visit({"outbox", "lists of the dispatches of alerts", std::to_string(rows),
           std::to_string(*listed)});
  for (int channel = 0; channel < kChannelCount; ++channel) {
    const auto of = static_cast<Channel>(channel);
    const auto due = count_rows(store, Column::kOutbox, due_prefix(of));
    if (!due) return tl::unexpected(due.error());
    const std::uint64_t wanted = counts.of(of, DispatchState::kIntended);
    if (*due != wanted)
      visit({"outbox", fmt::format("index of what is due by {}", name_of(of)),
             std::to_string(wanted), std::to_string(*due)});
  }
  if (!(counts == store.dispatch_counts()))
    visit({"meta", "tally",
           fmt::format("{} dispatches to send, {} sent, {} given up",
                       counts.in(DispatchState::kIntended), counts.in(DispatchState::kAccepted),
                       counts.in(DispatchState::kDead)),
           fmt::format("{}, {}, {}", store.dispatch_counts().in(DispatchState::kIntended),
                       store.dispatch_counts().in(DispatchState::kAccepted),
                       store.dispatch_counts().in(DispatchState::kDead))});
  return {};
}

Result<void> verify_open_alerts(const Store& store, const VisitFault& visit) {
  std::map<Hash128, std::uint32_t> open;
  auto read = store.for_each_last_revision([&](const AlertRevision& last) -> Result<void> {
    if (!closes(last.kind)) open[last.alert] = last.number;
    return {};
  });
  if (!read) return read;
  const auto stored = store.open_alerts();
  for (const auto& [alert, number] : open)
    if (const auto found = stored.find(alert); found == stored.end() || found->second != number)
      visit({"meta", "open alert " + alert.hex(), fmt::format("revision {}", number),
             found == stored.end() ? "missing" : fmt::format("revision {}", found->second)});
  for (const auto& [alert, number] : stored)
    if (!open.contains(alert))
      visit({"meta", "open alert " + alert.hex(), "closed or unknown",
             fmt::format("revision {}", number)});
  return {};
}

// Where the journal was cut the chains stood as the mark says.
Result<void> verify_begin(const Store& store, const VisitFault& visit) {
  const auto begin = store.journal_begin();
  if (!begin) return tl::unexpected(begin.error());
  if (!*begin) return {};
  for (const Chain chain : {Chain::kAlerts, Chain::kDispatches}) {
    const ChainHead& head = (*begin)->chains[static_cast<std::size_t>(chain)];
    if (head.count == 0) continue;
    std::string hash = "missing";
    auto read =
        store.for_each_ledger(chain, head.count - 1, [&](const LedgerRow& row) -> Result<void> {
          if (row.index == head.count - 1) hash = row.hash;
          return {};
        });
    if (!read) return read;
    if (hash != head.hash)
      visit({"meta", "begin of the journal",
             fmt::format("chain {} ends in {} after {} entries", name_of(chain), hash, head.count),
             head.hash});
  }
  const auto fates = store.fates();
  for (const auto& [source, then] : (*begin)->fates) {
    const auto now = fates.find(source);
    for (int fate = 0; fate < kFateCount; ++fate) {
      const auto at = static_cast<std::size_t>(fate);
      const std::uint64_t count = now == fates.end() ? 0 : now->second[at];
      if (count >= then[at]) continue;
      visit({"meta", fmt::format("fates of source {}", source.number()),
             fmt::format("{} at least {}, as where the journal begins",
                         name_of(static_cast<Fate>(fate)), then[at]),
             std::to_string(count)});
    }
  }
  return {};
}

}  // namespace

Result<void> verify_rows(const Store& store, const VisitFault& visit) {
  for (const auto& part : {verify_alerts, verify_dispatches, verify_open_alerts, verify_begin}) {
    if (auto done = part(store, visit); !done) return done;
  }
  return {};
}

}  // namespace tocsin
