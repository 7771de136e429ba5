#pragma once

#include <string>
#include <vector>

#include "rules/lexer.h"

namespace tocsin {

// What a condition may name.
struct KnownNames {
  std::vector<std::string> parameters, signals, functions, indicators;
};

// What is wrong with a name that stands alone and is none of the parameters; `next` is the name
// that follows it, "" if none does. The error's place is left to the caller.
ExpressionError no_such_name(const std::string& name, const std::string& next,
                             const KnownNames& known);

}  // namespace tocsin
