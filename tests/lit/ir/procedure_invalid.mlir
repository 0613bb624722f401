// RUN: genfuse-opt -split-input-file -verify-diagnostics %s

// procedure_c1
// expected-error @+1 {{takes and returns f64, i64, i1 and tensors of them, got 'f32'}}
gen.procedure @narrow(%a: f32) {
  gen.return
}

// -----
// procedure_c1
// expected-error @+1 {{takes and returns f64, i64, i1 and tensors of them, got 'index'}}
gen.procedure @size(%a: f64) -> (index {gen.name = "n"}) {
  %n = arith.constant 3 : index
  gen.return %n : index
}

// -----
// procedure_c2
// expected-error @+1 {{expects a name (gen.name) for result 1}}
gen.procedure @nameless(%a: f64) -> (f64 {gen.name = "x"}, f64) {
  gen.return %a, %a : f64, f64
}

// -----
// procedure_c2
// expected-error @+1 {{expects a name (gen.name) for result 0}}
gen.procedure @empty(%a: f64) -> (f64 {gen.name = ""}) {
  gen.return %a : f64
}

// -----
// procedure_c2
// expected-error @+1 {{has two results named 'x'}}
gen.procedure @twice(%a: f64) -> (f64 {gen.name = "x"}, f64 {gen.name = "x"}) {
  gen.return %a, %a : f64, f64
}

// -----
// return_c1
gen.procedure @wrong(%a: f64) -> (i64 {gen.name = "x"}) {
  // expected-error @+1 {{returns 'f64' from a function of type '(f64) -> i64'}}
  gen.return %a : f64
}

// -----
// loop_c1
func.func @no_index(%n: index, %x: f64) -> f64 {
  // expected-error @+1 {{expects a body with an index argument and those of the carried values}}
  %last = "gen.loop"(%n, %x) ({
  ^bb0(%s: f64):
    gen.yield %s : f64
  }) : (index, f64) -> f64
  return %last : f64
}

// -----
// loop_c1
func.func @other_argument(%n: index, %x: f64) -> f64 {
  // expected-error @+1 {{expects a body with an index argument and those of the carried values}}
  %last = "gen.loop"(%n, %x) ({
  ^bb0(%i: index, %s: i64):
    gen.yield %x : f64
  }) : (index, f64) -> f64
  return %last : f64
}

// -----
// loop_c2
func.func @too_few(%n: index, %x: f64) -> f64 {
  // expected-error @+1 {{yields 0 values for 1 results}}
  %last = gen.loop %i to %n carry(%s = %x : f64) {
    gen.yield
  }
  return %last : f64
}

// -----
// loop_c2: fewer results than carried values.
func.func @not_returned(%n: index, %x: f64) {
  // expected-error @+1 {{yields 0 values for 0 results}}
  "gen.loop"(%n, %x) ({
  ^bb0(%i: index, %s: f64):
    gen.yield
  }) : (index, f64) -> ()
  return
}

// -----
// loop_c2
func.func @other_type(%n: index, %x: f64, %k: i64) -> f64 {
  // expected-error @+1 {{carries 'f64' and yields 'i64'}}
  %last = gen.loop %i to %n carry(%s = %x : f64) {
    gen.yield %k : i64
  }
  return %last : f64
}

// -----
// loop_c2, loop_c4: a static size that changes.
func.func @grows(%n: index, %v: tensor<2xf64>, %w: tensor<3xf64>) -> tensor<2xf64> {
  // expected-error @+1 {{carries 'tensor<2xf64>' and yields 'tensor<3xf64>'}}
  %last = gen.loop %i to %n carry(%s = %v : tensor<2xf64>) {
    gen.yield %w : tensor<3xf64>
  }
  return %last : tensor<2xf64>
}

// -----
// loop_c3
func.func @other_result(%n: index, %x: f64) -> i64 {
  // expected-error @+1 {{carries 'f64' and results in 'i64'}}
  %last = "gen.loop"(%n, %x) ({
  ^bb0(%i: index, %s: f64):
    gen.yield %s : f64
  }) : (index, f64) -> i64
  return %last : i64
}

