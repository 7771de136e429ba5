#include "daemon/app.h"

#include <fmt/format.h>
#include <pthread.h>
#include <systemd/sd-daemon.h>

#include <filesystem>
#include <fstream>

#include "alerting/cap_file_channel.h"
#include "alerting/smtp_channel.h"
#include "daemon/engine_id.h"
#include "daemon/reload.h"
#include "daemon/stop_log.h"

namespace tocsin {
namespace {

class StorePositions : public PositionSource {
 public:
  explicit StorePositions(const Store& store) : store_(store) {}
  Result<std::uint64_t> durable_sequence(const std::string& producer,
                                         const std::string& epoch) override {
    return store_.position(producer, epoch);
  }

 private:
  const Store& store_;
};

// Between two looks for room on the store's disk at the start.
constexpr std::chrono::milliseconds kRoomPause{500};

MessageOptions message_options(const DeliverySettings& delivery) {
  MessageOptions options;
  options.contact = delivery.contact;
  options.web = delivery.web;
  return options;
}

SmtpOptions smtp_options(const Settings& settings) {
  SmtpOptions options;
  options.host = settings.smtp.host;
  options.port = settings.smtp.port;
  options.security = settings.smtp.security;
  options.ca_file = settings.smtp.ca_file;
  options.credentials_file = settings.smtp.credentials_file;
  options.hello_name = settings.smtp.hello_name;
  options.mail.from = settings.smtp.from;
  options.mail.from_name = settings.smtp.from_name;
  options.mail.reply_to = settings.smtp.reply_to;
  options.mail.domain = settings.smtp.domain;
  options.message = message_options(settings.delivery);
  return options;
}

SpaceMarks space_marks(const StoreSettings& store) {
  return {static_cast<std::uint64_t>(store.free_bytes_for_credit),
          static_cast<std::uint64_t>(store.free_bytes_for_commit)};
}

ServerOptions server_options(const Settings& settings) {
  const IngestSettings& ingest = settings.ingest;
  ServerOptions options;
  options.endpoint = ingest.endpoint;
  options.allow_plain_off_loopback = ingest.security == TransportSecurity::kPlain;
  if (ingest.security != TransportSecurity::kCurve) options.plain_producer = ingest.plain_producer;
  options.feeds = ingest.feeds;
  options.sessions.rates = ingest.rates;
  options.sessions.pool = {static_cast<std::uint64_t>(ingest.credit.records),
                           static_cast<std::uint64_t>(ingest.credit.bytes)};
  options.sessions.heartbeat = std::chrono::milliseconds(ingest.heartbeat_ms);
  options.sessions.frame.records = static_cast<std::uint64_t>(ingest.limits.frame_records);
  options.sessions.frame.bytes = static_cast<std::uint64_t>(ingest.limits.frame_bytes);
  options.sessions.sessions_max = static_cast<std::size_t>(ingest.limits.sessions);
  return options;
}

AdminOptions admin_options(const AdminSettings& settings) {
  AdminOptions options;
  options.host = settings.host;
  options.port = settings.port;
  options.connections_max = static_cast<std::size_t>(settings.limits.connections);
  options.connections_of_address_max =
      static_cast<std::size_t>(settings.limits.connections_per_address);
  options.request_bytes_max = static_cast<std::size_t>(settings.limits.request_bytes);
  options.request = std::chrono::seconds(settings.limits.request_seconds);
  options.idle = std::chrono::seconds(settings.limits.idle_seconds);
  options.requests_per_second = static_cast<double>(settings.limits.requests_per_second);
  return options;
}

bool has_store(const std::filesystem::path& directory) {
  std::error_code ignored;  // what can't be looked at is told when it is opened
  return std::filesystem::exists(directory / "CURRENT", ignored);
}

}  // namespace

int exit_code(const Error& error) {
  switch (error.code) {
    case ErrorCode::kInvalid:
    case ErrorCode::kNotFound:
      return kExitConfiguration;
    case ErrorCode::kCorrupt:
    case ErrorCode::kConflict:
      return kExitCorrupt;
    case ErrorCode::kForbidden:
    case ErrorCode::kLimit:
    case ErrorCode::kUnavailable:
    case ErrorCode::kIo:
      return kExitFailed;
  }
  return kExitFailed;
}

App::App(AppOptions options, std::shared_ptr<spdlog::logger> log)
    : options_(std::move(options)), log_(std::move(log)) {}

Result<void> App::start() {
  auto contents = read_contents(options_.config_directory);
  if (!contents) return tl::unexpected(contents.error());
  contents_ = std::move(*contents);
  if (auto done = open_store(); !done) return done;
  if (auto done = first_commit(); !done) return done;
  if (auto done = start_delivery(); !done) return done;
  if (auto done = start_ingest(); !done) return done;
  if (auto done = start_admin(); !done) return done;
  say_what_was_loaded();
  std::uint64_t watchdog = 0;
  if (sd_watchdog_enabled(0, &watchdog) > 0) watchdog_ = std::chrono::microseconds(watchdog);
  return write_ports();
}

// A start writes: what the log holds becomes tables, then comes the first commit. On a disk that is
// nearly full it would fail half-way, again and again until systemd gives up, and nobody would
// start the daemon when room is made. So it waits, before anything is opened.
Result<void> App::await_room() const {
  std::filesystem::path place = settings_.store.path;
  for (std::error_code ignored;
       !std::filesystem::exists(place, ignored) && place.has_relative_path();)
    place = place.parent_path();
  const SpaceMarks marks = space_marks(settings_.store);
  for (bool told = false;; told = true) {
    const auto space = space_at(place, marks);
    if (!space) return tl::unexpected(space.error());
    if (space->mark != SpaceMark::kCritical) {
      if (!told) return {};
      log_->info("the store's disk has room again: starting");
      notify("STATUS=");
      return {};
    }
    if (!told)
      log_->error(
          "store {}: {} bytes are free on its disk, free_bytes_for_commit asks for {}. Nothing is "
          "opened or written; the start goes on when there is room",
          settings_.store.path, space->free_bytes, marks.critical);
    notify(fmt::format("STATUS=waiting for room on the store's disk\nEXTEND_TIMEOUT_USEC={}",
                       std::chrono::microseconds(60 * kRoomPause).count()));
    std::this_thread::sleep_for(kRoomPause);
  }
}

// A path that was mistyped must not become a store in a directory that nobody looks into.
Result<void> App::check_store_place(bool is_there) const {
  if (is_there) return {};
  const std::filesystem::path above =
      (std::filesystem::path(settings_.store.path) / "").parent_path().parent_path();
  std::error_code ignored;
  if (above.empty() || std::filesystem::is_directory(above, ignored)) return {};
  return fail(ErrorCode::kNotFound,
              fmt::format("store {}: there is no directory {} to make it in (allowed: a path in a "
                          "directory that is there: correct store.path in tocsind.yaml, or make "
                          "it: mkdir -p {})",
                          settings_.store.path, above.string(), above.string()));
}

Result<void> App::open_store() {
  // A mistake in the configuration must not leave a new, empty store behind: before one is made,
  // all of it is checked.
  const auto& settings = contents_.settings;
  const bool is_there = settings && has_store(settings->store.path);
  if (!is_there) {
    Numbering none;
    if (auto trial = load_contents(contents_, none); !trial) return tl::unexpected(trial.error());
  }
  require(settings.has_value(), "settings that can't be read are an error of the contents");
  settings_ = *settings;
  auto admin_secrets = read_admin_files();
  if (!admin_secrets) return tl::unexpected(admin_secrets.error());
  admin_secrets_ = *std::move(admin_secrets);
  if (auto place = check_store_place(is_there); !place) return place;
  if (auto room = await_room(); !room) return room;
  StoreOptions options;
  options.directory = settings_.store.path;
  options.block_cache_bytes = static_cast<std::size_t>(settings_.store.block_cache_bytes);
  options.recent_records = static_cast<std::size_t>(settings_.store.recent_records);
  options.note = [log = log_](const std::string& message) { log->info("{}", message); };
  options.say = [log = log_](std::string_view text) { log->warn("store: {}", text); };
  auto store = Store::open(std::move(options));
  if (!store) return tl::unexpected(store.error());
  store_ = std::move(*store);
  if (!is_there)
    log_->warn(
        "store {}: none was there; a NEW, EMPTY one was made. If there should be one, stop, "
        "correct store.path in tocsind.yaml, and start again",
        settings_.store.path);
  auto loaded = load_contents(contents_, *store_);
  if (!loaded) return tl::unexpected(loaded.error());
  catalogue_ = loaded->catalogue;
  auto at_start = secrets_of(settings_);
  if (!at_start) return tl::unexpected(at_start.error());
  secrets_ = *std::move(at_start);
  if (options_.rebuild) {
    log_->info("--rebuild: the checkpoint is dropped");
    if (auto dropped = store_->drop_state(); !dropped) return dropped;
  }
  CheckpointOptions checkpoint;
  checkpoint.least_records = static_cast<std::uint64_t>(settings_.store.checkpoint_records);
  checkpoint.bytes_a_commit = static_cast<std::size_t>(settings_.store.checkpoint_bytes);
  auto pipeline = Pipeline::open(*store_, std::move(*loaded), checkpoint);
  if (!pipeline) return tl::unexpected(pipeline.error());
  pipeline_ = std::move(*pipeline);
  metrics_ = std::make_unique<Metrics>();
  clock_ = std::make_unique<SlewedClock>(system_clock_, pipeline_->now());
  if (const ProcessingTime wall = system_clock_.now(); wall < pipeline_->now())
    log_->warn(
        "this machine's clock says {}, the journal's last entry is of {}: time goes on from there "
        "at half its pace until the clock has caught up. If it is right, it was wrong before",
        format_rfc3339(wall), format_rfc3339(pipeline_->now()));
  return {};
}

// Below the critical mark nothing is written, not even that the daemon started.
Result<void> App::check_space() const {
  const SpaceMarks marks = space_marks(settings_.store);
  const auto space = space_at(settings_.store.path, marks);
  if (!space) return tl::unexpected(space.error());
  if (space->mark != SpaceMark::kCritical) return {};
  return fail(
      ErrorCode::kUnavailable,
      fmt::format("store {}: {} bytes are free on its disk, free_bytes_for_commit asks for {}. "
                  "Nothing was written. Make room and start again",
                  settings_.store.path, space->free_bytes, marks.critical));
}

// What comes into force now enters the journal, and time that passed while nobody watched is caught
// up.
Result<void> App::first_commit() {
  if (auto room = check_space(); !room) return room;
  const std::string engine = options_.version + "+" + std::string(kEngineId.substr(0, 12));
  std::vector<Input> inputs{EngineInput{engine}};
  for (Input& input : to_inputs(contents_)) inputs.push_back(std::move(input));
  inputs.emplace_back(ClockInput{});
  const bool published = settings_.clock == ClockKind::kPublished;
  const ProcessingTime now =
      published ? start_of<ProcessingTime>(settings_.history_begins) : clock_->now();
  auto outcome = pipeline_->commit(std::move(inputs), now);
  if (!outcome) return tl::unexpected(outcome.error());
  metrics_->committed(*outcome, *pipeline_);
  return {};
}

Result<void> App::start_delivery() {
  frames_ = std::make_unique<FrameQueue>(1'024);
  outbox_ = std::make_unique<StoreOutbox>(*store_);
  LoopOptions loop;
  loop.clock = settings_.clock;
  loop.commit_records = static_cast<std::uint64_t>(settings_.ingest.limits.commit_records);
  loop.store_directory = settings_.store.path;
  loop.space = space_marks(settings_.store);
  LoopPorts ports;
  ports.acknowledge = [this](std::vector<FrameResult> results) {
    server_->post(std::move(results));
  };
  ports.wake_dispatcher = [this] { dispatcher_->wake(); };
  ports.withhold_credit = [this](std::string reason) {
    server_->withhold_credit(std::move(reason));
  };
  ports.alive = [this] {
    const auto now = std::chrono::steady_clock::now();
    if (watchdog_.count() == 0 || now - watchdog_told_ < watchdog_ / 3) return;
    watchdog_told_ = now;
    sd_notify(0, "WATCHDOG=1");
  };
  ports.in_force = [this](std::shared_ptr<const Catalogue> catalogue) {
    set_catalogue(std::move(catalogue));
  };
  loop_ = std::make_unique<EngineLoop>(std::move(loop), *store_, *pipeline_, *frames_, *clock_,
                                       *metrics_, *log_, std::move(ports));

  DispatcherOptions options;
  const auto deadline =
      std::chrono::milliseconds(settings_.delivery.deadline_seconds * std::int64_t{1000});
  if (!settings_.smtp.host.empty()) {
    auto smtp = SmtpChannel::create(smtp_options(settings_));
    if (!smtp) return tl::unexpected(smtp.error());
    options.lanes.push_back({Channel::kEmail, std::move(*smtp), 2, deadline});
  }
  if (!settings_.cap.directory.empty()) {
    CapOptions cap;
    cap.sender = settings_.cap.sender;
    cap.sender_name = settings_.cap.sender_name;
    cap.valid_days = settings_.cap.valid_days;
    cap.message = message_options(settings_.delivery);
    options.lanes.push_back(
        {Channel::kCap, std::make_unique<CapFileChannel>(settings_.cap.directory, std::move(cap)),
         1, deadline});
  }
  // The outbox is in processing time: under the published clock that is the record's time.
  const auto now = [this] {
    return settings_.clock == ClockKind::kPublished ? store_->head().now : clock_->now();
  };
  DispatcherPorts dispatch_ports{
      *outbox_, [this] { return catalogue(); },
      [this](DeliveryResult result) { loop_->delivered(std::move(result)); }, now,
      [log = log_](const Error& error) {
        log->error("the outbox cannot be read: {}", error.message);
      }};
  dispatcher_ = std::make_unique<Dispatcher>(std::move(options), std::move(dispatch_ports));
  return {};
}

Result<void> App::start_ingest() {
  ServerOptions options = server_options(settings_);
  if (settings_.ingest.security == TransportSecurity::kCurve) {
    auto keys = read_key_file(settings_.ingest.secret_key_file);
    if (!keys) return tl::unexpected(keys.error());
    options.curve = *keys;
  }
  options.on_note = [log = log_](const Note& note) {
    log->warn("ingest {}: producer='{}' {}{}", name_of(note.kind), note.producer, note.message,
              note.suppressed == 0 ? "" : fmt::format(" ({} more)", note.suppressed));
  };
  positions_ = std::make_unique<StorePositions>(*store_);
  auto server = IngestServer::start(std::move(options), catalogue_, *frames_, *positions_);
  if (!server) return tl::unexpected(server.error());
  server_ = std::move(*server);
  return {};
}

Result<AdminSecrets> App::read_admin_files() const {
  const AdminSettings& admin = settings_.admin;
  return read_admin_secrets({admin.certificate_file, admin.key_file, admin.tokens_file});
}

Result<void> App::start_admin() {
  AdminPorts ports{*store_,
                   admin_counters_,
                   [this] { return metrics_->expose(gauges()); },
                   [this] { return loop_->trouble(); },
                   [this](const std::string& directory) -> Result<std::string> {
                     auto receipt = store_->backup(directory);
                     if (!receipt) return tl::unexpected(receipt.error());
                     return fmt::format("backup {} holds the journal up to {}, {} bytes",
                                        receipt->id, receipt->sequence, receipt->bytes);
                   },
                   [this](const std::string& who) { return reload(who); },
                   [this](std::vector<Input> inputs, RequestAnswer answer) {
                     loop_->ask(std::move(inputs), std::move(answer));
                   }};
  auto admin = AdminServer::start(admin_options(settings_.admin), admin_secrets_, std::move(ports));
  if (!admin) return tl::unexpected(admin.error());
  admin_ = std::move(*admin);
  return {};
}

std::shared_ptr<const Catalogue> App::catalogue() const {
  const std::lock_guard lock(catalogue_mutex_);
  return catalogue_;
}

void App::set_catalogue(std::shared_ptr<const Catalogue> catalogue) {
  server_->set_catalogue(catalogue);
  const std::lock_guard lock(catalogue_mutex_);
  catalogue_ = std::move(catalogue);
}

Gauges App::gauges() const {
  Gauges gauges;
  gauges.server = server_->statistics();
  gauges.feeds = server_->feeds();
  gauges.producers = server_->producers();
  gauges.lanes = dispatcher_->statistics();
  gauges.store = store_->statistics();
  gauges.fates = store_->fates();
  gauges.queue_depth = frames_->depth();
  gauges.admin = &admin_counters_;
  if (const auto space = space_at(settings_.store.path, space_marks(settings_.store)))
    gauges.space = *space;
  count_dispatches(*store_, gauges);
  return gauges;
}

void App::say_what_was_loaded() const {
  std::string packs;
  for (const Pack& pack : pipeline_->engine().packs())
    packs += fmt::format("{}{} {} ({} signals, {} patterns)", packs.empty() ? "" : ", ", pack.name,
                         pack.version, pack.signals.size(), pack.patterns.size());
  log_->info(
      "tocsind {}: {} regions, {} indicators, {} sources, {} producers, {} committees; packs: {}",
      options_.version, catalogue_->regions.all().size(), catalogue_->indicators.size(),
      catalogue_->sources.size(), catalogue_->producers.size(), catalogue_->committees.size(),
      packs);
  log_->info("store {}: journal at {}, {} observations, {} forecasts, {} events, {} open alerts",
             settings_.store.path, store_->head().sequence,
             pipeline_->engine().data().observation_count(),
             pipeline_->engine().data().forecast_count(), pipeline_->engine().data().event_count(),
             pipeline_->engine().ledger().open_count());
  const Checkpoint::Restored& restored = pipeline_->restored();
  if (restored.found) {
    log_->info(
        "derived state: from the checkpoint at journal entry {}, {} identities changed since",
        restored.position, restored.tail);
  } else {
    log_->info("derived state: made anew from the records ({})", restored.why);
  }
  log_->info("listening: ingest {} ({}), admin {}", server_->endpoint(),
             name_of(settings_.ingest.security), admin_url());
}

std::string App::admin_url() const {
  const AdminSettings& admin = settings_.admin;
  const bool v6 = admin.host.find(':') != std::string::npos;
  return fmt::format("{}://{}:{}", admin.security == TransportSecurity::kTls ? "https" : "http",
                     v6 ? "[" + admin.host + "]" : admin.host, admin_->port());
}

Result<void> App::write_ports() const {
  if (options_.ports_file.empty()) return {};
  const std::string temporary = options_.ports_file + ".new";
  std::ofstream out(temporary);
  out << "ingest=" << server_->endpoint() << "\nadmin=" << admin_url() << "\n";
  out.close();
  std::error_code error;
  std::filesystem::rename(temporary, options_.ports_file, error);
  if (!out || error)
    return fail(ErrorCode::kIo, "the ports cannot be written to " + options_.ports_file);
  return {};
}

void App::notify(const std::string& state) const { sd_notify(0, state.c_str()); }

Result<void> App::run() {
  notify("READY=1");
  Result<void> result;
  std::thread engine([&] {
    pthread_setname_np(pthread_self(), "engine");
    result = loop_->run();
    const std::lock_guard lock(mutex_);
    loop_ended_ = true;
    changed_.notify_all();
  });
  running_ = true;
  for (std::unique_lock lock(mutex_);;) {
    changed_.wait(lock, [&] { return stop_requested_ || loop_ended_ || reload_requested_; });
    if (stop_requested_ || loop_ended_) break;
    reload_requested_ = false;
    lock.unlock();
    (void)reload("");  // said in the log
    lock.lock();
  }
  notify("STOPPING=1");
  StopLog say(*log_);
  stop_others(say);
  say.waits_for(fmt::format("what is queued to be committed ({} frames)", frames_->depth()));
  loop_->stop();
  engine.join();
  if (!result) return result;  // after a failed commit the store refuses, as it should
  finish_store(say);
  say.waits_for("the store to be closed");
  return {};
}

void App::request_stop() {
  const std::lock_guard lock(mutex_);
  stop_requested_ = true;
  changed_.notify_all();
}

void App::request_reload() {
  const std::lock_guard lock(mutex_);
  reload_requested_ = true;
  changed_.notify_all();
}

}  // namespace tocsin
