# What an operator sees: metrics and the HTTP listener.
tocsin_library(tocsin_admin
  SOURCES
    admin.cc
    admin_access.cc
    admin_alerts.cc
    admin_connection.cc
    admin_host.cc
    admin_limits.cc
    admin_query.cc
    admin_refusal.cc
    admin_requests.cc
    admin_response.cc
    admin_routes.cc
    admin_secrets.cc
    admin_tokens.cc
    metrics.cc
    metrics_engine.cc
    metrics_parts.cc
    metrics_scrape.cc
    metrics_table.cc
    quarantine.cc
    secret_file.cc
  PUBLIC tocsin_rules tocsin_storage tocsin_server tocsin_alerting prometheus-cpp::core
    OpenSSL::SSL
  PRIVATE Boost::headers Boost::json fmt::fmt PkgConfig::sodium simdjson::simdjson Threads::Threads)
target_compile_definitions(tocsin_admin PRIVATE TOCSIN_VERSION="${PROJECT_VERSION}")
