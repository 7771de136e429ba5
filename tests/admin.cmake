tocsin_test(admin_tests
  SOURCES admin_access_test.cc admin_changes_test.cc admin_connections_test.cc admin_host_test.cc
    admin_requests_test.cc admin_test.cc admin_tokens_test.cc metrics_test.cc operations_test.cc support/small_daemon.cc
  LIBS tocsin_daemon tocsin_admin Boost::headers Boost::json fmt::fmt Threads::Threads)
