#include "model/geometry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "tests/support/record_gen.h"

namespace tocsin {
namespace {

std::vector<Point> square(double west, double south, double size) {
  return {{west, south}, {west + size, south}, {west + size, south + size}, {west, south + size}};
}

Geometry with_hole() { return {{Polygon{{square(0, 0, 10), square(4, 4, 2)}}}}; }

TEST(Contains, SeesInsideOutsideHoleAndBorder) {
  const struct {
    Point point;
    bool inside;
  } cases[] = {
      {{1, 1}, true},    {{5, 5}, false},  {{11, 5}, false},  {{-1, 5}, false}, {{5, 11}, false},
      {{0, 0}, true},    {{10, 10}, true}, {{0, 5}, true},    {{10, 5}, true},  {{5, 0}, true},
      {{5, 10}, true},   {{4, 5}, true},   {{6, 5}, true},    {{4, 4}, true},   {{3.999, 5}, true},
      {{4.1, 5}, false}, {{-1, 0}, false}, {{11, 10}, false}, {{-1, 4}, false}, {{9, 4}, true},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(contains(with_hole(), c.point), c.inside)
        << c.point.longitude << " " << c.point.latitude;
  }
}

TEST(Contains, TakesClosedAndReversedRingsAlike) {
  auto ring = square(0, 0, 10);
  const std::vector<Point> reversed(ring.rbegin(), ring.rend());
  auto closed = ring;
  closed.push_back(closed.front());
  for (const auto& each : {ring, reversed, closed}) {
    const Geometry geometry{{Polygon{{each}}}};
    EXPECT_TRUE(contains(geometry, {5, 5}));
    EXPECT_TRUE(contains(geometry, {0, 0}));
    EXPECT_FALSE(contains(geometry, {5, -0.001}));
  }
}

TEST(Contains, CountsACornerOnce) {
  const Geometry diamond{{Polygon{{{{5, 0}, {10, 5}, {5, 10}, {0, 5}}}}}};
  EXPECT_TRUE(contains(diamond, {5, 5}));
  EXPECT_FALSE(contains(diamond, {-1, 5}));
  EXPECT_FALSE(contains(diamond, {4, 0}));
  EXPECT_FALSE(contains(diamond, {4, 10}));
}

TEST(Contains, IsFalseForNothing) {
  EXPECT_FALSE(contains(Geometry(), {0, 0}));
  EXPECT_FALSE(contains(with_hole(), {std::nan(""), 1}));
}

TEST(Contains, GivesEachPointOfAPartitionToAtLeastOneAndRarelyTwo) {
  // Two polygons that share a crooked border, one walking it up, the other down.
  const std::vector<Point> border = {{5, 0}, {5.3, 2.1}, {4.7, 4.4}, {5.9, 7.7}, {5, 10}};
  std::vector<Point> west = {{0, 10}, {0, 0}};
  west.insert(west.end(), border.begin(), border.end());
  std::vector<Point> east = {{10, 0}, {10, 10}};
  east.insert(east.end(), border.rbegin(), border.rend());
  const Geometry a{{Polygon{{west}}}};
  const Geometry b{{Polygon{{east}}}};
  std::mt19937_64 random(testsupport::test_seed());
  std::uniform_real_distribution<double> anywhere(0.001, 9.999);
  for (int i = 0; i < 20'000; ++i) {
    const Point point{anywhere(random), anywhere(random)};
    ASSERT_NE(contains(a, point), contains(b, point)) << point.longitude << " " << point.latitude;
  }
  for (const auto& corner : border) EXPECT_TRUE(contains(a, corner) && contains(b, corner));
}

TEST(DistanceDegrees, IsZeroInsideAndPlanarOutside) {
  EXPECT_EQ(distance_degrees(with_hole(), {1, 1}), 0);
  EXPECT_EQ(distance_degrees(with_hole(), {10, 5}), 0);
  EXPECT_DOUBLE_EQ(distance_degrees(with_hole(), {12, 5}), 2);
  EXPECT_DOUBLE_EQ(distance_degrees(with_hole(), {13, 14}), 5);
  EXPECT_DOUBLE_EQ(distance_degrees(with_hole(), {5, 5}), 1);
  EXPECT_TRUE(std::isinf(distance_degrees(Geometry(), {5, 5})));
}

std::vector<std::uint32_t> holding(const PointIndex& index, Point point) {
  std::vector<std::uint32_t> ids;
  index.for_each_holding(point, [&](std::uint32_t id) { ids.push_back(id); });
  return ids;
}

TEST(PointIndex, FindsAllThatHoldThePointInTheOrderAdded) {
  const Geometry big{{Polygon{{square(0, 0, 10)}}}};
  const Geometry small{{Polygon{{square(2, 2, 2)}}}};
  const Geometry islands{{Polygon{{square(20, 20, 1)}}, Polygon{{square(3, 3, 5)}}}};
  const Geometry none;
  PointIndex index;
  index.add(7, small);
  index.add(3, big);
  index.add(9, islands);
  index.add(1, none);
  using Ids = std::vector<std::uint32_t>;
  EXPECT_EQ(holding(index, {3.5, 3.5}), (Ids{7, 3, 9}));
  EXPECT_EQ(holding(index, {1, 1}), (Ids{3}));
  EXPECT_EQ(holding(index, {20.5, 20.5}), (Ids{9}));
  EXPECT_EQ(holding(index, {15, 15}), Ids{});
  EXPECT_EQ(holding(index, {std::nan(""), 1}), Ids{});
  EXPECT_EQ(holding(index, {1e300, -1e300}), Ids{});
}

TEST(PointIndex, AgreesWithLookingAtEveryGeometry) {
  std::mt19937_64 random(testsupport::test_seed());
  std::uniform_real_distribution<double> longitude(-180, 178), latitude(-90, 88), size(0.01, 2);
  std::vector<Geometry> geometries;
  for (int i = 0; i < 400; ++i) {
    geometries.push_back({{Polygon{{square(longitude(random), latitude(random), size(random))}}}});
  }
  geometries.push_back({{Polygon{{square(170, 80, 10)}}}});
  geometries.push_back({{Polygon{{square(-180, -90, 5)}}}});
  PointIndex index;
  for (std::uint32_t i = 0; i < geometries.size(); ++i) index.add(i, geometries[i]);
  std::vector<Point> points = {{180, 90}, {-180, -90}, {175, 85}, {180, 80}, {-175, -85}};
  for (int i = 0; i < 2000; ++i) points.push_back({longitude(random), latitude(random)});
  for (const auto& geometry : geometries) points.push_back(geometry.polygons[0].rings[0][2]);
  for (const Point point : points) {
    std::vector<std::uint32_t> want;
    for (std::uint32_t i = 0; i < geometries.size(); ++i) {
      if (contains(geometries[i], point)) want.push_back(i);
    }
    ASSERT_EQ(holding(index, point), want) << point.longitude << " " << point.latitude;
  }
}

TEST(GeoJson, ReadsPolygonsAndMultiPolygons) {
  const auto polygon = parse_geojson_geometry(
      R"({"type":"Polygon","coordinates":[[[0,0],[10,0,312.5],[10,10],[0,10],[0,0]],
          [[4,4],[6,4],[6,6],[4,6],[4,4]]]})");
  ASSERT_TRUE(polygon) << polygon.error().message;
  ASSERT_EQ(polygon->polygons.size(), 1u);
  EXPECT_EQ(polygon->polygons[0].rings.size(), 2u);
  EXPECT_TRUE(contains(*polygon, {1, 1}));
  EXPECT_FALSE(contains(*polygon, {5, 5}));
  const auto many = parse_geojson_geometry(
      R"({"coordinates":[[[[0,0],[1,0],[1,1],[0,0]]],[[[5,5],[6,5],[6,6],[5,5]]]],
          "type":"MultiPolygon"})");
  ASSERT_TRUE(many) << many.error().message;
  EXPECT_EQ(many->polygons.size(), 2u);
  EXPECT_TRUE(contains(*many, {5.9, 5.1}));
}

