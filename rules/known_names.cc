#include "rules/known_names.h"

#include <algorithm>

#include "model/diagnostic.h"

namespace tocsin {
namespace {

constexpr std::size_t kShown = 12;

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

std::string first_of(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size() && i < kShown; ++i) out += (i ? ", " : "") + names[i];
  if (names.size() > kShown) out += ", and " + std::to_string(names.size() - kShown) + " more";
  return out;
}

// The nearest name of any kind, as it is used in a condition.
std::string nearest_use(const std::string& name, const KnownNames& known) {
  std::vector<std::string> all = known.parameters;
  for (const auto* names : {&known.signals, &known.functions, &known.indicators})
    all.insert(all.end(), names->begin(), names->end());
  const std::string near = nearest(name, all);
  if (near.empty() || has(known.parameters, near)) return near;
  if (has(known.signals, near)) return "on(" + near + ")";
  if (has(known.functions, near)) return near + "(...)";
  return "last(" + near + ")";
}

}  // namespace

ExpressionError no_such_name(const std::string& name, const std::string& next,
                             const KnownNames& known) {
  ExpressionError error;
  if (name == "if" || name == "when" || name == "then") {
    error.message = "a condition has no '" + name + "'";
    error.allowed = "the condition alone, such as last(x) >= 20 %";
  } else if (has(known.functions, name)) {
    error.message = "'" + name + "' is a function, and no parameter is called so";
    error.allowed = name + "(...)";
    if (!next.empty()) error.suggestion = name + "(" + next + ")";
  } else {
    error.message = "there is no parameter '" + name + "'";
    error.allowed = known.parameters.empty()
                        ? "a number, or a function such as last(...): there are no parameters"
                        : first_of(known.parameters);
    error.suggestion = nearest_use(name, known);
  }
  return error;
}

}  // namespace tocsin
