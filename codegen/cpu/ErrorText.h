// Diagnostics of MLIR and LLVM as the text of an exception.
#pragma once

#include "mlir/IR/Diagnostics.h"
#include <string>

namespace llvm {
class LLVMContext;
} // namespace llvm

namespace genfuse {

/// file:line:column of a place, with the names (addresses) and the callers that it knows.
std::string placeText(mlir::Location place);

/// Keeps the errors of a context, instead of printing them, for as long as it lives.
class ErrorText {
public:
  explicit ErrorText(mlir::MLIRContext *context);

  /// Throws them as genfuse::Error.
  [[noreturn]] void raise() const;

private:
  mlir::LogicalResult add(mlir::Diagnostic &diagnostic);

  std::string text;
  mlir::ScopedDiagnosticHandler handler;
};

/// Makes `context` append errors to `text`; without it LLVM prints them and ends the process.
void collectErrors(llvm::LLVMContext &context, std::string &text);

} // namespace genfuse
