#pragma once

#include <rocksdb/env.h>
#include <rocksdb/io_status.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/crash_fs.h"

// What a CrashDisk holds, without RocksDB's interfaces around it: for crash_fs*.cc only.
namespace tocsin::testsupport {

using rocksdb::IOStatus;

// A file, or a directory (which has no bytes).
struct Node {
  bool directory = false;
  std::string bytes;
  std::size_t synced = 0;  // bytes before it are durable
};
using Names = std::map<std::string, std::shared_ptr<Node>>;
// A change of names that is not durable yet: what each path named afterwards, nullptr for nothing.
using NameChange = std::vector<std::pair<std::string, std::shared_ptr<Node>>>;

inline std::string above(const std::string& path) { return path.substr(0, path.rfind('/')); }

inline std::string without_slash(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

struct CrashDisk::State {
  mutable std::mutex mutex;
  Names live, durable;
  std::vector<NameChange> unsynced;  // since the last sync of their directory, in order
  std::set<std::string> locks;
  std::uint64_t boots = 0, changes = 0, syncs = 0;
  bool powered = true;
  std::optional<std::uint64_t> changes_left, syncs_left;
  std::function<void(const std::string&)> hook;
  std::vector<std::unique_ptr<rocksdb::Env>> machines;  // the last is the one that runs

  // Requires the mutex, as everything below does.
  IOStatus alive(std::uint64_t boot) const {
    if (powered && boot == boots) return IOStatus::OK();
    return IOStatus::IOError("the power is off");
  }
  // Called before each change.
  IOStatus change(std::uint64_t boot) {
    if (changes_left && *changes_left == 0) powered = false;
    if (IOStatus status = alive(boot); !status.ok()) return status;
    if (changes_left) --*changes_left;
    ++changes;
    return IOStatus::OK();
  }
  std::shared_ptr<Node> find(const std::string& path) const {
    const auto node = live.find(path);
    return node == live.end() ? nullptr : node->second;
  }
  std::shared_ptr<Node> file(const std::string& path) const {
    auto node = find(path);
    return node && !node->directory ? node : nullptr;
  }
  static void make(const NameChange& change, Names& names) {
    for (const auto& [path, node] : change) {
      if (node) {
        names[path] = node;
      } else {
        names.erase(path);
      }
    }
  }
  void rename(NameChange change) {
    make(change, live);
    unsynced.push_back(std::move(change));
  }
  void sync_directory(const std::string& directory) {
    const auto inside = [&](const auto& name) { return above(name.first) == directory; };
    for (const NameChange& change : unsynced) {
      if (!inside(change.front())) continue;
      // A directory that was renamed: what was durable in it is durable under its new name.
      for (std::size_t i = 1; i + 2 < change.size(); i += 2) {
        if (durable.erase(change[i].first) > 0) durable.insert(change[i + 1]);
      }
    }
    std::erase_if(unsynced, [&](const NameChange& change) { return inside(change.front()); });
    std::erase_if(durable, inside);
    for (const auto& name : live) {
      if (inside(name)) durable.insert(name);
    }
  }
  // What the machine finds when it boots with the names `kept`.
  void restart(const Names& kept, const std::function<std::size_t(const Node&)>& bytes_kept) {
    live.clear();
    for (const auto& [path, node] : kept) {
      const bool reachable = path == CrashDisk::root() || live.contains(above(path));
      if (!reachable) continue;
      // A copy: the dead machine may still hold the node.
      auto copy = std::make_shared<Node>(*node);
      copy->bytes.resize(bytes_kept(*node));
      copy->synced = copy->bytes.size();
      live.emplace(path, std::move(copy));
    }
    durable = live;
    unsynced.clear();
    boot_clean();
  }
  void boot_clean() {
    locks.clear();
    powered = true;
    changes_left.reset();
    syncs_left.reset();
  }
};

}  // namespace tocsin::testsupport
