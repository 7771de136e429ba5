#include "daemon/metrics_parts.h"

#include "daemon/metrics_engine.h"

namespace tocsin {

void add_fates(Scrape& scrape, const Gauges& gauges, const Catalogue& catalogue) {
  for (const auto& [source, totals] : gauges.fates) {
    const std::string label = source_label(catalogue, source);
    for (std::size_t fate = 0; fate < totals.size(); ++fate)
      scrape.add("tocsin_records_total", totals[fate], {label, name_of(static_cast<Fate>(fate))});
  }
}

void add_server(Scrape& scrape, const ServerStatistics& server) {
  scrape.add("tocsin_server_sessions", server.sessions);
  scrape.add("tocsin_server_streams", server.streams);
  scrape.add("tocsin_server_connections", server.connections);
  scrape.add("tocsin_server_sessions_opened_total", server.sessions_opened);
  scrape.add("tocsin_server_frames_accepted_total", server.frames_accepted);
  scrape.add("tocsin_server_frames_durable_total", server.frames_durable);
  scrape.add("tocsin_server_frames_in_flight", server.frames_in_flight);
  scrape.add("tocsin_server_frames_pending", server.frames_pending);
  constexpr std::string_view kTurnedAway = "tocsin_server_frames_turned_away_total";
  scrape.add(kTurnedAway, server.frames_duplicate, {"duplicate"});
  scrape.add(kTurnedAway, server.frames_stale, {"stale"});
  scrape.add(kTurnedAway, server.frames_denied, {"denied"});
  scrape.add(kTurnedAway, server.frames_refused_by_engine, {"refused-by-engine"});
  scrape.add("tocsin_server_accepted_bytes_total", server.bytes_accepted);
  scrape.add("tocsin_server_accepted_records_total", server.records_accepted);
  scrape.add("tocsin_server_durable_records_total", server.records_durable);
  for (const RefusalEntry& entry : refusal_table())
    scrape.add("tocsin_server_refusals_total",
               server.refusals[static_cast<std::size_t>(entry.refusal)], {entry.name});
  scrape.add("tocsin_server_regressions_total", server.regressions);
  scrape.add("tocsin_server_contract_breaches_total", server.contract_breaches);
  scrape.add("tocsin_server_keys_denied_total", server.keys_denied);
  scrape.add("tocsin_server_outcomes_dropped_total", server.outcomes_dropped);
  scrape.add("tocsin_server_authentications_total", server.authentications);
  scrape.add("tocsin_server_authentication_failures_total", server.authentication_failures);
  scrape.add("tocsin_server_handshake_failures_total", server.handshake_failures);
  scrape.add("tocsin_server_connections_refused_total", server.connections_refused);
  scrape.add("tocsin_server_acks_sent_total", server.acks_sent);
  scrape.add("tocsin_server_sends_deferred_total", server.sends_deferred);
  scrape.add("tocsin_server_offers_deferred_total", server.offers_deferred);
  scrape.add("tocsin_server_messages_received_total", server.messages_received);
  scrape.add("tocsin_server_credit_pool_records", server.pool_total.records);
  scrape.add("tocsin_server_credit_pool_bytes", server.pool_total.bytes);
  scrape.add("tocsin_server_credit_available_records", server.pool_available.records);
  scrape.add("tocsin_server_credit_available_bytes", server.pool_available.bytes);
  scrape.add("tocsin_server_credit_withheld", std::uint64_t{server.withheld.empty() ? 0u : 1u});
}

void add_feeds(Scrape& scrape, const Gauges& gauges) {
  for (const FeedStatistics& feed : gauges.feeds) {
    scrape.add("tocsin_feed_gaps_total", feed.gaps, {feed.name});
    scrape.add("tocsin_feed_messages_total", feed.messages, {feed.name});
    scrape.add("tocsin_feed_missed_messages_total", feed.missed, {feed.name});
    scrape.add("tocsin_feed_quarantined_records_total", feed.quarantined, {feed.name});
    scrape.add("tocsin_feed_refused_messages_total", feed.refused, {feed.name});
    scrape.add("tocsin_feed_restarts_total", feed.restarts, {feed.name});
  }
}

void add_producers(Scrape& scrape, const Gauges& gauges) {
  for (const ProducerStatistics& producer : gauges.producers) {
    scrape.add("tocsin_producer_accepted_records_total", producer.records_accepted,
               {producer.name});
    scrape.add("tocsin_producer_throttled_sessions", producer.throttled, {producer.name});
    scrape.add("tocsin_producer_throttles_total", producer.throttles, {producer.name});
  }
}

void add_dispatch(Scrape& scrape, const Gauges& gauges) {
  for (const LaneStatistics& lane : gauges.lanes) {
    const std::string_view channel = name_of(lane.channel);
    constexpr std::string_view kAttempts = "tocsin_dispatch_attempts_total";
    scrape.add(kAttempts, lane.accepted, {channel, name_of(Outcome::kAccepted)});
    scrape.add(kAttempts, lane.try_again, {channel, name_of(Outcome::kTryAgain)});
    scrape.add(kAttempts, lane.refused, {channel, name_of(Outcome::kRefused)});
    scrape.add("tocsin_dispatch_outbox_errors_total", lane.outbox_errors, {channel});
    scrape.add("tocsin_dispatch_in_flight", std::uint64_t{lane.in_flight}, {channel});
    scrape.add("tocsin_dispatch_unconfirmed", std::uint64_t{lane.unconfirmed}, {channel});
    scrape.add("tocsin_dispatch_waiting", std::uint64_t{lane.waiting}, {channel});
  }
  scrape.add("tocsin_outbox_dispatches", gauges.outbox);
  scrape.add("tocsin_outbox_dead", gauges.dead);
}

void add_admin(Scrape& scrape, const Gauges& gauges) {
  if (gauges.admin == nullptr) return;
  scrape.add("tocsin_admin_connections", gauges.admin->connections.load());
  scrape.add("tocsin_admin_requests_total", gauges.admin->requests.load());
  for (const AdminRefusalEntry& entry : admin_refusal_table())
    scrape.add("tocsin_admin_refusals_total",
               gauges.admin->refusals[static_cast<std::size_t>(entry.refusal)].load(),
               {entry.name});
}

void add_store(Scrape& scrape, const Gauges& gauges) {
  const StoreStatistics& store = gauges.store;
  for (const ColumnStatistics& column : store.columns) {
    scrape.add("tocsin_store_rows", column.rows, {column.column});
    scrape.add("tocsin_store_live_bytes", column.live_bytes, {column.column});
    scrape.add("tocsin_store_file_bytes", column.file_bytes, {column.column});
    scrape.add("tocsin_store_memtable_bytes", column.memtable_bytes, {column.column});
    scrape.add("tocsin_store_level0_files", column.files_level0, {column.column});
  }
  scrape.add("tocsin_store_pending_compaction_bytes", store.pending_compaction_bytes);
  scrape.add("tocsin_store_delayed_write_bytes_per_second", store.delayed_write_bytes_per_second);
  scrape.add("tocsin_store_writes_stopped", store.writes_stopped);
  scrape.add("tocsin_store_background_errors", store.background_errors);
  scrape.add("tocsin_store_block_cache_bytes", store.block_cache_bytes);
  scrape.add("tocsin_store_table_memory_bytes", store.table_memory_bytes);
  scrape.add("tocsin_disk_free_bytes", gauges.space.free_bytes);
  scrape.add("tocsin_disk_size_bytes", gauges.space.total_bytes);
  for (const SpaceMark mark : {SpaceMark::kEnough, SpaceMark::kLow, SpaceMark::kCritical})
    scrape.add("tocsin_disk_mark", std::uint64_t{gauges.space.mark == mark ? 1u : 0u},
               {name_of(mark)});
}

}  // namespace tocsin
