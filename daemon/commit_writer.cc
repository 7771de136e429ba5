#include "daemon/commit_writer.h"

#include <pthread.h>

namespace tocsin {

CommitWriter::~CommitWriter() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Result<void> CommitWriter::submit(Prepared commit, Written written) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return waiting_.size() < kWaitingMax || failed_; });
  if (failed_) return tl::unexpected(*failed_);
  waiting_.push_back({std::move(commit), std::move(written)});
  changed_.notify_all();
  return {};
}

Result<void> CommitWriter::drain() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return (waiting_.empty() && !writing_) || failed_; });
  if (failed_) return tl::unexpected(*failed_);
  return {};
}

void CommitWriter::run() {
  pthread_setname_np(pthread_self(), "writer");
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return closed_ || (!waiting_.empty() && !failed_); });
    if (waiting_.empty() || failed_) return;
    Job job = std::move(waiting_.front());
    waiting_.pop_front();
    writing_ = true;
    changed_.notify_all();
    lock.unlock();
    auto receipt = store_.write(std::move(job.commit.staged));
    if (receipt) job.written(std::move(job.commit.outcome), std::chrono::steady_clock::now());
    lock.lock();
    writing_ = false;
    if (!receipt) failed_ = std::move(receipt.error());
    changed_.notify_all();
  }
}

}  // namespace tocsin
