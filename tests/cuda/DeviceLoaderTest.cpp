// The loader of compiled kernels, as far as it goes on an emulated device: which has no code for it.
#include "codegen/cuda/DeviceLoader.h"
#include "codegen/cuda/Nvrtc.h"
#include "runtime/Error.h"
#include "tests/cuda_host/Emulator.h"
#include <cstring>
#include <gmock/gmock.h>

namespace genfuse::cuda_test {
namespace {

using testing::HasSubstr;

const std::string text =
    "#include \"genfuse_cuda.h\"\n"
    "extern \"C\" __global__ void __launch_bounds__(GF_BLOCK(1), 1) k(float *out) { out[0] = 1; }\n"
    "GF_EXPORT_KERNEL(k)\n";

class Loader : public testing::Test {
protected:
  void SetUp() override {
    if (std::string why = cuda::whyNoNvrtc(); !why.empty())
      GTEST_SKIP() << why;
  }
  void TearDown() override { cuda_host::setDevice({}); }
};

TEST_F(Loader, CompilesForTheDeviceThatIsThere) {
  std::shared_ptr<CudaLoader> loader = deviceLoader();
  for (int architecture : {80, 90, 100}) {
    cuda_host::setDevice({.devices = 1, .capability = architecture});
    gf_cuda_image *image = loader->load(text, "digits");
    ASSERT_GT(image->size, 4u);
    EXPECT_EQ(std::memcmp(image->data,
                          "\x7f"
                          "ELF",
                          4),
              0);
    const std::string want = cuda::compileText(text, "digits", architecture).bytes;
    EXPECT_TRUE(image->size == want.size() && std::memcmp(image->data, want.data(), want.size()) == 0)
        << architecture;
    // What it compiled is not for the emulation, which says so.
    char error[512];
    gf_call call{};
    call.error = error;
    call.error_capacity = sizeof error;
    EXPECT_EQ(loader->launch()(image, "k", 1, 1, nullptr, &call), GF_NOT_AVAILABLE);
    EXPECT_THAT(std::string(error), HasSubstr("the image of 'digits' holds no code for this device"));
  }
}

TEST_F(Loader, GivesPtxToALaterDevice) {
  cuda_host::setDevice({.devices = 1, .capability = 990});
  std::shared_ptr<CudaLoader> loader = deviceLoader();
  gf_cuda_image *image = loader->load(text, "digits");
  EXPECT_THAT(std::string(static_cast<const char *>(image->data), image->size),
              HasSubstr(".visible .entry k("));
}

TEST_F(Loader, RefusesAnOlderDevice) {
  cuda_host::setDevice({.devices = 1, .capability = 61});
  try {
    deviceLoader()->load(text, "digits");
    FAIL() << "expected an error";
  } catch (const Error &error) {
    EXPECT_STREQ(error.what(),
                 "loading 'digits': expected a device of compute capability 7.5 or more, got 6.1");
  }
}

} // namespace
} // namespace genfuse::cuda_test
