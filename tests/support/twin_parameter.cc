#include "tests/support/twin_asked.h"
#include "tests/support/twin_interval.h"

// docs/SEMANTICS.md section 2.10: parameters that depend on the day, and those made of data.
namespace tocsin::twin {

Assessment::Asked Assessment::asked_by(const Expr& e) const {
  Asked out;
  std::vector<const Expr*> parts = {&e};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Expr& part = *parts[i];
    if (part.kind == Kind::kChance) {
      const Expr& asked = part.args[0];
      parts.push_back(&asked.args[1]);
      out.reads.emplace_back(&asked.args[0].read, Ask::kChance);
      continue;
    }
    if (is_over_regions(part.kind) &&
        part.set != Set::kNext) {  // other regions stand at periods of their own
      out.tick = true;
      continue;
    }
    for (const Expr& arg : part.args) parts.push_back(&arg);
    switch (part.kind) {
      case Kind::kComputed:
        parts.push_back(&pack_.parameters[part.parameter].compute[0]);
        break;
      case Kind::kOn:
      case Kind::kActive:
      case Kind::kDimensions:
      case Kind::kNeighbours:
      case Kind::kBasin:
      case Kind::kCascade:
      case Kind::kSample:
      case Kind::kUsual:
        out.tick = true;
        break;
      case Kind::kRead:
      case Kind::kAge:
      case Kind::kNormal:
      case Kind::kPercentile:
      case Kind::kZscore:
      case Kind::kResidual:
      case Kind::kChange:
      case Kind::kRising:
      case Kind::kCrosses:
        out.reads.emplace_back(&part.read, Ask::kValue);
        break;
      default:
        break;
    }
  }
  return out;
}

// The first of the days that the reads of the innermost comparison speak about last.
Day Assessment::data_day(const Place& place) const {
  Day day = tick_back(place);
  if (comparison_ == nullptr) return day;
  for (const auto& [what, ask] : asked_by(*comparison_).reads) {
    const auto days = ask == Ask::kChance ? issued_at(*what, place, ask) : stood_at(*what, place);
    if (days) day = std::min(day, days->second - 1);
  }
  return day;
}

Interval Assessment::parameter(const Expr& e, const Place& place) {
  const Parameter& p = pack_.parameters[e.parameter];
  const auto scaled = [&](double v) { return exactly(v * (p.unit == "%" ? 0.01 : 1)); };
  const auto in = [&](double everywhere, const std::map<RegionId, double>& regions) {
    const auto own = regions.find(place.region);
    return scaled(own == regions.end() ? everywhere : own->second);
  };
  if (e.kind == Kind::kComputed) return value(p.compute[0], place);
  if (e.kind == Kind::kParameter) return in(p.value, p.by_region);
  const Day day = data_day(place);
  if (e.kind == Kind::kFrozen) {
    Day start = day;
    while (!pack_.seasons[*p.as_of].begins(start)) start = start - 1;
    Place then = place;
    then.tick = start - 1;
    then.steps.clear();
    then.together.clear();
    const For frozen(evidence_, evidence_);  // none of its reads counts
    return value(p.compute[0], then);
  }
  if (!p.table.empty()) {
    const auto month = static_cast<std::int32_t>(static_cast<unsigned>(to_ymd(day).month()));
    const auto number = static_cast<std::int32_t>(static_cast<unsigned>(to_ymd(day).day()));
    const std::int32_t dekad = 3 * month - (number <= 10 ? 2 : number <= 20 ? 1 : 0);
    const auto cell = p.table.find(p.by_month ? month : dekad);
    return cell == p.table.end() ? kUnknown : scaled(cell->second);
  }
  const Parameter::Version* last = nullptr;
  for (const Parameter::Version& version : p.versions)
    if (version.from <= day) last = &version;
  return last == nullptr ? kUnknown : in(last->value, last->by_region);
}

}  // namespace tocsin::twin
