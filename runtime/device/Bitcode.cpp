// Embeds the bitcode files; GENFUSE_DEVICE_BITCODE_V3 and _V4 are their paths, given by CMake.
#include "Bitcode.h"
#include "Embed.h"

GF_EMBED(genfuse_device_bitcode_v3, GENFUSE_DEVICE_BITCODE_V3);
GF_EMBED(genfuse_device_bitcode_v4, GENFUSE_DEVICE_BITCODE_V4);

std::span<const unsigned char> genfuse::device::bitcode(int level) {
  switch (level) {
  case 3:
    return {genfuse_device_bitcode_v3, genfuse_device_bitcode_v3_size};
  case 4:
    return {genfuse_device_bitcode_v4, genfuse_device_bitcode_v4_size};
  default:
    return {};
  }
}
