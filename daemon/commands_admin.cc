#include "daemon/commands_admin.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <ostream>

#include "alerting/clean_text.h"
#include "daemon/opened.h"
#include "daemon/secret_file.h"

namespace tocsin {
namespace {

namespace json = boost::json;

constexpr int kDone = 0, kNo = 1, kCannot = 2;
constexpr std::size_t kHexDigits = 32;

int cannot(std::ostream& err, const Error& error) {
  err << error.message << (error.message.ends_with('\n') ? "" : "\n");
  return kCannot;
}

Result<std::string> url_of(const AdminSettings& admin) {
  if (admin.port == 0)
    return fail(ErrorCode::kInvalid,
                "the configuration leaves the admin listener's port open: say --admin URL");
  std::string host = admin.host;
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  return fmt::format("{}://{}:{}", admin.security == TransportSecurity::kTls ? "https" : "http",
                     host.find(':') == std::string::npos ? host : "[" + host + "]", admin.port);
}

Result<std::string> read_token(const std::string& file) {
  std::string path = file;
  if (path.empty()) {
    const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
    if (credentials == nullptr) return std::string();
    path = std::string(credentials) + "/tocsin_token";
    if (!std::filesystem::exists(path)) return std::string();
  }
  auto text = read_secret_file(path);
  if (!text) return text;
  std::string token = text->substr(0, text->find_first_of("\r\n"));
  if (token.empty() || token.find_first_of(" \t") != std::string::npos)
    return fail(ErrorCode::kInvalid, path + ": expected one line with a token");
  return token;
}

// The one alert whose id begins so.
Result<std::string> whole_id(const std::string& config_directory, const std::string& beginning) {
  if (beginning.size() == kHexDigits) return beginning;
  const auto read = open_store_of(config_directory);
  if (!read) return tl::unexpected(read.error());
  std::vector<std::string> found;
  auto done = read->store->for_each_last_revision([&](const AlertRevision& last) -> Result<void> {
    if (last.alert.hex().starts_with(beginning)) found.push_back(last.alert.hex());
    return {};
  });
  if (!done) return tl::unexpected(done.error());
  if (found.size() == 1) return found.front();
  return fail(ErrorCode::kNotFound,
              fmt::format("{} alerts begin with '{}'; one is needed", found.size(), beginning));
}

Result<json::object> read_answer(const Result<std::string>& answer) {
  if (!answer) return tl::unexpected(answer.error());
  boost::system::error_code error;
  json::value value = json::parse(*answer, error);
  if (error || !value.is_object())
    return fail(ErrorCode::kInvalid, "the answer is not the daemon's: " + one_line(*answer, 200));
  return std::move(value.get_object());
}

std::string text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? one_line(std::string(value->get_string())) : "";
}

std::uint64_t number_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_int64() ? static_cast<std::uint64_t>(value->get_int64()) : 0;
}

void print_row(std::ostream& out, const json::object& row) {
  fmt::print(out, "{}  {}  {}  {}  {}  {}  {}\n", number_at(row, "sequence"),
             text_at(row, "received"), text_at(row, "producer"),
             text_at(row, "source").empty() ? "-" : text_at(row, "source"), text_at(row, "code"),
             text_at(row, "pointer").empty() ? "-" : text_at(row, "pointer"),
             text_at(row, "message"));
}

// Asks for rows to be released, and prints and counts what became of them.
class Releasing {
 public:
  Releasing(HttpPeer peer, OutputFormat format, std::ostream& out)
      : peer_(std::move(peer)), format_(format), out_(out) {}

  Result<void> release(const std::vector<std::uint64_t>& sequences) {
    for (std::size_t begin = 0; begin < sequences.size(); begin += kRequestInputsMax) {
      json::array part;
      const std::size_t end = std::min(sequences.size(), begin + kRequestInputsMax);
      for (std::size_t i = begin; i < end; ++i) part.emplace_back(sequences[i]);
      const auto answer = read_answer(http_post(
          peer_, "/quarantine/release", json::serialize(json::object{{"sequences", part}})));
      if (!answer) return tl::unexpected(answer.error());
      const json::value* outcomes = answer->if_contains("outcomes");
      if (outcomes == nullptr || !outcomes->is_array())
        return fail(ErrorCode::kInvalid, "the answer has no outcomes");
      for (const json::value& outcome : outcomes->get_array())
        if (outcome.is_object()) take(outcome.get_object());
    }
    return {};
  }

