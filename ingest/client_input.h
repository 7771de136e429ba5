#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ingest/client_store.h"
#include "model/hash.h"

namespace tocsin {

enum class ReadState : std::uint8_t { kSome, kNothingYet, kEnd };

// Bytes to send: a file, a pipe, or in tests a stream.
class InputSource {
 public:
  virtual ~InputSource() = default;
  // Appends what is there, at most 256 KiB. Doesn't wait, except on streams.
  virtual Result<ReadState> read(std::string& buffer) = 0;
  // Goes back to the beginning; false when this input can't.
  virtual bool rewind() = 0;
  // Of the whole input, where that is known.
  virtual std::optional<std::uint64_t> total_bytes() const { return std::nullopt; }
  // To poll for more; -1 when reading never has to wait.
  virtual int descriptor() const { return -1; }
};

// A file by name, "-" for standard input. kNotFound, kIo.
Result<std::unique_ptr<InputSource>> open_input(const std::string& file);
// `stream` is borrowed.
std::unique_ptr<InputSource> stream_input(std::istream& stream);

struct CutLimits {
  std::uint64_t records = 100;              // of a frame
  std::uint64_t frame_bytes = 256 * 1024;   // of a frame
  std::uint64_t record_bytes = 128 * 1024;  // of a line; at most frame_bytes - 1
};

// A line that can't be sent: too long, or no JSON object.
struct RefusedLine {
  std::uint64_t line = 0;  // from 1
  std::string reason;
  std::string text;  // its beginning
};

enum class Cut : std::uint8_t { kFrame, kNothingYet, kEnd };
enum class Patience : std::uint8_t {
  kFull,   // wait for a full frame
  kFlush,  // take what is there
};

// Cuts NDJSON into frames. A line that can't be sent leaves an empty one in its place, so that the
// lines of a payload can be counted from `first_line`.
class FrameCutter {
 public:
  // `input` is borrowed.
  FrameCutter(InputSource& input, const CutLimits& limits,
              std::function<void(const RefusedLine&)> on_refused);

  // Goes on after `position`, if the input up to there is the same as it was; otherwise starts at
  // the beginning and returns false. Call before next().
  Result<bool> resume(const InputPosition& position);
  // Fills `frame` (without sequence) on kFrame.
  Result<Cut> next(StoredFrame& frame, Patience patience);
  std::uint64_t bytes_read() const { return position_.bytes; }
  int descriptor() const { return input_.descriptor(); }

 private:
  enum class Line : std::uint8_t { kLine, kTooLong, kNothingYet, kEnd };
  Result<Line> peek();
  void consume();
  void skip_rest_of_line();
  void add_line();
  Cut give(StoredFrame& frame);
  InputPosition here() const;

  InputSource& input_;
  CutLimits limits_;
  std::function<void(const RefusedLine&)> on_refused_;
  std::string buffer_;
  std::size_t at_ = 0;          // where the next line begins in buffer_
  std::string_view line_;       // what peek() saw, without its line end
  std::size_t line_bytes_ = 0;  // with it
  bool at_end_ = false;
  bool skipping_ = false;  // inside a line that is too long
  Hasher hasher_;
  InputPosition position_;  // without its hash
  StoredFrame frame_;       // being filled
};

}  // namespace tocsin
