tocsin_test(daemon_tests
  SOURCES
    check_command_test.cc
    checkpoint_test.cc
    diff_test.cc
    known_then_test.cc
    pipeline_test.cc
    reload_test.cc
    requests_test.cc
    restraints_test.cc
    source_watch_test.cc
    support/crash_fs.cc
    support/small_daemon.cc
  LIBS tocsin_commands tocsin_daemon Boost::json RocksDB::rocksdb-shared fmt::fmt)

tocsin_test(rescue_tests
  SOURCES
    exit_codes_test.cc
    retention_test.cc
    upgrade_test.cc
    verify_test.cc
    support/small_daemon.cc
  LIBS tocsin_commands RocksDB::rocksdb-shared fmt::fmt)
target_compile_definitions(rescue_tests PRIVATE TOCSIN_BINARIES="${CMAKE_BINARY_DIR}/bin")
add_dependencies(rescue_tests tocsin tocsind)