  // Page after page: what is refused again stays behind the page's end.
  Result<void> release_all(const QuarantineQuery& query) {
    std::uint64_t after = 0;
    while (true) {
      const auto page = read_answer(
          http_get(peer_, fmt::format("/quarantine?limit={}&after={}&producer={}&source={}&code={}",
                                      kRequestInputsMax, after, percent_encoded(query.producer),
                                      percent_encoded(query.source), percent_encoded(query.code))));
      if (!page) return tl::unexpected(page.error());
      std::vector<std::uint64_t> sequences;
      if (const json::value* rows = page->if_contains("rows"); rows != nullptr && rows->is_array())
        for (const json::value& row : rows->get_array())
          if (row.is_object()) sequences.push_back(number_at(row.get_object(), "sequence"));
      if (auto released = release(sequences); !released) return released;
      if (!page->contains("next")) return {};
      after = number_at(*page, "next");
    }
  }

  int finish() {
    if (format_ == OutputFormat::kJson) return stayed_ == 0 ? kDone : kNo;
    std::string fates;
    for (const auto& [fate, count] : fates_)
      fates += fmt::format("{}{} {}", fates.empty() ? "" : ", ", count, fate);
    fmt::print(out_, "released: {}; still in the quarantine: {}\n", fates.empty() ? "none" : fates,
               stayed_);
    return stayed_ == 0 ? kDone : kNo;
  }

 private:
  void take(const json::object& outcome) {
    const std::string fate = text_at(outcome, "fate");
    const bool gone = !fate.empty() && fate != name_of(Fate::kQuarantined);
    if (gone) {
      ++fates_[fate];
    } else {
      ++stayed_;
    }
    if (format_ == OutputFormat::kJson) {
      out_ << json::serialize(outcome) << "\n";
    } else if (!gone) {
      const std::string error = text_at(outcome, "error");
      fmt::print(out_, "{}: {}\n", number_at(outcome, "sequence"),
                 error.empty()
                     ? fmt::format("refused again: {} {} {}; allowed: {}", text_at(outcome, "code"),
                                   text_at(outcome, "pointer"), text_at(outcome, "message"),
                                   text_at(outcome, "allowed"))
                     : error);
    }
  }

  HttpPeer peer_;
  OutputFormat format_;
  std::ostream& out_;
  std::map<std::string, std::uint64_t> fates_;
  std::uint64_t stayed_ = 0;
};

}  // namespace

Result<HttpPeer> admin_peer(const AdminCall& call) {
  HttpPeer peer{call.url, "", call.ca_file};
  auto token = read_token(call.token_file);
  if (!token) return tl::unexpected(token.error());
  peer.token = *std::move(token);
  if (!peer.url.empty() && !peer.ca_file.empty()) return peer;
  const auto contents = read_contents(call.config_directory);
  if (!contents || !contents->settings) {
    if (!peer.url.empty()) return peer;
    return fail(ErrorCode::kInvalid,
                "the configuration in " + call.config_directory +
                    " does not say where the daemon listens (see `tocsin check`): say --admin URL");
  }
  const AdminSettings& admin = contents->settings->admin;
  if (peer.ca_file.empty()) peer.ca_file = admin.certificate_file;
  if (!peer.url.empty()) return peer;
  auto url = url_of(admin);
  if (!url) return tl::unexpected(url.error());
  peer.url = *std::move(url);
  return peer;
}

int run_acknowledge(const AcknowledgeOptions& options, std::ostream& out, std::ostream& err) {
  const auto peer = admin_peer(options.call);
  if (!peer) return cannot(err, peer.error());
  const auto alert = whole_id(options.call.config_directory, options.alert);
  if (!alert) return cannot(err, alert.error());
  json::object body{{"committee", options.committee}};
  if (options.revision > 0) body["revision"] = options.revision;
  if (!options.note.empty()) body["note"] = options.note;
  const auto answer = read_answer(http_post(
      *peer, "/alerts/" + percent_encoded(*alert) + "/acknowledge", json::serialize(body)));
  if (!answer) return cannot(err, answer.error());
  const json::value* is_new = answer->if_contains("new");
  fmt::print(out, "{} revision {}: {} for {} by {} at {}\n", *alert, number_at(*answer, "revision"),
             is_new != nullptr && is_new->is_bool() && is_new->get_bool()
                 ? "acknowledged"
                 : "was acknowledged already",
             text_at(*answer, "committee"), text_at(*answer, "who"), text_at(*answer, "at"));
  return kDone;
}

