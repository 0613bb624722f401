// RUN: genfuse-opt %s --gen-merge-sweeps | FileCheck %s

// CHECK-LABEL: func.func @independent
// CHECK: gen.sweep {{.*}} sums(f64, f64) stacks(tensor<?xf64>)
// CHECK-NOT: gen.sweep
func.func @independent(%n: index, %a: f64, %b: f64) -> (f64, f64, tensor<?xf64>) {
  %s = gen.sweep %i to %n sums(f64) {
    gen.yield %a : f64
  }
  %t, %u = gen.sweep %i to %n sums(f64) stacks(tensor<?xf64>) {
    gen.yield %b, %a : f64, f64
  }
  return %s, %t, %u : f64, f64, tensor<?xf64>
}

// Must not: the second needs what the first computes.
// CHECK-LABEL: func.func @dependent
// CHECK-COUNT-2: gen.sweep
func.func @dependent(%n: index, %a: f64) -> f64 {
  %s = gen.sweep %i to %n sums(f64) {
    gen.yield %a : f64
  }
  %m = arith.mulf %s, %a : f64
  %t = gen.sweep %i to %n sums(f64) {
    gen.yield %m : f64
  }
  return %t : f64
}

// Must not: different lengths.
// CHECK-LABEL: func.func @lengths
// CHECK-COUNT-2: gen.sweep
func.func @lengths(%n: index, %k: index, %a: f64) -> (f64, f64) {
  %s = gen.sweep %i to %n sums(f64) {
    gen.yield %a : f64
  }
  %t = gen.sweep %i to %k sums(f64) {
    gen.yield %a : f64
  }
  return %s, %t : f64, f64
}

// What uses the first stays behind both.
// CHECK-LABEL: func.func @between
// CHECK: gen.sweep {{.*}} sums(f64, f64)
// CHECK: arith.negf
func.func @between(%n: index, %a: f64) -> (f64, f64) {
  %s = gen.sweep %i to %n sums(f64) {
    gen.yield %a : f64
  }
  %m = arith.negf %s : f64
  %t = gen.sweep %i to %n sums(f64) {
    gen.yield %a : f64
  }
  return %m, %t : f64, f64
}

// Over the same row, which the second has looked up again.
// CHECK-LABEL: func.func @row
// CHECK: gen.sweep {{.*}} sums(f64, f64)
// CHECK-NOT: gen.sweep
func.func @row(%i: index, %offsets: tensor<?xi64>, %n: index, %a: f64) -> (f64, f64) {
  %start, %length = gen.row %i of %offsets in %n : tensor<?xi64>
  %s = gen.sweep %j to %length sums(f64) {
    gen.yield %a : f64
  }
  %again, %known = gen.row %i of %offsets in %n : tensor<?xi64>
  %t = gen.sweep %j to %known sums(f64) {
    gen.yield %a : f64
  }
  return %s, %t : f64, f64
}

// Must not: rows of other offsets, and the next row.
// CHECK-LABEL: func.func @rows
// CHECK-COUNT-3: gen.sweep
func.func @rows(%i: index, %j: index, %a: tensor<?xi64>, %b: tensor<?xi64>, %n: index, %x: f64) -> (f64, f64, f64) {
  %p, %length = gen.row %i of %a in %n : tensor<?xi64>
  %s = gen.sweep %k to %length sums(f64) {
    gen.yield %x : f64
  }
  %q, %other = gen.row %i of %b in %n : tensor<?xi64>
  %t = gen.sweep %k to %other sums(f64) {
    gen.yield %x : f64
  }
  %r, %next = gen.row %j of %a in %n : tensor<?xi64>
  %u = gen.sweep %k to %next sums(f64) {
    gen.yield %x : f64
  }
  return %s, %t, %u : f64, f64, f64
}
