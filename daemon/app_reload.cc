// What App does at SIGHUP: everything that can fail comes before anything changes.

#include <fmt/format.h>
#include <time.h>

#include <exception>

#include "daemon/app.h"
#include "daemon/reload.h"

namespace tocsin {
namespace {

// The engine thread stands still while all is made anew: about 3 s a million observations. The unit
// gives a start as long.
constexpr std::chrono::microseconds kReloadTime = std::chrono::minutes(15);

std::uint64_t monotonic_microseconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec) / 1'000;
}

// "cleared 2, raised 1", or "no alert changes".
std::string told(const std::map<RevisionKind, std::size_t>& revisions) {
  std::string text;
  for (const auto& [kind, count] : revisions)
    text += fmt::format("{}{} {}", text.empty() ? "alerts: " : ", ", name_of(kind), count);
  return text.empty() ? "no alert changes" : text;
}

}  // namespace

Result<std::string> App::reload(const std::string& who) {
  const std::lock_guard lock(reload_mutex_);
  log_->info("reload: reading {} again{}", options_.config_directory,
             who.empty() ? "" : ", as " + who + " asked");
  // A longer watchdog for as long as it lasts, for the service manager sees no turn of the engine.
  notify(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", monotonic_microseconds()));
  if (watchdog_.count() > 0)
    notify(fmt::format("WATCHDOG_USEC={}\nWATCHDOG=1", std::max(watchdog_, kReloadTime).count()));
  auto done = guarded_reload(who);
  if (!done) {
    std::string_view why = done.error().message;
    if (why.ends_with('\n')) why.remove_suffix(1);
    log_->error("reload refused, nothing has changed:\n{}", why);
  }
  metrics_->reloaded(done ? ReloadResult::kDone : ReloadResult::kRefused);
  if (watchdog_.count() > 0) notify(fmt::format("WATCHDOG_USEC={}\nWATCHDOG=1", watchdog_.count()));
  notify(done ? "READY=1\nSTATUS=" : "READY=1\nSTATUS=The last reload was refused: see the log.");
  return done;
}

Result<void> App::check_reload(const Contents& wanted) const {
  if (const Diagnostics fixed = needs_restart(contents_, wanted); !fixed.empty())
    return fail(ErrorCode::kInvalid, render(fixed, wanted.configuration));
  const auto secrets = secrets_of(settings_);
  if (!secrets) return tl::unexpected(secrets.error());
  if (*secrets == secrets_) return {};
  return fail(ErrorCode::kInvalid,
              "a file that ingest.secret_key_file or smtp.credentials_file names has changed: "
              "restart to bring it into force");
}

// What a library throws is a mistake of ours, and no reason to end a daemon that runs well.
Result<std::string> App::guarded_reload(const std::string& who) {
  try {
    return try_reload(who);
  } catch (const std::exception& error) {
    return fail(ErrorCode::kIo,
                fmt::format("reading {} again: {}", options_.config_directory, error.what()));
  }
}

Result<std::string> App::try_reload(const std::string& who) {
  const auto begun = std::chrono::steady_clock::now();
  auto wanted = read_contents(options_.config_directory);
  if (!wanted) return tl::unexpected(wanted.error());
  auto loaded = load_contents(*wanted, *store_);
  if (!loaded) return tl::unexpected(loaded.error());
  if (auto checked = check_reload(*wanted); !checked) return tl::unexpected(checked.error());
  auto admin_secrets = read_admin_files();
  if (!admin_secrets) return tl::unexpected(admin_secrets.error());
  if (wanted->configuration == contents_.configuration && wanted->packs == contents_.packs) {
    admin_->renew(*std::move(admin_secrets));
    const std::string same = "no file of the configuration has changed";
    log_->info("reload: {}", same);
    return same;
  }
  const std::vector<std::string> changed = changes(contents_, *wanted);
  std::vector<Input> inputs = to_inputs(*wanted);
  if (!who.empty()) inputs.emplace_back(ReloadInput{who, changed});
  auto reloaded = loop_->reload(std::move(inputs), *std::move(loaded));
  if (!reloaded) return tl::unexpected(reloaded.error());
  server_->set_rates(wanted->settings->ingest.rates);
  admin_->renew(*std::move(admin_secrets));
  contents_ = *std::move(wanted);
  return say_what_was_reloaded(*reloaded, changed, std::chrono::steady_clock::now() - begun);
}

std::string App::say_what_was_reloaded(const Reloaded& reloaded,
                                       const std::vector<std::string>& changed,
                                       std::chrono::steady_clock::duration took) const {
  for (const std::string& line : changed) log_->info("reload: {}", line);
  std::string said = fmt::format("in force since journal entry {}, after {:.3f} s; {}; {}",
                                 reloaded.sequence, std::chrono::duration<double>(took).count(),
                                 reloaded.folds == Reloaded::Folds::kKept
                                     ? "folds go on"
                                     : "everything was folded anew from the stored records",
                                 told(reloaded.revisions));
  log_->info("reload: {}", said);
  return said;
}

}  // namespace tocsin
