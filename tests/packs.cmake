tocsin_test(packs_test
  SOURCES
    pack_lake_chad_test.cc
  LIBS tocsin_scenario tocsin_config)
