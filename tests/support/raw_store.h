#pragma once

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "model/result.h"

namespace tocsin::testsupport {

// The rows of a store as RocksDB has them, to change them behind its back. Nobody else has it open.
class RawStore {
 public:
  explicit RawStore(const std::string& directory, rocksdb::Env* env = rocksdb::Env::Default()) {
    rocksdb::DBOptions options;
    options.env = env;
    std::vector<std::string> names;
    require(rocksdb::DB::ListColumnFamilies(options, directory, &names).ok(), "no store there");
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
    for (const std::string& name : names) descriptors.emplace_back(name, rocksdb::Options());
    rocksdb::DB* raw = nullptr;
    require(rocksdb::DB::Open(options, directory, descriptors, &handles_, &raw).ok(),
            "the store can't be opened");
    db_.reset(raw);
  }
  ~RawStore() {
    for (rocksdb::ColumnFamilyHandle* handle : handles_)
      db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  }
  RawStore(const RawStore&) = delete;
  RawStore& operator=(const RawStore&) = delete;

  void put(const std::string& column, const std::string& key, const std::string& value) {
    require(db_->Put({}, find(column), key, value).ok(), "a row can be put");
  }
  void erase(const std::string& column, const std::string& key) {
    require(db_->Delete({}, find(column), key).ok(), "a row can be erased");
  }
  std::map<std::string, std::string> rows(const std::string& column) {
    std::map<std::string, std::string> all;
    const std::unique_ptr<rocksdb::Iterator> row(db_->NewIterator({}, find(column)));
    for (row->SeekToFirst(); row->Valid(); row->Next())
      all.emplace(row->key().ToString(), row->value().ToString());
    return all;
  }

 private:
  rocksdb::ColumnFamilyHandle* find(const std::string& column) {
    for (rocksdb::ColumnFamilyHandle* handle : handles_)
      if (handle->GetName() == column) return handle;
    require(false, "no column family " + column);
    return nullptr;
  }

  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  std::unique_ptr<rocksdb::DB> db_;
};

}  // namespace tocsin::testsupport
