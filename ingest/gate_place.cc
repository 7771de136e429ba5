#include "ingest/gate_place.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/diagnostic.h"

namespace tocsin {
namespace {

Refused unknown(const RegionTable& regions, std::string_view name, std::string_view pointer,
                std::string_view where) {
  NearestWord search(name);
  for (const auto& region : regions.all()) {
    search.offer(region.code);
    for (const auto& [language, text] : region.names) search.offer(text);
    for (const auto& alias : region.aliases) search.offer(alias);
  }
  std::string allowed = "the code of a region, or a name that only one region has";
  if (!search.best().empty()) allowed += fmt::format("; did you mean \"{}\"?", search.best());
  return refuse("unknown-place", pointer,
                fmt::format("no one region is called \"{}\"{}", name, where), std::move(allowed));
}

bool is_named_group(const Region& region) {
  return region.kind == RegionKind::kBasin || region.kind == RegionKind::kSet;
}

// Whether what happens in `a` may happen in `b`: one lies below the other.
bool in_one_line(const RegionTable& regions, RegionId a, RegionId b) {
  return regions.is_below(a, b) || regions.is_below(b, a);
}

bool holds(const RegionTable& regions, const Region& named, const Region& located) {
  if (!is_named_group(named)) return in_one_line(regions, named.id, located.id);
  return std::any_of(named.members.begin(), named.members.end(),
                     [&](RegionId member) { return in_one_line(regions, member, located.id); });
}

bool point_agrees(const RegionTable& regions, const GatePolicy& policy, const Region& named,
                  Point point) {
  if (contains(named.geometry, point)) return true;
  const Region* located = regions.locate(point.latitude, point.longitude);
  if (located && holds(regions, named, *located)) return true;
  // Without a polygon only a point that certainly lies elsewhere speaks against the name.
  if (named.geometry.empty()) return located == nullptr;
  return distance_degrees(named.geometry, point) <= policy.border_tolerance;
}

ResolvedPlace resolve_country(const RegionTable& regions, std::string_view name) {
  const Region* country = regions.find(name);
  if (!country) country = regions.find_by_alias(name, "");
  if (country && country->kind == RegionKind::kCountry) return country;
  return unknown(regions, name, "/data/country", " that is a country");
}

ResolvedPlace resolve_name(const RegionTable& regions, const Place& place, const Region* country) {
  if (!country) return resolve_region(regions, place.region, "/subject");
  const Region* region = regions.find(place.region);
  if (!region) region = regions.find_by_alias(place.region, country->code);
  if (!region) {
    return unknown(regions, place.region, "/subject", fmt::format(" in {}", country->code));
  }
  if (!is_named_group(*region) && !in_one_line(regions, region->id, country->id)) {
    return refuse("place-mismatch", "/data/country",
                  fmt::format("{} does not lie in {}", region->code, country->code),
                  "the country of the place, or none");
  }
  return region;
}

ResolvedPlace resolve_point(const RegionTable& regions, Point point, const Region* country) {
  const Region* region = regions.locate(point.latitude, point.longitude);
  if (!region) {
    return refuse("unknown-place", "/data/latitude",
                  fmt::format("no region holds the point {}, {} (latitude, longitude)",
                              point.latitude, point.longitude),
                  "a point in a region whose borders are known, or the region in \"subject\"");
  }
  if (country && !regions.is_below(region->id, country->id)) {
    return refuse("place-mismatch", "/data/country",
                  fmt::format("the point {}, {} lies in {}, not in {}", point.latitude,
                              point.longitude, region->code, country->code),
                  "the country of the point, or none");
  }
  return region;
}

}  // namespace

ResolvedPlace resolve_region(const RegionTable& regions, std::string_view name,
                             std::string_view pointer) {
  if (const Region* region = regions.find(name)) return region;
  if (const Region* region = regions.find_by_alias(name, "")) return region;
  return unknown(regions, name, pointer, "");
}

ResolvedPlace resolve_place(const RegionTable& regions, const GatePolicy& policy,
                            const Place& place) {
  const Region* country = nullptr;
  if (!place.country.empty()) {
    auto resolved = resolve_country(regions, place.country);
    if (!resolved) return resolved;
    country = *resolved;
  }
  const bool has_point = place.latitude && place.longitude;
  const Point point{place.longitude.value_or(0), place.latitude.value_or(0)};
  if (place.region.empty()) {
    if (has_point && !place.vague) return resolve_point(regions, point, country);
    return refuse("unknown-place", "/subject", "the record names no place",
                  "a region, or a point of a place that is not vague");
  }
  auto named = resolve_name(regions, place, country);
  if (!named || !has_point || place.vague) return named;
  if (!point_agrees(regions, policy, **named, point)) {
    return refuse("place-mismatch", "/data/latitude",
                  fmt::format("the point {}, {} (latitude, longitude) does not lie in {}",
                              point.latitude, point.longitude, (*named)->code),
                  fmt::format("a point in {} or within {} degrees of it, or \"vague\"",
                              (*named)->code, policy.border_tolerance));
  }
  return named;
}

}  // namespace tocsin
