#include "daemon/commands_diff.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <boost/json.hpp>
#include <ostream>

#include "daemon/back_test.h"
#include "daemon/opened.h"
#include "daemon/pack_changes.h"

namespace tocsin {
namespace {

namespace json = boost::json;

constexpr int kSame = 0, kDiffers = 1, kCannot = 2;

std::string_view word_of(PackChange::Kind kind) {
  switch (kind) {
    case PackChange::Kind::kAdded:
      return "added";
    case PackChange::Kind::kRemoved:
      return "removed";
    case PackChange::Kind::kChanged:
      break;
  }
  return "changed";
}

std::string_view word_of(AlertChange::Kind kind) {
  switch (kind) {
    case AlertChange::Kind::kGained:
      return "gained";
    case AlertChange::Kind::kLost:
      return "lost";
    case AlertChange::Kind::kMoved:
      break;
  }
  return "moved";
}

std::string told(const AlertSpan& span) {
  return fmt::format("{} {} to {}", name_of(span.highest), format_day(span.raised),
                     span.ended == kDayNever ? "now" : format_day(span.ended));
}

std::string_view word_of(PackChange::Touches touches) {
  switch (touches) {
    case PackChange::Touches::kAdvice:
      return "advice";
    case PackChange::Touches::kWords:
      return "words";
    case PackChange::Touches::kMeaning:
      break;
  }
  return "meaning";
}

bool any(const std::vector<PackChange>& changes, PackChange::Touches touches) {
  return std::ranges::count(changes, touches, &PackChange::touches) > 0;
}

void tell_changes(const std::vector<PackChange>& changes, PackChange::Touches touches,
                  std::ostream& out) {
  for (const PackChange& change : changes) {
    if (change.touches != touches) continue;
    fmt::print(out, "  {:<8} {}\n", word_of(change.kind), change.where);
    if (!change.before.empty()) fmt::print(out, "    - {}\n", change.before);
    if (!change.after.empty()) fmt::print(out, "    + {}\n", change.after);
  }
}

void tell_history(const History& history, const HistoryChange& compared, std::ostream& out) {
  fmt::print(
      out,
      "\nOver the stored history, {} to {} ({} journal entries): {} alerts before, {} after, "
      "{} of them the same\n",
      format_day(history.journal.first), format_day(history.journal.last), history.journal.entries,
      compared.before, compared.after, compared.same);
  if (history.journal.released > 0)
    fmt::print(out, "  left out: {} records that were released from quarantine\n",
               history.journal.released);
  for (const AlertChange& change : compared.changes) {
    const AlertSpan& of = change.before ? *change.before : *change.after;
    fmt::print(out, "  {:<6} {} {}: {}\n", word_of(change.kind), of.region, of.pattern,
               change.kind == AlertChange::Kind::kMoved
                   ? fmt::format("{}, then {}", told(*change.before), told(*change.after))
                   : told(of));
  }
}

json::value as_json(const std::optional<AlertSpan>& span) {
  if (!span) return nullptr;
  json::object out{{"raised", format_day(span->raised)}, {"level", name_of(span->highest)}};
  out["ended"] =
      span->ended == kDayNever ? json::value(nullptr) : json::value(format_day(span->ended));
  return out;
}

json::object as_json(const std::vector<PackChange>& changes) {
  json::array out;
  for (const PackChange& change : changes)
    out.push_back(json::object{{"change", word_of(change.kind)},
                               {"where", change.where},
                               {"before", change.before},
                               {"after", change.after},
                               {"touches", word_of(change.touches)},
                               {"meaning", change.touches == PackChange::Touches::kMeaning}});
  return {{"changes", std::move(out)}};
}

json::object as_json(const History& history, const HistoryChange& compared) {
  json::array alerts;
  for (const AlertChange& change : compared.changes) {
    const AlertSpan& of = change.before ? *change.before : *change.after;
    alerts.push_back(json::object{{"change", word_of(change.kind)},
                                  {"region", of.region},
                                  {"pattern", of.pattern},
                                  {"before", as_json(change.before)},
                                  {"after", as_json(change.after)}});
  }
  return {{"first", format_day(history.journal.first)},
          {"last", format_day(history.journal.last)},
          {"entries", history.journal.entries},
          {"left_out", history.journal.released},
          {"before", compared.before},
          {"after", compared.after},
          {"same", compared.same},
          {"alerts", std::move(alerts)}};
}

class Diff {
 public:
  Diff(const DiffOptions& options, std::ostream& out, std::ostream& err)
      : options_(options), out_(out), err_(err) {}

