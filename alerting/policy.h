#pragma once

#include <set>
#include <string>
#include <vector>

#include "model/alert.h"
#include "model/catalogue.h"
#include "model/dispatch.h"
#include "model/time.h"

namespace tocsin {

// Whether one committee gets a revision, and why or why not: a sentence for the ledger and for
// people.
struct RoutingDecision {
  std::string committee;  // key
  bool send = false;
  std::string reason;  // "region NG-BO, level warning >= watch"
  friend bool operator==(const RoutingDecision&, const RoutingDecision&) = default;
};

// One decision for every committee of the catalogue, in its order. The rules, first match wins:
//
// 0. A proposal goes to those who are asked, and to nobody else.
// 1. A committee to which an earlier revision of this alert was sent gets every later one, whatever
//    the level is now: who got the original gets the Update and the Cancel.
// 2. A revision that ends an alert is news only to those who were told of it.
// 3. An alert that concerns a shared basin goes to all committees of all the basin's states in one
//    step; their least level and dimensions do not apply (docs/SEMANTICS.md section 5).
// 4. Otherwise the committee's regions must hold the alert's region, one of its dimensions (if it
//    names any) must be on, and the level must reach its least level. The level is the revision's,
//    so a committee that starts to listen while an alert is easing hears of it from its level now.
//
// A state is a country of the region tree. A committee belongs to it when one of its regions is the
// country, lies below it or holds it.
//
// `told` holds the keys of the committees that an earlier revision of this alert was sent to.
// An alert's region that the catalogue does not know matches nobody by rule 4, and each reason says
// so; if it knows none of the alert's basins, rule 4 decides. Pure.
std::vector<RoutingDecision> decide(const AlertRevision& revision, const Catalogue& catalogue,
                                    const std::set<std::string>& told);

// The dispatches that `decisions` (of the same revision and catalogue) ask for: one for each
// address of each committee that gets it, without repetitions, intended and due at `now`. A
// committee that has no address gets none; it is for the configuration to refuse such a committee.
// Pure.
std::vector<Dispatch> dispatches(const AlertRevision& revision, const Catalogue& catalogue,
                                 const std::vector<RoutingDecision>& decisions, ProcessingTime now);

// decide() and dispatches() in one step, for those who do not keep the reasons.
std::vector<Dispatch> route(const AlertRevision& revision, const Catalogue& catalogue,
                            const std::set<std::string>& told, ProcessingTime now);

}  // namespace tocsin
