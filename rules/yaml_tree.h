#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/diagnostic.h"

namespace tocsin {

// A YAML file as a tree of texts. No text is ever turned into a number or a truth value here, so
// that `NO`, `010` and `1.10` stay what the author wrote; yaml_reader.h gives texts their types.

// Both count from 1; columns are characters (code points), not bytes.
struct YamlPosition {
  int line = 0, column = 0;
  friend bool operator==(const YamlPosition&, const YamlPosition&) = default;
};

struct YamlEntry;

struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMapping };
  enum class Style { kPlain, kQuoted, kBlock };  // kBlock: `|` or `>`
  Kind kind = Kind::kNull;
  Style style = Style::kPlain;     // of a scalar
  std::string text;                // of a scalar, with escapes and folding undone
  std::vector<YamlNode> items;     // of a sequence
  std::vector<YamlEntry> entries;  // of a mapping, in file order, keys unique
  YamlPosition position;           // of its first character; of a block scalar: of its `|` or `>`
  std::size_t offset = 0;          // the same place as a byte offset in YamlFile::text
};

struct YamlEntry {
  YamlNode key;  // always a scalar
  YamlNode value;
};

struct YamlFile {
  std::string name;  // for diagnostics
  std::string text;  // line ends are '\n', no byte order mark
  YamlNode root;
};

inline constexpr std::size_t kYamlFileBytesMax = 8u << 20;
inline constexpr int kYamlDepthMax = 64;

// Parses one document. Adds to `diagnostics` and returns nullopt when there is no tree to read: the
// file is empty, too large, not UTF-8, indented with tabs, not YAML. Adds to `diagnostics` and
// still returns a tree, so that all errors show in one run, for duplicate keys (the first counts),
// anchors, aliases and tags (refused: a file is read from top to bottom by people), and a second
// document.
std::optional<YamlFile> parse_yaml(std::string name, std::string_view text,
                                   Diagnostics& diagnostics);

// A pack file may hold its scenarios behind a line of three hyphens. The text before that line; and
// the text after it with as many empty lines before it as stand there in the file, so that its
// lines keep their numbers: empty when there is no such line.
std::string first_document(std::string_view text);
std::string second_document(std::string_view text);

// Where byte `index` of the scalar `node.text` stands in the file; index == node.text.size() is the
// place after its end. Exact for plain, quoted, `|` and `>` scalars; after an escape sequence or a
// folded blank line it may be off within the scalar. O(length of the scalar).
YamlPosition position_in(const YamlFile& file, const YamlNode& node, std::size_t index);

// "text", "list", "mapping", "nothing": what stands there, for messages.
std::string_view name_of(YamlNode::Kind kind);

}  // namespace tocsin
