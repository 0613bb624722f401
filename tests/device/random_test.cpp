// Philox against Random123, and the draws made of it.
#include "runtime/device/entry_points.h"
#include <Random123/philox.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace genfuse::device {
namespace {

using Block = std::array<u32, 4>;
Block words(Block c, u32 k0, u32 k1) {
  Words<u32> w = philox(c[0], c[1], c[2], c[3], k0, k1);
  return {w.word[0], w.word[1], w.word[2], w.word[3]};
}

TEST(Philox, KnownAnswers) { // kat_vectors of Random123
  EXPECT_EQ(words({0, 0, 0, 0}, 0, 0), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(words({~0u, ~0u, ~0u, ~0u}, ~0u, ~0u), (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(words({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0xa4093822, 0x299f31d0),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, EqualsRandom123) {
  std::mt19937 generator(5);
  for (int i = 0; i < 10000; ++i) {
    Block c = {u32(generator()), u32(generator()), u32(generator()), u32(generator())};
    u32 k0 = generator(), k1 = generator();
    r123::Philox4x32::ctr_type counter = {{c[0], c[1], c[2], c[3]}};
    r123::Philox4x32::key_type key = {{k0, k1}};
    auto want = r123::Philox4x32()(counter, key);
    ASSERT_EQ(words(c, k0, k1), (Block{want[0], want[1], want[2], want[3]}));
  }
}

TEST(Uniform, BoundsAreOpenAndSymmetric) {
  EXPECT_EQ(uniform_f32(0u), 0x1p-24f);
  EXPECT_EQ(uniform_f32(~0u), 1 - 0x1p-24f);
  EXPECT_EQ(uniform_f64(0u, 0u), 0x1p-53);
  EXPECT_EQ(uniform_f64(~0u, ~0u), 1 - 0x1p-53);
  EXPECT_EQ(uniform_f32(0x80000000u), 0.5f + 0x1p-24f);
  EXPECT_EQ(uniform_f64(0x80000000u, 0u), 0.5 + 0x1p-53);
  EXPECT_EQ(radius_uniform_f32(0u), 0x1p-33f);
  EXPECT_EQ(radius_uniform_f32(~0u), 1.0f);
  std::mt19937 generator(6);
  for (int i = 0; i < 100000; ++i) {
    u32 low = generator(), high = generator();
    ASSERT_EQ(uniform_f32(low) + uniform_f32(~low), 1.0f);
    ASSERT_EQ(uniform_f64(high, low), (double(((u64(high) << 32) | low) >> 12) + 0.5) * 0x1p-52);
  }
}

TEST(Uniform, WordsAndPairsOfACounter) {
  Block w = words({1, 2, 3, 4}, 5, 6);
  for (u32 word = 0; word < 4; ++word)
    EXPECT_EQ(gf_random_uniform_f32(1, 2, 3, 4, 5, 6, word), uniform_f32(w[word]));
  EXPECT_EQ(gf_random_uniform_f64(1, 2, 3, 4, 5, 6, 0), uniform_f64(w[0], w[1]));
  EXPECT_EQ(gf_random_uniform_f64(1, 2, 3, 4, 5, 6, 1), uniform_f64(w[2], w[3]));
}

TEST(Normal, IsBoxMullerOfTheStatedWords) {
  for (u32 i = 0; i < 1000; ++i) {
    Block w = words({i, 2, 3, 4}, 5, 6);
    for (u32 pair = 0; pair < 4; pair += 2) {
      double r = std::sqrt(-2 * std::log((w[pair] + 0.5) * 0x1p-32)), a = 2 * M_PI * uniform_f32(w[pair + 1]);
      EXPECT_NEAR(gf_random_normal_f32(i, 2, 3, 4, 5, 6, pair), r * std::cos(a), 1e-6);
      EXPECT_NEAR(gf_random_normal_f32(i, 2, 3, 4, 5, 6, pair + 1), r * std::sin(a), 1e-6);
    }
    double r = std::sqrt(-2 * std::log(uniform_f64(w[0], w[1]))), a = 2 * M_PI * uniform_f64(w[2], w[3]);
    EXPECT_NEAR(gf_random_normal_f64(i, 2, 3, 4, 5, 6, 0), r * std::cos(a), 1e-14);
    EXPECT_NEAR(gf_random_normal_f64(i, 2, 3, 4, 5, 6, 1), r * std::sin(a), 1e-14);
  }
}

TEST(Normal, IsFiniteAtTheEdgesOfItsUniforms) {
  for (float u : {0x1p-33f, 0x1p-24f, 0.5f, 1 - 0x1p-24f, 1.0f}) {
    for (float v : {0x1p-24f, 0.25f, 0.5f, 1 - 0x1p-24f}) {
      SinCos<float> z = box_muller(u, v);
      EXPECT_TRUE(std::isfinite(z.sin) && std::isfinite(z.cos)) << u << ' ' << v;
      EXPECT_LT(std::fabs(z.cos), 6.8f);
    }
  }
}

/// The largest distance between the sample's distribution and the given one, times sqrt(n): over 1.95 once in
/// 1000.
template <class Cdf> double kolmogorov_smirnov(std::vector<double> sample, Cdf cdf) {
  std::sort(sample.begin(), sample.end());
  double n = double(sample.size()), worst = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    double c = cdf(sample[i]);
    worst = std::max({worst, std::fabs(c - double(i) / n), std::fabs(c - double(i + 1) / n)});
  }
  return worst * std::sqrt(n);
}

struct Moments {
  double mean = 0, variance = 0, third = 0, fourth = 0;
  explicit Moments(const std::vector<double> &sample) {
    for (double x : sample)
      mean += x, variance += x * x, third += x * x * x, fourth += x * x * x * x;
    for (double *m : {&mean, &variance, &third, &fourth})
      *m /= double(sample.size());
  }
};

template <class Draw> std::vector<double> sample(Draw draw, u32 slots, u32 counters) {
  std::vector<double> all;
  for (u32 i = 0; i < counters; ++i)
    for (u32 slot = 0; slot < slots; ++slot)
      all.push_back(draw(i, 0, 0, 0, 2024, 11, slot));
  return all;
}

template <class Uniform, class Normal> void check_distributions(Uniform uniform, Normal normal, u32 slots) {
  constexpr u32 n = 400000;
  double error = 5 / std::sqrt(double(n)); // five standard errors of a mean of variance 1
  std::vector<double> us = sample(uniform, slots, n / slots), zs = sample(normal, slots, n / slots);
  EXPECT_LT(kolmogorov_smirnov(us, [](double x) { return x; }), 1.95);
  EXPECT_LT(kolmogorov_smirnov(zs, [](double x) { return 0.5 * std::erfc(-x * M_SQRT1_2); }), 1.95);
  Moments u(us), z(zs);
  EXPECT_NEAR(u.mean, 0.5, error * std::sqrt(1.0 / 12));
  EXPECT_NEAR(z.mean, 0, error);
  EXPECT_NEAR(z.variance, 1, error * std::sqrt(2.0));
  EXPECT_NEAR(z.third, 0, error * std::sqrt(15.0));
  EXPECT_NEAR(z.fourth, 3, error * std::sqrt(96.0));
  double neighbours = 0; // the two slots of a pair are independent
  for (std::size_t i = 0; i + 1 < zs.size(); i += 2)
    neighbours += zs[i] * zs[i + 1];
  EXPECT_NEAR(neighbours / (n / 2), 0, error * std::sqrt(2.0));
}

TEST(Distributions, Float) { check_distributions(gf_random_uniform_f32, gf_random_normal_f32, 4); }
TEST(Distributions, Double) { check_distributions(gf_random_uniform_f64, gf_random_normal_f64, 2); }

} // namespace
} // namespace genfuse::device
