// The device library as LLVM bitcode, embedded in the program. No LLVM is needed to include this.
#pragma once
#include <cstddef>
#include <span>

extern "C" {
extern const unsigned char genfuse_device_bitcode_v3[];
extern const std::size_t genfuse_device_bitcode_v3_size;
extern const unsigned char genfuse_device_bitcode_v4[];
extern const std::size_t genfuse_device_bitcode_v4_size;
}

namespace genfuse::device {

/// The bitcode for x86-64-v3 (level 3: gf_*_f32, _f64, _f32x8, _f64x4) or x86-64-v4 (level 4: _f32, _f64,
/// _f32x16, _f64x8); empty for any other level. Aligned to 16 bytes and alive as long as the program.
std::span<const unsigned char> bitcode(int level);

} // namespace genfuse::device
