// Which instructions this machine has: cpuid, without a library and without initialisation.
#pragma once

#include "runtime/embed/support/Table.h"

namespace genfuse::embed {

struct CpuidResult {
  uint32_t a, b, c, d;
};

inline CpuidResult cpuid(uint32_t leaf, uint32_t part) {
  CpuidResult r;
  asm volatile("cpuid" : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d) : "a"(leaf), "c"(part));
  return r;
}

/// Bits of cpuid that name sets of instructions (leaf 1 ecx; leaf 7 ebx, ecx, edx; leaf 7.1 eax; leaf
/// 0x80000001 ecx), and the registers that the system keeps (xcr0).
struct CpuWords {
  int64_t words[cpuWordCount];
};

inline CpuWords cpuWords() {
  CpuWords result = {};
  const uint32_t last = cpuid(0, 0).a;
  const CpuidResult one = cpuid(1, 0);
  result.words[0] = one.c;
  if (last >= 7) {
    const CpuidResult seven = cpuid(7, 0);
    result.words[1] = seven.b;
    result.words[2] = seven.c;
    result.words[3] = seven.d;
    if (seven.a >= 1)
      result.words[4] = cpuid(7, 1).a;
  }
  if (cpuid(0x80000000u, 0).a >= 0x80000001u)
    result.words[5] = cpuid(0x80000001u, 0).c;
  if (one.c & (1u << 27)) {
    uint32_t low, high;
    asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    result.words[6] = low;
  }
  return result;
}

/// sse3 to popcnt, osxsave, avx, fma, f16c; bmi1, avx2, bmi2; lahf, lzcnt; xmm and ymm.
inline constexpr CpuWords level3Needs = {{0x38d83201, 0x00000128, 0, 0, 0, 0x21, 0x06}};
/// Besides: avx512f, dq, cd, bw, vl; opmask and zmm.
inline constexpr CpuWords level4Needs = {{0x38d83201, 0xd0030128, 0, 0, 0, 0x21, 0xe6}};
/// All bits that a compiler makes use of: sets of instructions, not debugging, clocks or virtual machines.
inline constexpr CpuWords instructionBits = {
    {0x7ad83203, 0xf1af0129, 0x00005f42, 0x00800100, 0x00800030, 0x21, 0xe6}};

/// The first level of a library that a machine can run; -1 if there is none.
inline int32_t bestLevel(const LibraryTable &library, const CpuWords &machine) {
  for (int64_t i = 0; i < library.levels; ++i) {
    bool runs = true;
    for (int word = 0; word < cpuWordCount; ++word)
      runs = runs && (library.level(i)->needs[word] & ~machine.words[word]) == 0;
    if (runs)
      return static_cast<int32_t>(i);
  }
  return -1;
}

} // namespace genfuse::embed
