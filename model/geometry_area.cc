#include <boost/geometry/algorithms/area.hpp>
#include <boost/geometry/algorithms/correct.hpp>
#include <boost/geometry/geometries/point.hpp>
#include <boost/geometry/geometries/ring.hpp>
#include <boost/geometry/strategies/area/geographic.hpp>
#include <boost/geometry/strategies/geographic.hpp>
#include <cmath>

#include "model/geometry.h"

// Kept apart: the library takes longer to compile than the rest of the folder.
namespace tocsin {
namespace {

namespace geometry = boost::geometry;
using OnEllipsoid = geometry::model::point<double, 2, geometry::cs::geographic<geometry::degree>>;

constexpr double kSquareMetresPerKm2 = 1e6;

// Of either direction, closed or not.
double area_of(const std::vector<Point>& ring) {
  geometry::model::ring<OnEllipsoid> shape;
  for (const Point& point : ring) shape.emplace_back(point.longitude, point.latitude);
  geometry::correct(shape);
  return std::abs(geometry::area(shape));
}

}  // namespace

double area_km2(const Geometry& geometry) {
  double metres = 0;
  for (const Polygon& polygon : geometry.polygons)
    for (std::size_t i = 0; i < polygon.rings.size(); ++i)
      metres += (i == 0 ? 1 : -1) * area_of(polygon.rings[i]);
  return metres / kSquareMetresPerKm2;
}

}  // namespace tocsin
