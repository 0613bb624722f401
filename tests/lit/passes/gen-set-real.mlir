// RUN: genfuse-opt %s --gen-set-real | FileCheck %s

// Values are f32; the score is the f64 sum of a sweep over f32 terms.
// CHECK-LABEL: func.func @f
// CHECK-SAME: tensor<?xf32>
// CHECK-SAME: -> (f64 {{.*}}, f32 {{.*}})
// CHECK: gen.sweep {{.*}} sums(f64, f32)
// CHECK: gen.yield {{.*}} : f32, f32
// CHECK: arith.addf {{.*}} : f64
func.func @f(%x: tensor<?xf64>, %n: index) -> (f64 {gen.name = "score", gen.role = "score", gen.shape = []}, f64 {gen.name = "a", gen.role = "argument_gradient", gen.shape = []}) {
  %c = arith.constant 1.0 : f64
  %s, %t = gen.sweep %i to %n sums(f64, f64) {
    %xi = tensor.extract %x[%i] : tensor<?xf64>
    gen.yield %xi, %xi : f64, f64
  }
  %j = arith.addf %s, %c : f64
  return %j, %t : f64, f64
}

// A score of an applied operation stays f64 along additions, selects, comparisons and what a loop carries: what it
// started with, and what it ends with. Values beside it are extended.
// CHECK-LABEL: func.func @wide
// CHECK-SAME: %[[X:[a-z0-9]*]]: f32
// CHECK: %[[START:.*]] = gen.sweep {{.*}} sums(f64)
// CHECK: gen.loop {{.*}} carry(%[[S:.*]] = %[[START]] : f64, %[[Q:.*]] = %[[X]] : f32)
// CHECK: %[[NEW:.*]] = gen.sweep {{.*}} sums(f64)
// CHECK: %[[WIDE:.*]] = arith.extf %[[Q]] : f32 to f64
// CHECK: %[[H:.*]] = arith.subf %[[NEW]], %[[WIDE]] : f64
// CHECK: %[[OK:.*]] = arith.cmpf olt, %[[S]], %[[H]] : f64
// CHECK: %[[NEXT:.*]] = arith.select %[[OK]], %[[NEW]], %[[S]] : f64
// CHECK: gen.yield %[[NEXT]], %{{.*}} : f64, f32
// CHECK-NOT: gen.wide
func.func @wide(%x: f64 {gen.name = "x", gen.role = "argument", gen.shape = []}, %v: tensor<?xf64> {gen.name = "v", gen.role = "argument", gen.shape = ["v.0"]}, %n: index)
    -> (f64 {gen.name = "q", gen.role = "result", gen.shape = []}, f64 {gen.name = "better", gen.role = "result", gen.shape = []}) {
  %zero = arith.constant 0.0 : f64
  %a = gen.sweep %i to %n sums(f64) {
    %vi = tensor.extract %v[%i] : tensor<?xf64>
    gen.yield %vi : f64
  }
  %start = gen.wide %a : f64
  %s, %q = gen.loop %t to %n carry(%s0 = %start : f64, %q0 = %x : f64) {
    %b = gen.sweep %i to %n sums(f64) {
      %vi = tensor.extract %v[%i] : tensor<?xf64>
      %e = arith.mulf %vi, %q0 : f64
      gen.yield %e : f64
    }
    %new = gen.wide %b : f64
    %h = arith.subf %new, %q0 : f64
    %ok = arith.cmpf olt, %s0, %h : f64
    %next = arith.select %ok, %new, %s0 : f64
    %other = arith.select %ok, %x, %q0 : f64
    gen.yield %next, %other : f64, f64
  }
  %better = arith.cmpf olt, %zero, %s : f64
  %y = arith.select %better, %q, %x : f64
  return %q, %y : f64, f64
}

// Must not: a product gets the rounded score, and is f32 itself; so does a result of a procedure.
// CHECK-LABEL: func.func @rounded
// CHECK-SAME: %[[X:[a-z0-9]*]]: f32
// CHECK-SAME: -> (f32 {{.*}}, f32 {{.*}})
// CHECK: %[[SUM:.*]] = gen.sweep {{.*}} sums(f64)
// CHECK: %[[SCORE:.*]] = arith.truncf %[[SUM]] : f64 to f32
// CHECK: %[[P:.*]] = arith.mulf %[[SCORE]], %[[X]] : f32
// CHECK: return %[[P]], %[[SCORE]] : f32, f32
func.func @rounded(%x: f64 {gen.name = "x", gen.role = "argument", gen.shape = []}, %v: tensor<?xf64> {gen.name = "v", gen.role = "argument", gen.shape = ["v.0"]}, %n: index)
    -> (f64 {gen.name = "p", gen.role = "result", gen.shape = []}, f64 {gen.name = "s", gen.role = "result", gen.shape = []}) {
  %a = gen.sweep %i to %n sums(f64) {
    %vi = tensor.extract %v[%i] : tensor<?xf64>
    gen.yield %vi : f64
  }
  %s = gen.wide %a : f64
  %p = arith.mulf %s, %x : f64
  return %p, %s : f64, f64
}
