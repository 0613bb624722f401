// NVRTC and fat binaries. Without NVRTC on the machine these are skipped, its absence apart.
#include "EntryPoints.h"
#include "codegen/cuda/FatBinary.h"
#include "runtime/Error.h"
#include "tests/ErrorOf.h"
#include <gmock/gmock.h>

namespace genfuse::cuda_test {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string small =
    "#include \"genfuse_cuda.h\"\n"
    "extern \"C\" __global__ void __launch_bounds__(GF_BLOCK(256)) total(const float *x, float *out) {\n"
    "  float sum = gf_sum<256>(x[gf_lane<256>()]);\n"
    "  if (gf_lane<256>() == 0) out[0] = sum;\n"
    "}\n"
    "GF_EXPORT_KERNEL(total)\n";

class Compile : public testing::TestWithParam<int> {
protected:
  void SetUp() override {
    if (std::string why = cuda::whyNoNvrtc(); !why.empty())
      GTEST_SKIP() << why;
  }
};

TEST_P(Compile, EveryEntryPointWithoutSpillsAndStack) {
  const cuda::DeviceCode code = cuda::compileText(kernelsOfAll(), "entries.cu", GetParam());
  EXPECT_EQ(code.kernels.size(), entryPoints().size());
  EXPECT_EQ(code.bytes.substr(0, 4), "\x7f"
                                     "ELF");
  for (const cuda::KernelFacts &kernel : code.kernels) {
    EXPECT_EQ(kernel.stack, 0) << kernel.name;
    EXPECT_EQ(kernel.spill_stores + kernel.spill_loads, 0) << kernel.name;
    EXPECT_EQ(kernel.shared, 0) << kernel.name;
    // 512 threads an SM at least: 65536 registers of it, 128 a thread.
    EXPECT_TRUE(kernel.registers > 0 && kernel.registers <= 128) << kernel.name << ": " << kernel.registers;
    RecordProperty(kernel.name, kernel.registers);
  }
}

TEST_P(Compile, ReportsSharedMemoryAndRegisters) {
  const cuda::DeviceCode code = cuda::compileText(small, "small.cu", GetParam());
  ASSERT_EQ(code.kernels.size(), 1u);
  const cuda::KernelFacts &total = code.kernels[0];
  EXPECT_EQ(total.name, "total");
  // A float for each of 8 warps; from sm_90 on the driver keeps 1 KiB a block, which ptxas does not count.
  EXPECT_EQ(total.shared, 32);
  EXPECT_GT(total.registers, 0);
  EXPECT_GT(code.milliseconds, 0);
}

TEST_P(Compile, GivesPtx) {
  const cuda::DeviceCode code = cuda::compileText(small, "small.cu", GetParam(), cuda::CodeKind::ptx);
  EXPECT_THAT(code.bytes, HasSubstr(".visible .entry total("));
  EXPECT_THAT(code.bytes, HasSubstr(".target sm_" + std::to_string(GetParam())));
  EXPECT_EQ(code.bytes.back(), '\0');
  // No contraction: sums of products stay apart.
  const std::string text = "#include \"genfuse_cuda.h\"\n"
                           "extern \"C\" __global__ void k(float *x) { x[0] = x[1] * x[2] + x[3]; }\n";
  EXPECT_THAT(cuda::compileText(text, "k.cu", GetParam(), cuda::CodeKind::ptx).bytes, Not(HasSubstr("fma.")));
}

INSTANTIATE_TEST_SUITE_P(Architectures, Compile, testing::Values(80, 90, 100),
                         [](const auto &info) { return "sm_" + std::to_string(info.param); });

using CompileErrors = Compile;
TEST_P(CompileErrors, NameTheTextAndTheArchitecture) {
  EXPECT_THAT(errorOf([] { cuda::compileText("this is no CUDA\n", "wrong.cu", 90); }),
              testing::AllOf(HasSubstr("compiling 'wrong.cu' for sm_90: NVRTC_ERROR_COMPILATION"),
                             HasSubstr("wrong.cu(1): error:")));
  EXPECT_THAT(errorOf([] { cuda::compileText(small, "small.cu", 70); }),
              testing::StartsWith("compiling 'small.cu' for sm_70: expected one of sm_75, sm_80, "));
  EXPECT_EQ(errorOf([] { cuda::makeFatBinary(small, "small.cu", {}); }),
            "fat binary of 'small.cu': expected one or more architectures, got none");
}

TEST_P(CompileErrors, FatBinariesAreTheSameFromRunToRun) {
  const cuda::FatBinary first = cuda::makeFatBinary(small, "small.cu"),
                        second = cuda::makeFatBinary(small, "small.cu");
  ASSERT_EQ(first.codes.size(), 4u);
  EXPECT_EQ(first.codes[3].kind, cuda::CodeKind::ptx);
  EXPECT_EQ(first.codes[3].architecture, 100);
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(first.codes[i].bytes, second.codes[i].bytes) << i;
  EXPECT_EQ(first.bytes, second.bytes);
  EXPECT_EQ(first.bytes.substr(0, 4), "\x50\xed\x55\xba"); // a fat binary's magic number
}
INSTANTIATE_TEST_SUITE_P(Any, CompileErrors, testing::Values(0), [](const auto &) { return "one"; });

TEST(PtxasLog, IsReadByName) {
  const auto kernels = cuda::readPtxasLog(
      "ptxas info    : 456 bytes gmem\n"
      "ptxas info    : Compiling entry function 'two' for 'sm_90'\n"
      "ptxas info    : Function properties for two\n"
      "    1328 bytes stack frame, 24 bytes spill stores, 48 bytes spill loads\n"
      "ptxas info    : Used 255 registers, used 1 barriers, 168 bytes smem\n"
      "ptxas info    : Compiling entry function 'one' for 'sm_90'\n"
      "ptxas info    : Function properties for one\n"
      "ptxas         .     0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads\n"
      "ptxas info    : Function properties for helper\n"
      "    32 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads\n"
      "ptxas info    : Used 20 registers, used 0 barriers");
  ASSERT_EQ(kernels.size(), 2u);
  EXPECT_EQ(kernels[0].name, "one");
  EXPECT_EQ(kernels[0].registers, 20);
  EXPECT_EQ(kernels[0].stack, 32); // of what it calls
  EXPECT_EQ(kernels[1].name, "two");
  EXPECT_EQ(kernels[1].stack, 1328);
  EXPECT_EQ(kernels[1].spill_stores, 24);
  EXPECT_EQ(kernels[1].spill_loads, 48);
  EXPECT_EQ(kernels[1].shared, 168);
}

} // namespace
} // namespace genfuse::cuda_test
