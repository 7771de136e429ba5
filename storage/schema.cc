// The schemas that the store has had. Whoever changes the layout of stored rows adds a step here, a
// fixture that the last release before wrote (tests/fixtures/make-store), and raises the version.
//
//   1  the first: revisions go straight into `record`, by (source, identity hash)
//   2  they go into blocks in `recent` first, and into `record` by the table
//   3  `outbox` lists the dispatches of each alert
#include <algorithm>

#include "storage/codec.h"
#include "storage/columns.h"
#include "storage/keys.h"
#include "storage/migrate.h"

namespace tocsin {
namespace {

constexpr std::string_view kOutboxName = kColumnNames[static_cast<std::size_t>(Column::kOutbox)];

// What it puts lies behind what it reads; one that is cut off may see it, and passes over it.
Result<void> list_dispatches(Migration& migration) {
  return migrate_rows(
      migration, kOutboxName, [&](std::string_view key, std::string_view value) -> Result<void> {
        if (!key.starts_with(kDispatchPrefix)) return {};
        const auto dispatch = decode_dispatch(value);
        if (!dispatch) return tl::unexpected(dispatch.error());
        migration.put(kOutboxName, alert_dispatch_key({dispatch->alert, dispatch->id}), "");
        return {};
      });
}

}  // namespace

const StoreSchema& our_schema() {
  static const StoreSchema kSchema{
      .version = {.schema = 3, .readable_from = 3},
      .steps = {{.from = 1,
                 .what = "revisions come into `recent` from now on; those of `record` stay there",
                 .added = {kColumnNames[static_cast<std::size_t>(Column::kRecent)]},
                 .run = [](Migration&) { return Result<void>(); }},
                {.from = 2,
                 .what = "the dispatches of each alert are listed",
                 .added = {},
                 .run = list_dispatches}}};
  return kSchema;
}

bool came_after(std::uint32_t schema, std::string_view column) {
  return std::ranges::any_of(our_schema().steps, [&](const MigrationStep& step) {
    return step.from >= schema && std::ranges::count(step.added, column) > 0;
  });
}

}  // namespace tocsin
