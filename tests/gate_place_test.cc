#include "ingest/gate_place.h"

#include <gtest/gtest.h>

#include "tests/support/gate_world.h"

namespace tocsin {
namespace {

using testsupport::at;
using testsupport::GateWorld;
using testsupport::in;

Place both(std::string region, double latitude, double longitude) {
  Place place = at(latitude, longitude);
  place.region = std::move(region);
  return place;
}

Place vaguely(Place place) {
  place.vague = true;
  return place;
}

Place within(Place place, std::string country) {
  place.country = std::move(country);
  return place;
}

struct PlaceCase {
  std::string_view name;
  Place place;
  std::string_view want;  // a region's code, or a rejection's code
  std::string_view pointer = "";
};

TEST(ResolvePlace, NeverGuesses) {
  const GateWorld world;
  const PlaceCase cases[] = {
      {"code", in("NG-BO"), "NG-BO"},
      {"alias", in("Borno State"), "NG-BO"},
      {"country by name", in("Nigeria"), "NG"},
      {"basin", in("basin:lake"), "basin:lake"},
      {"alias in its country", in("Niger", "NG"), "NG-NI"},
      {"country given by name", in("Niger", "Nigeria"), "NG-NI"},
      {"name of two", in("Niger"), "unknown-place", "/subject"},
      {"nobody's name", in("Bornoo"), "unknown-place", "/subject"},
      {"name of another country", in("Diffa", "NG"), "unknown-place", "/subject"},
      {"code of another country", in("NE-1", "NG"), "place-mismatch", "/data/country"},
      {"unknown country", in("NG-BO", "XX"), "unknown-place", "/data/country"},
      {"state as country", in("NG-BO", "NG-BO"), "unknown-place", "/data/country"},
      {"basin and country", in("basin:lake", "NG"), "basin:lake"},
      {"point in a state", at(1, 6), "NG-BO"},
      {"point in a district", at(9, 9), "NG-BO-A"},
      {"point in its country", within(at(1, 6), "NG"), "NG-BO"},
      {"point in another country", within(at(1, 6), "NE"), "place-mismatch", "/data/country"},
      {"point nowhere", at(-5, 6), "unknown-place", "/data/latitude"},
      {"nothing", Place{}, "unknown-place", "/subject"},
      {"vague without a name", vaguely(at(1, 6)), "unknown-place", "/subject"},
      {"point inside", both("NG-BO", 1, 6), "NG-BO"},
      {"point in its district", both("NG-BO", 9, 9), "NG-BO"},
      {"point in its country's state", both("NG", 1, 6), "NG"},
      {"district and point beside it in the state", both("NG-BO-A", 1, 6), "NG-BO-A"},
      {"point beside the border, in no region", both("NG-BO", -0.05, 6), "NG-BO"},
      {"point beside the border, in the next", both("NG-BO", 5, 4.95), "NG-BO"},
      {"point far over the border", both("NG-BO", 5, 4), "place-mismatch", "/data/latitude"},
      {"point far off", both("NG-BO", -1, 6), "place-mismatch", "/data/latitude"},
      {"no polygon, point nowhere", both("NE-2", 5, 17), "NE-2"},
      {"no polygon, point elsewhere", both("NE-2", 1, 6), "place-mismatch", "/data/latitude"},
      {"no polygon, point in the parent's line", both("NE", 1, 12), "NE"},
      {"basin and point in a member", both("basin:lake", 1, 6), "basin:lake"},
      {"basin and point in no member", both("basin:lake", 1, 1), "place-mismatch",
       "/data/latitude"},
      {"vague: the point is a centroid", vaguely(both("NG", 1, 12)), "NG"},
  };
  for (const auto& c : cases) {
    const auto resolved = resolve_place(world.catalogue().regions, world.policy, c.place);
    if (resolved) {
      EXPECT_EQ((*resolved)->code, c.want) << c.name;
    } else {
      EXPECT_EQ(resolved.error().code, c.want) << c.name << ": " << resolved.error().message;
      EXPECT_EQ(resolved.error().pointer, c.pointer) << c.name;
      EXPECT_FALSE(resolved.error().allowed.empty()) << c.name;
    }
  }
}

TEST(ResolvePlace, SuggestsTheNearestName) {
  const GateWorld world;
  const auto resolved = resolve_place(world.catalogue().regions, world.policy, in("Zindr"));
  ASSERT_FALSE(resolved);
  EXPECT_NE(resolved.error().message.find("Zindr"), std::string::npos);
  EXPECT_NE(resolved.error().allowed.find("Zinder"), std::string::npos);
}

}  // namespace
}  // namespace tocsin
