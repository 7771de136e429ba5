// What App does at SIGHUP: everything that can fail comes before anything changes.

#include <fmt/format.h>
#include <time.h>

#include <filesystem>

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

void App::reload() {
  log_->info("reload: reading {} again", options_.config_directory);
  // A longer watchdog for as long as it lasts, for the service manager sees no turn of the engine.
  notify(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", monotonic_microseconds()));
  if (watchdog_.count() > 0)
    notify(fmt::format("WATCHDOG_USEC={}\nWATCHDOG=1", std::max(watchdog_, kReloadTime).count()));
  const auto done = try_reload();
  if (!done) {
    std::string_view why = done.error().message;
    if (why.ends_with('\n')) why.remove_suffix(1);
    log_->error("reload refused, nothing has changed:\n{}", why);
  }
  metrics_->reloaded(done ? ReloadResult::kDone : ReloadResult::kRefused);
  if (watchdog_.count() > 0) notify(fmt::format("WATCHDOG_USEC={}\nWATCHDOG=1", watchdog_.count()));
  notify(done ? "READY=1\nSTATUS=" : "READY=1\nSTATUS=The last reload was refused: see the log.");
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

Result<void> App::try_reload() {
  const auto begun = std::chrono::steady_clock::now();
  auto wanted = read_contents(options_.config_directory);
  if (!wanted) return tl::unexpected(wanted.error());
  auto loaded = load_contents(*wanted, *store_);
  if (!loaded) return tl::unexpected(loaded.error());
  if (auto checked = check_reload(*wanted); !checked) return checked;
  auto admin_secrets = read_admin_files();
  if (!admin_secrets) return tl::unexpected(admin_secrets.error());
  if (wanted->configuration == contents_.configuration && wanted->packs == contents_.packs) {
    admin_->renew(*std::move(admin_secrets));
    log_->info("reload: no file of the configuration has changed");
    return {};
  }
  auto reloaded = loop_->reload(to_inputs(*wanted), *std::move(loaded));
  if (!reloaded) return tl::unexpected(reloaded.error());
  server_->set_rates(wanted->settings->ingest.rates);
  admin_->renew(*std::move(admin_secrets));
  say_what_was_reloaded(*reloaded, std::exchange(contents_, *std::move(wanted)),
                        std::chrono::steady_clock::now() - begun);
  return {};
}

void App::say_what_was_reloaded(const Reloaded& reloaded, const Contents& before,
                                std::chrono::steady_clock::duration took) const {
  for (const std::string& line : changes(before, contents_)) log_->info("reload: {}", line);
  log_->info("reload: in force since journal entry {}, after {:.3f} s; {}; {}", reloaded.sequence,
             std::chrono::duration<double>(took).count(),
             reloaded.folds == Reloaded::Folds::kKept
                 ? "folds go on"
                 : "everything was folded anew from the stored records",
             told(reloaded.revisions));
}

}  // namespace tocsin
