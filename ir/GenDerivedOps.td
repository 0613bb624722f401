// The derived layer: an operation of the interface, specialised to a request.

#ifndef GENFUSE_IR_GENDERIVEDOPS_TD
#define GENFUSE_IR_GENDERIVEDOPS_TD

include "ir/GenAttrs.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Gen_LogPdfOp : Gen_Op<"logpdf", [Pure, AttrSizedOperandSegments]> {
  let summary = "log density of a value";
  let description = [{
    The log density of `value` under a distribution; minus infinity outside the support. `position` are the plate
    indices of the choice (outermost first), for messages; they do not enter the value.

    Constraints:
    * (logpdf_c1) the distribution exists; value and parameters are those of its record.

    Example:
    ```mlir
    func.func @f(%x: f64, %mu: f64, %sigma: f64) -> f64 {
      %l = gen.logpdf normal(%mu, %sigma) of %x : f64, (f64, f64) -> f64
      return %l : f64
    }
    ```
  }];
  let arguments = (ins StrAttr:$distribution, Gen_Value:$value, Variadic<Gen_Value>:$parameters,
                       Variadic<Index>:$position);
  let results = (outs Gen_RealScalar:$result);
  let assemblyFormat = [{
    custom<Keyword>($distribution) `(` $parameters `)` `of` $value (`at` `[` $position^ `]`)? attr-dict
    `:` type($value) `,` functional-type($parameters, $result)
  }];
  let hasVerifier = 1;
}

def Gen_DrawOp : Gen_Op<"draw", [Pure, AttrSizedOperandSegments]> {
  let summary = "draw from a distribution";
  let description = [{
    A value drawn with the random words of `stream` at plate indices `position` (outermost first) for `instance`.

    Constraints:
    * (draw_c1) the distribution exists; parameters and result are those of its record.

    Example:
    ```mlir
    func.func @f(%seed: i64, %instance: index, %mu: f64, %sigma: f64) -> f64 {
      %x = gen.draw normal(%mu, %sigma) seed %seed instance %instance stream <scope = 0, slot = 0, single = true>
        : (f64, f64) -> f64
      return %x : f64
    }
    ```
  }];
  let arguments = (ins StrAttr:$distribution, Variadic<Gen_Value>:$parameters, I64:$seed, Index:$instance,
                       Variadic<Index>:$position, Gen_StreamAttr:$stream);
  let results = (outs Gen_Value:$result);
  let assemblyFormat = [{
    custom<Keyword>($distribution) `(` $parameters `)` `seed` $seed `instance` $instance
    (`at` `[` $position^ `]`)? `stream` $stream attr-dict `:` functional-type($parameters, $result)
  }];
  let hasVerifier = 1;
}

def Gen_VariableOp : Gen_Op<"variable", [Pure, SameOperandsAndResultType]> {
  let summary = "a value to differentiate by";
  let description = [{
    Its operand, told apart from all other values by `number`: where two inputs of an applied operation happen to be the
    same value (or constant), the gradients with respect to them still differ. `gen-differentiate` removes it.

    Example:
    ```mlir
    func.func @f(%x: f64) -> (f64, f64) {
      %a = gen.variable 0 of %x : f64
      %b = gen.variable 1 of %x : f64
      %p = arith.mulf %a, %b : f64
      %q = arith.mulf %p, %b : f64
      %d:2 = gen.gradient %q wrt(%a, %b) : (f64, f64, f64) -> (f64, f64)
      return %d#0, %d#1 : f64, f64
    }
    ```
  }];
  let arguments = (ins I64Attr:$number, Gen_Real:$operand);
  let results = (outs Gen_Real:$result);
  let assemblyFormat = "$number `of` $operand attr-dict `:` type($operand)";
}

def Gen_GradientOp : Gen_Op<"gradient", [Pure]> {
  let summary = "gradient of a scalar";
  let description = [{
    The partial derivatives of `objective` with respect to each of `wrt`, which are values that the objective is
    computed from. With `drop_constants` the objective may lose summands that depend on none of them. `gen-differentiate` replaces it by reverse-mode code.

    Constraints:
    * (gradient_c1) result types equal the types of `wrt`.

    Example:
    ```mlir
    func.func @f(%x: f64, %mu: f64, %sigma: f64) -> f64 {
      %l = gen.logpdf normal(%mu, %sigma) of %x : f64, (f64, f64) -> f64
      %d = gen.gradient %l wrt(%x) : (f64, f64) -> f64
      return %d : f64
    }
    ```
  }];
  let arguments = (ins Gen_RealScalar:$objective, Variadic<Gen_Real>:$wrt, UnitAttr:$drop_constants);
  let results = (outs Variadic<Gen_Real>:$results);
  let assemblyFormat = [{
    $objective `wrt` `(` $wrt `)` (`drop_constants` $drop_constants^)? attr-dict
    `:` functional-type(operands, $results)
  }];
  let hasVerifier = 1;
}

#endif
