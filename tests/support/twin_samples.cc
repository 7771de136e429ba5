#include "tests/support/twin_asked.h"
#include "tests/support/twin_interval.h"

// docs/SEMANTICS.md section 2.12: samples within the day.
namespace tocsin::twin {
namespace {

constexpr std::int64_t kDay = kSecondsPerDay;

double unit_of(const Indicator& indicator) {
  double divisor = 1;
  for (int i = 0; i < indicator.precision; ++i) divisor *= 10;
  return indicator.unit == "%" ? divisor * 100 : divisor;
}

bool is_sampled(const Expr& e) { return e.kind == Kind::kSample || e.kind == Kind::kUsual; }

}  // namespace

// The first source with a sample of the day.
const Facts::Samples* Assessment::samples_of(const Read& what, const Place& place) const {
  const std::int64_t begin = place.tick.number() * kDay;
  for (const SourceId source : sources_of(what, place)) {
    const auto& samples = facts_.samples({place.data, what.indicator, source, what.group});
    const auto at = samples.lower_bound(begin);
    if (at != samples.end() && at->first < begin + kDay) return &samples;
  }
  return nullptr;
}

bool Assessment::any_sample(const Expr& e, const Place& place) const {
  if (is_sampled(e) && samples_of(e.read, place) != nullptr) return true;
  if (e.kind == Kind::kComputed) return any_sample(pack_.parameters[e.parameter].compute[0], place);
  return std::any_of(e.args.begin(), e.args.end(),
                     [&](const Expr& arg) { return any_sample(arg, place); });
}

std::int64_t Assessment::sample_step(const Expr& e) const {
  if (is_sampled(e)) return catalogue_.find(e.read.indicator)->sample_seconds;
  if (e.kind == Kind::kComputed) return sample_step(pack_.parameters[e.parameter].compute[0]);
  std::int64_t step = 0;
  for (const Expr& arg : e.args) step = std::max(step, sample_step(arg));
  return step;
}

Interval Assessment::sample(const Expr& e, const Place& place) const {
  const auto* samples = samples_of(e.read, place);
  if (samples == nullptr) return kUnknown;
  const auto at = samples->find(*place.moment);
  if (at == samples->end()) return kUnknown;
  return exactly(static_cast<double>(at->second) / unit_of(*catalogue_.find(e.read.indicator)));
}

// From the first day on that can matter, each sample in turn: what was learned in the days before
// it, and whether it is learned.
Interval Assessment::usual(const Expr& e, const Place& place) {
  const auto* samples = samples_of(e.read, place);
  if (samples == nullptr) return kUnknown;
  auto& along = usuals_[{&e, place.data, place.tick, place.only.value_or(SourceId())}];
  const std::int64_t end = (place.tick.number() + 1) * kDay;
  if (along.empty()) {
    const Indicator& indicator = *catalogue_.find(e.read.indicator);
    const std::int64_t first = (place.tick.number() - (place.judged - 1) - 2 * e.span.count) * kDay;
    std::map<std::int64_t, double> learned;
    const auto is = [&](std::int64_t moment) {
      std::vector<double> window;
      for (const auto& [when, v] : learned)
        if (when >= moment - e.span.count * kDay && when < moment) window.push_back(v);
      const auto seconds = static_cast<std::int64_t>(window.size()) * indicator.sample_seconds;
      if (window.empty() || seconds < e.warm_up) return kUnknown;
      return exactly(middle(window) / unit_of(indicator));
    };
    for (std::int64_t moment = first; moment < end; moment += indicator.sample_seconds) {
      const Interval now = is(moment);
      along[moment] = now;
      const auto seen = samples->find(moment);
      if (seen == samples->end()) continue;
      const auto v = static_cast<double>(seen->second);
      if (e.learns && !is_unknown(now) && now.low != 0) {
        const Interval ratio = exactly(v / unit_of(indicator) / now.low);
        if (compare(Kind::kLess, ratio, exactly(e.learn_least)) == Tri::kTrue ||
            compare(Kind::kGreater, ratio, exactly(e.learn_greatest)) == Tri::kTrue)
          continue;
      }
      learned[moment] = v;
    }
  }
  // Known as far as the samples are.
  const auto later = samples->lower_bound(*place.moment);
  if (later == samples->end() || later->first >= end) return kUnknown;
  return along.at(*place.moment);
}

Interval Assessment::longest_run(const Expr& e, const Place& place) {
  if (!any_sample(e.args[0], place)) return kUnknown;
  const std::int64_t step = sample_step(e.args[0]), today = place.tick.number() * kDay;
  std::int64_t surely = 0, perhaps = 0, most_surely = 0, most_perhaps = 0;
  Place then = place;
  then.judged = e.count;
  for (std::int64_t moment = today - (e.count - 1) * kDay; moment < today + kDay; moment += step) {
    then.moment = moment;
    const Tri holds = truth(e.args[0], then);
    surely = holds == Tri::kTrue ? surely + step : 0;
    perhaps = holds != Tri::kFalse ? perhaps + step : 0;
    if (moment < today) continue;
    most_surely = std::max(most_surely, surely);
    most_perhaps = std::max(most_perhaps, perhaps);
  }
  return {static_cast<double>(most_surely), static_cast<double>(most_perhaps)};
}

}  // namespace tocsin::twin
