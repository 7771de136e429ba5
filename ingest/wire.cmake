tocsin_library(tocsin_wire
  SOURCES
    frame.cc
    json_schema.cc
    record_build.cc
    record_draft.cc
    record_writer.cc
    schema.cc
    wire.cc
  PUBLIC tocsin_model tl::expected
  PRIVATE simdjson::simdjson fmt::fmt Boost::json)

# rules/yaml.cmake: the reader of YAML files, shared with configuration and rule packs.
if(NOT TARGET tocsin_yaml)
  include(${CMAKE_SOURCE_DIR}/rules/yaml.cmake)
endif()
tocsin_library(tocsin_import
  SOURCES
    import/command.cc
    import/csv.cc
    import/date_format.cc
    import/figure.cc
    import/import.cc
    import/mapping_columns.cc
    import/mapping_reader.cc
    import/record_maker.cc
    import/release.cc
    import/rollup.cc
    import/row.cc
    import/spec_reader.cc
  PUBLIC tocsin_model tl::expected
  PRIVATE tocsin_wire tocsin_yaml Boost::json fmt::fmt)
