#pragma once

#include <prometheus/metric_family.h>

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/metrics_table.h"

namespace tocsin {

// The figures of one scrape that are read where they are kept, as opposed to counted in the
// registry.
class Scrape {
 public:
  // Adds a sample. The labels' values stand in the order of the family's labels in the table.
  // Requires that the table has the family, with as many labels, as a counter or gauge.
  void add(std::string_view name, double value,
           std::initializer_list<std::string_view> labels = {});
  void add(std::string_view name, std::uint64_t value,
           std::initializer_list<std::string_view> labels = {}) {
    add(name, static_cast<double>(value), labels);
  }

  // The exposition text of these and the `counted` families, every family of the table once and in
  // its order. A family without samples has its HELP and TYPE all the same.
  std::string text(std::vector<prometheus::MetricFamily> counted) &&;

 private:
  std::map<std::string_view, prometheus::MetricFamily> families_;
};

// prometheus::Labels of a family from the table: names from there, values in the same order.
std::map<std::string, std::string> labels_of(const MetricEntry& entry,
                                             std::initializer_list<std::string_view> values);

// Adds what the system says of this process: process_*. What it doesn't say is left out.
void add_process(Scrape& scrape);

}  // namespace tocsin
