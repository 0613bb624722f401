#include "codegen/aot/Library.h"
#include "codegen/Compiler.h"
#include "codegen/Program.h"
#include "codegen/SignatureOf.h"
#include "codegen/aot/CudaKernels.h"
#include "codegen/aot/Embedded.h"
#include "codegen/aot/Files.h"
#include "codegen/aot/GemmLibrary.h"
#include "codegen/aot/Headers.h"
#include "codegen/aot/Identifiers.h"
#include "codegen/aot/LibraryModule.h"
#include "codegen/aot/Locations.h"
#include "codegen/cpu/ErrorText.h"
#include "codegen/cpu/Symbols.h"
#include "codegen/cpu/Translate.h"
#include "codegen/cuda/Text.h"
#include "ir/Gen.h"
#include "mlir/Parser/Parser.h"
#include "runtime/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/Target/TargetMachine.h"
#include <set>

using namespace mlir;

namespace genfuse::aot {

namespace {

/// The options with every default made explicit. Throws where they contradict each other.
class Settings {
public:
  Settings(const Model &model, const LibraryOptions &options) : options(options) {
    this->options.name = options.name.empty() ? model.name() : options.name;
    if (!isLibraryName(this->options.name))
      throw Error("library: expected a name that is an identifier of C and C++ and no name of their "
                  "libraries, got '" +
                  this->options.name + "'");
    checkTargets();
    if (options.gemmSize < 0)
      throw Error("library '" + this->options.name + "': expected elements of matrices, 0 for none, got " +
                  std::to_string(options.gemmSize));
    if (options.cpuLevels.empty())
      throw Error("library '" + this->options.name + "': expected one CPU level or more, got none");
    this->options.cpuLevels = orderedLevels(options.cpuLevels);
    nameOperations();
  }

  LibraryOptions options;

private:
  void checkTargets() {
    for (const std::string &target : options.targets)
      if (target != "cpu" && target != "cuda")
        throw Error("library '" + options.name + "': expected a target cpu or cuda, got '" + target + "'");
    if (options.targets.empty())
      throw Error("library '" + options.name + "': expected one target or more, got none");
    if (!llvm::is_contained(options.targets, "cpu"))
      throw Error("library '" + options.name + "': expected the target cpu besides cuda, got cuda alone");
    options.targets =
        options.cuda() ? std::vector<std::string>{"cpu", "cuda"} : std::vector<std::string>{"cpu"};
    std::vector<int> &architectures = options.cudaArchitectures;
    llvm::sort(architectures);
    architectures.erase(llvm::unique(architectures), architectures.end());
    if (!options.cuda())
      return;
    if (architectures.empty())
      throw Error("library '" + options.name + "': expected one CUDA architecture or more, got none");
    expectToolkit(options);
  }

