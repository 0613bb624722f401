// Procedures, loops, applied operations and wide scores survive printing and parsing, also in generic form.
// RUN: genfuse-opt %s | genfuse-opt | FileCheck %s
// RUN: genfuse-opt -mlir-print-op-generic %s | genfuse-opt | FileCheck %s
// RUN: genfuse-opt %s --canonicalize | FileCheck %s --check-prefix=FOLD

gen.func @m1(%a: f64 {gen.name = "a"}) {
  %one = arith.constant 1.0 : f64
  %x = gen.sample "x" normal(%a, %one) : (f64, f64) -> f64
  gen.return
}

// CHECK-LABEL: gen.procedure @ascent(
// CHECK-SAME: f64 {gen.name = "a"}, %{{.*}}: f64 {gen.name = "start"}) -> (f64 {gen.name = "x"}, tensor<?xf64> {gen.name = "scores"}) {
// CHECK: sample uniform(
// CHECK: %{{.*}}:2 = loop %{{.*}} to %{{.*}} carry(%{{.*}} = %{{.*}} : f64) stacks(tensor<?xf64>) {
// CHECK: gen.apply @m1 "gradient(x)" ["argument a", "choice x"](%{{.*}}, %{{.*}}) ["score", "choice_gradient x"] : (f64, f64) -> (f64, f64)
// CHECK: gen.yield %{{.*}}, %{{.*}} : f64, f64
// CHECK-NEXT: } {note = "kept"}
// CHECK: return %{{.*}}, %{{.*}} : f64, tensor<?xf64>
gen.procedure @ascent(%a: f64 {gen.name = "a"}, %start: f64 {gen.name = "start"})
    -> (f64 {gen.name = "x"}, tensor<?xf64> {gen.name = "scores"}) {
  %one = arith.constant 1.0 : f64
  %n = arith.constant 100 : index
  %rate = gen.sample uniform(%a, %one) : (f64, f64) -> f64
  %last, %scores = gen.loop %i to %n carry(%x = %start : f64) stacks(tensor<?xf64>) {
    %s, %g = gen.apply @m1 "gradient(x)" ["argument a", "choice x"](%a, %x) ["score", "choice_gradient x"] : (f64, f64) -> (f64, f64)
    %step = arith.mulf %rate, %g : f64
    %next = arith.addf %x, %step : f64
    gen.yield %next, %s : f64, f64
  } {note = "kept"}
  gen.return %last, %scores : f64, tensor<?xf64>
}

// Neither operands nor results; a loop that only collects.
// CHECK-LABEL: gen.procedure @nothing() {
// CHECK: loop %{{.*}} to %{{.*}} stacks(tensor<4x2xi1>, tensor<?xi64>) {
// CHECK: gen.apply @m1 "simulate()" [](){{ *}}[] : () -> ()
// CHECK: return
gen.procedure @nothing() {
  %n = arith.constant 4 : index
  %b = arith.constant dense<true> : tensor<2xi1>
  %k = arith.constant 3 : i64
  %bs, %ks = gen.loop %i to %n stacks(tensor<4x2xi1>, tensor<?xi64>) {
    gen.apply @m1 "simulate()" []() [] : () -> ()
    gen.yield %b, %k : tensor<2xi1>, i64
  }
  gen.return
}

// A loop carries what a program of any real type computes.
// CHECK-LABEL: func.func @loops(
// CHECK: gen.loop %{{.*}} to %{{.*}} carry(%{{.*}} = %{{.*}} : f32, %{{.*}} = %{{.*}} : tensor<?xf32>) stacks(tensor<?x?xf32>) {
// CHECK: gen.yield %{{.*}}, %{{.*}}, %{{.*}} : f32, tensor<?xf32>, tensor<?xf32>
// CHECK: gen.wide %{{.*}} : f32
func.func @loops(%n: index, %x: f32, %v: tensor<?xf32>) -> (f32, tensor<?xf32>, tensor<?x?xf32>) {
  %y, %w, %all = gen.loop %i to %n carry(%s = %x : f32, %u = %v : tensor<?xf32>) stacks(tensor<?x?xf32>) {
    %t = arith.addf %s, %x : f32
    %sum = arith.addf %u, %u : tensor<?xf32>
    gen.yield %t, %sum, %u : f32, tensor<?xf32>, tensor<?xf32>
  }
  %z = gen.wide %y : f32
  return %z, %w, %all : f32, tensor<?xf32>, tensor<?x?xf32>
}

