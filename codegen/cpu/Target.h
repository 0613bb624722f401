// What generated CPU code may use: a CPU level by name.
#pragma once

#include "passes/Registers.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include <memory>
#include <string>
#include <vector>

namespace llvm {
class TargetMachine;
} // namespace llvm

namespace genfuse {

/// A CPU level as the back end sees it.
struct CpuTarget {
  std::string name;     ///< native, x86-64-v4 or x86-64-v3
  std::string cpu;      ///< LLVM's name of the processor
  std::string features; ///< LLVM's feature string
  int vectorBytes = 64; ///< size of a vector register
  int level = 4;        ///< level of the device library's bitcode: 3 or 4

  /// 32 of 64 bytes, or 16 of half that size.
  VectorRegisters vectors() const { return {vectorBytes == 64 ? 32 : 16, vectorBytes}; }

  /// How many values of `bits` bits a register holds.
  int lanes(int bits) const { return vectorBytes * 8 / bits; }
};

class ObjectCache;
struct CompilePhases;

/// What both ways of compiling take.
struct CpuOptions {
  std::string target = "native";         ///< a name that cpuTarget knows
  unsigned optimisation = 2;             ///< 0 to 3: codegen/cpu/Optimise.h
  std::vector<std::string> imports = {}; ///< symbols that the code may leave undefined
  ObjectCache *cache = nullptr;          ///< of the JIT: where objects come from and go to
  CompilePhases *phases = nullptr;       ///< where times are added
};

/// The target of that name. Throws genfuse::Error for an unknown one, and for `native` on a CPU below
/// x86-64-v3.
CpuTarget cpuTarget(llvm::StringRef name);

/// The x86-64 level (1, 3 or 4) that has no feature beyond `features`.
int levelOfFeatures(const llvm::StringMap<bool> &features);

/// The x86-64 level of this machine.
int hostLevel();

/// A machine for relocatable position-independent code, the same for JIT and object files.
std::unique_ptr<llvm::TargetMachine> createTargetMachine(const CpuTarget &target, unsigned optimisation);

} // namespace genfuse
