#include "rules/season.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "model/diagnostic.h"
#include "model/period.h"

namespace tocsin {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::int32_t, 12> kLongest = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

constexpr std::string_view kAllowed =
    "June .. September, 1 June .. 30 September, dekads 21 .. 26, weeks 1 .. 20, epiweeks 40 .. 20";

std::int32_t year_of(Day day) { return static_cast<int>(to_ymd(day).year()); }

Day first_of_month(std::int32_t year, std::int32_t month) {
  return to_day(std::chrono::year{year} / month / 1);
}

// 4 January is always in week 1.
std::int32_t first_week(Cadence cadence, std::int32_t year) {
  return period_of(cadence, first_of_month(year, 1) + 3);
}

struct Word {
  std::string_view text;
  std::uint32_t begin = 0;
};

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == ' ' || text[at] == '\n') {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && text[end] != ' ' && text[end] != '\n' &&
           !text.substr(end).starts_with(".."))
      ++end;
    if (end == at) end = at + 2;
    words.push_back({text.substr(at, end - at), static_cast<std::uint32_t>(at)});
    at = end;
  }
  return words;
}

// Reads the words of a season; throws ExpressionError, which parse() catches.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text), words_(words_of(text)) {}

  const Word* peek() const { return at_ < words_.size() ? &words_[at_] : nullptr; }
  bool accept(std::string_view word) {
    if (peek() == nullptr || peek()->text != word) return false;
    ++at_;
    return true;
  }
  void expect_dots() {
    if (!accept("..")) wrong(peek(), "a season runs from .. to", std::string(kAllowed));
  }
  void expect_end() const {
    if (peek() != nullptr)
      wrong(peek(), "this is left over after the season", std::string(kAllowed));
  }
  // Of a word that is a number.
  std::optional<std::int32_t> number() {
    if (peek() == nullptr) return std::nullopt;
    const std::string_view word = peek()->text;
    std::int32_t value = 0;
    const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (code != std::errc() || end != word.data() + word.size()) return std::nullopt;
    ++at_;
    return value;
  }
  std::int32_t number_in(std::string_view what, std::int32_t most) {
    const Word* word = peek();
    const auto value = number();
    if (!value || *value < 1 || *value > most)
      wrong(word,
            (word == nullptr ? "there" : "'" + std::string(word->text) + "'") + " is no " +
                std::string(what) + " of the year",
            "1 to " + std::to_string(most));
    return *value;
  }
  std::int32_t month() {
    const Word* word = peek();
    if (word == nullptr) wrong(word, "the season ends too early", std::string(kAllowed));
    const auto found = std::ranges::find(kMonths, word->text);
    if (found == kMonths.end())
      wrong(word, "'" + std::string(word->text) + "' is no month", std::string(kAllowed),
            nearest(std::string(word->text), {kMonths.begin(), kMonths.end()}));
    ++at_;
    return static_cast<std::int32_t>(found - kMonths.begin()) + 1;
  }
  [[noreturn]] void wrong(const Word* word, std::string message, std::string allowed,
                          std::string suggestion = "") const {
    ExpressionError error;
    error.begin = word == nullptr ? 0 : word->begin;
    error.length = static_cast<std::uint32_t>(word == nullptr ? text_.size() : word->text.size());
    error.message = std::move(message);
    error.allowed = std::move(allowed);
    error.suggestion = std::move(suggestion);
    throw error;
  }

 private:
  std::string_view text_;
  std::vector<Word> words_;
  std::size_t at_ = 0;
};

}  // namespace

tl::expected<Season, ExpressionError> Season::parse(std::string name, std::string_view text) {
  Season season;
  season.name_ = std::move(name);
  season.text_ = std::string(text);
  try {
    Reader reader(text);
    struct Counted {
      std::string_view word, what;
      Grid grid;
      std::int32_t most_from, most_to;
    };
    // Not every year has a week 53, so none begins a season.
    static constexpr std::array<Counted, 3> kCounted = {
        {{"dekads", "dekad", Grid::kDekads, 36, 36},
         {"weeks", "week", Grid::kWeeks, 52, 53},
         {"epiweeks", "epidemiological week", Grid::kEpiweeks, 52, 53}}};
    for (const Counted& counted : kCounted) {
      if (!reader.accept(counted.word)) continue;
      season.grid_ = counted.grid;
      season.from_ = reader.number_in(counted.what, counted.most_from);
      reader.expect_dots();
      season.to_ = reader.number_in(counted.what, counted.most_to);
      reader.expect_end();
      return season;
    }
    const auto date = [&](std::int32_t& month, std::int32_t& day) {
      const Word* first = reader.peek();
      const auto number = reader.number();
      month = reader.month();
      if (!number) return;
      day = *number;
      const std::int32_t longest = kLongest[static_cast<std::size_t>(month - 1)];
      if (day < 1 || day > longest)
        reader.wrong(first,
                     std::string(kMonths[static_cast<std::size_t>(month - 1)]) + " has no day " +
                         std::to_string(day),
                     "1 to " + std::to_string(longest));
    };
    date(season.from_, season.from_day_);
    if (season.from_ == 2 && season.from_day_ == 29)
      reader.wrong(nullptr, "not every year has a 29 February to begin with",
                   "28 February, 1 March");
    if (reader.peek() == nullptr && season.from_day_ == 1 && !(text[0] >= '0' && text[0] <= '9')) {
      season.to_ = season.from_;
      return season;
    }
    reader.expect_dots();
    date(season.to_, season.to_day_);
    reader.expect_end();
    return season;
  } catch (const ExpressionError& error) {
    return tl::unexpected(error);
  }
}

