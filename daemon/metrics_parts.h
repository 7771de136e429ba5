#pragma once

#include "daemon/metrics.h"
#include "daemon/metrics_scrape.h"

namespace tocsin {

// What the other parts say of themselves, as samples of the families in daemon/metrics_table.h.
void add_fates(Scrape& scrape, const Gauges& gauges, const Catalogue& catalogue);
void add_server(Scrape& scrape, const ServerStatistics& server);
void add_feeds(Scrape& scrape, const Gauges& gauges);
void add_producers(Scrape& scrape, const Gauges& gauges);
void add_dispatch(Scrape& scrape, const Gauges& gauges);
void add_admin(Scrape& scrape, const Gauges& gauges);
void add_store(Scrape& scrape, const Gauges& gauges);

}  // namespace tocsin
