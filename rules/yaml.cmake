# The reader for files that people write, shared by rule packs and the configuration directory. It
# stands apart from tocsin_rules so that neither has to link the other.
tocsin_library(tocsin_yaml
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/yaml_reader.cc
    ${CMAKE_CURRENT_LIST_DIR}/yaml_tree.cc
  PUBLIC tocsin_model
  PRIVATE yaml-cpp fmt::fmt)
