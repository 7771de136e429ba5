#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ingest/gate.h"

namespace tocsin::testsupport {

// A little world for the gate: two countries of two states each, one with a district; a basin and a
// set; indicators of several cadences; three sources and two producers. "Now" is noon of
// 2019-03-15.
//
//   NG  longitude  0..10: NG-NI 0..5, NG-BO 5..10 (NG-BO-A: 8..10, latitude 8..10)
//   NE  longitude 10..20: NE-1 10..15, NE-2 15..20 (without a polygon)
class GateWorld {
 public:
  GateWorld();

  const Catalogue& catalogue() const { return catalogue_; }
  const Producer& producer() const { return catalogue_.producers[0]; }
  Admission admit(const Record& record, const LatestRevision* current = nullptr) const;
  Day today() const;

  GatePolicy policy;
  std::string speaker = "importer";  // the producer that brings the records
  std::string now = "2019-03-15T12:00:00Z";

 private:
  Catalogue catalogue_;
};

Day day(std::string_view text);
// Source "events": an event of kind "clash" on one day.
Record event(Place place, std::string_view on);
// Source "figures": an observation of the whole population.
Record observation(std::string indicator, Place place, std::string_view start, std::string_view end,
                   Decimal value);
// Source "figures": an observation of "status", on the scale none, probable, confirmed.
Record judgement(std::string word, std::string note);
// Source "figures": issued on 2019-03-10. Of rainfall there are three members, and issues monthly.
Record forecast(std::string indicator, Place place, std::string_view start, std::string_view end);
Record coverage(std::string stream, std::vector<std::string> regions, std::string_view from,
                std::string_view until);
Place in(std::string region, std::string country = "");
Place at(double latitude, double longitude);

}  // namespace tocsin::testsupport
