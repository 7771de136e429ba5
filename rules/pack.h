#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/alert.h"
#include "model/catalogue.h"
#include "model/diagnostic.h"
#include "rules/expression.h"
#include "rules/restraint.h"

namespace tocsin {

// A number that rules name, with its reason; a region may have its own.
struct Parameter {
  std::string name;
  double value = 0;  // in the engine's scale: 75 % is 0.75
  Unit unit;
  PureStyle style = PureStyle::kNumber;
  std::map<RegionId, double> by_region;
  std::string why, reference;
  double in(RegionId region) const;
  // What it has in place of `value`, at most one of these:
  // - versions of a calibration, by the day from which each holds;
  struct Version {
    Day from;
    double value = 0;
    std::map<RegionId, double> by_region;
    std::string note;
  };
  std::vector<Version> versions;
  // How long a version is good for, and what is said when the last one is older.
  struct Recalibration {
    Span every;
    Diagnostic overdue;
  };
  std::optional<Recalibration> recalibrate;
  // - a value for each of some dekads or months of the year, by their number, from 1;
  std::optional<Cadence> table_by;
  std::map<std::int32_t, double> table;
  // - a number made of data; with a season as it stood when the season last began.
  Expression compute;
  std::optional<Season> as_of;

  bool is_computed() const { return !compute.empty(); }
  // Whether its value depends on the day of what it is compared with.
  bool is_dated() const { return !versions.empty() || table_by || as_of; }
  // Not of a computed one; nullopt: before the first version, or a cell that the table lacks.
  std::optional<double> at(RegionId region, Day day) const;
  // The first later day on which it may be another one.
  Day next_edge(Day day) const;
  // The least and the greatest that it can be, whatever the day and the region.
  std::pair<double, double> bounds() const;
};

// A rule's verdict on one region. for_days and linger_days count evidence time.
struct Signal {
  std::string name, title;
  DimensionId dimension;
  Stance stance = Stance::kThreat;
  std::string from;  // scheme of sets whose data it reads; empty: the region's own
  Expression when;
  Expression clear;  // empty: not `when`
  std::int32_t for_days = 0, linger_days = 0;
  std::optional<Latch> latch;
  std::string why, reference;
  // Of a signal that is one band of several: the level, and the name they are asked for by.
  Level band = Level::kNone;
  std::string band_of;
  Cadence coarsest = Cadence::kDay;  // of all it reads: what cascades compare onsets by
  // Kinds of regions in which it is judged, sorted; empty: every kind. Elsewhere it is absent:
  // never on, and known.
  std::vector<RegionKind> at;
  bool stands_in(RegionKind kind) const {
    return at.empty() || std::find(at.begin(), at.end(), kind) != at.end();
  }
};

// Signals that judge one thing at several levels: `bands` in the file.
struct Bands {
  std::string name;
  std::array<std::optional<std::uint32_t>, kLevelCount> signals;  // by level: index in the pack
  Level lowest() const;
  std::string levels() const;  // "watch, warning"
};

// A rule that combines signals into a level.
struct Pattern {
  std::string name, title;
  // Where it is judged instead of in each region of the pack; sorted, empty: in each.
  std::vector<RegionId> at;
  Span window{180, SpanUnit::kDays};
  // By Level; kNone's is empty, and so are levels the pattern does not have.
  std::vector<Expression> levels = std::vector<Expression>(kLevelCount);
  // By Level: what the publisher calls it; empty where the pack gives no name.
  std::array<std::string, kLevelCount> names;
  std::string called(Level level) const {
    return level_text(level, names[static_cast<std::size_t>(level)]);
  }
  std::int32_t linger_days = 0;
  std::int32_t lapse_days = 0;  // 0: never
  std::vector<RegionId> share;  // basins all of whose committees get its alerts in one step
  struct LevelAdvice {
    Level least = Level::kWatch;
    Advice advice;
  };
  std::vector<LevelAdvice> advise;
  std::string reference;
  // What keeps a new alert from being raised at once. `overrides`: while it is true no mute and no
  // budget does; empty: never.
  std::optional<Mute> mute;
  std::optional<Budget> budget;
  Expression overrides;
  std::optional<Decision> decision;
  // What its alerts tell of, sorted: the signals that its conditions read, and those that these
  // read.
  std::vector<std::uint32_t> told;
  // The highest level whose condition reads no neighbour: what neighbours may read.
  Level base_top = Level::kNone;
  bool reads_neighbours() const;
};

// What a committee is told of a reference, so that it can look it up.
struct Citation {
  std::string name, link;
};

struct Pack {
  std::string file, name, version, title, skill;
  std::vector<Season> seasons;    // by name, "year" among them
  std::vector<RegionId> regions;  // sorted: where patterns without `at` are judged
  std::vector<Parameter> parameters;
  std::vector<Signal> signals;  // a signal stands after those it reads
  std::vector<Bands> bands;
  std::vector<Pattern> patterns;
  std::vector<std::vector<std::uint32_t>> threats;  // by dimension number: its signals

  std::map<std::string, Citation> references;  // by what `reference:` says
  Diagnostics warnings;                        // what is no mistake and still seldom wanted, sorted

  // A `reference:` for people, "World Food Programme (2014), ..., https://..."; as it stands when
  // the pack has no name for it.
  std::string cited(const std::string& reference) const;
  const Signal* find_signal(std::string_view signal) const;
  const Bands* find_bands(std::string_view name) const;
  // What conditions may call signals: bands by the name they share.
  std::vector<std::string> signal_names() const;
  // The signals that are threats of the dimension, strengths left out.
  std::span<const std::uint32_t> threats_of(std::size_t dimension) const {
    if (dimension >= threats.size()) return {};
    return threats[dimension];
  }
  const Pattern* find_pattern(std::string_view pattern) const;
};

// Reads and checks a rule pack: names, units, windows, cycles, what can never be or is always true.
// All that is wrong is reported at once; a pack with an error is never half taken.
// With `retention_days`, for how long records are kept, it warns of conditions that look further
// back.
tl::expected<Pack, Diagnostics> parse_pack(const std::string& file, const std::string& text,
                                           const Catalogue& catalogue,
                                           std::int32_t retention_days = 0);

// Of the parameters whose last version is older on `today` than `recalibrate` wants it.
Diagnostics overdue_calibrations(const Pack& pack, Day today);

}  // namespace tocsin
