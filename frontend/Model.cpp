#include "frontend/Model.h"
#include "frontend/ModelImpl.h"
#include "ir/Addresses.h"
#include "ir/Gen.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "runtime/Error.h"
#include <atomic>
#include <fstream>
#include <sstream>

using namespace mlir;

namespace genfuse {

std::shared_ptr<MLIRContext> sharedContext() {
  static std::shared_ptr<MLIRContext> context = [] {
    auto fresh = std::make_shared<MLIRContext>();
    fresh->loadDialect<gen::GenDialect, arith::ArithDialect, math::MathDialect, tensor::TensorDialect,
                       func::FuncDialect>();
    fresh->printOpOnDiagnostic(false);
    return fresh;
  }();
  return context;
}

ContextLock lockContext() {
  static std::recursive_mutex mutex;
  return ContextLock(mutex);
}

ModuleOp moduleOf(const Model &model) { return const_cast<Model::Impl &>(model.get()).module.get(); }

std::uint64_t newFunctionNumber() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

/// A module of models holds functions and nothing else.
static LogicalResult verifyTopLevel(ModuleOp module) {
  for (Operation &op : *module.getBody())
    if (!isa<gen::FuncOp, gen::ProcedureOp>(op))
      return op.emitOpError("expects to stand in a gen.func");
  return success();
}

/// A parameter's path: relative names belong to their function.
static std::string pathOf(gen::ParamOp param) {
  if (param.getName().contains('/'))
    return param.getName().str();
  return gen::joinAddress(param->getParentOfType<FunctionOpInterface>().getName(), param.getName());
}

/// The same path has the same type and, where given twice, the same initial values (param_c3).
static LogicalResult verifyParameters(ModuleOp module) {
  std::map<std::string, gen::ParamOp> known;
  WalkResult result = module.walk([&](gen::ParamOp param) {
    std::string path = pathOf(param);
    auto [at, isNew] = known.try_emplace(path, param);
    gen::ParamOp earlier = at->second;
    if (isNew)
      return WalkResult::advance();
    bool sameInit =
        !param.getInitAttr() || !earlier.getInitAttr() || param.getInitAttr() == earlier.getInitAttr();
    if (param.getType() == earlier.getType() && sameInit) {
      if (!earlier.getInitAttr())
        at->second = param;
      return WalkResult::advance();
    }
    auto diagnostic = param.emitOpError("gives parameter '") << path << "' ";
    if (sameInit)
      diagnostic << "the type " << param.getType() << ", but it has the type " << earlier.getType();
    else
      diagnostic << "other initial values than before";
    diagnostic.attachNote(earlier.getLoc()) << "named here before";
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

static FunctionOpInterface findEntry(ModuleOp module, std::string_view entry) {
  FunctionOpInterface found;
  for (auto function : module.getOps<FunctionOpInterface>())
    if (entry.empty() || function.getName() == StringRef(entry))
      found = function;
  return found;
}

Model makeModel(OwningOpRef<ModuleOp> module, std::string_view entry,
                std::map<std::string, std::uint64_t> functions) {
  auto impl = std::make_shared<Model::Impl>();
  impl->context = sharedContext();
  {
    DiagnosticScope diagnostics(impl->context.get());
    if (failed(verify(*module)) || failed(verifyParameters(*module)))
      diagnostics.raise("the model does not verify");
  }
  FunctionOpInterface function = findEntry(*module, entry);
  if (!function)
    throw Error(placeText(module->getLoc()) + ": expected a gen.func" +
                (entry.empty() ? "" : " named '" + std::string(entry) + "'") + ", got none");
  if (functions.empty())
    for (auto each : module->getOps<gen::FuncOp>())
      functions[each.getSymName().str()] = newFunctionNumber();
  impl->entry = function.getName().str();
  impl->functions = std::move(functions);
  impl->module = std::move(module);
  return Model(std::move(impl));
}

Model Model::parse(std::string_view text, std::string_view filename, std::string_view entry) {
  std::shared_ptr<MLIRContext> context = sharedContext();
  const std::string terminated(text); // the lexer reads on until a zero
  OwningOpRef<ModuleOp> module;
  {
    DiagnosticScope diagnostics(context.get(), /*columns=*/true);
    module =
        parseSourceString<ModuleOp>(StringRef(terminated), ParserConfig(context.get()), StringRef(filename));
    if (!module || failed(verifyTopLevel(*module)) || failed(verifyParameters(*module)))
      diagnostics.raise(std::string(filename) + ": not a module");
  }
  return makeModel(std::move(module), entry);
}

Model Model::load(const std::string &path, std::string_view entry) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf()))
    throw Error("cannot read the model file '" + path + "'");
  return parse(text.str(), path, entry);
}

const std::string &Model::name() const { return impl->entry; }

std::string Model::text(bool locations) const {
  ContextLock lock = lockContext();
  std::string result;
  llvm::raw_string_ostream stream(result);
  OpPrintingFlags flags;
  if (locations)
    flags.enableDebugInfo();
  moduleOf(*this)->print(stream, flags);
  return result;
}

} // namespace genfuse
