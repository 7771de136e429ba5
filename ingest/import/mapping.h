#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "model/diagnostic.h"
#include "model/record.h"

namespace tocsin {

// What a mapping file says about a publisher's table: docs/FORMATS.md is the reference of the
// language, this is its plain form. Nothing here does anything; import.h does.

// "{adm1_name}/{price_date}": literal text and cells. A name that starts with '@' is not a column
// but something known of the record: @indicator, @start, @end, @published.
struct TextPart {
  std::string literal;
  std::string column;  // when not empty, the cell of this column instead of `literal`
};
using TextTemplate = std::vector<TextPart>;

// A text, perhaps looked up in a list of the publisher's words.
struct TextSpec {
  TextTemplate from;
  std::map<std::string, std::string> words;  // empty: taken as it is
  bool keep_unknown = false;  // a word that isn't in the list stays; else the row is refused
};

// One comparison on a row. An empty cell on either side of a comparison of numbers makes it false.
struct CellTest {
  enum class Kind { kIs, kIsNot, kEmpty, kFilled, kAbove, kBelow, kAtLeast, kAtMost };
  Kind kind = Kind::kIs;
  std::string column;
  std::vector<std::string> words;  // for kIs and kIsNot
  TextTemplate number;             // for comparisons: a number or a cell
};
// All must hold; an empty list holds.
using Condition = std::vector<CellTest>;

// What an empty cell means.
enum class Missing : std::uint8_t {
  kNotObserved,  // nothing is said: no record, or the member is left out
  kZero,
  kRefuse,  // the row is wrong
};

// A figure: cell * scale, or cell / cell * scale; rounded half away from zero to `decimals`.
struct NumberSpec {
  std::string column;
  std::string per;  // divide by this column; empty: don't
  Decimal scale{1, 0};
  int decimals = 6;
  Missing missing = Missing::kNotObserved;
  Condition when;  // otherwise it counts as empty
  // Of an indicator with a scale, instead of a column: its word. An empty one isn't observed.
  std::optional<TextSpec> word;
  // Of a forecast: the figure is the probability that this is passed.
  std::optional<Decimal> threshold;
};

struct DateSpec {
  TextTemplate from;
  std::vector<std::string> formats;  // the first that fits: YYYY, YY, MM, M, DD, D and literal text
};

// Which days a record speaks about: [start, end).
struct PeriodSpec {
  enum class Kind { kDay, kMonth, kYear, kSpan, kSeason, kSeasonStart };
  Kind kind = Kind::kDay;
  DateSpec date;                 // of kDay, kMonth, kYear; the first day of kSpan
  std::optional<DateSpec> last;  // of kSpan: the last day, inclusive
  // Of kSeason and kSeasonStart: its name in Mapping::seasons, and the year it starts in.
  // kSeasonStart is the first day alone: a snapshot, which rules see as soon as it is published.
  TextTemplate season, year;
  // A vague date: the word of this template says to which calendar unit the span is widened.
  TextTemplate precision;
  enum class Unit { kAsGiven, kWeek, kMonth, kYear };
  std::map<std::string, Unit> widen;
};

// When the publisher made it known: `days` after an edge of a period.
struct PublicationSpec {
  enum class Edge { kStart, kEnd, kMonthEnd };  // kMonthEnd: of the month that holds the last day
  Edge edge = Edge::kEnd;
  int days = 0;
  std::optional<PeriodSpec> of;  // default: the record's own period
};

// The first alternative whose condition holds and whose texts aren't empty gives the place.
struct PlaceSpec {
  Condition when;
  TextSpec region;  // `from` empty: none
  TextSpec country;
  std::string latitude, longitude;  // columns
  bool vague = false;
};

struct EventSpec {
  TextSpec kind;
  std::optional<NumberSpec> deaths, deaths_low, deaths_high, displaced;
  std::vector<TextTemplate> actors;
  std::vector<std::string> actors_except;  // words that name nobody: "Civilians"
  TextSpec status;                         // `from` empty: reported
};

// One kind of record made from a row; `values` makes one for each indicator.
struct RecordSpec {
  RecordType type = RecordType::kObservation;  // event, observation or forecast
  Condition when;
  TextTemplate id;
  TextTemplate group;
  PeriodSpec period;
  PublicationSpec published;
  std::vector<PlaceSpec> place;
  EventSpec event;
  TextTemplate note;                 // of events and observations
  std::optional<DateSpec> issued;    // of forecasts; default: the day of publication
  std::optional<NumberSpec> member;  // of forecasts
  std::vector<std::pair<std::string, NumberSpec>> values;  // indicator, figure
};

// Statements that a release is complete, one a month: "no row" then means "no event".
struct CoverageSpec {
  std::string stream;
  std::vector<std::string> regions;
  int days = 0;                    // after the month's end
  std::optional<Day> from, until;  // default: the months that the file's rows speak about
};

// Rows with the same `by` cells become one row, whose other columns are figures over theirs.
struct RollupSpec {
  enum class Take { kSum, kMean, kMedian, kLeast, kGreatest };
  struct Column {
    std::string name;
    Take take = Take::kSum;
    Missing missing = Missing::kNotObserved;  // kNotObserved: the cell doesn't count
  };
  std::vector<std::string> by;
  std::vector<Column> columns;
};

struct Filter {
  std::string name;
  Condition when;  // a row for which it holds is set aside under that name
};

struct Mapping {
  std::string feed, source;
  std::string publisher, notes;  // for people
  Tlp tlp = Tlp::kClear;
  std::vector<std::string> missing_values;             // cells that mean the same as an empty one
  std::map<std::string, std::pair<int, int>> seasons;  // name -> first and last month
  std::vector<Filter> filters;
  std::optional<RollupSpec> rollup;
  std::vector<RecordSpec> records;
  std::vector<CoverageSpec> coverage;
  // Two rows with one id and different content: the second is refused, or is a later revision.
  enum class Repeats { kRefuse, kRevise } repeats = Repeats::kRefuse;
};

// All errors of the file at once.
tl::expected<Mapping, Diagnostics> parse_mapping(std::string file, std::string_view text);

// Every column that the mapping names, sorted, once each.
std::vector<std::string> columns_of(const Mapping& mapping);

}  // namespace tocsin
