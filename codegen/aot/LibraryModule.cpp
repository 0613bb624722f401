#include "codegen/aot/LibraryModule.h"
#include "codegen/aot/Embedded.h"
#include "codegen/cpu/ErrorText.h"
#include "codegen/cpu/Object.h"
#include "codegen/cpu/Symbols.h"
#include "codegen/cpu/Target.h"
#include "runtime/Error.h"
#include "runtime/embed/array.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/Linker/Linker.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/IPO/Internalize.h"

using namespace llvm;

namespace genfuse::aot {

namespace {

/// What runs before the level is known, and chooses it.
CpuTarget anyCpu() { return {"x86-64", "x86-64", "", 16, 1}; }

/// What the launch layer needs of the C library.
const std::vector<std::string> cLibrary = {"bsearch",
                                           "calloc",
                                           "dlerror",
                                           "dlopen",
                                           "dlsym",
                                           "free",
                                           "malloc",
                                           "pthread_mutex_lock",
                                           "pthread_mutex_unlock",
                                           "qsort",
                                           "strcmp",
                                           "snprintf",
                                           "strlen",
                                           "vsnprintf"};

Function *kernelFunction(Module &module, const std::string &name) {
  Function *function = module.getFunction(name);
  if (!function || function->isDeclaration())
    throw Error("expected a kernel function '" + name + "', found none");
  return function;
}

} // namespace

LibraryModule::LibraryModule(LLVMContext &context, const std::string &name,
                             const std::vector<std::string> &levels)
    : name(name), levels(levels), module(name, context), builder(context),
      pointer(PointerType::getUnqual(context)) {
  auto machine = createTargetMachine(anyCpu(), 0);
  module.setDataLayout(machine->createDataLayout());
  module.setTargetTriple(machine->getTargetTriple());
  module.setPICLevel(PICLevel::BigPIC);
  // The texts are complete at the end only: until then a stand-in takes their place.
  allTexts = new GlobalVariable(module, builder.getInt8Ty(), true, GlobalValue::ExternalLinkage, nullptr,
                                name + ".texts");
  auto *chosen = new GlobalVariable(module, builder.getInt32Ty(), false, GlobalValue::InternalLinkage,
                                    builder.getInt32(0), name + ".level");
  Constant *table = words(libraryTable("library '" + name + "'", levels, texts), name + ".levels");
  library = constant(ConstantStruct::getAnon({table, allTexts, chosen}), name + ".library");
}

GlobalVariable *LibraryModule::constant(Constant *value, const std::string &name) {
  return new GlobalVariable(module, value->getType(), /*isConstant=*/true, GlobalValue::InternalLinkage,
                            value, name);
}

Constant *LibraryModule::words(const std::vector<int64_t> &values, const std::string &name) {
  std::vector<uint64_t> bits(values.begin(), values.end());
  return constant(ConstantDataArray::get(module.getContext(), bits), name);
}

void LibraryModule::addKernel(const std::string &symbol, const std::string &entry, const std::string &level,
                              std::unique_ptr<Module> kernel) {
  takeKernel(symbol, entry, symbol + "." + level, std::move(kernel));
}

void LibraryModule::takeKernel(const std::string &key, const std::string &entry, const std::string &run,
                               std::unique_ptr<Module> kernel) {
  const std::string workspace = run + ".workspace";
  kernelFunction(*kernel, entry)->setName(run);
  kernelFunction(*kernel, entry + "_workspace")->setName(workspace);
  if (Linker::linkModules(module, std::move(kernel)))
    throw Error("the kernels of '" + key + "' cannot be linked");
  for (const std::string &function : {run, workspace}) {
    module.getFunction(function)->setLinkage(GlobalValue::InternalLinkage);
    kernels[key].push_back(module.getFunction(function));
  }
}

void LibraryModule::addCudaKernel(const std::string &symbol, const std::string &entry,
                                  const std::string &imageSymbol, std::unique_ptr<Module> host) {
  takeKernel(symbol + "_cuda", entry + "_cuda", symbol + ".cuda", std::move(host));
  if (!image) { // gf_cuda_image of runtime/cuda/launch.h
    auto *type = StructType::get(builder.getInt32Ty(), pointer, builder.getInt64Ty(), pointer, pointer);
    image = new GlobalVariable(module, type, /*isConstant=*/false, GlobalValue::InternalLinkage,
                               ConstantAggregateZero::get(type), name + ".image");
  }
  if (GlobalVariable *declared = module.getNamedGlobal(imageSymbol)) { // a kernel without launches has none
    declared->replaceAllUsesWith(image);
    declared->eraseFromParent();
  }
}

void LibraryModule::setImage(const std::string &bytes) {
  LLVMContext &context = module.getContext();
  auto *data = constant(ConstantDataArray::getString(context, bytes, /*AddNull=*/false), name + ".fatbin");
  data->setAlignment(Align(16));
  data->setSection(".nv_fatbin"); // where the tools of a CUDA toolkit look for device code
  auto *text = constant(ConstantDataArray::getString(context, name), name + ".name");
  auto *type = cast<StructType>(image->getValueType());
  image->setInitializer(
      ConstantStruct::get(type, {builder.getInt32(GF_ABI_VERSION), data, builder.getInt64(bytes.size()), text,
                                 ConstantPointerNull::get(pointer)}));
}

/// A function of the library: one of the support code with constants of the library in front.
void LibraryModule::define(const std::string &name, Type *result, ArrayRef<Type *> parameters,
                           const std::string &callee, Constant *first) {
  auto *type = FunctionType::get(result, parameters, false);
  auto *function = Function::Create(type, GlobalValue::ExternalLinkage, name, module);
  function->addFnAttr(Attribute::NoUnwind);
  SmallVector<Type *> all{pointer};
  all.append(parameters.begin(), parameters.end());
  FunctionCallee target = module.getOrInsertFunction(callee, FunctionType::get(result, all, false));
  SmallVector<Value *> arguments{first};
  for (Argument &argument : function->args())
    arguments.push_back(&argument);
  builder.SetInsertPoint(BasicBlock::Create(module.getContext(), "", function));
  builder.CreateRet(builder.CreateCall(target, arguments));
  exported.push_back(name);
}

void LibraryModule::addOperation(const std::string &symbol, const std::vector<int64_t> &table) {
  Constant *rows = words(table, symbol + ".table");
  defineOperation(symbol, rows, nullptr);
  if (kernels.count(symbol + "_cuda"))
    defineOperation(symbol + "_cuda", rows, image);
}

/// The four functions of an operation on the host, or with the kernels of an image, over an OperationInfo
/// (runtime/embed/support/Table.h).
void LibraryModule::defineOperation(const std::string &symbol, Constant *table, Constant *image) {
  const std::vector<Constant *> &functions = kernels.at(symbol);
  Constant *list =
      constant(ConstantArray::get(ArrayType::get(pointer, functions.size()), functions), symbol + ".kernels");
  Constant *null = ConstantPointerNull::get(pointer), *check = null;
  if (image) {
    auto *type = FunctionType::get(builder.getInt32Ty(), {pointer, builder.getInt64Ty()}, false);
    check = cast<Constant>(module.getOrInsertFunction("gf_embed_check_device", type).getCallee());
  }
  Constant *operation =
      constant(ConstantStruct::getAnon({table, allTexts, list, library, check, image ? image : null}),
               symbol + ".operation");
  Type *status = builder.getInt32Ty(), *bytes = builder.getInt64Ty();
  define(symbol, status, {pointer, pointer}, "gf_embed_call", operation);
  define(symbol + "_workspace", bytes, {pointer, pointer}, "gf_embed_workspace", operation);
  define(symbol + "_kernel", status, {pointer, pointer, pointer, pointer}, "gf_embed_kernel", operation);
  define(symbol + "_kernel_workspace", bytes, {pointer, pointer}, "gf_embed_kernel_workspace", operation);
}

std::string LibraryModule::identity(const std::string &text) const {
  SmallVector<char> code;
  raw_svector_ostream out(code);
  WriteBitcodeToFile(module, out);
  SHA256 hash;
  hash.update(StringRef(code.data(), code.size()));
  hash.update(text);
  return toHex(ArrayRef<uint8_t>(hash.final()).take_front(16), /*LowerCase=*/true);
}

void LibraryModule::link(std::span<const unsigned char> bitcode, const char *what) {
  MemoryBufferRef buffer({reinterpret_cast<const char *>(bitcode.data()), bitcode.size()}, what);
  auto part = parseBitcodeFile(buffer, module.getContext());
  if (!part)
    throw Error("the " + std::string(what) + " of libraries cannot be read: " + toString(part.takeError()));
  for (const char *metadata : {"llvm.module.flags", "llvm.ident"})
    if (auto *node = (*part)->getNamedMetadata(metadata))
      (*part)->eraseNamedMetadata(node);
  (*part)->setDataLayout(module.getDataLayout());
  (*part)->setTargetTriple(module.getTargetTriple());
  if (Linker::linkModules(module, std::move(*part), Linker::LinkOnlyNeeded))
    throw Error("the " + std::string(what) + " of libraries cannot be linked");
}

std::string LibraryModule::finish(const std::string &manifest, unsigned optimisation, bool callsGemm) {
  LLVMContext &context = module.getContext();
  GlobalVariable *text = constant(ConstantDataArray::getString(context, manifest), name + ".manifest");
  auto returns = [&](const std::string &function, Type *type, Constant *value) {
    auto *defined = Function::Create(FunctionType::get(type, false), GlobalValue::ExternalLinkage,
                                     name + "_" + function, module);
    defined->addFnAttr(Attribute::NoUnwind);
    builder.SetInsertPoint(BasicBlock::Create(context, "", defined));
    builder.CreateRet(value);
    exported.push_back(name + "_" + function);
  };
  returns("manifest", pointer, text);
  returns("abi_version", builder.getInt32Ty(), builder.getInt32(GF_ABI_VERSION));
  define(name + "_cpu_level", pointer, {}, "gf_embed_level", library);
  define(name + "_set_cpu_level", builder.getInt32Ty(), {pointer}, "gf_embed_set_level", library);
  if (image)
    define(name + "_cuda_load", builder.getInt32Ty(), {pointer}, "gf_embed_cuda_load", image);

  GlobalVariable *complete =
      constant(ConstantDataArray::getString(context, texts.all(), /*AddNull=*/false), "");
  allTexts->replaceAllUsesWith(complete);
  complete->takeName(allTexts);
  allTexts->eraseFromParent();
  link(embedded::support(), "support code");
  if (image)
    link(embedded::launchLayer(), "launch layer");
  internalizeModule(module,
                    [&](const GlobalValue &value) { return is_contained(exported, value.getName()); });
  std::string object = emitObject(module, *createTargetMachine(anyCpu(), optimisation));
  std::vector<std::string> imports = image ? cLibrary : std::vector<std::string>();
  if (callsGemm)
    imports.insert(imports.end(), gemmSymbols.begin(), gemmSymbols.end());
  checkStandsAlone(object, imports);
  return object;
}

} // namespace genfuse::aot
