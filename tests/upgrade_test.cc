// What the programs themselves say of stores that are not of their schema.
#include <gmock/gmock.h>

#include <filesystem>

#include "daemon/app.h"
#include "storage/codec.h"
#include "storage/keys.h"
#include "tests/support/program_output.h"
#include "tests/support/raw_store.h"
#include "tests/support/temp_dir.h"

namespace tocsin {
namespace {

using testing::HasSubstr;

// A store, and a configuration directory that names it.
class Programs : public testing::Test {
 protected:
  Programs() {
    const std::filesystem::path fixture = TOCSIN_SOURCE_DIR "/tests/fixtures/store-1";
    std::filesystem::copy(fixture / "config", dir_.path() / "config");
    std::filesystem::copy(fixture / "small.yaml", dir_.path());
    require(Store::open({.directory = store()}).has_value(), "a store can be made");
  }
  std::string store() const { return dir_.path() / "store"; }
  testsupport::ProgramOutput run(const std::string& arguments) const {
    return testsupport::run_program(TOCSIN_BINARIES "/" + arguments + " 2>&1");
  }
  void write_version(StoreVersion version) const {
    testsupport::RawStore raw(store());
    raw.put("meta", std::string(kVersionKey), encode(version));
  }

  testsupport::TempDir dir_;
};

TEST_F(Programs, ANewerStoreEndsTheDaemonWith65) {
  write_version({.schema = 99, .readable_from = 98});
  const auto ended = run("tocsind --config " + (dir_.path() / "config").string());
  EXPECT_EQ(ended.status, kExitCorrupt);
  EXPECT_EQ(ended.status, 65);
  EXPECT_THAT(ended.output,
              HasSubstr("was written by a newer tocsin: it can be read from schema 98"));
  const auto command = run("tocsin migrate " + store());
  EXPECT_EQ(command.status, 2);
  EXPECT_THAT(command.output, HasSubstr("was written by a newer tocsin"));
}

TEST_F(Programs, MigrateSaysWhatItDidAndThenThereIsNothingToDo) {
  write_version({.schema = 1, .readable_from = 1});
  const auto first = run("tocsin migrate " + store());
  EXPECT_EQ(first.status, 0) << first.output;
  EXPECT_THAT(first.output,
              HasSubstr("a checkpoint of it with schema 1 is in " + store() + ".schema-1-at-0"));
  const auto second = run("tocsin migrate " + store());
  EXPECT_EQ(second.status, 0);
  EXPECT_THAT(second.output, testing::Not(HasSubstr("checkpoint")));
  EXPECT_EQ(run("tocsin verify --json " + store()).status, 0);
}

}  // namespace
}  // namespace tocsin
