#include "rules/yaml_tree.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

namespace tocsin {
namespace {

constexpr std::size_t kTabReportsMax = 10;

// Length of the UTF-8 sequence that starts at `i`, 0 when it is not a valid one (RFC 3629).
std::size_t utf8_length(std::string_view text, std::size_t i) {
  const auto byte = [&](std::size_t k) -> unsigned {
    return k < text.size() ? static_cast<unsigned char>(text[k]) : 0u;
  };
  const unsigned b = byte(i);
  const auto follows = [&](std::size_t k) { return (byte(k) & 0xC0u) == 0x80u; };
  if (b < 0x80u) return 1;
  if (b >= 0xC2u && b <= 0xDFu) return follows(i + 1) ? 2 : 0;
  if (b >= 0xE0u && b <= 0xEFu) {
    if (!follows(i + 1) || !follows(i + 2)) return 0;
    if (b == 0xE0u && byte(i + 1) < 0xA0u) return 0;
    if (b == 0xEDu && byte(i + 1) > 0x9Fu) return 0;
    return 3;
  }
  if (b >= 0xF0u && b <= 0xF4u) {
    if (!follows(i + 1) || !follows(i + 2) || !follows(i + 3)) return 0;
    if (b == 0xF0u && byte(i + 1) < 0x90u) return 0;
    if (b == 0xF4u && byte(i + 1) > 0x8Fu) return 0;
    return 4;
  }
  return 0;
}

YamlPosition position_at(std::string_view text, std::size_t offset) {
  offset = std::min(offset, text.size());
  const std::string_view before = text.substr(0, offset);
  const std::size_t newline = before.rfind('\n');
  const std::size_t line_start = newline == std::string_view::npos ? 0 : newline + 1;
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::string_view line = before.substr(line_start);
  const auto characters = std::count_if(
      line.begin(), line.end(), [](char c) { return (static_cast<unsigned>(c) & 0xC0u) != 0x80u; });
  return {static_cast<int>(lines) + 1, static_cast<int>(characters) + 1};
}

// Line ends become '\n'; a byte order mark goes.
std::string normalised(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    result += text[i];
  }
  return result;
}

// Builds the tree from yaml-cpp's events. The events, unlike YAML::Node, still show duplicate keys,
// quotes, anchors and the mark of every scalar.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(const YamlFile& file, Diagnostics& diagnostics)
      : file_(file), diagnostics_(diagnostics) {}

