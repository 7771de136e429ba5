#include "daemon/metrics_scrape.h"

#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "model/result.h"

namespace tocsin {
namespace {

std::vector<std::string> split_labels(std::string_view labels) {
  std::vector<std::string> names;
  while (!labels.empty()) {
    const std::size_t comma = std::min(labels.find(", "), labels.size());
    names.emplace_back(labels.substr(0, comma));
    labels.remove_prefix(std::min(comma + 2, labels.size()));
  }
  return names;
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double now_on(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// When the system booted, plus the start in clock ticks since then: field 22 of /proc/self/stat,
// the 20th after the name, which ends with the last ')' (proc(5)). 0 when it can't be read.
// /proc/stat has the time of boot, too, but the unit hides it (ProcSubset=pid).
double process_start() {
  std::ifstream stat("/proc/self/stat");
  std::string line;
  if (!std::getline(stat, line)) return 0;
  std::istringstream fields(line.substr(std::min(line.rfind(')') + 2, line.size())));
  std::string field;
  for (int i = 0; i < 20; ++i) fields >> field;
  const double ticks = std::strtod(field.c_str(), nullptr);
  return now_on(CLOCK_REALTIME) - now_on(CLOCK_BOOTTIME) +
         ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace

std::map<std::string, std::string> labels_of(const MetricEntry& entry,
                                             std::initializer_list<std::string_view> values) {
  const std::vector<std::string> names = split_labels(entry.labels);
  require(names.size() == values.size(), entry.name);
  std::map<std::string, std::string> labels;
  for (std::size_t i = 0; i < names.size(); ++i) labels.emplace(names[i], values.begin()[i]);
  return labels;
}

void Scrape::add(std::string_view name, double value,
                 std::initializer_list<std::string_view> labels) {
  const MetricEntry& entry = metric_entry(name);
  prometheus::MetricFamily& family = families_[entry.name];
  prometheus::ClientMetric& metric = family.metric.emplace_back();
  for (auto& [label, text] : labels_of(entry, labels)) metric.label.push_back({label, text});
  (entry.type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) =
      value;
}

std::string Scrape::text(std::vector<prometheus::MetricFamily> counted) && {
  for (prometheus::MetricFamily& family : counted)
    families_[metric_entry(family.name).name] = std::move(family);
  std::vector<prometheus::MetricFamily> all;
  for (const MetricEntry& entry : metric_table()) {
    prometheus::MetricFamily& family = all.emplace_back(std::move(families_[entry.name]));
    family.name = entry.name;
    family.help = entry.help;
    family.type = entry.type;
  }
  return prometheus::TextSerializer().Serialize(all);
}

void add_process(Scrape& scrape) {
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0)
    scrape.add("process_cpu_seconds_total", seconds(usage.ru_utime) + seconds(usage.ru_stime));
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0)
    scrape.add("process_max_fds", std::uint64_t{files.rlim_cur});
  std::error_code error;
  std::uint64_t open = 0;
  for (std::filesystem::directory_iterator it("/proc/self/fd", error), end; !error && it != end;
       it.increment(error))
    ++open;
  if (!error) scrape.add("process_open_fds", open - 1);  // one was this directory's
  std::ifstream memory("/proc/self/statm");
  std::uint64_t pages = 0, resident = 0;
  if (memory >> pages >> resident) {
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    scrape.add("process_virtual_memory_bytes", pages * page);
    scrape.add("process_resident_memory_bytes", resident * page);
  }
  if (const double start = process_start(); start > 0)
    scrape.add("process_start_time_seconds", start);
}

}  // namespace tocsin
