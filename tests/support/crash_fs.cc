#include "tests/support/crash_fs.h"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "tests/support/crash_fs_state.h"

namespace tocsin::testsupport {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::Slice;

namespace {

class Lock : public rocksdb::FileLock {
 public:
  explicit Lock(std::string locked) : path(std::move(locked)) {}
  const std::string path;
};

class SilentLogger : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
  std::size_t GetLogFileSize() const override { return 0; }
};

}  // namespace

// The disk as one boot of the machine sees it.
class CrashFileSystem : public rocksdb::FileSystem {
 public:
  using State = CrashDisk::State;
  CrashFileSystem(State& state, std::uint64_t boot) : state_(state), boot_(boot) {}

  class Reader : public rocksdb::FSSequentialFile {
   public:
    Reader(CrashFileSystem& fs, std::shared_ptr<Node> node) : fs_(fs), node_(std::move(node)) {}
    IOStatus Read(std::size_t n, const IOOptions&, Slice* result, char* scratch,
                  IODebugContext*) override {
      IOStatus status = fs_.read(*node_, offset_, n, result, scratch);
      if (status.ok()) offset_ += result->size();
      return status;
    }
    IOStatus Skip(std::uint64_t n) override {
      offset_ += n;
      return IOStatus::OK();
    }

   private:
    CrashFileSystem& fs_;
    std::shared_ptr<Node> node_;
    std::uint64_t offset_ = 0;
  };

  class RandomReader : public rocksdb::FSRandomAccessFile {
   public:
    RandomReader(CrashFileSystem& fs, std::shared_ptr<Node> node)
        : fs_(fs), node_(std::move(node)) {}
    IOStatus Read(std::uint64_t offset, std::size_t n, const IOOptions&, Slice* result,
                  char* scratch, IODebugContext*) const override {
      return fs_.read(*node_, offset, n, result, scratch);
    }

   private:
    CrashFileSystem& fs_;
    std::shared_ptr<Node> node_;
  };

  class Writer : public rocksdb::FSWritableFile {
   public:
    Writer(CrashFileSystem& fs, std::string path, std::shared_ptr<Node> node)
        : fs_(fs), path_(std::move(path)), node_(std::move(node)) {}
    using rocksdb::FSWritableFile::Append;
    IOStatus Append(const Slice& bytes, const IOOptions&, IODebugContext*) override {
      const std::lock_guard lock(fs_.state_.mutex);
      IOStatus status = fs_.state_.change(fs_.boot_);
      if (status.ok()) node_->bytes.append(bytes.data(), bytes.size());
      return status;
    }
    IOStatus Append(const Slice& bytes, const IOOptions& options,
                    const rocksdb::DataVerificationInfo&, IODebugContext* debug) override {
      return Append(bytes, options, debug);
    }
    IOStatus Truncate(std::uint64_t size, const IOOptions&, IODebugContext*) override {
      const std::lock_guard lock(fs_.state_.mutex);
      IOStatus status = fs_.state_.change(fs_.boot_);
      if (!status.ok()) return status;
      node_->bytes.resize(size);
      node_->synced = std::min(node_->synced, node_->bytes.size());
      return status;
    }
    IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
    IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
    IOStatus Sync(const IOOptions&, IODebugContext*) override { return fs_.sync(path_, *node_); }
    bool IsSyncThreadSafe() const override { return true; }
    std::uint64_t GetFileSize(const IOOptions&, IODebugContext*) override {
      const std::lock_guard lock(fs_.state_.mutex);
      return node_->bytes.size();
    }

   private:
    CrashFileSystem& fs_;
    std::string path_;
    std::shared_ptr<Node> node_;
  };

  class Folder : public rocksdb::FSDirectory {
   public:
    Folder(CrashFileSystem& fs, std::string path) : fs_(fs), path_(std::move(path)) {}
    IOStatus Fsync(const IOOptions&, IODebugContext*) override {
      const std::lock_guard lock(fs_.state_.mutex);
      IOStatus status = fs_.state_.change(fs_.boot_);
      if (status.ok()) fs_.state_.sync_directory(path_);
      return status;
    }

