// The inside of a model, for the compiler's own rooms: this header shows MLIR.
#pragma once

#include "frontend/Model.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace genfuse {

struct Model::Impl {
  std::shared_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::string entry;
  /// Each function of the module and a number that tells functions of one name apart.
  std::map<std::string, std::uint64_t> functions;
};

/// The one context that all models live in; a holder keeps it alive.
std::shared_ptr<mlir::MLIRContext> sharedContext();

/// Who changes the shared context (tracing, reading, printing, passes) holds this lock: one thread at a time,
/// which may take it again.
using ContextLock = std::unique_lock<std::recursive_mutex>;
ContextLock lockContext();

/// The model's module, to be read or cloned but not changed. Its entry function is `model.name()`.
mlir::ModuleOp moduleOf(const Model &model);

/// Takes over a module whose entry is the named function (the last gen.func if the name is empty). Without
/// `functions` each gets a number of its own. Throws Error if it does not verify or if one parameter has two
/// types.
Model makeModel(mlir::OwningOpRef<mlir::ModuleOp> module, std::string_view entry,
                std::map<std::string, std::uint64_t> functions = {});

/// A number that no other function has.
std::uint64_t newFunctionNumber();

/// "file:line" or "file:line:column" of the innermost place in the user's source; empty if there is none.
std::string placeText(mlir::Location location, bool column = false);

/// Collects the errors that MLIR reports on the shared context while it lives; holds the context's lock.
class DiagnosticScope {
public:
  explicit DiagnosticScope(mlir::MLIRContext *context, bool columns = false);

  /// Throws Error with the first error and its notes; `otherwise` is the text if none was reported.
  [[noreturn]] void raise(const std::string &otherwise) const;

private:
  ContextLock lock;
  std::string message;
  mlir::ScopedDiagnosticHandler handler;
};

} // namespace genfuse
