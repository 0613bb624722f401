#include "bench/limits/Logistic.h"
#include "bench/limits/Elementary.h"

namespace genfuse::limits {

namespace {

constexpr int columns = LogisticData::columns;
constexpr int parts = (columns + lanes - 1) / lanes; ///< registers of a row
constexpr int rest = columns - (parts - 1) * lanes;  ///< columns in the last of them
constexpr int64_t tile = 4096;                       ///< rows between additions to double

GENFUSE_LIMITS_INLINE Floats loadPart(const float *row, int part) {
  return part + 1 < parts ? load(row + part * lanes) : loadFirst(row + part * lanes, rest);
}

/// Log likelihoods and residuals y - sigmoid(eta) of a register of rows, without overflow:
/// log(1 + exp(eta)) = max(eta, 0) + log(1 + exp(-|eta|)).
GENFUSE_LIMITS_INLINE Floats likelihood(Floats eta, Floats y, Floats &value) {
  const Floats e = exp(-absolute(eta)), one = 1.0f + e, inverse = 1.0f / one;
  value = fma(y, eta, -max(eta, Floats(0))) - log(one);
  return y - (eta < 0.0f ? e * inverse : inverse);
}

/// The labels of `count` rows as numbers; zeros in other lanes.
GENFUSE_LIMITS_INLINE Floats labels(const bool *y, int count) {
  Vec<uint8_t, lanes> bytes = 0;
  if (count == lanes)
    __builtin_memcpy(&bytes, y, lanes);
  else
    for (int i = 0; i < count; ++i)
      bytes[i] = y[i];
  return __builtin_convertvector(bytes, Floats);
}

/// Sums of a tile, in float.
struct Sums {
  Floats value = 0;
  Floats gradient[parts] = {};
};

/// Adds the rows of a block, of which `count` are there.
GENFUSE_LIMITS_INLINE void addBlock(const float *x, const bool *y, int count, const Floats (&w)[parts],
                                    Sums &sums) {
  Floats products[lanes] = {};
#pragma unroll
  for (int i = 0; i < lanes; ++i) {
    if (i >= count)
      break;
    const float *row = x + i * columns;
    for (int line = 0; line < columns; line += 16)
      __builtin_prefetch(row + 2 * lanes * columns + line, 0, 2);
    Floats even = loadPart(row, 0) * w[0], odd = loadPart(row, 1) * w[1];
#pragma unroll
    for (int part = 2; part < parts; ++part) {
      Floats &half = part % 2 ? odd : even;
      half = fma(loadPart(row, part), w[part], half);
    }
    products[i] = even + odd;
  }
  Floats value;
  const Floats residuals = likelihood(sumRows(products), labels(y, count), value);
  sums.value += firstLanes(value, count);
#pragma unroll
  for (int i = 0; i < lanes; ++i) {
    if (i >= count)
      break;
    const Floats residual = residuals[i];
#pragma unroll
    for (int part = 0; part < parts; ++part)
      sums.gradient[part] = fma(residual, loadPart(x + i * columns, part), sums.gradient[part]);
  }
}

void addTile(const LogisticData &data, const Floats (&w)[parts], int64_t first, int64_t last,
             LogisticSum &sum) {
  Sums sums;
  int64_t row = first;
  for (; row + lanes <= last; row += lanes)
    addBlock(data.x + row * columns, data.y + row, lanes, w, sums);
  if (row < last)
    addBlock(data.x + row * columns, data.y + row, int(last - row), w, sums);
  sum.value += limits::sum(sums.value);
  for (int column = 0; column < columns; ++column)
    sum.gradient[column] += sums.gradient[column / lanes][column % lanes];
}

} // namespace

template <class Target>
void Logistic<Target>::add(const LogisticData &data, const float *w, int64_t first, int64_t last,
                           LogisticSum &sum) {
  Floats parted[parts];
  for (int part = 0; part < parts; ++part)
    parted[part] = loadPart(w, part);
  for (int64_t row = first; row < last; row += tile)
    addTile(data, parted, row, row + tile < last ? row + tile : last, sum);
}

template <class Target> float Logistic<Target>::read(const LogisticData &data, int64_t first, int64_t last) {
  constexpr int independent = 8;
  Floats sums[independent] = {};
  const float *x = data.x + first * columns, *end = data.x + last * columns;
  for (; x + independent * lanes <= end; x += independent * lanes)
    for (int i = 0; i < independent; ++i)
      sums[i] += load(x + i * lanes);
  for (int i = 1; i < independent; ++i)
    sums[0] += sums[i];
  float total = sum(sums[0]);
  for (; x < end; ++x)
    total += *x;
  return total;
}

GENFUSE_LIMITS_DEFINE(Logistic);

} // namespace genfuse::limits