  void nameOperations() {
    if (options.operations.empty())
      throw Error("library '" + options.name + "': expected one operation or more, got none");
    std::map<std::string, std::string> taken = {{"manifest", "the library itself"},
                                                {"abi_version", "the library itself"},
                                                {"cpu_level", "the library itself"},
                                                {"set_cpu_level", "the library itself"},
                                                {"cuda_load", "the library itself"}};
    for (Operation &operation : options.operations) {
      const Request request = Request::parse(operation.request);
      operation.request = request.text();
      if (operation.name.empty())
        operation.name = identifierOf(request);
      if (!isIdentifier(operation.name) || isStructMember(operation.name))
        throw Error("operation '" + operation.request + "': expected a name that is an identifier of C and " +
                    "C++ and none of run, workspace, request, arrays and held, got '" + operation.name + "'");
      for (const char *suffix : {"", "_workspace", "_kernel", "_kernel_workspace", "_arrays", "_cuda",
                                 "_cuda_workspace", "_cuda_kernel", "_cuda_kernel_workspace"}) {
        auto [known, isNew] = taken.try_emplace(operation.name + suffix, "'" + operation.request + "'");
        if (!isNew)
          throw Error("operation '" + operation.request + "': expected a name of its own, got '" +
                      operation.name + "', which clashes with " + known->second +
                      " (give one: 'NAME = " + operation.request + "')");
      }
    }
  }
};

/// Names that say which arrays have instances must be names of arrays.
void checkNames(const Operation &operation, const Signature &signature) {
  auto check = [&](const std::vector<std::string> &names, std::initializer_list<Role> roles, const char *what,
                   Role plain) {
    if (!names.empty() && operation.mapping == Mapping::single)
      throw Error("operation '" + operation.request + "': expected the mapping instances or elements with " +
                  what + " arrays, got single");
    for (const std::string &name : names)
      if (llvm::none_of(signature.arrays, [&](const ArraySpec &spec) {
            const std::string full = std::string(roleName(spec.role)) + ":" + spec.name;
            return !spec.output && llvm::is_contained(roles, spec.role) &&
                   (spec.role == plain               ? spec.name == name
                    : spec.role == Role::newArgument ? "new_argument:" + spec.name == name
                                                     : full == name);
          }))
        throw Error("operation '" + operation.request + "': expected names of " +
                    (plain == Role::argument ? "arguments" : "given choices") + " after '" + what +
                    "', got '" + name + "'");
  };
  check(operation.batched, {Role::argument, Role::newArgument}, "batched", Role::argument);
  for (const OffsetsCheck &offsets : signature.offsets)
    if (llvm::is_contained(operation.batched, offsets.argument))
      throw Error("operation '" + operation.request + "': expected offsets that all instances share, got '" +
                  offsets.argument + "' after 'batched' (rows are the same for all instances)");
  check(operation.shared, {Role::choice, Role::constraint, Role::elements, Role::selected}, "shared",
        Role::choice);
}

/// Threads of a group of a CUDA kernel, and what the host code of such kernels runs on: it computes sizes, on
/// any machine.
constexpr int64_t warp = 32;
const CpuTarget hostOfCuda = {"x86-64", "x86-64", "", 16, 3};

/// Compiles one model into the module and the description of a library.
class Writer {
public:
  Writer(const Model &model, const LibraryOptions &options, bool fullPaths)
      : options(options), program(model, {.real = options.real,
                                          .target = options.cpuLevels.front(),
                                          .checked = options.checked,
                                          .gemmSize = options.gemmSize}),
        models(context()), code(llvmContext, options.name, options.cpuLevels) {
    collectErrors(llvmContext, errors);
    ErrorText parseErrors(&models);
    module = parseSourceString<ModuleOp>(model.text(/*locations=*/true), &models, model.name());
    if (!module)
      parseErrors.raise();
    if (!fullPaths)
      dropFolders(*module);
    description.name = options.name;
    description.model = model.name();
    description.options = options;
  }

  std::vector<File> files() {
    for (const Operation &operation : options.operations)
      add(operation);
    if (options.cuda())
      code.setImage(device.image(options));
    const bool isProcedure = isa_and_nonnull<gen::ProcedureOp>(module->lookupSymbol(description.model));
    const std::string basis = isProcedure ? "run()" : "assess()";
    description.density =
        lowerTo(Stage::derived, *module, program.specialisation(basis, Mapping::single)).signature;
    setReal(description.density, options.real);
    if (options.gemmSize > 0 && !callsGemm)
      throw Error("library '" + options.name +
                  "': expected an operation of one instance with a product to hand over, "
                  "found none with a matrix of " +
                  std::to_string(options.gemmSize) + " elements or more");
    description.callsGemm = callsGemm;
    const std::string manifest = manifestOf(description, code.identity(manifestOf(description, "")));
    const std::string object = code.finish(manifest, options.optimisation, callsGemm);
    if (!errors.empty())
      throw Error("llvm: " + errors);
    const std::string &name = options.name;
    const std::string library =
        options.shared ? sharedLibraryOf(object, "lib" + name + ".so", callsGemm ? gemmLibrary() : "")
                       : archiveOf(object, name + ".o");
    const std::string contents[] = {library,
                                    cHeader(description),
                                    cppHeader(description),
                                    std::string(embedded::abiHeader()),
                                    std::string(embedded::arrayHeader()),
                                    std::string(embedded::typedHeader()),
                                    manifest};
    std::vector<File> files;
    for (const auto &[path, text] : llvm::zip_equal(libraryFiles(name, options.shared), contents))
      files.push_back({path, text});
    if (callsGemm)
      for (File &file : gemmFiles())
        files.push_back(std::move(file));
    return files;
  }

private:
  static DialectRegistry context() {
    DialectRegistry registry;
    registerAll(registry);
    return registry;
  }