TEST(GeoJson, RefusesWhatIsNoArea) {
  const struct {
    std::string_view json, why;
  } cases[] = {
      {"", "JSON"},
      {"{", "JSON"},
      {"[]", "object"},
      {R"({"type":"Polygon"})", "coordinates"},
      {R"({"type":"Point","coordinates":[1,2]})", "Point"},
      {R"({"type":"Polygon","coordinates":[]})", "rings"},
      {R"({"type":"Polygon","coordinates":[[[0,0],[1,0],[0,0]]]})", "four"},
      {R"({"type":"Polygon","coordinates":[[[0,0],[1],[1,1],[0,0]]]})", "position"},
      {R"({"type":"Polygon","coordinates":[[[0,0],["1",0],[1,1],[0,0]]]})", "number"},
      {R"({"type":"Polygon","coordinates":[[[0,0],[181,0],[1,1],[0,0]]]})", "181"},
      {R"({"type":"Polygon","coordinates":[[[0,0],[1,-91],[1,1],[0,0]]]})", "-91"},
      {R"({"type":"MultiPolygon","coordinates":[]})", "polygons"},
      {R"({"type":"MultiPolygon","coordinates":[[1]]})", "ring"},
  };
  for (const auto& c : cases) {
    const auto geometry = parse_geojson_geometry(c.json);
    ASSERT_FALSE(geometry) << c.json;
    EXPECT_NE(geometry.error().message.find(c.why), std::string::npos) << geometry.error().message;
  }
}

TEST(Area, IsThatOfTheEllipsoid) {
  // A degree by a degree at the equator, and one that ends at 60 degrees north.
  EXPECT_NEAR(area_km2({{Polygon{{square(0, 0, 1)}}}}), 12'309, 1);
  EXPECT_NEAR(area_km2({{Polygon{{square(0, 59, 1)}}}}), 6'313, 4);
}

TEST(Area, LeavesHolesOutAndTakesEitherDirection) {
  const double whole = area_km2({{Polygon{{square(0, 0, 10)}}}});
  const double hole = area_km2({{Polygon{{square(4, 4, 2)}}}});
  EXPECT_NEAR(area_km2(with_hole()), whole - hole, 1e-6 * whole);
  auto ring = square(4, 4, 2);
  std::reverse(ring.begin(), ring.end());
  ring.push_back(ring.front());
  EXPECT_NEAR(area_km2({{Polygon{{ring}}}}), hole, 1e-6 * hole);
  EXPECT_EQ(area_km2(Geometry()), 0);
}

}  // namespace
}  // namespace tocsin
