#include "tests/sim/disk.h"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <array>
#include <utility>

#include "tests/sim/background.h"

namespace tocsin::sim {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

namespace {

enum class Call : std::uint8_t { kRead, kAppend, kSync, kNames };

}  // namespace

std::string_view name_of(DiskFault fault) {
  static constexpr std::array<std::string_view, kDiskFaultCount> kNames = {
      "none",       "error",     "torn-write", "dying",     "full-log",
      "full-table", "slow-sync", "power-cut",  "read-error"};
  return kNames[static_cast<std::size_t>(fault)];
}

// What is planned, for all machines of one disk.
struct SimDisk::Faults {
  std::mutex mutex;
  DiskFault fault = DiskFault::kNone;
  std::uint64_t left = 0;  // calls until it comes
  bool hit = false, exempt = false;
  std::uint64_t changes = 0, reads = 0;
  std::function<void()> on_slow_sync;
  CrashDisk* disk = nullptr;

  bool matches(Call call, const std::string& path) const {
    switch (fault) {
      case DiskFault::kNone:
        return false;
      case DiskFault::kError:
      case DiskFault::kDying:
      case DiskFault::kPowerCut:
        return call != Call::kRead;
      case DiskFault::kTorn:
        return call == Call::kAppend;
      case DiskFault::kFullLog:
        return call == Call::kAppend && path.ends_with(".log");
      case DiskFault::kFullTable:
        return call == Call::kAppend && path.ends_with(".sst");
      case DiskFault::kSlowSync:
        return call == Call::kSync;
      case DiskFault::kReadError:
        return call == Call::kRead;
    }
    return false;
  }

  // What comes of a call before it is made: the fault that hits it, or kNone.
  DiskFault gate(Call call, const std::string& path) {
    const std::lock_guard lock(mutex);
    if (exempt) return DiskFault::kNone;
    ++(call == Call::kRead ? reads : changes);
    if (!matches(call, path)) return DiskFault::kNone;
    const bool lasts = fault == DiskFault::kDying || fault == DiskFault::kFullLog ||
                       fault == DiskFault::kFullTable;
    if (left > 0) --left;
    if (left > 0 || (hit && !lasts)) return DiskFault::kNone;
    hit = true;
    return fault;
  }

  IOStatus check(Call call, const std::string& path) {
    switch (gate(call, path)) {
      case DiskFault::kNone:
        return IOStatus::OK();
      case DiskFault::kFullLog:
      case DiskFault::kFullTable:
        return IOStatus::NoSpace("no space left on the simulated disk", path);
      case DiskFault::kSlowSync:
        if (on_slow_sync) on_slow_sync();
        return IOStatus::OK();
      case DiskFault::kPowerCut:
        disk->fail_after(0);
        return IOStatus::OK();  // the call itself then fails
      case DiskFault::kError:
      case DiskFault::kTorn:
      case DiskFault::kDying:
      case DiskFault::kReadError:
        break;
    }
    return IOStatus::IOError("a simulated fault", path);
  }
};

// One boot of the machine: the file system with faults, and the queue of RocksDB's jobs.
class SimDisk::Machine {
 public:
  Machine(std::shared_ptr<Faults> faults, rocksdb::Env* under)
      : env(rocksdb::NewCompositeEnv(std::make_shared<FileSystem>(faults, under->GetFileSystem())),
            background) {}

  Background background;

 private:
  template <class Base>
  class Faulty : public Base {
   public:
    template <class Target>
    Faulty(std::shared_ptr<Faults> faults, std::string path, Target target)
        : Base(std::move(target)), faults_(std::move(faults)), path_(std::move(path)) {}

   protected:
    std::shared_ptr<Faults> faults_;
    const std::string path_;
  };

