#pragma once

#include <gtest/gtest.h>
#include <rocksdb/env.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/store.h"
#include "tests/support/raw_store.h"

namespace tocsin::testsupport {

// A store on a file system in memory, which outlives it.
class StoreTest : public testing::Test {
 protected:
  StoreTest() : env_(rocksdb::NewMemEnv(rocksdb::Env::Default())) { open(); }

  StoreOptions options() const { return {.directory = "/store", .env = env_.get()}; }
  void open() {
    store_.reset();
    auto opened = Store::open(options());
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = *std::move(opened);
  }
  void commit(const Commit& commit) {
    const auto receipt = store_->commit(commit);
    ASSERT_TRUE(receipt) << receipt.error().message;
  }
  // Writes a row behind the store's back, or takes it away.
  void tamper(const std::string& column, const std::string& key,
              const std::optional<std::string>& value) {
    store_.reset();
    RawStore raw("/store", env_.get());
    if (value) {
      raw.put(column, key, *value);
    } else {
      raw.erase(column, key);
    }
  }

  std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<Store> store_;
};

}  // namespace tocsin::testsupport
