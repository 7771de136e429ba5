tocsin_test(config_test
  SOURCES
    config_bad_files_test.cc
    config_bad_settings_test.cc
    config_lake_chad_test.cc
    config_feeds_test.cc
    config_load_test.cc
    config_yaml_test.cc
    support/record_gen.cc
  LIBS tocsin_config)
