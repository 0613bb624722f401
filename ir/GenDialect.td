// The `gen` dialect: generative functions and the structured form they are compiled through.

#ifndef GENFUSE_IR_GENDIALECT_TD
#define GENFUSE_IR_GENDIALECT_TD

include "mlir/IR/OpBase.td"

def Gen_Dialect : Dialect {
  let name = "gen";
  let cppNamespace = "::genfuse::gen";
  let summary = "generative functions";
  let description = [{
    Three layers share this dialect; each pass removes ops of one layer (`gen.loop` stays until it is lowered).

    * *Model*: `gen.func`, `gen.param`, `gen.sample`, `gen.call`, `gen.map`. What a user writes. Deterministic
      code between them is `arith`, `math`, `tensor` and the structured ops below. A real number is `f64` here;
      the compile option `real` decides what it becomes. `gen.procedure` and `gen.apply` are programs around
      operations of such functions, `gen.loop` what they (and later functions) repeat.
    * *Derived*: `gen.logpdf`, `gen.draw`, `gen.variable`, `gen.gradient`: one function per interface operation and request,
      with no addresses left to look up.
    * *Structured*: `gen.sweep`, `gen.einsum`, `gen.reduce_max`, `gen.one_hot`, `gen.inverse_cdf`, `gen.special`,
      `gen.random`, `gen.triangular_solve`, `gen.lower_triangle`, `gen.diagonal`, `gen.diagonal_matrix`:
      closed under reverse-mode differentiation and under batching, and what lowering turns into loops.
  }];
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
                           "::mlir::tensor::TensorDialect", "::mlir::func::FuncDialect"];
}

class Gen_Op<string mnemonic, list<Trait> traits = []> : Op<Gen_Dialect, mnemonic, traits>;

def Gen_RealScalar : AnyTypeOf<[F32, F64], "real">;
def Gen_Scalar : AnyTypeOf<[F32, F64, I64, I32, I1, Index], "scalar">;
def Gen_Tensor : RankedTensorOf<[F32, F64, I64, I1]>;
def Gen_RealTensor : RankedTensorOf<[F32, F64]>;
def Gen_Real : AnyTypeOf<[Gen_RealScalar, Gen_RealTensor], "real or tensor of reals">;
def Gen_Value : AnyTypeOf<[Gen_Scalar, Gen_Tensor], "scalar or tensor">;

#endif
