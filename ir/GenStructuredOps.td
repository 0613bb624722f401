// The structured layer: closed under reverse-mode differentiation and under batching.

#ifndef GENFUSE_IR_GENSTRUCTUREDOPS_TD
#define GENFUSE_IR_GENSTRUCTUREDOPS_TD

include "ir/GenAttrs.td"
include "mlir/Interfaces/LoopLikeInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Gen_SweepOp : Gen_Op<"sweep", [SingleBlock, RecursiveMemoryEffects, RecursivelySpeculatable,
                                   DeclareOpInterfaceMethods<LoopLikeOpInterface>]> {
  let summary = "one pass over independent iterations";
  let description = [{
    Runs its body for every index from 0 to `length`, in any order. Of the yielded values the first `num_sums` are
    summed over the iterations; the others are collected along a new dimension, the first one, or the last one
    if `stack_last` is set (instances: a trace leaf is `[element...][instance]`).

    `lanes` is the mapping: that many consecutive iterations run in SIMD lanes (or in the threads of a warp); a sweep
    without it runs one iteration after the other. A sum may be wider than the yielded type: sums of reals are
    formed in f64 from tiles of at most 1024 iterations.

    Constraints:
    * (sweep_c1) the body has one index argument.
    * (sweep_c2) the body yields one value per result.
    * (sweep_c3) a sum has the type of its yielded value, or f64 where f32 is yielded.
    * (sweep_c4) a stack has the yielded type with one more dimension.

    Example:
    ```mlir
    func.func @f(%x: tensor<?xf64>, %n: index) -> (f64, tensor<?xf64>) {
      %s, %y = gen.sweep %i to %n sums(f64) stacks(tensor<?xf64>) {
        %xi = tensor.extract %x[%i] : tensor<?xf64>
        %q = arith.mulf %xi, %xi : f64
        gen.yield %q, %q : f64, f64
      }
      return %s, %y : f64, tensor<?xf64>
    }
    ```
  }];
  let arguments = (ins Index:$length, I64Attr:$num_sums, OptionalAttr<I64Attr>:$lanes, UnitAttr:$stack_last);
  let results = (outs Variadic<Gen_Value>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
  let builders = [OpBuilder<(ins "::mlir::TypeRange":$results, "::mlir::Value":$length, "int64_t":$numSums)>];
  let extraClassDeclaration = [{
    ::mlir::Block *getBlock() { return &getBody().front(); }
    ::mlir::Value getIndex() { return getBlock()->getArgument(0); }
    ::genfuse::gen::YieldOp getYield();
    ::mlir::ValueRange getSums() { return getResults().take_front(getNumSums()); }
    ::mlir::ValueRange getStacks() { return getResults().drop_front(getNumSums()); }
  }];
}

def Gen_EinsumOp : Gen_Op<"einsum", [Pure]> {
  let summary = "sum of products over named dimensions";
  let description = [{
    Each operand's dimensions are named by letters; the result is the sum over the letters that do not appear after
    the arrow. Dot products, matrix products, outer products, transposition and sums are all this one op, and
    so are their derivatives. With `ordered` the products of a result are added in the order of the summed indices under
    every mapping: draws that are computed so have the same bits everywhere.

    Constraints:
    * (einsum_c1) the specification has one letter group per operand and one for the result.
    * (einsum_c2) a group has as many letters as its value has dimensions, none twice.
    * (einsum_c3) every letter of the result appears in an operand.
    * (einsum_c4) equal letters have equal static sizes.

    Example:
    ```mlir
    func.func @matvec(%w: tensor<10x?xf64>, %x: tensor<?xf64>) -> tensor<10xf64> {
      %l = gen.einsum "kd,d->k" (%w, %x) : (tensor<10x?xf64>, tensor<?xf64>) -> tensor<10xf64>
      return %l : tensor<10xf64>
    }
    ```
  }];
  let arguments = (ins StrAttr:$spec, Variadic<Gen_Real>:$operands, UnitAttr:$ordered);
  let results = (outs Gen_Real:$result);
  let assemblyFormat = [{
    (`ordered` $ordered^)? $spec `(` $operands `)` attr-dict `:` functional-type($operands, $result)
  }];
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
  let extraClassDeclaration = [{
    /// Letters of operand `i`, and of the result.
    ::llvm::StringRef getLetters(unsigned i);
    ::llvm::StringRef getResultLetters();
  }];
}

def Gen_PlaceOp : Gen_Op<"place", [Pure]> {
  let summary = "a row of ragged data in its place, zero elsewhere";
  let description = [{
    A tensor with `total` rows that has `row` at `start` and is zero elsewhere. `start` is that of a `gen.row`, or an
    element within it; what would lie beyond the end of the row is left out. A sweep over all rows sums them to the
    whole; as rows do not overlap, `gen-lower` writes them where they belong and adds nothing.

    Constraints:
    * (place_c1) the result has the type of `row`, with a first dimension of any size.
    * (place_c2) `start` is that of a `gen.row`, or `arith.addi` of it and how many elements of the row come before.

    Example:
    ```mlir
    func.func @f(%x: tensor<?xf64>, %offsets: tensor<?xi64>, %n: index) -> tensor<?xf64> {
      %c0 = arith.constant 0 : index
      %total = tensor.dim %x, %c0 : tensor<?xf64>
      %all = gen.sweep %i to %n sums(tensor<?xf64>) {
        %start, %length = gen.row %i of %offsets in %total : tensor<?xi64>
        %row = gen.sweep %j to %length stacks(tensor<?xf64>) {
          %at = arith.addi %start, %j : index
          %xij = tensor.extract %x[%at] : tensor<?xf64>
          %y = arith.addf %xij, %xij : f64
          gen.yield %y : f64
        }
        %placed = gen.place %row at %start of %total : tensor<?xf64> -> tensor<?xf64>
        gen.yield %placed : tensor<?xf64>
      }
      return %all : tensor<?xf64>
    }
    ```
  }];
  let arguments = (ins Gen_Tensor:$row, Index:$start, Index:$total);
  let results = (outs Gen_Tensor:$result);
  let assemblyFormat = "$row `at` $start `of` $total attr-dict `:` type($row) `->` type($result)";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The row that the values are put into.
    RowOp getOrigin();
    /// How many elements of the row come before them; null if none.
    mlir::Value getSkipped();
  }];
}

