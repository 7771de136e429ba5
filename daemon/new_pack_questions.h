#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "daemon/new_pack.h"
#include "model/diagnostic.h"

namespace tocsin {

// Asks on a terminal, one question after the other; what does not do is asked again with the
// reason. nullopt: the answers ended too early. `name` is that of the file, and the pack's unless
// another is wanted.
std::optional<NewPackAnswers> ask_for_pack(const Catalogue& catalogue, const std::string& name,
                                           std::istream& in, std::ostream& out);

// The answers from a file; docs/RULES.md ("tocsin new") has its keys.
tl::expected<NewPackAnswers, Diagnostics> read_answers(const std::string& file,
                                                       const std::string& text,
                                                       const std::string& name);

}  // namespace tocsin
