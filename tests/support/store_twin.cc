// Holds the state of a real store to the naive twin.
//
//   store_twin pack CONFIG      prints a rule pack over the demonstration's indicators, as YAML
//   store_twin compare CONFIG   the tracks of that pack in CONFIG's store, as its last checkpoint
//   has them,
//                               against those that the twin makes of the latest revisions; 1 where
//                               they differ
//
// For a daemon that runs with that pack and was stopped: the checkpoint then stands for all that is
// stored.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "daemon/opened.h"
#include "tests/support/rule_builders.h"
#include "tests/support/twin.h"

namespace tocsin {
namespace {

using twin::Expr;
using twin::How;
using twin::Kind;
using twin::Read;

class PackWriter {
 public:
  explicit PackWriter(const Catalogue& catalogue) : catalogue_(catalogue) {}

  twin::Pack write() {
    for (const char* code : {"NG-BO", "NG-YO", "NG-AD", "NE-2"})
      pack_.regions.push_back(found(catalogue_.regions.find(code), code).id);
    const auto at_least = [](Read what, double value, std::string unit) {
      return twin::op(Kind::kGreaterEqual, twin::read(std::move(what)),
                      twin::number(value, std::move(unit)));
    };
    Read rain = observed("rainfall", How::kSum, {3, SpanUnit::kMonths});
    Expr usual = twin::read(rain);
    usual.kind = Kind::kNormal;
    usual.years = 3;
    add("rain", "environmental", "rain_zone",
        twin::op(Kind::kLess, twin::read(rain),
                 twin::op(Kind::kMultiply, twin::number(75, "%"), usual)));
    const Read price = observed("millet_price", How::kMean, {2, SpanUnit::kMonths});
    Read before = price;
    before.lag = {6, SpanUnit::kMonths};
    add("prices", "economic", "",
        twin::op(Kind::kGreater, twin::read(price),
                 twin::op(Kind::kMultiply, twin::number(115, "%"), twin::read(before))));
    add("hunger", "food", "", at_least(observed("ipc3_share", How::kLast, {}), 20, "%"));
    add("clashes", "community", "",
        at_least(happened("communal_violence", How::kCount, {28, SpanUnit::kDays}), 2, "events"));
    add("deaths", "personal", "",
        at_least(happened("armed_clash", How::kSum, {60, SpanUnit::kDays}), 5, "people"));
    twin::Pattern meeting;
    meeting.name = "meeting";
    for (const Level level : {Level::kWatch, Level::kWarning})
      meeting.levels[static_cast<std::size_t>(level)] = twin::op(
          Kind::kGreaterEqual, twin::dimensions(), twin::number(level == Level::kWatch ? 3 : 4));
    meeting.linger_days = 20;
    meeting.lapse_days = 90;
    pack_.patterns.push_back(std::move(meeting));
    return std::move(pack_);
  }

 private:
  // A mistake in this program, or another configuration than the demonstration's.
  template <class T>
  static const T& found(const T* what, std::string_view code) {
    if (what == nullptr) fmt::print(stderr, "the configuration has no {}\n", code);
    require(what != nullptr, "the configuration is that of the demonstration");
    return *what;
  }
  template <class T>
  static const T& by_code(const std::vector<T>& all, std::string_view code) {
    const auto at = std::ranges::find(all, code, &T::code);
    return found(at == all.end() ? nullptr : &*at, code);
  }
  Read observed(std::string_view indicator, How how, Span window) const {
    Read read;
    read.indicator = by_code(catalogue_.indicators, indicator).id;
    read.how = how;
    read.window = window;
    return read;
  }
  Read happened(std::string_view kind, How how, Span window) const {
    Read read;
    read.events = true;
    read.kinds = {by_code(catalogue_.event_kinds, kind).id};
    read.how = how;
    read.weight = how == How::kSum ? twin::Weight::kDeaths : twin::Weight::kOne;
    read.window = window;
    return read;
  }
  void add(const char* name, const char* dimension, const char* from, Expr when) {
    twin::Signal signal;
    signal.name = name;
    signal.dimension = by_code(catalogue_.dimensions, dimension).id;
    signal.from = from;
    signal.when = std::move(when);
    pack_.signals.push_back(std::move(signal));
  }

  const Catalogue& catalogue_;
  twin::Pack pack_;
};

int failed(const Error& error) {
  fmt::print(stderr, "{}\n", error.message);
  return 2;
}

int print_pack(const std::string& config) {
  const auto contents = read_contents(config);
  if (!contents) return failed(contents.error());
  Numbering none;
  const auto loaded = load_contents(*contents, none);
  if (!loaded) return failed(loaded.error());
  fmt::print("{}", twin::to_yaml(PackWriter(*loaded->catalogue).write(), *loaded->catalogue));
  return 0;
}

int compare_store(const std::string& config) {
  const auto opened = open_configuration(config);
  if (!opened) return failed(opened.error());
  const Pipeline& pipeline = *opened->pipeline;
  if (!pipeline.restored().found || pipeline.restored().tail > 0) {
    fmt::print(stderr, "the store has no checkpoint of all that is in it: {}\n",
               pipeline.restored().why);
    return 2;
  }
  const twin::Pack pack = PackWriter(pipeline.catalogue()).write();
  const auto assessments = pipeline.engine().assessments();
  const auto engine = std::ranges::find(assessments, "random",
                                        [](const Assessment& one) { return one.pack().name; });
  if (engine == assessments.end()) {
    fmt::print(stderr, "the configuration lacks the pack of `store_twin pack`\n");
    return 2;
  }
  std::vector<LatestRevision> latest;
  auto read = opened->store->for_each_latest([&](const LatestRevision& revision) -> Result<void> {
    latest.push_back(revision);
    return {};
  });
  if (!read) return failed(read.error());
  const std::size_t count = latest.size();
  twin::Assessment twin(pipeline.catalogue(), pack, std::move(latest), engine->history_begins(),
                        engine->today(), nullptr);
  if (const std::string found = difference(*engine, twin); !found.empty()) {
    fmt::print("{}", found);
    return 1;
  }
  std::size_t days_on = 0, days_stated = 0;
  for (const auto& [region, pattern] : engine->places()) {
    for (std::uint32_t signal = 0; signal < pack.signals.size(); ++signal)
      for (const twin::SignalTick& tick : twin.signal(region, signal)) days_on += tick.on;
    for (const twin::PatternTick& tick : twin.pattern(region, pattern))
      days_stated += tick.level != Level::kNone;
  }
  fmt::print(
      "the twin agrees on {} places, {} to {}: {} revisions, {} days of signals on, {} of a "
      "level\n",
      engine->places().size(), format_day(engine->history_begins()), format_day(engine->today()),
      count, days_on, days_stated);
  return days_on > 0 && days_stated > 0 ? 0 : 1;
}

}  // namespace
}  // namespace tocsin

int main(int argc, char** argv) {
  const std::string_view word = argc == 3 ? argv[1] : "";
  if (word == "pack") return tocsin::print_pack(argv[2]);
  if (word == "compare") return tocsin::compare_store(argv[2]);
  fmt::print(stderr, "store_twin pack CONFIG | store_twin compare CONFIG\n");
  return 2;
}
