// Compiled once a CPU level. No standard header with functions may be included: the linker could take such a
// function from here and run it on a processor without the level.
#include "lane_functions.h"
#include "runtime/device/entry_points.h"

namespace {
namespace gf = genfuse::device;
using gf::u32;
template <class S, int N> using Vec = gf::Vec<S, N>;

#if defined(__AVX512F__)
constexpr int level = 4, bytes = 64;
#define GF_TABLE lane_functions_v4
#else
constexpr int level = 3, bytes = 32;
#define GF_TABLE lane_functions_v3
#endif
template <class T> constexpr int width = bytes / int(sizeof(T));
using F = Vec<float, width<float>>;
using D = Vec<double, width<double>>;
using FU = Vec<u32, width<float>>;
using DU = Vec<u32, width<double>>;

GF_ENTRY_POINTS(lanes_f32, f32, F, FU)
GF_ENTRY_POINTS(lanes_f64, f64, D, DU)
using LU = Vec<gf::u64, width<double>>;
GF_INTEGER_ENTRY(lanes_i64, LU, DU)

template <class V, class S> V load(const S *from) {
  V v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}

template <class V, V (*function)(V)>
void apply(const gf::ScalarOf<V> *in, gf::ScalarOf<V> *out, std::size_t n) {
  for (std::size_t i = 0; i < n; i += sizeof(V) / sizeof *in) {
    V y = function(load<V>(in + i));
    __builtin_memcpy(out + i, &y, sizeof y);
  }
}
template <class V, class U, V (*function)(U, U, U, U, u32, u32, U)>
void draw(const u32 *c0, const u32 *slot, u32 c1, u32 c2, u32 c3, u32 k0, u32 k1, gf::ScalarOf<V> *out,
          std::size_t n) {
  for (std::size_t i = 0; i < n; i += sizeof(V) / sizeof *out) {
    V y = function(load<U>(c0 + i), U(c1), U(c2), U(c3), k0, k1, load<U>(slot + i));
    __builtin_memcpy(out + i, &y, sizeof y);
  }
}
template <class V, V (*function)(V, V)>
void apply_two(const gf::ScalarOf<V> *a, const gf::ScalarOf<V> *b, gf::ScalarOf<V> *out, std::size_t n) {
  for (std::size_t i = 0; i < n; i += sizeof(V) / sizeof *a) {
    V y = function(load<V>(a + i), load<V>(b + i));
    __builtin_memcpy(out + i, &y, sizeof y);
  }
}
/// `function` takes no, one or two values behind the words.
template <class V, class U, class Out, auto function>
void sample(const u32 *c0, const u32 *element, u32 k0, const Out *a, const Out *b, Out *out, std::size_t n) {
  for (std::size_t i = 0; i < n; i += sizeof(V) / sizeof *out) {
    auto words = [&](auto... values) -> decltype(function(U(), U(), U(), U(), k0, k0, U(), values...)) {
      return function(load<U>(c0 + i), U(5), U(9), U(7), k0, 3u, load<U>(element + i), values...);
    };
    V y;
    if constexpr (requires { words(V(), V()); })
      y = words(load<V>(a + i), load<V>(b + i));
    else if constexpr (requires { words(V()); })
      y = words(load<V>(a + i));
    else
      y = words();
    __builtin_memcpy(out + i, &y, sizeof y);
  }
}
} // namespace

#define GF_ROW(name, V, suffix)                                                                              \
  { #name, apply < V, gf_##name##_##suffix> }
#define GF_ROWS(V, suffix)                                                                                   \
  {                                                                                                          \
    GF_ROW(exp, V, suffix), GF_ROW(expm1, V, suffix), GF_ROW(log, V, suffix), GF_ROW(log1p, V, suffix),      \
        GF_ROW(tanh, V, suffix), GF_ROW(sin, V, suffix), GF_ROW(cos, V, suffix), GF_ROW(sinpi, V, suffix),   \
        GF_ROW(cospi, V, suffix), GF_ROW(erf, V, suffix), GF_ROW(erfc, V, suffix)                            \
  }
#define GF_SPECIALS(V, suffix)                                                                               \
  {                                                                                                          \
    GF_ROW(lgamma, V, suffix), GF_ROW(digamma, V, suffix), GF_ROW(stirling, V, suffix),                      \
        GF_ROW(stirling_slope, V, suffix), GF_ROW(half_step, V, suffix), GF_ROW(half_step_slope, V, suffix)  \
  }
#define GF_BINARIES(V, suffix)                                                                               \
  {                                                                                                          \
    {"deviance", apply_two<V, gf_deviance_##suffix>},                                                        \
        {"deviance_slope", apply_two<V, gf_deviance_slope_##suffix>}, {                                      \
      "log1p_square", apply_two<V, gf_log1p_square_##suffix>                                                 \
    }                                                                                                        \
  }
#define GF_SAMPLER_ROW(name, V, U, suffix)                                                                   \
  { #name, sample < V, U, gf::ScalarOf < V>, gf_random_##name##_##suffix> }
#define GF_SAMPLERS(V, U, suffix)                                                                            \
  {                                                                                                          \
    GF_SAMPLER_ROW(stream_normal, V, U, suffix), GF_SAMPLER_ROW(gamma, V, U, suffix),                        \
        GF_SAMPLER_ROW(log_gamma, V, U, suffix), GF_SAMPLER_ROW(beta, V, U, suffix),                         \
        GF_SAMPLER_ROW(poisson, V, U, suffix), GF_SAMPLER_ROW(binomial, V, U, suffix)                        \
  }
#define GF_DRAWS(V, U, suffix)                                                                               \
  {                                                                                                          \
    {"uniform", draw<V, U, gf_random_uniform_##suffix>}, { "normal", draw<V, U, gf_random_normal_##suffix> } \
  }

const genfuse::device_test::LaneFunctions genfuse::device_test::GF_TABLE = {
    level,
    GF_ROWS(F, lanes_f32),
    GF_ROWS(D, lanes_f64),
    GF_SPECIALS(F, lanes_f32),
    GF_SPECIALS(D, lanes_f64),
    GF_BINARIES(F, lanes_f32),
    GF_BINARIES(D, lanes_f64),
    GF_SAMPLERS(F, FU, lanes_f32),
    GF_SAMPLERS(D, DU, lanes_f64),
    sample<LU, DU, std::uint64_t, gf_random_integer_lanes_i64>,
    GF_DRAWS(F, FU, lanes_f32),
    GF_DRAWS(D, DU, lanes_f64)};
