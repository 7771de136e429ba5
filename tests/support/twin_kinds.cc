#include "tests/support/twin_pack.h"

// What the kinds of expressions are called, in the order in which they are declared.
namespace tocsin::twin {
namespace {

constexpr std::array<const char*, kKindCount> kKindNames = {"number",
                                                            "word",
                                                            "parameter",
                                                            "dated",
                                                            "computed",
                                                            "frozen",
                                                            "population",
                                                            "read",
                                                            "age",
                                                            "normal",
                                                            "percentile",
                                                            "zscore",
                                                            "residual",
                                                            "change",
                                                            "chance",
                                                            "add",
                                                            "subtract",
                                                            "multiply",
                                                            "divide",
                                                            "negate",
                                                            "absolute",
                                                            "least",
                                                            "greatest",
                                                            "per_100k",
                                                            "sample",
                                                            "usual",
                                                            "longest",
                                                            "sources count",
                                                            "sources mean",
                                                            "sources median",
                                                            "past count",
                                                            "past sum",
                                                            "past mean",
                                                            "past min",
                                                            "past max",
                                                            "past median",
                                                            "past stddev",
                                                            "past quantile",
                                                            "past percentile",
                                                            "past zscore",
                                                            "past expected",
                                                            "past residual",
                                                            "dimensions",
                                                            "count_true",
                                                            "neighbours",
                                                            "basin",
                                                            "over count",
                                                            "over share",
                                                            "over sum",
                                                            "over mean",
                                                            "over min",
                                                            "over max",
                                                            "over median",
                                                            "rank",
                                                            "less",
                                                            "less_equal",
                                                            "greater",
                                                            "greater_equal",
                                                            "equal",
                                                            "unequal",
                                                            "and",
                                                            "or",
                                                            "not",
                                                            "consecutive",
                                                            "rising",
                                                            "crosses",
                                                            "sources any",
                                                            "sources all",
                                                            "past any",
                                                            "past all",
                                                            "during",
                                                            "given",
                                                            "over any",
                                                            "over all",
                                                            "on",
                                                            "active",
                                                            "cascade"};

}  // namespace

std::string name_of(Kind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }

bool is_truth(Kind kind) { return kind >= Kind::kLess; }

bool is_past(Kind kind) {
  return (kind >= Kind::kPastCount && kind <= Kind::kPastResidual) || kind == Kind::kPastAny ||
         kind == Kind::kPastAll;
}

}  // namespace tocsin::twin
