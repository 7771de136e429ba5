#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/expression.h"
#include "rules/lexer.h"
#include "rules/pack.h"

namespace tocsin {

// Where an expression stands: a signal's condition reads data; a pattern's combines signals.
enum class Scope : std::uint8_t { kSignal, kPattern };

// Parses and types one expression. `pack` brings the names of parameters, signals and patterns
// (their conditions may be empty still); it and the catalogue are only read. The result is a truth
// value.
tl::expected<Expression, ExpressionError> parse_expression(std::string_view text,
                                                           const Catalogue& catalogue,
                                                           const Pack& pack, Scope scope);

// The same for a number.
tl::expected<Expression, ExpressionError> parse_number(std::string_view text,
                                                       const Catalogue& catalogue, const Pack& pack,
                                                       Scope scope);
bool compares(const Token& token);  // "<", ">=", ...

// The parser's state, shared by the grammar (parser.cc) and the functions (calls*.cc).
class Parser {
 public:
  enum class Type : std::uint8_t { kNumber, kTruth };
  // An operand: which node, and what it is.
  struct Value {
    std::int32_t node = -1;
    Type type = Type::kNumber;
  };

  // Where a function may stand: `only` in signals or in patterns. What is said elsewhere begins
  // with the function's name if it begins with "()".
  struct Place {
    std::optional<Scope> only;
    std::string_view elsewhere, instead;
  };
  // One function of the language. Each file of calls*.cc brings its rows; calls.cc puts them
  // together. `parse` begins behind the "(" and takes the ")".
  struct Function {
    std::string_view name;
    Value (Parser::*parse)(const Token& function, const Function& row);
    Op op = Op::kAggregate;
    Place place{};
    Aggregate aggregate = Aggregate::kLast;
    Over::How over = Over::How::kCount;  // of those that may stand before "x over SET"
  };

  Parser(std::string_view text, std::vector<Token> tokens, const Catalogue& catalogue,
         const Pack& pack, Scope scope);
  tl::expected<Expression, ExpressionError> run(Type wanted = Type::kTruth);

 private:
  // grammar: each throws ExpressionError, caught in run(); nothing leaves this class by exception
  Value condition();
  Value disjunction();
  Value conjunction();
  Value negation();
  Value comparison();
  // `first`: what the condition begins with; `first_leaf`: the first of its reads.
  Value held(Value condition, const Token& first, std::size_t first_leaf);
  Value consecutive(Value condition, const Token& first, std::size_t first_leaf);
  // How many steps back stand inside one another below a node.
  std::int32_t steps_deep(std::int32_t node) const;
  Value addition();
  Value product();
  Value unary();
  Value primary();
  Value literal();
  Value name();

  // ---- parser_scale.cc: words in the place of numbers
  const Indicator* words_of(Value value) const;  // whose words it has; nullptr: it is a number
  Value bound(Value left);
  void refuse_word(const Token& token) const;
  void refuse_scale(Value value, const Token& at, std::string_view what) const;
  void refuse_scale(const Leaf& leaf, const Token& function) const;

  // ---- calls.cc
  static const std::vector<Function>& functions();
  static std::span<const Function> number_functions();
  Value call(const Token& function);
  void stands(const Token& function, const Place& place) const;  // throws where it may not
  Value choose_call(const Token& function, const Function& row);
  Value count_true_call(const Token& function, const Function& row);
  Value number_call(const Token& function, const Function& row);
  Value population_call(const Token& function, const Function& row);

