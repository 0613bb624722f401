// genfuse-opt: runs passes over text, for tests and for looking.
#include "codegen/cpu/Pipeline.h"
#include "codegen/cuda/PrintPass.h"
#include "ir/Gen.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "passes/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<genfuse::gen::GenDialect, mlir::arith::ArithDialect, mlir::func::FuncDialect,
                  mlir::math::MathDialect, mlir::tensor::TensorDialect, mlir::scf::SCFDialect,
                  mlir::memref::MemRefDialect, mlir::vector::VectorDialect, mlir::LLVM::LLVMDialect,
                  mlir::ub::UBDialect, mlir::cf::ControlFlowDialect>();
  mlir::registerTransformsPasses();
  genfuse::registerGenfusePasses();
  genfuse::registerCpuPasses();
  genfuse::registerCudaPasses();
  genfuse::registerCpuBackend(registry);
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "genfuse optimiser\n", registry));
}
