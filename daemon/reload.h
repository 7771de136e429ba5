#pragma once

#include <string>
#include <vector>

#include "daemon/contents.h"
#include "model/diagnostic.h"

namespace tocsin {

// What a running daemon makes of contents that were changed under it (SIGHUP). Both sides were
// loaded without error.

// An error for each setting of tocsind.yaml that differs and that only a restart brings into force.
// A setting that isn't known to follow a reload is one of these: none is ignored in silence.
Diagnostics needs_restart(const Contents& running, const Contents& wanted);

// What differs, a line for each section of each file, as people read it:
// "sources.yaml: producers: added borno; changed relay". Empty: nothing that matters.
std::vector<std::string> changes(const Contents& running, const Contents& wanted);

// A hash of the files with secrets that `settings` (paths resolved) names. They are read at the
// start only, so a change of one must be told, too.
Result<std::string> secrets_of(const Settings& settings);

}  // namespace tocsin