  // ---- calls_read.cc
  static std::span<const Function> read_functions();
  Value aggregate_call(const Token& function, const Function& row);
  Value extreme_call(const Token& function, const Function& row);
  Value count_call(const Token& function, const Function& row);
  Leaf named_leaf(Aggregate aggregate);
  Leaf series_leaf(const Token& function, Aggregate aggregate);
  Leaf events_leaf(const Token& function, Aggregate aggregate);
  void series_option(Leaf& leaf, const Token& option);
  void events_filter(Leaf& leaf);
  void kind_list(Leaf& leaf);
  void status_filter(Leaf& leaf);
  void since_of(Leaf& leaf);
  static std::string window_text(const Leaf& leaf, std::string_view before);
  void window_of(Leaf& leaf, const Indicator& indicator, const Token& span);
  static std::string magnitudes_of(const Leaf& leaf);
  std::string label_of(const Leaf& leaf) const;
  std::string label_of_series(const Leaf& leaf) const;
  SourceId source_named(const Token& token);

  // ---- calls_time.cc
  static std::span<const Function> time_functions();
  Value history_call(const Token& function, const Function& row);
  Value residual_call(const Token& function, const Function& row);
  struct Parts {
    bool seasonal = false, trend = false;
  };
  Parts parts_of_model();
  Value lag_call(const Token& function, const Function& row);
  Value change_call(const Token& function, const Function& row);
  Value rising_call(const Token& function, const Function& row);
  Value crosses_call(const Token& function, const Function& row);
  std::int32_t lag_periods(const Leaf& leaf, const Token& span);
  std::string set_lag(Leaf& leaf, std::string_view what);
  const Leaf& leaf_operand(const Token& function);
  const Leaf& leaf_of(const Token& function, const Token& first, Value operand) const;
  std::int32_t years(const Token& function);

  // ---- calls_forecast.cc
  static std::span<const Function> forecast_functions();
  Value forecast_call(const Token& function, const Function& row);
  Value chance_call(const Token& function, const Function& row);
  bool forecast_follows() const;
  Leaf forecast_leaf(Aggregate aggregate);
  void leads_of(Leaf& leaf);
  bool season_follows(const Leaf& leaf) const;
  void season_of(Leaf& leaf);
  static std::string forecast_text(const Leaf& leaf, const std::string& how);
  void member_of(Leaf& leaf, const Token& option);

  // ---- calls_guard.cc: seasons, and what a condition needs
  static std::span<const Function> guard_functions();
  Value during(Value condition, const Token& first, std::size_t first_leaf);
  bool is_elsewhere(std::size_t leaf) const;
  bool reads_one_series(std::size_t first_leaf) const;  // from that leaf on, or events alone
  Season season();
  Value age_call(const Token& function, const Function& row);
  Value days();
  void tell_bound(const Node& comparison);  // to an age and a difference that are compared

  // ---- calls_subject.cc
  static std::span<const Function> subject_functions();
  Value subject_call(const Token& function, const Function& row);
  Value dimensions_call(const Token& function, const Function& row);
  std::int32_t own_window();
  Subject subject();
  Subject band(const Bands& bands);
  void no_level_after(const Token& name, const std::string& what);
  const Pattern* named_pattern() const;  // by the next token; nullptr when it names none
  Level level_after();                   // ">= warning"
  Subject level_here();                  // of an earlier pattern, in the region judged
  std::vector<Subject> subjects();

  // ---- calls_over.cc
  static std::span<const Function> over_functions();
  Value count_regions_call(const Token& function, const Function& row);
  // Where an operand of a function begins: what it reads and consists of comes behind.
  struct Begin {
    std::size_t leaf, node;
  };
  Begin here() const { return {out_.leaves.size(), out_.nodes.size()}; }
  bool operand_follows() const;  // in place of a series or of events
  Value over_call(const Token& function, const Function& row);
  // Behind the operand; takes the ")".
  Value over_set(const Token& function, Over::How how, Value operand, Begin begin);

  // ---- calls_samples.cc: within the day
  static std::span<const Function> sample_functions();
  Value sample_call(const Token& function, const Function& row);
  Value usual_call(const Token& function, const Function& row);
  Value longest_call(const Token& function, const Function& row);
  Leaf sampled_leaf(const Token& function);
  Value add_sampled(Node node, Leaf leaf, const Token& function);
  void learned(Usual& usual, const Leaf& leaf, const Token& option);
  std::int32_t duration(std::string_view what);
  bool is_made_of_samples(std::int32_t node) const;
  void has_samples(const Token& function, Value condition, Begin begin) const;
  void check_samples() const;
  void in_seconds(Value left, Value right);

