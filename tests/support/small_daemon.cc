#include "tests/support/small_daemon.h"

#include <fmt/format.h>

#include "daemon/contents.h"

namespace tocsin::testsupport {
namespace {

template <class T>
T must(Result<T> result) {
  require(result.has_value(), result ? "" : result.error().message);
  return std::move(*result);
}

std::string record(const std::string& id, const std::string& source, const std::string& type,
                   const std::string& time, const std::string& more) {
  return fmt::format(
      R"({{"specversion":"1.0","id":"{}","source":"{}","type":"org.tocsin.{}.v1","time":"{}T00:00:00Z",{}}})"
      "\n",
      id, source, type, time, more);
}

}  // namespace

Contents small_contents() {
  return {{{"tocsind.yaml",
            "history_begins: 2018-01-01\n"
            "packs: [small.yaml]\n"
            "store: {path: store}\n"
            "ingest: {endpoint: 'tcp://127.0.0.1:*', security: plain-on-loopback,"
            " plain_producer: relay}\n"
            "smtp: {host: 127.0.0.1, security: plain-on-loopback, from: a@b.example}\n"},
           {"regions.yaml",
            "regions:\n"
            "  NG: {kind: country, names: Nigeria}\n"
            "  NG-BO: {kind: admin-1, parent: NG, names: Borno}\n"},
           {"indicators.yaml",
            "dimensions:\n"
            "  food: {names: Food}\n"
            "  personal: {names: Personal}\n"
            "indicators:\n"
            "  price:\n"
            "    names: Price\n"
            "    dimension: food\n"
            "    unit: NGN/kg\n"
            "    cadence: month\n"
            "    delay: {expected_days: 15, longest_days: 45}\n"
            "    sources: [market]\n"
            "event_kinds:\n"
            "  clash: {names: Clash, dimension: personal, sources: [monitor]}\n"},
           {"sources.yaml",
            "sources:\n"
            "  market:\n"
            "    names: Market survey\n"
            "    reliability: B\n"
            "    citation: survey\n"
            "    licence: none\n"
            "    regions: [NG]\n"
            "    indicators: [price]\n"
            "  monitor:\n"
            "    names: Monitor\n"
            "    reliability: B\n"
            "    citation: monitor\n"
            "    licence: none\n"
            "    regions: [NG]\n"
            "    event_kinds: [clash]\n"
            "    events: {cadence_days: 7, longest_delay_days: 14}\n"
            "producers:\n"
            "  relay: {sources: [market, monitor]}\n"},
           {"committees.yaml",
            "committees:\n"
            "  senate:\n"
            "    name: Senate\n"
            "    time_zone: Africa/Lagos\n"
            "    regions: [NG]\n"
            "    email: [chair@senate.example]\n"}},
          {{"small.yaml",
            "pack: small\n"
            "version: 1\n"
            "title: Prices\n"
            "regions: [NG-BO]\n"
            "signals:\n"
            "  dear:\n"
            "    title: Dear food\n"
            "    dimension: food\n"
            "    when: last(price) > 300 NGN/kg\n"
            "    reference: docs/REFERENCES.md#none\n"
            "patterns:\n"
            "  hunger:\n"
            "    title: Food is dear\n"
            "    window: 30d\n"
            "    watch: dimensions() >= 1\n"
            "    reference: docs/REFERENCES.md#none\n"}}};
}

SmallDaemon::SmallDaemon()
    : contents_(small_contents()), now_(must(parse_rfc3339_ms("2019-06-10T12:00:00Z"))) {
  open();
}

void SmallDaemon::open() {
  StoreOptions options;
  options.directory = directory_.path() / "store";
  store_ = must(Store::open(std::move(options)));
  pipeline_ = must(Pipeline::open(*store_, must(load_contents(contents_, *store_))));
}

CommitOutcome SmallDaemon::restart_on(const Contents& contents) {
  contents_ = contents;
  restart();
  return pass(0);
}

void SmallDaemon::restart() {
  pipeline_.reset();
  store_.reset();
  open();
}

Result<void> SmallDaemon::try_reload(const Contents& contents) {
  return pipeline_->reload(must(load_contents(contents, *store_)));
}

CommitOutcome SmallDaemon::reload(const Contents& contents) {
  const auto done = try_reload(contents);
  require(done.has_value(), done ? "" : done.error().message);
  contents_ = contents;
  std::vector<Input> inputs = to_inputs(contents_);
  inputs.emplace_back(ClockInput{});
  return must(pipeline_->commit(std::move(inputs), now_));
}

void SmallDaemon::restart_with(const std::string& file, const std::string& from,
                               const std::string& to) {
  std::string& text = contents_.configuration.at(file);
  const auto at = text.find(from);
  require(at != std::string::npos, file + " has no " + from);
  text.replace(at, from.size(), to);
  restart();
}

CommitOutcome SmallDaemon::commit(std::vector<Input> inputs) {
  return must(pipeline_->commit(std::move(inputs), now_));
}

CommitOutcome SmallDaemon::send(const std::string& records) {
  return must(pipeline_->commit({RecordsInput{"relay", "epoch", ++sequence_, records}}, now_));
}

CommitOutcome SmallDaemon::pass(std::int32_t days) {
  now_ = ProcessingTime(now_.milliseconds() + days * kMillisecondsPerDay);
  return must(pipeline_->commit({ClockInput{}}, now_));
}

std::string price(const std::string& id, const std::string& from, const std::string& until,
                  int value, int revision) {
  return record(id, "market", "observation", from,
                fmt::format(R"("revision":{},"subject":"NG-BO","data":{{"indicator":"price",)"
                            R"("period":{{"start":"{}","end":"{}"}},"value":{}}})",
                            revision, from, until, value));
}

std::string clash(const std::string& id, const std::string& day) {
  return record(id, "monitor", "event", day, R"("subject":"NG-BO","data":{"kind":"clash"})");
}

std::string coverage(const std::string& id, const std::string& from, const std::string& until) {
  return record(id, "monitor", "coverage", until,
                fmt::format(R"("data":{{"stream":"events","from":"{}","until":"{}",)"
                            R"("regions":["NG"]}})",
                            from, until));
}

}  // namespace tocsin::testsupport
