find_package(Python3 COMPONENTS Interpreter)
tocsin_test(alerting_tests
  SOURCES
    policy_test.cc
    message_golden_test.cc
    message_render_test.cc
    support/alert_samples.cc
    support/golden.cc
  LIBS tocsin_alerting tocsin_model pugixml::pugixml fmt::fmt)
