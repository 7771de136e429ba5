#include "ingest/server.h"

#include <fmt/format.h>

#include "ingest/server_loop.h"

namespace tocsin {

namespace {

Result<void> check(const ServerOptions& options, const Catalogue& catalogue) {
  const SessionOptions& sessions = options.sessions;
  if (!sessions.pool.covers({sessions.frame.records, sessions.frame.bytes}))
    return fail(
        ErrorCode::kInvalid,
        fmt::format("the credit pool of {} records and {} bytes is smaller than one largest "
                    "frame: at least {} records and {} bytes",
                    sessions.pool.records, sessions.pool.bytes, sessions.frame.records,
                    sessions.frame.bytes));
  if (sessions.frame.records == 0 || sessions.frame.bytes == 0)
    return fail(ErrorCode::kInvalid, "a frame may hold 0 records or bytes: at least 1 of each");
  if (sessions.heartbeat < std::chrono::milliseconds(20))
    return fail(ErrorCode::kInvalid, fmt::format("the heartbeat interval is {} ms: at least 20",
                                                 sessions.heartbeat.count()));
  if (options.curve) {
    if (is_curve_key(options.curve->secret_key)) return {};
    return fail(ErrorCode::kInvalid, "the server's secret key is not a Z85 key of 40 characters");
  }
  if (catalogue.find_producer(options.plain_producer) == nullptr)
    return fail(ErrorCode::kInvalid,
                fmt::format("the plain producer \"{}\" is not configured", options.plain_producer));
  if (!options.allow_plain_off_loopback && !is_loopback_endpoint(options.endpoint))
    return fail(
        ErrorCode::kInvalid,
        fmt::format("endpoint {} can be reached from other machines without CURVE: give it a "
                    "key, listen on loopback, or allow plain off loopback in words",
                    options.endpoint));
  return {};
}

}  // namespace

IngestServer::IngestServer(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
IngestServer::~IngestServer() = default;

Result<std::unique_ptr<IngestServer>> IngestServer::start(
    ServerOptions options, std::shared_ptr<const Catalogue> catalogue, FrameSink& sink,
    PositionSource& positions) {
  if (auto checked = check(options, *catalogue); !checked) return tl::unexpected(checked.error());
  auto loop = std::make_unique<Loop>(std::move(options), std::move(catalogue), sink, positions);
  if (auto opened = loop->open(); !opened) return tl::unexpected(opened.error());
  return std::unique_ptr<IngestServer>(new IngestServer(std::move(loop)));
}

const std::string& IngestServer::endpoint() const { return loop_->endpoint(); }
void IngestServer::post(FrameResult result) {
  std::vector<FrameResult> results;
  results.push_back(std::move(result));
  loop_->post(std::move(results));
}
void IngestServer::post(std::vector<FrameResult> results) { loop_->post(std::move(results)); }
void IngestServer::withhold_credit(std::string reason) { loop_->withhold(std::move(reason)); }
void IngestServer::set_catalogue(std::shared_ptr<const Catalogue> catalogue) {
  loop_->swap(std::move(catalogue));
}
ServerStatistics IngestServer::statistics() const { return loop_->statistics(); }
std::vector<ProducerStatistics> IngestServer::producers() const { return loop_->producers(); }
void IngestServer::set_rates(ProducerRates rates) { loop_->set_rates(std::move(rates)); }
std::vector<FeedStatistics> IngestServer::feeds() const { return loop_->feeds(); }
void IngestServer::stop() { loop_->stop(); }

}  // namespace tocsin
