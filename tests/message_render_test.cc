#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <pugixml.hpp>
#include <set>
#include <sstream>

#include "alerting/clean_text.h"
#include "alerting/local_time.h"
#include "alerting/message.h"
#include "tests/support/alert_samples.h"

namespace tocsin {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Message render(const AlertRevision& revision) {
  return render_message(revision, {.key = "k", .name = "Committee", .reason = "a reason"},
                        sample_catalogue(), {});
}

struct CleanCase {
  std::string name;
  std::string text, want;
};

class CleanText : public testing::TestWithParam<CleanCase> {};

TEST_P(CleanText, BecomesOneHarmlessLine) { EXPECT_EQ(one_line(GetParam().text), GetParam().want); }

INSTANTIATE_TEST_SUITE_P(Text, CleanText,
                         testing::ValuesIn<CleanCase>({
                             {"LineBreaks", "a\r\nBcc: b\n\nc", "a Bcc: b c"},
                             {"Controls",
                              "a\x01\x1b[31mb\x7f"
                              "c",
                              "a [31mb c"},
                             {"Nul", std::string("a\0b", 3), "a b"},
                             {"EndsTrimmed", " \t a  ", "a"},
                             {"BrokenUtf8",
                              "a\xff"
                              "b",
                              "a\xEF\xBF\xBD"
                              "b"},
                             {"BidirectionalOverride",
                              "a\xE2\x80\xAE"
                              "b",
                              "ab"},
                             {"ZeroWidthSpace",
                              "a\xE2\x80\x8B"
                              "b",
                              "ab"},
                             {"LineSeparator",
                              "a\xE2\x80\xA8"
                              "b",
                              "a b"},
                             {"Noncharacter",
                              "a\xEF\xBF\xBF"
                              "b",
                              "ab"},
                             {"AccentsStay", "Extrême-Nord", "Extrême-Nord"},
                             {"Nothing", "", ""},
                         }),
                         [](const auto& tested) { return tested.param.name; });

TEST(CleanText, IsCutBetweenCharacters) {
  EXPECT_EQ(one_line("abcdef", 6), "abcdef");
  EXPECT_EQ(one_line("abcdefg", 6), "abc...");
  EXPECT_EQ(one_line("abéééé", 6), "ab...");
}

TEST(CleanText, HtmlIsEscaped) {
  EXPECT_EQ(escape_html("<a href=\"x\">'&'"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;");
}

TEST(LocalTime, NamesTheZoneAndGivesUtc) {
  const Texts texts("en");
  const ProcessingTime noon(1'551'960'000'000);  // 2019-03-07T12:00:00Z
  EXPECT_EQ(local_time(texts, noon, "Africa/Lagos"),
            "7 March 2019, 13:00 West Africa Standard Time (12:00 UTC)");
  EXPECT_EQ(local_time(texts, noon, "UTC"), "7 March 2019, 12:00 UTC");
}

TEST(LocalTime, SaysWhenUtcIsOnAnotherDay) {
  const ProcessingTime late(1'552'001'400'000);  // 2019-03-07T23:30:00Z
  EXPECT_EQ(local_time(Texts("en"), late, "Africa/Lagos"),
            "8 March 2019, 00:30 West Africa Standard Time (7 March 2019, 23:30 UTC)");
}

TEST(LocalTime, KnowsSummerTime) {
  const ProcessingTime july(1'562'500'800'000);  // 2019-07-07T12:00:00Z
  EXPECT_EQ(local_time(Texts("en"), july, "Europe/Paris"),
            "7 July 2019, 14:00 Central European Summer Time (12:00 UTC)");
}

TEST(LocalTime, UnknownZoneGivesUtcAlone) {
  EXPECT_EQ(local_time(Texts("en"), ProcessingTime(0), "Mars/Olympus"),
            "1 January 1970, 00:00 UTC");
}

TEST(Texts, UnknownLanguageSpeaksEnglish) { EXPECT_EQ(Texts("xx").language(), "en"); }
TEST(Texts, RegionalTagSpeaksItsLanguage) { EXPECT_EQ(Texts("en-NG").language(), "en"); }

TEST(Texts, ArgumentsAreNeverReadAsPatterns) {
  EXPECT_EQ(Texts("en").say("place.in_country", {{"place", "{country}"}, {"country", "'{0}'"}}),
            "{country}, '{0}'");
}

// Every id that the code asks for exists, and none is left over. Families such as "level." are
// asked for with a computed end.
TEST(Texts, CatalogueAndCodeNameTheSameIds) {
  std::string code;
  for (const char* file : {"briefing.cc", "briefing_sections.cc", "cap.cc", "local_time.cc"}) {
    std::ifstream in(std::string(TOCSIN_SOURCE_DIR) + "/alerting/" + file);
    code.append(std::istreambuf_iterator<char>(in), {});
  }
  for (std::size_t at; (at = code.find("'\"'")) != std::string::npos;) code.erase(at, 3);
  std::set<std::string> named;  // every string literal
  for (std::size_t open = code.find('"'); open != std::string::npos;) {
    const std::size_t close = code.find('"', open + 1);
    named.insert(code.substr(open + 1, close - open - 1));
    open = code.find('"', close + 1);
  }
  for (const TextEntry& entry : english_texts()) {
    const std::string id(entry.id);
    const bool known = std::ranges::any_of(named, [&](const std::string& name) {
      return name == id || (name.ends_with('.') && id.starts_with(name));
    });
    EXPECT_TRUE(known) << "no code asks for " << id;
  }
}

TEST(Message, LevelAndPlaceComeFirst) {
  const Message message = render(sample_escalated());
  EXPECT_EQ(message.subject,
            "Warning, up from watch: Borno, Nigeria - Converging threats [TLP:CLEAR]");
  EXPECT_THAT(message.text, StartsWith("Warning, up from watch: Borno, Nigeria\n"));
}

TEST(Message, WhatThePublisherCallsALevelStandsBesideIt) {
  AlertRevision revision = sample_escalated();
  revision.level_name = "action";
  revision.previous_level_name = "readiness";
  const Message message = render(revision);
  EXPECT_THAT(message.subject, StartsWith("Warning (action), up from watch (readiness): Borno, "));
  EXPECT_THAT(message.text,
              HasSubstr("The level went up from watch (readiness) to warning (action)."));
}

TEST(Message, PossibleIsSaidInTheSubject) {
  EXPECT_THAT(render(sample_updated()).subject, StartsWith("Possible warning, updated: "));
}

TEST(Message, IllustrativeDataIsFlaggedInSubjectAndAtTheTop) {
  AlertRevision revision = sample_raised();
  revision.illustrative = true;
  const Message message = render(revision);
  EXPECT_THAT(message.subject, StartsWith("[ILLUSTRATIVE] Watch: "));
  EXPECT_THAT(message.text, StartsWith("*** ILLUSTRATIVE DATA."));
  EXPECT_LT(message.html.find("ILLUSTRATIVE DATA."), message.html.find("<h1"));
}

TEST(Message, HandlingLabelSurvivesALongTitle) {
  AlertRevision revision = sample_raised();
  revision.title = std::string(1'000, 'x');
  revision.tlp = Tlp::kAmberStrict;
  const std::string subject = render(revision).subject;
  EXPECT_THAT(subject, EndsWith("... [TLP:AMBER+STRICT]"));
  EXPECT_LE(subject.size(), 240U);
}

TEST(Message, OptionsStopWithTheAlert) {
  EXPECT_THAT(render(sample_updated()).text, HasSubstr("What a parliament can do"));
  for (const RevisionKind kind : {RevisionKind::kCleared, RevisionKind::kMerged}) {
    EXPECT_THAT(render(sample_following(kind)).text, Not(HasSubstr("What a parliament can do")));
  }
}

TEST(Message, OptionsAreGroupedByFunctionThenHorizon) {
  const std::string text = render(sample_raised()).text;
  const auto at = [&](std::string_view words) { return text.find(words); };
  EXPECT_LT(at("- Oversight"), at("* Short term: Ask the emergency agency"));
  EXPECT_LT(at("* Short term: Ask"), at("* Long term: Follow up"));
  EXPECT_LT(at("* Long term: Follow up"), at("- Budget"));
  EXPECT_LT(at("- Budget"), at("- Representation"));
  EXPECT_LT(at("- Representation"), at("- Parliamentary diplomacy"));
}

TEST(Message, LapsedEvidenceIsNoAllClear) {
  const Message message = render(sample_following(RevisionKind::kLapsed));
  EXPECT_THAT(message.text, HasSubstr("This is not an all-clear"));
  EXPECT_THAT(message.subject, StartsWith("Warning, evidence out of date: "));
}

TEST(Message, WithheldEvidenceIsSaid) {
  AlertRevision revision = sample_raised();
  revision.evidence_withheld = true;
  EXPECT_THAT(render(revision).text, HasSubstr("Evidence withheld: "));
}

TEST(Message, DimensionsTheRuleDoesNotLookAtAreNamed) {
  EXPECT_THAT(render(sample_raised()).text,
              HasSubstr("This rule does not look at four dimensions at all: economic,"));
}

TEST(Message, DataThatEndsSomeDaysAgoIsSaidToReachThatFar) {
  AlertRevision revision = sample_raised();
  EXPECT_THAT(render(revision).text,
              HasSubstr("It is not known whether one dimension shows a threat, since data on it\n"
                        "reaches to 19 December 2018 only: health."));
  // It became unknown while its source still reached: something else is missing too.
  revision.evidence[2].since = *parse_day("2018-12-01");
  EXPECT_THAT(render(revision).text,
              HasSubstr("For lack of data one dimension cannot be judged: health."));
}

TEST(Message, WhatNeverCameIsNotUnknownSinceADay) {
  AlertRevision revision = sample_raised();
  revision.evidence[2].since.reset();
  EXPECT_THAT(render(revision).text, HasSubstr("Not known on any day so far."));
  revision.evidence[2].sources.clear();
  EXPECT_THAT(render(revision).text, HasSubstr("Never received: no source has sent anything"));
  EXPECT_THAT(render(revision).text, Not(HasSubstr("Not known since")));
}

TEST(Message, TextKeepsToItsWidth) {
  std::istringstream lines(render(sample_escalated()).text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 72U) << line;
}

TEST(Message, HostileTextStaysText) {
  const Message message = render(hostile_revision());
  EXPECT_THAT(message.html, Not(HasSubstr("<script>")));
  EXPECT_THAT(message.html, HasSubstr("&lt;script&gt;"));
  for (const std::string* part : {&message.subject, &message.text, &message.html}) {
    EXPECT_THAT(*part, AllOf(Not(HasSubstr("\r")), Not(HasSubstr("\x1b")), Not(HasSubstr("\x01"))));
    EXPECT_THAT(*part, Not(HasSubstr("\nBcc:")));
    EXPECT_THAT(*part, Not(HasSubstr("\xE2\x80\xAE")));
  }
}

// Well-formed as XML but for the void meta elements and the doctype, and nothing to be fetched.
TEST(Message, HtmlIsWellFormedAndSelfContained) {
  for (const AlertRevision& revision : {sample_escalated(), hostile_revision()}) {
    std::string html = render(revision).html;
    for (const char* fetching : {"src=", "url(", "<link", "<img", "http-equiv", "@import"}) {
      EXPECT_THAT(html, Not(HasSubstr(fetching)));
    }
    html.erase(0, html.find('\n'));
    for (std::size_t at = html.find("<meta"); at != std::string::npos;
         at = html.find("<meta", at)) {
      at = html.find('>', at);
      html.insert(at, "/");
    }
    pugi::xml_document document;
    const auto parsed = document.load_string(html.c_str(), pugi::parse_full);
    EXPECT_TRUE(parsed) << parsed.description() << " at "
                        << html.substr(static_cast<std::size_t>(parsed.offset), 80);
  }
}

TEST(Message, SameInputGivesTheSameBytes) {
  EXPECT_EQ(render(sample_updated()).html, render(sample_updated()).html);
}

}  // namespace
}  // namespace tocsin