  void add(const Operation &operation) {
    Specialisation specialisation = program.specialisation(operation.request, operation.mapping);
    specialisation.batched = operation.batched;
    specialisation.shared = operation.shared;
    checkNames(operation, program.signature(operation.request));
    const std::string symbol = options.name + "_" + operation.name;
    Lowered lowered;
    for (const std::string &level : options.cpuLevels) {
      const CpuTarget target = cpuTarget(level);
      if (!lowered.module || specialisation.vectors != target.vectors()) {
        specialisation.vectors = target.vectors();
        lowered = lowerTo(Stage::lowered, *module, specialisation);
      }
      for (const std::string &callee : gemmSymbols)
        callsGemm = callsGemm || lowered.module->lookupSymbol(callee);
      auto machine = createTargetMachine(target, options.optimisation);
      auto kernel = translateForCpu(*lowered.module, target, options.optimisation, *machine, llvmContext);
      code.addKernel(symbol, lowered.signature.entry, level, std::move(kernel));
    }
    if (options.cuda())
      addCuda(operation, specialisation, lowered.signature);
    code.addOperation(symbol, tableOf(operation, lowered.signature));
    description.operations.push_back({operation, lowered.signature,
                                      memberNames(lowered.signature, operation.name),
                                      options.cuda() ? device.names.back() : std::vector<std::string>()});
  }

  void addCuda(const Operation &operation, Specialisation specialisation, const Signature &onCpu) {
    specialisation.threads = true;
    specialisation.gemmSize = 0;
    specialisation.lanes = warp;
    specialisation.widen = false;
    Lowered lowered = lowerTo(Stage::lowered, *module, specialisation);
    if (tableOf(operation, lowered.signature) != tableOf(operation, onCpu))
      throw Error("operation '" + operation.name + "': expected the arrays of the CPU for cuda, got others");
    const std::string symbol = options.name + "_" + operation.name, &entry = lowered.signature.entry;
    auto host = device.add(operation, symbol, *lowered.module, entry);
    auto machine = createTargetMachine(hostOfCuda, options.optimisation);
    code.addCudaKernel(symbol, entry, imageSymbol(entry),
                       translateForCpu(*host, hostOfCuda, options.optimisation, *machine, llvmContext));
  }

  std::vector<int64_t> tableOf(const Operation &operation, const Signature &signature) {
    return operationTable(signature, "operation '" + operation.name + "'", operation.mapping, code.texts);
  }

  const LibraryOptions &options;
  Program program;
  MLIRContext models;
  std::string errors;
  llvm::LLVMContext llvmContext;
  OwningOpRef<ModuleOp> module;
  LibraryModule code;
  bool callsGemm = false; ///< some kernel hands products over
  CudaKernels device;
  LibraryDescription description;
};

std::vector<File> compile(const Model &model, const LibraryOptions &options) {
  try {
    return Writer(model, options, /*fullPaths=*/false).files();
  } catch (const Error &) {
    // A library names the model's files without their folders; a message of the compiler names all of it.
    Writer(model, options, /*fullPaths=*/true).files();
    throw;
  }
}

} // namespace

std::vector<std::filesystem::path> libraryFiles(const std::string &name, bool shared) {
  return {std::filesystem::path("lib") / ("lib" + name + (shared ? ".so" : ".a")),
          std::filesystem::path("include") / (name + ".h"),
          std::filesystem::path("include") / (name + ".hpp"),
          "include/genfuse/abi.h",
          "include/genfuse/embed/array.h",
          "include/genfuse/embed/typed.h",
          name + ".json"};
}

void writeLibrary(const Model &model, const LibraryOptions &options, const std::filesystem::path &directory) {
  writeFiles(directory, compile(model, Settings(model, options).options));
}

} // namespace genfuse::aot
