// The schemas that the store has had. Whoever changes the layout of stored rows adds a step here, a
// fixture that the last release before wrote (tests/fixtures/make-store), and raises the version.
//
//   1  the first: revisions go straight into `record`, by (source, identity hash)
//   2  they go into blocks in `recent` first, and into `record` by the table
#include <algorithm>

#include "storage/columns.h"
#include "storage/migrate.h"

namespace tocsin {

const StoreSchema& our_schema() {
  static const StoreSchema kSchema{
      .version = {.schema = 2, .readable_from = 2},
      .steps = {{.from = 1,
                 .what = "revisions come into `recent` from now on; those of `record` stay there",
                 .added = {kColumnNames[static_cast<std::size_t>(Column::kRecent)]},
                 .run = [](Migration&) { return Result<void>(); }}}};
  return kSchema;
}

bool came_after(std::uint32_t schema, std::string_view column) {
  return std::ranges::any_of(our_schema().steps, [&](const MigrationStep& step) {
    return step.from >= schema && std::ranges::count(step.added, column) > 0;
  });
}

}  // namespace tocsin
