// The functions of genfuse_cuda.h over groups of every width, in every order of threads.
#include "TextImage.h"
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

namespace genfuse::cuda_host {
namespace {

/// One kernel for a width and a type: each group reduces its own W values of `in`, all threads write what
/// they got, and twice in a row, so that a race between two calls would show.
std::string reductions(int width, const std::string &type) {
  std::string W = std::to_string(width);
  auto store = [&](int slot, const std::string &value) {
    return "    mine[" + std::to_string(slot) + " * " + W + "] = " + value + ";\n";
  };
  return "extern \"C\" __global__ void __launch_bounds__(GF_BLOCK(" + W + ")) k(const " + type + " *in, " +
         type +
         " *out, index_t n) {\n"
         "  for (index_t g = gf_group<" +
         W + ">(); g < n; g += gf_groups<" + W +
         ">()) {\n"
         "    " +
         type + " v = in[g * " + W + " + gf_lane<" + W +
         ">()];\n"
         "    " +
         type + " *mine = out + g * 7 * " + W + " + gf_lane<" + W + ">();\n" +
         store(0, "gf_sum<" + W + ">(v)") + store(1, "gf_min<" + W + ">(v)") +
         store(2, "gf_max<" + W + ">(v)") + store(3, "gf_any<" + W + ">(v > 9)") +
         store(4, "gf_all<" + W + ">(v > -9)") +
         store(5, "gf_from<" + W + ">(v, " + std::to_string(width * 2 / 3) + ")") +
         store(6, "gf_sum<" + W + ">(v * v)") +
         "  }\n"
         "}\n"
         "GF_EXPORT_KERNEL(k)\n";
}

/// The tree that gf_sum's documentation promises, written down once more: butterflies of halving distance
/// over the lanes of a warp, then over warps.
template <class T> T treeSum(std::vector<T> values) {
  auto butterfly = [](const T *from, std::size_t count) {
    std::vector<T> level(from, from + count);
    for (; count > 1; count /= 2)
      for (std::size_t i = 0; i < count / 2; ++i)
        level[i] = level[i] + level[i + count / 2];
    return level[0];
  };
  if (values.size() <= 32)
    return butterfly(values.data(), values.size());
  std::vector<T> warps;
  for (std::size_t at = 0; at < values.size(); at += 32)
    warps.push_back(butterfly(&values[at], 32));
  return butterfly(warps.data(), warps.size());
}

template <class T> const char *nameOf();
template <> const char *nameOf<float>() { return "float"; }
template <> const char *nameOf<double>() { return "double"; }
template <> const char *nameOf<int32_t>() { return "int32_t"; }
template <> const char *nameOf<int64_t>() { return "int64_t"; }

template <class T> void checkReductions(int width, CompileOptions options = {}) {
  constexpr int64_t groups = 11; // no multiple of the groups in a block
  TextImage image(reductions(width, nameOf<T>()), options);
  std::vector<T> in(groups * width), first;
  std::mt19937 generator(7);
  for (T &value : in)
    value = T((double(generator()) / 4294967296.0 - 0.5) * 20);
  for (Order order : all_orders) {
    setOrder(order);
    std::vector<T> out(groups * 7 * width);
    ASSERT_EQ(image.launch("k", groups, width, in.data(), out.data(), groups), GF_OK) << image.error;
    for (int64_t g = 0; g < groups; ++g) {
      std::vector<T> own(in.begin() + g * width, in.begin() + (g + 1) * width), squares;
      for (T value : own)
        squares.push_back(value * value);
      const T want[7] = {treeSum(own),
                         *std::min_element(own.begin(), own.end()),
                         *std::max_element(own.begin(), own.end()),
                         T(*std::max_element(own.begin(), own.end()) > 9),
                         T(*std::min_element(own.begin(), own.end()) > -9),
                         own[std::size_t(width * 2 / 3)],
                         treeSum(squares)};
      for (int slot = 0; slot < 7; ++slot)
        for (int lane = 0; lane < width; ++lane)
          ASSERT_EQ(out[(g * 7 + slot) * width + lane], want[slot])
              << nameOf<T>() << ", width " << width << ", group " << g << ", slot " << slot << ", lane "
              << lane;
    }
  }
  setOrder(Order::ascending);
}

class Groups : public testing::TestWithParam<int> {};
TEST_P(Groups, ReduceFloat) { checkReductions<float>(GetParam()); }
TEST_P(Groups, ReduceDouble) { checkReductions<double>(GetParam()); }
TEST_P(Groups, ReduceInt32) { checkReductions<int32_t>(GetParam()); }
TEST_P(Groups, ReduceInt64) { checkReductions<int64_t>(GetParam()); }
INSTANTIATE_TEST_SUITE_P(Widths, Groups, testing::Values(1, 32, 64, 256, 1024));

TEST(Gcc, CompilesTheSameText) { checkReductions<float>(256, {.trace = false, .gcc = true}); }

/// A NaN in any thread, and zeros of both signs.
TEST(Extremes, PropagateNanAndOrderZeros) {
  TextImage image("extern \"C\" __global__ void k(const float *in, float *out) {\n"
                  "  out[0] = gf_min<64>(in[threadIdx.x]);\n"
                  "  out[1] = gf_max<64>(in[threadIdx.x]);\n"
                  "}\n"
                  "GF_EXPORT_KERNEL(k)\n");
  std::vector<float> in(64, 1.0f), out(2);
  in[37] = std::numeric_limits<float>::quiet_NaN();
  ASSERT_EQ(image.launch("k", 1, 64, in.data(), out.data()), GF_OK) << image.error;
  EXPECT_TRUE(std::isnan(out[0]) && std::isnan(out[1]));
  for (std::size_t i = 0; i < in.size(); ++i)
    in[i] = i % 2 ? 0.0f : -0.0f;
  ASSERT_EQ(image.launch("k", 1, 64, in.data(), out.data()), GF_OK) << image.error;
  EXPECT_TRUE(out[0] == 0 && std::signbit(out[0]));
  EXPECT_TRUE(out[1] == 0 && !std::signbit(out[1]));
}

TEST(Elementwise, FunctionsOfTheHeader) {
  TextImage image(
      "template <class V> GF_DEVICE void all(V *out, V a, V b, V nan) {\n"
      "  out[0] = gf_maximum(a, b); out[1] = gf_minimum(a, b); out[2] = gf_maximum(a, nan);\n"
      "  out[3] = gf_minimum(nan, b); out[4] = gf_maximum(V(-0.0), V(0)); out[5] = gf_minimum(V(0), "
      "V(-0.0));\n"
      "  out[6] = gf_from_bits(gf_to_bits(a)); out[7] = gf_fma(a, b, a); out[8] = gf_divide(a, b);\n"
      "  out[9] = gf_sqrt(b); out[10] = gf_abs(a); out[11] = gf_floor(a); out[12] = gf_ceil(a);\n"
      "  out[13] = gf_round_even(V(2.5)); out[14] = gf_copysign(b, a); out[15] = gf_is_nan(nan);\n"
      "}\n"
      "extern \"C\" __global__ void f(float *out) {\n"
      "  if (threadIdx.x == 0) { all(out, -1.75f, 3.0f, GF_NAN_F32); out[16] = -GF_INF_F32; }\n"
      "}\n"
      "GF_EXPORT_KERNEL(f)\n"
      "extern \"C\" __global__ void d(double *out) {\n"
      "  if (threadIdx.x == 0) { all(out, -1.75, 3.0, GF_NAN_F64); out[16] = -GF_INF_F64; }\n"
      "}\n"
      "GF_EXPORT_KERNEL(d)\n");
  auto check = [](auto *out) {
    using T = std::remove_reference_t<decltype(*out)>;
    const T want[] = {
        3,       T(-1.75), NAN, NAN, 0,  T(-0.0), T(-1.75), T(-7), T(-1.75) / 3, std::sqrt(T(3)),
        T(1.75), -2,       -1,  2,   -3, 1,       -INFINITY};
    for (int i = 0; i < 17; ++i) {
      EXPECT_TRUE(out[i] == want[i] || (std::isnan(out[i]) && std::isnan(want[i]))) << i << ": " << out[i];
      if (!std::isnan(want[i])) {
        EXPECT_EQ(std::signbit(out[i]), std::signbit(want[i])) << i;
      }
    }
  };
  float f[17];
  double d[17];
  ASSERT_EQ(image.launch("f", 1, 1, &f[0]), GF_OK) << image.error;
  ASSERT_EQ(image.launch("d", 1, 1, &d[0]), GF_OK) << image.error;
  check(f);
  check(d);
}

} // namespace
} // namespace genfuse::cuda_host
