#include <algorithm>
#include <cmath>

#include "rules/read.h"

// Reads of forecasts (docs/SEMANTICS.md section 2.6).
namespace tocsin {
namespace {

__extension__ typedef __int128 Wide;  // sums are exact

constexpr double kCertain = 1'000'000;  // of a published probability

enum class Figures : std::uint8_t { kValues, kChances };

// What an issue says of one kind, by (start, end, member, published).
std::span<const Predicted> figures_of(const Forecasts& forecasts, Day issued, Figures kind) {
  const auto key = [](const Predicted& p) { return std::pair(p.issued, p.is_chance()); };
  const std::pair wanted(issued, kind == Figures::kChances);
  return std::span(std::ranges::lower_bound(forecasts, wanted, {}, key),
                   std::ranges::upper_bound(forecasts, wanted, {}, key));
}

// The latest issue in [from, until) that says what the leaf asks for.
std::optional<Day> latest_issue(const Forecasts& forecasts, const Leaf& leaf, Day from, Day until) {
  const auto before = [](const Predicted& p, Day day) { return p.issued < day; };
  auto end = std::lower_bound(forecasts.begin(), forecasts.end(), until, before);
  while (end != forecasts.begin()) {
    const Predicted& last = *std::prev(end);
    if (last.issued < from) return std::nullopt;
    if (leaf.chance || !last.is_chance() ||
        !figures_of(forecasts, last.issued, Figures::kValues).empty())
      return last.issued;
    end = std::lower_bound(forecasts.begin(), end, last.issued, before);
  }
  return std::nullopt;
}

std::int32_t longest_age(const Indicator& indicator) {
  return longest_period(indicator.forecasts->cadence, indicator.forecasts->every_days) +
         indicator.forecasts->longest_delay;
}

// The days that a leaf asks an issue about.
struct Asked {
  DayRange days;             // of an indicator without a grid: where its periods may begin
  std::int32_t periods = 0;  // of the grid; without one: at least one
};

// Where the periods that the leads ask about begin.
DayRange begins_of(const Leads& leads, Day issued) {
  if (leads.season) {
    const auto year = static_cast<std::int32_t>(static_cast<int>(to_ymd(issued).year()));
    Occurrence occurrence = leads.season->of(year - 1);
    for (std::int32_t next = year; occurrence.until <= issued + 1; ++next)
      occurrence = leads.season->of(next);
    return {occurrence.start, occurrence.until};
  }
  const Cadence grid = grid_of(leads.unit);
  const std::int32_t now = period_of(grid, issued);
  return {period_start(grid, now + leads.least), period_start(grid, now + leads.greatest + 1)};
}

std::optional<Asked> asked_by_leads(const Leads& leads, Cadence cadence, Day issued) {
  const DayRange begins = begins_of(leads, issued);
  if (cadence == Cadence::kIrregular) return Asked{begins, 1};
  std::int32_t first = period_of(cadence, begins.from);
  if (period_start(cadence, first) < begins.from) ++first;
  std::int32_t last = period_of(cadence, begins.until - 1);
  // A season holds whole periods only.
  if (leads.season && period_start(cadence, last + 1) > begins.until) --last;
  if (first > last) return std::nullopt;
  return Asked{{period_start(cadence, first), period_start(cadence, last + 1)}, last - first + 1};
}

// The period that ends first after `end`; of several, the one that begins last.
std::optional<Asked> next_asked(std::span<const Predicted* const> figures, Day end) {
  const Predicted* next = nullptr;
  for (const Predicted* p : figures)
    if (p->end > end && (next == nullptr || std::pair(p->end, -p->start.number()) <
                                                std::pair(next->end, -next->start.number())))
      next = p;
  if (next == nullptr) return std::nullopt;
  return Asked{{next->start, next->end}, 1};
}

// The period that holds `day`; of several, the one that begins last and ends first.
std::optional<Asked> asked_of_day(std::span<const Predicted* const> figures, Day day) {
  const Predicted* holds = nullptr;
  for (const Predicted* p : figures)
    if (p->start <= day && day < p->end &&
        (holds == nullptr ||
         std::pair(-p->start.number(), p->end) < std::pair(-holds->start.number(), holds->end)))
      holds = p;
  if (holds == nullptr) return std::nullopt;
  return Asked{{holds->start, holds->end}, 1};
}

// What one issue says to one leaf.
class IssueReader {
 public:
  IssueReader(const Issue& latest, const Leaf& leaf, Day issued, const Stand& stand)
      : forecasts_(*latest.forecasts),
        indicator_(*latest.indicator),
        leaf_(leaf),
        issued_(issued),
        // As many days after the issue as the tick is after the latest one.
        since_(issued + (stand.tick - latest.issued)),
        moved_(latest.issued - issued),
        ahead_(stand.ahead) {}

