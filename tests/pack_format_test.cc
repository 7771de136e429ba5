#include "daemon/pack_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "daemon/commands_format.h"
#include "tests/support/shipped_pack.h"
#include "tests/support/temp_dir.h"

// `tocsin fmt`: one form of a pack, with every comment.
namespace tocsin {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testsupport::kSource;
using testsupport::read_file;
using testsupport::TempDir;

std::string formatted(const std::string& text) {
  auto out = format_pack("pack.yaml", text);
  if (out) return *out;
  for (const Diagnostic& diagnostic : out.error()) ADD_FAILURE() << render(diagnostic, text);
  return "";
}

struct Form {
  const char* name;
  const char* written;
  const char* canonical;
};
void PrintTo(const Form& form, std::ostream* out) { *out << form.name; }

class PackFormat : public testing::TestWithParam<Form> {};

TEST_P(PackFormat, HasOneForm) {
  EXPECT_EQ(formatted(GetParam().written), GetParam().canonical);
  EXPECT_EQ(formatted(GetParam().canonical), GetParam().canonical);
}

INSTANTIATE_TEST_SUITE_P(
    All, PackFormat,
    testing::Values(
        Form{"indentation", "pack: a\nsignals:\n    dry:\n        when:   x\n",
             "pack: a\n\nsignals:\n  dry:\n    when: x\n"},
        Form{"sections_in_order", "signals:\n  a:\n    when: x\n\n\n\npack: p\n",
             "pack: p\n\nsignals:\n  a:\n    when: x\n"},
        Form{"keys_in_order_names_as_written",
             "signals:\n  z:\n    why: w\n    when: x\n  a:\n    clear: y\n    when: x\n",
             "signals:\n  z:\n    when: x\n    why: w\n  a:\n    when: x\n    clear: y\n"},
        Form{"comments_go_with_what_they_stand_above",
             "# about the file\n\n# about signals\nsignals:\n  a:\n    # why it is so\n    why: w\n"
             "    when: x # behind\n# the end\n",
             "# about the file\n\n# about signals\nsignals:\n  a:\n    when: x  # behind\n"
             "    # why it is so\n    why: w\n# the end\n"},
        Form{"comments_between_rows",
             "alerts:\n  - {day: 2019-01-01}   # first\n  # second\n  - {day: 2019-01-02}\n",
             "alerts:\n  - {day: 2019-01-01}  # first\n  # second\n  - {day: 2019-01-02}\n"},
        Form{"no_comment_in_a_text", "why: |\n  # no comment\n  text # neither\nurl: 'a#b'\n",
             "why: |\n  # no comment\n  text # neither\nurl: a#b\n"},
        Form{"quotes_where_needed", "a: \"NO\"\nb: 'plain'\nc: 'x: y'\nd: \"say \\\"x: y\\\"\"\n",
             "a: \"NO\"\nb: plain\nc: \"x: y\"\nd: 'say \"x: y\"'\n"},
        Form{"one_line_stays_one_line", "a: {b: 1,   c: [1,2 ]}\n", "a: {b: 1, c: [1, 2]}\n"},
        Form{"two_documents", "pack: a\n---\npack: a\nscenarios:\n  b:\n     says: x\n",
             "pack: a\n---\npack: a\n\nscenarios:\n  b:\n    says: x\n"},
        Form{"conditions_are_cut_where_they_join",
             "signals:\n  a:\n    when: count(events(), 28d) >= 4 and (last(price) > "
             "300 or last(price) > 200 and last(rain) < 10) and last(displaced_people) >= 5000 and "
             "last(ipc3_share) > 20 %\n",
             "signals:\n  a:\n    when: >-\n      count(events(), 28d) >= 4\n"
             "      and (last(price) > 300 or last(price) > 200 and last(rain) < 10)\n"
             "      and last(displaced_people) >= 5000\n      and last(ipc3_share) > 20 %\n"}),
    [](const auto& form) { return std::string(form.param.name); });

// The form guards itself: each result is read again and must say the same, comments included.
TEST(PackFormat, EveryPackOfTheTreeHasAFormThatStays) {
  int count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kSource / "rules/packs")) {
    if (entry.path().extension() != ".yaml") continue;
    SCOPED_TRACE(entry.path());
    const std::string once = formatted(read_file(entry.path()));
    EXPECT_EQ(formatted(once), once);
    ++count;
  }
  EXPECT_GT(count, 10);
}

TEST(PackFormat, WhatIsNoYamlIsLeftWithItsPlace) {
  const auto out = format_pack("pack.yaml", "pack: a\nsignals: [\n");
  ASSERT_FALSE(out);
  EXPECT_GT(out.error().front().line, 0);
}

TEST(FormatCommand, ChecksAndWrites) {
  const TempDir directory;
  const std::string path = (directory.path() / "p.yaml").string();
  std::ofstream(path) << "pack:   a # b\n";
  std::ostringstream out, err;
  EXPECT_EQ(run_format({{path}, false, true}, out, err), 1);
  EXPECT_EQ(out.str(), path + "\n");
  EXPECT_EQ(run_format({{path}, true, false}, out, err), 0);
  EXPECT_EQ(read_file(path), "pack: a  # b\n");
  EXPECT_EQ(run_format({{path}, false, true}, out, err), 0);
  EXPECT_THAT(err.str(), IsEmpty());
  EXPECT_EQ(run_format({{path + ".none"}, false, true}, out, err), 2);
  EXPECT_THAT(err.str(), HasSubstr("p.yaml.none"));
}

}  // namespace
}  // namespace tocsin
