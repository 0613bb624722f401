#include "codegen/aot/Library.h"
#include "codegen/Compiler.h"
#include "codegen/Program.h"
#include "codegen/SignatureOf.h"
#include "codegen/aot/Embedded.h"
#include "codegen/aot/Files.h"
#include "codegen/aot/Headers.h"
#include "codegen/aot/Identifiers.h"
#include "codegen/aot/LibraryModule.h"
#include "codegen/aot/Locations.h"
#include "codegen/cpu/ErrorText.h"
#include "codegen/cpu/Translate.h"
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
    if (!isIdentifier(this->options.name))
      throw Error("library: expected a name that is an identifier of C and C++, got '" + this->options.name +
                  "'");
    checkTargets();
    if (options.cpuLevels.empty())
      throw Error("library '" + this->options.name + "': expected one CPU level or more, got none");
    this->options.cpuLevels = orderedLevels(options.cpuLevels);
    nameOperations();
  }

  LibraryOptions options;

private:
  void checkTargets() const {
    for (const std::string &target : options.targets)
      if (target == "cuda")
        throw Error("library '" + options.name + "': the target 'cuda' is not available ahead of time yet");
      else if (target != "cpu")
        throw Error("library '" + options.name + "': expected a target cpu or cuda, got '" + target + "'");
    if (options.targets.empty())
      throw Error("library '" + options.name + "': expected one target or more, got none");
  }

  void nameOperations() {
    if (options.operations.empty())
      throw Error("library '" + options.name + "': expected one operation or more, got none");
    std::map<std::string, std::string> taken = {{"manifest", "the library itself"},
                                                {"abi_version", "the library itself"},
                                                {"cpu_level", "the library itself"},
                                                {"set_cpu_level", "the library itself"}};
    for (Operation &operation : options.operations) {
      const Request request = Request::parse(operation.request);
      operation.request = request.text();
      if (operation.name.empty())
        operation.name = identifierOf(request);
      if (!isIdentifier(operation.name) || isStructMember(operation.name))
        throw Error("operation '" + operation.request + "': expected a name that is an identifier of C and " +
                    "C++ and none of run, workspace, request, arrays and held, got '" + operation.name + "'");
      for (const char *suffix : {"", "_workspace", "_kernel", "_kernel_workspace", "_arrays", "_cuda"}) {
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
  check(operation.shared, {Role::choice, Role::constraint, Role::elements, Role::selected}, "shared",
        Role::choice);
}

/// Compiles one model into the module and the description of a library.
class Writer {
public:
  Writer(const Model &model, const LibraryOptions &options, bool fullPaths)
      : options(options),
        program(model,
                {.real = options.real, .target = options.cpuLevels.front(), .checked = options.checked}),
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
    description.density =
        lowerTo(Stage::derived, *module, program.specialisation("assess()", Mapping::single)).signature;
    setReal(description.density, options.real);
    const std::string manifest = manifestOf(description, code.identity(manifestOf(description, "")));
    const std::string object = code.finish(manifest, options.optimisation);
    if (!errors.empty())
      throw Error("llvm: " + errors);
    const std::string &name = options.name;
    const std::string library =
        options.shared ? sharedLibraryOf(object, "lib" + name + ".so") : archiveOf(object, name + ".o");
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
    Lowered lowered = lowerTo(Stage::lowered, *module, specialisation);
    const std::string symbol = options.name + "_" + operation.name;
    for (const std::string &level : options.cpuLevels) {
      const CpuTarget target = cpuTarget(level);
      auto machine = createTargetMachine(target, options.optimisation);
      auto kernel = translateForCpu(*lowered.module, target, options.optimisation, *machine, llvmContext);
      code.addKernel(symbol, lowered.signature.entry, level, std::move(kernel));
    }
    code.addOperation(symbol, operationTable(lowered.signature, "operation '" + operation.name + "'",
                                             operation.mapping, code.texts));
    description.operations.push_back(
        {operation, lowered.signature, memberNames(lowered.signature, operation.name)});
  }

  const LibraryOptions &options;
  Program program;
  MLIRContext models;
  std::string errors;
  llvm::LLVMContext llvmContext;
  OwningOpRef<ModuleOp> module;
  LibraryModule code;
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
