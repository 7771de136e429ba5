#include "daemon/commands_check.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <boost/json.hpp>
#include <iterator>
#include <ostream>

#include "daemon/contents.h"
#include "daemon/memory_bound.h"
#include "daemon/pack_clashes.h"

namespace tocsin {
namespace {

namespace json = boost::json;

constexpr int kDone = 0, kNo = 1, kCannot = 2;
constexpr std::int32_t kYears = 20, kDays = kYears * 365 + 5;

json::object as_json(const Diagnostic& diagnostic) {
  return {{"file", diagnostic.file},
          {"line", diagnostic.line},
          {"column", diagnostic.column},
          {"length", diagnostic.length},
          {"message", diagnostic.message},
          {"allowed", diagnostic.allowed},
          {"suggestion", diagnostic.suggestion}};
}

json::object as_json(const Pack& pack, const MemoryBound& bound) {
  return {{"file", pack.file},
          {"pack", pack.name},
          {"version", pack.version},
          {"signals", pack.signals.size()},
          {"patterns", pack.patterns.size()},
          {"regions", pack.regions.size()},
          {"memory_a_region",
           json::object{{"years", kYears},
                        {"bytes_at_most", bound.total()},
                        {"bytes_an_event", bound.bytes_an_event},
                        {"bytes_an_irregular_figure", bound.bytes_an_irregular_figure}}}};
}

std::string told(std::size_t warnings) {
  if (warnings == 0) return "";
  return fmt::format(", {} warning{}", warnings, warnings == 1 ? "" : "s");
}

void tell(const Pack& pack, const MemoryBound& bound, std::ostream& out) {
  fmt::print(out, "{}: {} version {}: {} signals, {} patterns, {} regions: no errors{}\n",
             pack.file, pack.name, pack.version, pack.signals.size(), pack.patterns.size(),
             pack.regions.size(), told(pack.warnings.size()));
  fmt::print(
      out, "  memory a region, {} years: at most {} KiB for {} figures and the tracks{}{}\n",
      kYears, bound.total() / 1024 + 1, bound.figures,
      bound.bytes_an_event > 0 ? fmt::format("; {} bytes an event", bound.bytes_an_event) : "",
      bound.bytes_an_irregular_figure > 0
          ? fmt::format("; {} bytes a figure at irregular times", bound.bytes_an_irregular_figure)
          : "");
}

}  // namespace

int run_check(const CheckOptions& options, std::ostream& out, std::ostream& err) {
  const auto cannot = [&](const Error& error) {
    err << error.message << (error.message.ends_with('\n') ? "" : "\n");
    return kCannot;
  };
  auto contents = read_contents(options.config_directory);
  if (!contents) return cannot(contents.error());
  if (!options.packs.empty()) contents->packs.clear();
  for (const std::string& path : options.packs) {
    auto text = read_file(path);
    if (!text) return cannot(text.error());
    contents->packs[path] = *std::move(text);
  }
  Numbering numbering;
  Diagnostics diagnostics, warnings;
  std::vector<Pack> packs;
  auto configuration = load_configuration(contents->configuration, numbering);
  ConfigurationFiles files = contents->configuration;
  if (!configuration) {
    diagnostics = std::move(configuration.error());
  } else {
    configuration->catalogue.index();
    for (const auto& [name, text] : contents->packs) {
      files[name] = text;
      const std::int32_t kept = configuration->settings.horizons.retention_days;
      if (auto pack = parse_pack(name, text, configuration->catalogue, kept)) {
        std::ranges::move(overdue_calibrations(*pack, options.today),
                          std::back_inserter(pack->warnings));
        std::ranges::copy(pack->warnings, std::back_inserter(warnings));
        packs.push_back(*std::move(pack));
      } else {
        std::ranges::move(pack.error(), std::back_inserter(diagnostics));
      }
    }
    // Files that are named one by one may be versions of one pack.
    Diagnostics clashes = pack_clashes(*contents, packs);
    std::ranges::move(clashes, std::back_inserter(options.packs.empty() ? diagnostics : warnings));
  }
  if (options.format == OutputFormat::kText) {
    for (Diagnostic warning : warnings) {
      const std::string& text = files[warning.file];
      warning.message = "warning: " + warning.message;
      err << render(warning, text);
    }
    if (!diagnostics.empty()) err << render(diagnostics, files);
    for (const Pack& pack : packs)
      if (diagnostics.empty()) tell(pack, memory_bound(configuration->catalogue, pack, kDays), out);
  } else {
    json::array wrong, doubtful, good;
    for (const Diagnostic& warning : warnings) doubtful.push_back(as_json(warning));
    for (const Diagnostic& diagnostic : diagnostics) wrong.push_back(as_json(diagnostic));
    for (const Pack& pack : packs)
      good.push_back(as_json(pack, memory_bound(configuration->catalogue, pack, kDays)));
    out << json::serialize(json::object{{"errors", std::move(wrong)},
                                        {"warnings", std::move(doubtful)},
                                        {"packs", std::move(good)}})
        << "\n";
  }
  // Where a file isn't there at all, the rest can't be judged.
  if (std::ranges::any_of(diagnostics, [&](const Diagnostic& diagnostic) {
        return !files.contains(diagnostic.file);
      }))
    return kCannot;
  return diagnostics.empty() ? kDone : kNo;
}

}  // namespace tocsin
