#include <fmt/format.h>

#include <boost/json.hpp>
#include <concepts>
#include <limits>
#include <type_traits>
#include <utility>

#include "model/alert.h"

namespace tocsin {
namespace {

namespace json = boost::json;

// One list of members for both directions, in their canonical order. `Self` is const when writing.
template <class Io, class Self>
requires std::same_as<std::remove_const_t<Self>, EvidenceSource>
void members(Io& io, Self& source) {
  io("key", source.key);
  io("name", source.name);
  io("citation", source.citation);
  io("reliability", source.reliability);
  io("covered_until", source.covered_until);
}

template <class Io, class Self>
requires std::same_as<std::remove_const_t<Self>, Evidence>
void members(Io& io, Self& evidence) {
  io("signal", evidence.signal);
  io("title", evidence.title);
  io("dimension", evidence.dimension);
  io("state", evidence.state);
  io("since", evidence.since);
  io("evidence_day", evidence.evidence_day);
  io("sentence", evidence.sentence);
  io("change", evidence.change);
  io("reference", evidence.reference);
  io("sources", evidence.sources);
}

template <class Io, class Self>
requires std::same_as<std::remove_const_t<Self>, Advice>
void members(Io& io, Self& advice) {
  io("function", advice.function);
  io("horizon", advice.horizon);
  io("text", advice.text);
}

template <class Io, class Self>
requires std::same_as<std::remove_const_t<Self>, AlertRevision>
void members(Io& io, Self& revision) {
  io("alert", revision.alert);
  io("number", revision.number);
  io("kind", revision.kind);
  io("pack", revision.pack);
  io("pack_version", revision.pack_version);
  io("pattern", revision.pattern);
  io("title", revision.title);
  io("region", revision.region);
  io("region_name", revision.region_name);
  io("shared_with", revision.shared_with);
  io("level", revision.level);
  io("previous_level", revision.previous_level);
  io.where_any("level_name", revision.level_name);
  io.where_any("previous_level_name", revision.previous_level_name);
  io("issued", revision.issued);
  io("earlier", revision.earlier);
  io("tick", revision.tick);
  io("episode_start", revision.episode_start);
  io("episode_end", revision.episode_end);
  io("dimensions_true", revision.dimensions_true);
  io("dimensions_unknown", revision.dimensions_unknown);
  io("evidence", revision.evidence);
  io("changes", revision.changes);
  io("outlook", revision.outlook);
  io("certainty", revision.certainty);
  io("advice", revision.advice);
  io("sdg_targets", revision.sdg_targets);
  io("skill", revision.skill);
  io("tlp", revision.tlp);
  io("evidence_withheld", revision.evidence_withheld);
  io("illustrative", revision.illustrative);
  io("merged_into", revision.merged_into);
  io("basis", revision.basis);
}

json::value to_value(const std::string& text) { return json::string(text); }
json::value to_value(char letter) { return json::string(1, letter); }
json::value to_value(std::uint32_t number) { return std::uint64_t{number}; }
json::value to_value(bool flag) { return flag; }
json::value to_value(Day day) { return json::string(format_day(day)); }
json::value to_value(ProcessingTime time) { return json::string(format_rfc3339(time)); }
json::value to_value(const Hash128& hash) { return json::string(hash.hex()); }
json::value to_value(Level level) { return json::string(name_of(level)); }
json::value to_value(RevisionKind kind) { return json::string(name_of(kind)); }
json::value to_value(Tlp tlp) { return json::string(name_of(tlp)); }
template <class T>
json::value to_value(const std::optional<T>& value) {
  return value ? to_value(*value) : json::value(nullptr);
}
template <class T>
json::value to_value(const std::vector<T>& list);

class Writer {
 public:
  template <class T>
  void operator()(std::string_view name, const T& value) {
    object_.emplace(name, to_value(value));
  }
  // A member that is left out when it is empty, so that what was said before it came keeps its
  // bytes.
  void where_any(std::string_view name, const std::string& text) {
    if (!text.empty()) (*this)(name, text);
  }
  json::object take() { return std::move(object_); }

 private:
  json::object object_;
};

template <class T>
requires std::is_class_v<T> json::value to_value(const T& thing) {
  Writer writer;
  members(writer, thing);
  return writer.take();
}

template <class T>
json::value to_value(const std::vector<T>& list) {
  json::array array;
  array.reserve(list.size());
  for (const auto& item : list) array.push_back(to_value(item));
  return array;
}

// Reads one value at `pointer` into a member. The first failure is kept, with the JSON pointer of
// what is wrong; what is read after it is of no use.
class Reader {
 public:
  template <class T>
  requires std::is_class_v<T>
  void read(const json::value& value, const std::string& pointer, T& thing) {
    const auto* object = value.if_object();
    if (!object) return refuse(pointer, value, "an object");
    Members of{*this, *object, pointer, {}, 0};
    members(of, thing);
    if (of.taken == object->size() || failed()) return;
    for (const auto& member : *object) {
      if (of.names.find(fmt::format(" {} ", std::string_view(member.key()))) == std::string::npos) {
        return refuse(pointer + "/" + std::string(member.key()), member.value(),
                      "no member of this name; the names are" + of.names);
      }
    }
  }

