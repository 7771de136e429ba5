#include "daemon/admin_requests.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <limits>

#include "alerting/clean_text.h"

namespace tocsin {
namespace {

namespace json = boost::json;

constexpr std::size_t kNumberDigitsMax = 18;
constexpr std::size_t kDepthMax = 4;

tl::unexpected<Error> invalid(std::string what) {
  return fail(ErrorCode::kInvalid, std::move(what));
}

// The body as an object with no members but `known`.
Result<json::object> read_body(const std::string& body, std::vector<std::string_view> known) {
  json::parse_options options;
  options.max_depth = kDepthMax;
  boost::system::error_code error;
  json::value value = json::parse(body, error, {}, options);
  if (error || !value.is_object())
    return invalid("the body is no JSON object" + (error ? ": " + error.message() : std::string()));
  for (const auto& member : value.get_object()) {
    if (std::ranges::find(known, std::string_view(member.key())) != known.end()) continue;
    std::string allowed;
    for (const std::string_view name : known)
      allowed += (allowed.empty() ? "" : ", ") + std::string(name);
    return invalid("the body has an unknown member '" + one_line(std::string(member.key()), 64) +
                   "'; allowed: " + allowed);
  }
  return std::move(value.get_object());
}

// "" when there is no such member.
Result<std::string> text_member(const json::object& body, std::string_view name,
                                std::size_t bytes_max) {
  const json::value* value = body.if_contains(name);
  if (value == nullptr) return std::string();
  if (!value->is_string() || value->get_string().size() > bytes_max)
    return invalid(std::string(name) + " must be a text of at most " + std::to_string(bytes_max) +
                   " bytes");
  return one_line(std::string(value->get_string()));
}

template <class Number>
Result<Number> number_of(const json::value& value, std::string_view what) {
  constexpr auto kMost = std::min<std::uint64_t>(std::numeric_limits<Number>::max(),
                                                 std::numeric_limits<std::int64_t>::max());
  if (!value.is_int64() || value.get_int64() < 1 ||
      static_cast<std::uint64_t>(value.get_int64()) > kMost)
    return invalid(std::string(what) + " must be a whole number, 1 or more");
  return static_cast<Number>(value.get_int64());
}

json::object to_object(const Released& released) {
  json::object object{{"sequence", released.sequence},
                      {"fate", name_of(released.fate)},
                      {"producer", released.producer},
                      {"journal_sequence", released.received_in}};
  if (released.rejection) {
    object["code"] = released.rejection->code;
    object["pointer"] = one_line(released.rejection->pointer);
    object["message"] = one_line(released.rejection->message);
    object["allowed"] = one_line(released.rejection->allowed);
  }
  return object;
}

std::string to_json(const Muted& muted) {
  return json::serialize(json::object{{"pattern", muted.pattern},
                                      {"region", muted.region},
                                      {"who", muted.who},
                                      {"until", format_rfc3339(muted.until)},
                                      {"at", format_rfc3339(muted.at)},
                                      {"muted", muted.until > muted.at}});
}

// A day is its midnight in UTC.
Result<ProcessingTime> time_of(const std::string& text) {
  if (const auto day = parse_day(text)) return start_of<ProcessingTime>(*day);
  if (const auto time = parse_rfc3339_ms(text)) return ProcessingTime(*time);
  return invalid("until is '" + text + "'; allowed: a day, 2026-07-01, or a time in RFC 3339");
}

std::string to_json(const Acknowledged& acknowledged) {
  const Acknowledgement& row = acknowledged.acknowledgement;
  json::object object{{"alert", row.alert.hex()},     {"revision", row.revision},
                      {"committee", row.committee},   {"who", row.who},
                      {"at", format_rfc3339(row.at)}, {"note", row.note},
                      {"new", acknowledged.is_new}};
  return json::serialize(object);
}

}  // namespace

Result<std::uint64_t> parse_row_number(const std::string& text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end || number == 0 || text.size() > kNumberDigitsMax)
    return invalid("'" + text + "' is no number of a row in the quarantine: 1 or more");
  return number;
}

