#include <unicode/utf8.h>

#include <algorithm>

#include "alerting/message.h"

namespace tocsin {
namespace {

constexpr std::size_t kLineMax = 72;  // characters: what a terminal and a quoted reply still hold

std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return !U8_IS_TRAIL(c); }));
}

// Appends `text` in lines of at most kLineMax characters; the first begins with `first`, the others
// with as many spaces. A longer word stands on a line of its own.
void wrap(std::string& out, std::string_view first, std::string_view text) {
  const std::string indent(first.size(), ' ');
  std::string line(first);
  bool fresh = true;
  while (!text.empty()) {
    const std::size_t space = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, space);
    text.remove_prefix(std::min(space + 1, text.size()));
    if (!fresh && width(line) + 1 + width(word) > kLineMax) {
      out += line + '\n';
      line = indent;
      fresh = true;
    }
    if (!fresh) line += ' ';
    line += word;
    fresh = false;
  }
  out += line + '\n';
}

void item(std::string& out, const BriefingItem& item) {
  std::string text = item.lead;
  if (!item.lead.empty() && !item.text.empty()) text += ": ";
  wrap(out, "- ", text + item.text);
  for (const std::string& point : item.points) wrap(out, "  * ", point);
  for (const std::string& detail : item.details) wrap(out, "  ", detail);
}

void section(std::string& out, const BriefingSection& section) {
  out += '\n' + section.heading + '\n' + std::string(width(section.heading), '-') + '\n';
  for (const std::string& paragraph : section.paragraphs) {
    wrap(out, "", paragraph);
    if (&paragraph != &section.paragraphs.back() || !section.items.empty()) out += '\n';
  }
  for (const BriefingItem& each : section.items) item(out, each);
}

}  // namespace

std::string lay_out_text(const Briefing& briefing) {
  std::string out;
  if (!briefing.banner.empty()) {
    wrap(out, "*** ", briefing.banner);
    out += '\n';
  }
  wrap(out, "", briefing.headline + ": " + briefing.place);
  wrap(out, "", briefing.title);
  out += briefing.handling + '\n';
  for (const std::string& paragraph : briefing.lead) {
    out += '\n';
    wrap(out, "", paragraph);
  }
  for (const BriefingSection& each : briefing.sections) section(out, each);
  return out;
}

}  // namespace tocsin