  template <class T>
  void read(const json::value& value, const std::string& pointer, std::vector<T>& list) {
    const auto* array = value.if_array();
    if (!array) return refuse(pointer, value, "a list");
    list.resize(array->size());
    for (std::size_t i = 0; i < list.size() && !failed(); ++i) {
      read((*array)[i], fmt::format("{}/{}", pointer, i), list[i]);
    }
  }

  template <class T>
  void read(const json::value& value, const std::string& pointer, std::optional<T>& thing) {
    if (!value.is_null()) read(value, pointer, thing.emplace());
  }

  void read(const json::value& value, const std::string& pointer, std::string& text) {
    const auto* string = value.if_string();
    if (!string) return refuse(pointer, value, "a text");
    text.assign(string->data(), string->size());
  }
  void read(const json::value& value, const std::string& pointer, char& letter) {
    const auto* string = value.if_string();
    if (!string || string->size() != 1) return refuse(pointer, value, "one letter");
    letter = string->front();
  }
  void read(const json::value& value, const std::string& pointer, std::uint32_t& number) {
    boost::json::error_code error;
    number = value.to_number<std::uint32_t>(error);
    if (error) refuse(pointer, value, "a whole number below 2^32");
  }
  void read(const json::value& value, const std::string& pointer, bool& flag) {
    if (!value.is_bool()) return refuse(pointer, value, "true or false");
    flag = value.get_bool();
  }
  void read(const json::value& value, const std::string& pointer, Day& day) {
    const auto parsed = parse_day(text_of(value));
    if (!parsed) return refuse(pointer, value, "a day, YYYY-MM-DD");
    day = *parsed;
  }
  void read(const json::value& value, const std::string& pointer, ProcessingTime& time) {
    const auto parsed = parse_rfc3339_ms(text_of(value));
    if (!parsed) return refuse(pointer, value, "a time in RFC 3339");
    time = ProcessingTime(*parsed);
  }
  void read(const json::value& value, const std::string& pointer, Hash128& hash) {
    take_parsed(value, pointer, parse_hash128(text_of(value)), hash, "32 hexadecimal digits");
  }
  void read(const json::value& value, const std::string& pointer, Level& level) {
    take_parsed(value, pointer, parse_level(text_of(value)), level, "the name of a level");
  }
  void read(const json::value& value, const std::string& pointer, RevisionKind& kind) {
    take_parsed(value, pointer, parse_revision_kind(text_of(value)), kind,
                "the name of a kind of revision");
  }
  void read(const json::value& value, const std::string& pointer, Tlp& tlp) {
    take_parsed(value, pointer, parse_tlp(text_of(value)), tlp, "the name of a TLP label");
  }

  bool failed() const { return !error_.empty(); }
  const std::string& error() const { return error_; }

 private:
  // The members of one object while they are read.
  struct Members {
    Reader& reader;
    const json::object& object;
    const std::string& pointer;
    std::string names;  // of all members, each between blanks
    std::size_t taken;

    template <class T>
    void operator()(std::string_view name, T& thing) {
      if (names.empty()) names = " ";
      names += fmt::format("{} ", name);
      if (reader.failed()) return;
      const auto* value = object.if_contains(name);
      if (!value) return reader.refuse_missing(pointer, name);
      ++taken;
      reader.read(*value, fmt::format("{}/{}", pointer, name), thing);
    }
    void where_any(std::string_view name, std::string& text) {
      if (object.contains(name)) {
        (*this)(name, text);
        if (!reader.failed() && text.empty())
          reader.refuse(fmt::format("{}/{}", pointer, name), json::string(),
                        "a text that is not empty, or no such member");
        return;
      }
      names += (names.empty() ? " " : "") + fmt::format("{} ", name);
    }
  };

  static std::string_view text_of(const json::value& value) {
    const auto* string = value.if_string();
    return string ? std::string_view(string->data(), string->size()) : std::string_view();
  }

  template <class T>
  void take_parsed(const json::value& value, const std::string& pointer,
                   const std::optional<T>& parsed, T& thing, std::string_view allowed) {
    if (!parsed) return refuse(pointer, value, allowed);
    thing = *parsed;
  }

  void refuse(const std::string& pointer, const json::value& value, std::string_view allowed) {
    if (failed()) return;
    error_ =
        fmt::format("alert revision: {}: {} is refused; allowed is {}",
                    pointer.empty() ? "/" : pointer, json::serialize(value).substr(0, 60), allowed);
  }
  void refuse_missing(const std::string& pointer, std::string_view name) {
    error_ = fmt::format("alert revision: {}/{} is missing", pointer, name);
  }

  std::string error_;
};

}  // namespace

std::string to_json(const AlertRevision& revision) { return json::serialize(to_value(revision)); }

Result<AlertRevision> parse_alert_revision(std::string_view text) {
  boost::json::error_code error;
  const json::value root = json::parse({text.data(), text.size()}, error);
  if (error) return fail(ErrorCode::kInvalid, "alert revision: not JSON: " + error.message());
  AlertRevision revision;
  Reader reader;
  reader.read(root, "", revision);
  if (reader.failed()) return fail(ErrorCode::kInvalid, reader.error());
  return revision;
}

}  // namespace tocsin
