#include "Kernels.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Parser/Parser.h"
#include "runtime/Error.h"
#include <gtest/gtest.h>

namespace genfuse::test {

namespace {

constexpr const char *frame = R"(
!v = vector<{W}x{T}>
!m = memref<?x{T}>
!d = !llvm.struct<(ptr, ptr, i64, array<1 x i64>, array<1 x i64>)>
{D}
func.func private @pointer(%pointers: !llvm.ptr, %k: i64) -> !llvm.ptr {
  %q = llvm.getelementptr %pointers[%k] : (!llvm.ptr, i64) -> !llvm.ptr, !llvm.ptr
  %p = llvm.load %q : !llvm.ptr -> !llvm.ptr
  return %p : !llvm.ptr
}
func.func private @array(%pointers: !llvm.ptr, %k: i64, %n: i64) -> !m {
  %p = func.call @pointer(%pointers, %k) : (!llvm.ptr, i64) -> !llvm.ptr
  %zero = llvm.mlir.constant(0 : i64) : i64
  %one = llvm.mlir.constant(1 : i64) : i64
  %e0 = llvm.mlir.poison : !d
  %e1 = llvm.insertvalue %p, %e0[0] : !d
  %e2 = llvm.insertvalue %p, %e1[1] : !d
  %e3 = llvm.insertvalue %zero, %e2[2] : !d
  %e4 = llvm.insertvalue %n, %e3[3, 0] : !d
  %e5 = llvm.insertvalue %one, %e4[4, 0] : !d
  %m = builtin.unrealized_conversion_cast %e5 : !d to !m
  return %m : !m
}
func.func private @body(%a: {T}, %x: !v, %y: !v, %i: index) -> !v {
  {B}
  return %r : !v
}
func.func @{N}(%pointers: !llvm.ptr, %dims: !llvm.ptr, %strides: !llvm.ptr, %call: !llvm.ptr) -> i32 {
  %n = llvm.load %dims : !llvm.ptr -> i64
  %beginAt = llvm.getelementptr %call[24] : (!llvm.ptr) -> !llvm.ptr, i8
  %endAt = llvm.getelementptr %call[32] : (!llvm.ptr) -> !llvm.ptr, i8
  %begin64 = llvm.load %beginAt : !llvm.ptr -> i64
  %end64 = llvm.load %endAt : !llvm.ptr -> i64
  %begin = arith.index_cast %begin64 : i64 to index
  %end = arith.index_cast %end64 : i64 to index
  %k0 = arith.constant 0 : i64
  %k1 = arith.constant 1 : i64
  %k2 = arith.constant 2 : i64
  %k3 = arith.constant 3 : i64
  %ap = func.call @pointer(%pointers, %k0) : (!llvm.ptr, i64) -> !llvm.ptr
  %a = llvm.load %ap : !llvm.ptr -> {T}
  %x = func.call @array(%pointers, %k1, %n) : (!llvm.ptr, i64, i64) -> !m
  %y = func.call @array(%pointers, %k2, %n) : (!llvm.ptr, i64, i64) -> !m
  %z = func.call @array(%pointers, %k3, %n) : (!llvm.ptr, i64, i64) -> !m
  %W = arith.constant {W} : index
  %c0 = arith.constant 0 : index
  %count = arith.subi %end, %begin : index
  %tail = arith.remui %count, %W : index
  %full = arith.subi %end, %tail : index
  scf.for %i = %begin to %full step %W {
    %vx = vector.load %x[%i] : !m, !v
    %vy = vector.load %y[%i] : !m, !v
    %r = func.call @body(%a, %vx, %vy, %i) : ({T}, !v, !v, index) -> !v
    vector.store %r, %z[%i] : !m, !v
  }
  %any = arith.cmpi ugt, %tail, %c0 : index
  scf.if %any {
    %zero = arith.constant dense<0.0> : !v
    %m = vector.create_mask %tail : vector<{W}xi1>
    %vx = vector.maskedload %x[%full], %m, %zero : !m, vector<{W}xi1>, !v into !v
    %vy = vector.maskedload %y[%full], %m, %zero : !m, vector<{W}xi1>, !v into !v
    %r = func.call @body(%a, %vx, %vy, %full) : ({T}, !v, !v, index) -> !v
    vector.maskedstore %z[%full], %m, %r : !m, vector<{W}xi1>, !v
  }
  %ok = arith.constant 0 : i32
  return %ok : i32
}
func.func @{N}_workspace(%dims: !llvm.ptr, %call: !llvm.ptr) -> i64 {
  %bytes = arith.constant 0 : i64
  return %bytes : i64
}
)";

std::string replaceAll(std::string text, const std::string &from, const std::string &to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

mlir::MLIRContext *context() {
  static mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.loadDialect<mlir::arith::ArithDialect, mlir::func::FuncDialect, mlir::LLVM::LLVMDialect,
                      mlir::math::MathDialect, mlir::memref::MemRefDialect, mlir::scf::SCFDialect,
                      mlir::ub::UBDialect, mlir::vector::VectorDialect>();
  return &context;
}

} // namespace

const char *const axpyBody = R"(
  %av = vector.broadcast %a : {T} to !v
  %r = math.fma %av, %x, %y : !v)";

std::string mapKernel(const std::string &name, const std::string &type, int width, const std::string &body,
                      const std::string &declarations) {
  std::string text = replaceAll(replaceAll(frame, "{B}", body), "{D}", declarations);
  return replaceAll(replaceAll(replaceAll(text, "{N}", name), "{T}", type), "{W}", std::to_string(width));
}

mlir::OwningOpRef<mlir::ModuleOp> parse(const std::string &text) {
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, context(), "kernel.mlir");
  EXPECT_TRUE(module) << text;
  return module;
}

std::string errorOf(const std::string &text, const CpuOptions &options) {
  try {
    CpuJit jit(*parse(text), options);
  } catch (const Error &error) {
    return error.what();
  }
  return "";
}

} // namespace genfuse::test
