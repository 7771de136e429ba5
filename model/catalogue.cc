#include "model/catalogue.h"

#include <algorithm>

#include "model/result.h"

namespace tocsin {
namespace {

template <class Thing, class Name>
void index_by_name(StringMap<std::size_t>& index, const std::vector<Thing>& things,
                   const Name& name) {
  index.clear();
  for (std::size_t i = 0; i < things.size(); ++i) index.emplace(name(things[i]), i);
}

template <class Thing>
void index_by_id(std::vector<std::int32_t>& index, const std::vector<Thing>& things) {
  index.clear();
  for (std::size_t i = 0; i < things.size(); ++i) {
    const std::size_t number = things[i].id.number();
    require(number != 0, "a catalogued thing's number is not 0");
    if (number >= index.size()) index.resize(number + 1, -1);
    require(index[number] == -1, "a catalogued thing's number is unique");
    index[number] = static_cast<std::int32_t>(i);
  }
}

template <class Thing>
const Thing* look_up(const StringMap<std::size_t>& index, const std::vector<Thing>& things,
                     std::string_view name) {
  const auto found = index.find(name);
  return found == index.end() ? nullptr : &things[found->second];
}

template <class Thing>
const Thing* look_up(const std::vector<std::int32_t>& index, const std::vector<Thing>& things,
                     std::size_t number) {
  if (number >= index.size() || index[number] < 0) return nullptr;
  return &things[static_cast<std::size_t>(index[number])];
}

}  // namespace

std::string_view name_of(Channel channel) {
  switch (channel) {
    case Channel::kEmail:
      return "email";
    case Channel::kCap:
      return "cap";
  }
  return "email";
}

std::optional<std::int64_t> Indicator::place_of(std::string_view word) const {
  const auto found = std::find(scale.begin(), scale.end(), word);
  if (found == scale.end()) return std::nullopt;
  return found - scale.begin();
}

void Catalogue::index() {
  const auto code = [](const auto& thing) -> const std::string& { return thing.code; };
  index_by_name(dimension_index_, dimensions, code);
  index_by_name(indicator_index_, indicators, code);
  index_by_name(kind_index_, event_kinds, code);
  index_by_name(group_index_, groups, code);
  index_by_name(source_index_, sources,
                [](const Source& s) -> const std::string& { return s.key; });
  index_by_name(producer_index_, producers,
                [](const Producer& p) -> const std::string& { return p.name; });
  producer_key_index_.clear();
  for (std::size_t i = 0; i < producers.size(); ++i) {
    for (const auto& key : producers[i].public_keys) producer_key_index_.emplace(key, i);
  }
  index_by_id(indicator_by_id_, indicators);
  index_by_id(kind_by_id_, event_kinds);
  index_by_id(group_by_id_, groups);
  index_by_id(source_by_id_, sources);
}

const Dimension* Catalogue::find_dimension(std::string_view code) const {
  return look_up(dimension_index_, dimensions, code);
}
const Indicator* Catalogue::find_indicator(std::string_view code) const {
  return look_up(indicator_index_, indicators, code);
}
const EventKind* Catalogue::find_event_kind(std::string_view code) const {
  return look_up(kind_index_, event_kinds, code);
}
const Group* Catalogue::find_group(std::string_view code) const {
  return look_up(group_index_, groups, code);
}
const Source* Catalogue::find_source(std::string_view key) const {
  return look_up(source_index_, sources, key);
}
const Producer* Catalogue::find_producer(std::string_view name) const {
  return look_up(producer_index_, producers, name);
}
const Producer* Catalogue::find_producer_by_key(std::string_view z85) const {
  return look_up(producer_key_index_, producers, z85);
}
const Indicator* Catalogue::find(IndicatorId id) const {
  return look_up(indicator_by_id_, indicators, id.number());
}
const EventKind* Catalogue::find(EventKindId id) const {
  return look_up(kind_by_id_, event_kinds, id.number());
}
const Group* Catalogue::find(GroupId id) const {
  return look_up(group_by_id_, groups, id.number());
}
const Source* Catalogue::find(SourceId id) const {
  return look_up(source_by_id_, sources, id.number());
}

}  // namespace tocsin
