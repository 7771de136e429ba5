#include <cmath>

#include "tests/support/rule_builders_random_pack.h"

// Random parameters: a number, versions of one, a table, something made of data.
namespace tocsin {

twin::Parameter& PackMaker::new_parameter(const std::string& unit) {
  twin::Parameter p;
  p.name = "k" + std::to_string(pack_.parameters.size());
  p.unit = unit;
  pack_.parameters.push_back(std::move(p));
  return pack_.parameters.back();
}

PackMaker::Expr PackMaker::named(Kind kind) const {
  Expr e;
  e.kind = kind;
  e.parameter = static_cast<std::uint32_t>(pack_.parameters.size() - 1);
  return e;
}

PackMaker::Expr PackMaker::some_parameter(double value, const std::string& unit, bool whole) {
  const auto near = [&](double factor) {
    return whole ? std::round(value * factor) : rounded(value * factor);
  };
  twin::Parameter& p = new_parameter(unit);
  p.value = value;
  const int form = dice_.between(0, 99);
  if (form < 25) {
    add_versions(p, value, whole);
    return named(Kind::kDated);
  }
  if (form < 45) {
    p.by_month = dice_.chance(50);
    for (std::int32_t cell = 1; cell <= (p.by_month ? 12 : 36); ++cell)
      if (dice_.chance(85)) p.table[cell] = near(dice_.between(7, 13) / 10.0);
    if (p.table.empty()) p.table[1] = value;
    return named(Kind::kDated);
  }
  if (dice_.chance(60)) p.by_region[at::kXa] = near(1.3);
  if (dice_.chance(40)) p.by_region[at::kXb] = near(0.7);
  return named(Kind::kParameter);
}

void PackMaker::add_versions(twin::Parameter& p, double value, bool whole) {
  Day from = day("2019-08-01") + dice_.between(0, 500);
  const int versions = dice_.between(1, 3);
  for (int i = 0; i < versions; ++i) {
    twin::Parameter::Version v;
    v.from = from;
    const double other = value * dice_.between(7, 13) / 10.0;
    v.value = whole ? std::round(other) : rounded(other);
    if (dice_.chance(40)) v.by_region[at::kXa] = v.value + 1;
    p.versions.push_back(std::move(v));
    from = from + dice_.between(1, 120);
  }
}

// A parameter that is `of`, now or as of the beginning of a season.
PackMaker::Measure PackMaker::computed(Measure of) {
  const bool frozen = dice_.chance(50);
  const std::uint32_t season = some_season();
  twin::Parameter& p = new_parameter(of.unit);
  p.compute.push_back(std::move(of.expr));
  if (frozen) p.as_of = season;
  return {named(frozen ? Kind::kFrozen : Kind::kComputed), of.unit, of.typical};
}

}  // namespace tocsin
