tocsin_test(model_tests
  SOURCES
    alert_json_test.cc
    catalogue_test.cc
    claim_test.cc
    clock_test.cc
    decimal_test.cc
    diagnostic_test.cc
    fold_name_test.cc
    geometry_test.cc
    hash_test.cc
    numbering_test.cc
    period_test.cc
    region_test.cc
    result_test.cc
    span_test.cc
    support/record_gen.cc
    time_test.cc
    tri_test.cc
  LIBS tocsin_model)

tocsin_test(gate_tests
  SOURCES
    gate_place_test.cc
    gate_revision_test.cc
    gate_test.cc
    support/gate_world.cc
    support/record_gen.cc
  LIBS tocsin_gate)