int run_mute(const MuteOptions& options, std::ostream& out, std::ostream& err) {
  const auto peer = admin_peer(options.call);
  if (!peer) return cannot(err, peer.error());
  const json::object body{{"pattern", options.pattern},
                          {"region", options.region},
                          {"until", options.until},
                          {"reason", options.reason}};
  const auto answer = read_answer(http_post(*peer, "/mutes", json::serialize(body)));
  if (!answer) return cannot(err, answer.error());
  const json::value* muted = answer->if_contains("muted");
  if (muted != nullptr && muted->is_bool() && muted->get_bool())
    fmt::print(out, "new alerts of {} in {} are held back until {}\n", text_at(*answer, "pattern"),
               text_at(*answer, "region"), text_at(*answer, "until"));
  else
    fmt::print(out, "new alerts of {} in {} are not muted any more\n", text_at(*answer, "pattern"),
               text_at(*answer, "region"));
  return kDone;
}

int run_quarantine_list(const std::string& config_directory, const QuarantineQuery& query,
                        OutputFormat format, std::ostream& out, std::ostream& err) {
  const auto read = open_store_of(config_directory);
  if (!read) return cannot(err, read.error());
  QuarantineQuery rest = query;
  std::size_t shown = 0;
  while (true) {
    const auto page = list_quarantined(*read->store, rest);
    if (!page) return cannot(err, page.error());
    for (const QuarantineRow& row : page->rows) {
      if (format == OutputFormat::kJson) {
        out << json::serialize(brief(row)) << "\n";
      } else {
        print_row(out, brief(row));
      }
    }
    shown += page->rows.size();
    rest.limit -= page->rows.size();
    if (!page->next) break;
    rest.after = *page->next;
    if (rest.limit > 0) continue;
    fmt::print(err, "there are more: --after {}\n", *page->next);
    return kDone;
  }
  if (shown == 0) err << "there is nothing like that in the quarantine\n";
  return kDone;
}

int run_quarantine_show(const std::string& config_directory, std::uint64_t sequence,
                        OutputFormat format, std::ostream& out, std::ostream& err) {
  const auto read = open_store_of(config_directory);
  if (!read) return cannot(err, read.error());
  const auto row = read->store->quarantined(sequence);
  if (!row) return cannot(err, row.error());
  const json::object object = full(*row);
  if (format == OutputFormat::kJson) {
    out << json::serialize(object) << "\n";
    return kDone;
  }
  for (const auto& member : object) {
    const json::value& value = member.value();
    fmt::print(
        out, "{:<17} {}\n", std::string_view(member.key()),
        value.is_string() ? one_line(std::string(value.get_string())) : json::serialize(value));
  }
  return kDone;
}

int run_quarantine_release(const ReleaseOptions& options, std::ostream& out, std::ostream& err) {
  auto peer = admin_peer(options.call);
  if (!peer) return cannot(err, peer.error());
  Releasing releasing(*std::move(peer), options.format, out);
  const auto done = options.sequences.empty() ? releasing.release_all(options.query)
                                              : releasing.release(options.sequences);
  const int code = releasing.finish();
  return done ? code : cannot(err, done.error());
}

int run_token_new(const std::string& config_directory, const std::string& file,
                  const TokenHolder& holder, std::ostream& out, std::ostream& err) {
  std::string path = file;
  if (path.empty()) {
    const auto contents = read_contents(config_directory);
    if (!contents) return cannot(err, contents.error());
    if (contents->settings) path = contents->settings->admin.tokens_file;
  }
  if (path.empty())
    return cannot(err, {ErrorCode::kInvalid, "the configuration in " + config_directory +
                                                 " names no tokens_file under admin: say --file"});
  const auto token = add_token(path, holder);
  if (!token) return cannot(err, token.error());
  out << *token << "\n";
  fmt::print(err,
             "{}: {} may {}. The token is shown this once; it holds after the daemon's next "
             "reload or restart\n",
             path, holder.name, name_of(holder.role));
  return kDone;
}

}  // namespace tocsin