  YamlNode take_root() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    add(node_at(mark, YamlNode::Kind::kNull));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    report(mark, "aliases (*name) are not allowed", "the value, written out");
    add(node_at(mark, YamlNode::Kind::kNull));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    YamlNode node = node_at(mark, YamlNode::Kind::kScalar);
    node.text = value;
    node.style = style_at(node.offset);
    add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    open(mark, YamlNode::Kind::kSequence);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    open(mark, YamlNode::Kind::kMapping);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    YamlNode node;
    std::optional<YamlNode> key;          // of a mapping: waits for its value
    std::map<std::string, int> key_line;  // where a key stood first
  };

  YamlNode node_at(const YAML::Mark& mark, YamlNode::Kind kind) const {
    YamlNode node;
    node.kind = kind;
    node.offset = std::min(static_cast<std::size_t>(std::max(mark.pos, 0)), file_.text.size());
    node.position = position_of(mark);
    return node;
  }
  // yaml-cpp counts from 0 and in bytes.
  YamlPosition position_of(const YAML::Mark& mark) const {
    const auto pos = static_cast<std::size_t>(std::max(mark.pos, 0));
    const auto column = static_cast<std::size_t>(std::max(mark.column, 0));
    if (pos > file_.text.size() || column > pos) return {mark.line + 1, mark.column + 1};
    const std::string_view line = std::string_view(file_.text).substr(pos - column, column);
    return {mark.line + 1, position_at(line, line.size()).column};
  }
  YamlNode::Style style_at(std::size_t offset) const {
    const char c = offset < file_.text.size() ? file_.text[offset] : ' ';
    if (c == '"' || c == '\'') return YamlNode::Style::kQuoted;
    if (c == '|' || c == '>') return YamlNode::Style::kBlock;
    return YamlNode::Style::kPlain;
  }
  void report(const YAML::Mark& mark, std::string message, std::string allowed) {
    report(position_of(mark), 1, std::move(message), std::move(allowed));
  }
  void report(YamlPosition at, int length, std::string message, std::string allowed) {
    diagnostics_.push_back(Diagnostic{.file = file_.name,
                                      .line = at.line,
                                      .column = at.column,
                                      .length = length,
                                      .message = std::move(message),
                                      .allowed = std::move(allowed),
                                      .suggestion = ""});
  }
  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor)
      report(mark, "anchors (&name) are not allowed", "a plain value");
  }
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    report(mark, fmt::format("the tag '{}' is not allowed", tag), "a plain value");
  }

  void open(const YAML::Mark& mark, YamlNode::Kind kind) {
    if (stack_.size() >= static_cast<std::size_t>(kYamlDepthMax)) {
      throw YAML::ParserException(mark, fmt::format("nested deeper than {} levels", kYamlDepthMax));
    }
    stack_.push_back(Frame{node_at(mark, kind), std::nullopt, {}});
  }
  void close() {
    YamlNode node = std::move(stack_.back().node);
    stack_.pop_back();
    add(std::move(node));
  }
  void add(YamlNode node) {
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& frame = stack_.back();
    if (frame.node.kind == YamlNode::Kind::kSequence) {
      frame.node.items.push_back(std::move(node));
    } else if (!frame.key) {
      frame.key = std::move(node);
    } else {
      add_entry(frame, std::move(node));
    }
  }
  void add_entry(Frame& frame, YamlNode value) {
    YamlNode key = std::move(*frame.key);
    frame.key.reset();
    if (key.kind != YamlNode::Kind::kScalar) {
      report(key.position, 1, fmt::format("a key must be a text, here is {}", name_of(key.kind)),
             "key: value");
      return;
    }
    const auto [first, is_new] = frame.key_line.emplace(key.text, key.position.line);
    if (!is_new) {
      report(key.position, static_cast<int>(key.text.size()),
             fmt::format("the key '{}' stands twice, first in line {}", key.text, first->second),
             "each key once");
      return;
    }
    frame.node.entries.push_back(YamlEntry{std::move(key), std::move(value)});
  }

  const YamlFile& file_;
  Diagnostics& diagnostics_;
  std::vector<Frame> stack_;
  YamlNode root_;
};

// What yaml-cpp would accept or report obscurely.
bool readable(const YamlFile& file, Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.size();
  const auto report = [&](std::size_t offset, std::string message, std::string allowed) {
    const YamlPosition at = position_at(file.text, offset);
    diagnostics.push_back(Diagnostic{.file = file.name,
                                     .line = at.line,
                                     .column = at.column,
                                     .length = 1,
                                     .message = std::move(message),
                                     .allowed = std::move(allowed),
                                     .suggestion = ""});
  };
  bool in_indentation = true;
  for (std::size_t i = 0; i < file.text.size();) {
    const char c = file.text[i];
    const std::size_t length = utf8_length(file.text, i);
    if (length == 0) {
      report(i, fmt::format("byte 0x{:02X} is not UTF-8", static_cast<unsigned char>(c)),
             "text in UTF-8");
      return false;
    }
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') {
      report(i, fmt::format("control character 0x{:02X}", static_cast<unsigned char>(c)),
             "printable text");
      return false;
    }
    if (c == '\t' && in_indentation && diagnostics.size() - before < kTabReportsMax) {
      report(i, "a tab in the indentation", "spaces");
    }
    in_indentation = c == '\n' || (in_indentation && (c == ' ' || c == '\t'));
    i += length;
  }
  return diagnostics.size() == before;
}

Diagnostic about_file(const std::string& name, std::string message, std::string allowed) {
  return Diagnostic{.file = name,
                    .line = 1,
                    .column = 1,
                    .length = 1,
                    .message = std::move(message),
                    .allowed = std::move(allowed),
                    .suggestion = ""};
}

// What helps against the mistakes that people make when they write conditions.
std::string way_out(std::string_view yaml_message) {
  // "when: count(events(kind: coup), 60d)": the second ": " would begin another mapping.
  if (yaml_message == "illegal map value")
    return "a text with ': ' in it stands in quotes, or after '>-' on the next line; the keys of "
           "one "
           "thing begin in one column";
  return "";
}

}  // namespace

