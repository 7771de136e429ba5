// The schemas that the store has had. Whoever changes the layout of stored rows adds a step here, a
// fixture that the last release before wrote (tests/fixtures/make-store), and raises the version.
//
//   1  the first: records by (source, identity hash)
#include "storage/migrate.h"

namespace tocsin {

const StoreSchema& our_schema() {
  static const StoreSchema kSchema{.version = {.schema = 1, .readable_from = 1}, .steps = {}};
  return kSchema;
}

}  // namespace tocsin
