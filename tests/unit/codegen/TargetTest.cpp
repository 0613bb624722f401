#include "codegen/cpu/Target.h"
#include "runtime/Error.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace genfuse;

namespace {

llvm::StringMap<bool> features(std::initializer_list<const char *> names) {
  llvm::StringMap<bool> map;
  for (const char *name : names)
    map[name] = true;
  return map;
}

TEST(Target, LevelsNeedAllOfTheirFeatures) {
  auto third = features({"avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe", "popcnt"});
  auto fourth = third;
  for (const char *name : {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"})
    fourth[name] = true;
  EXPECT_EQ(levelOfFeatures(third), 3);
  EXPECT_EQ(levelOfFeatures(fourth), 4);
  fourth["avx512dq"] = false;
  EXPECT_EQ(levelOfFeatures(fourth), 3);
  EXPECT_EQ(levelOfFeatures(features({"avx2"})), 1);
}

TEST(Target, NamesGiveRegisterWidths) {
  EXPECT_EQ(cpuTarget("x86-64-v4").lanes(32), 16);
  EXPECT_EQ(cpuTarget("x86-64-v4").lanes(64), 8);
  EXPECT_EQ(cpuTarget("x86-64-v3").lanes(32), 8);
  EXPECT_EQ(cpuTarget("native").level, hostLevel());
}

TEST(Target, UnknownNamesAreErrors) {
  EXPECT_THAT(
      [] { cpuTarget("x86-64-v2"); },
      testing::ThrowsMessage<Error>("expected a cpu target native, x86-64-v4 or x86-64-v3, got 'x86-64-v2'"));
}

} // namespace
