#include "alerting/texts.h"

#include <unicode/listformatter.h>
#include <unicode/msgfmt.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "model/result.h"

namespace tocsin {
namespace {

struct Language {
  std::string_view tag;
  const char* locale;
  std::span<const TextEntry> (*entries)();
};

// English dates have the day before the month, as the United Nations write them: hence en_GB.
constexpr Language kLanguages[] = {{"en", "en_GB", english_texts}};

const Language& spoken(std::string_view tag) {
  const std::string_view primary = tag.substr(0, tag.find_first_of("-_"));
  for (const Language& language : kLanguages) {
    if (language.tag == primary) return language;
  }
  return kLanguages[0];
}

icu::UnicodeString wide(std::string_view text) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

// ICU reads a pattern in far more time than it fills one, and a format is for one thread.
const icu::MessageFormat& format_of(const TextEntry& entry, const char* locale) {
  thread_local std::map<std::pair<const TextEntry*, const char*>,
                        std::unique_ptr<const icu::MessageFormat>>
      formats;
  auto& format = formats[{&entry, locale}];
  if (!format) {
    UErrorCode status = U_ZERO_ERROR;
    format = std::make_unique<icu::MessageFormat>(wide(entry.pattern), icu::Locale(locale), status);
    require(U_SUCCESS(status) != 0, entry.pattern);
  }
  return *format;
}

const icu::ListFormatter& list_format_of(const char* locale) {
  thread_local std::map<const char*, std::unique_ptr<const icu::ListFormatter>> formats;
  auto& format = formats[locale];
  if (!format) {
    UErrorCode status = U_ZERO_ERROR;
    format.reset(icu::ListFormatter::createInstance(icu::Locale(locale), status));
    require(U_SUCCESS(status) != 0, "ICU has no list format for a language of the texts");
  }
  return *format;
}

}  // namespace

Texts::Texts(std::string_view language)
    : entries_(spoken(language).entries()),
      language_(spoken(language).tag),
      locale_(spoken(language).locale) {}

const TextEntry* Texts::find(std::string_view id) const {
  const auto at = std::ranges::lower_bound(entries_, id, {}, &TextEntry::id);
  return at != entries_.end() && at->id == id ? &*at : nullptr;
}

std::string Texts::say(std::string_view id, std::span<const TextArgument> arguments) const {
  const TextEntry* entry = find(id);
  require(entry != nullptr, id);
  std::vector<icu::UnicodeString> names;
  std::vector<icu::Formattable> values;
  for (const TextArgument& argument : arguments) {
    names.push_back(wide(argument.name));
    if (const auto* text = std::get_if<std::string>(&argument.value)) {
      values.emplace_back(wide(*text));
    } else {
      values.emplace_back(std::get<std::int64_t>(argument.value));
    }
  }
  UErrorCode status = U_ZERO_ERROR;
  icu::UnicodeString said;
  format_of(*entry, locale_)
      .format(names.data(), values.data(), static_cast<std::int32_t>(names.size()), said, status);
  require(U_SUCCESS(status) != 0, entry->pattern);
  std::string utf8;
  return said.toUTF8String(utf8);
}

std::string Texts::say(std::string_view id, std::initializer_list<TextArgument> arguments) const {
  return say(id, std::span(arguments.begin(), arguments.size()));
}

std::string Texts::say_or(std::string_view id, std::string_view otherwise) const {
  return find(id) != nullptr ? say(id) : std::string(otherwise);
}

std::string Texts::list(const std::vector<std::string>& items) const {
  const icu::ListFormatter& formatter = list_format_of(locale_);
  std::vector<icu::UnicodeString> parts;
  parts.reserve(items.size());
  for (const std::string& item : items) parts.push_back(wide(item));
  UErrorCode status = U_ZERO_ERROR;
  icu::UnicodeString joined;
  formatter.format(parts.data(), static_cast<std::int32_t>(parts.size()), joined, status);
  require(U_SUCCESS(status) != 0, "ICU could not join a list");
  std::string utf8;
  return joined.toUTF8String(utf8);
}

}  // namespace tocsin
