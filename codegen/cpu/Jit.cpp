#include "codegen/cpu/Jit.h"
#include "codegen/CompilePhases.h"
#include "codegen/cpu/BuildId.h"
#include "codegen/cpu/HostReport.h"
#include "codegen/cpu/Object.h"
#include "codegen/cpu/ObjectCache.h"
#include "codegen/cpu/Symbols.h"
#include "runtime/Error.h"
#include "runtime/gemm/gemm.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/MemoryBuffer.h"
#include <map>

using namespace llvm;

namespace genfuse {

namespace {

/// Unwraps, with what failed in the message.
template <class T> T check(Expected<T> value, const std::string &what) {
  if (!value)
    throw Error(what + ": " + toString(value.takeError()));
  return std::move(*value);
}

std::string keyOf(mlir::ModuleOp lowered, const CpuOptions &options, const CpuTarget &target) {
  std::string text;
  raw_string_ostream out(text);
  lowered->print(out, mlir::OpPrintingFlags().assumeVerified().useLocalScope());
  return objectKey(text, options, target, compilerBuild());
}

struct HostObject {
  std::string bytes;
  bool fromCache;
};

HostObject compileForHost(mlir::ModuleOp lowered, CpuOptions options, const CpuJit::Symbols &symbols,
                          CompilePhases &phases) {
  options.imports.push_back(reportSymbol);
  llvm::append_range(options.imports, gemmSymbols);
  for (const auto &[name, address] : symbols)
    options.imports.push_back(name);
  CpuTarget target = cpuTarget(options.target);
  if (target.level > hostLevel())
    throw Error("expected a cpu target that this machine can run, got '" + target.name + "'");
  if (!options.cache || !options.cache->isOn())
    return {compileObject(lowered, options), false};
  std::string key;
  {
    PhaseTimer timer(phases.cache);
    key = keyOf(lowered, options, target);
    if (std::optional<std::string> kept = options.cache->find(key))
      return {std::move(*kept), true};
  }
  std::string made = compileObject(lowered, options);
  PhaseTimer timer(phases.cache);
  options.cache->store(key, made);
  return {std::move(made), false};
}

} // namespace

struct CpuJit::Body {
  Body(std::string object, const Symbols &symbols) {
    createTargetMachine(cpuTarget("native"), 0); // initialises LLVM
    jit = check(orc::LLJITBuilder().create(), "the jit cannot start");
    define(symbols);
    std::vector<std::string> names = exportedFunctions(object);
    auto buffer = MemoryBuffer::getMemBufferCopy(object, "kernel");
    if (auto error = jit->addObjectFile(std::move(buffer)))
      throw Error("a kernel cannot be loaded: " + toString(std::move(error)));
    for (const std::string &name : names)
      functions[name] = check(jit->lookup(name), "kernel function '" + name + "'");
  }

  void define(const Symbols &symbols) {
    orc::SymbolMap map;
    map[jit->mangleAndIntern(reportSymbol)] = {orc::ExecutorAddr::fromPtr(&reportOnHost),
                                               JITSymbolFlags::Exported | JITSymbolFlags::Callable};
    void *const products[] = {reinterpret_cast<void *>(&gf_gemm_f32), reinterpret_cast<void *>(&gf_gemm_f64)};
    for (auto [name, address] : zip_equal(gemmSymbols, products))
      map[jit->mangleAndIntern(name)] = {orc::ExecutorAddr::fromPtr(address),
                                         JITSymbolFlags::Exported | JITSymbolFlags::Callable};
    for (const auto &[name, address] : symbols)
      map[jit->mangleAndIntern(name)] = {orc::ExecutorAddr::fromPtr(address), JITSymbolFlags::Exported};
    if (auto error = jit->getMainJITDylib().define(orc::absoluteSymbols(std::move(map))))
      throw Error("the kernel's imports: " + toString(std::move(error)));
  }

  std::unique_ptr<orc::LLJIT> jit;
  std::map<std::string, orc::ExecutorAddr> functions;
};

CpuJit::CpuJit(mlir::ModuleOp lowered, CpuOptions options, const Symbols &symbols) {
  CompilePhases ignored;
  CompilePhases &phases = options.phases ? *options.phases : ignored;
  HostObject object = compileForHost(lowered, std::move(options), symbols, phases);
  PhaseTimer timer(phases.load);
  body = std::make_unique<Body>(std::move(object.bytes), symbols);
  fromCache_ = object.fromCache;
}
CpuJit::CpuJit(std::string object, const Symbols &symbols)
    : body(std::make_unique<Body>(std::move(object), symbols)) {}
CpuJit::~CpuJit() = default;
CpuJit::CpuJit(CpuJit &&) noexcept = default;
CpuJit &CpuJit::operator=(CpuJit &&) noexcept = default;

CpuKernel CpuJit::find(const std::string &name) const {
  auto address = [&](const std::string &wanted) {
    auto found = body->functions.find(wanted);
    if (found == body->functions.end())
      throw Error("expected a kernel function '" + wanted + "', found none");
    return found->second;
  };
  return {address(name).toPtr<gf_kernel>(), address(name + "_workspace").toPtr<gf_workspace>()};
}

} // namespace genfuse
