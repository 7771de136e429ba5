#pragma once

#include <vector>

#include "model/catalogue.h"
#include "model/record.h"
#include "rules/yaml_reader.h"

namespace tocsin {

// Makes records from one compact line of a scenario (docs/RULES.md, "Scenarios") and appends them.
// What is wrong is reported to the reader; then nothing is appended.
void read_record_line(YamlReader& reader, const YamlNode& line, const Catalogue& catalogue,
                      std::vector<Record>& records);

}  // namespace tocsin