   private:
    CrashFileSystem& fs_;
    std::string path_;
  };

  const char* Name() const override { return "CrashFileSystem"; }

  IOStatus NewSequentialFile(const std::string& path, const FileOptions&,
                             std::unique_ptr<rocksdb::FSSequentialFile>* result,
                             IODebugContext*) override {
    return open(path, [&](auto node) { *result = std::make_unique<Reader>(*this, node); });
  }
  IOStatus NewRandomAccessFile(const std::string& path, const FileOptions&,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                               IODebugContext*) override {
    return open(path, [&](auto node) { *result = std::make_unique<RandomReader>(*this, node); });
  }
  IOStatus NewWritableFile(const std::string& path, const FileOptions&,
                           std::unique_ptr<rocksdb::FSWritableFile>* result,
                           IODebugContext*) override {
    const std::lock_guard lock(state_.mutex);
    IOStatus status = state_.change(boot_);
    if (!status.ok()) return status;
    auto node = std::make_shared<Node>();
    state_.rename({{path, node}});
    *result = std::make_unique<Writer>(*this, path, std::move(node));
    return status;
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions&,
                        std::unique_ptr<rocksdb::FSDirectory>* result, IODebugContext*) override {
    const std::lock_guard lock(state_.mutex);
    *result = std::make_unique<Folder>(*this, without_slash(path));
    return state_.alive(boot_);
  }
  IOStatus FileExists(const std::string& path, const IOOptions&, IODebugContext*) override {
    const std::lock_guard lock(state_.mutex);
    IOStatus status = state_.alive(boot_);
    if (status.ok() && !state_.find(without_slash(path))) status = IOStatus::NotFound(path);
    return status;
  }
  IOStatus GetChildren(const std::string& path, const IOOptions&, std::vector<std::string>* names,
                       IODebugContext*) override {
    const std::lock_guard lock(state_.mutex);
    IOStatus status = state_.alive(boot_);
    const std::string directory = without_slash(path);
    if (status.ok() && !state_.find(directory)) status = IOStatus::NotFound(path);
    if (!status.ok()) return status;
    names->clear();
    for (const auto& [name, node] : state_.live) {
      if (above(name) == directory) names->push_back(name.substr(directory.size() + 1));
    }
    return status;
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions&, IODebugContext*) override {
    const std::lock_guard lock(state_.mutex);
    IOStatus status = state_.change(boot_);
    if (status.ok() && !state_.find(path)) status = IOStatus::PathNotFound(path);
    if (status.ok()) state_.rename({{path, nullptr}});
    return status;
  }
  IOStatus CreateDir(const std::string& path, const IOOptions& options,
                     IODebugContext* debug) override {
    return CreateDirIfMissing(path, options, debug);
  }
  IOStatus CreateDirIfMissing(const std::string& path, const IOOptions&, IODebugContext*) override {
    const std::lock_guard lock(state_.mutex);
    IOStatus status = state_.change(boot_);
    if (!status.ok() || state_.find(without_slash(path))) return status;
    auto node = std::make_shared<Node>();
    node->directory = true;
    state_.rename({{without_slash(path), std::move(node)}});
    return status;
  }
  IOStatus DeleteDir(const std::string& path, const IOOptions& options,
                     IODebugContext* debug) override {
    return DeleteFile(without_slash(path), options, debug);
  }
  IOStatus GetFileSize(const std::string& path, const IOOptions&, std::uint64_t* size,
                       IODebugContext*) override {
    return open(path, [&](auto node) { *size = node->bytes.size(); });
  }
  IOStatus GetFileModificationTime(const std::string& path, const IOOptions&, std::uint64_t* time,
                                   IODebugContext*) override {
    return open(path, [&](auto) { *time = 0; });
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions&,
                      IODebugContext*) override {
    const std::lock_guard lock(state_.mutex);
    IOStatus status = state_.change(boot_);
    if (!status.ok()) return status;
    auto node = state_.find(without_slash(from));
    if (!node) return IOStatus::PathNotFound(from);
    std::vector<std::pair<std::string, std::shared_ptr<Node>>> names{
        {without_slash(from), nullptr}};
    // A directory takes along what lies in it, at once.
    const std::string inside = without_slash(from) + "/";
    for (const auto& [name, child] : state_.live) {
      if (!name.starts_with(inside)) continue;
      names.emplace_back(name, nullptr);
      names.emplace_back(without_slash(to) + "/" + name.substr(inside.size()), child);
    }
    names.emplace_back(without_slash(to), std::move(node));
    state_.rename(std::move(names));
    return status;
  }
  IOStatus LinkFile(const std::string& from, const std::string& to, const IOOptions&,
                    IODebugContext*) override {
    const std::lock_guard lock(state_.mutex);
    IOStatus status = state_.change(boot_);
    if (!status.ok()) return status;
    auto node = state_.file(from);
    if (!node) return IOStatus::PathNotFound(from);
    state_.rename({{to, std::move(node)}});
    return status;
  }
  IOStatus LockFile(const std::string& path, const IOOptions&, rocksdb::FileLock** lock,
                    IODebugContext*) override {
    const std::lock_guard guard(state_.mutex);
    IOStatus status = state_.alive(boot_);
    if (!status.ok()) return status;
    if (!state_.locks.insert(path).second) return IOStatus::IOError("lock is held", path);
    if (!state_.find(path)) state_.rename({{path, std::make_shared<Node>()}});
    *lock = new Lock(path);  // UnlockFile deletes it: the interface hands out a bare pointer
    return status;
  }
  IOStatus UnlockFile(rocksdb::FileLock* lock, const IOOptions&, IODebugContext*) override {
    const std::unique_ptr<Lock> held(static_cast<Lock*>(lock));
    const std::lock_guard guard(state_.mutex);
    if (boot_ == state_.boots) state_.locks.erase(held->path);
    return IOStatus::OK();
  }
  IOStatus GetTestDirectory(const IOOptions&, std::string* path, IODebugContext*) override {
    *path = CrashDisk::root();
    return IOStatus::OK();
  }
  IOStatus NewLogger(const std::string&, const IOOptions&, std::shared_ptr<rocksdb::Logger>* result,
                     IODebugContext*) override {
    *result = std::make_shared<SilentLogger>();
    return IOStatus::OK();
  }
  IOStatus GetAbsolutePath(const std::string& path, const IOOptions&, std::string* absolute,
                           IODebugContext*) override {
    *absolute = path;
    return IOStatus::OK();
  }
  IOStatus IsDirectory(const std::string& path, const IOOptions&, bool* is,
                       IODebugContext*) override {
    const std::lock_guard lock(state_.mutex);
    const auto node = state_.find(without_slash(path));
    if (!node) return IOStatus::PathNotFound(path);
    *is = node->directory;
    return state_.alive(boot_);
  }

