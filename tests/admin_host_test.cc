#include "daemon/admin_host.h"

#include <gtest/gtest.h>

#include "daemon/admin_routes.h"
#include "tests/support/small_daemon.h"

// Who may ask the admin listener.
namespace tocsin {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

TEST(AdminHost, OnLoopbackIsTheAddressOrLocalhost) {
  const tcp::endpoint v4(asio::ip::make_address("127.0.0.1"), 7742);
  const tcp::endpoint v6(asio::ip::make_address("::1"), 7742);
  const tcp::endpoint mapped(asio::ip::make_address("::ffff:127.0.0.1"), 7742);
  EXPECT_TRUE(check_host(v4, "127.0.0.1:7742"));
  EXPECT_TRUE(check_host(v4, "LocalHost:7742"));
  EXPECT_TRUE(check_host(v6, "[::1]:7742"));
  EXPECT_TRUE(check_host(mapped, "127.0.0.1:7742"));
  for (const char* host : {"", "127.0.0.1", "127.0.0.1:77420", "[::1]:7742", "evil.example:7742"})
    EXPECT_FALSE(check_host(v4, host)) << host;
  EXPECT_FALSE(check_host(mapped, "evil.example:7742"));
  EXPECT_TRUE(check_host({v4.address(), 80}, "localhost"));
}

TEST(AdminHost, OverANetworkIsAnyName) {
  EXPECT_TRUE(check_host({asio::ip::make_address("192.0.2.7"), 7742}, "tocsin.example:7742"));
}

TEST(AdminHost, OwnAddressIsThisMachine) {
  const tcp::endpoint here(asio::ip::make_address("192.0.2.7"), 7742);
  EXPECT_TRUE(is_local(here, {asio::ip::make_address("192.0.2.7"), 40'000}));
  EXPECT_TRUE(is_local(here, {asio::ip::make_address("::ffff:127.0.0.1"), 40'000}));
  EXPECT_FALSE(is_local(here, {asio::ip::make_address("192.0.2.8"), 40'000}));
}

TEST(AdminHost, NobodyElsewhereMakesABackup) {
  const testsupport::SmallDaemon daemon;
  AdminCounters counters;
  const AdminPorts ports{daemon.store(), counters, {}, {}, {}, {}, {}};
  AdminRequest request{.method = "POST", .target = "/backup?directory=/b"};
  EXPECT_EQ(std::get<MakeBackup>(act(ports, request)).directory, "/b");
  request.caller.from_this_machine = false;
  EXPECT_EQ(std::get<AdminResponse>(act(ports, request)).status, 403u);
  request = {.method = "GET", .target = "/alerts", .caller = {.from_this_machine = false}};
  EXPECT_EQ(std::get<AdminResponse>(act(ports, request)).status, 200u);
}

}  // namespace
}  // namespace tocsin
