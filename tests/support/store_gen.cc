#include "tests/support/store_gen.h"

#include <algorithm>
#include <limits>

namespace tocsin::testsupport {

int StoreGen::below(int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(random_); }

std::uint64_t StoreGen::number() {
  switch (below(4)) {
    case 0:
      return 0;
    case 1:
      return random_();
    default:
      return random_() >> below(64);  // every length
  }
}

std::int64_t StoreGen::signed_number() { return static_cast<std::int64_t>(number()); }

template <class Number>
Number StoreGen::fitting() {
  if (rarely()) return std::numeric_limits<Number>::max();
  return static_cast<Number>(number());
}

std::string StoreGen::bytes(int most) {
  std::string text(static_cast<std::size_t>(below(most + 1)), '\0');
  for (char& byte : text) byte = static_cast<char>(below(256));
  return text;
}

Hash128 StoreGen::hash() {
  Hash128 hash;
  for (std::uint8_t& byte : hash.bytes) byte = static_cast<std::uint8_t>(below(256));
  return hash;
}

SeriesKey StoreGen::series() {
  return {RegionId(fitting<std::uint32_t>()), IndicatorId(fitting<std::uint16_t>()),
          SourceId(fitting<std::uint16_t>()), GroupId(fitting<std::uint16_t>())};
}

Claim StoreGen::claim() {
  const auto day = [&] { return Day(fitting<std::int32_t>()); };
  const auto maybe = [&]() -> std::optional<std::int64_t> {
    if (rarely()) return std::nullopt;
    return signed_number();
  };
  switch (below(5)) {
    case 0:
      return std::monostate{};
    case 1:
      return ObservationClaim{series(),
                              day(),
                              day(),
                              signed_number(),
                              rarely() ? bytes(30) : "",
                              rarely() ? below(kSecondsPerDay) : kNoSecond};
    case 2: {
      EventClaim event{RegionId(fitting<std::uint32_t>()),
                       SourceId(fitting<std::uint16_t>()),
                       EventKindId(fitting<std::uint16_t>()),
                       rarely(),
                       day(),
                       day(),
                       signed_number(),
                       signed_number(),
                       {},
                       static_cast<EventStatus>(rarely() ? below(3) : 0)};
      for (int i = below(4); i > 0; --i) event.actors.push_back(number());
      return event;
    }
    case 3:
      return ForecastClaim{series(), day(),   day(),  day(), fitting<std::int32_t>(),
                           maybe(),  maybe(), maybe()};
    default: {
      CoverageClaim coverage{SourceId(fitting<std::uint16_t>()),
                             IndicatorId(fitting<std::uint16_t>()),
                             {},
                             day(),
                             day()};
      for (int i = below(6); i > 0; --i) {
        coverage.regions.emplace_back(fitting<std::uint32_t>());
      }
      return coverage;
    }
  }
}

LatestRevision StoreGen::latest() {
  LatestRevision revision;
  revision.identity = hash();
  revision.source = SourceId(fitting<std::uint16_t>());
  revision.revision = fitting<std::uint32_t>();
  revision.content = hash();
  revision.published = PublishedTime(signed_number());
  revision.tlp = static_cast<Tlp>(below(5));
  revision.journal_sequence = number();
  revision.journal_index = fitting<std::uint32_t>();
  revision.claim = claim();
  if (auto* observation = std::get_if<ObservationClaim>(&revision.claim); observation && often()) {
    observation->series.source = revision.source;
  }
  return revision;
}

Input StoreGen::input() {
  switch (below(10)) {
    case 0:
      return RecordsInput{bytes(9), bytes(9), number(), bytes(300)};
    case 1:
      return ClockInput{};
    case 2:
      return ContentInput{bytes(6), bytes(20), bytes(200)};
    case 3:
      return EngineInput{bytes(9)};
    case 4:
      return DeliveryInput{{hash(), static_cast<Outcome>(below(3)), bytes(40)}};
    case 5:
      return AcknowledgeInput{bytes(32), fitting<std::uint32_t>(), bytes(9), bytes(9),
                              often() ? "" : bytes(40)};
    case 6:
      return MuteInput{bytes(9), bytes(9), bytes(9), bytes(30), time()};
    case 7:
      return QuarantineReleaseInput{number(), bytes(9)};
    case 8:
      return ReloadInput{bytes(9), std::vector<std::string>(below(3), bytes(30))};
    default:
      return HorizonInput{bytes(9), Day(fitting<std::int32_t>())};
  }
}

JournalEntry StoreGen::journal_entry() {
  JournalEntry entry{time(), {}};
  for (int i = below(5); i > 0; --i) entry.inputs.push_back(input());
  return entry;
}

Dispatch StoreGen::dispatch() {
  Dispatch dispatch;
  dispatch.id = hash();
  dispatch.alert = hash();
  dispatch.revision = fitting<std::uint32_t>();
  dispatch.committee = bytes(20);
  dispatch.address = {static_cast<Channel>(below(2)), bytes(30)};
  dispatch.reason = bytes(40);
  dispatch.state = static_cast<DispatchState>(below(3));
  dispatch.attempts = fitting<std::uint32_t>();
  dispatch.intended = time();
  dispatch.next_attempt = time();
  dispatch.last_answer = bytes(40);
  return dispatch;
}

Acknowledgement StoreGen::acknowledgement(const AlertRevision& of) {
  return {of.alert, of.number, bytes(9), bytes(9), bytes(40), time()};
}

QuarantineRow StoreGen::quarantine() {
  return {number(), number(), bytes(9), time(), {bytes(9), bytes(9), bytes(40), bytes(20)},
          bytes(99)};
}

LedgerRow StoreGen::ledger_row() {
  return {static_cast<Chain>(below(2)), number(), hash().hex() + hash().hex(),
          hash().hex() + hash().hex(), bytes(200)};
}

StoreHead StoreGen::head() {
  StoreHead head{number(), number(), time(), {}};
  for (ChainHead& chain : head.chains) chain = {number(), hash().hex() + hash().hex()};
  return head;
}

AlertRevision StoreGen::alert() {
  AlertRevision revision;
  revision.alert = hash();
  revision.number = static_cast<std::uint32_t>(1 + below(9));
  revision.pattern = "convergence";
  revision.region = "NG-BO";
  revision.level = static_cast<Level>(below(kLevelCount));
  revision.issued = ProcessingTime(1'600'000'000'000 + below(1'000'000));
  revision.tick = Day(18'000 + below(1000));
  revision.changes = {"rain over 3 months is 41 mm"};
  return revision;
}

AlertRevision StoreGen::next_alert() {
  AlertRevision revision = alert();
  if (!alerts_.empty() && often()) {
    const auto last = alerts_.begin() + below(int(alerts_.size()));
    revision.alert = last->alert;
    revision.number = last->number + 1;
    alerts_.erase(last);
  }
  revision.kind = rarely() ? RevisionKind::kCleared : RevisionKind::kUpdated;
  if (!closes(revision.kind)) alerts_.push_back(revision);
  return revision;
}

Commit StoreGen::commit(std::uint64_t sequence, int records) {
  Commit commit;
  commit.entry = journal_entry();
  for (int i = 0; i < records; ++i) {
    LatestRevision revision = latest();
    revision.journal_sequence = sequence;
    if (!known_.empty() && rarely()) {
      const Identity& again = known_[static_cast<std::size_t>(below(int(known_.size())))];
      revision.source = again.source;
      revision.identity = again.hash;
    }
    known_.push_back({revision.source, revision.identity});
    commit.revisions.push_back(std::move(revision));
  }
  commit.positions.push_back({"producer-" + std::to_string(below(3)), "e1", sequence});
  FateTotals& counts = commit.fates[SourceId(static_cast<std::uint16_t>(below(4)))];
  counts[static_cast<std::size_t>(Fate::kApplied)] += static_cast<std::uint64_t>(records);
  if (often()) return commit;

  for (int i = below(3); i > 0; --i) commit.quarantine.push_back(quarantine());
  for (int i = below(3); i > 0; --i) commit.alerts.push_back(next_alert());
  for (int i = below(4); i > 0; --i) {
    commit.ledger.push_back({static_cast<Chain>(below(2)), bytes(120)});
  }
  for (int i = below(4); i > 0; --i) {
    Dispatch changed = dispatch();
    if (!dispatches_.empty() && often()) {
      changed.id = dispatches_[static_cast<std::size_t>(below(int(dispatches_.size())))];
    }
    dispatches_.push_back(changed.id);
    commit.dispatches.push_back(std::move(changed));
  }
  ++named_;
  commit.numbering.push_back({NumberedKind::kRegion, "region " + std::to_string(named_),
                              static_cast<std::uint32_t>(named_)});
  if (rarely()) {
    QuarantineRow row = quarantine();
    row.sequence = 2;
    commit.quarantine_refused_again.push_back(std::move(row));
  }
  if (rarely()) commit.quarantine_released.push_back(1);
  for (const AlertRevision& alert : commit.alerts) {
    if (often()) commit.acknowledgements.push_back(acknowledgement(alert));
  }
  return commit;
}

void apply(const Commit& commit, StoreContent& content) {
  StoreHead& head = content.head;
  head.now = commit.entry.now;
  content.journal[++head.sequence] = commit.entry;
  for (const LatestRevision& revision : commit.revisions) {
    content.latest[{revision.source, revision.identity}] = revision;
  }
  for (QuarantineRow row : commit.quarantine) {
    row.sequence = ++head.quarantine_sequence;
    content.quarantine[row.sequence] = std::move(row);
  }
  for (const QuarantineRow& row : commit.quarantine_refused_again) {
    content.quarantine[row.sequence] = row;
  }
  for (const std::uint64_t released : commit.quarantine_released) {
    content.quarantine.erase(released);
  }
  for (const AlertRevision& revision : commit.alerts) {
    content.alerts[{revision.alert, revision.number}] = revision;
  }
  for (const LedgerEntry& entry : commit.ledger) {
    ChainHead& chain = head.chains[static_cast<std::size_t>(entry.chain)];
    const std::string hash = chain_hash(chain.hash, entry.json);
    content.ledger[entry.chain].push_back({entry.chain, chain.count, chain.hash, hash, entry.json});
    chain = {chain.count + 1, hash};
  }
  for (const Dispatch& dispatch : commit.dispatches) content.dispatches[dispatch.id] = dispatch;
  for (const Acknowledgement& row : commit.acknowledgements) {
    content.acknowledgements[{row.alert, row.revision, row.committee}] = row;
  }
  for (const Numbering::Entry& entry : commit.numbering) {
    content.numbering[{entry.kind, entry.name}] = entry.number;
  }
  for (const ProducerPosition& position : commit.positions) {
    content.positions[{position.producer, position.epoch}] = position.sequence;
  }
  for (const auto& [source, counts] : commit.fates) {
    for (std::size_t i = 0; i < counts.size(); ++i) content.fates[source][i] += counts[i];
  }
  content.dispatch_counts = {};
  for (const auto& [id, dispatch] : content.dispatches)
    ++content.dispatch_counts.of(dispatch.address.channel, dispatch.state);
  content.open_alerts.clear();
  for (const auto& [key, revision] : content.alerts) {  // by alert and number: the last one holds
    content.open_alerts.erase(revision.alert);
    if (!closes(revision.kind)) content.open_alerts[revision.alert] = revision.number;
  }
}

StoreContent content_of(const Store& store) {
  StoreContent content;
  const auto read = [](const Result<void>& result) {
    require(result.has_value(), result ? "" : result.error().message);
  };
  read(store.for_each_journal(1, [&](std::uint64_t sequence, const JournalEntry& entry) {
    content.journal[sequence] = entry;
    return Result<void>{};
  }));
  read(store.for_each_latest([&](const LatestRevision& revision) {
    content.latest[{revision.source, revision.identity}] = revision;
    return Result<void>{};
  }));
  read(store.for_each_quarantined(1, [&](const QuarantineRow& row) {
    content.quarantine[row.sequence] = row;
    return Result<void>{};
  }));
  read(store.for_each_alert_revision([&](const AlertRevision& revision) {
    content.alerts[{revision.alert, revision.number}] = revision;
    return Result<void>{};
  }));
  read(store.for_each_dispatch([&](const Dispatch& dispatch) {
    content.dispatches[dispatch.id] = dispatch;
    return Result<void>{};
  }));
  for (const Chain chain : {Chain::kAlerts, Chain::kDispatches}) {
    read(store.for_each_ledger(chain, 0, [&](const LedgerRow& row) {
      content.ledger[chain].push_back(row);
      return Result<void>{};
    }));
  }
  read(store.for_each_position([&](const ProducerPosition& position) {
    content.positions[{position.producer, position.epoch}] = position.sequence;
    return Result<void>{};
  }));
  const auto numbering = store.numbering();
  for (const Numbering::Entry& entry : numbering.value()) {
    content.numbering[{entry.kind, entry.name}] = entry.number;
  }
  for (const auto& [key, revision] : content.alerts) {
    const auto rows = store.acknowledgements(revision.alert);
    for (const Acknowledgement& row : rows.value()) {
      content.acknowledgements[{row.alert, row.revision, row.committee}] = row;
    }
  }
  content.fates = store.fates();
  content.dispatch_counts = store.dispatch_counts();
  content.open_alerts = store.open_alerts();
  content.head = store.head();
  return content;
}

}  // namespace tocsin::testsupport
