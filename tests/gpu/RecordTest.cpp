#include "bench/gpu/Record.h"
#include "bench/gpu/Recorder.h"
#include "runtime/Error.h"
#include <fstream>
#include <gmock/gmock.h>

namespace genfuse::gpu {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(ArgumentSizes, AreThoseOfTheText) {
  const std::string text = "#include \"genfuse_cuda.h\"\n\n"
                           "extern \"C\" __global__ void __launch_bounds__(GF_BLOCK(32), 1)\n"
                           "two(const float *__restrict__ s, double *sum, index_t parts,\n"
                           "    double scale, int32_t word, bool on) {\n}\n\n"
                           "extern \"C\" __global__ void __launch_bounds__(GF_BLOCK(32), 1)\n"
                           "none() {\n}\n\nbad(half h) {\n}\n";
  EXPECT_THAT(argumentSizes(text, "two"), ElementsAre(0, 0, 8, 8, 4, 1));
  EXPECT_THAT(argumentSizes(text, "none"), ElementsAre());
  EXPECT_THAT(
      [&] { argumentSizes(text, "bad"); },
      ThrowsMessage<Error>(HasSubstr("expected a pointer or a number as argument of 'bad', got 'half h'")));
  EXPECT_THAT([&] { argumentSizes(text, "three"); },
              ThrowsMessage<Error>(HasSubstr("expected a kernel 'three' in its CUDA text, got none")));
}

/// Kernels launch through the loader's function, as compiled ones do.
TEST(Recorder, WritesDownLaunches) {
  Recorder recorder;
  gf_cuda_image *image = recorder.load("#include \"genfuse_cuda.h\"\n\n"
                                       "extern \"C\" __global__ void __launch_bounds__(GF_BLOCK(32), 1)\n"
                                       "add(double *__restrict__ values, double other) {\n"
                                       "  if (gf_group<32>() == 0 && gf_lane<32>() == 0)\n"
                                       "    values[0] += other;\n}\n"
                                       "GF_EXPORT_KERNEL(add)\n",
                                       "test");
  double values[4] = {1, 2, 3, 4}, other = 0.5;
  double *third = values + 2;
  void *arguments[] = {&third, &other};
  gf_call call{};
  call.abi_version = GF_ABI_VERSION;
  recorder.start({{reinterpret_cast<const char *>(values), sizeof values}});
  ASSERT_EQ(recorder.launch()(image, "add", 3, 32, arguments, &call), GF_OK);
  ASSERT_EQ(recorder.launch()(image, "add", 0, 32, arguments, &call), GF_OK);
  const std::vector<Launch> launches = recorder.finish();
  EXPECT_EQ(values[2], 3.5);
  ASSERT_EQ(launches.size(), 1u) << "nothing is launched for no groups";
  EXPECT_EQ(launches[0].kernel, "add");
  EXPECT_EQ(launches[0].groups, 3);
  EXPECT_EQ(launches[0].width, 32);
  ASSERT_EQ(launches[0].arguments.size(), 2u);
  EXPECT_EQ(launches[0].arguments[0].buffer, 0);
  EXPECT_EQ(launches[0].arguments[0].word, 16u);
  EXPECT_EQ(launches[0].arguments[1].buffer, -1);
  EXPECT_EQ(launches[0].arguments[1].word, 0x3fe0000000000000u);

  // Memory that the host alone has: the emulated device reads it, no other would.
  static double elsewhere = 0;
  third = &elsewhere;
  recorder.start({{reinterpret_cast<const char *>(values), sizeof values}});
  EXPECT_EQ(recorder.launch()(image, "add", 3, 32, arguments, &call), GF_OK);
  EXPECT_THAT([&] { recorder.finish(); },
              ThrowsMessage<Error>(
                  HasSubstr("argument 0 of 'add': expected a pointer into an array or the workspace")));
}

TEST(Fill, GivesTheSameFromTheSameSeed) {
  const std::vector<char> reals = filled({Rule::reals, 0, 7}, Type::f64, 1000);
  EXPECT_EQ(reals, filled({Rule::reals, 0, 7}, Type::f64, 1000));
  EXPECT_NE(reals, filled({Rule::reals, 0, 8}, Type::f64, 1000));
  for (size_t i = 0; i < 1000; ++i) {
    double value;
    std::memcpy(&value, reals.data() + 8 * i, 8);
    EXPECT_GT(value, 0.25);
    EXPECT_LT(value, 1.25);
  }
}

TEST(Fill, MakesOffsetsThatFillTheirArray) {
  for (int64_t rows : {0, 1, 37}) {
    const std::vector<char> bytes = filled({Rule::offsets, rows ? 1009 : 0, 0}, Type::i64, rows + 1);
    std::vector<int64_t> offsets(static_cast<size_t>(rows + 1));
    std::memcpy(offsets.data(), bytes.data(), bytes.size());
    EXPECT_EQ(offsets.front(), 0);
    EXPECT_EQ(offsets.back(), rows ? 1009 : 0);
    EXPECT_TRUE(std::is_sorted(offsets.begin(), offsets.end()));
  }
}

} // namespace
} // namespace genfuse::gpu
