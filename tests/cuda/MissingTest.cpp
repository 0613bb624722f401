// A build without CUDA says so, wherever a device or a compiler for one is asked for.
#include "codegen/cuda/Nvrtc.h"
#include "runtime/Error.h"
#include "runtime/cuda/launch.h"
#include <gtest/gtest.h>

namespace genfuse {
namespace {

TEST(WithoutCuda, LaunchesAndLoadsAreNotAvailable) {
  gf_cuda_image image{GF_ABI_VERSION, nullptr, 0, "digits", nullptr};
  char error[256] = "";
  gf_call call{};
  call.error = error;
  call.error_capacity = sizeof error;
  EXPECT_EQ(gf_cuda_launch(&image, "digits_value", 1, 1, nullptr, &call), GF_NOT_AVAILABLE);
  EXPECT_STREQ(
      error,
      "launching digits_value: this build has no CUDA (it was configured with GENFUSE_WITH_CUDA=OFF or "
      "without cuda.h)");
  EXPECT_EQ(gf_cuda_load(&image, &call), GF_NOT_AVAILABLE);
  EXPECT_STREQ(
      error,
      "loading digits: this build has no CUDA (it was configured with GENFUSE_WITH_CUDA=OFF or without "
      "cuda.h)");
  call.error = nullptr;
  EXPECT_EQ(gf_cuda_load(&image, &call), GF_NOT_AVAILABLE);
  gf_cuda_unload(&image);
}

TEST(WithoutCuda, NothingCompiles) {
  EXPECT_EQ(cuda::whyNoNvrtc().substr(0, 10), "no NVRTC: ");
  try {
    cuda::compileText("", "digits.cu", 90);
    FAIL() << "expected an error";
  } catch (const Error &error) {
    EXPECT_EQ(std::string(error.what()), "compiling 'digits.cu' for sm_90: " + cuda::whyNoNvrtc());
  }
}

} // namespace
} // namespace genfuse
