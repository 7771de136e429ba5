#include "model/geometry.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <limits>
#include <utility>

namespace tocsin {
namespace {

namespace json = boost::json;

// How a point lies to one edge.
enum class Side { kApart, kCrosses, kOn };

// Whether a ray from `p` to the east crosses the edge. The edge is always taken from south to
// north, so that two geometries that share it come to the same verdict.
Side side_of(Point p, Point a, Point b) {
  if (a.latitude > b.latitude || (a.latitude == b.latitude && a.longitude > b.longitude)) {
    std::swap(a, b);
  }
  if (p.latitude < a.latitude || p.latitude > b.latitude) return Side::kApart;
  if (a.latitude == b.latitude) {
    const bool on = a.longitude <= p.longitude && p.longitude <= b.longitude;
    return on ? Side::kOn : Side::kApart;
  }
  const double cross = (b.longitude - a.longitude) * (p.latitude - a.latitude) -
                       (p.longitude - a.longitude) * (b.latitude - a.latitude);
  if (cross == 0) return Side::kOn;
  // The northern end belongs to the next edge.
  return cross > 0 && p.latitude < b.latitude ? Side::kCrosses : Side::kApart;
}

double distance_to_edge(Point p, Point a, Point b) {
  const double dx = b.longitude - a.longitude;
  const double dy = b.latitude - a.latitude;
  const double length = dx * dx + dy * dy;
  double along = 0;
  if (length > 0) {
    along = ((p.longitude - a.longitude) * dx + (p.latitude - a.latitude) * dy) / length;
    along = std::clamp(along, 0.0, 1.0);
  }
  return std::hypot(p.longitude - (a.longitude + along * dx),
                    p.latitude - (a.latitude + along * dy));
}

tl::unexpected<Error> wrong(std::string message) {
  return fail(ErrorCode::kInvalid, "GeoJSON geometry: " + std::move(message));
}

Result<double> parse_degrees(const json::value& value, double limit) {
  boost::json::error_code error;
  const double degrees = value.to_number<double>(error);
  if (error) return wrong("a coordinate is not a number: " + json::serialize(value));
  if (!(std::abs(degrees) <= limit)) {
    return wrong(fmt::format("the coordinate {} is off the globe; allowed are -{} to {}", degrees,
                             limit, limit));
  }
  return degrees;
}

Result<Point> parse_point(const json::value& value) {
  const auto* pair = value.if_array();
  if (!pair || pair->size() < 2) {
    return wrong("a position must be [longitude, latitude], not " + json::serialize(value));
  }
  const auto longitude = parse_degrees((*pair)[0], 180);
  if (!longitude) return tl::unexpected(longitude.error());
  const auto latitude = parse_degrees((*pair)[1], 90);
  if (!latitude) return tl::unexpected(latitude.error());
  return Point{*longitude, *latitude};
}

Result<Polygon> parse_polygon(const json::value& value) {
  const auto* rings = value.if_array();
  if (!rings || rings->empty()) return wrong("a polygon must be a list of rings");
  Polygon polygon;
  for (const auto& ring : *rings) {
    const auto* positions = ring.if_array();
    if (!positions || positions->size() < 4) {
      return wrong(fmt::format("a ring must be a list of four points or more, not {}",
                               positions ? std::to_string(positions->size()) : "something else"));
    }
    auto& points = polygon.rings.emplace_back();
    points.reserve(positions->size());
    for (const auto& position : *positions) {
      const auto point = parse_point(position);
      if (!point) return tl::unexpected(point.error());
      points.push_back(*point);
    }
  }
  return polygon;
}

template <class Visit>
void for_each_edge(const Geometry& geometry, const Visit& visit) {
  for (const auto& polygon : geometry.polygons) {
    for (const auto& ring : polygon.rings) {
      for (std::size_t i = 0; i < ring.size(); ++i) {
        visit(ring[i], ring[i + 1 == ring.size() ? 0 : i + 1]);
      }
    }
  }
}

}  // namespace

bool contains(const Geometry& geometry, Point point) {
  bool inside = false;
  bool on_border = false;
  for_each_edge(geometry, [&](Point a, Point b) {
    const Side side = side_of(point, a, b);
    if (side == Side::kCrosses) inside = !inside;
    // The edge that closes a closed ring has no length: it is on the border only as a point of it.
    if (side == Side::kOn) on_border = true;
  });
  return inside || on_border;
}

double distance_degrees(const Geometry& geometry, Point point) {
  if (contains(geometry, point)) return 0;
  double least = std::numeric_limits<double>::infinity();
  for_each_edge(geometry,
                [&](Point a, Point b) { least = std::min(least, distance_to_edge(point, a, b)); });
  return least;
}

Result<Geometry> parse_geojson_geometry(std::string_view text) {
  boost::json::error_code error;
  const json::value root = json::parse({text.data(), text.size()}, error);
  if (error) return wrong("not JSON: " + error.message());
  const auto* object = root.if_object();
  if (!object) return wrong("must be an object");
  const auto* type = object->if_contains("type");
  const auto* coordinates = object->if_contains("coordinates");
  if (!type || !coordinates) return wrong("needs the members type and coordinates");
  Geometry geometry;
  if (*type == "Polygon") {
    auto polygon = parse_polygon(*coordinates);
    if (!polygon) return tl::unexpected(polygon.error());
    geometry.polygons.push_back(std::move(*polygon));
    return geometry;
  }
  if (*type != "MultiPolygon") {
    return wrong("the type " + json::serialize(*type) + " is not Polygon or MultiPolygon");
  }
  const auto* polygons = coordinates->if_array();
  if (!polygons || polygons->empty()) return wrong("a MultiPolygon must be a list of polygons");
  for (const auto& value : *polygons) {
    auto polygon = parse_polygon(value);
    if (!polygon) return tl::unexpected(polygon.error());
    geometry.polygons.push_back(std::move(*polygon));
  }
  return geometry;
}

void PointIndex::add(std::uint32_t id, const Geometry& geometry) {
  if (geometry.empty()) return;
  Entry entry{id, 180, 90, -180, -90, &geometry};
  for_each_edge(geometry, [&](Point a, Point) {
    entry.west = std::min(entry.west, a.longitude);
    entry.east = std::max(entry.east, a.longitude);
    entry.south = std::min(entry.south, a.latitude);
    entry.north = std::max(entry.north, a.latitude);
  });
  const auto index = static_cast<std::uint32_t>(entries_.size());
  entries_.push_back(entry);
  // Rings off the globe are cut at its edge.
  const double south = std::clamp(std::floor(entry.south), -90.0, 90.0);
  const double west = std::clamp(std::floor(entry.west), -180.0, 180.0);
  for (double latitude = south; latitude <= std::min(entry.north, 90.0); ++latitude) {
    for (double longitude = west; longitude <= std::min(entry.east, 180.0); ++longitude) {
      cells_[cell_of({.longitude = longitude, .latitude = latitude})].push_back(index);
    }
  }
}

std::int32_t PointIndex::cell_of(Point point) {
  constexpr std::int32_t kColumns = 361;
  const bool on_globe = std::abs(point.longitude) <= 180 && std::abs(point.latitude) <= 90;
  if (!on_globe) return -1;
  const auto row = static_cast<std::int32_t>(std::floor(point.latitude)) + 90;
  const auto column = static_cast<std::int32_t>(std::floor(point.longitude)) + 180;
  return row * kColumns + column;
}

bool PointIndex::holds(const Entry& entry, Point point) {
  return entry.west <= point.longitude && point.longitude <= entry.east &&
         entry.south <= point.latitude && point.latitude <= entry.north &&
         contains(*entry.geometry, point);
}

}  // namespace tocsin