 private:
  template <class Use>
  IOStatus open(const std::string& path, const Use& use) {
    const std::lock_guard lock(state_.mutex);
    IOStatus status = state_.alive(boot_);
    if (!status.ok()) return status;
    auto node = state_.file(path);
    if (!node) return IOStatus::PathNotFound(path);
    use(std::move(node));
    return status;
  }

  IOStatus read(const Node& node, std::uint64_t offset, std::size_t n, Slice* result,
                char* scratch) const {
    const std::lock_guard lock(state_.mutex);
    const std::size_t from = std::min<std::size_t>(offset, node.bytes.size());
    const std::size_t size = std::min(n, node.bytes.size() - from);
    std::memcpy(scratch, node.bytes.data() + from, size);
    *result = Slice(scratch, size);
    return state_.alive(boot_);
  }

  IOStatus sync(const std::string& path, Node& node) {
    std::function<void(const std::string&)> hook;
    {
      const std::lock_guard lock(state_.mutex);
      IOStatus status = state_.change(boot_);
      if (!status.ok()) return status;
      if (state_.syncs_left && --*state_.syncs_left == 0) {
        state_.syncs_left.reset();
        return IOStatus::IOError("sync failed", path);
      }
      node.synced = node.bytes.size();
      ++state_.syncs;
      hook = state_.hook;
    }
    // Without the lock: the hook may ask the disk.
    if (hook) hook(path);
    return IOStatus::OK();
  }