  class Writer : public Faulty<rocksdb::FSWritableFileOwnerWrapper> {
   public:
    using Faulty::Faulty;
    IOStatus Append(const Slice& bytes, const IOOptions& options, IODebugContext* debug) override {
      const DiskFault fault = faults_->fault;
      IOStatus status = faults_->check(Call::kAppend, path_);
      if (status.ok()) return FSWritableFileWrapper::Append(bytes, options, debug);
      if (fault == DiskFault::kTorn)
        FSWritableFileWrapper::Append({bytes.data(), bytes.size() / 2}, options, debug)
            .PermitUncheckedError();
      return status;
    }
    IOStatus Append(const Slice& bytes, const IOOptions& options,
                    const rocksdb::DataVerificationInfo&, IODebugContext* debug) override {
      return Append(bytes, options, debug);
    }
    IOStatus Truncate(std::uint64_t size, const IOOptions& options,
                      IODebugContext* debug) override {
      IOStatus status = faults_->check(Call::kNames, path_);
      return status.ok() ? FSWritableFileWrapper::Truncate(size, options, debug) : status;
    }
    IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
      IOStatus status = faults_->check(Call::kSync, path_);
      return status.ok() ? FSWritableFileWrapper::Sync(options, debug) : status;
    }
    IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
      return Sync(options, debug);
    }
    IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
      IOStatus status = faults_->check(Call::kNames, path_);
      return status.ok() ? FSWritableFileWrapper::Close(options, debug) : status;
    }
  };

  class Reader : public Faulty<rocksdb::FSSequentialFileOwnerWrapper> {
   public:
    using Faulty::Faulty;
    IOStatus Read(std::size_t n, const IOOptions& options, Slice* result, char* scratch,
                  IODebugContext* debug) override {
      IOStatus status = faults_->check(Call::kRead, path_);
      return status.ok() ? FSSequentialFileOwnerWrapper::Read(n, options, result, scratch, debug)
                         : status;
    }
  };

  class RandomReader : public Faulty<rocksdb::FSRandomAccessFileOwnerWrapper> {
   public:
    using Faulty::Faulty;
    IOStatus Read(std::uint64_t offset, std::size_t n, const IOOptions& options, Slice* result,
                  char* scratch, IODebugContext* debug) const override {
      IOStatus status = faults_->check(Call::kRead, path_);
      return status.ok()
                 ? FSRandomAccessFileOwnerWrapper::Read(offset, n, options, result, scratch, debug)
                 : status;
    }
    // One by one: the default splits a request into reads of this class.
    IOStatus MultiRead(rocksdb::FSReadRequest* requests, std::size_t count,
                       const IOOptions& options, IODebugContext* debug) override {
      return rocksdb::FSRandomAccessFile::MultiRead(requests, count, options, debug);
    }
  };

  class Folder : public Faulty<rocksdb::FSDirectoryWrapper> {
   public:
    using Faulty::Faulty;
    IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
      IOStatus status = faults_->check(Call::kSync, path_);
      return status.ok() ? FSDirectoryWrapper::Fsync(options, debug) : status;
    }
    IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                                 const rocksdb::DirFsyncOptions&) override {
      return Fsync(options, debug);
    }
  };

  class FileSystem : public rocksdb::FileSystemWrapper {
   public:
    FileSystem(std::shared_ptr<Faults> faults, const std::shared_ptr<rocksdb::FileSystem>& under)
        : FileSystemWrapper(under), faults_(std::move(faults)) {}
    static const char* kClassName() { return "SimFileSystem"; }
    const char* Name() const override { return kClassName(); }

    IOStatus NewSequentialFile(const std::string& path, const FileOptions& options,
                               std::unique_ptr<rocksdb::FSSequentialFile>* result,
                               IODebugContext* debug) override {
      return wrap<Reader>(path, result, [&](auto* file) {
        return target()->NewSequentialFile(path, options, file, debug);
      });
    }
    IOStatus NewRandomAccessFile(const std::string& path, const FileOptions& options,
                                 std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                                 IODebugContext* debug) override {
      return wrap<RandomReader>(path, result, [&](auto* file) {
        return target()->NewRandomAccessFile(path, options, file, debug);
      });
    }
    IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                             std::unique_ptr<rocksdb::FSWritableFile>* result,
                             IODebugContext* debug) override {
      if (IOStatus status = faults_->check(Call::kNames, path); !status.ok()) return status;
      return wrap<Writer>(path, result, [&](auto* file) {
        return target()->NewWritableFile(path, options, file, debug);
      });
    }
    IOStatus NewDirectory(const std::string& path, const IOOptions& options,
                          std::unique_ptr<rocksdb::FSDirectory>* result,
                          IODebugContext* debug) override {
      return wrap<Folder>(path, result, [&](auto* folder) {
        return target()->NewDirectory(path, options, folder, debug);
      });
    }
    IOStatus DeleteFile(const std::string& path, const IOOptions& options,
                        IODebugContext* debug) override {
      IOStatus status = faults_->check(Call::kNames, path);
      return status.ok() ? FileSystemWrapper::DeleteFile(path, options, debug) : status;
    }
    IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                        IODebugContext* debug) override {
      IOStatus status = faults_->check(Call::kNames, to);
      return status.ok() ? FileSystemWrapper::RenameFile(from, to, options, debug) : status;
    }
    IOStatus CreateDirIfMissing(const std::string& path, const IOOptions& options,
                                IODebugContext* debug) override {
      IOStatus status = faults_->check(Call::kNames, path);
      return status.ok() ? FileSystemWrapper::CreateDirIfMissing(path, options, debug) : status;
    }

   private:
    template <class Wrapper, class File, class Open>
    IOStatus wrap(const std::string& path, std::unique_ptr<File>* result, const Open& open) {
      std::unique_ptr<File> file;
      IOStatus status = open(&file);
      if (status.ok()) *result = std::make_unique<Wrapper>(faults_, path, std::move(file));
      return status;
    }

    std::shared_ptr<Faults> faults_;
  };

 public:
  BackgroundEnv env;  // after what it borrows
};

