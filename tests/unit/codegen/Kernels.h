// Hand-written kernels at the lowered level, and a way to call them.
#pragma once

#include "codegen/cpu/Jit.h"
#include "codegen/cpu/Object.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "runtime/abi.h"
#include <string>
#include <vector>

namespace genfuse::test {

/// A kernel `name` over arrays a (rank 0), x, y and z: z[i] = body(a, x[i], y[i]) for the instances of the
/// call, in lanes of `width` with one masked tail. `body` is text that gives %r : !v from %a : T, %x, %y : !v
/// and %i : index;
/// `{T}` and `{W}` in it stand for type and width. `declarations` go to the module.
std::string mapKernel(const std::string &name, const std::string &type, int width, const std::string &body,
                      const std::string &declarations = "");

extern const char *const axpyBody; ///< a x + y, fused

/// Text parsed in the context of this process's tests; fails the test where it is wrong.
mlir::OwningOpRef<mlir::ModuleOp> parse(const std::string &text);

/// Calls a kernel of mapKernel for the instances [begin, end) and gives z, which starts as all -7.
template <class T>
std::vector<T> runMap(const CpuKernel &kernel, T a, std::vector<T> x, std::vector<T> y, int64_t begin,
                      int64_t end) {
  std::vector<T> z(x.size(), T(-7));
  void *pointers[] = {&a, x.data(), y.data(), z.data()};
  auto n = static_cast<int64_t>(x.size());
  int64_t dims[] = {n, n, n}, strides[] = {1, 1, 1};
  gf_call call = {};
  call.abi_version = GF_ABI_VERSION;
  call.instances = n;
  call.begin = begin;
  call.end = end;
  if (kernel.workspace(dims, &call) != 0 || kernel.run(pointers, dims, strides, &call) != GF_OK)
    return {};
  return z;
}

/// The message of the error that compiling `text` throws; empty if it throws none.
std::string errorOf(const std::string &text, const CpuOptions &options = {});

} // namespace genfuse::test
