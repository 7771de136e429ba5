#include "tests/support/twin_pack.h"

// Conditions for tests, put together in C++.
namespace tocsin::twin {

bool is_over_regions(Kind kind) {
  return (kind >= Kind::kOverCount && kind <= Kind::kRank) || kind == Kind::kOverAny ||
         kind == Kind::kOverAll;
}

bool reads_around(const Expr& expr) {
  if (expr.kind == Kind::kNeighbours || expr.kind == Kind::kBasin ||
      (is_over_regions(expr.kind) && expr.set != Set::kNext))
    return true;
  return std::any_of(expr.args.begin(), expr.args.end(), reads_around);
}

Expr number(double value, std::string unit) {
  Expr e;
  e.number = value;
  e.unit = std::move(unit);
  return e;
}

Expr read(Read what) {
  Expr e;
  e.kind = Kind::kRead;
  e.read = std::move(what);
  return e;
}

Expr op(Kind kind, Expr a) {
  Expr e;
  e.kind = kind;
  e.args.push_back(std::move(a));
  return e;
}

Expr op(Kind kind, Expr a, Expr b) {
  Expr e = op(kind, std::move(a));
  e.args.push_back(std::move(b));
  return e;
}

Expr consecutive(Expr condition, std::int32_t count, Cadence cadence) {
  Expr e = op(Kind::kConsecutive, std::move(condition));
  e.count = count;
  e.cadence = cadence;
  return e;
}

Expr on(std::uint32_t signal) {
  Expr e;
  e.kind = Kind::kOn;
  e.subjects.push_back({Subject::Of::kSignal, signal, Level::kWatch});
  return e;
}

Expr active(std::uint32_t signal) {
  Expr e = on(signal);
  e.kind = Kind::kActive;
  return e;
}

Expr during(Expr condition, std::uint32_t season) {
  Expr e = op(Kind::kDuring, std::move(condition));
  e.seasons.push_back(season);
  return e;
}

Expr dimensions() {
  Expr e;
  e.kind = Kind::kDimensions;
  return e;
}

}  // namespace tocsin::twin
