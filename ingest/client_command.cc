#include "ingest/client_command.h"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <chrono>
#include <fstream>
#include <iostream>

#include "ingest/client.h"
#include "ingest/spool.h"

namespace tocsin {

namespace {

constexpr std::uint64_t kNacksShown = 20;  // on err, before one a second

ProcessingTime wall_clock() {
  return ProcessingTime(std::chrono::duration_cast<std::chrono::milliseconds>(
                            std::chrono::system_clock::now().time_since_epoch())
                            .count());
}

Result<LinkOptions> link_options(const SendOptions& options) {
  LinkOptions link{.endpoint = options.endpoint, .server_key = {}, .keys = {}};
  if (options.key_file.empty() && options.server_key_file.empty()) return link;
  if (options.key_file.empty() || options.server_key_file.empty())
    return fail(ErrorCode::kInvalid,
                "a key file needs the server's public key file, and the other way round");
  auto keys = read_key_file(options.key_file);
  if (!keys) return tl::unexpected(keys.error());
  auto server_key = read_public_key_file(options.server_key_file);
  if (!server_key) return tl::unexpected(server_key.error());
  link.keys = std::move(*keys);
  link.server_key = std::move(*server_key);
  return link;
}

Result<std::unique_ptr<FrameStore>> open_store(const SendOptions& options) {
  if (options.keep == SendOptions::Keep::kMemory)
    return std::make_unique<MemoryStore>(random_epoch());
  if (options.spool_directory.empty())
    return fail(ErrorCode::kInvalid,
                "no spool directory is given; without a spool, what isn't acknowledged is lost "
                "with this process");
  auto spool = Spool::open(options.spool_directory, wall_clock());
  if (!spool) return tl::unexpected(spool.error());
  return std::move(*spool);
}

// Where refused records are told: all of them to a file, or the first few and then one a second to
// err.
class NackWriter {
 public:
  NackWriter(const std::string& file, std::ostream& err) : err_(err) {
    if (!file.empty()) file_.open(file, std::ios::app);
    to_file_ = !file.empty();
  }
  bool good() const { return !to_file_ || file_.good(); }

  void write(std::uint64_t line, std::string_view record, const RecordNack& nack) {
    const Rejection& why = nack.rejection;
    if (to_file_) {
      file_ << boost::json::serialize(boost::json::object{{"line", line},
                                                          {"code", why.code},
                                                          {"pointer", why.pointer},
                                                          {"message", why.message},
                                                          {"allowed", why.allowed},
                                                          {"record", record}})
            << '\n';
      return;
    }
    const auto now = std::chrono::steady_clock::now();
    if (++seen_ > kNacksShown && now - shown_ < std::chrono::seconds(1)) {
      ++left_out_;
      return;
    }
    shown_ = now;
    fmt::print(err_, "line {}: {}: {}{}{}{}{}\n", line, why.code, why.message,
               why.pointer.empty() ? "" : " at ", why.pointer,
               why.allowed.empty() ? "" : "; allowed: ", why.allowed);
  }
  void finish() {
    if (left_out_ > 0)
      fmt::print(err_, "{} more refused records were not shown; --nacks FILE keeps them all\n",
                 left_out_);
  }

