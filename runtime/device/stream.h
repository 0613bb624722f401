// Random numbers for samplers that need more of them than their counter holds: attempts of a rejection loop,
// several variates for one draw.
//
// The block of a draw's counter (in the domain of samplers, decision 1) is not used up as numbers: its words
// 0 and 1 are the key, its words 2 and 3 the upper counter words of a Philox stream that is the draw's own.
// There the attempt is counter word 0; word 1 says which variate of the draw (`element`) and which block of
// the attempt. So a number depends on the seed, the draw's position, the element and the attempt, and on
// nothing else.
#pragma once
#include "random.h"

namespace genfuse::device {

/// The value types that belong to words of type U: `Stream<U, float>::Value` and so on.
template <class U, class S> struct ValueFor;
template <class U> struct ValueFor<U, float> { using Value = typename Lane<U>::Float; };
template <class U> struct ValueFor<U, double> { using Value = typename Lane<U>::Double; };

/// What one attempt may use: all independent.
template <class V> struct Attempt { V normal, uniform, other_uniform; };

template <class U, class S> struct Stream {
  using V = typename ValueFor<U, S>::Value;
  Words<U> own;
  U element;

  GF_DEVICE_MEMBER Stream(U c0, U c1, U c2, U c3, u32 k0, u32 k1, U element)
      : own(philox(c0, c1, c2, c3, k0, k1)), element(element) {}

  GF_DEVICE_MEMBER Words<U> block(u32 attempt, u32 part) const {
    return philox(U(attempt), (element << 2) | U(part), own.word[2], own.word[3], own.word[0], own.word[1]);
  }
  GF_DEVICE_MEMBER Attempt<V> attempt(u32 number) const {
    Words<U> first = block(number, 0);
    if constexpr (sizeof(S) == 4) {
      V z = box_muller(radius_uniform_f32(first.word[0]), uniform_f32(first.word[1])).cos;
      return {z, uniform_f32(first.word[2]), uniform_f32(first.word[3])};
    } else {
      Words<U> second = block(number, 1);
      V z = box_muller(uniform_f64(first.word[0], first.word[1]), uniform_f64(first.word[2], first.word[3]))
                .cos;
      return {z, uniform_f64(second.word[0], second.word[1]), uniform_f64(second.word[2], second.word[3])};
    }
  }
  /// Attempts that need no normal.
  GF_DEVICE_MEMBER Attempt<V> uniforms(u32 number) const {
    Words<U> words = block(number, 0);
    if constexpr (sizeof(S) == 4)
      return {V(0), uniform_f32(words.word[0]), uniform_f32(words.word[1])};
    else
      return {V(0), uniform_f64(words.word[0], words.word[1]), uniform_f64(words.word[2], words.word[3])};
  }
};

} // namespace genfuse::device
