# The simulator of the whole system: a library that the short form (sim_tests) and the long one
# (tocsin_sim, which `./run torture` runs) share.
add_library(tocsin_simulation STATIC
  sim/background.cc
  sim/channels.cc
  sim/contents.cc
  sim/disk.cc
  sim/network.cc
  sim/producer.cc
  sim/records.cc
  sim/server.cc
  sim/spool.cc
  sim/witness.cc
  sim/world.cc
  support/crash_fs.cc
  support/record_gen.cc
  support/store_gen.cc)
target_link_libraries(tocsin_simulation PUBLIC tocsin_options tocsin_daemon tocsin_client rule_builders
  RocksDB::rocksdb-shared fmt::fmt)

add_executable(tocsin_sim sim/main.cc)
target_link_libraries(tocsin_sim PRIVATE tocsin_simulation Boost::json)
set_target_properties(tocsin_sim PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
