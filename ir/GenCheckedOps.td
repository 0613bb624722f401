// Ops that only checked and counting kernels have: conditions that end a call, and counters of log densities.

#ifndef GENFUSE_IR_GENCHECKEDOPS_TD
#define GENFUSE_IR_GENCHECKEDOPS_TD

include "ir/GenAttrs.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Gen_CheckedValue : AnyTypeOf<[F32, F64, I64, Index], "number">;

def Gen_CheckOp : Gen_Op<"check", [MemoryEffects<[MemWrite]>, AttrSizedOperandSegments]> {
  let summary = "what has to hold at run time";
  let description = [{
    Where `ok` is false the call fails, with the text `message` about this iteration. In the text `{0}`, `{1}`, ... stand
    for `indices`, `{v}` and `{b}` for the values (what came, and the bound it has to keep), `{i}` for ` in instance N`
    where the call has several, and `{{` for a brace. Of all failures of a call the first one counts: that of the lowest
    instance, then of the lowest `number`, then of the lowest indices. The op has an effect, so that no pass
    drops, merges or speculates it; it stands only in functions that compute nothing else (`gen-check`).

    Constraints:
    * (check_c1) one or two values: what came, and its bound.

    Example:
    ```mlir
    func.func @f(%x: tensor<?xf64>, %i: index, %zero: f64) {
      %xi = tensor.extract %x[%i] : tensor<?xf64>
      %ok = arith.cmpf ogt, %xi, %zero : f64
      gen.check %ok number 0 "m.mlir:1:2: element {0}: expected a positive number, got {v}{i}" at [%i] of (%xi) : f64
      return
    }
    ```
  }];
  let arguments = (ins I1:$ok, Variadic<Index>:$indices, Variadic<Gen_CheckedValue>:$values, I64Attr:$number,
                       StrAttr:$message);
  let assemblyFormat = [{
    $ok `number` $number $message (`at` `[` $indices^ `]`)? `of` `(` $values `)` attr-dict `:` type($values)
  }];
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

def Gen_CountedOp : Gen_Op<"counted", [Pure, AllTypesMatch<["value", "result"]>]> {
  let summary = "a value whose evaluations are counted";
  let description = [{
    Returns `value`. In a kernel it adds one to the counter `name` for each iteration that computes it: a value that no
    result needs counts nothing, one that left a sweep counts once. `gen-count` marks log densities with it.

    Example:
    ```mlir
    func.func @f(%x: f64) -> f64 {
      %y = gen.counted "y/*" %x : f64
      return %y : f64
    }
    ```
  }];
  let arguments = (ins StrAttr:$name, Gen_RealScalar:$value);
  let results = (outs Gen_RealScalar:$result);
  let assemblyFormat = "$name $value attr-dict `:` type($value)";
}

#endif
