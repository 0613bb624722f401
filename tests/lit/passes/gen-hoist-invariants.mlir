// RUN: genfuse-opt %s --gen-hoist-invariants --canonicalize --cse | FileCheck %s

// The term c leaves as n c (nothing if n is 0), the factor k multiplies the sum.
// CHECK-LABEL: func.func @hoist
// CHECK-SAME: %[[N:[^ ]*]]: index, %[[C:.*]]: f64, %[[K:.*]]: f64
// CHECK: gen.sweep
// CHECK-NEXT: %[[X:.*]] = tensor.extract
// CHECK-NEXT: gen.yield %[[X]], %[[X]]
// CHECK-DAG: arith.mulf %{{.*}}, %[[C]]
// CHECK-DAG: arith.mulf %{{.*}}, %[[K]]
func.func @hoist(%x: tensor<?xf64>, %n: index, %c: f64, %k: f64) -> (f64, f64) {
  %s, %t = gen.sweep %i to %n sums(f64, f64) {
    %xi = tensor.extract %x[%i] : tensor<?xf64>
    %a = arith.addf %xi, %c : f64
    %b = arith.mulf %k, %xi : f64
    gen.yield %a, %b : f64, f64
  }
  return %s, %t : f64, f64
}

// Must not: a square stays whole, since its factors alone may overflow.
// CHECK-LABEL: func.func @square
// CHECK: gen.sweep
// CHECK: %[[Z:.*]] = arith.mulf
// CHECK: %[[Q:.*]] = arith.mulf %[[Z]], %[[Z]]
// CHECK: gen.yield %[[Q]]
func.func @square(%x: tensor<?xf64>, %n: index, %k: f64) -> f64 {
  %s = gen.sweep %i to %n sums(f64) {
    %xi = tensor.extract %x[%i] : tensor<?xf64>
    %z = arith.mulf %xi, %k : f64
    %q = arith.mulf %z, %z : f64
    gen.yield %q : f64
  }
  return %s : f64
}

// A value that does not vary is computed before; a read is not, since an empty sweep reads nothing.
// CHECK-LABEL: func.func @code
// CHECK: math.log
// CHECK: gen.sweep
// CHECK: tensor.extract
// CHECK: tensor.extract
func.func @code(%x: tensor<?xf64>, %t: tensor<?xf64>, %n: index, %k: f64) -> tensor<?xf64> {
  %c9 = arith.constant 9 : index
  %s = gen.sweep %i to %n stacks(tensor<?xf64>) {
    %l = math.log %k : f64
    %xi = tensor.extract %x[%i] : tensor<?xf64>
    %t9 = tensor.extract %t[%c9] : tensor<?xf64>
    %a = arith.mulf %xi, %l : f64
    %b = arith.mulf %a, %t9 : f64
    gen.yield %b : f64
  }
  return %s : tensor<?xf64>
}
