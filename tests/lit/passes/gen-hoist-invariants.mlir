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

// Must not: a square with a factor that is no constant stays whole, since either part alone may overflow.
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

// The square of a constant factor leaves: sum_i (3 x_i)^2 = 9 sum_i x_i^2, on either side of x_i and with either sign.
// CHECK-LABEL: func.func @constants
// CHECK: arith.constant 9.0
// CHECK: gen.sweep
// CHECK-NEXT: %[[X:.*]] = tensor.extract
// CHECK-NEXT: %[[Q:.*]] = arith.mulf %[[X]], %[[X]]
// CHECK-NEXT: gen.yield %[[Q]], %[[Q]]
// CHECK: arith.mulf
// CHECK: arith.mulf
func.func @constants(%x: tensor<?xf64>, %n: index) -> (f64, f64) {
  %k = arith.constant 3.0 : f64
  %m = arith.constant -3.0 : f64
  %s, %t = gen.sweep %i to %n sums(f64, f64) {
    %xi = tensor.extract %x[%i] : tensor<?xf64>
    %z = arith.mulf %xi, %k : f64
    %q = arith.mulf %z, %z : f64
    %y = arith.mulf %m, %xi : f64
    %r = arith.mulf %y, %y : f64
    gen.yield %q, %r : f64, f64
  }
  return %s, %t : f64, f64
}

// So do constants at the ends of the range, 2^-6 and 2^40.
// CHECK-LABEL: func.func @ends
// CHECK: gen.sweep
// CHECK-NEXT: %[[X:.*]] = tensor.extract
// CHECK-NEXT: %[[Q:.*]] = arith.mulf %[[X]], %[[X]]
// CHECK-NEXT: gen.yield %[[Q]], %[[Q]]
func.func @ends(%x: tensor<?xf32>, %n: index) -> (f32, f32) {
  %k = arith.constant 0.015625 : f32
  %m = arith.constant 1099511627776.0 : f32
  %s, %t = gen.sweep %i to %n sums(f32, f32) {
    %xi = tensor.extract %x[%i] : tensor<?xf32>
    %z = arith.mulf %xi, %k : f32
    %q = arith.mulf %z, %z : f32
    %y = arith.mulf %xi, %m : f32
    %r = arith.mulf %y, %y : f32
    gen.yield %q, %r : f32, f32
  }
  return %s, %t : f32, f32
}

// Must not: constants beyond them (2^-7, 2^41), whose squares or those of what remains may leave the range.
// CHECK-LABEL: func.func @beyond
// CHECK: gen.sweep
// CHECK: %[[Z:.*]] = arith.mulf
// CHECK: %[[Q:.*]] = arith.mulf %[[Z]], %[[Z]]
// CHECK: %[[Y:.*]] = arith.mulf
// CHECK: %[[R:.*]] = arith.mulf %[[Y]], %[[Y]]
// CHECK: gen.yield %[[Q]], %[[R]]
func.func @beyond(%x: tensor<?xf32>, %n: index) -> (f32, f32) {
  %k = arith.constant 0.0078125 : f32
  %m = arith.constant 2199023255552.0 : f32
  %s, %t = gen.sweep %i to %n sums(f32, f32) {
    %xi = tensor.extract %x[%i] : tensor<?xf32>
    %z = arith.mulf %xi, %k : f32
    %q = arith.mulf %z, %z : f32
    %y = arith.mulf %xi, %m : f32
    %r = arith.mulf %y, %y : f32
    gen.yield %q, %r : f32, f32
  }
  return %s, %t : f32, f32
}

// A loop's invariant code leaves it too; must not: what depends on a carried value.
// CHECK-LABEL: func.func @loop
// CHECK: math.log
// CHECK: gen.loop
// CHECK-NOT: math.log
// CHECK: math.exp
func.func @loop(%x: f64, %n: index, %k: f64) -> f64 {
  %last = gen.loop %i to %n carry(%s = %x : f64) {
    %l = math.log %k : f64
    %e = math.exp %s : f64
    %a = arith.mulf %e, %l : f64
    gen.yield %a : f64
  }
  return %last : f64
}
