tocsin_test(server_tests
  SOURCES feed_test.cc protocol_test.cc server_auth_test.cc server_credit_test.cc server_fixture.cc
    server_python_test.cc server_rate_test.cc server_sender_test.cc server_session_test.cc spool_test.cc
  LIBS tocsin_client tocsin_server tocsin_model fmt::fmt PkgConfig::zmq Threads::Threads)
target_include_directories(server_tests PRIVATE ${CMAKE_SOURCE_DIR}/tests)
