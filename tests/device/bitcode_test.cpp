// The embedded bitcode is there. What it holds is checked by check_bitcode.cmake.
#include "runtime/device/Bitcode.h"
#include <cstdint>
#include <gtest/gtest.h>

namespace {

TEST(Bitcode, IsEmbeddedForBothLevels) {
  for (int level : {3, 4}) {
    auto bytes = genfuse::device::bitcode(level);
    ASSERT_GT(bytes.size(), 1000u) << level;
    EXPECT_EQ(bytes[0], 'B');
    EXPECT_EQ(bytes[1], 'C');
    EXPECT_EQ(bytes[2], 0xC0);
    EXPECT_EQ(bytes[3], 0xDE);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(bytes.data()) % 16, 0u);
  }
  EXPECT_EQ(genfuse::device::bitcode(3).data(), genfuse_device_bitcode_v3);
  EXPECT_EQ(genfuse::device::bitcode(4).data(), genfuse_device_bitcode_v4);
}

TEST(Bitcode, IsEmptyForOtherLevels) {
  EXPECT_TRUE(genfuse::device::bitcode(2).empty());
  EXPECT_TRUE(genfuse::device::bitcode(5).empty());
}

} // namespace
