# The schemas as a source file, made when one of them changes.
file(READ ${CMAKE_CURRENT_SOURCE_DIR}/schema/pack.schema.json PACK_SCHEMA)
file(READ ${CMAKE_CURRENT_SOURCE_DIR}/schema/scenarios.schema.json SCENARIOS_SCHEMA)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  ${CMAKE_CURRENT_SOURCE_DIR}/schema/pack.schema.json ${CMAKE_CURRENT_SOURCE_DIR}/schema/scenarios.schema.json)
configure_file(schema/schemas.cc.in ${CMAKE_CURRENT_BINARY_DIR}/schemas.cc @ONLY)
