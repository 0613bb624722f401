// The functions of the device library by the names that generated code calls: gf_exp_f32,
// gf_random_normal_f64, ...
//
// Including this file defines the scalar ones; exports.cpp adds lanes (gf_exp_f32x16, ...). GF_EXPORT says
// with which linkage: by default local to the including text, which is what CUDA text and its host emulation
// want.
#pragma once
#include "erf.h"
#include "exp.h"
#include "gamma.h"
#include "log.h"
#include "random.h"
#include "saddle.h"
#include "sample_counts.h"
#include "sample_gamma.h"
#include "tanh.h"
#include "trig.h"

#ifndef GF_EXPORT
#define GF_EXPORT GF_DEVICE
#endif

#define GF_UNARY_ENTRY(name, suffix, V)                                                                      \
  GF_EXPORT V gf_##name##_##suffix(V x) { return genfuse::device::name(x); }
#define GF_DRAW_ENTRY(name, suffix, real, V, U)                                                              \
  GF_EXPORT V gf_random_##name##_##suffix(U c0, U c1, U c2, U c3, genfuse::device::u32 k0,                   \
                                          genfuse::device::u32 k1, U slot) {                                 \
    return genfuse::device::random_##name##_##real(c0, c1, c2, c3, k0, k1, slot);                            \
  }
#define GF_BINARY_ENTRY(name, suffix, V)                                                                     \
  GF_EXPORT V gf_##name##_##suffix(V x, V y) { return genfuse::device::name(x, y); }
/// Samplers with a stream of their own: the word behind the key is the element (stream.h).
#define GF_STREAM(real, U)                                                                                   \
  genfuse::device::Stream<U, real> { c0, c1, c2, c3, k0, k1, element }
#define GF_SAMPLER_0(name, suffix, real, V, U)                                                               \
  GF_EXPORT V gf_random_##name##_##suffix(U c0, U c1, U c2, U c3, genfuse::device::u32 k0,                   \
                                          genfuse::device::u32 k1, U element) {                              \
    return genfuse::device::draw_##name<U, V>(GF_STREAM(real, U));                                           \
  }
#define GF_SAMPLER_1(name, suffix, real, V, U)                                                               \
  GF_EXPORT V gf_random_##name##_##suffix(U c0, U c1, U c2, U c3, genfuse::device::u32 k0,                   \
                                          genfuse::device::u32 k1, U element, V a) {                         \
    return genfuse::device::draw_##name<U, V>(GF_STREAM(real, U), a);                                        \
  }
#define GF_SAMPLER_2(name, suffix, real, V, U)                                                               \
  GF_EXPORT V gf_random_##name##_##suffix(U c0, U c1, U c2, U c3, genfuse::device::u32 k0,                   \
                                          genfuse::device::u32 k1, U element, V a, V b) {                    \
    return genfuse::device::draw_##name<U, V>(GF_STREAM(real, U), a, b);                                     \
  }
/// Integers have 64 bits whatever the real type is.
#define GF_INTEGER_ENTRY(suffix, W, U)                                                                       \
  GF_EXPORT W gf_random_integer_##suffix(U c0, U c1, U c2, U c3, genfuse::device::u32 k0,                    \
                                         genfuse::device::u32 k1, U element, W low, W high) {                \
    return genfuse::device::draw_integer<U, W>(GF_STREAM(double, U), low, high);                             \
  }
/// Every function for one value type: `real` is f32 or f64, V the value type, U as many 32-bit words.
#define GF_ENTRY_POINTS(suffix, real, V, U)                                                                  \
  GF_UNARY_ENTRY(exp, suffix, V)                                                                             \
  GF_UNARY_ENTRY(expm1, suffix, V)                                                                           \
  GF_UNARY_ENTRY(log, suffix, V)                                                                             \
  GF_UNARY_ENTRY(log1p, suffix, V)                                                                           \
  GF_UNARY_ENTRY(tanh, suffix, V)                                                                            \
  GF_UNARY_ENTRY(sin, suffix, V)                                                                             \
  GF_UNARY_ENTRY(cos, suffix, V)                                                                             \
  GF_UNARY_ENTRY(sinpi, suffix, V)                                                                           \
  GF_UNARY_ENTRY(cospi, suffix, V)                                                                           \
  GF_UNARY_ENTRY(erf, suffix, V)                                                                             \
  GF_UNARY_ENTRY(erfc, suffix, V)                                                                            \
  GF_UNARY_ENTRY(lgamma, suffix, V)                                                                          \
  GF_UNARY_ENTRY(digamma, suffix, V)                                                                         \
  GF_UNARY_ENTRY(stirling, suffix, V)                                                                        \
  GF_UNARY_ENTRY(stirling_slope, suffix, V)                                                                  \
  GF_UNARY_ENTRY(half_step, suffix, V)                                                                       \
  GF_UNARY_ENTRY(half_step_slope, suffix, V)                                                                 \
  GF_BINARY_ENTRY(deviance, suffix, V)                                                                       \
  GF_BINARY_ENTRY(deviance_slope, suffix, V)                                                                 \
  GF_BINARY_ENTRY(log1p_square, suffix, V)                                                                   \
  GF_UNARY_ENTRY(at_least_normal, suffix, V)                                                                 \
  GF_DRAW_ENTRY(uniform, suffix, real, V, U)                                                                 \
  GF_DRAW_ENTRY(normal, suffix, real, V, U)                                                                  \
  GF_SAMPLER_0(stream_normal, suffix, genfuse::device::ScalarOf<V>, V, U)                                    \
  GF_SAMPLER_1(gamma, suffix, genfuse::device::ScalarOf<V>, V, U)                                            \
  GF_SAMPLER_1(log_gamma, suffix, genfuse::device::ScalarOf<V>, V, U)                                        \
  GF_SAMPLER_1(poisson, suffix, genfuse::device::ScalarOf<V>, V, U)                                          \
  GF_SAMPLER_2(beta, suffix, genfuse::device::ScalarOf<V>, V, U)                                             \
  GF_SAMPLER_2(binomial, suffix, genfuse::device::ScalarOf<V>, V, U)

GF_ENTRY_POINTS(f32, f32, float, genfuse::device::u32)
GF_ENTRY_POINTS(f64, f64, double, genfuse::device::u32)
GF_INTEGER_ENTRY(i64, genfuse::device::u64, genfuse::device::u32)
