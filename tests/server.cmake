tocsin_test(server_tests
  SOURCES server_fixture.cc server_session_test.cc
  LIBS tocsin_server tocsin_model PkgConfig::zmq Threads::Threads)
target_include_directories(server_tests PRIVATE ${CMAKE_SOURCE_DIR}/tests)
