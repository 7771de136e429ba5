#include "daemon/admin_response.h"

#include <boost/json.hpp>

#include "alerting/clean_text.h"

namespace tocsin {
namespace {

AdminRefusal refusal_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid:
      return AdminRefusal::kBadRequest;
    case ErrorCode::kNotFound:
      return AdminRefusal::kNotFound;
    case ErrorCode::kForbidden:
      return AdminRefusal::kRole;
    case ErrorCode::kConflict:
      return AdminRefusal::kConflict;
    case ErrorCode::kLimit:
    case ErrorCode::kUnavailable:
      return AdminRefusal::kUnavailable;
    case ErrorCode::kCorrupt:
    case ErrorCode::kIo:
      break;
  }
  return AdminRefusal::kFailed;
}

}  // namespace

AdminResponse admin_ok(std::string json) { return {200, "application/json", std::move(json)}; }

AdminResponse admin_error(AdminRefusal refusal, std::string_view what,
                          std::vector<std::string> allowed) {
  // What is wrong may be told in the request's own words, whose bytes are anybody's.
  boost::json::object body{{"error", one_line(what)}};
  if (!allowed.empty()) body["allowed"] = boost::json::value_from(allowed);
  AdminResponse response{entry_of(refusal).status, "application/json",
                         boost::json::serialize(body)};
  response.refusal = refusal;
  return response;
}

AdminResponse admin_error(const Error& error) {
  return admin_error(refusal_of(error.code), error.message);
}

AdminResponse admin_answer(Result<std::string> json) {
  return json ? admin_ok(std::move(*json)) : admin_error(json.error());
}

}  // namespace tocsin
