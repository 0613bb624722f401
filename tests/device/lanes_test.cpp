// Every lane of every level computes the bits of the scalar function. The scalar side is compiled for the
// baseline processor, so this also shows that the bits depend on no instruction set.
#include "scalar_functions.h"
#include <array>
#include <cstring>
#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace genfuse::device_test {
namespace {

/// Equal to the bit, but one NaN is as good as another.
template <class T> bool same(T a, T b) {
  return std::memcmp(&a, &b, sizeof a) == 0 || (std::isnan(a) && std::isnan(b));
}

template <class T, class Word> std::vector<T> arguments() {
  std::vector<T> xs = {T(0), T(-0.0), T(1), T(-1), T(0.5), T(2), INFINITY, -INFINITY, NAN};
  std::mt19937_64 generator(3);
  while (xs.size() < 100000) {
    Word word = Word(generator());
    T x;
    std::memcpy(&x, &word, sizeof x);
    xs.push_back(x);
    double u = double(generator() >> 11) * 0x1p-53 - 0.5;
    for (double scale : {1.0, 3.0, 40.0, 1500.0})
      xs.push_back(T(u * scale));
  }
  xs.resize(100000 / 16 * 16);
  return xs;
}

template <class T>
void compare(const Unary<T> (&lanes)[unary_count], const Scalar<T> (&scalars)[unary_count],
             const std::vector<T> &xs) {
  std::vector<T> out(xs.size());
  for (int f = 0; f < unary_count; ++f) {
    ASSERT_STREQ(lanes[f].name, scalars[f].name);
    lanes[f].lanes(xs.data(), out.data(), xs.size());
    int different = 0;
    for (std::size_t i = 0; i < xs.size() && different < 5; ++i) {
      T want = scalars[f].function(xs[i]);
      if (!same(out[i], want))
        ++different,
            ADD_FAILURE() << lanes[f].name << '(' << xs[i] << "): lane " << out[i] << ", scalar " << want;
    }
  }
}

template <class T>
using ScalarDraw = T (*)(device::u32, device::u32, device::u32, device::u32, device::u32, device::u32,
                         device::u32);
template <class T>
void compare_draws(const Draw<T> (&lanes)[draw_count], const std::array<ScalarDraw<T>, draw_count> &scalars,
                   int slots) {
  constexpr std::size_t n = 16000;
  std::vector<std::uint32_t> counters(n), slot(n);
  std::mt19937 generator(4);
  for (std::size_t i = 0; i < n; ++i)
    counters[i] = generator(), slot[i] = generator() % slots;
  std::vector<T> out(n);
  for (int f = 0; f < draw_count; ++f) {
    lanes[f].lanes(counters.data(), slot.data(), 5, 0xffffffffu, 7, 0x12345678u, 0x9abcdef0u, out.data(), n);
    for (std::size_t i = 0; i < n; ++i)
      ASSERT_TRUE(same(out[i], scalars[f](counters[i], 5, 0xffffffffu, 7, 0x12345678u, 0x9abcdef0u, slot[i])))
          << lanes[f].name << " at " << i;
  }
}

class Lanes : public ::testing::TestWithParam<int> {
protected:
  void SetUp() override {
    if (!(functions = lane_functions(GetParam())))
      GTEST_SKIP() << "this processor lacks x86-64-v" << GetParam();
  }
  const LaneFunctions *functions = nullptr;
};

TEST_P(Lanes, FloatFunctionsEqualScalars) {
  compare(functions->f32, scalar_f32, arguments<float, std::uint32_t>());
}
TEST_P(Lanes, DoubleFunctionsEqualScalars) {
  compare(functions->f64, scalar_f64, arguments<double, std::uint64_t>());
}
TEST_P(Lanes, FloatDrawsEqualScalars) {
  compare_draws<float>(functions->draw_f32, {gf_random_uniform_f32, gf_random_normal_f32}, 4);
}
TEST_P(Lanes, DoubleDrawsEqualScalars) {
  compare_draws<double>(functions->draw_f64, {gf_random_uniform_f64, gf_random_normal_f64}, 2);
}

INSTANTIATE_TEST_SUITE_P(Levels, Lanes, ::testing::Values(3, 4),
                         [](const auto &info) { return "v" + std::to_string(info.param); });

} // namespace
} // namespace genfuse::device_test
