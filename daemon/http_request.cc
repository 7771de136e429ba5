#include "daemon/http_request.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <boost/json.hpp>
#include <memory>

#include "alerting/clean_text.h"

namespace tocsin {
namespace {

constexpr std::size_t kAnswerBytesMax = std::size_t{64} << 20;

std::size_t append(char* bytes, std::size_t size, std::size_t count, void* body) {
  auto& text = *static_cast<std::string*>(body);
  if (text.size() + size * count > kAnswerBytesMax) return 0;  // curl then gives up
  text.append(bytes, size * count);
  return size * count;
}

bool is_here_or_encrypted(const std::string& url) {
  if (url.starts_with("https://")) return true;
  const std::unique_ptr<CURLU, void (*)(CURLU*)> parts(curl_url(), curl_url_cleanup);
  char* host = nullptr;
  if (!parts || curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
      curl_url_get(parts.get(), CURLUPART_HOST, &host, 0) != CURLUE_OK)
    return false;
  const std::unique_ptr<char, void (*)(void*)> owned(host, curl_free);
  const std::string_view name(host);
  const bool is_v4 = name.find_first_not_of("0123456789.") == std::string_view::npos;
  return name == "localhost" || name == "[::1]" || (is_v4 && name.starts_with("127."));
}

// What an answer of the listener says is wrong, in one line.
std::string reason_of(const std::string& body) {
  boost::system::error_code error;
  const boost::json::value answer = boost::json::parse(body, error);
  const auto* object = error ? nullptr : answer.if_object();
  const auto* what = object == nullptr ? nullptr : object->if_contains("error");
  if (what == nullptr || !what->is_string()) return one_line(body, 500);
  return one_line(std::string(what->get_string()));
}

enum class Method { kGet, kPost };

Result<std::string> http_ask(const HttpPeer& peer, Method method, const std::string& target,
                             const std::string& body) {
  if (!peer.token.empty() && !is_here_or_encrypted(peer.url))
    return fail(ErrorCode::kForbidden,
                peer.url + ": a token is not sent in the clear to another machine; use https");
  const std::unique_ptr<CURL, void (*)(CURL*)> curl(curl_easy_init(), curl_easy_cleanup);
  if (!curl) return fail(ErrorCode::kUnavailable, "libcurl cannot be used");
  std::string answer;
  const std::string url = peer.url + target;
  std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers(nullptr, curl_slist_free_all);
  const auto add_header = [&](const std::string& line) {
    headers.reset(curl_slist_append(headers.release(), line.c_str()));
  };
  if (!peer.token.empty()) add_header("Authorization: Bearer " + peer.token);
  if (!body.empty()) add_header("Content-Type: application/json");
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_NOPROXY, "*");  // a token is for the daemon alone
  if (headers) curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  if (!peer.ca_file.empty()) curl_easy_setopt(curl.get(), CURLOPT_CAINFO, peer.ca_file.c_str());
  if (method == Method::kPost) {
    curl_easy_setopt(curl.get(), CURLOPT_POST, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  }
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT, 5L);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer);
  const CURLcode code = curl_easy_perform(curl.get());
  if (code == CURLE_WRITE_ERROR)
    return fail(ErrorCode::kLimit,
                fmt::format("{}: the answer is longer than {} bytes", url, kAnswerBytesMax));
  if (code != CURLE_OK)
    return fail(ErrorCode::kUnavailable, fmt::format("{}: {}", peer.url, curl_easy_strerror(code)));
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status / 100 != 2)
    return fail(ErrorCode::kInvalid,
                fmt::format("{} answered {}: {}", url, status, reason_of(answer)));
  return answer;
}

}  // namespace

Result<std::string> http_get(const HttpPeer& peer, const std::string& target) {
  return http_ask(peer, Method::kGet, target, "");
}
Result<std::string> http_post(const HttpPeer& peer, const std::string& target,
                              const std::string& body) {
  return http_ask(peer, Method::kPost, target, body);
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '/' || c == '-' || c == '_' || c == '.';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
  }
  return out;
}

}  // namespace tocsin