  // ---- calls_over_next.cc
  Value over_next(const Token& function, Over::How how, Value operand, std::size_t first_node);

  // ---- calls_over_regions.cc
  static std::span<const Function> region_functions();
  static std::optional<Over::Set> set_of_regions(std::string_view name);
  Value over_regions(const Token& function, Over::How how, Value operand, std::size_t first_node);
  Over::Weight weight(const Token& function, Over::How how);
  Value close_regions(const Token& function, Over over, Value operand, std::int32_t where,
                      std::size_t first_node);
  Value regions_call(const Token& function, const Function& row);

  // ---- calls_over_sources.cc
  Value over_sources(const Token& function, Over::How how, Value operand, std::size_t first_node);
  std::size_t voices(std::size_t first_leaf, const Token& function);

  // ---- calls_parameter.cc
  Value parameter(const Token& name, std::uint32_t index);
  Value computed(const Token& name, std::uint32_t index);
  void splice(const Expression& from, const Token& name, bool frozen);
  // Tells the parameters in what begins there which reads they are compared with.
  void date(Begin begin);
  std::vector<std::int32_t> one_leaf_a_series(std::size_t first_leaf) const;

  // ---- calls_over_past.cc
  Value over_past(const Token& function, Over::How how, Value operand, Begin begin);
  void has_past(Begin begin, const Token& function, const Token& span) const;
  double share_of_steps();

  // ---- calls_cascade.cc
  static std::span<const Function> cascade_functions();
  Value cascade_call(const Token& function, const Function& row);
  Link link();

  // nodes
  Value add(Node node, const Token& first, Type type);
  std::int32_t add_leaf(Leaf leaf, const Token& first);
  // Appends to one of the lists of the expression.
  template <class T>
  static Extent put(std::vector<T>& list, const std::vector<T>& items) {
    const auto first = static_cast<std::uint32_t>(list.size());
    list.insert(list.end(), items.begin(), items.end());
    return {first, static_cast<std::uint32_t>(items.size())};
  }
  Value binary(Op op, Value left, Value right, const Token& at);
  void want(Value value, Type type, const Token& at, std::string_view for_what) const;
  Unit common_unit(Value left, Value right, const Token& at) const;
  bool is_bare(std::int32_t node) const;
  Node& node_of(Value value) { return out_.nodes[static_cast<std::size_t>(value.node)]; }
  const Node& node_of(Value value) const {
    return out_.nodes[static_cast<std::size_t>(value.node)];
  }

  // tokens
  const Token& peek(std::size_t ahead = 0) const;
  Token take();
  bool next_is(std::string_view symbol_or_name) const;
  bool accept(std::string_view symbol_or_name);
  Token expect(std::string_view symbol);
  Token expect_kind(TokenKind kind, std::string_view what);
  Token expect_span(std::string_view what);
  std::string source_of(const Token& first) const;
  [[noreturn]] void wrong(const Token& at, std::string message, std::string allowed = "",
                          std::string suggestion = "") const;
  [[noreturn]] void unknown(const Token& at, std::string_view what,
                            const std::vector<std::string>& known) const;

  std::string_view text_;
  std::vector<Token> tokens_;
  const Catalogue& catalogue_;
  const Pack& pack_;
  Scope scope_;
  std::size_t at_ = 0;
  int depth_ = 0;
  Expression out_;
};

// Whether a span is a number of days: "183 days", "2 weeks".
bool is_number_of_days(const Span& span);

// One member of each item: what may stand at a place, for messages.
std::vector<std::string> names_of(const auto& list, auto member) {
  std::vector<std::string> names;
  names.reserve(list.size());
  for (const auto& item : list) names.push_back(item.*member);
  return names;
}

}  // namespace tocsin
