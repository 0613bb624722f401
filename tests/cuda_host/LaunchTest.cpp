// The launch layer on the emulated device, and without one.
#include "TextImage.h"
#include "runtime/cuda/Driver.h"
#include <cstdlib>
#include <gmock/gmock.h>
#include <thread>
#include <vector>

/// Calls of malloc in this thread, the C++ library's among them.
static thread_local long mallocs = 0;
extern "C" void *__libc_malloc(std::size_t);
extern "C" void *malloc(std::size_t bytes) {
  ++mallocs;
  return __libc_malloc(bytes);
}

namespace genfuse::cuda_host {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StrEq;

const std::string count = "extern \"C\" __global__ void count(int *out, index_t n) {\n"
                          "  for (index_t i = gf_group<1>(); i < n; i += gf_groups<1>()) out[i] += 1;\n"
                          "}\n"
                          "GF_EXPORT_KERNEL(count)\n"
                          "extern \"C\" __global__ void warps(int *out, index_t n) {\n"
                          "  for (index_t i = gf_group<32>(); i < n; i += gf_groups<32>())\n"
                          "    if (gf_lane<32>() == 0) out[i] += 1;\n"
                          "}\n"
                          "GF_EXPORT_KERNEL(warps)\n"
                          "extern \"C\" __global__ void blocks(int *out, index_t n) {\n"
                          "  for (index_t i = gf_group<256>(); i < n; i += gf_groups<256>())\n"
                          "    if (gf_lane<256>() == 0) out[i] += 1;\n"
                          "}\n"
                          "GF_EXPORT_KERNEL(blocks)\n";

class Launch : public testing::Test {
protected:
  void SetUp() override { takeLaunches(); }
  void TearDown() override {
    cuda::useDriver(nullptr);
    setDevice({});
  }
};

TEST_F(Launch, EveryGroupRunsOnce) {
  TextImage image(count);
  for (int64_t n : {1, 127, 128, 129, 1000}) {
    std::vector<int> out(std::size_t(n) + 1);
    for (auto [kernel, width] : {std::pair("count", 1), {"warps", 32}, {"blocks", 256}})
      ASSERT_EQ(image.launch(kernel, n, width, out.data(), n), GF_OK) << image.error;
    std::vector<int> want(std::size_t(n) + 1, 3);
    want.back() = 0;
    EXPECT_EQ(out, want);
  }
}

TEST_F(Launch, GridsAreWholeBlocks) {
  TextImage image(count);
  std::vector<int> out(1000);
  for (auto [kernel, groups, width] :
       {std::tuple("count", 129, 1), {"warps", 4, 32}, {"warps", 5, 32}, {"blocks", 7, 256}})
    ASSERT_EQ(image.launch(kernel, groups, width, out.data(), int64_t(groups)), GF_OK) << image.error;
  EXPECT_THAT(takeLaunches(),
              ElementsAre("count 2 x 128", "warps 1 x 128", "warps 2 x 128", "blocks 7 x 256"));
}

TEST_F(Launch, NothingToDoStartsNothing) {
  TextImage image(count);
  EXPECT_EQ(image.launch("count", 0, 1, nullptr, int64_t(0)), GF_OK);
  EXPECT_TRUE(takeLaunches().empty());
  setDevice({.devices = 0}); // and asks no driver
  EXPECT_EQ(image.launch("count", 0, 1, nullptr, int64_t(0)), GF_OK);
}

/// A table of the emulated driver, with functions replaced.
struct Replaced : cuda::Driver {
  Replaced() { EXPECT_STREQ(cuda::openDriver("libcuda.so.1", *this), nullptr); }
};

unsigned started[2];
CUresult keepGrid(CUfunction, unsigned x, unsigned, unsigned, unsigned threads, unsigned, unsigned, unsigned,
                  CUstream, void **, void **) {
  started[0] = x;
  started[1] = threads;
  return CUDA_SUCCESS;
}

TEST_F(Launch, GridsAreBounded) {
  TextImage image(count);
  Replaced table;
  table.cuLaunchKernel = keepGrid;
  cuda::useDriver(&table);
  for (int64_t groups : {int64_t(GF_CUDA_MAX_BLOCKS) * 128, int64_t(GF_CUDA_MAX_BLOCKS) * 128 + 1,
                         int64_t(1) << 40, INT64_MAX}) {
    ASSERT_EQ(image.launch("count", groups, 1), GF_OK) << image.error;
    EXPECT_EQ(started[0], unsigned(GF_CUDA_MAX_BLOCKS));
    EXPECT_EQ(started[1], 128u);
  }
  ASSERT_EQ(image.launch("count", (GF_CUDA_MAX_BLOCKS - 1) * 128, 1), GF_OK) << image.error;
  EXPECT_EQ(started[0], GF_CUDA_MAX_BLOCKS - 1u);
}

TEST_F(Launch, AllocatesNothingAfterTheFirst) {
  TextImage image(count);
  Replaced table;
  table.cuLaunchKernel = keepGrid;
  cuda::useDriver(&table);
  long before = mallocs;
  ASSERT_EQ(image.launch("count", 1, 1), GF_OK) << image.error;
  EXPECT_GT(mallocs, before); // the counter counts
  before = mallocs;
  for (const char *kernel : {"count", "warps", "blocks"})
    ASSERT_EQ(image.launch(kernel, 1, 1), GF_OK) << image.error;
  EXPECT_EQ(mallocs, before);
}

TEST_F(Launch, RefusesWhatItCannotStart) {
  TextImage image(count);
  int out = 0;
  EXPECT_EQ(image.launch("count", 1, 96, &out, int64_t(1)), GF_BAD_ARGUMENT);
  EXPECT_STREQ(image.error,
               "launching count: expected groups of 1, 32, 64, 128, 256, 512 or 1024 threads, got 96");
  EXPECT_EQ(image.launch("count", -5, 1, &out, int64_t(1)), GF_BAD_ARGUMENT);
  EXPECT_STREQ(image.error, "launching count: expected 0 or more groups, got -5");
  EXPECT_EQ(image.launch("cuont", 1, 1, &out, int64_t(1)), GF_BAD_ARGUMENT);
  EXPECT_STREQ(image.error, "launching cuont: the image of 'test' has no such kernel (it has 3)");
  image.image.abi_version = 1;
  EXPECT_EQ(image.launch("count", 1, 1, &out, int64_t(1)), GF_ABI_MISMATCH);
  EXPECT_STREQ(image.error, "launching count: expected an image of ABI version 2, got 'test' of version 1");
  image.image.abi_version = GF_ABI_VERSION;
  EXPECT_EQ(out, 0);
}

TEST_F(Launch, CutsItsMessageAndTakesNone) {
  TextImage image(count);
  char text[12] = "###########";
  image.call.error = text;
  image.call.error_capacity = 10;
  EXPECT_EQ(gf_cuda_launch(&image.image, "count", -1, 1, nullptr, &image.call), GF_BAD_ARGUMENT);
  EXPECT_STREQ(text, "launching");
  EXPECT_EQ(text[10], '#');
  image.call.error = nullptr;
  EXPECT_EQ(gf_cuda_launch(&image.image, "count", -1, 1, nullptr, &image.call), GF_BAD_ARGUMENT);
}

TEST_F(Launch, SaysThatAnImageHasNoCodeForTheDevice) {
  setDevice({.devices = 1, .capability = 75});
  const char cubin[] = "\x7f"
                       "ELF of another device";
  gf_cuda_image image{GF_ABI_VERSION, cubin, sizeof cubin, "digits", nullptr};
  char error[512];
  gf_call call{};
  call.error = error;
  call.error_capacity = sizeof error;
  EXPECT_EQ(gf_cuda_launch(&image, "digits_value", 1, 1, nullptr, &call), GF_NOT_AVAILABLE);
  EXPECT_THAT(
      error,
      StrEq("launching digits_value: the image of 'digits' holds no code for this device (emulated device, "
            "compute capability 7.5): CUDA_ERROR_NO_BINARY_FOR_GPU (as the emulated device says)"));
  EXPECT_EQ(image.handle, nullptr);
  EXPECT_EQ(gf_cuda_load(&image, &call), GF_NOT_AVAILABLE);
  EXPECT_THAT(error, HasSubstr("loading digits: the image of 'digits' holds no code"));
}

/// A driver that loads lazily finds out when it loads a kernel on a device.
TEST_F(Launch, SaysSoOfAnImageThatIsLoadedLazily) {
  TextImage image(count);
  Replaced table;
  table.cuKernelGetFunction = [](CUfunction *, CUkernel) { return CUDA_ERROR_NO_BINARY_FOR_GPU; };
  cuda::useDriver(&table);
  EXPECT_EQ(image.launch("count", 1, 1), GF_NOT_AVAILABLE);
  EXPECT_THAT(std::string(image.error),
              HasSubstr("holds no code for this device (emulated device, compute capability 9.0)"));
  EXPECT_TRUE(takeLaunches().empty());
}

TEST_F(Launch, TellsTheArchitecture) {
  gf_call call{};
  int32_t architecture = 0;
  ASSERT_EQ(gf_cuda_architecture(&architecture, &call), GF_OK);
  EXPECT_EQ(architecture, 90);
  setDevice({.devices = 1, .capability = 103});
  ASSERT_EQ(gf_cuda_architecture(&architecture, &call), GF_OK);
  EXPECT_EQ(architecture, 103);
}

TEST_F(Launch, NamesWhatTheDriverRefuses) {
  const char broken[] = "genfuse host image /nowhere/at/all.so";
  gf_cuda_image image{GF_ABI_VERSION, broken, sizeof broken, "digits", nullptr};
  char error[512];
  gf_call call{};
  call.error = error;
  call.error_capacity = sizeof error;
  EXPECT_EQ(gf_cuda_launch(&image, "k", 1, 1, nullptr, &call), GF_DEVICE_ERROR);
  EXPECT_THAT(error,
              HasSubstr("launching k: cuLibraryLoadData: CUDA_ERROR_INVALID_IMAGE (/nowhere/at/all.so: "));
}

TEST(NoDriver, IsSaidWithTheLoadersReason) {
  cuda::Driver table;
  EXPECT_STREQ(cuda::openDriver("libcuda.so.none", table),
               "no CUDA driver: libcuda.so.none: cannot open shared object file: No such file or directory");
  EXPECT_STREQ(cuda::openDriver("libc.so.6", table),
               "no CUDA driver: it has no cuInit, expected one for CUDA 13.0 or newer");
}

/// Loads once, however many threads come at the same time.
TEST_F(Launch, ThreadsShareAnImage) {
  TextImage image(count);
  static std::atomic<int> loads;
  loads = 0;
  Replaced table;
  static Replaced *original;
  original = new Replaced;
  table.cuLibraryLoadData = [](CUlibrary *library, const void *code, CUjit_option *, void **, unsigned,
                               CUlibraryOption *, void **, unsigned) {
    ++loads;
    return original->cuLibraryLoadData(library, code, nullptr, nullptr, 0, nullptr, nullptr, 0);
  };
  cuda::useDriver(&table);
  std::vector<std::vector<int>> out(8, std::vector<int>(300));
  std::vector<std::thread> threads;
  for (auto &mine : out)
    threads.emplace_back([&image, &mine] {
      gf_call call{};
      int *data = mine.data();
      int64_t n = 300;
      void *arguments[] = {&data, &n};
      for (int i = 0; i < 20; ++i)
        if (gf_cuda_launch(&image.image, "count", n, 1, arguments, &call) != GF_OK)
          return;
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(loads, 1);
  for (const auto &mine : out)
    EXPECT_EQ(mine, std::vector<int>(300, 20));
  delete original;
}

TEST_F(Launch, UsesTheContextThatIsThere) {
  setDevice({.devices = 2});
  TextImage image(count);
  Replaced table;
  static CUdevice used;
  static Replaced *original;
  original = new Replaced;
  used = -1;
  table.cuLaunchKernel = [](CUfunction, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned,
                            CUstream, void **, void **) { return original->cuCtxGetDevice(&used); };
  cuda::useDriver(&table);
  // None: the primary context of device 0, and none again after the call.
  ASSERT_EQ(image.launch("count", 1, 1), GF_OK) << image.error;
  EXPECT_EQ(used, 0);
  CUcontext context = nullptr;
  ASSERT_EQ(table.cuCtxGetCurrent(&context), CUDA_SUCCESS);
  EXPECT_EQ(context, nullptr);
  // None, but a stream: its context.
  static int stream_device = 1;
  image.call.stream = &stream_device;
  ASSERT_EQ(image.launch("count", 1, 1), GF_OK) << image.error;
  EXPECT_EQ(used, 1);
  ASSERT_EQ(table.cuCtxGetCurrent(&context), CUDA_SUCCESS);
  EXPECT_EQ(context, nullptr);
  // A current one is used, and stays.
  image.call.stream = nullptr;
  ASSERT_EQ(table.cuDevicePrimaryCtxRetain(&context, 1), CUDA_SUCCESS);
  ASSERT_EQ(table.cuCtxPushCurrent(context), CUDA_SUCCESS);
  ASSERT_EQ(image.launch("count", 1, 1), GF_OK) << image.error;
  EXPECT_EQ(used, 1);
  CUcontext after = nullptr;
  ASSERT_EQ(table.cuCtxPopCurrent(&after), CUDA_SUCCESS);
  EXPECT_EQ(after, context);
  delete original;
}

/// Each kernel is loaded on each device that it is used on, once.
TEST_F(Launch, LoadsAllKernelsOnADevice) {
  setDevice({.devices = 2});
  TextImage image(count);
  Replaced table;
  static std::vector<CUdevice> on;
  static Replaced *original;
  original = new Replaced;
  on.clear();
  table.cuKernelGetFunction = [](CUfunction *function, CUkernel kernel) {
    CUdevice device = -1;
    original->cuCtxGetDevice(&device);
    on.push_back(device);
    return original->cuKernelGetFunction(function, kernel);
  };
  cuda::useDriver(&table);
  image.call.error = image.error;
  image.call.error_capacity = sizeof image.error;
  ASSERT_EQ(gf_cuda_load(&image.image, &image.call), GF_OK) << image.error;
  EXPECT_THAT(on, ElementsAre(0, 0, 0));
  int out = 0;
  ASSERT_EQ(image.launch("count", 1, 1, &out, int64_t(1)), GF_OK) << image.error;
  EXPECT_THAT(on, ElementsAre(0, 0, 0));
  static int stream_device = 1;
  image.call.stream = &stream_device;
  ASSERT_EQ(image.launch("count", 1, 1, &out, int64_t(1)), GF_OK) << image.error;
  EXPECT_THAT(on, ElementsAre(0, 0, 0, 1, 1, 1));
  EXPECT_EQ(out, 2);
  delete original;
}

TEST_F(Launch, RefusesMemoryThatKernelsCannotReach) {
  setDevice({.devices = 2});
  static float own[4], other[4], host[4], pinned[4], managed[4];
  setMemory(other, sizeof other, 1);
  setMemory(host, sizeof host, unknown_memory);
  setMemory(pinned, sizeof pinned, pinned_memory);
  setMemory(managed, sizeof managed, managed_memory);
  char error[256] = "";
  gf_call call{};
  call.error = error;
  call.error_capacity = sizeof error;
  for (const float *reachable : {own, pinned, managed})
    EXPECT_EQ(gf_cuda_check_memory(reachable, "argument 'xs'", &call), GF_OK) << error;
  EXPECT_EQ(gf_cuda_check_memory(other + 3, "argument 'xs'", &call), GF_BAD_ARGUMENT);
  EXPECT_STREQ(error, "argument 'xs': expected memory of device 0, got memory of device 1");
  EXPECT_EQ(gf_cuda_check_memory(host, "argument 'xs'", &call), GF_BAD_ARGUMENT);
  EXPECT_STREQ(error, "argument 'xs': expected memory of device 0, got memory of the host");
  EXPECT_EQ(gf_cuda_check_memory(nullptr, "argument 'xs'", &call), GF_BAD_ARGUMENT);
  EXPECT_STREQ(error, "argument 'xs': expected memory of device 0, got null");
  setDevice({.devices = 2, .pageable = true});
  EXPECT_EQ(gf_cuda_check_memory(host, "argument 'xs'", &call), GF_OK) << error;
  static int stream_device = 1; // the device of the call is that of its stream
  call.stream = &stream_device;
  EXPECT_EQ(gf_cuda_check_memory(other, "argument 'xs'", &call), GF_OK) << error;
  EXPECT_EQ(gf_cuda_check_memory(own, "argument 'xs'", &call), GF_BAD_ARGUMENT);
  EXPECT_STREQ(error, "argument 'xs': expected memory of device 1, got memory of device 0");
}

/// Shared memory whose size a launch gives: NaN at first, in each block anew.
TEST_F(Launch, DynamicSharedMemory) {
  TextImage image("extern \"C\" __global__ void k(float *out) {\n"
                  "  GF_DYNAMIC_SHARED(float, values);\n"
                  "  if (threadIdx.x == 0 && blockIdx.x == 0) values[0] = 2.0f;\n"
                  "  gf_sync<64>();\n"
                  "  if (threadIdx.x == 0) out[blockIdx.x] = values[0];\n"
                  "}\n"
                  "GF_EXPORT_KERNEL(k)\n");
  Replaced table;
  static Replaced *original;
  original = new Replaced;
  table.cuLaunchKernel = [](CUfunction function, unsigned x, unsigned y, unsigned z, unsigned threads,
                            unsigned ty, unsigned tz, unsigned, CUstream stream, void **arguments,
                            void **extra) {
    return original->cuLaunchKernel(function, x, y, z, threads, ty, tz, 256, stream, arguments, extra);
  };
  cuda::useDriver(&table);
  float out[2] = {};
  ASSERT_EQ(image.launch("k", 2, 64, &out[0]), GF_OK) << image.error;
  EXPECT_EQ(out[0], 2.0f);
  EXPECT_NE(out[1], out[1]);
  delete original;
}

} // namespace
} // namespace genfuse::cuda_host
