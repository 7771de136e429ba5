#include <CLI/CLI.hpp>
#include <iostream>

#include "daemon/command_line.h"
#include "daemon/commands.h"
#include "daemon/commands_admin.h"
#include "daemon/commands_apply.h"
#include "daemon/commands_check.h"
#include "daemon/commands_diff.h"
#include "daemon/commands_format.h"
#include "daemon/commands_new.h"
#include "daemon/commands_test.h"
#include "daemon/installed.h"
#include "daemon/schema/schemas.h"
#include "ingest/client_command.h"
#include "ingest/import/command.h"
#include "model/clock.h"

namespace {

// Each adds one command to the line; what it does runs after parsing and sets `code`.

void add_send(CLI::App& app, int& code) {
  auto* command =
      app.add_subcommand("send", "send records (NDJSON) to the daemon and wait for its acks");
  auto options = std::make_shared<tocsin::SendOptions>();
  auto in_memory = std::make_shared<bool>(false);
  auto as_json = std::make_shared<bool>(false);
  auto progress = std::make_shared<bool>(false);
  command->add_option("file", options->file, "NDJSON file, or - for standard input")->required();
  command->add_option("--to", options->endpoint, "the daemon's ingest endpoint")
      ->capture_default_str();
  command->add_option("--key", options->key_file, "the producer's .key file (tocsin keygen)");
  command->add_option("--server-key", options->server_key_file, "the server's .pub file");
  command->add_option("--spool", options->spool_directory,
                      "directory that keeps what is not acknowledged yet");
  command->add_flag("--no-spool", *in_memory, "keep it in memory only: lost if this process dies");
  command->add_option("--give-up", options->give_up_seconds, "seconds without the server; 0: never")
      ->capture_default_str();
  command->add_option("--rate", options->records_per_second,
                      "records a second at most; 0: no limit");
  command->add_option("--frame", options->cut.records, "records a frame")->capture_default_str();
  command->add_option("--nacks", options->nacks_file, "where refused records go, as JSON lines");
  command->add_flag("--json", *as_json, "the summary as JSON");
  command->add_flag("--progress", *progress, "show progress also when this is no terminal");
  command->callback([=, &code] {
    if (*in_memory) options->keep = tocsin::SendOptions::Keep::kMemory;
    if (*as_json) options->summary = tocsin::SendOptions::Summary::kJson;
    if (*progress) options->progress = tocsin::SendOptions::Progress::kAlways;
    code = tocsin::run_send(*options, std::cin, std::cout, std::cerr);
  });
}

void add_keygen(CLI::App& app, int& code) {
  auto* command = app.add_subcommand("keygen", "make a CURVE key pair: NAME.key and NAME.pub");
  auto name = std::make_shared<std::string>();
  auto directory = std::make_shared<std::string>(".");
  command->add_option("name", *name, "who the key is for")->required();
  command->add_option("--directory", *directory, "where the files go")->capture_default_str();
  command->callback(
      [=, &code] { code = tocsin::run_keygen(*directory, *name, std::cout, std::cerr); });
}

void add_import(CLI::App& app, int& code) {
  auto* command = app.add_subcommand("import", "turn a publisher's own file into records");
  auto options = std::make_shared<tocsin::ImportOptions>();
  auto feed = std::make_shared<std::string>();
  auto mappings = std::make_shared<std::string>(tocsin::default_mappings_directory());
  auto as_json = std::make_shared<bool>(false);
  command->add_option("feed", *feed, "the name of a mapping (ucdp-ged), or a mapping file")
      ->required();
  command->add_option("file", options->input_path, "the publisher's CSV, or -")->required();
  command->add_option("--mappings", *mappings, "directory of the mapping files")
      ->envname("TOCSIN_MAPPINGS")
      ->capture_default_str();
  command->add_option("-o,--output", options->output_path, "NDJSON, in order of publication")
      ->capture_default_str();
  command->add_option("--refused", options->refused_path,
                      "where refused rows go, with line and reason");
  command->add_flag("--json", *as_json, "the report as JSON");
  auto* against = command->add_option("--against", options->against_path,
                                      "what the import before wrote: corrected records become "
                                      "revisions of it, those that are gone are retracted");
  auto published = std::make_shared<std::string>();
  command->add_option("--published", *published, "the day FILE was published; none: today")
      ->needs(against)
      ->check([](const std::string& text) {
        return tocsin::parse_day(text) ? "" : "'" + text + "' is no day like 2026-06-10";
      });
  auto missing = std::make_shared<std::string>();
  command
      ->add_option("--missing", *missing,
                   "records that FILE lacks: retract or keep them; none: retract, if it is sure "
                   "that they are gone")
      ->needs(against)
      ->check(CLI::IsMember({"retract", "keep"}));
  command->callback([=, &code] {
    if (const auto day = tocsin::parse_day(*published)) options->released = *day;
    if (*missing == "retract") options->absent = tocsin::Absent::kRetract;
    if (*missing == "keep") options->absent = tocsin::Absent::kKeep;
    options->mapping_path = feed->ends_with(".yaml") ? *feed : *mappings + "/" + *feed + ".yaml";
    if (*as_json) options->report = tocsin::ReportFormat::kJson;
    code = tocsin::run_import(*options, std::cout, std::cerr);
  });
}

std::shared_ptr<std::string> config_option(CLI::App& command) {
  auto config = std::make_shared<std::string>(tocsin::default_config_directory());
  command.add_option("--config", *config, "configuration directory")
      ->envname("TOCSIN_CONFIG")
      ->capture_default_str();
  return config;
}

// How to reach the running daemon, and as whom. A token itself is no option: it would stand in the
// list of processes.
void admin_options(CLI::App& command, tocsin::AdminCall& call) {
  command.add_option("--admin", call.url,
                     "the running daemon's admin listener, http://127.0.0.1:7742");
  command.add_option("--token-file", call.token_file,
                     "file with a token; none: $CREDENTIALS_DIRECTORY/tocsin_token");
  command.add_option("--ca-file", call.ca_file,
                     "certificate to trust; none: the configuration's, and the system's");
}

void add_rules(CLI::App& app, int& code) {
  auto* check = app.add_subcommand("check", "check the configuration and rule packs");
  auto config = config_option(*check);
  auto checked = std::make_shared<tocsin::CheckOptions>();
  auto check_as_json = std::make_shared<bool>(false);
  check->add_option("packs", checked->packs, "pack files; none: those of the configuration");
  check->add_flag("--json", *check_as_json, "errors and packs as JSON");
  check->footer(
      "Every error of every file in one run, with its line, what is allowed and the nearest word; "
      "of "
      "packs without errors, what they hold and the memory that a region takes at most. A warning "
      "is no error: a season that is over before its figures come, a window that nothing falls "
      "into, data that nobody brings, a look back beyond what is kept, a calibration that is due "
      "anew.\n\n"
      "Exit code: 0 no errors, perhaps warnings; 1 errors; 2 a file can't be read.\n\n"
      "  tocsin check my-pack.yaml --config /etc/tocsin");
  check->callback([=, &code] {
    checked->config_directory = *config;
    checked->today = tocsin::day_of(tocsin::SystemClock().now());
    if (*check_as_json) checked->format = tocsin::OutputFormat::kJson;
    code = tocsin::run_check(*checked, std::cout, std::cerr);
  });

  auto* test =
      app.add_subcommand("test", "play the scenarios of rule packs, and see what they try");
  auto tested = std::make_shared<tocsin::TestOptions>();
  auto test_config = config_option(*test);
  auto test_as_json = std::make_shared<bool>(false);
  test->add_option("packs", tested->packs, "pack files; none: those of the configuration");
  test->add_option("--only", tested->only, "only the scenarios of this name; may be repeated");
  test->add_flag("--coverage", tested->coverage,
                 "tell which conditions were never true, never false or never unknown");
  test->add_flag("--mutate", tested->mutate,
                 "put small mistakes into the rules, one at a time, and tell which ones no "
                 "scenario notices");
  test->add_option("--least-coverage", tested->least_coverage,
                   "percent of what conditions can come to; fail below it")
      ->check(CLI::Range(0, 100));
  test->add_option("--least-killed", tested->least_killed,
                   "percent of the mistakes that scenarios notice; fail below it")
      ->check(CLI::Range(0, 100));
  test->add_option("--junit", tested->junit_file, "also write the results as JUnit XML");
  test->add_flag("--json", *test_as_json, "as JSON");
  test->footer(
      "Scenarios stand beside a pack, in NAME.scenarios.yaml, or in it behind a line '---'.\n"
      "docs/RULES.md says how they are written.\n\n"
      "Exit code: 0 all met; 1 one is not, or a percentage is too low; 2 something can't be "
      "read.\n\n"
      "  tocsin test rules/packs/lake-chad.yaml --coverage\n"
      "  tocsin test my-pack.yaml --only quiet --json");
  test->callback([=, &code] {
    tested->config_directory = *test_config;
    if (*test_as_json) tested->format = tocsin::OutputFormat::kJson;
    code = tocsin::run_test(*tested, std::cout, std::cerr);
  });

  auto* format =
      app.add_subcommand("fmt", "bring rule packs and scenarios into their canonical form");
  auto formatted = std::make_shared<tocsin::FormatOptions>();
  format->add_option("files", formatted->files, "pack or scenario files")->required();
  auto* in_place = format->add_flag("-w,--write", formatted->write, "write it into the files");
  format->add_flag("--check", formatted->check, "only say which files differ from it")
      ->excludes(in_place);
  format->footer(
      "Keeps every comment and never changes what a file says. Without --write or --check the form "
      "is printed.\n\n"
      "Exit code: 0 done, or nothing differs; 1 a file differs (--check); 2 a file can't be "
      "read.\n\n"
      "  tocsin fmt --write rules/packs/lake-chad.yaml");
  format->callback([=, &code] { code = tocsin::run_format(*formatted, std::cout, std::cerr); });

  auto* schema = app.add_subcommand("schema", "print the JSON Schema of what analysts write");
  auto of = std::make_shared<std::string>("pack");
  schema->add_option("of", *of, "pack or scenarios")
      ->check(CLI::IsMember({"pack", "scenarios"}))
      ->capture_default_str();
  schema->footer(
      "For editors. With the YAML language server, as the first line of a pack:\n\n"
      "  # yaml-language-server: $schema=pack.schema.json");
  schema->callback(
      [=] { std::cout << (*of == "pack" ? tocsin::pack_schema() : tocsin::scenarios_schema()); });

  auto* diff = app.add_subcommand(
      "diff", "what two versions of a rule pack say differently, and which alerts that moves");
  auto compared = std::make_shared<tocsin::DiffOptions>();
  auto diff_config = config_option(*diff);
  auto no_history = std::make_shared<bool>(false), diff_as_json = std::make_shared<bool>(false);
  diff->add_option("old", compared->before, "the pack as it was")->required();
  diff->add_option("new", compared->after, "the pack as it is to be")->required();
  diff->add_flag("--no-history", *no_history, "only compare the packs: no store is needed");
  diff->add_flag("--json", *diff_as_json, "as JSON");
  diff->footer(
      "Runs the stored journal through both, beside a running daemon too, and tells which alerts "
      "are gained, lost and moved, by region. Nothing is sent and nothing is changed.\n\n"
      "Exit code: 0 they mean the same and say the same; 1 they don't; 2 it can't be told.\n\n"
      "  tocsin diff rules/packs/lake-chad.yaml my-lake-chad.yaml");
  diff->callback([=, &code] {
    compared->config_directory = *diff_config;
    compared->history = !*no_history;
    if (*diff_as_json) compared->format = tocsin::OutputFormat::kJson;
    code = tocsin::run_diff(*compared, std::cout, std::cerr);
  });

  auto* explain = app.add_subcommand("explain", "why a rule says what it says");
  auto options = std::make_shared<tocsin::ExplainOptions>();
  auto explain_config = config_option(*explain);
  auto as_json = std::make_shared<bool>(false);
  explain->add_option("alert", options->alert, "an alert's id or its beginning");
  explain->add_option("--region", options->region, "or: a region");
  explain->add_option("--at", options->at, "and a day; none: the store's today");
  explain->add_option("--pattern", options->pattern, "only this pattern");
  explain->add_option(
      "--known-at", options->known_at,
      "what the rules of now make of what was known then: a day (its end) or a time");
  explain->add_flag("--records", options->records,
                    "also the records without any one of which it would not have been said");
  explain->add_flag("--json", *as_json, "as JSON");
  explain->footer(
      "Each condition as a tree with its values, their sources and days; what is not known; what "
      "would turn a signal on or clear it.\n\n"
      "Exit code: 0 told; 1 no rule judges the region; 2 it can't be told.\n\n"
      "  tocsin explain --region NG-BO --at 2019-06-10 --known-at 2019-07-01 --records\n"
      "  tocsin explain 3f2a --json");
  explain->callback([=, &code] {
    options->config_directory = *explain_config;
    if (*as_json) options->format = tocsin::OutputFormat::kJson;
    if (options->alert.empty() == options->region.empty()) {
      std::cerr << (options->alert.empty()
                        ? "explain needs an alert or --region\n"
                        : "explain was given both an alert and --region: allowed is one of them\n");
      code = 2;
      return;
    }
    code = tocsin::run_explain(*options, std::cout, std::cerr);
  });
}

void add_new(CLI::App& app, int& code) {
  auto* command =
      app.add_subcommand("new", "make a first rule pack from the answers to four questions");
  auto options = std::make_shared<tocsin::NewOptions>();
  auto config = config_option(*command);
  auto as_json = std::make_shared<bool>(false);
  command->add_option("file", options->file, "the pack, NAME.yaml; its scenarios go beside it")
      ->required();
  command->add_option("--answers", options->answers_file,
                      "YAML with the answers; none: they are asked");
  command->add_flag("--force", options->force, "write over files that are there");
  command->add_flag("--json", *as_json, "what was made as JSON");
  command->footer(tocsin::new_help());
  command->callback([=, &code] {
    options->config_directory = *config;
    if (*as_json) options->format = tocsin::OutputFormat::kJson;
    code = tocsin::run_new(*options, std::cin, std::cout, std::cerr);
  });
}

void add_store(CLI::App& app, int& code) {
  const auto of_store = [&](const char* name, const char* what, auto run) {
    auto* command = app.add_subcommand(name, what);
    auto store = std::make_shared<std::string>();
    command->add_option("store", *store, "the store's directory")->required();
    command->callback([=, &code] { code = run(*store); });
    return command;
  };
  of_store(
      "replay", "run the journal again and compare the alert chain",
      [](const std::string& store) { return tocsin::run_replay(store, std::cout, std::cerr); });
  auto verify = std::make_shared<tocsin::VerifyCommand>();
  auto quick = std::make_shared<bool>(false), verify_json = std::make_shared<bool>(false);
  auto* verify_command =
      of_store("verify", "prove ledger, journal, records, counters and derived state of a store",
               [=](const std::string& store) {
                 verify->store = store;
                 if (*quick) verify->depth = tocsin::Depth::kChains;
                 if (*verify_json) verify->format = tocsin::OutputFormat::kJson;
                 return tocsin::run_verify(*verify, std::cout, std::cerr);
               });
  verify_command->add_flag("--quick", *quick, "only both chains of the ledger");
  verify_command->add_flag("--json", *verify_json, "as JSON");
  verify_command->add_option(
      "--scratch", verify->scratch,
      "directory with room for a second store; none: that of temporary files");
  of_store(
      "migrate", "bring the store of an earlier release to this one's schema, as a start does",
      [](const std::string& store) { return tocsin::run_migrate(store, std::cout, std::cerr); });
  auto chain = std::make_shared<std::string>("alerts");
  of_store("ledger", "print a chain of the ledger as JSON lines",
           [chain](const std::string& store) {
             return tocsin::run_ledger(store, *chain, std::cout, std::cerr);
           })
      ->add_option("--chain", *chain, "alerts or dispatches")
      ->check(CLI::IsMember({"alerts", "dispatches"}))
      ->capture_default_str();

  auto* show = app.add_subcommand("show", "print alerts as a committee reads them");
  auto show_config = config_option(*show);
  auto alert = std::make_shared<std::string>();
  show->add_option("alert", *alert, "an alert's id or its beginning; none: all");
  show->callback(
      [=, &code] { code = tocsin::run_show(*show_config, *alert, std::cout, std::cerr); });

  auto* timeline = app.add_subcommand("timeline", "what was said, and what was known, by year");
  auto timeline_config = config_option(*timeline);
  timeline->callback(
      [=, &code] { code = tocsin::run_timeline(*timeline_config, std::cout, std::cerr); });

  auto* apply =
      app.add_subcommand("apply", "bring a changed rule pack into force, without a restart");
  auto applied = std::make_shared<tocsin::ApplyOptions>();
  auto apply_config = config_option(*apply);
  auto no_history = std::make_shared<bool>(false);
  apply->add_option("pack", applied->pack, "the pack as it is to be")->required();
  apply->add_flag("--no-history", *no_history, "don't run the stored journal through it first");
  apply->add_flag("--yes", applied->yes, "don't ask");
  admin_options(*apply, applied->call);
  apply->footer(
      "Shows what `tocsin diff` says of it and of the pack of that name in force, asks, puts the "
      "file in its place and has the running daemon read it: state is kept, what the new rules say "
      "otherwise is stated, and the ledger has who did it (the token's name). Where the daemon "
      "refuses, the file is put back.\n\n"
      "Exit code: 0 in force; 1 not wanted or refused, nothing has changed; 2 it can't be done.\n\n"
      "  tocsin apply my-lake-chad.yaml --token-file ~/.tocsin-token");
  apply->callback([=, &code] {
    applied->call.config_directory = *apply_config;
    applied->history = !*no_history;
    code = tocsin::run_apply(*applied, std::cin, std::cout, std::cerr);
  });

  auto* backup = app.add_subcommand("backup", "back the store up, also while the daemon runs");
  auto backup_config = config_option(*backup);
  auto directory = std::make_shared<std::string>();
  auto call = std::make_shared<tocsin::AdminCall>();
  backup->add_option("directory", *directory, "where backups are kept")->required();
  admin_options(*backup, *call);
  backup->callback([=, &code] {
    call->config_directory = *backup_config;
    code = tocsin::run_backup(*call, *directory, std::cout, std::cerr);
  });
  auto* restore = app.add_subcommand("restore", "write the newest backup to an empty directory");
  auto from = std::make_shared<std::string>(), to = std::make_shared<std::string>();
  restore->add_option("backup", *from, "where backups are kept")->required();
  restore->add_option("target", *to, "the new store's directory")->required();
  restore->callback([=, &code] { code = tocsin::run_restore(*from, *to, std::cout, std::cerr); });
}

void add_quarantine(CLI::App& app, int& code) {
  auto* quarantine = app.add_subcommand("quarantine", "records that were refused, and why");
  quarantine->require_subcommand(1);
  const auto filter = [](CLI::App& command, tocsin::QuarantineQuery& query) {
    command.add_option("--producer", query.producer, "only what this producer brought");
    command.add_option("--source", query.source, "only records of this source");
    command.add_option("--code", query.code, "only this reason, such as unknown-place");
  };
  const auto as = [](bool json) {
    return json ? tocsin::OutputFormat::kJson : tocsin::OutputFormat::kText;
  };

  auto* list = quarantine->add_subcommand("list", "one line a record");
  auto list_config = config_option(*list);
  auto query = std::make_shared<tocsin::QuarantineQuery>();
  auto list_json = std::make_shared<bool>(false);
  filter(*list, *query);
  list->add_option("--after", query->after, "only sequences above this one")->capture_default_str();
  list->add_option("--limit", query->limit, "at most so many")->capture_default_str();
  list->add_flag("--json", *list_json, "as JSON lines");
  list->callback([=, &code] {
    code = tocsin::run_quarantine_list(*list_config, *query, as(*list_json), std::cout, std::cerr);
  });

  auto* show = quarantine->add_subcommand("show", "one record as it was received");
  auto show_config = config_option(*show);
  auto sequence = std::make_shared<std::uint64_t>(0);
  auto show_json = std::make_shared<bool>(false);
  show->add_option("sequence", *sequence, "its number in the list")->required();
  show->add_flag("--json", *show_json, "as JSON");
  show->callback([=, &code] {
    code =
        tocsin::run_quarantine_show(*show_config, *sequence, as(*show_json), std::cout, std::cerr);
  });

  auto* release = quarantine->add_subcommand(
      "release", "have the running daemon judge records again, after the cause was mended");
  auto options = std::make_shared<tocsin::ReleaseOptions>();
  auto release_config = config_option(*release);
  auto release_json = std::make_shared<bool>(false);
  auto all = std::make_shared<bool>(false);
  admin_options(*release, options->call);
  release->add_option("sequences", options->sequences, "their numbers in the list");
  release->add_flag("--all", *all, "all that --producer, --source and --code leave");
  filter(*release, options->query);
  release->add_flag("--json", *release_json, "as JSON lines");
  release->callback([=, &code] {
    options->call.config_directory = *release_config;
    options->format = as(*release_json);
    const tocsin::QuarantineQuery& of = options->query;
    const bool filtered = !of.producer.empty() || !of.source.empty() || !of.code.empty();
    if (*all == !options->sequences.empty() || (filtered && !*all)) {
      std::cerr << "release needs either sequences, or --all with the filters\n";
      code = 2;
      return;
    }
    code = tocsin::run_quarantine_release(*options, std::cout, std::cerr);
  });
}

void add_admin(CLI::App& app, int& code) {
  auto* acknowledge =
      app.add_subcommand("acknowledge", "tell the running daemon that a committee read an alert");
  auto options = std::make_shared<tocsin::AcknowledgeOptions>();
  auto config = config_option(*acknowledge);
  admin_options(*acknowledge, options->call);
  acknowledge->add_option("alert", options->alert, "an alert's id or its beginning")->required();
  acknowledge->add_option("--committee", options->committee, "who read it")->required();
  acknowledge->add_option("--revision", options->revision, "which revision; none: the last");
  acknowledge->add_option("--note", options->note, "a line that is kept with it");
  acknowledge->callback([=, &code] {
    options->call.config_directory = *config;
    code = tocsin::run_acknowledge(*options, std::cout, std::cerr);
  });

  auto* mute = app.add_subcommand(
      "mute", "tell the running daemon to hold back new alerts of a pattern in a region");
  auto muting = std::make_shared<tocsin::MuteOptions>();
  auto mute_config = config_option(*mute);
  admin_options(*mute, muting->call);
  mute->add_option("pattern", muting->pattern, "a pattern, or PACK/PATTERN")->required();
  mute->add_option("region", muting->region, "a region's code")->required();
  mute->add_option("--until", muting->until, "a day or a time; one that is over lifts the mute")
      ->required();
  mute->add_option("--reason", muting->reason, "a line that is kept with it")->required();
  mute->callback([=, &code] {
    muting->call.config_directory = *mute_config;
    code = tocsin::run_mute(*muting, std::cout, std::cerr);
  });

  auto* token = app.add_subcommand("token", "who may ask the admin listener");
  token->require_subcommand(1);
  auto* make = token->add_subcommand("new", "make a token and print it, this once");
  auto make_config = config_option(*make);
  auto holder = std::make_shared<tocsin::TokenHolder>();
  auto role = std::make_shared<std::string>();
  auto file = std::make_shared<std::string>();
  make->add_option("name", holder->name, "whose token it is")->required();
  make->add_option("--role", *role, "read, acknowledge or admin")
      ->required()
      ->check(CLI::IsMember({"read", "acknowledge", "admin"}));
  make->add_option("--file", *file, "the tokens file; none: that of the configuration");
  make->callback([=, &code] {
    holder->role = tocsin::parse_role(*role).value();
    code = tocsin::run_token_new(*make_config, *file, *holder, std::cout, std::cerr);
  });
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"tocsin: what people do with the early-warning daemon", "tocsin"};
  app.set_version_flag("--version", "tocsin " TOCSIN_VERSION);
  app.require_subcommand(1);
  int code = 0;
  add_send(app, code);
  add_keygen(app, code);
  add_import(app, code);
  add_rules(app, code);
  add_new(app, code);
  add_store(app, code);
  add_quarantine(app, code);
  add_admin(app, code);
  return tocsin::ended_by_command_line(app, argc, argv).value_or(code);
}
