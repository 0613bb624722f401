#include "codegen/cpu/Object.h"
#include "codegen/CompilePhases.h"
#include "codegen/cpu/ErrorText.h"
#include "codegen/cpu/Symbols.h"
#include "codegen/cpu/Translate.h"
#include "runtime/Error.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/Target/TargetMachine.h"

namespace genfuse {

namespace {

std::string emitFile(llvm::Module &module, llvm::TargetMachine &machine, llvm::CodeGenFileType type) {
  llvm::SmallString<0> bytes;
  llvm::raw_svector_ostream out(bytes);
  llvm::legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, out, nullptr, type))
    throw Error("no code can be emitted for this machine");
  passes.run(module);
  return bytes.str().str();
}

/// A module with what must outlive it.
struct Compilation {
  Compilation(mlir::ModuleOp lowered, const CpuOptions &options)
      : target(cpuTarget(options.target)), machine(createTargetMachine(target, options.optimisation)),
        module(translate(lowered, options)) {}

  std::unique_ptr<llvm::Module> translate(mlir::ModuleOp lowered, const CpuOptions &options) {
    collectErrors(context, errors);
    auto translated = translateForCpu(lowered, target, options.optimisation, *machine, context,
                                      options.imports, options.phases);
    check();
    return translated;
  }

  void check() const {
    if (!errors.empty())
      throw Error("llvm: " + errors);
  }

  std::string emit(llvm::CodeGenFileType type) {
    std::string bytes = emitFile(*module, *machine, type);
    check();
    return bytes;
  }

  std::string errors;
  llvm::LLVMContext context;
  CpuTarget target;
  std::unique_ptr<llvm::TargetMachine> machine;
  std::unique_ptr<llvm::Module> module;
};

} // namespace

std::string emitObject(llvm::Module &module, llvm::TargetMachine &machine) {
  return emitFile(module, machine, llvm::CodeGenFileType::ObjectFile);
}

std::string compileObject(mlir::ModuleOp lowered, const CpuOptions &options) {
  Compilation compilation(lowered, options);
  CompilePhases ignored;
  PhaseTimer timer(options.phases ? options.phases->emit : ignored.emit);
  std::string object = compilation.emit(llvm::CodeGenFileType::ObjectFile);
  checkStandsAlone(object, options.imports);
  return object;
}

std::string printLLVM(mlir::ModuleOp lowered, const CpuOptions &options) {
  std::string text;
  llvm::raw_string_ostream out(text);
  Compilation(lowered, options).module->print(out, nullptr);
  return text;
}

std::string printAssembly(mlir::ModuleOp lowered, const CpuOptions &options) {
  return Compilation(lowered, options).emit(llvm::CodeGenFileType::AssemblyFile);
}

} // namespace genfuse
