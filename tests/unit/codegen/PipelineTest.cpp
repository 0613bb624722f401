#include "codegen/cpu/Pipeline.h"
#include "Kernels.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassRegistry.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace genfuse;
using namespace genfuse::test;
using testing::HasSubstr;
using testing::Not;

namespace {

/// The text of a kernel after a pipeline as genfuse-opt would run it; the message of the error where it
/// fails.
std::string after(const std::string &pipeline, const std::string &body) {
  static const bool registered = (registerCpuPasses(), true);
  (void)registered;
  auto module = parse(mapKernel("k", "f32", 32, body));
  mlir::DialectRegistry registry;
  registerCpuBackend(registry);
  module->getContext()->appendDialectRegistry(registry);
  std::string text;
  mlir::ScopedDiagnosticHandler handler(module->getContext(),
                                        [&](mlir::Diagnostic &diagnostic) { text += diagnostic.str(); });
  mlir::PassManager passes(module->getContext());
  EXPECT_TRUE(mlir::succeeded(mlir::parsePassPipeline(pipeline, passes)));
  if (mlir::succeeded(passes.run(*module)))
    llvm::raw_string_ostream(text) << **module;
  return text;
}

TEST(Pipeline, MathBecomesCallsOfRegisterWidth) {
  std::string text = after("gen-math-to-device{target=x86-64-v4}", "%r = math.exp %x : !v");
  EXPECT_THAT(text, HasSubstr("func.func private @gf_exp_f32x16(vector<16xf32>) -> vector<16xf32>"));
  EXPECT_THAT(text, HasSubstr("vector.extract_strided_slice"));
  EXPECT_THAT(text, HasSubstr("vector.insert_strided_slice"));
  EXPECT_THAT(text, Not(HasSubstr("math.exp")));
}

TEST(Pipeline, AllBecomesTheLLVMDialect) {
  std::string text = after("gen-cpu-to-llvm{target=x86-64-v3}", "%r = math.exp %x : !v");
  EXPECT_THAT(text, HasSubstr("llvm.call @gf_exp_f32x8"));
  for (const char *dialect : {"func.", "scf.", "arith.", "math.", "memref.", "unrealized_conversion_cast"})
    EXPECT_THAT(text, Not(HasSubstr(dialect)));
}

TEST(Pipeline, UnknownTargetsAreErrors) {
  EXPECT_EQ(after("gen-math-to-device{target=mips}", "%r = math.exp %x : !v"),
            "expected a cpu target native, x86-64-v4 or x86-64-v3, got 'mips'");
}

TEST(Pipeline, ReductionsAndTransposesOfBlocksAreLowered) {
  std::string text = after("gen-cpu-to-llvm", R"(
    %block = vector.shape_cast %x : !v to vector<4x8xf32>
    %turned = vector.transpose %block, [1, 0] : vector<4x8xf32> to vector<8x4xf32>
    %zero = arith.constant dense<0.0> : vector<4xf32>
    %sums = vector.multi_reduction <add>, %turned, %zero [0] : vector<8x4xf32> to vector<4xf32>
    %s = vector.reduction <add>, %sums : vector<4xf32> into f32
    %r = vector.broadcast %s : f32 to !v)");
  EXPECT_THAT(text, HasSubstr("llvm.func @k("));
  EXPECT_THAT(text, Not(HasSubstr(" vector.")));
}

} // namespace
