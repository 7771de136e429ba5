// The producer of the end-to-end benchmark: the fixed mix, over CURVE, as fast as credit allows or
// at a given rate; prints one JSON object of figures. See bench/README.md.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <deque>
#include <iostream>
#include <string>
#include <thread>
#include <vector>
#include <zmq.hpp>

#include "bench/mix.h"
#include "ingest/client_keys.h"

namespace {

using Clock = std::chrono::steady_clock;
namespace json = boost::json;

struct Options {
  std::string endpoint, key_file, server_key_file;
  std::uint64_t records = 1'000'000;
  std::uint64_t rate = 0;  // records a second; 0: as fast as credit allows
  tocsin::bench::MixOptions mix;
};

using tocsin::bench::kFrameRecords;

class Session {
 public:
  explicit Session(const Options& options) : socket_(context_, zmq::socket_type::dealer) {
    auto keys = tocsin::read_key_file(options.key_file);
    auto server = tocsin::read_public_key_file(options.server_key_file);
    if (!keys || !server) throw std::runtime_error("the key files cannot be read");
    socket_.set(zmq::sockopt::curve_serverkey, *server);
    socket_.set(zmq::sockopt::curve_publickey, keys->public_key);
    socket_.set(zmq::sockopt::curve_secretkey, keys->secret_key);
    socket_.set(zmq::sockopt::linger, 1000);
    socket_.connect(options.endpoint);
    say("HELLO", json::object{{"epoch", fmt::format("bench-{}-{}", options.mix.seed,
                                                    Clock::now().time_since_epoch().count())},
                              {"last_ack", 0}});
    while (session_ == 0) hear(1000);
  }

  bool can_send(std::size_t bytes) const {
    return used_records_ + kFrameRecords <= credit_records_ && used_bytes_ + bytes <= credit_bytes_;
  }

  void send(const std::string& payload) {
    used_records_ += kFrameRecords;
    used_bytes_ += payload.size();
    sent_.push_back(Clock::now());
    say("BATCH",
        json::object{{"session", session_}, {"sequence", ++sequence_}, {"records", kFrameRecords}},
        &payload);
  }

  void hear(long milliseconds) {
    zmq::pollitem_t item{socket_.handle(), 0, ZMQ_POLLIN, 0};
    if (zmq::poll(&item, 1, std::chrono::milliseconds(milliseconds)) == 0) {
      if (session_ != 0) beat();
      return;
    }
    zmq::message_t part;
    while (socket_.recv(part, zmq::recv_flags::dontwait)) {
      zmq::message_t verb, header;
      (void)socket_.recv(verb);
      (void)socket_.recv(header);
      take(verb.to_string_view(), json::parse(header.to_string_view()).as_object());
    }
    if (Clock::now() - beaten_ > std::chrono::seconds(1)) beat();
  }

  std::uint64_t durable() const { return durable_; }
  std::uint64_t sent() const { return sequence_; }
  std::vector<double>& latencies() { return latencies_; }
  double worst() const { return worst_; }
  std::uint64_t worst_frame() const { return worst_frame_; }
  const json::object& fates() const { return fates_; }

 private:
  void beat() {
    beaten_ = Clock::now();
    say("HEARTBEAT", json::object{{"session", session_}, {"acked", durable_}});
  }

  void say(std::string_view verb, const json::object& header,
           const std::string* payload = nullptr) {
    socket_.send(zmq::buffer(std::string_view("tocsin/1")), zmq::send_flags::sndmore);
    socket_.send(zmq::buffer(verb), zmq::send_flags::sndmore);
    const std::string text = json::serialize(header);
    socket_.send(zmq::buffer(text), payload ? zmq::send_flags::sndmore : zmq::send_flags::none);
    if (payload) socket_.send(zmq::buffer(*payload), zmq::send_flags::none);
  }

