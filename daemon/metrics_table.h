#pragma once

#include <prometheus/metric_type.h>

#include <span>
#include <string>
#include <string_view>

namespace tocsin {

// One metric family as it is exposed and documented.
struct MetricEntry {
  std::string_view name;
  prometheus::MetricType type;
  std::string_view labels;  // names, with a comma and a space between them; "" for none
  std::string_view help;
};

// Every family of the daemon, sorted by name. The exposition is made from it, and
// docs/OPERATIONS.md repeats it (a test compares).
std::span<const MetricEntry> metric_table();
// Requires that the table has it.
const MetricEntry& metric_entry(std::string_view name);
// The table as it stands in docs/OPERATIONS.md.
std::string metric_table_markdown();

}  // namespace tocsin
