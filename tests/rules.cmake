# The naive twin is brute force: it is built without sanitizers and with -O2, since what it spends
# decides how many cases a run has; a mistake in it shows as a difference from the engine.
add_library(twin STATIC
  support/twin.cc
  support/twin_builders.cc
  support/twin_cascade.cc
  support/twin_facts.cc
  support/twin_forecast.cc
  support/twin_guard.cc
  support/twin_history.cc
  support/twin_kinds.cc
  support/twin_ledger.cc
  support/twin_ledger_holds.cc
  support/twin_over.cc
  support/twin_pack.cc
  support/twin_parameter.cc
  support/twin_past.cc
  support/twin_read.cc
  support/twin_samples.cc
  support/twin_sources.cc
  support/twin_time.cc
  support/twin_value.cc)
target_link_libraries(twin PUBLIC tocsin_options tocsin_model PRIVATE fmt::fmt)
target_compile_options(twin PRIVATE -O2 -fno-sanitize=all)

# What the tests of the rules share, compiled once.
add_library(rule_builders STATIC
  support/ledger_run.cc
  support/property_run.cc
  support/rule_builders.cc
  support/rule_builders_random.cc
  support/rule_builders_random_conditions.cc
  support/rule_builders_random_events.cc
  support/rule_builders_random_forecasts.cc
  support/rule_builders_random_guard.cc
  support/rule_builders_random_history.cc
  support/rule_builders_random_numbers.cc
  support/rule_builders_random_observations.cc
  support/rule_builders_random_over.cc
  support/rule_builders_random_pack.cc
  support/rule_builders_random_parameters.cc
  support/rule_builders_random_past.cc
  support/rule_builders_random_patterns.cc
  support/rule_builders_random_reads.cc
  support/rule_builders_random_samples.cc
  support/rule_builders_random_sources.cc
  support/table_fixture.cc)
target_link_libraries(rule_builders PUBLIC twin tocsin_rules fmt::fmt GTest::gtest)

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
