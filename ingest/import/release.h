#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>
#include <vector>

#include "ingest/import/mapping.h"
#include "model/record.h"
#include "model/result.h"

namespace tocsin {

// A publisher's new file against what the import before it made: which records are corrected, gone
// or new, and the revisions that say so. docs/FORMATS.md section 3 tells it to operators.

// What becomes of records of the import before that the new file lacks.
enum class Absent : std::uint8_t {
  // Retracted, unless it can't be told whether they are gone or only not in this file: rows of the
  // new file were refused, it begins after the days of some of them, or they are more than half of
  // all. Then the import fails and says so.
  kRetractIfSure,
  kRetract,  // the file is the whole release
  kKeep,     // the file is a part, such as the newest month
};

struct Against {
  std::vector<Record> earlier;  // the output of the import before, whole and in any order
  // The day on which the new file was published, or, when that isn't known, had come at the latest.
  Day released;
  Absent absent = Absent::kRetractIfSure;
};

// Of identities (a record with its revisions is one).
struct ReleaseCounts {
  std::size_t unchanged = 0;  // the latest revision says the same
  std::size_t changed = 0;
  std::size_t returned = 0;  // were retracted, and are there again
  std::size_t retracted = 0;
  std::size_t kept = 0;  // the file lacks them and Absent is kKeep
  std::size_t added = 0;
  // Of `added`: those that the mapping dates before the newest record of the import before, which
  // didn't have them. They are dated with the release.
  std::size_t added_late = 0;
};

// What the new file made, before it is compared: each identity's records with revisions 1, 2, ...
struct NewFile {
  std::vector<Record> records;
  std::size_t rows_refused = 0;
};

struct Release {
  std::vector<Record> records;
  ReleaseCounts counts;
};

// Returns all records of the import before as they were, and after them what the new file changes:
// - an identity whose content is as in its latest revision adds nothing;
// - one with other content, or that was retracted, gets revision latest + 1, published on the day
//   of release. (With `repeats: revise` the file dates its own revisions: that day, if it lies
//   after the latest revision's.)
// - one that is gone gets a retraction, revision latest + 1, made and published on the day of
//   release;
// - a new one keeps its revision, and the mapping's day of publication unless that is a lie: see
//   ReleaseCounts::added_late.
// No revision is published before the one it replaces, nor before the mapping's day. So the result
// is all that was ever said, each at its time: sent to a store that has some of it, it leaves
// exactly what the new file says and no conflicts; replayed on the published clock, it shows at
// each moment what was known then. It is what the next release is compared with.
//
// Fails when `earlier` isn't of this source or holds one revision twice with different content, and
// as Absent says.
Result<Release> make_release(const Mapping& mapping, Against&& against, NewFile&& file);

// Reads the NDJSON that an import wrote. `name` is for messages. Fails with the line that is no
// record.
Result<std::vector<Record>> read_records(std::istream& in, const std::string& name);

}  // namespace tocsin