  State& state_;
  const std::uint64_t boot_;
};

CrashDisk::CrashDisk() : state_(std::make_shared<State>()) {
  auto node = std::make_shared<Node>();
  node->directory = true;
  state_->live.emplace(root(), node);
  state_->durable = state_->live;
  boot();
}

CrashDisk::CrashDisk(const Image& image) : CrashDisk() {
  for (const auto& [path, bytes] : image) {
    auto node = std::make_shared<Node>();
    node->directory = path.ends_with('/');
    node->bytes = bytes;
    node->synced = bytes.size();
    state_->live.insert_or_assign(without_slash(path), std::move(node));
  }
  state_->durable = state_->live;
}

CrashDisk::~CrashDisk() = default;

void CrashDisk::boot() {
  ++state_->boots;
  state_->machines.push_back(
      rocksdb::NewCompositeEnv(std::make_shared<CrashFileSystem>(*state_, state_->boots)));
}

rocksdb::Env* CrashDisk::env() {
  const std::lock_guard lock(state_->mutex);
  return state_->machines.back().get();
}

void CrashDisk::crash() {
  const std::lock_guard lock(state_->mutex);
  const Names kept = state_->durable;
  state_->restart(kept, [](const Node& node) { return node.synced; });
  boot();
}

void CrashDisk::kill() {
  const std::lock_guard lock(state_->mutex);
  state_->boot_clean();
  boot();
}

CrashDisk::Image CrashDisk::image() const {
  const std::lock_guard lock(state_->mutex);
  Image image;
  for (const auto& [path, node] : state_->durable)
    image[path + (node->directory ? "/" : "")] = node->bytes.substr(0, node->synced);
  return image;
}

std::uint64_t CrashDisk::unsynced_bytes(std::string_view suffix) const {
  const std::lock_guard lock(state_->mutex);
  std::uint64_t bytes = 0;
  for (const auto& [path, node] : state_->live)
    if (path.ends_with(suffix)) bytes += node->bytes.size() - node->synced;
  return bytes;
}

void CrashDisk::crash_torn(std::uint64_t seed) {
  const std::lock_guard lock(state_->mutex);
  std::mt19937_64 random(seed);
  const auto up_to = [&](std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(0, most)(random);
  };
  Names kept = state_->durable;
  const std::size_t changes_kept = up_to(state_->unsynced.size());
  for (std::size_t i = 0; i < changes_kept; ++i) State::make(state_->unsynced[i], kept);
  state_->restart(
      kept, [&](const Node& node) { return node.synced + up_to(node.bytes.size() - node.synced); });
  boot();
}

void CrashDisk::fail_after(std::uint64_t changes) {
  const std::lock_guard lock(state_->mutex);
  state_->changes_left = changes;
}

void CrashDisk::fail_sync(std::uint64_t n) {
  const std::lock_guard lock(state_->mutex);
  state_->syncs_left = n;
}

std::uint64_t CrashDisk::changes() const {
  const std::lock_guard lock(state_->mutex);
  return state_->changes;
}

std::uint64_t CrashDisk::syncs() const {
  const std::lock_guard lock(state_->mutex);
  return state_->syncs;
}

void CrashDisk::on_sync(std::function<void(const std::string&)> hook) {
  const std::lock_guard lock(state_->mutex);
  state_->hook = std::move(hook);
}

}  // namespace tocsin::testsupport
