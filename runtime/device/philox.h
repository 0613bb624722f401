// Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as
// easy as 1, 2, 3" (SC 2011); the numbers are those of their Random123 library.
#pragma once
#include "lanes.h"

namespace genfuse::device {

/// The four output words of a counter.
template <class U> struct Words { U word[4]; };

/// Words live in 64-bit lanes whose upper halves are never read: one 32 x 32 -> 64 product gives both halves
/// of a round, and no shuffle is needed between rounds.
template <class W> GF_DEVICE W low_product(W a, u32 b) { return (a & W(0xffffffffull)) * W(u64(b)); }

#if GF_LANES && defined(__AVX2__)
/// The instruction itself where lanes fill registers. LLVM has no name for it, and finds it in products only
/// where it proves upper halves to be zero, for each product through the rounds before it: half the time that
/// machine code of draws takes to make.
#if defined(__AVX512F__)
constexpr int wordsOfRegister = 8;
#else
constexpr int wordsOfRegister = 4;
#endif
using WordRegister = Vec<u64, wordsOfRegister>;
GF_DEVICE WordRegister register_product(WordRegister a, WordRegister b) {
  WordRegister product;
  asm("vpmuludq %2, %1, %0" : "=v"(product) : "v"(a), "v"(b));
  return product;
}
template <int N>
requires(N >= wordsOfRegister) GF_DEVICE Vec<u64, N> low_product(Vec<u64, N> a, u32 b) {
  if constexpr (N == wordsOfRegister) {
    return register_product(a, WordRegister(u64(b)));
  } else {
    Vec<u64, N> product;
    product.lo = low_product<N / 2>(a.lo, b);
    product.hi = low_product<N / 2>(a.hi, b);
    return product;
  }
}
#endif

template <class W, class K> GF_DEVICE W key_lanes(K k) {
  if constexpr (sizeof(K) == sizeof(u32))
    return W(u64(k));
  else
    return widen(k);
}

/// The key is one for all lanes (u32) or one a lane (U).
template <class U, class K> GF_DEVICE Words<U> philox(U c0, U c1, U c2, U c3, K k0, K k1) {
  using W = typename Lane<U>::Wide;
  W x0 = widen(c0), x1 = widen(c1), x2 = widen(c2), x3 = widen(c3);
  GF_UNROLL
  for (int round = 0; round < 10; ++round) {
    W p = low_product(x0, 0xD2511F53u), q = low_product(x2, 0xCD9E8D57u);
    x0 = (q >> 32) ^ x1 ^ key_lanes<W>(k0);
    x2 = (p >> 32) ^ x3 ^ key_lanes<W>(k1);
    x1 = q;
    x3 = p;
    k0 += K(0x9E3779B9u);
    k1 += K(0xBB67AE85u);
  }
  return {{low_half(x0), low_half(x1), low_half(x2), low_half(x3)}};
}

} // namespace genfuse::device
