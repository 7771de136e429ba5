#include "daemon/metrics_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "model/result.h"

namespace tocsin {
namespace {

using enum prometheus::MetricType;

constexpr auto kTable = std::to_array<MetricEntry>({
    {"process_cpu_seconds_total", Counter, "", "Processor time used, user and system."},
    {"process_max_fds", Gauge, "", "File descriptors that the process may have open."},
    {"process_open_fds", Gauge, "", "File descriptors that are open."},
    {"process_resident_memory_bytes", Gauge, "", "Memory that is in RAM."},
    {"process_start_time_seconds", Gauge, "", "When the process started, Unix time."},
    {"process_virtual_memory_bytes", Gauge, "", "Address space in use."},
    {"tocsin_admin_connections", Gauge, "", "Connections to the admin listener that are open."},
    {"tocsin_admin_refusals_total", Counter, "reason",
     "Requests and connections that the admin listener refused or cut, since the start."},
    {"tocsin_admin_requests_total", Counter, "",
     "Requests that the admin listener answered, refused ones included."},
    {"tocsin_alert_acknowledgements_total", Counter, "",
     "Revisions that a committee confirmed having read, since the start."},
    {"tocsin_alert_revisions_total", Counter, "kind, level",
     "Revisions of alerts stated since the start."},
    {"tocsin_alerts_held_back_total", Counter, "why",
     "Notes that a new alert is held back, by a mute, a budget, a person or a veto."},
    {"tocsin_alerts_open", Gauge, "pattern, level", "Alerts that are open."},
    {"tocsin_build_info", Gauge, "version", "1; the version of the program."},
    {"tocsin_checkpoint_sequence", Gauge, "",
     "Journal sequence of the last complete checkpoint of derived state; 0: none yet."},
    {"tocsin_commit_records", Histogram, "", "Records in one commit that holds any."},
    {"tocsin_commit_seconds", Histogram, "",
     "Time from taking the frames to the synced commit: gate, rules, disk."},
    {"tocsin_commits_total", Counter, "", "Commits since the start."},
    {"tocsin_data_events", Gauge, "", "Events that the rules can read."},
    {"tocsin_data_forecasts", Gauge, "", "Figures of forecasts that the rules can read."},
    {"tocsin_data_observations", Gauge, "", "Observations that the rules can read."},
    {"tocsin_data_series", Gauge, "", "Series of observations."},
    {"tocsin_disk_free_bytes", Gauge, "", "Free bytes on the store's disk."},
    {"tocsin_disk_mark", Gauge, "mark",
     "1 for the mark that the free bytes are at: enough, low (no credit is granted), critical."},
    {"tocsin_disk_size_bytes", Gauge, "", "Size of the store's disk."},
    {"tocsin_dispatch_attempts_total", Counter, "channel, outcome",
     "Attempts at delivery since the start."},
    {"tocsin_dispatch_in_flight", Gauge, "channel", "Dispatches that are being attempted."},
    {"tocsin_dispatch_outbox_errors_total", Counter, "channel",
     "Times that the outbox could not be read."},
    {"tocsin_dispatch_unconfirmed", Gauge, "channel",
     "Dispatches that were attempted and whose result is not committed yet."},
    {"tocsin_dispatch_waiting", Gauge, "channel",
     "Dispatches that are due and wait for an earlier revision of their alert."},
    {"tocsin_engine_evaluations_total", Counter, "", "Conditions evaluated at a tick."},
    {"tocsin_engine_pattern_folds_total", Counter, "", "Patterns folded again in a region."},
    {"tocsin_engine_reconciled_total", Counter, "",
     "Places whose alerts were compared with the assessment."},
    {"tocsin_engine_signal_folds_total", Counter, "", "Signals folded again in a region."},
    {"tocsin_feed_gaps_total", Counter, "feed", "Places where the feed's sequence jumps."},
    {"tocsin_feed_messages_total", Counter, "feed", "Messages of the feed that were taken."},
    {"tocsin_feed_missed_messages_total", Counter, "feed",
     "Messages that the feed's gaps are made of: lost for good."},
    {"tocsin_feed_quarantined_records_total", Counter, "feed",
     "Records of the feed that were refused; its publisher is not told."},
    {"tocsin_feed_refused_messages_total", Counter, "feed",
     "Messages that are none of the feed, out of sequence, or refused by the engine."},
    {"tocsin_feed_restarts_total", Counter, "feed",
     "Epochs that the feed's publisher began, but for the first."},
    {"tocsin_frame_ack_seconds", Histogram, "",
     "Age of the oldest frame of a commit when it could be acknowledged."},
    {"tocsin_indicator_newest_day_timestamp_seconds", Gauge, "indicator",
     "End of the newest period that any series of the indicator speaks about, Unix time."},
    {"tocsin_indicator_series", Gauge, "indicator", "Series of the indicator."},
    {"tocsin_indicator_series_stale", Gauge, "indicator",
     "Series whose newest value is older than the cadence plus the longest delay: unknown to "
     "rules."},
    {"tocsin_journal_sequence", Gauge, "", "Sequence of the last commit in the journal."},
    {"tocsin_mute_end_timestamp_seconds", Gauge, "pattern, region, who",
     "When a person's mute that holds back new alerts ends, Unix time."},
    {"tocsin_outbox_dead", Gauge, "",
     "Dispatches that were given up and that a person must see to."},
    {"tocsin_outbox_dispatches", Gauge, "", "Dispatches that are not finished."},
    {"tocsin_processing_time_timestamp_seconds", Gauge, "",
     "Processing time of the last commit, Unix time; simulated under the published clock."},
    {"tocsin_producer_accepted_records_total", Counter, "producer",
     "Records in the frames accepted from the producer, as it declared them."},
    {"tocsin_producer_throttled_sessions", Gauge, "producer",
     "Sessions of the producer that wait for its rate."},
    {"tocsin_producer_throttles_total", Counter, "producer",
     "Times that a session of the producer had to wait for its rate."},
    {"tocsin_quarantine_released_total", Counter, "fate",
     "Records of the quarantine judged again since the start, by what became of them. Not in "
     "tocsin_records_total, where each is quarantined."},
    {"tocsin_queue_frames", Gauge, "", "Frames between the ingest server and the engine."},
    {"tocsin_records_received_total", Counter, "",
     "Records in the commits since the start, before the gate."},
    {"tocsin_records_total", Counter, "source, fate",
     "Records by their one fate since the store was made; source (none): none that is declared."},
    {"tocsin_records_unaccounted", Gauge, "",
     "Records received less records with a fate, since the start. Not 0 is a bug."},
    {"tocsin_reload_refused", Gauge, "",
     "1 when the last reload was refused: the files say other than what is in force."},
    {"tocsin_reloads_total", Counter, "outcome",
     "Reloads asked for (SIGHUP, POST /reload): done, refused."},
    {"tocsin_retention_horizon_timestamp_seconds", Gauge, "what",
     "What is older was let go by retention: journal entries, quarantined records. Unix time; "
     "0 while everything is kept."},
    {"tocsin_rules_seconds", Histogram, "", "Part of a commit that the rules took."},
    {"tocsin_server_accepted_bytes_total", Counter, "", "Bytes in the frames accepted."},
    {"tocsin_server_accepted_records_total", Counter, "",
     "Records in the frames accepted, as their senders declared them."},
    {"tocsin_server_acks_sent_total", Counter, "", "ACK messages sent."},
    {"tocsin_server_authentication_failures_total", Counter, "",
     "Connections turned away for their key."},
    {"tocsin_server_authentications_total", Counter, "", "Connections whose key was accepted."},
    {"tocsin_server_connections", Gauge, "", "Connections that are open."},
    {"tocsin_server_connections_refused_total", Counter, "", "Connections cut beyond the limit."},
    {"tocsin_server_contract_breaches_total", Counter, "",
     "Frames with more records than declared, or results out of order."},
    {"tocsin_server_credit_available_bytes", Gauge, "", "Credit in bytes that is not given out."},
    {"tocsin_server_credit_available_records", Gauge, "",
     "Credit in records that is not given out."},
    {"tocsin_server_credit_pool_bytes", Gauge, "", "Credit in bytes that may be given out in all."},
    {"tocsin_server_credit_pool_records", Gauge, "",
     "Credit in records that may be given out in all."},
    {"tocsin_server_credit_withheld", Gauge, "", "1 while producers get no more credit."},
    {"tocsin_server_durable_records_total", Counter, "", "Records in the frames made durable."},
    {"tocsin_server_frames_accepted_total", Counter, "", "Frames passed on to the engine."},
    {"tocsin_server_frames_durable_total", Counter, "", "Frames made durable."},
    {"tocsin_server_frames_in_flight", Gauge, "", "Frames accepted and not answered yet."},
    {"tocsin_server_frames_pending", Gauge, "", "Frames that wait for room in the queue."},
    {"tocsin_server_frames_turned_away_total", Counter, "reason",
     "Frames not taken: duplicate, stale (of an older session), denied key, refused by the "
     "engine."},
    {"tocsin_server_handshake_failures_total", Counter, "",
     "Connections that failed in their handshake."},
    {"tocsin_server_keys_denied_total", Counter, "",
     "Keys denied for a time after a frame beyond their credit."},
    {"tocsin_server_messages_received_total", Counter, "", "Messages received."},
    {"tocsin_server_offers_deferred_total", Counter, "",
     "Turns in which the queue in front of the engine was full."},
    {"tocsin_server_outcomes_dropped_total", Counter, "",
     "Frames whose fates were let go before their producer confirmed them."},
    {"tocsin_server_refusals_total", Counter, "reason",
     "Messages refused and sessions ended, by the reason told to the producer."},
    {"tocsin_server_regressions_total", Counter, "",
     "Producers that know of an ACK above the durable sequence: acked data is lost."},
    {"tocsin_server_sends_deferred_total", Counter, "",
     "Messages kept back because a connection took no more."},
    {"tocsin_server_sessions", Gauge, "", "Sessions that are live."},
    {"tocsin_server_sessions_opened_total", Counter, "", "Sessions opened."},
    {"tocsin_server_streams", Gauge, "", "Producer epochs remembered."},
    {"tocsin_source_covered_until_timestamp_seconds", Gauge, "source, region",
     "End of the newest days for which the source's events in the country are complete, Unix "
     "time."},
    {"tocsin_source_newest_arrival_timestamp_seconds", Gauge, "source",
     "When the source's newest applied record came, since the start, Unix processing time."},
    {"tocsin_source_newest_day_timestamp_seconds", Gauge, "source",
     "End of the newest day that a record applied since the start speaks about, Unix time."},
    {"tocsin_source_suspect", Gauge, "source, reason",
     "1 while the source seems to have gone mad: rate, bound, same (see \"A source gone mad\")."},
    {"tocsin_store_background_errors", Gauge, "", "Errors of RocksDB outside of writes."},
    {"tocsin_store_block_cache_bytes", Gauge, "", "Block cache in use."},
    {"tocsin_store_delayed_write_bytes_per_second", Gauge, "",
     "Rate that writes are slowed down to; 0 when they are not."},
    {"tocsin_store_file_bytes", Gauge, "column", "Size of the column family's files."},
    {"tocsin_store_level0_files", Gauge, "column", "Files that wait for compaction in level 0."},
    {"tocsin_store_live_bytes", Gauge, "column", "Size of what is not deleted, estimated."},
    {"tocsin_store_memtable_bytes", Gauge, "column", "Memory tables of the column family."},
    {"tocsin_store_pending_compaction_bytes", Gauge, "", "Bytes that compaction is behind."},
    {"tocsin_store_rows", Gauge, "column", "Rows of the column family, estimated."},
    {"tocsin_store_table_memory_bytes", Gauge, "", "Indexes and filters outside the block cache."},
    {"tocsin_store_writes_stopped", Gauge, "", "1 while compaction can't keep up at all."},
});
static_assert(std::ranges::is_sorted(kTable, {}, &MetricEntry::name));

std::string_view name_of(prometheus::MetricType type) {
  switch (type) {
    case Counter:
      return "counter";
    case Gauge:
      return "gauge";
    case Histogram:
      return "histogram";
    case Summary:
      return "summary";
    case Untyped:
      break;
  }
  return "untyped";
}

}  // namespace

std::span<const MetricEntry> metric_table() { return kTable; }

const MetricEntry& metric_entry(std::string_view name) {
  const auto found = std::ranges::lower_bound(kTable, name, {}, &MetricEntry::name);
  require(found != kTable.end() && found->name == name, name);
  return *found;
}

std::string metric_table_markdown() {
  std::string table = "| name | type | labels | meaning |\n|---|---|---|---|\n";
  for (const MetricEntry& entry : kTable)
    table += fmt::format("| `{}` | {} | {} | {} |\n", entry.name, name_of(entry.type), entry.labels,
                         entry.help);
  return table;
}

}  // namespace tocsin
