#include "ingest/client_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

namespace tocsin {

namespace {

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

double rate(std::uint64_t records, std::chrono::milliseconds time) {
  return time.count() > 0
             ? static_cast<double>(records) * 1000.0 / static_cast<double>(time.count())
             : 0.0;
}

}  // namespace

void LatencyHistogram::add(std::chrono::microseconds latency) {
  const double micros = std::max<double>(1.0, static_cast<double>(latency.count()));
  const auto bucket = static_cast<std::size_t>(std::log2(micros) * kStepsPerDoubling);
  ++buckets_[std::min(bucket, buckets_.size() - 1)];
  ++count_;
  max_ = std::max(max_, latency);
}

std::chrono::microseconds LatencyHistogram::at(double quantile) const {
  if (count_ == 0) return std::chrono::microseconds(0);
  const auto wanted = static_cast<std::uint64_t>(std::ceil(quantile * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  std::size_t bucket = 0;
  while (bucket + 1 < buckets_.size() && (seen += buckets_[bucket]) < wanted) ++bucket;
  const double upper = std::exp2(static_cast<double>(bucket + 1) / kStepsPerDoubling);
  return std::min(max_, std::chrono::microseconds(static_cast<std::int64_t>(std::ceil(upper))));
}

int SendReport::exit_code() const {
  if (!failure.empty()) return 2;
  return fates[static_cast<std::size_t>(Fate::kQuarantined)] + lines_refused > 0 ? 1 : 0;
}

std::string summary_text(const SendReport& report) {
  std::string text = fmt::format("{} records in {} frames are on the server's disk, {:.0f}/s\n",
                                 grouped(report.records_acked), grouped(report.frames_acked),
                                 rate(report.records_acked, report.duration));
  for (std::size_t i = 0; i < report.fates.size(); ++i)
    if (report.fates[i] > 0)
      text +=
          fmt::format("  {:<14}{:>14}\n", name_of(static_cast<Fate>(i)), grouped(report.fates[i]));
  if (report.fates_unknown > 0)
    text += fmt::format("  {:<14}{:>14}  (safe; the server restarted before it could say)\n",
                        "not told", grouped(report.fates_unknown));
  if (report.lines_refused > 0)
    text += fmt::format("{} lines were not sent: too long or no JSON object\n",
                        grouped(report.lines_refused));
  if (report.regressions > 0)
    text += fmt::format("REGRESSION: the server had lost acknowledged data {} times\n",
                        report.regressions);
  if (!report.failure.empty())
    text += fmt::format("NOT DELIVERED: {} frames; {}\n", grouped(report.frames_unsent),
                        report.failure);
  return text;
}

std::string summary_json(const SendReport& report) {
  boost::json::object fates;
  for (std::size_t i = 0; i < report.fates.size(); ++i)
    fates[name_of(static_cast<Fate>(i))] = report.fates[i];
  return boost::json::serialize(boost::json::object{
      {"records", report.records_acked},
      {"frames", report.frames_acked},
      {"bytes", report.bytes_acked},
      {"frames_sent", report.frames_sent},
      {"fates", std::move(fates)},
      {"fates_unknown", report.fates_unknown},
      {"nacks", report.nacks},
      {"lines_refused", report.lines_refused},
      {"frames_unsent", report.frames_unsent},
      {"sessions", report.sessions},
      {"regressions", report.regressions},
      {"seconds", static_cast<double>(report.duration.count()) / 1000.0},
      {"records_per_second", rate(report.records_acked, report.duration)},
      {"send_to_ack_us", boost::json::object{{"p50", report.latency.at(0.5).count()},
                                             {"p90", report.latency.at(0.9).count()},
                                             {"p99", report.latency.at(0.99).count()},
                                             {"max", report.latency.max().count()}}},
      {"failure", report.failure},
      {"exit_code", report.exit_code()}});
}

std::string progress_line(std::uint64_t records, std::chrono::milliseconds elapsed, double share) {
  std::string line = fmt::format("{} records, {}/s", grouped(records),
                                 grouped(static_cast<std::uint64_t>(rate(records, elapsed))));
  if (share < 0) return line;
  line += fmt::format(", {:.0f} %", share * 100);
  if (share < 0.001) return line;
  const auto left = static_cast<std::int64_t>(static_cast<double>(elapsed.count()) / 1000.0 *
                                              (1 - share) / share);
  return line + (left >= 3600
                     ? fmt::format(", {}:{:02}:{:02} left", left / 3600, left / 60 % 60, left % 60)
                     : fmt::format(", {:02}:{:02} left", left / 60, left % 60));
}

}  // namespace tocsin
