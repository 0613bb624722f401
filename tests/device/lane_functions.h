// The lane functions of one CPU level, applied to arrays: what the tests compare with the scalar functions.
#pragma once
#include <cstddef>
#include <cstdint>

namespace genfuse::device_test {

template <class T> struct Unary {
  const char *name;
  void (*lanes)(const T *in, T *out, std::size_t n); // n a multiple of 16
};
template <class T> struct Draw {
  const char *name;
  void (*lanes)(const std::uint32_t *counter0, const std::uint32_t *slot, std::uint32_t c1, std::uint32_t c2,
                std::uint32_t c3, std::uint32_t k0, std::uint32_t k1, T *out, std::size_t n);
};

/// Functions of two arguments, or samplers of up to two parameters.
template <class T> struct Binary {
  const char *name;
  void (*lanes)(const T *a, const T *b, T *out, std::size_t n);
};
template <class T> struct Sampler {
  const char *name;
  void (*lanes)(const std::uint32_t *counter0, const std::uint32_t *element, std::uint32_t k0, const T *a,
                const T *b, T *out, std::size_t n);
};

inline constexpr int unary_count = 11, special_count = 6, binary_count = 3, draw_count = 2, sampler_count = 6;

struct LaneFunctions {
  int level;
  Unary<float> f32[unary_count];
  Unary<double> f64[unary_count];
  Unary<float> special_f32[special_count];
  Unary<double> special_f64[special_count];
  Binary<float> binary_f32[binary_count];
  Binary<double> binary_f64[binary_count];
  Sampler<float> sampler_f32[sampler_count];
  Sampler<double> sampler_f64[sampler_count];
  void (*integers)(const std::uint32_t *counter0, const std::uint32_t *element, std::uint32_t k0,
                   const std::uint64_t *low, const std::uint64_t *high, std::uint64_t *out, std::size_t n);
  Draw<float> draw_f32[draw_count];
  Draw<double> draw_f64[draw_count];
};

extern const LaneFunctions lane_functions_v3, lane_functions_v4;

/// The tables that this processor can run.
inline const LaneFunctions *lane_functions(int level) {
  if (level == 3)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &lane_functions_v3 : nullptr;
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                 __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw")
             ? &lane_functions_v4
             : nullptr;
}

} // namespace genfuse::device_test