def Gen_ReduceMaxOp : Gen_Op<"reduce_max", [Pure]> {
  let summary = "largest element";
  let description = [{
    The largest element of a tensor of rank 1. With `detached` it counts as a constant when differentiated (the shift
    of a logsumexp); otherwise its derivative is shared equally among the largest elements.

    Example:
    ```mlir
    func.func @f(%x: tensor<?xf64>) -> f64 {
      %m = gen.reduce_max %x : tensor<?xf64> -> f64
      return %m : f64
    }
    ```
  }];
  let arguments = (ins Gen_RealTensor:$operand, UnitAttr:$detached);
  let results = (outs Gen_RealScalar:$result);
  let assemblyFormat = "(`detached` $detached^)? $operand attr-dict `:` type($operand) `->` type($result)";
}

def Gen_OneHotOp : Gen_Op<"one_hot", [Pure, AttrSizedOperandSegments]> {
  let summary = "a value at one index, zero elsewhere";
  let description = [{
    The adjoint of `tensor.extract` with run-time indices: `value` at `indices`, zero elsewhere. Dynamic sizes are
    operands. Indices out of range stand for the last element.

    Example:
    ```mlir
    func.func @f(%v: f64, %i: index) -> tensor<10xf64> {
      %t = gen.one_hot %v at [%i] : f64 -> tensor<10xf64>
      return %t : tensor<10xf64>
    }
    ```
  }];
  let arguments = (ins Gen_RealScalar:$value, Variadic<Index>:$indices, Variadic<Index>:$sizes);
  let results = (outs Gen_RealTensor:$result);
  let assemblyFormat = [{
    $value `at` `[` $indices `]` (`sizes` `(` $sizes^ `)`)? attr-dict `:` type($value) `->` type($result)
  }];
  let hasVerifier = 1;
}

def Gen_ConcatOp : Gen_Op<"concat", [Pure]> {
  let summary = "one tensor after another";
  let description = [{
    The elements of `first`, then those of `second`, along the first dimension: what a plate that has grown collects.

    Constraints:
    * (concat_c1) both and the result have the same element type and, but for the first dimension, the same shape.
    * (concat_c2) a static first dimension of the result is the sum of static ones.

    Example:
    ```mlir
    func.func @f(%x: tensor<?xf64>, %y: tensor<?xf64>) -> tensor<?xf64> {
      %z = gen.concat %x, %y : tensor<?xf64>, tensor<?xf64> -> tensor<?xf64>
      return %z : tensor<?xf64>
    }
    ```
  }];
  let arguments = (ins Gen_Tensor:$first, Gen_Tensor:$second);
  let results = (outs Gen_Tensor:$result);
  let assemblyFormat = "$first `,` $second attr-dict `:` type($first) `,` type($second) `->` type($result)";
  let hasVerifier = 1;
}