 private:
  std::ostream& err_;
  std::ofstream file_;
  bool to_file_ = false;
  std::uint64_t seen_ = 0, left_out_ = 0;
  std::chrono::steady_clock::time_point shown_;
};

bool shows_progress(const SendOptions& options, const std::ostream& err) {
  if (options.progress != SendOptions::Progress::kAutomatic)
    return options.progress == SendOptions::Progress::kAlways;
  return &err == &std::cerr && ::isatty(STDERR_FILENO) == 1;
}

int complain(std::ostream& err, const Error& error) {
  fmt::print(err, "tocsin send: {}\n", error.message);
  return 2;
}

// Goes on after what an interrupted run has put into the store.
Result<void> resume_input(FrameStore& store, FrameCutter& cutter, std::ostream& err) {
  const auto position = store.interrupted_input();
  if (!position) return {};
  const auto resumed = cutter.resume(*position);
  if (!resumed) return tl::unexpected(resumed.error());
  if (*resumed)
    fmt::print(err, "going on after line {} of the input\n", position->lines);
  else
    fmt::print(err, "the input is not the one interrupted at line {}: sending all of it\n",
               position->lines);
  return {};
}

}  // namespace

int run_send(const SendOptions& options, std::istream& in, std::ostream& out, std::ostream& err) {
  auto link = link_options(options);
  if (!link) return complain(err, link.error());
  const bool from_stream = options.file == "-" && &in != &std::cin;
  auto input = from_stream ? Result<std::unique_ptr<InputSource>>(stream_input(in))
                           : open_input(options.file);
  if (!input) return complain(err, input.error());
  auto store = open_store(options);
  if (!store) return complain(err, store.error());
  NackWriter nacks(options.nacks_file, err);
  if (!nacks.good())
    return complain(err, {ErrorCode::kIo, options.nacks_file + " can't be written"});

  std::uint64_t lines_refused = 0;
  FrameCutter cutter(**input, options.cut, [&](const RefusedLine& refused) {
    ++lines_refused;
    nacks.write(
        refused.line, refused.text,
        {.index = 0, .rejection = {"not-sent", "", refused.reason, "one JSON object a line"}});
  });
  if (auto resumed = resume_input(**store, cutter, err); !resumed)
    return complain(err, resumed.error());

  const bool progress = shows_progress(options, err);
  const auto total = (*input)->total_bytes();
  SendObserver observer;
  observer.on_nack = [&](std::uint64_t line, std::string_view record, const RecordNack& nack) {
    nacks.write(line, record, nack);
  };
  observer.on_notice = [&](std::string_view text) { fmt::print(err, "{}\n", text); };
  if (progress)
    observer.on_progress = [&](const SendReport& report, std::uint64_t bytes) {
      const double share =
          total && *total > 0 ? static_cast<double>(bytes) / static_cast<double>(*total) : -1.0;
      fmt::print(err, "\r{}\033[K", progress_line(report.records_acked, report.duration, share));
      err.flush();
    };
  Sender sender({.link = std::move(*link),
                 .give_up_time = std::chrono::seconds(options.give_up_seconds),
                 .records_per_second = options.records_per_second},
                **store, cutter, observer);
  SendReport report = sender.run(wall_clock);
  report.lines_refused = lines_refused;
  if (progress) fmt::print(err, "\r\033[K");
  nacks.finish();
  const bool json = options.summary == SendOptions::Summary::kJson;
  fmt::print(out, "{}{}", json ? summary_json(report) : summary_text(report), json ? "\n" : "");
  if (!report.failure.empty() && options.keep == SendOptions::Keep::kSpool)
    fmt::print(err, "{} frames are kept in {}; the same command goes on with them\n",
               report.frames_unsent, options.spool_directory);
  out.flush();
  return report.exit_code();
}

int run_keygen(const std::string& directory, const std::string& name, std::ostream& out,
               std::ostream& err) {
  const auto keys = make_curve_keypair();
  auto written =
      keys ? write_key_files(directory, name, *keys) : Result<void>(tl::unexpected(keys.error()));
  if (!written) {
    fmt::print(err, "tocsin keygen: {}\n", written.error().message);
    return 2;
  }
  // Z85 has neither quotes nor backslashes, so single quotes hold it in YAML.
  fmt::print(out,
             "{0}.key is the secret: it stays where the producer runs. {0}.pub is public. A "
             "producer's goes into\n"
             "sources.yaml of the server:\n\nproducers:\n  {0}:\n    public_keys: ['{1}']\n    "
             "sources: []\n",
             name, keys->public_key);
  return 0;
}

}  // namespace tocsin
