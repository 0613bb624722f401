// Faults planted in kernels are found: each by a message, or by bits that differ between the orders of
// threads.
#include "TextImage.h"
#include <cstring>
#include <gmock/gmock.h>
#include <set>
#include <vector>

namespace genfuse::cuda_host {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

class Fault : public testing::Test {
protected:
  void TearDown() override { setOrder(Order::ascending); }

  /// The message of a launch that must fail, the same in all orders as far as `expected` goes.
  void expectFault(const std::string &text, int64_t groups, int32_t width, const char *expected) {
    TextImage image(text);
    std::vector<float> out(4096);
    for (Order order : all_orders) {
      setOrder(order);
      EXPECT_EQ(image.launch("k", groups, width, out.data()), GF_DEVICE_ERROR);
      std::string error = image.error;
      EXPECT_THAT(error,
                  HasSubstr("launching k: cuLaunchKernel: CUDA_ERROR_LAUNCH_FAILED (kernel 'k', block "));
      EXPECT_THAT(error, ContainsRegex(expected));
    }
  }

  /// How many different results the orders give.
  std::size_t results(const std::string &text, int64_t groups, int32_t width) {
    TextImage image(text);
    std::set<std::vector<std::uint32_t>> all;
    for (Order order : all_orders) {
      setOrder(order);
      std::vector<std::uint32_t> out(4096);
      EXPECT_EQ(image.launch("k", groups, width, reinterpret_cast<float *>(out.data())), GF_OK)
          << image.error;
      all.insert(out);
    }
    return all.size();
  }
};

const char *neighbour(const char *barrier) {
  static std::string text;
  text = std::string("extern \"C\" __global__ void __launch_bounds__(64) k(float *out) {\n"
                     "  __shared__ float values[64];\n"
                     "  values[threadIdx.x] = float(threadIdx.x);\n") +
         barrier +
         "  out[blockIdx.x * 64 + threadIdx.x] = values[(threadIdx.x + 1) % 64];\n"
         "}\n"
         "GF_EXPORT_KERNEL(k)\n";
  return text.c_str();
}

TEST_F(Fault, MissingBarrierGivesOtherBits) { EXPECT_GT(results(neighbour(""), 3, 64), 1u); }
TEST_F(Fault, ThatBarrierMakesThemEqual) { EXPECT_EQ(results(neighbour("  gf_sync<64>();\n"), 3, 64), 1u); }

TEST_F(Fault, MissingWarpBarrierGivesOtherBits) {
  const std::string before = "extern \"C\" __global__ void __launch_bounds__(128) k(float *out) {\n"
                             "  float *mine = out + gf_group<32>() * 32;\n"
                             "  mine[gf_lane<32>()] = float(gf_lane<32>());\n",
                    after = "  float other = mine[gf_lane<32>() ^ 1];\n"
                            "  gf_sync<32>();\n"
                            "  mine[gf_lane<32>()] += other;\n"
                            "}\n"
                            "GF_EXPORT_KERNEL(k)\n";
  EXPECT_GT(results(before + after, 8, 32), 1u);
  EXPECT_EQ(results(before + "  gf_sync<32>();\n" + after, 8, 32), 1u);
}

/// Values of shared memory that nobody wrote are NaN, in each block anew.
TEST_F(Fault, SharedMemoryOfTheBlockBeforeIsGone) {
  TextImage image("extern \"C\" __global__ void k(float *out) {\n"
                  "  __shared__ float value;\n"
                  "  if (threadIdx.x == 0 && blockIdx.x == 0) value = 1.0f;\n"
                  "  gf_sync<64>();\n"
                  "  out[blockIdx.x] = value;\n"
                  "}\n"
                  "GF_EXPORT_KERNEL(k)\n");
  float out[3] = {};
  ASSERT_EQ(image.launch("k", 3, 64, &out[0]), GF_OK) << image.error;
  EXPECT_EQ(out[0], 1.0f);
  EXPECT_NE(out[1], out[1]);
  EXPECT_NE(out[2], out[2]);
}

TEST_F(Fault, BlocksThatDependOnEachOtherGiveOtherBits) {
  EXPECT_GT(
      results(
          "extern \"C\" __global__ void k(float *out) {\n"
          "  if (threadIdx.x == 0) out[blockIdx.x] = blockIdx.x == 0 ? 1.0f : out[blockIdx.x - 1] + 1.0f;\n"
          "}\n"
          "GF_EXPORT_KERNEL(k)\n",
          5, 64),
      1u);
}

TEST_F(Fault, DivergentBarrierIsReportedWithBothLines) {
  expectFault(
      "extern \"C\" __global__ void k(float *out) {\n"
      "  if (threadIdx.x < 32)\n"
      "    gf_sync<64>();\n"
      "  else\n"
      "    gf_sync<64>();\n"
      "}\n"
      "GF_EXPORT_KERNEL(k)\n",
      2, 64,
      "divergent barrier: thread 0 waits in line 4 \\(__syncthreads\\), but thread 32 waits in line 6 "
      "\\(__syncthreads\\)");
}

TEST_F(Fault, ReductionUnderAConditionIsReported) {
  expectFault("extern \"C\" __global__ void k(float *out) {\n"
              "  if (gf_lane<64>() < 60)\n"
              "    out[0] = gf_sum<64>(1.0f);\n"
              "}\n"
              "GF_EXPORT_KERNEL(k)\n",
              1, 64, "in line 4 \\(");
}

TEST_F(Fault, ThreadThatReturnsWhileOthersWait) {
  expectFault("extern \"C\" __global__ void k(float *out) {\n"
              "  if (threadIdx.x == 5) return;\n"
              "  gf_sync<128>();\n"
              "}\n"
              "GF_EXPORT_KERNEL(k)\n",
              1, 128,
              "divergent barrier: thread 0 waits in line 4 \\(__syncthreads\\), but thread 5 returned");
}

TEST_F(Fault, LanesThatNeverCome) {
  expectFault("extern \"C\" __global__ void k(float *out) {\n"
              "  if (gf_lane<32>() != 7)\n"
              "    out[threadIdx.x] = gf_from<32>(1.0f, 0);\n"
              "}\n"
              "GF_EXPORT_KERNEL(k)\n",
              4, 32,
              "lanes that never come: thread 0 waits in line 4 \\(a shuffle\\), but thread 7 returned");
}

TEST_F(Fault, LanesThatMeetAtDifferentPlaces) {
  expectFault(
      "extern \"C\" __global__ void k(float *out) {\n"
      "  if (gf_lane<32>() < 16)\n"
      "    out[threadIdx.x] = gf_any<32>(true);\n"
      "  else\n"
      "    out[threadIdx.x] = gf_from<32>(1.0f, 0);\n"
      "}\n"
      "GF_EXPORT_KERNEL(k)\n",
      4, 32,
      "lanes of one mask meet at different places: thread [0-9]+ waits in line 4 \\(a vote\\), thread [0-9]+ "
      "waits in line 6 "
      "\\(a shuffle\\)");
}

TEST_F(Fault, MasksThatDiffer) {
  expectFault("extern \"C\" __global__ void k(float *out) {\n"
              "  out[threadIdx.x] = __any_sync(threadIdx.x % 32 < 8 ? 0xffu : ~0u, 1);\n"
              "}\n"
              "GF_EXPORT_KERNEL(k)\n",
              1, 64, "lanes that never come: thread 8 waits in line 3 \\(a vote\\), but thread 0 returned");
  expectFault("extern \"C\" __global__ void k(float *out) {\n"
              "  __any_sync(threadIdx.x % 32 == 0 ? ~1u : ~0u, 1);\n"
              "}\n"
              "GF_EXPORT_KERNEL(k)\n",
              1, 64, "line 3: the mask of a vote lacks its own lane");
  expectFault("extern \"C\" __global__ void k(float *out) {\n"
              "  if (threadIdx.x % 32 < 8) out[threadIdx.x] = __shfl_sync(0xffu, 1.0f, 9);\n"
              "}\n"
              "GF_EXPORT_KERNEL(k)\n",
              1, 64, "line 3: a shuffle reads lane 9, which is not in its mask");
}

TEST_F(Fault, AnImageServesAgainAfterAFault) {
  TextImage image("extern \"C\" __global__ void k(float *out, int wrong) {\n"
                  "  if (wrong && threadIdx.x == 5) return;\n"
                  "  gf_sync<64>();\n"
                  "  out[threadIdx.x] = 1.0f;\n"
                  "}\n"
                  "GF_EXPORT_KERNEL(k)\n");
  std::vector<float> out(64);
  EXPECT_EQ(image.launch("k", 1, 64, out.data(), 1), GF_DEVICE_ERROR);
  EXPECT_EQ(image.launch("k", 1, 64, out.data(), 0), GF_OK) << image.error;
  EXPECT_EQ(out, std::vector<float>(64, 1.0f));
}

} // namespace
} // namespace genfuse::cuda_host
