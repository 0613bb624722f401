#include "codegen/inspect/Drawing.h"
#include "codegen/Compiler.h"
#include "codegen/cpu/ErrorText.h"
#include "codegen/inspect/DotText.h"
#include "mlir/Parser/Parser.h"
#include "passes/derive/InlineCalls.h"

using namespace mlir;

namespace genfuse {

std::string drawingOf(const Model &model, const std::string &requestText) {
  DialectRegistry registry;
  registerAll(registry);
  MLIRContext context(registry);
  context.loadAllAvailableDialects();
  ErrorText errors(&context);
  OwningOpRef<ModuleOp> module =
      parseSourceString<ModuleOp>(model.text(/*locations=*/true), &context, model.name());
  if (!module)
    errors.raise();
  Request request;
  if (!requestText.empty()) {
    Specialisation specialisation;
    specialisation.request = request = Request::parse(requestText);
    specialisation.model = model.name();
    lowerTo(Stage::derived, *module, specialisation); // for its errors
  }
  auto function = module->lookupSymbol<gen::FuncOp>(model.name());
  if (failed(inlineCalls(function)))
    errors.raise();
  FailureOr<inspect::ModelGraph> graph =
      inspect::modelGraph(function, requestText.empty() ? nullptr : &request);
  if (failed(graph))
    errors.raise();
  return inspect::dotText(*graph);
}

} // namespace genfuse