SimDisk::SimDisk() : SimDisk(CrashDisk::Image{}) {}

SimDisk::SimDisk(const CrashDisk::Image& image)
    : under_(image), faults_(std::make_shared<Faults>()) {
  faults_->disk = &under_;
  boot();
}

SimDisk::~SimDisk() = default;

void SimDisk::boot() {
  heal();
  machines_.push_back(std::make_unique<Machine>(faults_, under_.env()));
}

rocksdb::Env* SimDisk::env() { return &machines_.back()->env; }

void SimDisk::plan(DiskFault fault, std::uint64_t n) {
  const std::lock_guard lock(faults_->mutex);
  faults_->fault = fault;
  faults_->left = n;
  faults_->hit = false;
}

bool SimDisk::has_hit() const {
  const std::lock_guard lock(faults_->mutex);
  return faults_->hit;
}

DiskFault SimDisk::planned() const {
  const std::lock_guard lock(faults_->mutex);
  return faults_->fault;
}

void SimDisk::exempt(bool is) {
  const std::lock_guard lock(faults_->mutex);
  faults_->exempt = is;
}

std::uint64_t SimDisk::changes() const {
  const std::lock_guard lock(faults_->mutex);
  return faults_->changes;
}

std::uint64_t SimDisk::reads() const {
  const std::lock_guard lock(faults_->mutex);
  return faults_->reads;
}

void SimDisk::on_slow_sync(std::function<void()> hook) { faults_->on_slow_sync = std::move(hook); }

void SimDisk::run_background() { machines_.back()->background.run(); }

void SimDisk::with_background(const std::function<void()>& work) {
  machines_.back()->background.beside(work);
}

void SimDisk::crash() {
  under_.crash();
  boot();
}

void SimDisk::crash_torn(std::uint64_t seed) {
  under_.crash_torn(seed);
  boot();
}

void SimDisk::kill() {
  under_.kill();
  boot();
}

}  // namespace tocsin::sim
