// RUN: genfuse-opt -split-input-file -verify-diagnostics %s --gen-derive="request={run()}"
// RUN: not genfuse-opt %S/../ir/procedure_ops.mlir --gen-derive="request={assess()} model=ascent" 2>&1 | FileCheck %s --check-prefix=ASSESS
// RUN: not genfuse-opt %S/../ir/procedure_ops.mlir --gen-derive="request={run(x)} model=ascent" 2>&1 | FileCheck %s --check-prefix=NAMES
// RUN: not genfuse-opt %S/../ir/procedure_ops.mlir --gen-derive="request={run()} model=ascent" --gen-check 2>&1 | FileCheck %s --check-prefix=CHECKED

// ASSESS: request 'assess()': 'ascent' is a procedure, which has no trace: expected run()
// NAMES: request 'run(x)': simulate, propose, assess and run take no names
// CHECKED: is a procedure, whose data checked mode does not check

// apply_c3: an input without a value.
gen.func @m(%a: f64 {gen.name = "a"}, %xs: tensor<?xf64> {gen.name = "xs"}) {
  %one = arith.constant 1.0 : f64
  %x = gen.sample "x" normal(%a, %one) : (f64, f64) -> f64
  gen.return
}
gen.procedure @missing(%a: f64, %xs: tensor<?xf64>) -> (f64 {gen.name = "s"}) {
  // expected-error @+1 {{expects an operand 'argument xs' for 'assess()'}}
  %s = gen.apply @m "assess()" ["argument a", "choice x"](%a, %a) ["score"] : (f64, f64) -> f64
  gen.return %s : f64
}

// -----
// apply_c3: a value that is no input.
gen.func @m(%a: f64 {gen.name = "a"}) {
  %one = arith.constant 1.0 : f64
  %x = gen.sample "x" normal(%a, %one) : (f64, f64) -> f64
  gen.return
}
gen.procedure @unknown(%a: f64) -> (f64 {gen.name = "s"}) {
  // expected-error @+1 {{has an operand 'choice y/*', which 'assess()' of 'm' does not take}}
  %s = gen.apply @m "assess()" ["argument a", "choice x", "choice y/*"](%a, %a, %a) ["score"] : (f64, f64, f64) -> f64
  gen.return %s : f64
}

// -----
// apply_c3
gen.func @m(%a: f64 {gen.name = "a"}) {
  %one = arith.constant 1.0 : f64
  %x = gen.sample "x" normal(%a, %one) : (f64, f64) -> f64
  gen.return
}
gen.procedure @type(%a: f64, %k: i64, %xs: tensor<?xf64>) -> (f64 {gen.name = "s"}) {
  // expected-error @+1 {{expects 'choice x' of type 'f64', got 'i64'}}
  %s = gen.apply @m "assess()" ["argument a", "choice x"](%a, %k) ["score"] : (f64, i64) -> f64
  gen.return %s : f64
}

// -----
// apply_c3: a result that the operation does not have.
gen.func @m(%a: f64 {gen.name = "a"}) {
  %one = arith.constant 1.0 : f64
  %x = gen.sample "x" normal(%a, %one) : (f64, f64) -> f64
  gen.return
}
gen.procedure @result(%a: f64) -> (f64 {gen.name = "s"}) {
  // expected-error @+1 {{asks for 'weight', which 'assess()' of 'm' does not compute}}
  %s = gen.apply @m "assess()" ["argument a", "choice x"](%a, %a) ["weight"] : (f64, f64) -> f64
  gen.return %s : f64
}

// -----
// apply_c3
gen.func @m(%a: f64 {gen.name = "a"}) {
  %one = arith.constant 1.0 : f64
  %x = gen.sample "x" normal(%a, %one) : (f64, f64) -> f64
  gen.return
}
gen.procedure @resulttype(%a: f64) -> (i64 {gen.name = "s"}) {
  // expected-error @+1 {{computes 'score' of type 'f64', expected 'i64'}}
  %s = gen.apply @m "assess()" ["argument a", "choice x"](%a, %a) ["score"] : (f64, f64) -> i64
  gen.return %s : i64
}

// -----
// A request that does not parse.
gen.func @m(%a: f64 {gen.name = "a"}) {
  %one = arith.constant 1.0 : f64
  %x = gen.sample "x" normal(%a, %one) : (f64, f64) -> f64
  gen.return
}
gen.procedure @parse(%a: f64) -> (f64 {gen.name = "s"}) {
  // expected-error @+1 {{request 'asses()': unknown operation 'asses', expected simulate, generate, assess, propose, update, regenerate, project, gradient or run}}
  %s = gen.apply @m "asses()" ["argument a", "choice x"](%a, %a) ["score"] : (f64, f64) -> f64
  gen.return %s : f64
}

// -----
// A request that does not fit the model.
// expected-error @+1 {{request 'generate(z)': unknown address 'z'; the model's choices are x}}
gen.func @m(%a: f64 {gen.name = "a"}) {
  %one = arith.constant 1.0 : f64
  %x = gen.sample "x" normal(%a, %one) : (f64, f64) -> f64
  gen.return
}
gen.procedure @address(%a: f64) -> (f64 {gen.name = "s"}) {
  // expected-error @+1 {{cannot apply 'generate(z)' to 'm'}}
  %s = gen.apply @m "generate(z)" ["argument a", "choice z"](%a, %a) ["score"] : (f64, f64) -> f64
  gen.return %s : f64
}

