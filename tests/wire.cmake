tocsin_test(wire_tests
  SOURCES wire_test.cc frame_test.cc schema_test.cc support/record_gen.cc
  LIBS tocsin_wire tocsin_model Boost::json fmt::fmt)
