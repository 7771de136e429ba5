#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "daemon/pipeline.h"
#include "tests/support/temp_dir.h"

namespace tocsin::testsupport {

// The real store and pipeline on a configuration of one country, one price, one kind of event and a
// pack that raises a watch when the price is above 300. Now begins at noon of 2019-06-10.
class SmallDaemon {
 public:
  SmallDaemon();

  // Commits the records, one JSON object a line, as the producer's next frame.
  CommitOutcome send(const std::string& records);
  // Commits what people ask for, or anything else.
  CommitOutcome commit(std::vector<Input> inputs);
  // Commits nothing but the time, `days` later.
  CommitOutcome pass(std::int32_t days);
  // Brings other contents into force, as the engine thread does at a reload.
  CommitOutcome reload(const Contents& contents);
  // What the pipeline answers when it is asked to, without a commit.
  Result<void> try_reload(const Contents& contents);
  // Closes the pipeline and the store, and opens them again.
  void restart();
  // The same on other contents, and commits the time.
  CommitOutcome restart_on(const Contents& contents);
  // The same with another text of one file of the configuration from now on.
  void restart_with(const std::string& file, const std::string& from, const std::string& to);

  const Pipeline& pipeline() const { return *pipeline_; }
  const Store& store() const { return *store_; }
  Store& store() { return *store_; }
  const std::filesystem::path& directory() const { return directory_.path(); }

 private:
  void open();

  TempDir directory_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Pipeline> pipeline_;
  Contents contents_;
  ProcessingTime now_;
  std::uint64_t sequence_ = 0;
};

// What it runs on at first.
Contents small_contents();

// The price of the month that begins on `month` ("2019-04-01", to "2019-05-01") in NG-BO.
std::string price(const std::string& id, const std::string& from, const std::string& until,
                  int value, int revision = 1);
// A clash in NG-BO on that day, and that events are complete in NG from `from` until `until`.
std::string clash(const std::string& id, const std::string& day);
std::string coverage(const std::string& id, const std::string& from, const std::string& until);

}  // namespace tocsin::testsupport
