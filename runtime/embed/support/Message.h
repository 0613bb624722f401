// The text of an error, written into the buffer of a call. No library is needed, nothing is allocated.
#pragma once

#include "runtime/abi.h"

namespace genfuse::embed {

/// What does not fit is left out; a zero always ends the text.
class Message {
public:
  explicit Message(const gf_call &call) : out(call.error), room(call.error ? call.error_capacity : 0) {
    end();
  }

  Message &operator<<(const char *text) {
    for (; *text; ++text)
      put(*text);
    return *this;
  }

  Message &operator<<(int64_t value) {
    uint64_t rest = value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
    char digits[20];
    int count = 0;
    do
      digits[count++] = static_cast<char>('0' + rest % 10);
    while (rest /= 10);
    if (value < 0)
      put('-');
    while (count > 0)
      put(digits[--count]);
    return *this;
  }

private:
  void put(char c) {
    if (room < 2)
      return;
    *out++ = c;
    --room;
    end();
  }
  void end() {
    if (room > 0)
      *out = 0;
  }

  char *out;
  int64_t room;
};

} // namespace genfuse::embed
