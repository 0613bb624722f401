// Procedures: programs around operations of the interface, such as a chain of HMC steps.

#ifndef GENFUSE_IR_GENPROCEDUREOPS_TD
#define GENFUSE_IR_GENPROCEDUREOPS_TD

include "ir/GenDialect.td"
include "mlir/Interfaces/FunctionInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/LoopLikeInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/SymbolInterfaces.td"

def Gen_ProcedureOp : Gen_Op<"procedure", [FunctionOpInterface, IsolatedFromAbove, Symbol, OpAsmOpInterface]> {
  let summary = "program around operations of generative functions";
  let description = [{
    A function that applies operations of the interface (`gen.apply`), repeats itself with what it carries
    (`gen.loop`), and draws random numbers of its own (`gen.sample` without an address). It has no trace: the request
    `run()` makes one kernel of all of it. Each result has a name, its attribute `gen.name`.

    Constraints:
    * (procedure_c1) arguments and results are scalars (f64, i64, i1) or tensors of them.
    * (procedure_c2) each result has a name, no two the same.

    Example:
    ```mlir
    gen.func @m1(%a: f64 {gen.name = "a"}) {
      %one = arith.constant 1.0 : f64
      %x = gen.sample "x" normal(%a, %one) : (f64, f64) -> f64
      gen.return
    }
    gen.procedure @ascent(%a: f64 {gen.name = "a"}, %start: f64 {gen.name = "start"}) -> (f64 {gen.name = "x"}) {
      %rate = arith.constant 0.1 : f64
      %n = arith.constant 100 : index
      %last = gen.loop %i to %n carry(%x = %start : f64) {
        %g = gen.apply @m1 "gradient(x)" ["argument a", "choice x"](%a, %x) ["choice_gradient x"] : (f64, f64) -> f64
        %step = arith.mulf %rate, %g : f64
        %next = arith.addf %x, %step : f64
        gen.yield %next : f64
      }
      gen.return %last : f64
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<FunctionType>:$function_type,
                       OptionalAttr<StrAttr>:$sym_visibility,
                       OptionalAttr<DictArrayAttr>:$arg_attrs, OptionalAttr<DictArrayAttr>:$res_attrs);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::ArrayRef<::mlir::Type> getArgumentTypes() { return getFunctionType().getInputs(); }
    ::mlir::ArrayRef<::mlir::Type> getResultTypes() { return getFunctionType().getResults(); }
    ::mlir::Region *getCallableRegion() { return &getBody(); }
    static ::llvm::StringRef getDefaultDialect() { return "gen"; }
  }];
}

def Gen_LoopOp : Gen_Op<"loop", [SingleBlock, RecursiveMemoryEffects,
                                 DeclareOpInterfaceMethods<LoopLikeOpInterface>]> {
  let summary = "iterations one after the other";
  let description = [{
    Runs its body for every index from 0 to `length`, in order. Values that are carried start as `starts` and are, in
    each iteration, what the one before yielded; the results are those of the last one. What is yielded after them is
    collected along a new first dimension, one row an iteration. Carried tensors keep their sizes.

    Constraints:
    * (loop_c1) the body has an index argument, and one of the type of each carried value.
    * (loop_c2) the body yields a value of the type of each carried value, then one for each stack.
    * (loop_c3) results have the types of the carried values; then come tensors of the yielded types with one more
      leading dimension.
    * (loop_c4) a carried tensor keeps its sizes.

    Example:
    ```mlir
    func.func @f(%x: tensor<?xf64>, %zero: f64) -> (f64, tensor<?xf64>) {
      %c0 = arith.constant 0 : index
      %n = tensor.dim %x, %c0 : tensor<?xf64>
      %sum, %partial = gen.loop %i to %n carry(%s = %zero : f64) stacks(tensor<?xf64>) {
        %xi = tensor.extract %x[%i] : tensor<?xf64>
        %next = arith.addf %s, %xi : f64
        gen.yield %next, %next : f64, f64
      }
      return %sum, %partial : f64, tensor<?xf64>
    }
    ```
  }];
  let arguments = (ins Index:$length, Variadic<Gen_Value>:$starts);
  let results = (outs Variadic<Gen_Value>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
  let builders = [OpBuilder<(ins "::mlir::TypeRange":$results, "::mlir::Value":$length, "::mlir::ValueRange":$starts)>];
  let extraClassDeclaration = [{
    ::mlir::Block *getBlock() { return &getBody().front(); }
    ::mlir::Value getIndex() { return getBlock()->getArgument(0); }
    ::mlir::Block::BlockArgListType getCarried() { return getBlock()->getArguments().drop_front(); }
    ::genfuse::gen::YieldOp getYield();
    unsigned getNumCarried() { return getStarts().size(); }
    ::mlir::ValueRange getLast() { return getResults().take_front(getNumCarried()); }
    ::mlir::ValueRange getStacks() { return getResults().drop_front(getNumCarried()); }
  }];
}

def Gen_WideOp : Gen_Op<"wide", [Pure, SameOperandsAndResultType]> {
  let summary = "a score within a procedure";
  let description = [{
    Its operand, a score or weight of an applied operation. `gen-set-real` keeps it, and what is added to it or compared
    with it, in f64; elsewhere it changes nothing.

    Example:
    ```mlir
    func.func @f(%x: f64, %mu: f64, %sigma: f64) -> f64 {
      %l = gen.logpdf normal(%mu, %sigma) of %x : f64, (f64, f64) -> f64
      %w = gen.wide %l : f64
      return %w : f64
    }
    ```
  }];
  let arguments = (ins Gen_RealScalar:$operand);
  let results = (outs Gen_RealScalar:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand)";
}

def Gen_ApplyOp : Gen_Op<"apply", [DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "an operation of the interface on values";
  let description = [{
    Computes a request of a generative function (passes/Request.h) on values that are all at hand: its arguments,
    parameters and choices. Each operand is named by its role and name, as in `choice y/*`; so is each result. A
    result may be left out. Roles of operands: argument, parameter, choice, return_gradient, score_gradient,
    new_argument, constraint; of results: choice, score, weight, return, choice_gradient, argument_gradient,
    parameter_gradient, drawn, score_change. What the operation draws depends on the position in the loops around it.

    Constraints:
    * (apply_c1) the callee is a `gen.func`.
    * (apply_c2) one name for each operand and for each result, none twice.
    * (apply_c3) `gen-derive` finds every input of the operation among the operands, of its type, and every result
      among those of the operation.

    See `gen.procedure` for an example.
  }];
  let arguments = (ins FlatSymbolRefAttr:$callee, StrAttr:$request, StrArrayAttr:$inputs,
                       Variadic<Gen_Value>:$operands, StrArrayAttr:$outputs);
  let results = (outs Variadic<Gen_Value>:$results);
  let assemblyFormat = [{
    $callee $request $inputs `(` $operands `)` $outputs attr-dict `:` functional-type($operands, $results)
  }];
  let hasVerifier = 1;
}

#endif
