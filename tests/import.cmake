tocsin_test(import_tests
  SOURCES
    import_command_test.cc
    import_csv_test.cc
    import_feeds_test.cc
    import_figure_test.cc
    import_mapping_test.cc
    import_release_pipeline_test.cc
    import_release_test.cc
    import_rows_test.cc
    support/small_daemon.cc
  LIBS tocsin_import tocsin_wire tocsin_gate tocsin_config tocsin_daemon tocsin_model Boost::json fmt::fmt)