def Gen_InverseCdfOp : Gen_Op<"inverse_cdf", [Pure]> {
  let summary = "index of a discrete distribution's quantile";
  let description = [{
    The first k with u * sum(weights) < weights[0] + ... + weights[k] (the last k of positive weight if rounding leaves none).

    Example:
    ```mlir
    func.func @f(%w: tensor<?xf64>, %u: f64) -> i64 {
      %k = gen.inverse_cdf %w, %u : tensor<?xf64>, f64
      return %k : i64
    }
    ```
  }];
  let arguments = (ins Gen_RealTensor:$weights, Gen_RealScalar:$u);
  let results = (outs I64:$result);
  let assemblyFormat = "$weights `,` $u attr-dict `:` type($weights) `,` type($u)";
}

def Gen_SpecialOp : Gen_Op<"special", [Pure, SameOperandsAndResultType] # ElementwiseMappable.traits> {
  let summary = "special function of the device library";
  let description = [{
    A function that `math` lacks, of scalars or elementwise: `lgamma` (log |gamma(x)|), `digamma`, `sinpi`, `cospi`, and
    the parts of densities of runtime/device/saddle.h: `stirling`, `half_step`, `deviance` and `log1p_square`; and, for
    samplers, `at_least_normal`, its operand but at least the smallest normal number. All but the derivatives
    (`digamma`, `stirling_slope`, `half_step_slope`, `deviance_slope`), `sinpi`, `cospi` and `at_least_normal` can be
    differentiated.

    Constraints:
    * (special_c1) `kind` is a function of ir/SpecialFunctions.h.
    * (special_c2) There are as many operands as the function takes.

    Example:
    ```mlir
    func.func @f(%n: f64, %y: f64) -> (f64, f64) {
      %l = gen.special lgamma(%n) : f64
      %d = gen.special deviance(%n, %y) : f64
      return %l, %d : f64, f64
    }
    ```
  }];
  let arguments = (ins StrAttr:$kind, Variadic<Gen_Real>:$operands);
  let results = (outs Gen_Real:$result);
  let assemblyFormat = "custom<Keyword>($kind) `(` $operands `)` attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Gen_RandomOp : Gen_Op<"random", [Pure, AttrSizedOperandSegments]> {
  let summary = "random variate";
  let description = [{
    A variate by Philox4x32-10 with key `seed` and a counter made of instance, position and stream (docs/decisions.md,
    decision 1). `uniform` (standard, in the open interval (0, 1)) and `normal` (standard) take the words of their
    counter. The other kinds have a random stream of their own, in which `element` (0 if it is not given) numbers the
    variates of one draw; variates that differ in nothing but the kind are not independent:

    | kind | parameters | variate |
    | --- | --- | --- |
    | `stream_normal` | | standard normal |
    | `gamma`, `log_gamma` | shape | gamma with scale 1, or its logarithm, which does not underflow |
    | `beta` | alpha, beta | in the open interval (0, 1); takes the elements 2 `element` and 2 `element` + 1 |
    | `poisson` | rate | a whole number, as a real |
    | `binomial` | n (a real), p | a whole number, as a real |
    | `integer` | low, high (i64) | i64 in low .. high; low if high is below low |

    A parameter outside its domain gives NaN.

    Constraints:
    * (random_c1) `kind` is one of these.
    * (random_c2) There are as many parameters as the kind takes, of the result's type.
    * (random_c3) The result is an i64 for `integer`, a real otherwise.
    * (random_c4) `uniform` and `normal` have no element.

    Example:
    ```mlir
    func.func @f(%seed: i64, %instance: index, %shape: f64, %k: index) -> (f64, f64) {
      %u = gen.random uniform seed %seed instance %instance stream <scope = 0, slot = 0, single = true> : f64
      %g = gen.random gamma(%shape : f64) seed %seed instance %instance element %k
        stream <scope = 0, slot = 1, single = false> : f64
      return %u, %g : f64, f64
    }
    ```
  }];
  let arguments = (ins StrAttr:$kind, Variadic<AnyTypeOf<[Gen_RealScalar, I64]>>:$parameters, I64:$seed, Index:$instance,
                       Variadic<Index>:$position, Optional<Index>:$element, Gen_StreamAttr:$stream);
  let results = (outs AnyTypeOf<[Gen_RealScalar, I64]>:$result);
  let assemblyFormat = [{
    custom<Keyword>($kind) (`(` $parameters^ `:` type($parameters) `)`)? `seed` $seed
    `instance` $instance (`at` `[` $position^ `]`)? (`element` $element^)? `stream` $stream attr-dict `:` type($result)
  }];
  let hasVerifier = 1;
}

#endif
