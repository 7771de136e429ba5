#pragma once

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/store.h"

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
    rocksdb::DBOptions db_options;
    db_options.env = env_.get();
    std::vector<std::string> names;
    ASSERT_TRUE(rocksdb::DB::ListColumnFamilies(db_options, "/store", &names).ok());
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
    for (const std::string& name : names) descriptors.emplace_back(name, rocksdb::Options());
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* raw = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(db_options, "/store", descriptors, &handles, &raw).ok());
    const std::unique_ptr<rocksdb::DB> db(raw);
    for (rocksdb::ColumnFamilyHandle* handle : handles) {
      if (handle->GetName() == column) {
        ASSERT_TRUE((value ? db->Put({}, handle, key, *value) : db->Delete({}, handle, key)).ok());
      }
      ASSERT_TRUE(db->DestroyColumnFamilyHandle(handle).ok());
    }
  }

  std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<Store> store_;
};

}  // namespace tocsin::testsupport
