#include "daemon/admin_alerts.h"

#include <algorithm>
#include <boost/json.hpp>
#include <vector>

namespace tocsin {
namespace {

namespace json = boost::json;

std::string_view state_of(const AlertRevision& last) {
  return closes(last.kind) ? "closed" : "open";
}

bool wanted(const AlertRevision& last, const AlertQuery& query) {
  if (!query.region.empty() && last.region != query.region) return false;
  switch (query.state) {
    case AlertFilter::kOpen:
      return !closes(last.kind);
    case AlertFilter::kClosed:
      return closes(last.kind);
    case AlertFilter::kAll:
      return true;
  }
  return false;
}

// Of the last revision what a list shows.
struct Brief {
  bool closed;
  ProcessingTime issued;
  std::string id;
  json::object json;
};

Brief brief(const AlertRevision& last) {
  const ProcessingTime raised = last.earlier.empty() ? last.issued : last.earlier.front();
  const std::string id = last.alert.hex();
  return {closes(last.kind), last.issued, id,
          json::object{{"alert", id},
                       {"state", state_of(last)},
                       {"level", name_of(last.level)},
                       {"region", last.region},
                       {"region_name", last.region_name},
                       {"pattern", last.pattern},
                       {"title", last.title},
                       {"revision", last.number},
                       {"kind", name_of(last.kind)},
                       {"raised", format_rfc3339(raised)},
                       {"issued", format_rfc3339(last.issued)},
                       {"episode_start", format_day(last.episode_start)},
                       {"dimensions_true", json::value_from(last.dimensions_true)},
                       {"dimensions_unknown", json::value_from(last.dimensions_unknown)},
                       {"tlp", name_of(last.tlp)},
                       {"illustrative", last.illustrative}}};
}

Result<void> for_each_open(const Store& store, const Store::Visit<AlertRevision>& visit) {
  const auto open = store.open_alerts();
  for (const auto& [alert, number] : open) {
    const auto last = store.alert_revision(alert, number);
    if (!last) return tl::unexpected(last.error());
    if (auto visited = visit(*last); !visited) return visited;
  }
  return {};
}

json::object to_object(const Dispatch& dispatch) {
  json::object object{{"dispatch", dispatch.id.hex()},
                      {"revision", dispatch.revision},
                      {"committee", dispatch.committee},
                      {"channel", name_of(dispatch.address.channel)},
                      {"target", dispatch.address.target},
                      {"reason", dispatch.reason},
                      {"state", name_of(dispatch.state)},
                      {"attempts", dispatch.attempts},
                      {"intended", format_rfc3339(dispatch.intended)},
                      {"last_answer", dispatch.last_answer}};
  if (dispatch.state == DispatchState::kIntended)
    object["next_attempt"] = format_rfc3339(dispatch.next_attempt);
  return object;
}

json::object to_object(const Acknowledgement& row) {
  return {{"revision", row.revision},
          {"committee", row.committee},
          {"who", row.who},
          {"at", format_rfc3339(row.at)},
          {"note", row.note}};
}

}  // namespace

Result<std::string> list_alerts(const Store& store, const AlertQuery& query) {
  std::vector<Brief> found;
  const auto take = [&](const AlertRevision& last) -> Result<void> {
    if (wanted(last, query)) found.push_back(brief(last));
    return {};
  };
  if (const auto done = query.state == AlertFilter::kOpen ? for_each_open(store, take)
                                                          : store.for_each_last_revision(take);
      !done)
    return tl::unexpected(done.error());
  std::ranges::sort(found, [](const Brief& a, const Brief& b) {
    if (a.closed != b.closed) return b.closed;
    if (a.issued != b.issued) return a.issued > b.issued;
    return a.id < b.id;
  });
  json::object answer{{"total", found.size()}};
  json::array alerts;
  for (Brief& one : found) {
    if (alerts.size() == query.limit) break;
    alerts.push_back(std::move(one.json));
  }
  answer["alerts"] = std::move(alerts);
  return json::serialize(answer);
}

Result<std::string> show_alert(const Store& store, const Hash128& alert) {
  const auto revisions = store.alert(alert);
  if (!revisions) return tl::unexpected(revisions.error());
  if (revisions->empty()) return fail(ErrorCode::kNotFound, "there is no alert " + alert.hex());
  const auto sent = store.dispatches_of(alert);
  if (!sent) return tl::unexpected(sent.error());
  json::array dispatches;
  for (const Dispatch& dispatch : *sent) dispatches.push_back(to_object(dispatch));
  const auto acknowledged = store.acknowledgements(alert);
  if (!acknowledged) return tl::unexpected(acknowledged.error());
  json::array acknowledgements;
  for (const Acknowledgement& row : *acknowledged) acknowledgements.push_back(to_object(row));
  // The revisions are the ledger's own bytes, not written anew.
  std::string body = R"({"alert":")" + alert.hex() + R"(","state":")" +
                     std::string(state_of(revisions->back())) + R"(","revisions":[)";
  for (std::size_t i = 0; i < revisions->size(); ++i)
    body += (i == 0 ? "" : ",") + to_json((*revisions)[i]);
  return body + R"(],"dispatches":)" + json::serialize(dispatches) + R"(,"acknowledgements":)" +
         json::serialize(acknowledgements) + "}";
}

}  // namespace tocsin
