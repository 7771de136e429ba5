#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/support/rule_builders_random.h"

namespace tocsin {

// Makes random rule packs: every feature of the language, with thresholds near the values that the
// random histories have (0 to 20 in the indicator's unit). Each family of constructs has a file of
// its own; a new one is a function there and a branch in measure(), condition() or
// pattern_condition().
class PackMaker {
 public:
  PackMaker(Dice& dice, const Catalogue& catalogue, const PackPlan& plan)
      : dice_(dice), catalogue_(catalogue), plan_(plan) {}

  twin::Pack make();

 private:
  using Expr = twin::Expr;
  using How = twin::How;
  using Kind = twin::Kind;
  using Read = twin::Read;

  // A number under construction: how large it tends to be, and in which unit.
  struct Measure {
    Expr expr;
    std::string unit;
    double typical;
  };

  // ---- rule_builders_random_pack.cc: the parts of a pack
  void choose_regions();
  void choose_seasons();
  void add_signal(int index);
  void add_pattern(int index);
  void add_bands(const twin::Signal& s, int index);
  void levels_of_signals(twin::Pattern& p);
  void restrain();
  void choose_places(twin::Pattern& p);
  bool touches_pack(const Region& region) const;

  // ---- rule_builders_random_reads.cc: reads of the data
  std::string unit_of(const Read& r) const;
  bool is_scale(const Read& r) const;
  Span window_of(Cadence cadence);
  Span step_of(Cadence cadence);
  Read observed(IndicatorId id);
  Read happened();
  Read foretold(IndicatorId id);
  Cadence cadence_of(const Read& r) const;  // of a forecast: of its issues
  Read any_read();
  double typical(const Read& r);
  Read earlier(Read r);

  // ---- rule_builders_random_numbers.cc: numbers, and what to compare them with
  Measure measure();
  Measure plain_measure();
  static bool is_seasonal(Cadence c);
  bool has_history(const Read& r) const;
  Measure judged(const Read& r);
  Expr word(const std::string& scale, double typical);
  Expr residual(const Read& like);
  Measure chance();
  static double rounded(double value);
  Expr threshold(const Measure& m, const Read* read);

  // ---- rule_builders_random_sources.cc: over sources; none where no indicator has several
  std::optional<Read> of_several_sources();
  std::optional<Measure> by_sources();
  std::optional<Expr> sources_hold();

  // ---- rule_builders_random_conditions.cc: conditions of signals
  Kind comparison();
  Expr compare(const Measure& m);
  Expr condition(int signal, int depth);
  Expr in_a_row();
  Expr crosses();
  Expr rising();
  Expr hot();

  // ---- rule_builders_random_parameters.cc
  twin::Parameter& new_parameter(const std::string& unit);
  Expr named(Kind kind) const;  // the last parameter
  Expr some_parameter(double value, const std::string& unit, bool whole);
  void add_versions(twin::Parameter& p, double value, bool whole);
  Measure computed(Measure of);

  // ---- rule_builders_random_past.cc: over the past
  std::optional<SpanUnit> unit_back(const Read& r);
  Expr over_past(Kind kind, Expr x, SpanUnit unit);
  Measure past(const Read& r, Measure x);
  Expr past_condition(int signal);
  Expr past_of(Expr on);

  // ---- rule_builders_random_guard.cc: seasons, guards and latches
  std::uint32_t some_season();
  Expr in_season(Expr condition);
  Expr age(const Read& r);
  Expr active_in_window();
  void own_window(Expr& active);
  void add_keys(twin::Signal& signal, int index);

  // ---- rule_builders_random_samples.cc: within the day
  Read sampled();
  Expr usual(const Read& r);
  Expr sample_condition(int signal, int depth);
  Expr longest(int signal);

  // ---- rule_builders_random_over.cc: something judged in each of several regions
  Expr over_set(Kind kind, Expr of);
  Expr over_regions(int signal);
  Expr compare_over(Expr over);
  Expr over_next();
  Expr over_tracks(int pattern, const twin::Pattern& own);
  Expr over_brief(int pattern, const twin::Pattern& own);

  // ---- rule_builders_random_patterns.cc: conditions of patterns
  twin::Subject some_signal();
  twin::Subject subject();
  Expr over_subjects(Kind kind, bool several);
  Expr count_dimensions();
  Expr cascade();
  Expr over_levels(int pattern, const twin::Pattern& own);
  Expr around(int pattern, const twin::Pattern& own);
  twin::Subject subject_elsewhere(int pattern, const twin::Pattern& own);
  Expr pattern_condition(int pattern, const twin::Pattern& own, int depth);

  const Indicator& indicator_of(const Read& r) const { return *catalogue_.find(r.indicator); }

  Dice& dice_;
  const Catalogue& catalogue_;
  const PackPlan& plan_;
  twin::Pack pack_;
  int inside_over_ = 0;
};

}  // namespace tocsin
