#include "alerting/local_time.h"

#include <unicode/smpdtfmt.h>
#include <unicode/timezone.h>

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "model/result.h"

namespace tocsin {
namespace {

// A formatter takes ICU long to make and is for one thread.
icu::SimpleDateFormat& formatter_of(const char* locale, const char16_t* pattern) {
  thread_local std::map<std::pair<std::string, std::u16string>,
                        std::unique_ptr<icu::SimpleDateFormat>>
      formatters;
  auto& formatter = formatters[{locale, pattern}];
  if (!formatter) {
    UErrorCode status = U_ZERO_ERROR;
    formatter = std::make_unique<icu::SimpleDateFormat>(icu::UnicodeString(pattern),
                                                        icu::Locale(locale), status);
    require(U_SUCCESS(status) != 0, "ICU refused a date pattern");
  }
  return *formatter;
}

std::string format(const Texts& texts, std::int64_t milliseconds, const icu::TimeZone& zone,
                   const char16_t* pattern) {
  icu::SimpleDateFormat& formatter = formatter_of(texts.locale(), pattern);
  formatter.setTimeZone(zone);
  icu::UnicodeString written;
  formatter.format(static_cast<UDate>(milliseconds), written);
  std::string utf8;
  return written.toUTF8String(utf8);
}

std::unique_ptr<icu::TimeZone> zone_named(std::string_view name) {
  return std::unique_ptr<icu::TimeZone>(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(
      icu::StringPiece(name.data(), static_cast<std::int32_t>(name.size())))));
}

std::string zone_words(const Texts& texts, const icu::TimeZone& zone, std::int64_t milliseconds) {
  UErrorCode status = U_ZERO_ERROR;
  std::int32_t raw = 0;
  std::int32_t daylight = 0;
  zone.getOffset(static_cast<UDate>(milliseconds), 0, raw, daylight, status);
  icu::UnicodeString words;
  zone.getDisplayName(daylight != 0, icu::TimeZone::LONG, icu::Locale(texts.locale()), words);
  std::string utf8;
  return words.toUTF8String(utf8);
}

}  // namespace

std::string long_date(const Texts& texts, Day day) {
  return format(texts, start_of<EventTime>(day).milliseconds(), *icu::TimeZone::getGMT(),
                u"d MMMM y");
}

std::string local_time(const Texts& texts, ProcessingTime time, std::string_view zone) {
  const std::int64_t ms = time.milliseconds();
  const icu::TimeZone& utc = *icu::TimeZone::getGMT();
  const auto local = zone_named(zone);
  const std::string utc_date = format(texts, ms, utc, u"d MMMM y");
  const std::string utc_clock = format(texts, ms, utc, u"HH:mm");
  if (zone == "UTC" || *local == icu::TimeZone::getUnknown()) {
    return texts.say("time.utc", {{"date", utc_date}, {"clock", utc_clock}});
  }
  const std::string date = format(texts, ms, *local, u"d MMMM y");
  return texts.say(date == utc_date ? "time.local" : "time.local.other_day",
                   {{"date", date},
                    {"clock", format(texts, ms, *local, u"HH:mm")},
                    {"zone", zone_words(texts, *local, ms)},
                    {"utc_date", utc_date},
                    {"utc_clock", utc_clock}});
}

}  // namespace tocsin