  void take(std::string_view verb, const json::object& header) {
    if (verb == "ERROR") throw std::runtime_error(std::string(header.at("message").as_string()));
    if (verb == "WELCOME") session_ = header.at("session").to_number<std::uint64_t>();
    const auto* credit = header.if_contains("credit");
    if (credit == nullptr) return;
    credit_records_ = credit->as_object().at("records").to_number<std::uint64_t>();
    credit_bytes_ = credit->as_object().at("bytes").to_number<std::uint64_t>();
    const auto durable = header.at("durable").to_number<std::uint64_t>();
    const auto now = Clock::now();
    for (; durable_ < durable; ++durable_) {
      latencies_.push_back(std::chrono::duration<double, std::milli>(now - sent_.front()).count());
      if (latencies_.back() > worst_) {
        worst_ = latencies_.back();
        worst_frame_ = latencies_.size();
      }
      sent_.pop_front();
    }
    const auto* frames = header.if_contains("frames");
    if (frames == nullptr) return;
    for (const auto& frame : frames->as_array()) {
      const auto sequence = frame.as_object().at("sequence").to_number<std::uint64_t>();
      if (sequence <= counted_) continue;  // told again
      counted_ = sequence;
      for (const auto& [fate, count] : frame.as_object().at("fates").as_object())
        fates_[fate] = (fates_.contains(fate) ? fates_[fate].to_number<std::uint64_t>() : 0) +
                       count.to_number<std::uint64_t>();
    }
  }

  zmq::context_t context_;
  zmq::socket_t socket_;
  std::uint64_t session_ = 0, sequence_ = 0, durable_ = 0, counted_ = 0;
  std::uint64_t used_records_ = 0, used_bytes_ = 0, credit_records_ = 0, credit_bytes_ = 0;
  std::deque<Clock::time_point> sent_;
  std::vector<double> latencies_;
  double worst_ = 0;  // ms, and of which frame
  std::uint64_t worst_frame_ = 0;
  json::object fates_;
  Clock::time_point beaten_ = Clock::now();
};

double percentile(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

int run(const Options& options) {
  tocsin::bench::Mix mix(options.mix);
  Session session(options);
  const std::uint64_t frames = options.records / kFrameRecords;
  const auto begun = Clock::now();
  std::string payload = mix.frame();
  while (session.durable() < frames) {
    const auto elapsed = std::chrono::duration<double>(Clock::now() - begun).count();
    const bool due = options.rate == 0 || static_cast<double>(session.sent() * kFrameRecords) <
                                              elapsed * static_cast<double>(options.rate);
    if (session.sent() < frames && due && session.can_send(payload.size())) {
      session.send(payload);
      payload = mix.frame();
      if (session.sent() % 8 != 0) continue;
      session.hear(0);
      continue;
    }
    session.hear(1);
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  std::cout << json::serialize(json::object{
                   {"records", frames * kFrameRecords},
                   {"seconds", seconds},
                   {"records_per_second", static_cast<double>(frames * kFrameRecords) / seconds},
                   {"ack_ms_p50", percentile(session.latencies(), 0.50)},
                   {"ack_ms_p99", percentile(session.latencies(), 0.99)},
                   {"ack_ms_worst", session.worst()},
                   {"worst_frame", session.worst_frame()},
                   {"fates", session.fates()}})
            << "\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"producer of the end-to-end benchmark", "tocsin-load"};
  Options options;
  app.add_option("--to", options.endpoint)->required();
  app.add_option("--key", options.key_file)->required();
  app.add_option("--server-key", options.server_key_file)->required();
  app.add_option("--records", options.records);
  app.add_option("--rate", options.rate);
  app.add_option("--regions", options.mix.regions);
  app.add_option("--indicators", options.mix.indicators);
  app.add_option("--first-month", options.mix.first_month);
  app.add_option("--seed", options.mix.seed);
  CLI11_PARSE(app, argc, argv);
  try {
    return run(options);
  } catch (const std::exception& error) {
    std::cerr << "tocsin-load: " << error.what() << "\n";
    return 1;
  }
}
