#include "daemon/commands_apply.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <istream>
#include <ostream>

#include "daemon/commands_diff.h"
#include "daemon/contents.h"
#include "daemon/replace_file.h"
#include "rules/yaml_tree.h"

namespace tocsin {
namespace {

constexpr int kDone = 0, kNo = 1, kCannot = 2;

// What `pack:` says; "" when it says nothing.
std::string name_of_pack(const std::string& text) {
  Diagnostics ignored;
  const auto tree = parse_yaml("", first_document(text), ignored);
  if (!tree) return "";
  const auto name = std::ranges::find(tree->root.entries, "pack",
                                      [](const YamlEntry& entry) { return entry.key.text; });
  return name == tree->root.entries.end() ? "" : name->value.text;
}

// The file that the configuration names for the pack called `name`.
Result<std::string> find_in_force(const std::string& config_directory, const std::string& name) {
  auto contents = read_contents(config_directory);
  if (!contents) return tl::unexpected(contents.error());
  if (!contents->settings)
    return fail(ErrorCode::kInvalid, "the configuration has errors: tocsin check tells them");
  std::string known;
  for (const std::string& file : contents->settings->packs) {
    const auto text = read_file(file);
    if (!text) return tl::unexpected(text.error());
    const std::string there = name_of_pack(*text);
    if (there == name) return file;
    known += (known.empty() ? "" : ", ") + there;
  }
  return fail(ErrorCode::kNotFound,
              fmt::format("no pack '{}' is in force; tocsind.yaml names {}", name, known));
}

}  // namespace

int run_apply(const ApplyOptions& options, std::istream& in, std::ostream& out, std::ostream& err) {
  const auto cannot = [&](const Error& error) {
    err << error.message << (error.message.ends_with('\n') ? "" : "\n");
    return kCannot;
  };
  const auto text = read_file(options.pack);
  if (!text) return cannot(text.error());
  const auto in_force = find_in_force(options.call.config_directory, name_of_pack(*text));
  if (!in_force) return cannot(in_force.error());
  const auto before = read_file(*in_force);
  if (!before) return cannot(before.error());
  const auto peer = admin_peer(options.call);
  if (!peer) return cannot(peer.error());

  DiffOptions diff;
  diff.config_directory = options.call.config_directory;
  diff.before = *in_force;
  diff.after = options.pack;
  diff.history = options.history;
  if (run_diff(diff, out, err) == kCannot) return kCannot;
  if (!options.yes) {
    fmt::print(out, "\nBring it into force in place of {}? (yes) ", *in_force);
    out.flush();
    std::string answer;
    if (!std::getline(in, answer) || answer != "yes") {
      out << "nothing has changed\n";
      return kNo;
    }
  }
  if (!replace_file(*in_force, *text))
    return cannot({ErrorCode::kIo, *in_force + ": cannot be written"});
  const auto answer = http_post(*peer, "/reload");
  if (answer) {
    out << *answer << "\n";
    return kDone;
  }
  err << answer.error().message << "\n";
  if (!replace_file(*in_force, *before))
    return cannot({ErrorCode::kIo, *in_force + ": what stood there cannot be put back"});
  err << "nothing has changed: " << *in_force << " is as it was\n";
  return kNo;
}

}  // namespace tocsin
