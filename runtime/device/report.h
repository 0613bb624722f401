// The text of an error that a kernel reports: a template with its numbers filled in. Plain code without a
// library, because kernels stand alone. Reals have six digits, as printf's %g writes them (a number halfway
// between two may be rounded to the other one).
#pragma once
#include "lanes.h"

namespace genfuse::device {

using i64 = long long;

/// Writes to a buffer of the caller; what does not fit is left out. A zero always ends the text.
class Text {
public:
  GF_DEVICE_MEMBER Text(char *out, i64 capacity) : out(out), room(out ? capacity : 0) {}

  GF_DEVICE_MEMBER void put(char c) {
    if (room < 2)
      return;
    *out++ = c;
    --room;
  }
  GF_DEVICE_MEMBER void put(const char *word) {
    for (; *word != '\n'; ++word)
      put(*word);
  }
  GF_DEVICE_MEMBER void end() {
    if (room > 0)
      *out = 0;
  }

  void integer(i64 value) {
    u64 rest = value < 0 ? 0 - static_cast<u64>(value) : static_cast<u64>(value);
    u64 power = 1;
    while (rest / power >= 10)
      power *= 10;
    if (value < 0)
      put('-');
    for (; power > 0; power /= 10)
      put(static_cast<char>('0' + rest / power % 10));
  }

  void real(double value) {
    if (value != value)
      return put("nan\n");
    if (value < 0)
      put('-');
    double size = value < 0 ? -value : value;
    if (size > 1.7976931348623157e308)
      return put("inf\n");
    if (size == 0)
      return put('0');
    int exponent = 0;
    digits(scaled(size, exponent), exponent);
  }

private:
  /// In [1, 10), with the power of ten that is left.
  static double scaled(double size, int &exponent) {
    for (; size >= 1e16; exponent += 16)
      size *= 1e-16;
    for (; size >= 10; ++exponent)
      size /= 10;
    for (; size < 1e-16; exponent -= 16)
      size *= 1e16;
    for (; size < 1; --exponent)
      size *= 10;
    return size;
  }

  void digits(double mantissa, int exponent) {
    i64 all = static_cast<i64>(mantissa * 1e5 + 0.5); // six digits
    if (all >= 1000000) {
      all /= 10;
      ++exponent;
    }
    int count = 6;
    for (; count > 1 && all % 10 == 0; --count)
      all /= 10;
    const bool plain = exponent >= -4 && exponent < 6;
    int point = plain ? exponent + 1 : 1; // digits before the point
    i64 power = 1;
    for (int i = 1; i < count; ++i)
      power *= 10;
    if (point <= 0) {
      put("0.\n");
      for (; point < 0; ++point)
        put('0');
      point = -1;
    }
    for (int i = 0; i < count || i < point; ++i, power /= 10) {
      if (i == point)
        put('.');
      put(i < count ? static_cast<char>('0' + all / power % 10) : '0');
    }
    if (plain)
      return;
    put('e');
    put(exponent < 0 ? '-' : '+');
    exponent = exponent < 0 ? -exponent : exponent;
    if (exponent < 10)
      put('0');
    integer(exponent);
  }

  char *out;
  i64 room;
};

/// Fills the template `number` of those in `templates`, each ended by a line feed, into `out`. `words`: the
/// instance or -1, what came, its bound, and the indices. `{i}` is the instance, `{v}` and `{b}` stand for
/// reals and `{V}` and `{B}` for integers, `{0}` for an index, `{{` for a brace.
inline void report(char *out, i64 capacity, const char *templates, i64 number, const i64 *words) {
  Text text(out, capacity);
  for (; number > 0; --number) {
    while (*templates != '\n')
      ++templates;
    ++templates;
  }
  for (; *templates != '\n'; ++templates) {
    if (*templates != '{') {
      text.put(*templates);
      continue;
    }
    const char kind = *++templates;
    if (kind == '{') {
      text.put('{');
      continue;
    }
    if (kind == 'i') {
      if (words[0] >= 0) {
        text.put(" in instance \n");
        text.integer(words[0]);
      }
    } else if (kind == 'v' || kind == 'b') {
      text.real(__builtin_bit_cast(double, words[kind == 'v' ? 1 : 2]));
    } else if (kind == 'V' || kind == 'B') {
      text.integer(words[kind == 'V' ? 1 : 2]);
    } else {
      i64 index = 0;
      for (; *templates >= '0' && *templates <= '9'; ++templates)
        index = 10 * index + (*templates - '0');
      text.integer(words[3 + index]);
      continue; // on the closing brace
    }
    ++templates; // on the closing brace
  }
  text.end();
}

} // namespace genfuse::device
