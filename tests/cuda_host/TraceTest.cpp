// Accesses of global memory: coalescing, bounds, alignment.
#include "TextImage.h"
#include <gmock/gmock.h>
#include <vector>

namespace genfuse::cuda_host {
namespace {

using testing::HasSubstr;

class Trace : public testing::Test {
protected:
  void SetUp() override { takeAccesses(); }
  void TearDown() override { allowAllAccesses(); }

  static const AccessSite &only(const std::vector<AccessSite> &sites, bool store, int line) {
    const AccessSite *found = nullptr;
    for (const AccessSite &site : sites)
      if (site.store == store && lineOf(site) == line) {
        EXPECT_EQ(found, nullptr) << "two accesses in line " << line;
        found = &site;
      }
    EXPECT_NE(found, nullptr) << "no access in line " << line;
    static const AccessSite none;
    return found ? *found : none;
  }
};

/// 32 lanes of 4 bytes side by side are one line; with a stride of 55 floats each lane has its own, as
/// nearly.
TEST_F(Trace, CountsLinesOfAWarp) {
  TextImage image("extern \"C\" __global__ void k(const float *x, float *out, index_t n) {\n"
                  "  for (index_t i = gf_group<1>(); i < n; i += gf_groups<1>()) {\n"
                  "    float side = x[i];\n"
                  "    float apart = x[i * 55];\n"
                  "    out[i] = side + apart;\n"
                  "  }\n"
                  "}\n"
                  "GF_EXPORT_KERNEL(k)\n",
                  {.trace = true});
  alignas(128) static float x[256 * 55], out[256];
  ASSERT_EQ(image.launch("k", 256, 1, &x[0], &out[0], int64_t(256)), GF_OK) << image.error;
  std::vector<AccessSite> sites = takeAccesses();
  ASSERT_EQ(sites.size(), 3u);
  const AccessSite &side = only(sites, false, 4), &apart = only(sites, false, 5),
                   &store = only(sites, true, 6);
  EXPECT_EQ(side.requests, 8u); // 256 threads
  EXPECT_EQ(side.lines, 8u);
  EXPECT_EQ(side.needed, 8u);
  EXPECT_EQ(apart.requests, 8u);
  EXPECT_EQ(apart.lines, 256u);
  EXPECT_EQ(apart.needed, 8u);
  EXPECT_EQ(store.lines, store.needed);
  EXPECT_EQ(side.kernel, "k");
  EXPECT_THAT(describe(sites), HasSubstr("k, line 5: load, 8 requests, 256 lines touched, 8 needed\n"));
}

/// Neither shared memory nor the arguments count.
TEST_F(Trace, SharedMemoryIsNotCounted) {
  TextImage image("extern \"C\" __global__ void k(const float *x, float *out) {\n"
                  "  float sum = gf_sum<64>(x[threadIdx.x]);\n"
                  "  if (threadIdx.x == 0) out[0] = sum;\n"
                  "}\n"
                  "GF_EXPORT_KERNEL(k)\n",
                  {.trace = true});
  alignas(128) static float x[64], out[1];
  ASSERT_EQ(image.launch("k", 1, 64, &x[0], &out[0]), GF_OK) << image.error;
  EXPECT_EQ(takeAccesses().size(), 2u);
}

TEST_F(Trace, OutOfBoundsIsAFault) {
  TextImage image("extern \"C\" __global__ void k(float *out, index_t n) {\n"
                  "  for (index_t i = gf_group<1>(); i <= n; i += gf_groups<1>()) out[i] = 1.0f;\n"
                  "}\n"
                  "GF_EXPORT_KERNEL(k)\n",
                  {.trace = true});
  std::vector<float> out(100);
  allowAccess(out.data(), 99 * sizeof(float));
  EXPECT_EQ(image.launch("k", 99, 1, out.data(), int64_t(99)), GF_DEVICE_ERROR);
  EXPECT_THAT(image.error, HasSubstr("block 0: thread 99: outside of all arrays: a store of 4 bytes"));
  EXPECT_EQ(image.launch("k", 98, 1, out.data(), int64_t(98)), GF_OK) << image.error;
}

TEST_F(Trace, MisalignedAccessIsAFault) {
  TextImage image("extern \"C\" __global__ void k(const double *x, double *out) {\n"
                  "  if (threadIdx.x == 3) out[0] = x[1];\n"
                  "}\n"
                  "GF_EXPORT_KERNEL(k)\n",
                  {.trace = true});
  alignas(16) static char x[32];
  static double out;
  EXPECT_EQ(image.launch("k", 1, 1, reinterpret_cast<double *>(x + 4), &out), GF_DEVICE_ERROR);
  EXPECT_THAT(image.error, HasSubstr("thread 3: misaligned: a load of 8 bytes"));
}

} // namespace
} // namespace genfuse::cuda_host
