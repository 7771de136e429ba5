#include "alerting/cap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <pugixml.hpp>

#include "tests/support/alert_samples.h"
#include "tests/support/golden.h"
#include "tests/support/smtp_server.h"

namespace tocsin {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

CapOptions service() {
  CapOptions options;
  options.sender = "tocsin@alerts.example";
  options.sender_name = "tocsin demonstration";
  options.message = {.contact = "desk@alerts.example", .web = "https://alerts.example"};
  return options;
}

std::string render(const AlertRevision& revision, const CapOptions& options = service()) {
  const auto xml = render_cap(revision, "en", sample_catalogue(), options);
  EXPECT_TRUE(xml) << xml.error().message;
  return xml.value_or("");
}

// The rendered message as a tree; a value object for short tests.
class Cap {
 public:
  explicit Cap(const AlertRevision& revision, const CapOptions& options = service()) {
    EXPECT_TRUE(document_.load_string(render(revision, options).c_str()));
  }
  std::string at(const char* path) const { return document_.select_node(path).node().text().get(); }
  std::size_t count(const char* path) const { return document_.select_nodes(path).size(); }
  std::string parameter(const std::string& name) const {
    return at(("//parameter[valueName='" + name + "']/value").c_str());
  }

 private:
  pugi::xml_document document_;
};

AlertRevision with_tlp(Tlp tlp) {
  AlertRevision revision = sample_raised();
  revision.tlp = tlp;
  return revision;
}

AlertRevision basin() {
  AlertRevision revision = sample_raised();
  revision.region = "basin:lake-chad";
  revision.region_name = "Lake Chad basin";
  revision.shared_with = {"basin:lake-chad"};
  return revision;
}

struct SchemaCase {
  std::string name;
  AlertRevision revision;
};

std::vector<SchemaCase> schema_cases() {
  std::vector<SchemaCase> cases{{"Raised", sample_raised()},
                                {"Basin", basin()},
                                {"Hostile", hostile_revision()},
                                {"Bare", AlertRevision{}}};
  for (const RevisionKind kind :
       {RevisionKind::kEscalated, RevisionKind::kEased, RevisionKind::kUpdated,
        RevisionKind::kCleared, RevisionKind::kWithdrawn, RevisionKind::kMerged,
        RevisionKind::kRetired, RevisionKind::kLapsed}) {
    cases.push_back({"Kind_" + std::string(name_of(kind)), sample_following(kind)});
  }
  for (const Tlp tlp : {Tlp::kGreen, Tlp::kAmber, Tlp::kAmberStrict, Tlp::kRed}) {
    cases.push_back({"Tlp" + std::to_string(static_cast<int>(tlp)), with_tlp(tlp)});
  }
  cases.push_back({"Illustrative", sample_raised()});
  cases.back().revision.illustrative = true;
  return cases;
}

class CapSchema : public testing::TestWithParam<SchemaCase> {};

TEST_P(CapSchema, Validates) {
  const std::string schema = std::string(TOCSIN_SHARED_DIR) + "/data/cap/CAP-v1.2.xsd";
  if (!std::filesystem::exists(schema)) GTEST_SKIP() << schema << " is not here";
  const auto directory = make_temporary_directory();
  std::ofstream(directory / "message.xml") << render(GetParam().revision);
  const std::string command = "cd " + directory.string() + " && xmllint --noout --nonet --schema " +
                              schema + " message.xml 2> errors";
  const int status = std::system(command.c_str());
  std::ifstream errors(directory / "errors");
  EXPECT_EQ(status, 0) << std::string(std::istreambuf_iterator<char>(errors), {});
  std::filesystem::remove_all(directory);
}

INSTANTIATE_TEST_SUITE_P(Cap, CapSchema, testing::ValuesIn(schema_cases()),
                         [](const auto& tested) { return tested.param.name; });

TEST(Cap, ReadsAsReviewed) { expect_golden("alerting/updated.cap.xml", render(sample_updated())); }

TEST(Cap, IdentifierAndTimesDeriveFromTheRevision) {
  const Cap cap(sample_raised());
  EXPECT_EQ(cap.at("//identifier"), "tocsin-" + sample_raised().alert.hex() + "-1");
  EXPECT_EQ(cap.at("//sent"), "2019-03-07T12:00:00+00:00");
  EXPECT_EQ(cap.at("//onset"), "2019-02-17T00:00:00+00:00");
  EXPECT_EQ(cap.at("//expires"), "2019-09-03T12:00:00+00:00");
}

TEST(Cap, MillisecondsAreLeftOut) {
  AlertRevision revision = sample_raised();
  revision.issued = ProcessingTime(revision.issued.milliseconds() + 789);
  EXPECT_EQ(Cap(revision).at("//sent"), "2019-03-07T12:00:00+00:00");
}

TEST(Cap, FirstRevisionReferencesNothing) {
  EXPECT_EQ(Cap(sample_raised()).count("//references"), 0U);
}

TEST(Cap, LaterRevisionReferencesEveryEarlierOne) {
  const std::string id = "tocsin@alerts.example,tocsin-" + sample_raised().alert.hex();
  EXPECT_EQ(Cap(sample_updated()).at("//references"),
            id + "-1,2019-03-07T12:00:00+00:00 " + id + "-2,2019-03-21T12:00:00+00:00");
}

struct TypeCase {
  RevisionKind kind;
  std::string type, response, urgency, severity, certainty;
};

class CapType : public testing::TestWithParam<TypeCase> {};

TEST_P(CapType, FollowsKindAndLevel) {
  const auto& c = GetParam();
  const Cap cap(sample_following(c.kind));
  EXPECT_EQ(cap.at("//msgType"), c.type);
  EXPECT_EQ(cap.at("//responseType"), c.response);
  EXPECT_EQ(cap.at("//urgency"), c.urgency);
  EXPECT_EQ(cap.at("//severity"), c.severity);
  EXPECT_EQ(cap.at("//certainty"), c.certainty);
}

INSTANTIATE_TEST_SUITE_P(
    Cap, CapType,
    testing::ValuesIn<TypeCase>({
        {RevisionKind::kEscalated, "Update", "Prepare", "Expected", "Severe", "Observed"},
        {RevisionKind::kUpdated, "Update", "Prepare", "Expected", "Severe", "Observed"},
        {RevisionKind::kCleared, "Update", "AllClear", "Past", "Minor", "Observed"},
        {RevisionKind::kWithdrawn, "Cancel", "None", "Past", "Minor", "Observed"},
        {RevisionKind::kMerged, "Cancel", "Assess", "Unknown", "Unknown", "Observed"},
        {RevisionKind::kRetired, "Cancel", "Assess", "Unknown", "Unknown", "Observed"},
        {RevisionKind::kLapsed, "Update", "Assess", "Unknown", "Unknown", "Unknown"},
    }),
    [](const auto& tested) { return std::string(name_of(tested.param.kind)); });

TEST(Cap, IllustrativeDataIsAnExercise) {
  AlertRevision revision = sample_raised();
  EXPECT_EQ(Cap(revision).at("//status"), "Actual");
  revision.illustrative = true;
  EXPECT_EQ(Cap(revision).at("//status"), "Exercise");
  EXPECT_THAT(Cap(revision).at("//note"), HasSubstr("ILLUSTRATIVE DATA"));
}

TEST(Cap, ScopeFollowsTheHandlingLabel) {
  EXPECT_EQ(Cap(with_tlp(Tlp::kClear)).at("//scope"), "Public");
  EXPECT_EQ(Cap(with_tlp(Tlp::kAmber)).at("//scope"), "Restricted");
  EXPECT_THAT(Cap(with_tlp(Tlp::kAmber)).at("//restriction"), HasSubstr("TLP:AMBER"));
  EXPECT_EQ(Cap(with_tlp(Tlp::kRed)).at("//scope"), "Private");
  EXPECT_EQ(Cap(with_tlp(Tlp::kRed)).at("//addresses"),
            "\"the committees to which tocsin sends this alert\"");
}

TEST(Cap, CategoriesComeFromTheDimensions) {
  AlertRevision revision = sample_raised();
  revision.dimensions_true = {"community", "environmental", "food", "health", "personal"};
  const Cap cap(revision);
  EXPECT_EQ(cap.count("//category"), 4U);  // community and personal are both Security
  EXPECT_EQ(cap.at("//category[1]"), "Env");
  EXPECT_EQ(cap.at("//category[4]"), "Security");
}

TEST(Cap, ParametersCarryWhatProgramsNeed) {
  AlertRevision revision = sample_updated();
  revision.level_name = "action";
  const Cap cap(revision);
  EXPECT_EQ(cap.parameter("tocsin:level"), "warning");
  EXPECT_EQ(cap.parameter("tocsin:level-name"), "action");
  EXPECT_EQ(cap.parameter("tocsin:dimensions"), "community environmental food");
  EXPECT_EQ(cap.parameter("tocsin:dimensions-unknown"), "health");
  EXPECT_EQ(cap.parameter("tocsin:sdg-targets"), "2.1 16.1");
  EXPECT_EQ(cap.parameter("tocsin:tlp"), "clear");
  EXPECT_EQ(cap.at("//eventCode[valueName='tocsin:pattern']/value"), "convergence");
}

TEST(Cap, AreaHasCodeAndClosedPolygonLatitudeFirst) {
  const Cap cap(sample_raised());
  EXPECT_EQ(cap.at("//geocode[valueName='ISO3166-2']/value"), "NG-BO");
  EXPECT_EQ(cap.at("//polygon"), "10.2000,11.8000 11.4000,14.5000 13.6000,13.0000 10.2000,11.8000");
}

TEST(Cap, PolygonWithTooManyPointsIsLeftOut) {
  CapOptions options = service();
  options.polygon_points_max = 3;
  const Cap cap(sample_raised(), options);
  EXPECT_EQ(cap.count("//polygon"), 0U);
  EXPECT_EQ(cap.count("//geocode"), 1U);
}

TEST(Cap, BasinHasAnAreaForEachMember) {
  const Cap cap(basin());
  EXPECT_EQ(cap.count("//area"), 4U);
  EXPECT_EQ(cap.at("//area[4]/areaDesc"), "Extrême-Nord");
}

TEST(Cap, NothingInItIsAboutOneRecipient) {
  const std::string xml = render(sample_updated());
  EXPECT_THAT(xml, Not(HasSubstr("Why you receive it")));
  EXPECT_THAT(xml, Not(HasSubstr("Confirming receipt")));
}

struct SenderCase {
  std::string name, sender;
};
class CapSender : public testing::TestWithParam<SenderCase> {};

TEST_P(CapSender, IsRefused) {
  CapOptions options = service();
  options.sender = GetParam().sender;
  const auto xml = render_cap(sample_raised(), "en", sample_catalogue(), options);
  ASSERT_FALSE(xml);
  EXPECT_THAT(xml.error().message, HasSubstr("CAP sender"));
}

INSTANTIATE_TEST_SUITE_P(Cap, CapSender,
                         testing::ValuesIn<SenderCase>({{"Empty", ""},
                                                        {"Space", "a b"},
                                                        {"Comma", "a,b"},
                                                        {"Tag", "<a>"},
                                                        {"LineBreak", "a\nb"},
                                                        {"Accent", "é@example.org"}}),
                         [](const auto& tested) { return tested.param.name; });

TEST(Cap, RevisionWithoutItsEarlierTimesIsRefused) {
  AlertRevision revision = sample_updated();
  revision.earlier.pop_back();
  const auto xml = render_cap(revision, "en", sample_catalogue(), service());
  ASSERT_FALSE(xml);
  EXPECT_THAT(xml.error().message, HasSubstr("it names 1 earlier revisions, CAP needs all 2"));
}

}  // namespace
}  // namespace tocsin
