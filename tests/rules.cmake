# What the tests of the rules share beside support/CMakeLists.txt, compiled once.
add_library(rule_builders STATIC
  support/ledger_run.cc
  support/table_fixture.cc)
target_link_libraries(rule_builders PUBLIC rule_trials GTest::gtest)

tocsin_test(twin_tests
  SOURCES
    dataset_test.cc
    engine_property_test.cc
    twin_ledger_test.cc
    twin_tables_forecast_test.cc
    twin_tables_guard_test.cc
    twin_tables_levels_test.cc
    twin_tables_over_test.cc
    twin_tables_past_test.cc
    twin_tables_samples_test.cc
    twin_tables_pattern_test.cc
    twin_tables_sources_test.cc
    twin_tables_test.cc
    twin_tables_words_test.cc
  LIBS rule_builders)

tocsin_test(explain_tests
  SOURCES
    explain_forecast_test.cc
    explain_guard_test.cc
    explain_levels_test.cc
    explain_over_test.cc
    explain_sources_test.cc
    explain_past_test.cc
    explain_samples_test.cc
    explain_test.cc
    explain_words_test.cc
    support/golden.cc
  LIBS rule_builders)
