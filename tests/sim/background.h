#pragma once

#include <rocksdb/env.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

namespace tocsin::sim {

// RocksDB's background jobs, waiting to be run.
class Background {
 public:
  using Priority = rocksdb::Env::Priority;
  struct Job {
    void (*work)(void*);
    void* argument;
    Priority priority;
    void* tag;
    void (*unscheduled)(void*);
  };

  void add(const Job& job);
  // Takes jobs of a tag back, as Env::UnSchedule does.
  int remove(void* tag, Priority priority);
  unsigned waiting(Priority priority) const;

  // In the calling thread, until none is left; flushes before compactions.
  void run();
  // Flushes only, in a second thread, while `work` waits for them in this one.
  void beside(const std::function<void()>& work);

 private:
  bool take(Job& job, bool flushes_only);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool done_ = false;
};

// Env::Default with another file system, whose jobs go to a Background.
class BackgroundEnv : public rocksdb::EnvWrapper {
 public:
  BackgroundEnv(std::unique_ptr<rocksdb::Env> env, Background& background)
      : EnvWrapper(std::move(env)), background_(background) {}

  void Schedule(void (*work)(void*), void* argument, Priority priority, void* tag,
                void (*unscheduled)(void*)) override {
    background_.add({work, argument, priority, tag, unscheduled});
  }
  int UnSchedule(void* tag, Priority priority) override {
    return background_.remove(tag, priority);
  }
  unsigned int GetThreadPoolQueueLen(Priority priority) const override {
    return background_.waiting(priority);
  }
  // RocksDB rests a second after a flush that failed; nobody waits for that here.
  void SleepForMicroseconds(int) override {}
  // One thread of each kind, which is the caller's.
  int GetBackgroundThreads(Priority) override { return 1; }
  void SetBackgroundThreads(int, Priority) override {}
  void IncBackgroundThreadsIfNeeded(int, Priority) override {}

 private:
  Background& background_;
};

}  // namespace tocsin::sim