AdminAction acknowledge_alert(const Store& store, const std::string& alert, const std::string& body,
                              const std::string& who) {
  const auto id = parse_hash128(alert);
  if (!id)
    return admin_error(AdminRefusal::kBadRequest,
                       "'" + alert + "' is no alert's id: 32 lower-case hex digits");
  const auto object = read_body(body, {"committee", "revision", "note"});
  if (!object) return admin_error(object.error());
  auto committee = text_member(*object, "committee", kNoteBytesMax);
  if (!committee) return admin_error(committee.error());
  if (committee->empty())
    return admin_error(AdminRefusal::kBadRequest, "the body names no committee");
  auto note = text_member(*object, "note", kNoteBytesMax);
  if (!note) return admin_error(note.error());
  AcknowledgeInput input{alert, 0, *std::move(committee), who, *std::move(note)};
  if (const json::value* revision = object->if_contains("revision")) {
    const auto number = number_of<std::uint32_t>(*revision, "revision");
    if (!number) return admin_error(number.error());
    input.revision = *number;
  } else {
    const auto revisions = store.alert(*id);
    if (!revisions) return admin_error(revisions.error());
    if (revisions->empty())
      return admin_error(AdminRefusal::kNotFound, "there is no alert " + alert);
    input.revision = revisions->back().number;
  }
  return AskEngine{{std::move(input)}, [](const std::vector<RequestOutcome>& outcomes) {
                     const RequestOutcome& outcome = outcomes.at(0);
                     if (!outcome) return admin_error(outcome.error());
                     return admin_ok(to_json(std::get<Acknowledged>(*outcome)));
                   }};
}

AdminAction mute_pattern(const std::string& body, const std::string& who) {
  const auto object = read_body(body, {"pattern", "region", "until", "reason"});
  if (!object) return admin_error(object.error());
  MuteInput input;
  input.who = who;
  std::string until;
  for (const auto& [name, member] :
       {std::pair("pattern", &input.pattern), std::pair("region", &input.region),
        std::pair("until", &until), std::pair("reason", &input.reason)}) {
    auto text = text_member(*object, name, kNoteBytesMax);
    if (!text) return admin_error(text.error());
    if (text->empty())
      return admin_error(AdminRefusal::kBadRequest, "the body has no " + std::string(name));
    *member = *std::move(text);
  }
  const auto time = time_of(until);
  if (!time) return admin_error(time.error());
  input.until = *time;
  return AskEngine{{std::move(input)}, [](const std::vector<RequestOutcome>& outcomes) {
                     const RequestOutcome& outcome = outcomes.at(0);
                     if (!outcome) return admin_error(outcome.error());
                     return admin_ok(to_json(std::get<Muted>(*outcome)));
                   }};
}

AdminAction release_one(const std::string& sequence, const std::string& body,
                        const std::string& who) {
  const auto number = parse_row_number(sequence);
  if (!number) return admin_error(number.error());
  if (!body.empty())
    return admin_error(AdminRefusal::kBadRequest, "a release of one row takes no body");
  return AskEngine{{QuarantineReleaseInput{*number, who}},
                   [](const std::vector<RequestOutcome>& outcomes) {
                     const RequestOutcome& outcome = outcomes.at(0);
                     if (!outcome) return admin_error(outcome.error());
                     return admin_ok(json::serialize(to_object(std::get<Released>(*outcome))));
                   }};
}

AdminAction release_many(const std::string& body, const std::string& who) {
  const auto object = read_body(body, {"sequences"});
  if (!object) return admin_error(object.error());
  const json::value* list = object->if_contains("sequences");
  if (list == nullptr || !list->is_array() || list->get_array().empty() ||
      list->get_array().size() > kRequestInputsMax)
    return admin_error(AdminRefusal::kBadRequest, "sequences must be a list of 1 to " +
                                                      std::to_string(kRequestInputsMax) +
                                                      " numbers of rows in the quarantine");
  std::vector<Input> inputs;
  std::vector<std::uint64_t> sequences;
  for (const json::value& value : list->get_array()) {
    const auto number = number_of<std::uint64_t>(value, "each of sequences");
    if (!number) return admin_error(number.error());
    sequences.push_back(*number);
    inputs.emplace_back(QuarantineReleaseInput{*number, who});
  }
  return AskEngine{std::move(inputs),
                   [sequences = std::move(sequences)](const std::vector<RequestOutcome>& outcomes) {
                     json::array answers;
                     for (std::size_t i = 0; i < outcomes.size(); ++i) {
                       if (outcomes[i]) {
                         answers.push_back(to_object(std::get<Released>(*outcomes[i])));
                       } else {
                         answers.push_back(json::object{{"sequence", sequences[i]},
                                                        {"error", outcomes[i].error().message}});
                       }
                     }
                     return admin_ok(json::serialize(json::object{{"outcomes", answers}}));
                   }};
}

}  // namespace tocsin
