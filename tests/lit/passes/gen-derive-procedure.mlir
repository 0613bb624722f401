// A procedure becomes one function: what it applies is derived and stands in its place.
// RUN: genfuse-opt %s --gen-derive="request={run()} model=walk" | FileCheck %s
// RUN: genfuse-opt %s --gen-derive="request={run()} model=carry" | FileCheck %s --check-prefix=CARRY
// RUN: genfuse-opt %s --gen-derive="request={run()} model=quiet" | FileCheck %s --check-prefix=QUIET
// RUN: genfuse-opt %s --gen-derive="request={run()} model=same" | FileCheck %s --check-prefix=SAME

gen.func @m1(%a: f64 {gen.name = "a"}, %xs: tensor<?xf64> {gen.name = "xs"}) -> f64 {
  %c0 = arith.constant 0 : index
  %one = arith.constant 1.0 : f64
  %n = tensor.dim %xs, %c0 : tensor<?xf64>
  %x = gen.sample "x" normal(%a, %one) : (f64, f64) -> f64
  gen.map "y" %i to %n {
    %xi = tensor.extract %xs[%i] : tensor<?xf64>
    %m = arith.mulf %x, %xi : f64
    %y = gen.sample normal(%m, %one) : (f64, f64) -> f64
    gen.yield
  }
  gen.return %x : f64
}

// The procedure's arguments come first, then what draws need; results have the role `result` and their names. Sizes
// that have to be equal are checked at each call: that of an input, at the line of its operation.
// CHECK-NOT: gen.procedure
// CHECK-NOT: gen.func
// CHECK-LABEL: func.func @walk_run(
// CHECK-SAME: %[[A:[a-z0-9]*]]: f64 {gen.name = "a", gen.role = "argument", gen.shape = []}, %[[DATA:[a-z0-9]*]]: tensor<?xf64> {gen.name = "data"
// CHECK-SAME: %[[SEED:[a-z0-9]*]]: i64 {gen.name = "seed", gen.role = "seed", gen.shape = []}, %[[INSTANCE:[a-z0-9]*]]: index {gen.name = "instance", gen.role = "instance", gen.shape = []})
// CHECK-SAME: -> (f64 {gen.name = "x", gen.role = "result", gen.shape = []}, tensor<?xf64> {gen.name = "all", gen.role = "result", gen.shape = ["steps.0"]})
// CHECK-SAME: attributes {gen.checks = ["ys.0 = data.0 | {{.*}}gen-derive-procedure.mlir:{{[0-9:]+}}"

// Draws of the procedure itself have scope 0. Outside of loops instances share calls (single).
// CHECK: gen.draw normal({{.*}}) seed %[[SEED]] instance %[[INSTANCE]] stream <scope = 0, slot = 0, single = true>
// CHECK: gen.draw normal({{.*}}) seed %[[SEED]] instance %[[INSTANCE]] stream <scope = 0, slot = 1, single = true>

// In the loop the index comes before the positions of an operation, whose scopes are numbered on from 1: the model's
// own 0 and 1 (its plate) are 1 and 2 here, and 3 and 4 where it is applied again. The loop is a scope too.
// CHECK: gen.loop %[[T:[a-z0-9]*]] to %{{.*}} carry(%[[X:[a-z0-9]*]] = %{{.*}} : f64) stacks(tensor<?xf64>) {
// CHECK: gen.logpdf normal(%[[A]], %{{.*}}) of %[[X]]
// CHECK: gen.sweep %[[I:[a-z0-9]*]] to
// CHECK: tensor.extract %[[DATA]][%[[I]]]
// CHECK: gen.draw normal({{.*}}) seed %[[SEED]] instance %[[INSTANCE]] at[%[[T]], %[[I]]] stream <scope = 2, slot = 0, single = false>
// CHECK: %[[WEIGHT:.*]] = gen.wide
// CHECK: gen.draw normal({{.*}}) seed %[[SEED]] instance %[[INSTANCE]] at[%[[T]]] stream <scope = 3, slot = 0, single = true>
// CHECK: gen.draw normal({{.*}}) seed %[[SEED]] instance %[[INSTANCE]] at[%[[T]], %{{.*}}] stream <scope = 4, slot = 0, single = false>
// CHECK: gen.draw normal({{.*}}) seed %[[SEED]] instance %[[INSTANCE]] at[%[[T]]] stream <scope = 5, slot = 0, single = false>
// CHECK: gen.yield %{{.*}}, %[[WEIGHT]] : f64, f64