Season Season::whole_year() {
  Season season;
  season.name_ = "year";
  season.text_ = "January .. December";
  return season;
}

// The day on which the season begins or, at its end, the first day after it.
Day Season::edge(std::int32_t year, std::int32_t number, std::int32_t day, bool end) const {
  switch (grid_) {
    case Grid::kDekads: {
      const std::int32_t first = period_of(Cadence::kDekad, first_of_month(year, 1));
      return period_start(Cadence::kDekad, first + number - (end ? 0 : 1));
    }
    case Grid::kWeeks:
    case Grid::kEpiweeks: {
      const Cadence cadence = grid_ == Grid::kWeeks ? Cadence::kWeek : Cadence::kEpiweek;
      const std::int32_t week = first_week(cadence, year) + number - (end ? 0 : 1);
      return period_start(cadence, std::min(week, first_week(cadence, year + 1)));
    }
    case Grid::kDates:
      break;
  }
  const Day first = first_of_month(year, number);
  if (!end) return first + (day - 1);
  const Day next = number == 12 ? first_of_month(year + 1, 1) : first_of_month(year, number + 1);
  // 28 February means the end of February.
  return number == 2 && day == 28 ? next : std::min(first + day, next);
}

Occurrence Season::of(std::int32_t year) const {
  const bool over_new_year = to_ < from_ || (to_ == from_ && to_day_ < from_day_);
  return {edge(year, from_, from_day_, false),
          edge(over_new_year ? year + 1 : year, to_, to_day_, true)};
}

std::optional<Occurrence> Season::holding(Day day) const {
  const std::int32_t year = year_of(day);
  // Week 1 of a year may begin in the year before.
  for (const std::int32_t begins : {year + 1, year, year - 1}) {
    const Occurrence occurrence = of(begins);
    if (occurrence.start <= day && day < occurrence.until) return occurrence;
  }
  return std::nullopt;
}

Day Season::latest_start(Day day) const {
  for (auto year = static_cast<std::int32_t>(static_cast<int>(to_ymd(day).year())) + 1;; --year)
    if (const Day start = of(year).start; start <= day) return start;
}

Day Season::next_edge(Day day) const {
  const std::int32_t year = year_of(day);
  Day next = kDayNever;
  for (std::int32_t begins = year - 1; begins <= year + 2; ++begins) {
    const Occurrence occurrence = of(begins);
    for (const Day at : {occurrence.start, occurrence.until})
      if (at > day) next = std::min(next, at);
  }
  return next;
}

std::int32_t Season::most_periods(Cadence cadence) const {
  std::int32_t most = 0;
  // The calendar repeats every 28 years between 1901 and 2099.
  for (std::int32_t year = 2000; year < 2028; ++year) {
    const Occurrence occurrence = of(year);
    std::int32_t first = period_of(cadence, occurrence.start);
    if (period_start(cadence, first) < occurrence.start) ++first;
    most = std::max(most, period_of(cadence, occurrence.until) - first);
  }
  return most;
}

Day Latch::until(Day onset) const {
  if (!season) return onset + days;
  const auto occurrence = season->holding(onset);
  return occurrence ? occurrence->until : kDayMin;
}

bool lies_in(const std::vector<Season>& seasons, Day from, Day until) {
  for (Day at = from; at < until;) {
    Day reached = at;
    for (const Season& season : seasons)
      if (const auto occurrence = season.holding(at))
        reached = std::max(reached, occurrence->until);
    if (reached == at) return false;
    at = reached;
  }
  return true;
}

Day next_edge(const std::vector<Season>& seasons, Day day) {
  Day next = kDayNever;
  for (const Season& season : seasons) next = std::min(next, season.next_edge(day));
  return next;
}

std::string names_of_seasons(const std::vector<Season>& seasons) {
  std::string names;
  for (const Season& season : seasons) names += (names.empty() ? "" : " or ") + season.name();
  return names;
}

}  // namespace tocsin
