// The model layer: what a user writes.

#ifndef GENFUSE_IR_GENMODELOPS_TD
#define GENFUSE_IR_GENMODELOPS_TD

include "ir/GenDialect.td"
include "mlir/Interfaces/FunctionInterfaces.td"
include "mlir/Interfaces/CallInterfaces.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Gen_FuncOp : Gen_Op<"func", [FunctionOpInterface, IsolatedFromAbove, Symbol, OpAsmOpInterface]> {
  let summary = "generative function";
  let description = [{
    A function whose random choices have addresses. It returns at most one value.

    Constraints:
    * (func_c1) at most one result.
    * (func_c2) arguments and result are scalars (f64, i64, i1) or tensors of them.
    * (func_c3) two choices never have the same address, one is never a prefix of another.
    * (func_c4) values in the body are f64, i64, i1, indices, and tensors of them whose rank is known.
    * (func_c5) where the dimension that a `tensor.dim` asks for is a constant, the tensor has it.

    Example:
    ```mlir
    gen.func @m1(%a: f64) -> f64 {
      %one = arith.constant 1.0 : f64
      %half = arith.constant 0.5 : f64
      %two = arith.constant 2.0 : f64
      %x = gen.sample "x" normal(%a, %one) : (f64, f64) -> f64
      %m = arith.mulf %two, %x : f64
      %y = gen.sample "y" normal(%m, %half) : (f64, f64) -> f64
      %r = arith.addf %x, %y : f64
      gen.return %r : f64
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<FunctionType>:$function_type,
                       OptionalAttr<StrAttr>:$sym_visibility,
                       OptionalAttr<DictArrayAttr>:$arg_attrs, OptionalAttr<DictArrayAttr>:$res_attrs);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::ArrayRef<::mlir::Type> getArgumentTypes() { return getFunctionType().getInputs(); }
    ::mlir::ArrayRef<::mlir::Type> getResultTypes() { return getFunctionType().getResults(); }
    ::mlir::Region *getCallableRegion() { return &getBody(); }
    static ::llvm::StringRef getDefaultDialect() { return "gen"; }
  }];
}

def Gen_ReturnOp : Gen_Op<"return", [Terminator, Pure, ParentOneOf<["FuncOp", "ProcedureOp"]>]> {
  let summary = "return of a generative function or procedure";
  let description = [{
    Constraints:
    * (return_c1) operand types equal the function's result types.
  }];
  let arguments = (ins Variadic<Gen_Value>:$operands);
  let assemblyFormat = "attr-dict ($operands^ `:` type($operands))?";
  let hasVerifier = 1;
}

def Gen_YieldOp : Gen_Op<"yield", [Terminator, Pure, ParentOneOf<["MapOp", "SweepOp", "LoopOp"]>]> {
  let summary = "values of one iteration of a plate, sweep or loop";
  let arguments = (ins Variadic<Gen_Value>:$operands);
  let assemblyFormat = "attr-dict ($operands^ `:` type($operands))?";
}

def Gen_ParamOp : Gen_Op<"param"> {
  let summary = "trainable parameter";
  let description = [{
    The value of a parameter, an array of the caller. Its identity is its path: two functions that name the same
    path share it. A dynamic dimension is given by an operand. `init` is one number (a fill) or one per element;
    the runtime uses it when the caller asks for initial values.

    Constraints:
    * (param_c1) one size operand per dynamic dimension.
    * (param_c2) `init` is absent, has one number, or has one per element of a static shape.
    * (param_c3) the same name has the same type everywhere in a model.

    Example:
    ```mlir
    gen.func @f(%x: tensor<?xf64>) -> f64 {
      %c0 = arith.constant 0 : index
      %d = tensor.dim %x, %c0 : tensor<?xf64>
      %w = gen.param "w"(%d) init [0.0] : tensor<?xf64>
      %r = gen.einsum "i,i->" (%w, %x) : (tensor<?xf64>, tensor<?xf64>) -> f64
      gen.return %r : f64
    }
    ```
  }];
  let arguments = (ins StrAttr:$name, Variadic<Index>:$sizes, OptionalAttr<DenseF64ArrayAttr>:$init);
  let results = (outs Gen_Real:$result);
  let assemblyFormat = "$name (`(` $sizes^ `)`)? (`init` $init^)? attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Gen_SampleOp : Gen_Op<"sample"> {
  let summary = "random choice";
  let description = [{
    Draws a value from a distribution at an address. The address is a path joined by `/`, relative to the
    enclosing function and plates; without one the choice is the enclosing plate's element itself.

    Constraints:
    * (sample_c1) the distribution exists (see docs/status.md).
    * (sample_c2) parameter count, kinds and result are those of the distribution's record.
    * (sample_c3) path components are not empty and are not numbers.
    * (sample_c4) it has no address in a `gen.procedure`; elsewhere without one it stands directly in a `gen.map` and is its
      only choice.

    Example:
    ```mlir
    gen.func @coin(%p: f64) -> i1 {
      %y = gen.sample "y" bernoulli(%p) : (f64) -> i1
      gen.return %y : i1
    }
    ```
  }];
  let arguments = (ins OptionalAttr<StrAttr>:$address, StrAttr:$distribution, Variadic<Gen_Value>:$parameters);
  let results = (outs Gen_Value:$result);
  let assemblyFormat = [{
    ($address^)? custom<Keyword>($distribution) `(` $parameters `)` attr-dict
    `:` functional-type($parameters, $result)
  }];
  let hasVerifier = 1;
}

def Gen_CallOp : Gen_Op<"call", [DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "call of a generative function";
  let description = [{
    The callee's choices become choices of the caller below `address`; without one they are the caller's own.

    Constraints:
    * (call_c1) the callee is a `gen.func`, not the caller and not one that calls it.
    * (call_c2) operand and result types equal the callee's.

    Example:
    ```mlir
    gen.func @inner(%m: f64) -> f64 {
      %one = arith.constant 1.0 : f64
      %x = gen.sample "x" normal(%m, %one) : (f64, f64) -> f64
      gen.return %x : f64
    }
    gen.func @outer(%a: f64) -> f64 {
      %v = gen.call "in" @inner(%a) : (f64) -> f64
      gen.return %v : f64
    }
    ```
  }];
  let arguments = (ins OptionalAttr<StrAttr>:$address, FlatSymbolRefAttr:$callee, Variadic<Gen_Value>:$operands);
  let results = (outs Variadic<Gen_Value>:$results);
  let assemblyFormat = "($address^)? $callee `(` $operands `)` attr-dict `:` functional-type($operands, $results)";
}

def Gen_MapOp : Gen_Op<"map", [SingleBlock, RecursiveMemoryEffects]> {
  let summary = "plate: independent iterations";
  let description = [{
    Runs its body for every index from 0 to `length`. Choices of iteration `i` live below `address/i`. Values from
    above may be used freely. A yielded value is collected along a new first dimension.

    Constraints:
    * (map_c1) the body has one index argument.
    * (map_c2) each result is a tensor of the yielded type with one more leading dimension.
    * (map_c3) path components are not empty and are not numbers.
    * (map_c4) a yielded value has the same size in every iteration: rows of a ragged plate are not collected.

    The length may be that of a row (see `gen.row`): the plate is then ragged.

    Example:
    ```mlir
    gen.func @pl(%s: tensor<?xf64>) -> f64 {
      %zero = arith.constant 0.0 : f64
      %two = arith.constant 2.0 : f64
      %mu = gen.sample "mu" normal(%zero, %two) : (f64, f64) -> f64
      %c0 = arith.constant 0 : index
      %n = tensor.dim %s, %c0 : tensor<?xf64>
      gen.map "y" %i to %n {
        %si = tensor.extract %s[%i] : tensor<?xf64>
        %y = gen.sample normal(%mu, %si) : (f64, f64) -> f64
        gen.yield
      }
      gen.return %mu : f64
    }
    ```
  }];
  let arguments = (ins OptionalAttr<StrAttr>:$address, Index:$length);
  let results = (outs Variadic<Gen_Tensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
}

def Gen_RowOp : Gen_Op<"row", [Pure]> {
  let summary = "one row of ragged data";
  let description = [{
    Rows of different lengths lie one after the other in arrays whose first dimension is `total`. Row `index` is the
    elements `start` to `start + length` of them: `start = offsets[index]`, `length = offsets[index + 1] - start`.
    A `gen.map` to such a length is a ragged plate. Its leaves are flat, `[total, value...]`, and element `j` of the
    row is at `start + j`; addresses are those of plates with equal rows, `rows/0/y/1`.

    The runtime checks at each call that the offsets begin with 0, never decrease and end with `total`. Whatever they
    are, `start` and `start + length` never exceed `total`.

    Constraints:
    * (row_c1) `offsets` is a vector of i64.
    * (row_c2) `offsets` is an argument of the model, with one element more than the plate around has iterations.
    * (row_c3) it stands in an outermost plate, whose index it takes, and so does a plate to its length.
    * (row_c4) `total` is affine in sizes of arguments.
    * (row_c5) values as long as the row, collected by a plate over it, are joined only with such values, and read only
      at the index of a plate over the row.

    Example:
    ```mlir
    gen.func @rows(%s: tensor<?xf64>, %offsets: tensor<?xi64>) {
      %zero = arith.constant 0.0 : f64
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %total = tensor.dim %s, %c0 : tensor<?xf64>
      %ends = tensor.dim %offsets, %c0 : tensor<?xi64>
      %n = arith.subi %ends, %c1 : index
      gen.map "rows" %i to %n {
        %start, %length = gen.row %i of %offsets in %total : tensor<?xi64>
        gen.map "y" %j to %length {
          %at = arith.addi %start, %j : index
          %sij = tensor.extract %s[%at] : tensor<?xf64>
          %y = gen.sample normal(%zero, %sij) : (f64, f64) -> f64
          gen.yield
        }
        gen.yield
      }
      gen.return
    }
    ```
  }];
  let arguments = (ins Index:$index, Gen_Tensor:$offsets, Index:$total);
  let results = (outs Index:$start, Index:$length);
  let assemblyFormat = "$index `of` $offsets `in` $total attr-dict `:` type($offsets)";
  let hasVerifier = 1;
}

#endif
