#pragma once

#include <sys/resource.h>
#include <unistd.h>

namespace tocsin {

// Makes the calling thread give way to those that somebody waits for: what it does must be done
// soon, not at once. A third of the share of a common thread where the cores are taken, all of an
// idle one. Never the main thread, whose child threads would inherit it.
inline void give_way() {
  constexpr int kNice = 5;
  const pid_t self = gettid();
  if (self != getpid()) setpriority(PRIO_PROCESS, static_cast<id_t>(self), kNice);
}

}  // namespace tocsin