  // By member, of those that say enough.
  std::vector<double> by_member(Horizon& horizon, Read* read) const {
    std::vector<const Predicted*> figures;
    for (const Predicted& p : figures_of(forecasts_, issued_, Figures::kValues))
      if (leaf_.member < 0 || p.member == leaf_.member) figures.push_back(&p);
    std::vector<double> values;
    const auto asked = ask(figures, horizon);
    if (!asked) return values;
    if (read != nullptr) read->window = asked->days;
    std::stable_sort(figures.begin(), figures.end(),
                     [](const Predicted* a, const Predicted* b) { return a->member < b->member; });
    for (std::size_t i = 0; i < figures.size();) {
      std::size_t next = i;
      while (next < figures.size() && figures[next]->member == figures[i]->member) ++next;
      const auto pieces = pieces_of(std::span(figures).subspan(i, next - i), *asked);
      if (enough(pieces, *asked)) {
        values.push_back(aggregate(pieces));
        note(pieces, read);
      }
      i = next;
    }
    return values;
  }

  // As published, for what is worse than `bound`.
  Quantity published(Op comparison, double bound, Horizon& horizon) const {
    const bool above = comparison == Op::kGreater || comparison == Op::kGreaterEqual;
    if (indicator_.worse != (above ? Worse::kHigher : Worse::kLower)) return Quantity::unknown();
    std::vector<const Predicted*> figures;
    for (const Predicted& p : figures_of(forecasts_, issued_, Figures::kChances))
      if (compare(Op::kEqual, Quantity::exactly(value_of(p)), Quantity::exactly(bound)) ==
          Tri::kTrue)
        figures.push_back(&p);
    const auto asked = ask(figures, horizon);
    if (!asked) return Quantity::unknown();
    const auto pieces = pieces_of(figures, *asked);
    const bool whole =
        pieces.size() == 1 &&
        (indicator_.cadence == Cadence::kIrregular ||
         (pieces.front()->start == asked->days.from && pieces.front()->end == asked->days.until));
    if (whole) return Quantity::exactly(pieces.front()->chance / kCertain);
    // Of several: that one of them passes it is as likely as the likeliest at least, and at most as
    // likely as if they excluded each other.
    const bool any = leaf_.aggregate == (above ? Aggregate::kGreatest : Aggregate::kLeast);
    if (!any || !enough(pieces, *asked)) return Quantity::unknown();
    double greatest = 0, sum = 0;
    for (const Predicted* p : pieces) {
      greatest = std::max(greatest, p->chance / kCertain);
      sum += p->chance / kCertain;
    }
    const bool all = indicator_.cadence == Cadence::kIrregular || found(pieces) == asked->periods;
    return {greatest, all ? std::min(1.0, sum) : 1.0};
  }

  // The days and records of what was published, for explanations.
  void show_published(Read& read) const {
    std::vector<const Predicted*> figures;
    for (const Predicted& p : figures_of(forecasts_, issued_, Figures::kChances))
      figures.push_back(&p);
    Horizon unused;
    const auto asked = ask(figures, unused);
    if (!asked) return;
    read.window = asked->days;
    for (const Predicted* p : figures)
      if (inside(*p, *asked)) note({p}, &read);
  }

 private:
  std::optional<Asked> ask(std::span<const Predicted* const> figures, Horizon& horizon) const {
    if (leaf_.aggregate != Aggregate::kLast)
      return asked_by_leads(leaf_.leads, indicator_.cadence, issued_);
    if (ahead_) return asked_of_day(figures, since_ + *ahead_);
    const auto next = next_asked(figures, since_ + 1);
    if (next) horizon.limit(next->days.until - 1 + moved_);
    return next;
  }

  bool inside(const Predicted& p, const Asked& asked) const {
    if (leaf_.aggregate == Aggregate::kLast)
      return p.start == asked.days.from && p.end == asked.days.until;
    return p.start >= asked.days.from &&
           (indicator_.cadence == Cadence::kIrregular ? p.start : p.end - 1) < asked.days.until;
  }

