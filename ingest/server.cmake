# The acked edge: the server's side, and what `tocsin send` is made of.
tocsin_library(tocsin_server
  SOURCES
    client_keys.cc
    feed.cc
    feed_sockets.cc
    protocol.cc
    server.cc
    server_loop.cc
    server_queue.cc
    server_receive.cc
    session.cc
    session_credit.cc
    session_stream.cc
    session_turn.cc
    zap.cc
  PUBLIC tocsin_model
  PRIVATE fmt::fmt Boost::json PkgConfig::zmq Threads::Threads)

tocsin_library(tocsin_client
  SOURCES
    client.cc
    client_command.cc
    client_input.cc
    client_link.cc
    client_report.cc
    client_session.cc
    client_store.cc
    spool.cc
    spool_file.cc
  PUBLIC tocsin_server
  PRIVATE fmt::fmt Boost::json PkgConfig::zmq PkgConfig::sodium)