// A plate of the procedure: a sweep, its draws with a scope and the plate's index.
// CHECK: gen.sweep %[[J:[a-z0-9]*]] to {{.*}} stacks(tensor<?xf64>) {
// CHECK: gen.draw normal({{.*}}) seed %[[SEED]] instance %[[INSTANCE]] at[%[[J]]] stream <scope = 6, slot = 0, single = false>
gen.procedure @walk(%a: f64 {gen.name = "a"}, %data: tensor<?xf64> {gen.name = "data"},
                    %ys: tensor<?xf64> {gen.name = "ys"}, %steps: tensor<?xf64> {gen.name = "steps"})
    -> (f64 {gen.name = "x"}, tensor<?xf64> {gen.name = "all"}) {
  %c0 = arith.constant 0 : index
  %one = arith.constant 1.0 : f64
  %n = tensor.dim %steps, %c0 : tensor<?xf64>
  %start = gen.sample normal(%a, %one) : (f64, f64) -> f64
  %again = gen.sample normal(%a, %one) : (f64, f64) -> f64
  %sum = arith.addf %start, %again : f64
  %last, %all = gen.loop %i to %n carry(%x = %sum : f64) stacks(tensor<?xf64>) {
    %w = gen.apply @m1 "generate(x)" ["argument a", "argument xs", "choice x"](%a, %data, %x) ["weight"] : (f64, tensor<?xf64>, f64) -> f64
    %s = gen.apply @m1 "assess()" ["choice y/*", "argument xs", "argument a", "choice x"](%ys, %data, %a, %x) ["score"] : (tensor<?xf64>, tensor<?xf64>, f64, f64) -> f64
    %new = gen.apply @m1 "simulate()" ["argument a", "argument xs"](%a, %data) ["choice x"] : (f64, tensor<?xf64>) -> f64
    %noise = gen.sample normal(%a, %one) : (f64, f64) -> f64
    %r = arith.addf %noise, %s : f64
    %next = arith.addf %r, %new : f64
    gen.yield %next, %w : f64, f64
  }
  %v = gen.map %j to %n -> tensor<?xf64> {
    %z = gen.sample normal(%last, %one) : (f64, f64) -> f64
    gen.yield %z : f64
  }
  %c1 = arith.constant 1 : index
  %z1 = tensor.extract %v[%c1] : tensor<?xf64>
  gen.return %z1, %all : f64, tensor<?xf64>
}

// loop_c4: a carried tensor keeps its sizes, if need be by a check at each call.
// CARRY-LABEL: func.func @carry_run(
// CARRY-SAME: attributes {gen.checks = ["a.0 = b.0 | {{.*}}gen-derive-procedure.mlir:{{[0-9:]+}}"]}
gen.procedure @carry(%a: tensor<?xf64> {gen.name = "a"}, %b: tensor<?xf64> {gen.name = "b"})
    -> (tensor<?xf64> {gen.name = "x"}) {
  %c3 = arith.constant 3 : index
  %x = gen.loop %i to %c3 carry(%u = %a : tensor<?xf64>) {
    gen.yield %b : tensor<?xf64>
  }
  gen.return %x : tensor<?xf64>
}

// Must not: sizes that are known to be the same need no check, and without draws there is no seed.
// QUIET-LABEL: func.func @quiet_run(
// QUIET-NOT: gen.role = "seed"
// QUIET-NOT: gen.role = "instance"
// QUIET-NOT: gen.checks
// QUIET: gen.loop
// QUIET: return %{{.*}} : tensor<?xf64>
gen.procedure @quiet(%a: tensor<?xf64> {gen.name = "a"}) -> (tensor<?xf64> {gen.name = "x"}) {
  %c3 = arith.constant 3 : index
  %x = gen.loop %i to %c3 carry(%u = %a : tensor<?xf64>) {
    %next = arith.addf %u, %u : tensor<?xf64>
    gen.yield %next : tensor<?xf64>
  }
  gen.return %x : tensor<?xf64>
}

// One value given as two inputs of a gradient: two variables, by which it is differentiated apart. Must not: inputs of
// operations without gradients.
// SAME-LABEL: func.func @same_run(
// SAME-SAME: %[[A:[a-z0-9]*]]: f64
// SAME: %[[MEAN:.*]] = gen.variable [[#FIRST:]] of %[[A]] : f64
// SAME: %[[X:.*]] = gen.variable [[#FIRST+2]] of %[[A]] : f64
// SAME: gen.logpdf normal(%[[MEAN]], %{{.*}}) of %[[X]]
// SAME: gen.gradient %{{.*}} wrt(%[[X]], %[[MEAN]])
// SAME-NOT: gen.variable
// SAME: gen.logpdf normal(%[[A]], %{{.*}}) of %[[A]]
gen.procedure @same(%a: f64 {gen.name = "a"}, %data: tensor<?xf64> {gen.name = "data"})
    -> (f64 {gen.name = "x"}, f64 {gen.name = "mean"}, f64 {gen.name = "score"}) {
  %dx, %da = gen.apply @m1 "gradient(x, a)" ["argument a", "argument xs", "choice x", "choice y/*"](%a, %data, %a, %data) ["choice_gradient x", "argument_gradient a"] : (f64, tensor<?xf64>, f64, tensor<?xf64>) -> (f64, f64)
  %s = gen.apply @m1 "assess()" ["argument a", "argument xs", "choice x", "choice y/*"](%a, %data, %a, %data) ["score"] : (f64, tensor<?xf64>, f64, tensor<?xf64>) -> f64
  gen.return %dx, %da, %s : f64, f64, f64
}
