#include "ingest/frame.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace tocsin {
namespace {

struct FrameCase {
  std::string name, payload;
  std::vector<std::string> slices;
  std::optional<std::string> rest;
};

class Frame : public testing::TestWithParam<FrameCase> {};

TEST_P(Frame, IsCutIntoRecords) {
  const auto& c = GetParam();
  std::vector<std::string> slices;
  const auto rest = cut_frame(c.payload, [&](std::string_view s) { slices.emplace_back(s); });
  EXPECT_THAT(slices, testing::ElementsAreArray(c.slices));
  EXPECT_EQ(rest ? std::optional(std::string(*rest)) : std::nullopt, c.rest);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, Frame,
    testing::ValuesIn<FrameCase>({
        {"nothing", "", {}, {}},
        {"white_space_only", " \r\n\t\n", {}, {}},
        {"one_line_without_end", "{}", {"{}"}, {}},
        {"lines_of_all_systems", "{1}\n{2}\r\n\n  {3}\n", {"{1}", "{2}", "{3}"}, {}},
        {"a_broken_line_hides_nothing", "{\"a\n{2}", {"{\"a", "{2}"}, {}},
        {"empty_array", " [ ] ", {}, {}},
        {"array", "[{1}, {2}]", {"{1}", "{2}"}, {}},
        {"array_over_lines", "[\n{1},\n{2}\n]\n", {"{1}", "{2}"}, {}},
        {"commas_and_brackets_in_texts",
         R"([{"a":"],}[{"},{"b":["\"",{}]}])",
         {R"({"a":"],}[{"})", R"({"b":["\"",{}]})"},
         {}},
        {"elements_that_are_no_objects", "[1, \"x\", null]", {"1", "\"x\"", "null"}, {}},
        {"empty_elements_are_seen", "[{1},,{2},]", {"{1}", "", "{2}", ""}, {}},
        {"no_closing_bracket", "[{1},{2}", {"{1}"}, "{2}"},
        {"open_text", "[{1},{\"a", {"{1}"}, "{\"a"},
        {"brace_too_many", "[{1}},{2}]", {}, "{1}},{2}]"},
        {"something_after_it", "[{1}] {2}", {"{1}"}, "{2}"},
        {"backslash_at_the_end", "[\"\\", {}, "\"\\"},
    }),
    [](const auto& tc) { return tc.param.name; });

}  // namespace
}  // namespace tocsin
