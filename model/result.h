#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace tocsin {

// What a caller can do about a failure; the message says what happened.
enum class ErrorCode {
  kInvalid,      // the input is wrong: correct it and try again
  kNotFound,     // the thing named does not exist
  kForbidden,    // the caller may not do this
  kConflict,     // it clashes with what is already there
  kLimit,        // a configured limit was reached
  kUnavailable,  // it may work later, unchanged
  kCorrupt,      // stored data is damaged: stop and tell a person
  kIo,           // the operating system or a peer failed
};

// message: what, where, the offending value, what is allowed.
struct Error {
  ErrorCode code = ErrorCode::kInvalid;
  std::string message;
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

// "invalid", "not-found", ... : the name used in logs and NACKs.
std::string_view name_of(ErrorCode code);

// Aborts with `what` and the place when `condition` is false. For our own bugs, always on; never
// for input, which gets an Error.
void require(bool condition, std::string_view what, const char* file = __builtin_FILE(),
             unsigned line = __builtin_LINE());

}  // namespace tocsin
