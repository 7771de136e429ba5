#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "daemon/config/configuration.h"

namespace tocsin::testing {

// A small configuration without errors: two states of one country, one indicator, one source, one
// producer, one committee. Lines are short, so that the diagnostics of bad ones are, too.
inline ConfigurationFiles good_files() {
  return {
      {"tocsind.yaml",
       "history_begins: 2009-01-01\n"
       "packs: [pack.yaml]\n"
       "store: {path: store}\n"
       "ingest: {endpoint: 'tcp://127.0.0.1:*', security: plain-on-loopback, plain_producer: "
       "relay}\n"
       "smtp: {host: 127.0.0.1, security: plain-on-loopback, from: a@b.example}\n"},
      {"regions.yaml",
       "regions:\n"
       "  NG: {kind: country, names: Nigeria}\n"
       "  NG-BO: {kind: admin-1, parent: NG, names: Borno, aliases: [NG008]}\n"
       "  NG-YO: {kind: admin-1, parent: NG, names: Yobe, neighbours: [NG-BO]}\n"
       "  basin:lake: {kind: basin, names: Lake, members: [NG-BO]}\n"},
      {"indicators.yaml",
       "dimensions:\n"
       "  food: {names: Food}\n"
       "indicators:\n"
       "  price:\n"
       "    names: {en: Price, fr: Prix}\n"
       "    dimension: food\n"
       "    unit: NGN/kg\n"
       "    cadence: month\n"
       "    delay: {expected_days: 15, longest_days: 45}\n"
       "    sources: [market]\n"},
      {"sources.yaml",
       "sources:\n"
       "  market:\n"
       "    names: Market survey\n"
       "    reliability: B\n"
       "    citation: survey\n"
       "    licence: none\n"
       "    regions: [NG]\n"
       "    indicators: [price]\n"
       "producers:\n"
       "  relay: {sources: [market]}\n"},
      {"committees.yaml",
       "committees:\n"
       "  senate:\n"
       "    name: Senate\n"
       "    time_zone: Africa/Lagos\n"
       "    regions: [NG]\n"
       "    email: [chair@senate.example]\n"},
  };
}

// Puts `to` in the place of `from`, which must be there once; an empty `from` puts it at the end.
inline void replace(std::string& content, std::string_view from, std::string_view to) {
  if (from.empty()) {
    content += to;
    return;
  }
  const std::size_t at = content.find(from);
  ASSERT_NE(at, std::string::npos) << "the fixture has no '" << from << "'";
  ASSERT_EQ(content.find(from, at + 1), std::string::npos) << "'" << from << "' is there twice";
  content.replace(at, from.size(), to);
}

// What loading `files` complains about, as people read it; "" when nothing is wrong.
inline std::string complaints(const ConfigurationFiles& files) {
  Numbering numbering;
  const auto loaded = load_configuration(files, numbering);
  return loaded ? "" : render(loaded.error(), files);
}

// One mistake in an otherwise good configuration, and exactly what is said about it.
struct BadFile {
  std::string name, file, from, to, want;
};
inline void expect_refused(const BadFile& bad) {
  ConfigurationFiles files = good_files();
  replace(files.at(bad.file), bad.from, bad.to);
  EXPECT_EQ(complaints(files), bad.want);
}

}  // namespace tocsin::testing