std::optional<YamlFile> parse_yaml(std::string name, std::string_view text,
                                   Diagnostics& diagnostics) {
  if (text.size() > kYamlFileBytesMax) {
    diagnostics.push_back(about_file(name, fmt::format("the file has {} bytes", text.size()),
                                     fmt::format("at most {}", kYamlFileBytesMax)));
    return std::nullopt;
  }
  YamlFile file{.name = std::move(name), .text = normalised(text), .root = {}};
  if (!readable(file, diagnostics)) return std::nullopt;
  TreeBuilder builder(file, diagnostics);
  try {
    std::istringstream stream(file.text);
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      diagnostics.push_back(about_file(file.name, "the file is empty", "a mapping of keys"));
      return std::nullopt;
    }
    file.root = builder.take_root();
    TreeBuilder second(file, diagnostics);
    if (parser.HandleNextDocument(second)) {
      const YamlPosition at = second.take_root().position;
      diagnostics.push_back(Diagnostic{.file = file.name,
                                       .line = at.line,
                                       .column = at.column,
                                       .length = 1,
                                       .message = "a second document begins here",
                                       .allowed = "one document a file",
                                       .suggestion = ""});
    }
  } catch (const YAML::Exception& error) {
    diagnostics.push_back(Diagnostic{.file = file.name,
                                     .line = error.mark.line + 1,
                                     .column = error.mark.column + 1,
                                     .length = 1,
                                     .message = "not YAML: " + error.msg,
                                     .allowed = way_out(error.msg),
                                     .suggestion = ""});
    return std::nullopt;
  }
  if (file.root.kind == YamlNode::Kind::kNull) {
    diagnostics.push_back(about_file(file.name, "the file is empty", "a mapping of keys"));
    return std::nullopt;
  }
  return file;
}

YamlPosition position_in(const YamlFile& file, const YamlNode& node, std::size_t index) {
  const std::string_view source = file.text;
  const auto spaces_from = [&](std::size_t from) {
    const std::size_t end = source.find_first_not_of(' ', from);
    return (end == std::string_view::npos ? source.size() : end) - from;
  };
  std::size_t at = node.offset;
  std::size_t indentation_max = std::string_view::npos;
  const bool is_literal = node.style == YamlNode::Style::kBlock && source[at] == '|';
  if (node.style == YamlNode::Style::kQuoted) ++at;
  if (node.style == YamlNode::Style::kBlock) {
    const std::size_t newline = source.find('\n', at);
    at = newline == std::string_view::npos ? source.size() : newline + 1;
    indentation_max = spaces_from(at);
    at += indentation_max;
  }
  // Text and source run in step; where the text folds a line end, the source goes on behind the
  // indentation of the next line.
  for (std::size_t i = 0; i < std::min(index, node.text.size()); ++i) {
    const bool may_fold = node.text[i] == '\n' || (node.text[i] == ' ' && !is_literal);
    const std::size_t line_end = at + spaces_from(at);
    if (may_fold && line_end < source.size() && source[line_end] == '\n') {
      at = line_end + 1;
      at += std::min(spaces_from(at), indentation_max);
    } else {
      ++at;
    }
  }
  return position_at(source, at);
}

std::string_view name_of(YamlNode::Kind kind) {
  switch (kind) {
    case YamlNode::Kind::kNull:
      return "nothing";
    case YamlNode::Kind::kScalar:
      return "text";
    case YamlNode::Kind::kSequence:
      return "list";
    case YamlNode::Kind::kMapping:
      return "mapping";
  }
  return "nothing";
}

namespace {

// Where the line of three hyphens between two documents begins; npos: there is none.
std::size_t document_end(std::string_view text) {
  bool content = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.remove_suffix(1);
    if (line == "---" && content) return at;
    content = content || (!line.empty() && line.front() != '#' && line != "---");
    at = end + 1;
  }
  return std::string_view::npos;
}

}  // namespace

std::string first_document(std::string_view text) {
  return std::string(text.substr(0, document_end(text)));
}

std::string second_document(std::string_view text) {
  const std::size_t end = document_end(text);
  if (end == std::string_view::npos) return "";
  const auto lines =
      std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), '\n');
  std::string out(static_cast<std::size_t>(lines), '\n');
  return out.append(text.substr(end + 3));
}

}  // namespace tocsin
