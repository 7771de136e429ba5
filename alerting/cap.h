#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "alerting/briefing.h"
#include "model/alert.h"
#include "model/catalogue.h"
#include "model/hash.h"
#include "model/result.h"

namespace tocsin {

struct CapOptions {
  // Who says it: an address or domain guaranteed to be ours. CAP forbids spaces, commas, < and &
  // here.
  std::string sender = "tocsin@localhost";
  std::string sender_name;
  MessageOptions message;
  // How long a revision stands in a receiver that hears nothing more. Long, because a quiet feed
  // must not look like an all-clear; tocsin ends its alerts itself.
  int valid_days = 180;
  // Geometry with more points than this is left out; the geocode remains.
  std::size_t polygon_points_max = 2'000;
};

// "tocsin-<alert>-<number>": the same for every committee and every attempt.
std::string cap_identifier(const Hash128& alert, std::uint32_t number);

// One revision as a CAP 1.2 message (docs/REFERENCES.md#oasis-cap), UTF-8:
//
//   msgType      raised: Alert; withdrawn, merged, retired: Cancel; all others: Update
//   references   every earlier revision, for Update and Cancel
//   status       Exercise for illustrative data, else Actual
//   scope        TLP clear: Public; green, amber: Restricted; amber+strict, red: Private
//   area         the region, or each member of a basin or set
//
// Nothing in it depends on who gets it, only on the language. Fails with kInvalid when
// `options.sender` is not one that CAP allows, or when `revision.earlier` does not hold a time for
// every earlier revision. Pure.
Result<std::string> render_cap(const AlertRevision& revision, std::string_view language,
                               const Catalogue& catalogue, const CapOptions& options);

// ok when `sender` is one that CAP allows; kInvalid otherwise, saying why.
Result<void> check_cap_sender(std::string_view sender);

}  // namespace tocsin
