// Which of its kernels BLIS takes. It knows processors with AVX-512 by their names, and takes kernels for
// AVX2 where a virtual machine hides the name, or one unit multiplies vectors of 512 bits: those for AVX-512
// are 1.4 times as fast there (bench/results). BLIS_ARCH_TYPE, BLIS' own environment variable, still decides
// if it is set.
#include <blis.h>

// --wrap (CMakeLists.txt) sends calls of bli_cpuid_query_id here.
extern "C" arch_t __real_bli_cpuid_query_id(void);
extern "C" arch_t __wrap_bli_cpuid_query_id(void) {
  const arch_t found = __real_bli_cpuid_query_id();
  __builtin_cpu_init();
  const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                    __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  return found == BLIS_ARCH_HASWELL && wide ? BLIS_ARCH_SKX : found;
}
