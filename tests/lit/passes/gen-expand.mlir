// Log densities and draws become arithmetic.
// RUN: genfuse-opt %s --gen-expand --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @density
// CHECK-NOT: gen.logpdf
// CHECK: arith.subf
// CHECK: math.log
func.func @density(%x: f64, %mu: f64, %sigma: f64) -> f64 {
  %l = gen.logpdf normal(%mu, %sigma) of %x : f64, (f64, f64) -> f64
  return %l : f64
}

// A value outside the support: minus infinity, chosen and not multiplied.
// CHECK-LABEL: func.func @support
// CHECK: %[[MINUS_INFINITY:.*]] = arith.constant 0xFFF0000000000000
// CHECK: arith.select {{.*}}, %[[MINUS_INFINITY]]
func.func @support(%x: f64, %low: f64, %high: f64) -> f64 {
  %l = gen.logpdf uniform(%low, %high) of %x : f64, (f64, f64) -> f64
  return %l : f64
}

// CHECK-LABEL: func.func @draw
// CHECK: %[[Z:.*]] = gen.random normal seed %{{.*}} instance %{{.*}} stream <scope = 1, slot = 2, single = false>
// CHECK: arith.mulf %{{.*}}, %[[Z]]
func.func @draw(%seed: i64, %b: index, %mu: f64, %sigma: f64) -> f64 {
  %x = gen.draw normal(%mu, %sigma) seed %seed instance %b stream <scope = 1, slot = 2, single = false> : (f64, f64) -> f64
  return %x : f64
}

// A draw with a random stream of its own: variates of one draw differ in the element.
// CHECK-LABEL: func.func @stream
// CHECK: %[[SHAPE:.*]] = arith.mulf
// CHECK-DAG: gen.random log_gamma(%[[SHAPE]] : f64) seed %{{.*}} instance %{{.*}} at[%{{.*}}] stream <scope = 1, slot = 2, single = false> : f64
// CHECK-DAG: gen.random normal seed
func.func @stream(%seed: i64, %b: index, %nu: f64, %loc: f64, %scale: f64) -> f64 {
  %x = gen.draw student_t(%nu, %loc, %scale) seed %seed instance %b at [%b] stream <scope = 1, slot = 2, single = false> : (f64, f64, f64) -> f64
  return %x : f64
}

// Counts are drawn as reals; what is no count becomes -1, before a conversion that would be undefined.
// CHECK-LABEL: func.func @count
// CHECK: %[[NONE:.*]] = arith.constant -1.0
// CHECK: gen.random poisson
// CHECK: %[[SAFE:.*]] = arith.select %{{.*}}, %{{.*}}, %[[NONE]]{{ }}
// CHECK: arith.fptosi %[[SAFE]]
func.func @count(%seed: i64, %b: index, %rate: f64) -> i64 {
  %x = gen.draw poisson(%rate) seed %seed instance %b stream <scope = 0, slot = 0, single = true> : (f64) -> i64
  return %x : i64
}