  int run() {
    if (auto read = read_all(); !read) return cannot(read.error());
    std::optional<History> history;
    HistoryChange compared;
    if (options_.history) {
      auto runs = run_history(*store_, *before_.catalogue, before_.settings.history_begins,
                              {before_.packs, after_.packs});
      if (!runs) return cannot(runs.error());
      compared = compare_histories((*runs)[0].alerts, (*runs)[1].alerts);
      history = std::move((*runs)[0]);
    }
    if (options_.format == OutputFormat::kJson) {
      json::object all = as_json(changes_);
      if (history) all["history"] = as_json(*history, compared);
      out_ << json::serialize(all) << "\n";
    } else {
      tell(history, compared);
    }
    const bool same = means_the_same() && !any(changes_, PackChange::Touches::kAdvice);
    return same && compared.changes.empty() ? kSame : kDiffers;
  }

 private:
  int cannot(const Error& error) {
    err_ << error.message << (error.message.ends_with('\n') ? "" : "\n");
    return kCannot;
  }
  bool means_the_same() const { return !any(changes_, PackChange::Touches::kMeaning); }

  Result<void> read_all() {
    auto contents = read_contents(options_.config_directory);
    if (!contents) return tl::unexpected(contents.error());
    if (options_.history) {
      auto opened = open_store_of(options_.config_directory);
      if (!opened)
        return fail(opened.error().code,
                    opened.error().message + "\n(--no-history compares the packs without a store)");
      store_ = std::move(opened->store);
    }
    std::vector<YamlNode> trees;
    for (const auto& [path, loaded] :
         {std::pair{&options_.before, &before_}, std::pair{&options_.after, &after_}}) {
      auto text = read_file(*path);
      if (!text) return tl::unexpected(text.error());
      contents->packs = {{*path, *text}};
      Numbering numbering;
      auto read = store_ ? load_contents(*contents, *store_) : load_contents(*contents, numbering);
      if (!read) return tl::unexpected(read.error());
      *loaded = *std::move(read);
      Diagnostics ignored;
      auto tree = parse_yaml(*path, first_document(*text), ignored);
      require(tree.has_value(), "a pack that was read is YAML");
      trees.push_back(std::move(tree->root));
    }
    changes_ = pack_changes(trees[0], trees[1]);
    return {};
  }

  void tell(const std::optional<History>& history, const HistoryChange& compared) {
    if (means_the_same()) {
      out_ << "The packs mean the same\n";
    } else {
      out_ << "What differs in meaning\n";
      tell_changes(changes_, PackChange::Touches::kMeaning, out_);
    }
    if (any(changes_, PackChange::Touches::kAdvice)) {
      out_ << "\nWhat committees are told to do\n";
      tell_changes(changes_, PackChange::Touches::kAdvice, out_);
    }
    if (any(changes_, PackChange::Touches::kWords)) {
      out_ << "\nIn words only\n";
      tell_changes(changes_, PackChange::Touches::kWords, out_);
    }
    if (history) tell_history(*history, compared, out_);
  }

  const DiffOptions& options_;
  std::ostream& out_;
  std::ostream& err_;
  std::unique_ptr<Store> store_;
  Loaded before_, after_;
  std::vector<PackChange> changes_;
};

}  // namespace

int run_diff(const DiffOptions& options, std::ostream& out, std::ostream& err) {
  return Diff(options, out, err).run();
}

}  // namespace tocsin