  // Of one member, by (start, end, published): what counts of each period, the later run of two.
  // On a grid no day counts twice: of what begins on one day the longest is taken.
  std::vector<const Predicted*> pieces_of(std::span<const Predicted* const> figures,
                                          const Asked& asked) const {
    const bool grid = indicator_.cadence != Cadence::kIrregular;
    std::vector<const Predicted*> pieces;
    for (const Predicted* p : figures) {
      if (!inside(*p, asked)) continue;
      if (!pieces.empty()) {
        const Predicted*& last = pieces.back();
        if (p->start == last->start && (grid || p->end == last->end)) {
          last = p;
          continue;
        }
        if (grid && p->start < last->end) continue;
      }
      pieces.push_back(p);
    }
    return pieces;
  }

  std::int32_t periods_in(const Predicted& p) const {
    const Cadence cadence = indicator_.cadence;
    if (cadence == Cadence::kIrregular || leaf_.aggregate == Aggregate::kLast) return 1;
    return period_of(cadence, p.end - 1) - period_of(cadence, p.start) + 1;
  }

  std::int32_t found(const std::vector<const Predicted*>& pieces) const {
    std::int32_t periods = 0;
    for (const Predicted* p : pieces) periods += periods_in(*p);
    return periods;
  }

  bool enough(const std::vector<const Predicted*>& pieces, const Asked& asked) const {
    if (pieces.empty()) return false;
    if (indicator_.cadence == Cadence::kIrregular) return true;
    return leaf_.aggregate == Aggregate::kSum ? found(pieces) == asked.periods
                                              : 5 * found(pieces) >= 4 * asked.periods;
  }

  // What the leaf makes of one piece alone.
  double value_of(const Predicted& p) const {
    const bool totals = leaf_.aggregate == Aggregate::kSum && indicator_.is_rate();
    return static_cast<double>(totals ? Wide{p.value} * (p.end - p.start) : Wide{p.value}) /
           divisor_of(indicator_);
  }

  double aggregate(const std::vector<const Predicted*>& pieces) const {
    const double divisor = divisor_of(indicator_);
    Wide total = 0, weighted = 0;
    std::vector<std::int64_t> values;
    for (const Predicted* p : pieces) {
      total += indicator_.is_rate() ? Wide{p->value} * (p->end - p->start) : Wide{p->value};
      weighted += Wide{p->value} * periods_in(*p);
      values.insert(values.end(), static_cast<std::size_t>(periods_in(*p)), p->value);
    }
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    switch (leaf_.aggregate) {
      case Aggregate::kSum:
        return static_cast<double>(total) / divisor;
      case Aggregate::kMean:
        return static_cast<double>(weighted) / (static_cast<double>(values.size()) * divisor);
      case Aggregate::kLeast:
        return static_cast<double>(values.front()) / divisor;
      case Aggregate::kGreatest:
        return static_cast<double>(values.back()) / divisor;
      case Aggregate::kMedian:
        if (values.size() % 2 == 0)
          return static_cast<double>(Wide{values[middle - 1]} + values[middle]) / 2 / divisor;
        return static_cast<double>(values[middle]) / divisor;
      case Aggregate::kLast:
        return static_cast<double>(values.front()) / divisor;
      case Aggregate::kStddev:
      case Aggregate::kCount:
        break;
    }
    require(false, "the parser lets no other aggregate read a forecast");
    return 0;
  }

  static void note(const std::vector<const Predicted*>& pieces, Read* read) {
    if (read == nullptr) return;
    for (const Predicted* p : pieces) {
      read->identities.push_back(p->identity);
      read->tlp = std::max(read->tlp, p->tlp);
    }
  }

