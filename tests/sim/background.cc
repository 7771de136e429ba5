#include "tests/sim/background.h"

#include <algorithm>
#include <thread>

namespace tocsin::sim {

void Background::add(const Job& job) {
  const std::lock_guard lock(mutex_);
  jobs_.push_back(job);
  changed_.notify_all();
}

int Background::remove(void* tag, Priority priority) {
  std::deque<Job> removed;
  {
    const std::lock_guard lock(mutex_);
    const auto of_tag = [&](const Job& job) {
      return tag != nullptr && job.tag == tag && job.priority == priority;
    };
    std::ranges::copy_if(jobs_, std::back_inserter(removed), of_tag);
    std::erase_if(jobs_, of_tag);
  }
  for (const Job& job : removed)
    if (job.unscheduled != nullptr) job.unscheduled(job.argument);
  return static_cast<int>(removed.size());
}

unsigned Background::waiting(Priority priority) const {
  const std::lock_guard lock(mutex_);
  return static_cast<unsigned>(
      std::ranges::count(jobs_, priority, [](const Job& job) { return job.priority; }));
}

bool Background::take(Job& job, bool flushes_only) {
  const auto is_flush = [](const Job& one) { return one.priority == Priority::HIGH; };
  auto next = std::ranges::find_if(jobs_, is_flush);
  if (next == jobs_.end() && !flushes_only) next = jobs_.begin();
  if (next == jobs_.end()) return false;
  job = *next;
  jobs_.erase(next);
  return true;
}

void Background::run() {
  while (true) {
    Job job{};
    {
      const std::lock_guard lock(mutex_);
      if (!take(job, false)) return;
    }
    job.work(job.argument);
  }
}

void Background::beside(const std::function<void()>& work) {
  done_ = false;
  std::thread helper([this] {
    std::unique_lock lock(mutex_);
    while (true) {
      Job job{};
      if (take(job, true)) {
        lock.unlock();
        job.work(job.argument);
        lock.lock();
      } else if (done_) {
        return;
      } else {
        changed_.wait(lock);
      }
    }
  });
  work();
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
    changed_.notify_all();
  }
  helper.join();
}

}  // namespace tocsin::sim
