#include "model/catalogue.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

Catalogue catalogue() {
  Catalogue made;
  made.dimensions.resize(2);
  made.dimensions[1].id = DimensionId(1);
  made.dimensions[0].code = "food";
  made.dimensions[1].code = "community";
  made.indicators.resize(2);
  made.indicators[0].id = IndicatorId(3);
  made.indicators[0].code = "rainfall";
  made.indicators[0].unit = "mm/day";
  made.indicators[1].id = IndicatorId(9);
  made.indicators[1].code = "price";
  made.indicators[1].unit = "NGN/kg";
  made.event_kinds.resize(1);
  made.event_kinds[0].id = EventKindId(1);
  made.event_kinds[0].code = "clash";
  made.groups.resize(1);
  made.groups[0].id = GroupId(2);
  made.groups[0].code = "women";
  made.sources.resize(1);
  made.sources[0].id = SourceId(5);
  made.sources[0].key = "ucdp-ged";
  made.producers.resize(1);
  made.producers[0].name = "importer";
  made.producers[0].public_keys = {"old-key", "new-key"};
  made.index();
  return made;
}

TEST(Catalogue, FindsByNameAndByNumber) {
  const Catalogue all = catalogue();
  EXPECT_EQ(all.find_dimension("community")->id, DimensionId(1));
  EXPECT_EQ(all.find_indicator("price")->id, IndicatorId(9));
  EXPECT_EQ(all.find_event_kind("clash")->id, EventKindId(1));
  EXPECT_EQ(all.find_group("women")->id, GroupId(2));
  EXPECT_EQ(all.find_source("ucdp-ged")->id, SourceId(5));
  EXPECT_EQ(all.find_producer("importer"), &all.producers[0]);
  EXPECT_EQ(all.find_producer_by_key("old-key"), &all.producers[0]);
  EXPECT_EQ(all.find_producer_by_key("new-key"), &all.producers[0]);
  EXPECT_EQ(all.find(IndicatorId(3))->code, "rainfall");
  EXPECT_EQ(all.find(EventKindId(1))->code, "clash");
  EXPECT_EQ(all.find(GroupId(2))->code, "women");
  EXPECT_EQ(all.find(SourceId(5))->key, "ucdp-ged");
}

TEST(Catalogue, AnswersNullForWhatItDoesNotHold) {
  const Catalogue all = catalogue();
  EXPECT_EQ(all.find_indicator("Rainfall"), nullptr);
  EXPECT_EQ(all.find_source(""), nullptr);
  EXPECT_EQ(all.find_producer_by_key("importer"), nullptr);
  EXPECT_EQ(all.find(IndicatorId(0)), nullptr);
  EXPECT_EQ(all.find(IndicatorId(4)), nullptr);
  EXPECT_EQ(all.find(IndicatorId(60'000)), nullptr);
  EXPECT_EQ(all.find(GroupId(0)), nullptr) << "the whole population is no group";
}

TEST(Catalogue, IndexForgetsWhatIsGone) {
  Catalogue all = catalogue();
  all.indicators.erase(all.indicators.begin());
  all.index();
  EXPECT_EQ(all.find_indicator("rainfall"), nullptr);
  EXPECT_EQ(all.find(IndicatorId(3)), nullptr);
  EXPECT_EQ(all.find_indicator("price")->id, IndicatorId(9));
}

TEST(Indicator, IsARateByItsUnit) {
  const Catalogue all = catalogue();
  EXPECT_TRUE(all.find_indicator("rainfall")->is_rate());
  EXPECT_FALSE(all.find_indicator("price")->is_rate());
  EXPECT_EQ(name_of(Channel::kEmail), "email");
  EXPECT_EQ(name_of(Channel::kCap), "cap");
}

}  // namespace
}  // namespace tocsin
