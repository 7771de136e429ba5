# The naive twin is brute force: it is built without sanitizers and with -O2, since what it spends
# decides how many cases a run has; a mistake in it shows as a difference from the engine.
add_library(twin STATIC
  support/twin.cc
  support/twin_cascade.cc
  support/twin_facts.cc
  support/twin_pack.cc
  support/twin_read.cc)
target_link_libraries(twin PUBLIC tocsin_options tocsin_model PRIVATE fmt::fmt)
target_compile_options(twin PRIVATE -O2 -fno-sanitize=all)

tocsin_test(twin_tests
  SOURCES
    support/rule_builders.cc
    support/table_fixture.cc
    twin_tables_test.cc
  LIBS twin tocsin_rules fmt::fmt)
