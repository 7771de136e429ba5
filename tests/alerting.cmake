tocsin_test(alerting_tests
  SOURCES
    cap_test.cc
    policy_test.cc
    message_mail_test.cc
    dispatcher_cap_file_test.cc
    message_golden_test.cc
    message_render_test.cc
    dispatcher_lane_test.cc
    dispatcher_retry_test.cc
    dispatcher_smtp_test.cc
    support/alert_samples.cc
    support/golden.cc
    support/memory_outbox.cc
    support/smtp_server.cc
  LIBS tocsin_alerting tocsin_model pugixml::pugixml fmt::fmt)
