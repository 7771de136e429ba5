#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>
#include <iterator>
#include <pugixml.hpp>
#include <sstream>

#include "daemon/scenario/suite.h"

namespace tocsin {
namespace {

namespace json = boost::json;

constexpr std::array<Tri, Coverage::kTruths> kTruths = {Tri::kTrue, Tri::kFalse, Tri::kUnknown};

bool came_to(const Coverage::Part& part, Tri truth) {
  return part.came_to[static_cast<std::size_t>(truth)];
}

double seconds(std::chrono::nanoseconds took) {
  return std::chrono::duration<double>(took).count();
}

std::string place(const SuiteResult& result, const Mismatch& mismatch) {
  return fmt::format("{}:{}: {}", result.scenario_file, mismatch.line, mismatch.message);
}

json::object case_json(const SuiteResult::Case& one) {
  json::array mismatches;
  for (const Mismatch& mismatch : one.mismatches)
    mismatches.push_back(json::object{{"line", mismatch.line}, {"message", mismatch.message}});
  return {{"name", one.name},
          {"line", one.line},
          {"passed", one.mismatches.empty()},
          {"seconds", seconds(one.took)},
          {"mismatches", std::move(mismatches)}};
}

json::object suite_json(const SuiteResult& result) {
  json::array cases, parts, survivors;
  for (const SuiteResult::Case& one : result.cases) cases.push_back(case_json(one));
  json::object out{{"pack", result.pack},
                   {"file", result.pack_file},
                   {"scenarios_file", result.scenario_file},
                   {"scenarios", std::move(cases)},
                   {"failed", result.failed()}};
  if (!result.parts.empty()) {
    for (const Coverage::Part& part : result.parts) {
      json::object seen{{"rule", part.rule}, {"condition", part.text}};
      for (const Tri truth : kTruths) seen[name_of(truth)] = came_to(part, truth);
      parts.push_back(std::move(seen));
    }
    out["coverage"] = json::object{{"percent", result.covered()}, {"conditions", std::move(parts)}};
  }
  if (result.mutations > 0) {
    for (const Mutation& mutation : result.survivors)
      survivors.push_back(json::object{{"rule", mutation.rule}, {"change", mutation.change}});
    out["mutation"] = json::object{{"mutants", result.mutations},
                                   {"percent", result.killed()},
                                   {"survivors", std::move(survivors)}};
  }
  return out;
}

void tell_coverage(const SuiteResult& result, std::string& out) {
  fmt::format_to(std::back_inserter(out), "  conditions came to {} % of what they can\n",
                 result.covered());
  for (const Coverage::Part& part : result.parts) {
    std::string missing;
    for (const Tri truth : kTruths)
      if (!came_to(part, truth))
        missing += (missing.empty() ? "" : " or ") + std::string(name_of(truth));
    if (!missing.empty())
      fmt::format_to(std::back_inserter(out), "    never {}: {}: {}\n", missing, part.rule,
                     part.text);
  }
}

void tell_mutation(const SuiteResult& result, std::string& out) {
  fmt::format_to(std::back_inserter(out), "  {} small mistakes put in, {} % noticed\n",
                 result.mutations, result.killed());
  for (const Mutation& mutation : result.survivors)
    fmt::format_to(std::back_inserter(out), "    no scenario notices: {}: {}\n", mutation.rule,
                   mutation.change);
}

}  // namespace

std::string suite_text(const SuiteResult& result) {
  std::string out = fmt::format("{} ({})\n", result.pack, result.pack_file);
  for (const SuiteResult::Case& one : result.cases) {
    fmt::format_to(std::back_inserter(out), "  {} {}\n",
                   one.mismatches.empty() ? "ok    " : "FAILED", one.name);
    for (const Mismatch& mismatch : one.mismatches)
      fmt::format_to(std::back_inserter(out), "    {}\n", place(result, mismatch));
  }
  fmt::format_to(std::back_inserter(out), "  {} scenarios, {} failed\n", result.cases.size(),
                 result.failed());
  if (!result.parts.empty()) tell_coverage(result, out);
  if (result.mutations > 0) tell_mutation(result, out);
  return out;
}

std::string suites_json(const std::vector<SuiteResult>& results) {
  json::array packs;
  for (const SuiteResult& result : results) packs.push_back(suite_json(result));
  return json::serialize(json::object{{"packs", std::move(packs)}});
}

std::string suites_junit(const std::vector<SuiteResult>& results) {
  pugi::xml_document document;
  pugi::xml_node root = document.append_child("testsuites");
  for (const SuiteResult& result : results) {
    pugi::xml_node suite = root.append_child("testsuite");
    std::chrono::nanoseconds took{};
    for (const SuiteResult::Case& one : result.cases) took += one.took;
    suite.append_attribute("name") = result.pack.c_str();
    suite.append_attribute("tests") = result.cases.size();
    suite.append_attribute("failures") = result.failed();
    suite.append_attribute("errors") = 0;
    suite.append_attribute("time") = fmt::format("{:.3f}", seconds(took)).c_str();
    for (const SuiteResult::Case& one : result.cases) {
      pugi::xml_node test = suite.append_child("testcase");
      test.append_attribute("classname") = result.pack.c_str();
      test.append_attribute("name") = one.name.c_str();
      test.append_attribute("file") = result.scenario_file.c_str();
      test.append_attribute("line") = one.line;
      test.append_attribute("time") = fmt::format("{:.3f}", seconds(one.took)).c_str();
      if (one.mismatches.empty()) continue;
      pugi::xml_node failure = test.append_child("failure");
      failure.append_attribute("message") = one.mismatches.front().message.c_str();
      std::string text;
      for (const Mismatch& mismatch : one.mismatches) text += place(result, mismatch) + "\n";
      failure.text() = text.c_str();
    }
  }
  std::ostringstream out;
  document.save(out, "  ", pugi::format_default, pugi::encoding_utf8);
  return out.str();
}

}  // namespace tocsin
