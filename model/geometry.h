#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/result.h"

namespace tocsin {

struct Point {
  double longitude = 0;  // degrees east, [-180, 180]
  double latitude = 0;   // degrees north, [-90, 90]
};

// Rings as in GeoJSON: of each polygon the first is the outside, the others are holes; closed or
// not.
struct Polygon {
  std::vector<std::vector<Point>> rings;
};
struct Geometry {
  std::vector<Polygon> polygons;
  bool empty() const { return polygons.empty(); }
};

// Whether `point` lies in `geometry` (even-odd rule over all rings, planar in degrees) or on its
// border.
bool contains(const Geometry& geometry, Point point);
// How far `point` is from `geometry`, planar in degrees: 0 inside and on the border, infinite when
// the geometry is empty. Visits every edge.
double distance_degrees(const Geometry& geometry, Point point);

// The area of `geometry` on the ellipsoid of WGS 84, in square kilometres.
double area_km2(const Geometry& geometry);

// The `geometry` member of a GeoJSON feature: a Polygon or MultiPolygon in WGS 84. Fails on other
// types, on coordinates outside the globe, and on rings of fewer than four points.
Result<Geometry> parse_geojson_geometry(std::string_view json);

// Finds which of many geometries hold a point: by whole degrees first, then bounding boxes, then
// the rings. Only points on the globe are found.
class PointIndex {
 public:
  // `id` is the caller's number for the geometry, which must outlive the index.
  void add(std::uint32_t id, const Geometry& geometry);

  // visit(id) for each geometry that holds the point, in the order they were added. Doesn't
  // allocate.
  template <class Visit>
  void for_each_holding(Point point, const Visit& visit) const {
    const auto found = cells_.find(cell_of(point));
    if (found == cells_.end()) return;
    for (const std::uint32_t entry : found->second) {
      if (holds(entries_[entry], point)) visit(entries_[entry].id);
    }
  }

 private:
  struct Entry {
    std::uint32_t id;
    double west, south, east, north;
    const Geometry* geometry;
  };
  // A cell is a square of one degree; all points off the globe share one that nothing lies in.
  static std::int32_t cell_of(Point point);
  static bool holds(const Entry& entry, Point point);

  std::vector<Entry> entries_;
  std::unordered_map<std::int32_t, std::vector<std::uint32_t>> cells_;  // -> indices in entries_
};

}  // namespace tocsin
