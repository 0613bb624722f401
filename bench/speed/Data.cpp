#include "bench/speed/Data.h"
#include <algorithm>
#include <cmath>

namespace genfuse::bench {

namespace {

/// Steele, Lea and Flood's SplitMix64 (2014); the library's distributions differ between libraries.
class Numbers {
public:
  explicit Numbers(uint64_t seed) : state(seed) {}

  /// In (0, 1).
  double uniform() { return (static_cast<double>(next() >> 12) + 0.5) * 0x1p-52; }
  int64_t below(int64_t bound) { return static_cast<int64_t>(uniform() * static_cast<double>(bound)); }
  double normal() {
    const double radius = std::sqrt(-2 * std::log(uniform()));
    return radius * std::cos(6.283185307179586 * uniform());
  }

private:
  uint64_t next() {
    uint64_t z = state += 0x9e3779b97f4a7c15ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }

  uint64_t state;
};

float narrow(double x) { return static_cast<float>(x); }

void coverRow(Numbers &numbers, float *row) {
  constexpr int64_t measured = 10, areas = 4, soils = 40;
  std::fill(row, row + CoverData::columns, 0.0f);
  for (int64_t i = 0; i < measured; ++i)
    row[i] = narrow(numbers.normal());
  row[measured + numbers.below(areas)] = 1;
  row[measured + areas + numbers.below(soils)] = 1;
  row[CoverData::columns - 1] = 1;
}

/// A spot of ink with a soft edge.
void addSpot(float *image, double row, double column) {
  constexpr int64_t side = 28;
  for (int64_t i = 0; i < side; ++i)
    for (int64_t j = 0; j < side; ++j) {
      const double distance = std::hypot(static_cast<double>(i) - row, static_cast<double>(j) - column);
      float &pixel = image[i * side + j];
      pixel = std::max(pixel, narrow(std::clamp(2 - distance / 1.5, 0.0, 1.0)));
    }
}

} // namespace

PolynomialData polynomialData(int64_t points) {
  Numbers numbers(1);
  PolynomialData data;
  for (int64_t i = 0; i < points; ++i) {
    const double x = -1 + 2 * static_cast<double>(i) / static_cast<double>(points - 1);
    data.x.push_back(narrow(x));
    data.y.push_back(narrow(0.5 - 1.2 * x + 2 * x * x + 0.05 * numbers.normal()));
  }
  return data;
}

CoverData coverData(int64_t rows) {
  Numbers numbers(2);
  CoverData data{rows,
                 FloatVector(static_cast<size_t>(rows * CoverData::columns)),
                 std::make_unique<bool[]>(static_cast<size_t>(rows)),
                 {}};
  std::vector<double> truth;
  for (int64_t i = 0; i < CoverData::columns; ++i) {
    truth.push_back(0.5 * numbers.normal());
    data.weights.push_back(narrow(truth.back() + 0.1 * numbers.normal()));
  }
  for (int64_t r = 0; r < rows; ++r) {
    float *row = data.x.data() + r * CoverData::columns;
    coverRow(numbers, row);
    double eta = 0;
    for (int64_t i = 0; i < CoverData::columns; ++i)
      eta += truth[static_cast<size_t>(i)] * row[i];
    data.y[static_cast<size_t>(r)] = numbers.uniform() < 1 / (1 + std::exp(-eta));
  }
  return data;
}

ImageData imageData(int64_t count) {
  Numbers numbers(3);
  ImageData data{FloatVector(static_cast<size_t>(count * ImageData::pixels)), {}};
  for (int64_t image = 0; image < count; ++image) {
    const int64_t label = numbers.below(ImageData::classes);
    data.labels.push_back(label);
    for (int spot = 0; spot < 6; ++spot) {
      const double angle = 0.6 * static_cast<double>(label) + 0.5 * spot,
                   radius = 9 - 0.4 * static_cast<double>(label);
      addSpot(data.images.data() + image * ImageData::pixels,
              14 + radius * std::cos(angle) + numbers.normal(),
              14 + radius * std::sin(angle) + numbers.normal());
    }
  }
  return data;
}

FloatVector stateSpaceData(int64_t steps) {
  Numbers numbers(4);
  FloatVector y;
  double x = numbers.normal();
  for (int64_t t = 0; t < steps; ++t) {
    y.push_back(narrow(x + 0.7 * numbers.normal()));
    x = 0.9 * x + 0.5 * numbers.normal();
  }
  return y;
}

} // namespace genfuse::bench
