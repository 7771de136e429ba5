#include "tests/sim/contents.h"

#include "tests/sim/violation.h"

namespace tocsin::sim {
namespace {

ConfigurationFiles files() {
  return {{"tocsind.yaml",
           "history_begins: 2024-01-01\n"
           "packs: [sim.yaml]\n"
           "store: {path: store}\n"
           "ingest:\n"
           "  endpoint: 'tcp://127.0.0.1:*'\n"
           "  security: plain-on-loopback\n"
           "  plain_producer: market\n"
           "  limits: {quarantine_records: 40}\n"
           "horizons: {lateness_days: 300, retention_days: 400}\n"
           "smtp: {host: 127.0.0.1, security: plain-on-loopback, from: a@b.example}\n"
           "cap: {directory: cap, sender: a@b.example, sender_name: tocsin}\n"
           "delivery: {attempts: 6, first_wait_seconds: 30, longest_wait_seconds: 300}\n"},
          {"regions.yaml",
           "regions:\n"
           "  NG: {kind: country, names: Nigeria}\n"
           "  NG-BO: {kind: admin-1, parent: NG, names: Borno}\n"
           "  NG-YO: {kind: admin-1, parent: NG, names: Yobe, neighbours: [NG-BO]}\n"
           "  TD: {kind: country, names: Chad}\n"
           "  TD-LC: {kind: admin-1, parent: TD, names: Lac, neighbours: [NG-BO]}\n"
           "  basin:lake: {kind: basin, names: Lake, members: [NG-BO, TD-LC]}\n"},
          {"indicators.yaml",
           "dimensions:\n"
           "  food: {names: Food}\n"
           "  personal: {names: Personal}\n"
           "  community: {names: Community}\n"
           "indicators:\n"
           "  price:\n"
           "    names: Price\n"
           "    dimension: food\n"
           "    unit: NGN/kg\n"
           "    cadence: month\n"
           "    delay: {expected_days: 15, longest_days: 45}\n"
           "    sources: [survey, survey-2]\n"
           "event_kinds:\n"
           "  clash: {names: Clash, dimension: personal, sources: [monitor]}\n"
           "  raid: {names: Raid, dimension: community, sources: [monitor]}\n"},
          {"sources.yaml",
           "sources:\n"
           "  survey:\n"
           "    names: Survey\n"
           "    reliability: B\n"
           "    citation: survey\n"
           "    licence: none\n"
           "    indicators: [price]\n"
           "  survey-2:\n"
           "    names: Other survey\n"
           "    reliability: C\n"
           "    citation: survey\n"
           "    licence: none\n"
           "    indicators: [price]\n"
           "  monitor:\n"
           "    names: Monitor\n"
           "    reliability: B\n"
           "    citation: monitor\n"
           "    licence: none\n"
           "    event_kinds: [clash, raid]\n"
           "    events: {cadence_days: 7, longest_delay_days: 14}\n"
           "producers:\n"
           "  market: {sources: [survey, survey-2]}\n"
           "  watch: {sources: [monitor]}\n"
           "  relay: {sources: [survey, monitor]}\n"},
          {"committees.yaml",
           "committees:\n"
           "  senate:\n"
           "    name: Senate\n"
           "    time_zone: Africa/Lagos\n"
           "    regions: [NG]\n"
           "    email: [chair@senate.example, clerk@senate.example]\n"
           "    cap: [ng]\n"
           "  assembly:\n"
           "    name: Assembly\n"
           "    time_zone: Africa/Ndjamena\n"
           "    regions: [TD]\n"
           "    least_level: warning\n"
           "    email: [chair@assembly.example]\n"
           "  lake:\n"
           "    name: Lake committee\n"
           "    time_zone: Africa/Ndjamena\n"
           "    regions: ['basin:lake']\n"
           "    email: [chair@lake.example]\n"
           "    cap: [lake]\n"}};
}

Catalogue new_catalogue() {
  Numbering numbering;
  auto configuration = load_configuration(files(), numbering);
  expect(configuration.has_value(), "the simulator's configuration: {}",
         configuration ? "" : render(configuration.error(), files()));
  return std::move(configuration->catalogue);
}

twin::Expr at_least(twin::Read what, double n, std::string unit = "") {
  return twin::op(twin::Kind::kGreaterEqual, twin::read(std::move(what)),
                  twin::number(n, std::move(unit)));
}

twin::Read events_of(const Catalogue& catalogue, std::string_view kind, std::int32_t days) {
  twin::Read what;
  what.how = twin::How::kCount;
  what.events = true;
  what.kinds = {catalogue.find_event_kind(kind)->id};
  what.window = {days, SpanUnit::kDays};
  return what;
}

twin::Signal signal_of(const Catalogue& catalogue, std::string name, std::string_view dimension,
                       twin::Expr when) {
  twin::Signal signal;
  signal.name = std::move(name);
  signal.dimension = catalogue.find_dimension(dimension)->id;
  signal.when = std::move(when);
  return signal;
}

twin::Pack make_pack() {
  const Catalogue catalogue = new_catalogue();
  twin::Pack pack;
  for (const Region& region : catalogue.regions.all())
    if (region.kind == RegionKind::kAdmin1) pack.regions.push_back(region.id);
  twin::Read price;
  price.indicator = catalogue.find_indicator("price")->id;
  pack.signals.push_back(
      signal_of(catalogue, "dear", "food", at_least(std::move(price), 300, "NGN/kg")));
  pack.signals.push_back(
      signal_of(catalogue, "clashes", "personal", at_least(events_of(catalogue, "clash", 30), 2)));
  pack.signals.push_back(
      signal_of(catalogue, "raids", "community", at_least(events_of(catalogue, "raid", 14), 1)));
  pack.signals.back().linger_days = 5;

  const auto dimensions = [](int n) {
    return twin::op(twin::Kind::kGreaterEqual, twin::dimensions(), twin::number(n));
  };
  twin::Pattern meeting;
  meeting.name = "meeting";
  meeting.window = {30, SpanUnit::kDays};
  meeting.levels[static_cast<std::size_t>(Level::kWatch)] = dimensions(1);
  meeting.levels[static_cast<std::size_t>(Level::kWarning)] = dimensions(2);
  meeting.levels[static_cast<std::size_t>(Level::kEmergency)] = dimensions(3);
  meeting.linger_days = 7;
  meeting.lapse_days = 20;
  pack.patterns.push_back(std::move(meeting));
  twin::Pattern raided;
  raided.name = "raided";
  raided.window = {10, SpanUnit::kDays};
  raided.levels[static_cast<std::size_t>(Level::kWatch)] = twin::active(2);
  raided.lapse_days = 10;
  pack.patterns.push_back(std::move(raided));
  return pack;
}

std::string pack_text() {
  std::string text = twin::to_yaml(twin_pack(), new_catalogue());
  // What the twin does not speak about: whom an alert concerns.
  const std::string before = "  raided:\n";
  const auto at = text.find(before);
  expect(at != std::string::npos, "the pack has no pattern 'raided'");
  return text.insert(at + before.size(), "    share: [\"basin:lake\"]\n");
}

}  // namespace

const twin::Pack& twin_pack() {
  static const twin::Pack kPack = make_pack();
  return kPack;
}

const Contents& contents() {
  static const Contents kContents{files(), {{"sim.yaml", pack_text()}}};
  return kContents;
}

}  // namespace tocsin::sim
