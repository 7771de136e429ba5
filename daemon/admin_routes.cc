#include "daemon/admin_routes.h"

#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <set>

#include "daemon/admin_alerts.h"
#include "daemon/admin_query.h"
#include "daemon/admin_requests.h"
#include "daemon/quarantine.h"

namespace tocsin {
namespace {

namespace json = boost::json;

constexpr std::size_t kAlertsMax = 10'000;
constexpr std::size_t kRowsMax = 1'000;

// One request on its way, with what stands in the place of its path's `*`.
struct Asked {
  const AdminPorts& ports;
  const AdminRequest& request;
  const Target& target;
  std::string part;
  std::string who() const { return request.caller.holder ? request.caller.holder->name : ""; }
};

tl::unexpected<Error> invalid(std::string what) {
  return fail(ErrorCode::kInvalid, std::move(what));
}

// An error when the query has a name that isn't among `known`.
Result<void> check_names(const Target& target, const std::set<std::string>& known) {
  for (const auto& [name, value] : target.query) {
    if (known.contains(name)) continue;
    std::string allowed;
    for (const std::string& one : known) allowed += (allowed.empty() ? "" : ", ") + one;
    return invalid("'" + name + "' is not known to " + target.path +
                   "; allowed: " + (allowed.empty() ? "nothing" : allowed));
  }
  return {};
}

Result<std::uint64_t> number_of(const std::string& name, const std::string& value,
                                std::uint64_t least, std::uint64_t most) {
  std::uint64_t number = 0;
  const char* end = value.data() + value.size();
  const auto read = std::from_chars(value.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end || number < least || number > most)
    return invalid(name + "=" + value + "; allowed: " + std::to_string(least) + " to " +
                   std::to_string(most));
  return number;
}

Result<AlertQuery> read_alert_query(const Target& target) {
  AlertQuery query;
  for (const auto& [name, value] : target.query) {
    if (name == "region") {
      query.region = value;
    } else if (name == "state") {
      if (value != "open" && value != "closed" && value != "all")
        return invalid("state=" + value + "; allowed: open, closed, all");
      query.state = value == "open"     ? AlertFilter::kOpen
                    : value == "closed" ? AlertFilter::kClosed
                                        : AlertFilter::kAll;
    } else {
      const auto limit = number_of(name, value, 1, kAlertsMax);
      if (!limit) return tl::unexpected(limit.error());
      query.limit = *limit;
    }
  }
  return query;
}

Result<QuarantineQuery> read_quarantine_query(const Target& target) {
  QuarantineQuery query;
  for (const auto& [name, value] : target.query) {
    if (name == "producer") {
      query.producer = value;
    } else if (name == "source") {
      query.source = value;
    } else if (name == "code") {
      query.code = value;
    } else if (name == "after") {
      const auto after = number_of(name, value, 0, 999'999'999'999'999'999);
      if (!after) return tl::unexpected(after.error());
      query.after = *after;
    } else {
      const auto limit = number_of(name, value, 1, kRowsMax);
      if (!limit) return tl::unexpected(limit.error());
      query.limit = *limit;
    }
  }
  return query;
}

AdminAction get_metrics(const Asked& asked) {
  return AdminResponse{200, "text/plain; version=0.0.4; charset=utf-8", asked.ports.metrics()};
}

AdminAction get_health(const Asked&) { return admin_ok(R"({"status":"ok"})"); }

AdminAction get_ready(const Asked& asked) {
  const std::string reason = asked.ports.not_ready();
  if (reason.empty()) return admin_ok(R"({"status":"ready"})");
  return AdminResponse{503, "application/json",
                       json::serialize(json::object{{"status", "not ready"}, {"reason", reason}})};
}

AdminAction get_alerts(const Asked& asked) {
  const auto query = read_alert_query(asked.target);
  if (!query) return admin_error(query.error());
  return admin_answer(list_alerts(asked.ports.store, *query));
}

AdminAction get_alert(const Asked& asked) {
  const auto alert = parse_hash128(asked.part);
  if (!alert)
    return admin_error(AdminRefusal::kBadRequest,
                       "'" + asked.part + "' is no alert's id: 32 lower-case hex digits");
  return admin_answer(show_alert(asked.ports.store, *alert));
}

AdminAction post_acknowledgement(const Asked& asked) {
  return acknowledge_alert(asked.ports.store, asked.part, asked.request.body, asked.who());
}

AdminAction post_mute(const Asked& asked) { return mute_pattern(asked.request.body, asked.who()); }

AdminAction get_quarantine(const Asked& asked) {
  const auto query = read_quarantine_query(asked.target);
  if (!query) return admin_error(query.error());
  const auto page = list_quarantined(asked.ports.store, *query);
  if (!page) return admin_error(page.error());
  json::array rows;
  for (const QuarantineRow& row : page->rows) rows.push_back(brief(row));
  json::object answer{{"rows", std::move(rows)}};
  if (page->next) answer["next"] = *page->next;
  return admin_ok(json::serialize(answer));
}

AdminAction get_quarantined(const Asked& asked) {
  const auto sequence = parse_row_number(asked.part);
  if (!sequence) return admin_error(sequence.error());
  const auto row = asked.ports.store.quarantined(*sequence);
  if (!row) return admin_error(row.error());
  return admin_ok(json::serialize(full(*row)));
}

AdminAction post_release(const Asked& asked) {
  return release_one(asked.part, asked.request.body, asked.who());
}

AdminAction post_releases(const Asked& asked) {
  return release_many(asked.request.body, asked.who());
}

AdminAction post_backup(const Asked& asked) {
  const auto directory = asked.target.query.find("directory");
  if (directory == asked.target.query.end())
    return admin_error(AdminRefusal::kBadRequest, "a backup needs ?directory=, an absolute path");
  if (!directory->second.starts_with('/'))
    return admin_error(AdminRefusal::kBadRequest,
                       "directory=" + directory->second + " is no absolute path");
  return MakeBackup{directory->second};
}

AdminAction post_reload(const Asked& asked) { return ReadAgain{asked.who()}; }

struct Route {
  std::string_view path;  // one `*` at most: anything but a slash
  std::string_view method;
  Purpose purpose;
  std::set<std::string> query;
  AdminAction (*action)(const Asked&);
};

// The first that fits is taken.
const std::array<Route, 13>& routes() {
  static const std::array<Route, 13> kRoutes = {{
      {"/metrics", "GET", Purpose::kWatch, {}, get_metrics},
      {"/healthz", "GET", Purpose::kWatch, {}, get_health},
      {"/readyz", "GET", Purpose::kWatch, {}, get_ready},
      {"/alerts", "GET", Purpose::kRead, {"state", "region", "limit"}, get_alerts},
      {"/alerts/*", "GET", Purpose::kRead, {}, get_alert},
      {"/alerts/*/acknowledge", "POST", Purpose::kAcknowledge, {}, post_acknowledgement},
      {"/mutes", "POST", Purpose::kMute, {}, post_mute},
      {"/quarantine",
       "GET",
       Purpose::kReadRecords,
       {"producer", "source", "code", "after", "limit"},
       get_quarantine},
      {"/quarantine/release", "POST", Purpose::kRelease, {}, post_releases},
      {"/quarantine/*/release", "POST", Purpose::kRelease, {}, post_release},
      {"/quarantine/*", "GET", Purpose::kReadRecords, {}, get_quarantined},
      {"/backup", "POST", Purpose::kBackup, {"directory"}, post_backup},
      {"/reload", "POST", Purpose::kRelease, {}, post_reload},
  }};
  return kRoutes;
}

// What stands for the pattern's `*`, "" when it has none; nullopt when the path is another one.
std::optional<std::string> match(std::string_view path, std::string_view pattern) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos)
    return path == pattern ? std::optional(std::string()) : std::nullopt;
  const std::string_view before = pattern.substr(0, star), after = pattern.substr(star + 1);
  if (path.size() < before.size() + after.size() || !path.starts_with(before) ||
      !path.ends_with(after))
    return std::nullopt;
  const std::string_view part =
      path.substr(before.size(), path.size() - before.size() - after.size());
  if (part.find('/') != std::string_view::npos) return std::nullopt;
  return std::string(part);
}

bool fits(std::string_view method, std::string_view wanted) {
  return method == wanted || (wanted == "GET" && method == "HEAD");
}

AdminResponse wrong_method(const AdminRequest& request, const std::string& path,
                           std::string_view method) {
  const bool get = method == "GET";
  AdminResponse response =
      admin_error(AdminRefusal::kMethod, request.method + " " + path + " is not allowed",
                  get ? std::vector<std::string>{"GET", "HEAD"} : std::vector<std::string>{"POST"});
  response.allow = get ? "GET, HEAD" : "POST";
  return response;
}

// Who may not go there does not learn what else would be wrong.
AdminAction take(const Route& route, const Asked& asked) {
  if (!fits(asked.request.method, route.method))
    return wrong_method(asked.request, asked.target.path, route.method);
  if (const auto denial = check_access(route.purpose, asked.request.caller))
    return admin_error(denial->refusal, denial->what);
  if (auto known = check_names(asked.target, route.query); !known)
    return admin_error(known.error());
  return route.action(asked);
}

std::string shown(const Route& route) {
  std::string path(route.path);
  if (const auto star = path.find('*'); star != std::string::npos) path.replace(star, 1, "ID");
  return std::string(route.method) + " " + path;
}

}  // namespace

AdminAction act(const AdminPorts& ports, const AdminRequest& request) {
  const auto target = parse_target(request.target);
  if (!target) return admin_error(target.error());
  if (request.from_browser_page)
    return admin_error(AdminRefusal::kOrigin,
                       "a page of another origin may not ask here (Origin header)");
  std::vector<std::string> there;
  for (const Route& route : routes()) {
    there.push_back(shown(route));
    if (auto part = match(target->path, route.path))
      return take(route, {ports, request, *target, *std::move(part)});
  }
  return admin_error(AdminRefusal::kNotFound, "there is no " + target->path, std::move(there));
}

AdminResponse respond_reload(const AdminPorts& ports, const std::string& who) {
  auto done = ports.reload(who);
  if (!done) return admin_error(done.error());
  return admin_ok(json::serialize(json::object{{"status", "done"}, {"reload", *done}}));
}

AdminResponse respond_backup(const AdminPorts& ports, const std::string& directory) {
  auto made = ports.backup(directory);
  if (!made) return admin_error(made.error());
  return admin_ok(json::serialize(json::object{{"status", "done"}, {"backup", *made}}));
}

}  // namespace tocsin
