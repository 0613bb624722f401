// Summands that the gradient does not depend on leave the objective, also within sweeps.
// RUN: genfuse-opt %s --gen-drop-constants --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @drop
// CHECK-NOT: math.log
// CHECK: gen.sweep
// CHECK: %[[SQUARE:.*]] = arith.mulf
// CHECK-NEXT: gen.yield %[[SQUARE]]
// CHECK-NOT: arith.addf
// CHECK: gen.gradient
func.func @drop(%x: f64, %s: tensor<?xf64>, %n: index, %c: f64) -> (f64, f64) {
  %log = math.log %c : f64
  %sum = gen.sweep %i to %n sums(f64) {
    %si = tensor.extract %s[%i] : tensor<?xf64>
    %l = math.log %si : f64
    %q = arith.mulf %x, %x : f64
    %t = arith.addf %q, %l : f64
    gen.yield %t : f64
  }
  %j = arith.addf %sum, %log : f64
  %g = gen.gradient %j wrt(%x) drop_constants : (f64, f64) -> f64
  return %j, %g : f64, f64
}

// Without the flag nothing is dropped.
// CHECK-LABEL: func.func @keep
// CHECK: math.log
// CHECK: arith.addf
func.func @keep(%x: f64, %c: f64) -> (f64, f64) {
  %log = math.log %c : f64
  %j = arith.addf %x, %log : f64
  %g = gen.gradient %j wrt(%x) : (f64, f64) -> f64
  return %j, %g : f64, f64
}
