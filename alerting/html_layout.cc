#include "alerting/clean_text.h"
#include "alerting/message.h"

namespace tocsin {
namespace {

// The band behind the headline. The level stands there in words: colour only helps. White on each
// of these, or near-black on the yellow, has a contrast of at least 4.5
// (docs/REFERENCES.md#wcag-contrast).
struct Band {
  std::string_view background, text;
};

Band band(Level level) {
  switch (level) {
    case Level::kNone:
      return {"#44546a", "#ffffff"};
    case Level::kWatch:
      return {"#f2c94c", "#1c1c1c"};
    case Level::kWarning:
      return {"#b4480a", "#ffffff"};
    case Level::kEmergency:
      return {"#a11717", "#ffffff"};
  }
  return {"#44546a", "#ffffff"};
}

// The only style that is not inline: what inline style can't say. Readers that drop it lose
// nothing.
constexpr std::string_view kStyle =
    "@media (prefers-color-scheme: dark) {"
    " .page { background: #16181b !important; color: #e6e6e6 !important; }"
    " .rule { border-color: #3a3f45 !important; }"
    " .small { color: #b4bac1 !important; }"
    " .banner { background: #3b2f00 !important; color: #ffe9a8 !important; } }";

std::string tag(std::string_view name, std::string_view attributes, std::string_view text) {
  std::string out = "<";
  out.append(name);
  if (!attributes.empty()) out.append(" ").append(attributes);
  out.append(">").append(escape_html(text));
  return out.append("</").append(name).append(">");
}

std::string head(const Briefing& briefing) {
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"" + escape_html(briefing.language) + "\">\n<head>\n";
  out += "<meta charset=\"utf-8\">\n";
  out += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  out += "<meta name=\"color-scheme\" content=\"light dark\">\n";
  out += tag("title", "", briefing.subject) + '\n';
  return out.append("<style>").append(kStyle).append("</style>\n</head>\n");
}

std::string banner(const Briefing& briefing) {
  if (briefing.banner.empty()) return "";
  return tag("p",
             "class=\"banner\" style=\"margin:0;padding:12px 16px;background:#fff3cd;color:#4d3b00;"
             "font-weight:bold\"",
             briefing.banner) +
         '\n';
}

std::string top(const Briefing& briefing) {
  const Band colours = band(briefing.level);
  std::string out = "<div style=\"padding:16px;background:";
  out.append(colours.background).append(";color:").append(colours.text).append("\">\n");
  out += tag("h1", "style=\"margin:0;font-size:24px;line-height:1.25\"",
             briefing.headline + ": " + briefing.place) +
         '\n';
  out += tag("p", "style=\"margin:6px 0 0;font-size:17px\"", briefing.title) + '\n';
  out += tag("p", "style=\"margin:6px 0 0;font-size:14px\"", briefing.handling) + '\n';
  return out + "</div>\n";
}

std::string item(const BriefingItem& item) {
  std::string out = "<li style=\"margin:0 0 10px\">";
  if (!item.lead.empty()) {
    out += tag("strong", "", item.text.empty() ? item.lead : item.lead + ":");
    if (!item.text.empty()) out += ' ';
  }
  out += escape_html(item.text);
  if (!item.points.empty()) {
    out += "\n<ul style=\"margin:4px 0 0;padding-left:20px\">\n";
    for (const std::string& point : item.points) {
      out += tag("li", "style=\"margin:0 0 4px\"", point) + '\n';
    }
    out += "</ul>";
  }
  for (const std::string& detail : item.details) {
    out += '\n' + tag("div", "class=\"small\" style=\"font-size:14px;color:#555b62\"", detail);
  }
  return out + "</li>\n";
}

std::string section(const BriefingSection& section) {
  std::string out =
      "<div class=\"rule\" style=\"padding:14px 16px 4px;border-top:1px solid #d9dde2\">\n";
  out +=
      tag("h2", "style=\"margin:0 0 8px;font-size:18px;line-height:1.3\"", section.heading) + '\n';
  for (const std::string& paragraph : section.paragraphs) {
    out += tag("p", "style=\"margin:0 0 10px\"", paragraph) + '\n';
  }
  if (!section.items.empty()) {
    out += "<ul style=\"margin:0;padding-left:20px\">\n";
    for (const BriefingItem& each : section.items) out += item(each);
    out += "</ul>\n";
  }
  return out + "</div>\n";
}

}  // namespace

std::string lay_out_html(const Briefing& briefing) {
  std::string out = head(briefing);
  out +=
      "<body class=\"page\" style=\"margin:0;padding:0;background:#ffffff;color:#1c1c1c\">\n"
      "<div style=\"max-width:640px;margin:0 auto;font-family:Arial,Helvetica,sans-serif;"
      "font-size:16px;line-height:1.5;overflow-wrap:anywhere\">\n";
  out += banner(briefing) + top(briefing);
  out += "<div style=\"padding:14px 16px 4px\">\n";
  for (const std::string& paragraph : briefing.lead) {
    out += tag("p", "style=\"margin:0 0 10px\"", paragraph) + '\n';
  }
  out += "</div>\n";
  for (const BriefingSection& each : briefing.sections) out += section(each);
  return out + "</div>\n</body>\n</html>\n";
}

}  // namespace tocsin
