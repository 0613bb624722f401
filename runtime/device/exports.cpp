// The functions that generated CPU code calls, compiled to one bitcode file a CPU level: scalars, and lanes
// of the level's register width (512 bits with AVX-512, else 256: without it clang passes 512 bits by
// pointer, and the signature would not be the one that generated code expects). All are meant to be inlined
// into kernels.
#define GF_EXPORT extern "C" __attribute__((always_inline))
#include "entry_points.h"
#include "report.h"

namespace {
template <class S, int N> using Vec = genfuse::device::Vec<S, N>;
using genfuse::device::u32;
} // namespace

#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
using f32x16 = Vec<float, 16>;
using f64x8 = Vec<double, 8>;
using u32x16 = Vec<u32, 16>;
using u32x8 = Vec<u32, 8>;
GF_ENTRY_POINTS(f32x16, f32, f32x16, u32x16)
GF_ENTRY_POINTS(f64x8, f64, f64x8, u32x8)
using u64x8 = Vec<genfuse::device::u64, 8>;
GF_INTEGER_ENTRY(i64x8, u64x8, u32x8)
#elif defined(__AVX2__) && defined(__FMA__)
using f32x8 = Vec<float, 8>;
using f64x4 = Vec<double, 4>;
using u32x8 = Vec<u32, 8>;
using u32x4 = Vec<u32, 4>;
GF_ENTRY_POINTS(f32x8, f32, f32x8, u32x8)
GF_ENTRY_POINTS(f64x4, f64, f64x4, u32x4)
using u64x4 = Vec<genfuse::device::u64, 4>;
GF_INTEGER_ENTRY(i64x4, u64x4, u32x4)
#else
#error "the device library needs -march=x86-64-v3 or -march=x86-64-v4"
#endif

/// Errors are rare: kernels call this function instead of holding it.
extern "C" __attribute__((noinline, cold)) void
gf_report(char *out, long long capacity, const char *templates, long long number, const long long *words) {
  genfuse::device::report(out, capacity, templates, number, words);
}
