tocsin_test(daemon_tests
  SOURCES
    checkpoint_test.cc
    pipeline_test.cc
    reload_test.cc
    requests_test.cc
    source_watch_test.cc
    support/crash_fs.cc
    support/small_daemon.cc
  LIBS tocsin_commands tocsin_daemon RocksDB::rocksdb-shared fmt::fmt)
