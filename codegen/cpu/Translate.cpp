#include "codegen/cpu/Translate.h"
#include "codegen/CompilePhases.h"
#include "codegen/cpu/ErrorText.h"
#include "codegen/cpu/Optimise.h"
#include "codegen/cpu/Pipeline.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "runtime/Error.h"
#include "runtime/device/Bitcode.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"
#include "llvm/Linker/Linker.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/IPO/Internalize.h"

using namespace mlir;

namespace genfuse {

namespace {

std::unique_ptr<llvm::Module> toLLVM(ModuleOp lowered, const CpuTarget &target, llvm::LLVMContext &context,
                                     CompilePhases &phases) {
  ErrorText errors(lowered.getContext());
  OwningOpRef<ModuleOp> copy = lowered.clone();
  {
    PhaseTimer timer(phases.llvmDialect);
    if (failed(lowerToLLVMDialect(*copy, target)))
      errors.raise();
  }
  PhaseTimer timer(phases.translate);
  auto module = translateModuleToLLVMIR(*copy, context, "genfuse");
  if (!module)
    errors.raise();
  return module;
}

std::unique_ptr<llvm::Module> deviceLibrary(int level, llvm::LLVMContext &context) {
  auto bytes = device::bitcode(level);
  llvm::MemoryBufferRef buffer({reinterpret_cast<const char *>(bytes.data()), bytes.size()},
                               "device library");
  auto module = llvm::getLazyBitcodeModule(buffer, context);
  if (!module)
    throw Error("the device library cannot be read: " + llvm::toString(module.takeError()));
  // How its own compiler was called (position, unwind tables) is nothing that a kernel should take over.
  for (const char *name : {"llvm.module.flags", "llvm.ident"})
    if (auto *metadata = (*module)->getNamedMetadata(name))
      (*module)->eraseNamedMetadata(metadata);
  return std::move(*module);
}

/// A declaration with another signature would link without a word and compute nonsense.
void checkSignatures(const llvm::Module &module, const llvm::Module &library) {
  for (const llvm::Function &function : module) {
    const llvm::Function *exported = library.getFunction(function.getName());
    if (function.isDeclaration() && exported && exported->getFunctionType() != function.getFunctionType())
      throw Error("device function '" + function.getName().str() +
                  "' is called with other types than the device library has");
  }
}

void linkDeviceLibrary(llvm::Module &module, const CpuTarget &target, llvm::ArrayRef<std::string> imports) {
  auto library = deviceLibrary(target.level, module.getContext());
  library->setDataLayout(module.getDataLayout());
  library->setTargetTriple(module.getTargetTriple());
  checkSignatures(module, *library);
  for (const std::string &name : imports)
    if (llvm::Function *function = library->getFunction(name)) {
      if (llvm::Function *declared = module.getFunction(name))
        declared->setAttributes(function->getAttributes()); // a cold callee makes its callers' branches cold
      function->deleteBody();
    }
  if (llvm::Linker::linkModules(module, std::move(library), llvm::Linker::LinkOnlyNeeded))
    throw Error("the device library cannot be linked");
}

/// The instructions that the device library names return; C++ cannot say so. Without it dead ones stay, and
/// LLVM does not hoist what comes after them.
void markInstructions(llvm::Function &function) {
  for (llvm::Instruction &instruction : llvm::instructions(function))
    if (auto *call = llvm::dyn_cast<llvm::CallInst>(&instruction); call && call->isInlineAsm())
      call->addFnAttr(llvm::Attribute::WillReturn);
}

/// One set of attributes for our functions and the library's, so that all can be inlined. The stack is
/// aligned to registers from the start: when LLVM finds that it spills some it is too late, and they cross
/// cache lines.
void stampAttributes(llvm::Module &module, const CpuTarget &target) {
  for (llvm::Function &function : module) {
    for (const char *name : {"target-cpu", "target-features", "tune-cpu", "min-legal-vector-width"})
      function.removeFnAttr(name);
    function.removeFnAttr(llvm::Attribute::UWTable);
    function.addFnAttr("target-cpu", target.cpu);
    if (!target.features.empty())
      function.addFnAttr("target-features", target.features);
    function.addFnAttr("prefer-vector-width", target.vectorBytes == 64 ? "512" : "256");
    function.addFnAttr(llvm::Attribute::NoUnwind);
    markInstructions(function);
    if (!function.isDeclaration())
      function.addFnAttr(
          llvm::Attribute::getWithStackAlignment(module.getContext(), llvm::Align(target.vectorBytes)));
  }
}

/// The public functions: private ones that were not inlined come out of MLIR with external linkage.
llvm::StringSet<> entryPoints(ModuleOp lowered) {
  llvm::StringSet<> names;
  for (auto function : lowered.getOps<func::FuncOp>())
    if (function.isPublic() && !function.isExternal())
      names.insert(function.getSymName());
  return names;
}

} // namespace

std::unique_ptr<llvm::Module> translateForCpu(ModuleOp lowered, const CpuTarget &target,
                                              unsigned optimisation, llvm::TargetMachine &machine,
                                              llvm::LLVMContext &context, llvm::ArrayRef<std::string> imports,
                                              CompilePhases *phases) {
  CompilePhases ignored;
  CompilePhases &times = phases ? *phases : ignored;
  auto module = toLLVM(lowered, target, context, times);
  {
    PhaseTimer timer(times.translate);
    module->setDataLayout(machine.createDataLayout());
    module->setTargetTriple(machine.getTargetTriple());
    module->setPICLevel(llvm::PICLevel::BigPIC);
    llvm::StringSet<> kept = entryPoints(lowered);
    linkDeviceLibrary(*module, target, imports);
    stampAttributes(*module, target);
    llvm::internalizeModule(*module,
                            [&](const llvm::GlobalValue &value) { return kept.contains(value.getName()); });
  }
  PhaseTimer timer(times.optimise);
  optimise(*module, optimisation, machine);
  return module;
}

} // namespace genfuse
