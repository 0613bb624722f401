// The choices of a test generator: the same numbers from one seed everywhere.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace genfuse::differential {

/// The standard's distributions differ between libraries, its engine does not.
class Random {
public:
  explicit Random(uint64_t seed) : engine(seed) {}

  /// 0 .. n - 1.
  int64_t below(int64_t n) { return static_cast<int64_t>(engine() % static_cast<uint64_t>(n)); }
  bool chance(double probability) { return uniform() < probability; }
  /// In [0, 1), a multiple of 2^-20: printed decimals of it are short and exact.
  double uniform() { return static_cast<double>(engine() >> 44) / 1048576.0; }
  double between(double low, double high) { return low + (high - low) * uniform(); }
  template <class T> const T &pick(const std::vector<T> &from) { return from[below(from.size())]; }
  uint64_t seed() { return engine(); }

private:
  std::mt19937_64 engine;
};

} // namespace genfuse::differential
