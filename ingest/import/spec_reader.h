#pragma once

#include "ingest/import/mapping.h"
#include "rules/yaml_reader.h"

namespace tocsin {

// Readers of the small parts that a mapping file is made of. Each reports what is wrong at its
// place and returns something usable.

TextTemplate read_template(YamlReader& reader, const YamlNode& node, std::string_view what);
// One that must take something from the row.
TextTemplate read_row_template(YamlReader& reader, const YamlNode& node, std::string_view what);
TextSpec read_text_spec(YamlReader& reader, const YamlNode& node, std::string_view what);
DateSpec read_date(YamlReader& reader, const YamlNode& node, std::string_view what);
Condition read_condition(YamlReader& reader, const YamlNode& node, std::string_view what);
NumberSpec read_number(YamlReader& reader, const YamlNode& node, std::string_view what);
PeriodSpec read_period(YamlReader& reader, const YamlNode& node);
PublicationSpec read_publication(YamlReader& reader, const YamlNode& node);
std::vector<PlaceSpec> read_places(YamlReader& reader, const YamlNode& node);
Missing read_missing(const YamlMapping& mapping);

}  // namespace tocsin