// Canonicalisation.

// What nobody uses is not carried and not collected; the rest keeps its order.
// FOLD-LABEL: func.func @drop(
// FOLD-SAME: %[[N:[a-z0-9]*]]: index, %[[X:[a-z0-9]*]]: f64
// FOLD: %[[LAST:.*]]:2 = gen.loop %{{.*}} to %[[N]] carry(%[[S:.*]] = %[[X]] : f64) stacks(tensor<?xf64>) {
// FOLD: gen.yield %{{.*}}, %[[S]] : f64, f64
// FOLD: return %[[LAST]]#0, %[[LAST]]#1
func.func @drop(%n: index, %x: f64, %k: i64) -> (f64, tensor<?xf64>) {
  %c1 = arith.constant 1 : i64
  %count, %last, %unused, %kept = gen.loop %i to %n carry(%c = %k : i64, %s = %x : f64)
      stacks(tensor<?xi64>, tensor<?xf64>) {
    %next = arith.addi %c, %c1 : i64
    %y = arith.addf %s, %s : f64
    gen.yield %k, %y, %next, %s : i64, f64, i64, f64
  }
  return %last, %kept : f64, tensor<?xf64>
}

// Must not: the result of %c is not used, but the next %s depends on it.
// FOLD-LABEL: func.func @needed(
// FOLD: gen.loop %{{.*}} to %{{.*}} carry(%{{.*}} = %{{.*}} : f64, %{{.*}} = %{{.*}} : f64) {
func.func @needed(%n: index, %x: f64) -> f64 {
  %r, %last = gen.loop %i to %n carry(%c = %x : f64, %s = %x : f64) {
    %d = arith.mulf %c, %c : f64
    %y = arith.addf %s, %d : f64
    gen.yield %d, %y : f64, f64
  }
  return %last : f64
}

// A value that each iteration hands on unchanged is that of the start, inside and after the loop.
// FOLD-LABEL: func.func @unchanged(
// FOLD-SAME: %[[N:[a-z0-9]*]]: index, %[[X:[a-z0-9]*]]: f64, %[[Y:[a-z0-9]*]]: f64
// FOLD: %[[LAST:.*]] = gen.loop %{{.*}} to %[[N]] carry(%[[S:.*]] = %[[X]] : f64) {
// FOLD-NEXT: %[[SUM:.*]] = arith.addf %[[S]], %[[Y]]
// FOLD-NEXT: gen.yield %[[SUM]] : f64
// FOLD: return %[[LAST]], %[[Y]]
func.func @unchanged(%n: index, %x: f64, %y: f64) -> (f64, f64) {
  %last, %same = gen.loop %i to %n carry(%s = %x : f64, %c = %y : f64) {
    %t = arith.addf %s, %c : f64
    gen.yield %t, %c : f64, f64
  }
  return %last, %same : f64, f64
}

// Must not: two values that change places are both carried.
// FOLD-LABEL: func.func @swapped(
// FOLD: gen.loop %{{.*}} to %{{.*}} carry(%[[A:.*]] = %{{.*}} : f64, %[[B:.*]] = %{{.*}} : f64) {
// FOLD-NEXT: gen.yield %[[B]], %[[A]]
func.func @swapped(%n: index, %x: f64, %y: f64) -> (f64, f64) {
  %last, %other = gen.loop %i to %n carry(%a = %x : f64, %b = %y : f64) {
    gen.yield %b, %a : f64, f64
  }
  return %last, %other : f64, f64
}

// A loop of which nothing is used is gone.
// FOLD-LABEL: func.func @unused(
// FOLD-NOT: gen.loop
// FOLD: return
func.func @unused(%n: index, %x: f64) {
  %last = gen.loop %i to %n carry(%s = %x : f64) {
    %t = arith.addf %s, %s : f64
    gen.yield %t : f64
  }
  return
}
