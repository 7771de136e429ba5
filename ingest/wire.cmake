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
