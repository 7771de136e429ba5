tocsin_test(storage_tests
  SOURCES
    codec_test.cc
    migrate_test.cc
    store_test.cc
    store_backup_test.cc
    store_corruption_test.cc
    store_crash_test.cc
    store_tally_test.cc
    support/crash_fs.cc
    support/golden.cc
    support/record_gen.cc
    support/store_gen.cc
    support/store_text.cc
  LIBS tocsin_storage RocksDB::rocksdb-shared fmt::fmt)