  const Forecasts& forecasts_;
  const Indicator& indicator_;
  const Leaf& leaf_;
  Day issued_, since_;
  std::int32_t moved_;  // days from this issue to the latest
  std::optional<std::int32_t> ahead_;
};

std::optional<double> middle_of(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// The last issue of a period of the leaf's cadence, none later than the latest.
std::optional<Day> issue_of(const Issue& latest, const Leaf& leaf, std::int32_t period) {
  return latest_issue(*latest.forecasts, leaf, period_start(leaf.cadence, period),
                      std::min(period_start(leaf.cadence, period + 1), latest.issued + 1));
}

// The issue `earlier` periods before the stand; of irregular issues: at the stand.
std::optional<Day> issue_at(const Issue& latest, const Leaf& leaf, std::int32_t earlier,
                            const Stand& stand) {
  if (leaf.cadence != Cadence::kIrregular)
    return issue_of(latest, leaf,
                    period_read(leaf, period_of(leaf.cadence, latest.issued), stand) - earlier);
  if (leaf.lag.count == 0) return latest.issued;
  const Day end = minus(latest.issued + 1, leaf.lag);
  const auto issued = latest_issue(*latest.forecasts, leaf, kDayMin, end);
  if (issued && end - (*issued + 1) > longest_age(*latest.indicator)) return std::nullopt;
  return issued;
}

}  // namespace

Issue choose_issue(const Scene& scene, const Leaf& leaf, Day tick, Horizon& horizon) {
  Issue best;
  best.indicator = scene.catalogue.find(leaf.indicator);
  const std::int32_t allowed = longest_age(*best.indicator);
  for (const SourceId source : scene.sources_of(leaf)) {
    const Forecasts* forecasts =
        scene.data.forecasts({scene.data_region, leaf.indicator, source, leaf.group});
    if (forecasts == nullptr) continue;
    const auto next = std::upper_bound(forecasts->begin(), forecasts->end(), tick,
                                       [](Day day, const Predicted& p) { return day < p.issued; });
    if (next != forecasts->end()) horizon.limit(next->issued);
    const auto issued = latest_issue(*forecasts, leaf, kDayMin, tick + 1);
    if (!issued) continue;
    const bool fresh = tick - *issued <= allowed;
    if (!fresh && best.forecasts != nullptr) continue;
    best.forecasts = forecasts;
    best.source = source;
    best.issued = *issued;
    best.gap = fresh ? Read::Gap::kNone : Read::Gap::kStale;
    if (!fresh) continue;
    horizon.limit(*issued + allowed + 1);
    return best;
  }
  return best;
}

std::optional<double> at_issue_of(const Issue& latest, const Leaf& leaf, std::int32_t period,
                                  Day tick, Horizon& horizon) {
  const auto issued = issue_of(latest, leaf, period);
  if (!issued) return std::nullopt;
  return middle_of(IssueReader(latest, leaf, *issued, Stand{tick}).by_member(horizon, nullptr));
}

Read read_forecast(const Scene& scene, const Leaf& leaf, std::int32_t earlier, const Stand& stand,
                   Horizon& horizon, Detail detail) {
  Read read;
  const Issue latest = choose_issue(scene, leaf, stand.tick, horizon);
  read.source = latest.source;
  read.gap = latest.gap;
  if (latest.forecasts == nullptr) return read;
  read.issued = latest.issued;
  read.covered_until = latest.issued + 1;
  if (latest.gap != Read::Gap::kNone) return read;
  std::optional<double> value;
  if (const auto issued = issue_at(latest, leaf, earlier, stand)) {
    read.issued = issued;
    const IssueReader reader(latest, leaf, *issued, stand);
    Read* const records = detail == Detail::kRecords ? &read : nullptr;
    value = middle_of(reader.by_member(horizon, records));
    if (!value && leaf.chance && records != nullptr) reader.show_published(read);
  }
  if (!value) {
    // Of a chance: what was published may be enough.
    if (read.identities.empty()) read.gap = Read::Gap::kMissing;
    return read;
  }
  horizon.limit_evidence(latest.issued);
  read.value = Quantity::exactly(*value);
  return read;
}

Quantity read_chance(const Scene& scene, const Leaf& leaf, Op comparison, Quantity bound,
                     const Stand& stand, Horizon& horizon) {
  const Issue latest = choose_issue(scene, leaf, stand.tick, horizon);
  if (latest.gap != Read::Gap::kNone) return Quantity::unknown();
  horizon.limit_evidence(latest.issued);
  const auto issued = issue_at(latest, leaf, 0, stand);
  if (!issued) return Quantity::unknown();
  const IssueReader reader(latest, leaf, *issued, stand);
  const std::vector<double> members = reader.by_member(horizon, nullptr);
  const auto known = static_cast<std::int32_t>(members.size());
  const std::int32_t declared = latest.indicator->forecasts->members;
  if (declared > 0 ? 5 * known >= 4 * declared : known >= 2) {
    std::int32_t surely = 0, perhaps = 0;
    for (const double value : members) {
      const Tri holds = compare(comparison, Quantity::exactly(value), bound);
      if (holds == Tri::kTrue) ++surely;
      if (holds != Tri::kFalse) ++perhaps;
    }
    return {static_cast<double>(surely) / known, static_cast<double>(perhaps) / known};
  }
  return bound.exact() ? reader.published(comparison, bound.low, horizon) : Quantity::unknown();
}

}  // namespace tocsin