// -----
// loop_c3
func.func @scalar_stack(%n: index, %v: tensor<3xf64>) -> tensor<?xf64> {
  // expected-error @+1 {{collects 'tensor<3xf64>' into 'tensor<?x3xf64>', got 'tensor<?xf64>'}}
  %all = gen.loop %i to %n stacks(tensor<?xf64>) {
    gen.yield %v : tensor<3xf64>
  }
  return %all : tensor<?xf64>
}

// -----
// loop_c3
func.func @stack_element(%n: index, %x: f64) -> tensor<?xi64> {
  // expected-error @+1 {{collects 'f64' into 'tensor<?xf64>', got 'tensor<?xi64>'}}
  %all = gen.loop %i to %n stacks(tensor<?xi64>) {
    gen.yield %x : f64
  }
  return %all : tensor<?xi64>
}

// -----
// apply_c1
gen.procedure @unknown(%a: f64) -> (f64 {gen.name = "x"}) {
  // expected-error @+1 {{applies an operation of 'm', which is not a gen.func here}}
  %s = gen.apply @m "assess()" ["argument a"](%a) ["score"] : (f64) -> f64
  gen.return %s : f64
}

// -----
// apply_c1: procedures are not applied.
gen.procedure @inner(%a: f64 {gen.name = "a"}) -> (f64 {gen.name = "x"}) {
  gen.return %a : f64
}
gen.procedure @outer(%a: f64) -> (f64 {gen.name = "x"}) {
  // expected-error @+1 {{applies an operation of 'inner', which is not a gen.func here}}
  %s = gen.apply @inner "run()" ["argument a"](%a) ["result x"] : (f64) -> f64
  gen.return %s : f64
}

// -----
// apply_c2
gen.func @m(%a: f64) {
  gen.return
}
gen.procedure @more_operands(%a: f64) {
  // expected-error @+1 {{has 1 operands and names for 2}}
  gen.apply @m "assess()" ["argument a", "argument b"](%a) [] : (f64) -> ()
  gen.return
}

// -----
// apply_c2
gen.func @m(%a: f64) {
  gen.return
}
gen.procedure @more_results(%a: f64) {
  // expected-error @+1 {{has 1 results and names for 0}}
  %s = gen.apply @m "assess()" ["argument a"](%a) [] : (f64) -> f64
  gen.return
}

// -----
// apply_c2
gen.func @m(%a: f64) {
  gen.return
}
gen.procedure @same_operand(%a: f64) {
  // expected-error @+1 {{names 'argument a' twice}}
  gen.apply @m "assess()" ["argument a", "argument a"](%a, %a) [] : (f64, f64) -> ()
  gen.return
}

// -----
// apply_c2
gen.func @m(%a: f64) {
  gen.return
}
gen.procedure @same_result(%a: f64) {
  // expected-error @+1 {{names 'score' twice}}
  %s:2 = gen.apply @m "assess()" ["argument a"](%a) ["score", "score"] : (f64) -> (f64, f64)
  gen.return
}

// -----
// sample_c4: without an address only in procedures and plates.
gen.func @addressless(%a: f64) {
  // expected-error @+1 {{expects an address: only a choice directly in a gen.map may go without}}
  %x = gen.sample normal(%a, %a) : (f64, f64) -> f64
  gen.return
}

// -----
// sample_c4: a procedure has no choices.
gen.procedure @addressed(%a: f64) {
  // expected-error @+1 {{at address 'x': expects no address: a procedure has no choices}}
  %x = gen.sample "x" normal(%a, %a) : (f64, f64) -> f64
  gen.return
}

// -----
// A wide score is a real scalar.
func.func @whole(%k: i64) {
  // expected-error @+1 {{operand #0 must be}}
  %w = gen.wide %k : i64
  return
}
