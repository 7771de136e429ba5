#include "model/claim.h"

#include <bit>
#include <type_traits>

#include "model/fold.h"

namespace tocsin {
namespace {

// Writes what a record says into a hasher, member by member in the order of model/record.h. A
// member that may be absent is preceded by whether it is there, a list by its length.
class RecordHasher {
 public:
  void add(std::string_view text) { hasher_.add(text); }
  void add(const std::string& text) { hasher_.add(std::string_view(text)); }
  void add(Day day) { add(day.number()); }
  template <class Number>
  requires std::is_integral_v<Number>
  void add(Number number) { hasher_.add(static_cast<std::uint64_t>(number)); }
  void add(double number) {
    // -0.0 is 0.0.
    hasher_.add(std::bit_cast<std::uint64_t>(number == 0 ? 0.0 : number));
  }
  template <class T>
  void add(const std::optional<T>& value) {
    add(value.has_value());
    if (value) add(*value);
  }
  void add(const std::vector<std::string>& texts) {
    add(texts.size());
    for (const auto& text : texts) add(text);
  }

  // Without trailing zeros, so that 12.5 and 12.50 agree.
  void add(Decimal number) {
    if (number.digits == 0) number.scale = 0;
    while (number.digits != 0 && number.digits % 10 == 0) {
      number.digits /= 10;
      --number.scale;
    }
    add(number.digits);
    add(number.scale);
  }

  // What a record of the first version couldn't say stands at the end under its name, and only
  // where it is said: all other records keep the hash that they always had.
  void add_said(std::string_view name, std::string_view text) {
    if (text.empty()) return;
    add(name);
    add(text);
  }

  void add(const Place& place) {
    add(place.region);
    add(place.country);
    add(place.latitude);
    add(place.longitude);
    add(place.vague);
  }
  void add(const EventBody& body) {
    add(body.kind);
    add(body.place);
    add(body.start);
    add(body.end);
    add(body.deaths);
    add(body.deaths_low);
    add(body.deaths_high);
    add(body.displaced);
    add(body.actors);
    add(body.note);
    if (body.status != EventStatus::kReported) add_said("status", name_of(body.status));
  }
  void add(const ObservationBody& body) {
    add(body.indicator);
    add(body.place);
    add(body.group);
    add(body.start);
    add(body.end);
    add(body.value);
    add_said("word", body.word);
    add_said("note", body.note);
    if (body.at) add_said("at", format_rfc3339(*body.at));
  }
  void add(const ForecastBody& body) {
    add(body.indicator);
    add(body.place);
    add(body.group);
    add(body.start);
    add(body.end);
    add(body.member);
    add(body.value);
    add(body.probability);
    add(body.threshold);
    add_said("word", body.word);
  }
  void add(const RetractionBody& body) { add(body.reason); }
  void add(const CoverageBody& body) {
    add(body.stream);
    add(body.regions);
    add(body.from);
    add(body.until);
  }

  Hash128 finish() { return hasher_.finish(); }

 private:
  Hasher hasher_;
};

}  // namespace

Hash128 identity_hash(std::string_view source, std::string_view id) {
  return hash128_parts({source, id});
}

Hash128 content_hash(const Record& record) {
  RecordHasher hasher;
  hasher.add(record.source);
  hasher.add(record.id);
  hasher.add(record.revision);
  hasher.add(record.time.milliseconds());
  hasher.add(name_of(record.tlp));
  hasher.add(name_of(record.type()));
  std::visit([&](const auto& body) { hasher.add(body); }, record.body);
  return hasher.finish();
}

std::uint64_t actor_number(std::string_view name) { return hash128(fold_name(name)).prefix(); }

}  // namespace tocsin
