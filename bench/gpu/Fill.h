// What arrays hold before a recorded call: made from a rule and a seed, on the build machine and on the
// other.
#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace genfuse::gpu {

enum class Type { f32, f64, i64, boolean };
inline constexpr const char *type_names[] = {"f32", "f64", "i64", "boolean"};
inline constexpr int64_t type_bytes[] = {4, 8, 8, 1};

enum class Rule {
  reals,    ///< in (0.25, 1.25)
  integers, ///< 0 .. bound - 1
  offsets,  ///< from 0 to bound, rows that grow longer, the first ones empty
  list,     ///< 0, 1, 2, ...
  bits,     ///< true or false
  zeros,    ///< accumulators
  unwritten ///< every byte 0xff: NaN
};
inline constexpr const char *rule_names[] = {"reals", "integers", "offsets",  "list",
                                             "bits",  "zeros",    "unwritten"};

struct Fill {
  Rule rule = Rule::unwritten;
  int64_t bound = 0;
  uint64_t seed = 0;
};

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014) at a place of its
/// sequence.
inline uint64_t mixed(uint64_t seed, uint64_t place) {
  uint64_t z = seed + (place + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

template <class T, class F> void fillEach(std::vector<char> &bytes, int64_t count, F value) {
  for (int64_t i = 0; i < count; ++i) {
    T each = static_cast<T>(value(i));
    std::memcpy(bytes.data() + i * static_cast<int64_t>(sizeof(T)), &each, sizeof(T));
  }
}

/// The bytes of `count` elements.
inline std::vector<char> filled(const Fill &fill, Type type, int64_t count) {
  std::vector<char> bytes(static_cast<size_t>(count * type_bytes[static_cast<int>(type)]),
                          fill.rule == Rule::unwritten ? '\xff' : '\0');
  auto real = [&](int64_t i) {
    return 0.25 + (static_cast<double>(mixed(fill.seed, static_cast<uint64_t>(i)) >> 42) + 0.5) / 4194304.0;
  };
  auto integer = [&](int64_t i) -> int64_t {
    const int64_t rows = count - 1;
    switch (fill.rule) {
    case Rule::integers:
      return static_cast<int64_t>(mixed(fill.seed, static_cast<uint64_t>(i)) %
                                  static_cast<uint64_t>(fill.bound));
    case Rule::offsets:
      return rows > 0 ? fill.bound * i / rows * i / rows : 0;
    default:
      return i;
    }
  };
  if (fill.rule == Rule::reals && type == Type::f32)
    fillEach<float>(bytes, count, real);
  else if (fill.rule == Rule::reals)
    fillEach<double>(bytes, count, real);
  else if (fill.rule == Rule::bits)
    fillEach<char>(bytes, count, [&](int64_t i) { return mixed(fill.seed, static_cast<uint64_t>(i)) >> 63; });
  else if (fill.rule != Rule::zeros && fill.rule != Rule::unwritten)
    fillEach<int64_t>(bytes, count, integer);
  return bytes;
}

} // namespace genfuse::gpu
