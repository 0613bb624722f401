// From a module of models to text of any stage, and to kernels.
#pragma once

#include "codegen/CompilePhases.h"
#include "codegen/cpu/Target.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "passes/Pipelines.h"
#include "runtime/Signature.h"
#include "runtime/abi.h"
#include <functional>
#include <memory>
#include <string>

namespace mlir {
class PassManager;
} // namespace mlir

namespace genfuse {

/// Everything that a context needs for the dialects of all stages.
void registerAll(mlir::DialectRegistry &registry);

/// Sees the passes that lead to a stage before they run.
using PassWatcher = std::function<void(mlir::PassManager &, Stage)>;

/// A copy of `models` at a stage, with the signature of its function once it is derived. Throws
/// genfuse::Error with the diagnostics.
struct Lowered {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  Signature signature;
};
Lowered lowerTo(Stage stage, mlir::ModuleOp models, const Specialisation &specialisation,
                const PassWatcher &watch = nullptr);

class CudaLoader;

/// A compiled specialisation: free-threaded, and valid as long as it lives.
class Kernel {
public:
  /// With specialisation.threads the kernel is CUDA text, which `cuda` loads; `options` are for its host
  /// code.
  Kernel(mlir::ModuleOp models, const Specialisation &specialisation, CpuOptions options,
         CudaLoader *cuda = nullptr);
  ~Kernel();

  const Signature &signature() const { return signature_; }
  gf_kernel run() const { return run_; }
  gf_workspace workspace() const { return workspace_; }
  /// From the traced model to a callable kernel.
  double compileMilliseconds() const { return milliseconds; }
  const CompilePhases &phases() const { return phases_; }
  /// Whether the machine code came from the object cache of the options.
  bool fromCache() const;

private:
  struct Body;
  std::unique_ptr<Body> body;
  Signature signature_;
  gf_kernel run_ = nullptr;
  gf_workspace workspace_ = nullptr;
  double milliseconds = 0;
  CompilePhases phases_;
};

} // namespace genfuse
