#include "daemon/admin_routes.h"

#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <set>

#include "alerting/clean_text.h"
#include "daemon/admin_alerts.h"
#include "daemon/admin_query.h"

namespace tocsin {
namespace {

namespace json = boost::json;

constexpr std::size_t kAlertsMax = 10'000;

AdminResponse ok(std::string body) { return {200, "application/json", std::move(body), {}}; }

AdminResponse from_error(const Error& error) {
  switch (error.code) {
    case ErrorCode::kInvalid:
      return admin_error(400, error.message);
    case ErrorCode::kNotFound:
      return admin_error(404, error.message);
    case ErrorCode::kForbidden:
      return admin_error(403, error.message);
    case ErrorCode::kConflict:
      return admin_error(409, error.message);
    case ErrorCode::kLimit:
    case ErrorCode::kUnavailable:
      return admin_error(503, error.message);
    case ErrorCode::kCorrupt:
    case ErrorCode::kIo:
      break;
  }
  return admin_error(500, error.message);
}

AdminResponse from_result(Result<std::string> body) {
  return body ? ok(std::move(*body)) : from_error(body.error());
}

// An error when the query has a name that isn't among `known`.
Result<void> check_names(const Target& target, const std::set<std::string>& known) {
  for (const auto& [name, value] : target.query) {
    if (known.contains(name)) continue;
    std::string allowed;
    for (const std::string& one : known) allowed += (allowed.empty() ? "" : ", ") + one;
    return fail(ErrorCode::kInvalid, "'" + name + "' is not known to " + target.path +
                                         "; allowed: " + (allowed.empty() ? "nothing" : allowed));
  }
  return {};
}

Result<AlertQuery> read_alert_query(const Target& target) {
  AlertQuery query;
  for (const auto& [name, value] : target.query) {
    if (name == "region") {
      query.region = value;
    } else if (name == "state") {
      if (value != "open" && value != "closed" && value != "all")
        return fail(ErrorCode::kInvalid, "state=" + value + "; allowed: open, closed, all");
      query.state = value == "open"     ? AlertFilter::kOpen
                    : value == "closed" ? AlertFilter::kClosed
                                        : AlertFilter::kAll;
    } else {
      const char* end = value.data() + value.size();
      const auto read = std::from_chars(value.data(), end, query.limit);
      if (read.ec != std::errc() || read.ptr != end || query.limit == 0 || query.limit > kAlertsMax)
        return fail(ErrorCode::kInvalid,
                    "limit=" + value + "; allowed: 1 to " + std::to_string(kAlertsMax));
    }
  }
  return query;
}

AdminResponse get_metrics(const AdminPorts& ports, const Target&) {
  return {200, "text/plain; version=0.0.4; charset=utf-8", ports.metrics(), {}};
}

AdminResponse get_health(const AdminPorts&, const Target&) { return ok(R"({"status":"ok"})"); }

AdminResponse get_ready(const AdminPorts& ports, const Target&) {
  const std::string reason = ports.not_ready();
  if (reason.empty()) return ok(R"({"status":"ready"})");
  return {503,
          "application/json",
          json::serialize(json::object{{"status", "not ready"}, {"reason", reason}}),
          {}};
}

AdminResponse get_alerts(const AdminPorts& ports, const Target& target) {
  const auto query = read_alert_query(target);
  if (!query) return from_error(query.error());
  return from_result(list_alerts(ports.store, *query));
}

// A right POST /backup does not come here.
AdminResponse post_backup(const AdminPorts&, const Target& target) {
  const auto directory = target.query.find("directory");
  return admin_error(400, directory == target.query.end()
                              ? std::string("a backup needs ?directory=, an absolute path")
                              : "directory=" + directory->second + " is no absolute path");
}

struct Route {
  std::string_view path, method;
  std::set<std::string> query;
  AdminResponse (*answer)(const AdminPorts&, const Target&);
};

const std::array<Route, 5>& routes() {
  static const std::array<Route, 5> kRoutes = {{
      {"/metrics", "GET", {}, get_metrics},
      {"/healthz", "GET", {}, get_health},
      {"/readyz", "GET", {}, get_ready},
      {"/alerts", "GET", {"state", "region", "limit"}, get_alerts},
      {"/backup", "POST", {"directory"}, post_backup},
  }};
  return kRoutes;
}

constexpr std::string_view kAlertPrefix = "/alerts/";

bool fits(std::string_view method, std::string_view wanted) {
  return method == wanted || (wanted == "GET" && method == "HEAD");
}

AdminResponse wrong_method(const AdminRequest& request, const std::string& path,
                           std::string_view method) {
  const bool get = method == "GET";
  AdminResponse response =
      admin_error(405, request.method + " " + path + " is not allowed",
                  get ? std::vector<std::string>{"GET", "HEAD"} : std::vector<std::string>{"POST"});
  response.allow = get ? "GET, HEAD" : "POST";
  return response;
}

AdminResponse get_alert(const AdminPorts& ports, const Target& target) {
  const std::string id = target.path.substr(kAlertPrefix.size());
  const auto alert = parse_hash128(id);
  if (!alert) return admin_error(400, "'" + id + "' is no alert's id: 32 lower-case hex digits");
  return from_result(show_alert(ports.store, *alert));
}

bool is_absolute(const std::string& directory) { return directory.starts_with('/'); }

}  // namespace

AdminResponse admin_error(unsigned status, std::string_view what,
                          std::vector<std::string> allowed) {
  // What is wrong may be told in the request's own words, whose bytes are anybody's.
  json::object body{{"error", one_line(what)}};
  if (!allowed.empty()) body["allowed"] = json::value_from(allowed);
  return {status, "application/json", json::serialize(body), {}};
}

std::optional<std::string> backup_directory(const AdminRequest& request) {
  if (request.method != "POST" || request.from_browser_page || !request.from_this_machine)
    return std::nullopt;
  const auto target = parse_target(request.target);
  if (!target || target->path != "/backup" || target->query.size() != 1) return std::nullopt;
  const auto directory = target->query.find("directory");
  if (directory == target->query.end() || !is_absolute(directory->second)) return std::nullopt;
  return directory->second;
}

AdminResponse respond(const AdminPorts& ports, const AdminRequest& request) {
  const auto target = parse_target(request.target);
  if (!target) return from_error(target.error());
  if (request.from_browser_page)
    return admin_error(403, "a page of another origin may not ask here (Origin header)");
  if (request.method == "POST" && !request.from_this_machine)
    return admin_error(403, "from another machine nothing may be changed or written here");
  if (target->path.starts_with(kAlertPrefix)) {
    if (!fits(request.method, "GET")) return wrong_method(request, target->path, "GET");
    if (auto known = check_names(*target, {}); !known) return from_error(known.error());
    return get_alert(ports, *target);
  }
  std::vector<std::string> there;
  for (const Route& route : routes()) {
    there.push_back(std::string(route.method) + " " + std::string(route.path));
    if (route.path != target->path) continue;
    if (!fits(request.method, route.method))
      return wrong_method(request, target->path, route.method);
    if (auto known = check_names(*target, route.query); !known) return from_error(known.error());
    return route.answer(ports, *target);
  }
  there.push_back("GET /alerts/ID");
  return admin_error(404, "there is no " + target->path, std::move(there));
}

AdminResponse respond_backup(const AdminPorts& ports, const std::string& directory) {
  auto made = ports.backup(directory);
  if (!made) return from_error(made.error());
  return ok(json::serialize(json::object{{"status", "done"}, {"backup", *made}}));
}

}  // namespace tocsin
