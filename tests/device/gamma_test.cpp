// The gamma functions and what is made of them (gamma.h, saddle.h): accuracy against a table of exact values,
// special values, lanes equal to scalars; and the samplers of stream.h: lanes equal to scalars.
#include "gamma_functions.h"
#include "lane_functions.h"
#include <cstring>
#include <gtest/gtest.h>
#include <random>

namespace genfuse::device_test {
namespace {

template <class T, std::size_t N> void checkTable(const GammaRow (&rows)[N]) {
  std::map<std::string, double> worst;
  for (const GammaRow &row : rows) {
    double ulps = ulpsOf<T>(row);
    EXPECT_LE(ulps, gamma_bounds.at(row.function)) << row.function << '(' << row.x << ", " << row.y
                                                   << ") = " << call<T>(row) << ", expected " << row.high;
    worst[row.function] = std::max(worst[row.function], ulps);
  }
  EXPECT_EQ(worst.size(), gamma_bounds.size()) << "functions without a row";
  for (const auto &[name, ulps] : worst)
    ::testing::Test::RecordProperty(name, std::to_string(ulps));
}

TEST(GammaAccuracy, Float) { checkTable<float>(gamma_rows_f32); }
TEST(GammaAccuracy, Double) { checkTable<double>(gamma_rows_f64); }

template <class T> void checkSpecialValues() {
  for (const GammaRow &row : gamma_special_rows) {
    T got = call<T>(row);
    if (std::isnan(row.high))
      EXPECT_TRUE(std::isnan(got)) << row.function << '(' << row.x << ", " << row.y << ") = " << got;
    else
      EXPECT_EQ(got, T(row.high)) << row.function << '(' << row.x << ", " << row.y << ')';
  }
  T largest = std::numeric_limits<T>::max();
  // log1p_square of the largest number: its square overflows, the result is 2 log(largest).
  EXPECT_NEAR(call<T>({"log1p_square", double(largest), 1, 0, 0}), 2 * std::log(largest),
              4 * std::numeric_limits<T>::epsilon() * std::log(largest));
}

TEST(GammaSpecialValues, Float) { checkSpecialValues<float>(); }
TEST(GammaSpecialValues, Double) { checkSpecialValues<double>(); }

/// Equal to the bit, but one NaN is as good as another.
template <class T> bool same(T a, T b) {
  return std::memcmp(&a, &b, sizeof a) == 0 || (std::isnan(a) && std::isnan(b));
}

/// Arguments of every size and sign, with special ones; a multiple of 16.
template <class T> std::vector<T> arguments(unsigned seed, double largest) {
  std::vector<T> xs = {T(0), T(-0.0), T(1), T(2), T(-1), T(0.5), T(8), INFINITY, -INFINITY, NAN};
  std::mt19937_64 generator(seed);
  while (xs.size() < 16000) {
    double u = double(generator() >> 11) * 0x1p-53;
    for (double x : {u, 3 * u, 12 * u, -5 * u, std::exp2(40 * u - 20), largest * u})
      xs.push_back(T(x));
  }
  xs.resize(16000);
  std::shuffle(xs.begin() + 64, xs.end(), generator);
  return xs;
}

class GammaLanes : public ::testing::TestWithParam<int> {
protected:
  void SetUp() override {
    if (!(functions = lane_functions(GetParam())))
      GTEST_SKIP() << "this processor lacks x86-64-v" << GetParam();
  }
  const LaneFunctions *functions = nullptr;
};

template <class T>
void compareFunctions(const Unary<T> (&lanes)[special_count], const Binary<T> (&pairs)[binary_count]) {
  std::vector<T> xs = arguments<T>(3, 1e5), ys = arguments<T>(4, 1e5), out(xs.size());
  for (int f = 0; f < special_count; ++f) {
    ASSERT_EQ(unary<T>()[f].first, lanes[f].name);
    lanes[f].lanes(xs.data(), out.data(), xs.size());
    for (std::size_t i = 0; i < xs.size(); ++i)
      ASSERT_TRUE(same(out[i], unary<T>()[f].second(xs[i]))) << lanes[f].name << '(' << xs[i] << ')';
  }
  for (int f = 0; f < binary_count; ++f) {
    ASSERT_EQ(binary<T>()[f].first, pairs[f].name);
    pairs[f].lanes(xs.data(), ys.data(), out.data(), xs.size());
    for (std::size_t i = 0; i < xs.size(); ++i)
      ASSERT_TRUE(same(out[i], binary<T>()[f].second(xs[i], ys[i])))
          << pairs[f].name << '(' << xs[i] << ", " << ys[i] << ')';
  }
}

TEST_P(GammaLanes, FloatFunctionsEqualScalars) {
  compareFunctions<float>(functions->special_f32, functions->binary_f32);
}
TEST_P(GammaLanes, DoubleFunctionsEqualScalars) {
  compareFunctions<double>(functions->special_f64, functions->binary_f64);
}

/// Lanes of one vector need different numbers of attempts, and some have parameters outside the domain.
template <class T, class Scalar>
void compareSampler(const Sampler<T> &lanes, double largest, Scalar scalar, bool proportion = false) {
  std::vector<T> a = arguments<T>(5, largest), b = arguments<T>(6, 100), out(a.size());
  if (proportion) {
    std::mt19937 generator(7);
    for (std::size_t i = 0; i < b.size(); ++i)
      b[i] = T(generator() * 0x1p-32), a[i] = std::floor(a[i]);
  }
  std::vector<std::uint32_t> counter(a.size()), element(a.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    counter[i] = std::uint32_t(7 * i), element[i] = i % 3;
  lanes.lanes(counter.data(), element.data(), 11, a.data(), b.data(), out.data(), a.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    ASSERT_TRUE(same(out[i], scalar(counter[i], 5u, 9u, 7u, 11u, 3u, element[i], a[i], b[i])))
        << lanes.name << '(' << a[i] << ", " << b[i] << ") at " << i;
}

#define GF_WORDS u32 c0, u32 c1, u32 c2, u32 c3, u32 k0, u32 k1, u32 e
#define GF_PASS c0, c1, c2, c3, k0, k1, e
#define GF_COMPARE_SAMPLERS(T, suffix)                                                                       \
  using device::u32;                                                                                         \
  const auto &lanes = functions->sampler_##suffix;                                                           \
  compareSampler<T>(lanes[0], 10, [](GF_WORDS, T, T) { return gf_random_stream_normal_##suffix(GF_PASS); }); \
  compareSampler<T>(lanes[1], 100, [](GF_WORDS, T a, T) { return gf_random_gamma_##suffix(GF_PASS, a); });   \
  compareSampler<T>(lanes[2], 100,                                                                           \
                    [](GF_WORDS, T a, T) { return gf_random_log_gamma_##suffix(GF_PASS, a); });              \
  compareSampler<T>(lanes[3], 100,                                                                           \
                    [](GF_WORDS, T a, T b) { return gf_random_beta_##suffix(GF_PASS, a, b); });              \
  compareSampler<T>(lanes[4], 1e4, [](GF_WORDS, T a, T) { return gf_random_poisson_##suffix(GF_PASS, a); }); \
  compareSampler<T>(                                                                                         \
      lanes[5], 1e4, [](GF_WORDS, T a, T b) { return gf_random_binomial_##suffix(GF_PASS, a, b); }, true)

TEST_P(GammaLanes, FloatSamplersEqualScalars) { GF_COMPARE_SAMPLERS(float, f32); }
TEST_P(GammaLanes, DoubleSamplersEqualScalars) { GF_COMPARE_SAMPLERS(double, f64); }

TEST_P(GammaLanes, IntegersEqualScalars) {
  constexpr std::size_t n = 1600;
  std::vector<std::uint32_t> counter(n), element(n);
  std::vector<std::uint64_t> low(n), high(n), out(n);
  std::mt19937_64 generator(8);
  for (std::size_t i = 0; i < n; ++i) {
    counter[i] = std::uint32_t(i), element[i] = 0;
    low[i] = generator() >> (i % 64), high[i] = low[i] + (generator() >> (63 - i % 64));
  }
  functions->integers(counter.data(), element.data(), 11, low.data(), high.data(), out.data(), n);
  for (std::size_t i = 0; i < n; ++i) {
    ASSERT_EQ(out[i], gf_random_integer_i64(counter[i], 5, 9, 7, 11, 3, element[i], low[i], high[i])) << i;
    auto least = static_cast<std::int64_t>(low[i]), most = static_cast<std::int64_t>(high[i]),
         value = static_cast<std::int64_t>(out[i]);
    EXPECT_GE(value, least);
    EXPECT_LE(value, std::max(least, most));
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, GammaLanes, ::testing::Values(3, 4),
                         [](const auto &info) { return "v" + std::to_string(info.param); });

/// The stream of a draw: attempts, elements and positions all give different words.
TEST(Stream, WordsOfAttemptsAndElementsDiffer) {
  using device::u32;
  std::vector<u32> seen;
  for (u32 position : {0u, 1u})
    for (u32 element : {0u, 1u, 2u})
      for (u32 attempt : {0u, 1u, 2u})
        for (u32 part : {0u, 1u})
          seen.push_back(
              device::Stream<u32, float>(position, 0, 0, 2, 1, 2, element).block(attempt, part).word[0]);
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(std::unique(seen.begin(), seen.end()), seen.end());
}

} // namespace
} // namespace genfuse::device_test
