// Draws from the words of a Philox counter: uniforms in the open interval (0, 1) and standard normals.
//
// A counter gives four f32 draws (words 0 to 3) or two f64 draws (pairs 0 and 1); a normal takes two words
// (f32: both of its pair) or all four (f64), so the cosine and sine slots of one counter share all their
// work.
#pragma once
#include "log.h"
#include "philox.h"
#include "trig.h"

namespace genfuse::device {

/// (k + 1/2) 2^-23 with k = bits / 2^9: exact, at least 2^-24 and at most 1 - 2^-24, symmetric about 1/2.
template <class U> GF_DEVICE typename Lane<U>::Float uniform_f32(U bits) {
  using V = typename Lane<U>::Float;
  return from_bits((bits >> 9) | U(0x3f800000u)) - V(0x1.fffffep-1f); // [1, 2) minus (1 - 2^-24)
}

/// (k + 1/2) 2^-52 with k = (2^32 high + low) / 2^12: exact, at least 2^-53 and at most 1 - 2^-53, symmetric.
template <class U> GF_DEVICE typename Lane<U>::Double uniform_f64(U high, U low) {
  using V = typename Lane<U>::Double;
  using W = typename Lane<U>::Wide;
  W bits = (widen(high) << 20) | (widen(low) >> 12);
  return from_bits(bits | W(0x3ff0000000000000ull)) - V(0x1.fffffffffffffp-1);
}

/// (bits + 1/2) 2^-32, rounded: in (0, 1]. For radii only, where 1 is harmless and the tail wants all the
/// bits.
template <class U> GF_DEVICE typename Lane<U>::Float radius_uniform_f32(U bits) {
  using V = typename Lane<U>::Float;
  return fma(to_float(bits), V(0x1p-32f), V(0x1p-33f));
}

/// Two standard normals (Box and Muller 1958): `cos` and `sin` are the even and the odd slot.
template <class V> GF_DEVICE SinCos<V> box_muller(V radius_uniform, V angle_uniform) {
  V radius = square_root(log_core(radius_uniform) * V(-2));
  SinCos<V> direction = sincos_turn(angle_uniform);
  return {radius * direction.sin, radius * direction.cos};
}

/// words[2 * (word / 2) + odd]; only the two lowest bits of `word` count.
template <class U> GF_DEVICE U choose(Words<U> words, U word, int odd) {
  return select((word & U(2)) != U(0), words.word[2 + odd], words.word[odd]);
}

/// The f32 uniform of output word `word` (0 to 3).
template <class U>
GF_DEVICE typename Lane<U>::Float random_uniform_f32(U c0, U c1, U c2, U c3, u32 k0, u32 k1, U word) {
  Words<U> words = philox(c0, c1, c2, c3, k0, k1);
  return uniform_f32(select((word & U(1)) != U(0), choose(words, word, 1), choose(words, word, 0)));
}

/// The f64 uniform of words 0 and 1 (pair 0) or 2 and 3 (pair 1). The even word is the more significant one:
/// the odd one is a product of Philox, whose left shift LLVM would turn into one more (slow) 64-bit product.
template <class U>
GF_DEVICE typename Lane<U>::Double random_uniform_f64(U c0, U c1, U c2, U c3, u32 k0, u32 k1, U pair) {
  Words<U> words = philox(c0, c1, c2, c3, k0, k1);
  U word = pair << 1;
  return uniform_f64(choose(words, word, 0), choose(words, word, 1));
}

/// The f32 normal of slot `word` (0 to 3): radius from the even word of its pair, angle from the odd one.
template <class U>
GF_DEVICE typename Lane<U>::Float random_normal_f32(U c0, U c1, U c2, U c3, u32 k0, u32 k1, U word) {
  using V = typename Lane<U>::Float;
  Words<U> words = philox(c0, c1, c2, c3, k0, k1);
  SinCos<V> z = box_muller(radius_uniform_f32(choose(words, word, 0)), uniform_f32(choose(words, word, 1)));
  return select((word & U(1)) != U(0), z.sin, z.cos);
}

/// The f64 normal of slot `pair` (0 or 1): radius from words 0 and 1, angle from words 2 and 3.
template <class U>
GF_DEVICE typename Lane<U>::Double random_normal_f64(U c0, U c1, U c2, U c3, u32 k0, u32 k1, U pair) {
  using V = typename Lane<U>::Double;
  using W = typename Lane<U>::Wide;
  Words<U> words = philox(c0, c1, c2, c3, k0, k1);
  SinCos<V> z =
      box_muller(uniform_f64(words.word[0], words.word[1]), uniform_f64(words.word[2], words.word[3]));
  return select((widen(pair) & W(1)) != W(0), z.sin, z.cos);
}

} // namespace genfuse::device
