// How EngineLoop brings other contents into force.

#include <utility>

#include "daemon/engine_loop.h"

namespace tocsin {

Result<Reloaded> EngineLoop::reload(std::vector<Input> contents, Loaded loaded) {
  auto pending = std::make_unique<PendingReload>();
  pending->contents = std::move(contents);
  pending->loaded = std::move(loaded);
  auto answer = pending->answer.get_future();
  {
    const std::lock_guard lock(mutex_);
    require(!reload_, "one reload at a time");
    if (ended_) return fail(ErrorCode::kUnavailable, "the daemon is stopping");
    reload_ = std::move(pending);
  }
  return answer.get();
}

void EngineLoop::end_reloads() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  if (reload_) reload_->answer.set_value(fail(ErrorCode::kUnavailable, "the daemon is stopping"));
  reload_.reset();
}

Result<void> EngineLoop::heed_reload() {
  std::unique_ptr<PendingReload> reload;
  {
    const std::lock_guard lock(mutex_);
    reload = std::exchange(reload_, nullptr);
  }
  if (!reload) return {};
  Result<void> committed;
  auto reloaded = bring_into_force(*reload, committed);
  reload->answer.set_value(std::move(reloaded));
  return committed;
}

// A failure before the commit leaves everything as it was. One of the commit ends the process, as
// any does.
Result<Reloaded> EngineLoop::bring_into_force(PendingReload& reload, Result<void>& committed) {
  if (halted_)
    return fail(ErrorCode::kUnavailable, "the store's disk is nearly full: nothing is committed");
  // The other pipeline is made from what is on the disk.
  if (committed = drain(); !committed) return tl::unexpected(committed.error());
  Reloaded out;
  if (!pipeline_.continues(reload.loaded)) {
    out.folds = Reloaded::Folds::kMadeAnew;
    ports_.withhold_credit("reload");
  }
  const auto grant_again = [&] {
    if (out.folds == Reloaded::Folds::kMadeAnew)
      ports_.withhold_credit(trouble().empty() ? "" : "disk-full");
  };
  if (auto done = pipeline_.reload(std::move(reload.loaded)); !done) {
    grant_again();
    return tl::unexpected(done.error());
  }
  // Before the commit: what it has sent names the new committees. And a key that was revoked is not
  // to wait for it.
  ports_.in_force(pipeline_.loaded().catalogue);
  std::vector<Input> inputs = std::move(reload.contents);
  inputs.emplace_back(ClockInput{});
  const ProcessingTime now =
      options_.clock == ClockKind::kPublished ? pipeline_.now() : clock_.now();
  const auto begun = std::chrono::steady_clock::now();
  auto outcome = pipeline_.commit(std::move(inputs), now);
  if (!outcome) {
    committed = tl::unexpected(outcome.error());
    return tl::unexpected(outcome.error());
  }
  out.sequence = outcome->sequence;
  for (const AlertRevision& revision : outcome->revisions) ++out.revisions[revision.kind];
  metrics_.committed(*outcome, pipeline_);
  CommitTiming timing;
  timing.total = std::chrono::steady_clock::now() - begun;
  timing.rules = outcome->rules;
  written(*std::move(outcome), timing);
  grant_again();
  return out;
}

}  // namespace tocsin
