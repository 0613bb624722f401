// Random numbers in lanes: Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
// 1, 2, 3", SC 2011), uniforms, and normals by Box and Muller (1958). From bits to numbers as in
// runtime/device/random.h: equal counters give equal draws, up to roundings.
#pragma once

#include "bench/limits/Elementary.h"

namespace genfuse::limits {
namespace { // each target has its own

/// The four output words of `lanes` counters.
struct Block {
  Words word[4];
};

/// The words x of `lanes` counters: those of even and of odd lanes apart, each in the low half of 64 bits,
/// whose upper half means nothing. So a product of 32 x 32 bits needs no shuffle, and a round is two
/// products, two shifts and two three-way xors for each half.
struct Halves {
  Vec<uint64_t, lanes / 2> even, odd;
};

GENFUSE_LIMITS_INLINE Halves product(Halves x, uint32_t factor) {
  return {(x.even & 0xffffffffull) * uint64_t(factor), (x.odd & 0xffffffffull) * uint64_t(factor)};
}
/// The upper words of p, xor x, xor the key.
GENFUSE_LIMITS_INLINE Halves mix(Halves p, Halves x, uint32_t key) {
  return {(p.even >> 32) ^ x.even ^ uint64_t(key), (p.odd >> 32) ^ x.odd ^ uint64_t(key)};
}
GENFUSE_LIMITS_INLINE Words join(Halves x) {
  return __builtin_bit_cast(Words, (x.even & 0xffffffffull) | (x.odd << 32));
}

/// The counters (first + lane, c1, c2, c3); first is a multiple of 2.
GENFUSE_LIMITS_INLINE Block philox(uint32_t first, uint32_t c1, uint32_t c2, uint32_t c3, uint64_t key) {
  using Half = Vec<uint64_t, lanes / 2>;
  auto same = [](uint32_t c) { return Halves{Half(uint64_t(c)), Half(uint64_t(c))}; };
  Half number;
  for (int i = 0; i < lanes / 2; ++i)
    number[i] = 2 * i;
  number += uint64_t(first);
  Halves x0{number, number + 1ull}, x1 = same(c1), x2 = same(c2), x3 = same(c3);
  uint32_t k0 = uint32_t(key), k1 = uint32_t(key >> 32);
#pragma unroll
  for (int round = 0; round < 10; ++round) {
    const Halves p = product(x0, 0xD2511F53u), q = product(x2, 0xCD9E8D57u);
    x0 = mix(q, x1, k0);
    x2 = mix(p, x3, k1);
    x1 = q;
    x3 = p;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {{join(x0), join(x1), join(x2), join(x3)}};
}

/// (k + 1/2) 2^-23 of the upper 23 bits: in (0, 1), symmetric.
GENFUSE_LIMITS_INLINE Floats uniform(Words word) {
  return fromBits((word >> 9) | 0x3f800000u) - 0x1.fffffep-1f;
}
/// (word + 1/2) 2^-32, rounded: in (0, 1]; for radii, whose tail wants all the bits.
GENFUSE_LIMITS_INLINE Floats radiusUniform(Words word) {
  return fma(__builtin_convertvector(word, Floats), Floats(0x1p-32f), Floats(0x1p-33f));
}

struct Normals {
  Floats first, second;
};

/// Two independent standard normals a lane from two words a lane.
GENFUSE_LIMITS_INLINE Normals normals(Words radius, Words angle) {
  Floats r = squareRoot(log(radiusUniform(radius)) * -2.0f);
  SinCos<lanes> direction = sincosTurn(uniform(angle));
  return {r * direction.cos, r * direction.sin};
}

} // namespace
} // namespace genfuse::limits
