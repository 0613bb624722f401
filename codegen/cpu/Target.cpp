#include "codegen/cpu/Target.h"
#include "runtime/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"
#include <mutex>

using namespace llvm;

namespace genfuse {

namespace {

constexpr const char *level3[] = {"avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe", "popcnt"};
constexpr const char *level4[] = {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"};

std::string hostFeatureText() {
  SmallVector<std::string> parts;
  for (const auto &feature : sys::getHostCPUFeatures())
    parts.push_back((feature.second ? "+" : "-") + feature.first().str());
  llvm::sort(parts);
  return join(parts, ",");
}

CpuTarget nativeTarget() {
  int level = hostLevel();
  if (level < 3)
    throw Error("expected a cpu of level x86-64-v3 or above (avx2 and fma), got '" +
                sys::getHostCPUName().str() + "'");
  return {"native", sys::getHostCPUName().str(), hostFeatureText(), level == 4 ? 64 : 32, level};
}

void initialiseOnce() {
  static std::once_flag once;
  std::call_once(once, [] {
    InitializeNativeTarget();
    InitializeNativeTargetAsmPrinter();
    InitializeNativeTargetAsmParser(); // libraries ask cpuid
  });
}

Triple hostTriple() { return Triple(sys::getProcessTriple()); }

} // namespace

int levelOfFeatures(const StringMap<bool> &features) {
  auto has = [&](const char *name) { return features.lookup(name); };
  if (!all_of(level3, has))
    return 1;
  return all_of(level4, has) ? 4 : 3;
}

int hostLevel() {
  static const int level = levelOfFeatures(sys::getHostCPUFeatures());
  return level;
}

CpuTarget cpuTarget(StringRef name) {
  if (name == "native")
    return nativeTarget();
  if (name == "x86-64-v4")
    return {"x86-64-v4", "x86-64-v4", "", 64, 4};
  if (name == "x86-64-v3")
    return {"x86-64-v3", "x86-64-v3", "", 32, 3};
  throw Error("expected a cpu target native, x86-64-v4 or x86-64-v3, got '" + name.str() + "'");
}

std::unique_ptr<TargetMachine> createTargetMachine(const CpuTarget &target, unsigned optimisation) {
  initialiseOnce();
  Triple triple = hostTriple();
  std::string problem;
  const llvm::Target *backend = TargetRegistry::lookupTarget(triple, problem);
  if (!backend)
    throw Error("no code generator for this machine: " + problem);
  TargetOptions options;
  options.AllowFPOpFusion = FPOpFusion::Standard; // never Fast: bits must not depend on the kernel
  return std::unique_ptr<TargetMachine>(
      backend->createTargetMachine(triple, target.cpu, target.features, options, Reloc::PIC_, std::nullopt,
                                   static_cast<CodeGenOptLevel>(std::min(optimisation, 3u)), /*JIT=*/false));
}

} // namespace genfuse
