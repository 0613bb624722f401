// Kernels in this process.
#pragma once

#include "codegen/cpu/Target.h"
#include "mlir/IR/BuiltinOps.h"
#include "runtime/abi.h"
#include <map>
#include <memory>
#include <string>

namespace genfuse {

/// The two functions of a kernel.
struct CpuKernel {
  gf_kernel run = nullptr;
  gf_workspace workspace = nullptr;
};

/// The kernels of one lowered module. They live as long as this object; they are re-entrant, and `find` and
/// they may be called from any thread. Compile modules of one MLIRContext from one thread at a time.
class CpuJit {
public:
  /// What the code may refer to outside of itself, by symbol.
  using Symbols = std::map<std::string, void *>;

  /// Compiles a copy of `lowered`. Throws genfuse::Error, also where this machine is below the wanted target.
  explicit CpuJit(mlir::ModuleOp lowered, CpuOptions options = {}, const Symbols &symbols = {});
  /// Loads an object file that compileObject made, which is how a cache of kernels would.
  explicit CpuJit(std::string object, const Symbols &symbols = {});
  ~CpuJit();
  CpuJit(CpuJit &&) noexcept;
  CpuJit &operator=(CpuJit &&) noexcept;

  /// Whether the code came from the cache of the options.
  bool fromCache() const { return fromCache_; }

  /// The kernel `name` with `name_workspace`. Throws genfuse::Error where one is not there.
  CpuKernel find(const std::string &name) const;

private:
  struct Body;
  std::unique_ptr<Body> body;
  bool fromCache_ = false;
};

} // namespace genfuse
