#pragma once

#include "model/alert.h"
#include "model/catalogue.h"

namespace tocsin {

// A small Lake Chad: four countries, some of their regions, the basin, one state outside (Kenya),
// the eight dimensions, and committees of several kinds. No geometry but Borno's, a triangle.
Catalogue sample_catalogue();

// A committee's key in sample_catalogue().
inline constexpr const char* kNigeriaSenate = "ng-senate-security";  // NG, all, e-mail and CAP
inline constexpr const char* kBornoAssembly = "ng-bo-assembly";      // NG-BO, from warning on
inline constexpr const char* kNigeriaHealth = "ng-house-health";     // NG, health only
inline constexpr const char* kLagosAssembly = "ng-la-assembly";      // NG-LA
inline constexpr const char* kChadDefence = "td-defence";            // TD, from emergency on
inline constexpr const char* kBasinCommission = "lcbc";              // the basin
inline constexpr const char* kKenyaSecurity = "ke-security";         // KE
inline constexpr const char* kWorldUnion = "ipu";                    // the world, from emergency on

// Revisions of one alert on Borno, as the engine would state them, with two signals on, one off and
// one unknown.
AlertRevision sample_raised();     // revision 1, watch
AlertRevision sample_escalated();  // revision 2, warning
AlertRevision sample_updated();    // revision 3: a correction, warning stands
AlertRevision sample_withdrawn();  // revision 4 after the above
// One more of each kind: the revision `kind` that would follow sample_updated().
AlertRevision sample_following(RevisionKind kind);

// What a careless or malicious source could put into every string of a revision.
AlertRevision hostile_revision();

}  // namespace tocsin