// -----
// Models are not run, within a procedure or by themselves.
// expected-error @+1 {{request 'run()': only a procedure is run; 'm' is a generative function}}
gen.func @m(%a: f64 {gen.name = "a"}) {
  gen.return
}
gen.procedure @applyrun(%a: f64) {
  // expected-error @+1 {{cannot apply 'run()' to 'm'}}
  gen.apply @m "run()" ["argument a"](%a) [] : (f64) -> ()
  gen.return
}

// -----
// expected-error @+1 {{request 'run()': only a procedure is run; 'm' is a generative function}}
gen.func @m(%a: f64) {
  gen.return
}

// -----
// What belongs to models.
gen.procedure @param(%a: f64) {
  // expected-error @+1 {{'gen.param' op is not supported in a procedure: it applies operations (gen.apply) to values that are its arguments or that it computes}}
  %w = gen.param "w" : f64
  gen.return
}

// -----
gen.func @m(%a: f64 {gen.name = "a"}) {
  gen.return
}
gen.procedure @call(%a: f64) {
  // expected-error @+1 {{'gen.call' op is not supported in a procedure: it applies operations (gen.apply) to values that are its arguments or that it computes}}
  gen.call "in" @m(%a) : (f64) -> ()
  gen.return
}

// -----
gen.procedure @row(%ends: tensor<?xi64> {gen.name = "ends"}) {
  %c6 = arith.constant 6 : index
  gen.map %i to %c6 {
    // expected-error @+1 {{'gen.row' op is not supported in a procedure: it applies operations (gen.apply) to values that are its arguments or that it computes}}
    %start, %length = gen.row %i of %ends in %c6 : tensor<?xi64>
    gen.yield
  }
  gen.return
}

// -----
// Models with ragged plates.
gen.func @ragged(%xs: tensor<?xf64> {gen.name = "xs"}, %ends: tensor<?xi64> {gen.name = "ends"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %one = arith.constant 1.0 : f64
  %total = tensor.dim %xs, %c0 : tensor<?xf64>
  %size = tensor.dim %ends, %c0 : tensor<?xi64>
  %rows = arith.subi %size, %c1 : index
  gen.map "rows" %i to %rows {
    %start, %length = gen.row %i of %ends in %total : tensor<?xi64>
    gen.map "y" %j to %length {
      %y = gen.sample normal(%one, %one) : (f64, f64) -> f64
      gen.yield
    }
    gen.yield
  }
  gen.return
}
gen.procedure @ofragged(%xs: tensor<?xf64> {gen.name = "xs"}, %ends: tensor<?xi64> {gen.name = "ends"}, %ys: tensor<?xf64>) -> (f64 {gen.name = "s"}) {
  // expected-error @+1 {{applies an operation of a model with ragged plates, which is not supported}}
  %s = gen.apply @ragged "assess()" ["argument xs", "argument ends", "choice rows/*/y/*"](%xs, %ends, %ys) ["score"] : (tensor<?xf64>, tensor<?xi64>, tensor<?xf64>) -> f64
  gen.return %s : f64
}

// -----
// loop_c4: a size that no argument gives.
gen.procedure @carries(%k: i64, %v: tensor<?xf64>, %x: f64) -> (tensor<?xf64> {gen.name = "s"}) {
  %c3 = arith.constant 3 : index
  %n = arith.index_cast %k : i64 to index
  // expected-error @+1 {{carries a tensor whose size is not affine in the sizes of the arguments}}
  %s = gen.loop %i to %c3 carry(%u = %v : tensor<?xf64>) {
    %t = tensor.splat %x[%n] : tensor<?xf64>
    gen.yield %t : tensor<?xf64>
  }
  gen.return %s : tensor<?xf64>
}

// -----
// Sizes of inputs and of results have to be known before a call.
gen.func @m(%xs: tensor<?xf64> {gen.name = "xs"}) {
  gen.return
}
gen.procedure @sizes(%k: i64, %x: f64) -> (f64 {gen.name = "s"}) {
  %n = arith.index_cast %k : i64 to index
  %t = tensor.splat %x[%n] : tensor<?xf64>
  // expected-error @+1 {{takes 'argument xs' with a size that is not affine in the sizes of the procedure's arguments}}
  %s = gen.apply @m "assess()" ["argument xs"](%t) ["score"] : (tensor<?xf64>) -> f64
  gen.return %s : f64
}

// -----
// expected-error @+1 {{has a size that is not affine in the sizes of the function's arguments}}
gen.procedure @collects(%k: i64, %x: f64) -> (tensor<?xf64> {gen.name = "s"}) {
  %n = arith.index_cast %k : i64 to index
  %s = gen.loop %i to %n stacks(tensor<?xf64>) {
    gen.yield %x : f64
  }
  gen.return %s : tensor<?xf64>
}
