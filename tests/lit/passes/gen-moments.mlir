// RUN: genfuse-opt %s --gen-moments --canonicalize --cse | FileCheck %s

// sum_i (y_i - a - b x_i)^2 from the sums of y^2, y, x, x y, x^2 and n, formed in f64 before the loop; in it is
// arithmetic: a (a n + (b (2 sum x) - 2 sum y)) + (b (b sum x^2 - 2 sum x y) + sum y^2).
// CHECK-LABEL: func.func @residuals
// CHECK-SAME: %[[A0:[a-z0-9]*]]: f32, %[[B:[a-z0-9]*]]: f32, %[[X:[a-z0-9]*]]: tensor<?xf32>, %[[Y:[a-z0-9]*]]: tensor<?xf32>, %[[N:[a-z0-9]*]]: index
// CHECK-DAG: %[[TWO:.*]] = arith.constant 2.0{{.*}} : f64
// CHECK-DAG: %[[MINUS:.*]] = arith.constant -2.0{{.*}} : f64
// CHECK: %[[SUMS:.*]]:5 = gen.sweep %[[I:.*]] to %[[N]] sums(f64, f64, f64, f64, f64) {
// CHECK: %[[YI:.*]] = tensor.extract %[[Y]][%[[I]]]
// CHECK: %[[WY:.*]] = arith.extf %[[YI]]
// CHECK: %[[XI:.*]] = tensor.extract %[[X]][%[[I]]]
// CHECK: %[[WX:.*]] = arith.extf %[[XI]]
// CHECK-DAG: %[[YY:.*]] = arith.mulf %[[WY]], %[[WY]] : f64
// CHECK-DAG: %[[XY:.*]] = arith.mulf %[[WY]], %[[WX]] : f64
// CHECK-DAG: %[[XX:.*]] = arith.mulf %[[WX]], %[[WX]] : f64
// CHECK: gen.yield %[[YY]], %[[WY]], %[[WX]], %[[XY]], %[[XX]]
// CHECK-DAG: %[[Y2:.*]] = arith.mulf %[[SUMS]]#1, %[[MINUS]]
// CHECK-DAG: %[[COUNT:.*]] = arith.sitofp
// CHECK-DAG: %[[X2:.*]] = arith.mulf %[[SUMS]]#2, %[[TWO]]
// CHECK-DAG: %[[XY2:.*]] = arith.mulf %[[SUMS]]#3, %[[MINUS]]
// CHECK: gen.loop {{.*}} carry(%[[ACARRIED:[a-z0-9]*]] = %[[A0]] : f32)
// CHECK-NOT: gen.sweep
// CHECK-DAG: %[[A:.*]] = arith.extf %[[ACARRIED]]
// CHECK-DAG: %[[WB:.*]] = arith.extf %[[B]]
// CHECK: %[[T0:.*]] = arith.mulf %[[A]], %[[COUNT]]
// CHECK: %[[T1:.*]] = arith.mulf %[[WB]], %[[X2]]
// CHECK: %[[T2:.*]] = arith.addf %[[T1]], %[[Y2]]
// CHECK: %[[T3:.*]] = arith.addf %[[T0]], %[[T2]]
// CHECK: %[[T4:.*]] = arith.mulf %[[A]], %[[T3]]
// CHECK: %[[T5:.*]] = arith.mulf %[[WB]], %[[SUMS]]#4
// CHECK: %[[T6:.*]] = arith.addf %[[T5]], %[[XY2]]
// CHECK: %[[T7:.*]] = arith.mulf %[[WB]], %[[T6]]
// CHECK: %[[T8:.*]] = arith.addf %[[T7]], %[[SUMS]]#0
// CHECK: %[[T9:.*]] = arith.addf %[[T4]], %[[T8]]
// CHECK: arith.truncf %[[T9]] : f64 to f32
func.func @residuals(%a0: f32, %b: f32, %x: tensor<?xf32>, %y: tensor<?xf32>, %n: index, %m: index) -> f32 {
  %last = gen.loop %t to %m carry(%a = %a0 : f32) {
    %s = gen.sweep %i to %n sums(f32) {
      %xi = tensor.extract %x[%i] : tensor<?xf32>
      %yi = tensor.extract %y[%i] : tensor<?xf32>
      %p = arith.mulf %b, %xi : f32
      %mean = arith.addf %a, %p : f32
      %e = arith.subf %yi, %mean : f32
      %q = arith.mulf %e, %e : f32
      gen.yield %q : f32
    }
    gen.yield %s : f32
  }
  return %last : f32
}

// Functions of data alone are coefficients, however they are computed.
// CHECK-LABEL: func.func @function
// CHECK: %[[S:.*]] = gen.sweep {{.*}} sums(f64) {
// CHECK: math.log
// CHECK: }
// CHECK-NOT: gen.sweep
// CHECK: arith.mulf %{{.*}}, %[[S]]
func.func @function(%a: f32, %x: tensor<?xf32>, %n: index) -> f64 {
  %s = gen.sweep %i to %n sums(f64) {
    %xi = tensor.extract %x[%i] : tensor<?xf32>
    %l = math.log %xi : f32
    %p = arith.mulf %a, %l : f32
    gen.yield %p : f32
  }
  return %s : f64
}

// Must not: what is no polynomial in values that change; one of degree 5; a sum of data alone.
// CHECK-LABEL: func.func @others
// CHECK: gen.sweep {{.*}} sums(f64, f64, f64) {
// CHECK: math.exp
// CHECK-NOT: gen.sweep
// CHECK: return
func.func @others(%a: f32, %x: tensor<?xf32>, %n: index) -> (f64, f64, f64) {
  %s, %t, %u = gen.sweep %i to %n sums(f64, f64, f64) {
    %xi = tensor.extract %x[%i] : tensor<?xf32>
    %p = arith.mulf %a, %xi : f32
    %e = math.exp %p : f32
    %a2 = arith.mulf %p, %p : f32
    %a4 = arith.mulf %a2, %a2 : f32
    %a5 = arith.mulf %a4, %p : f32
    gen.yield %e, %a5, %xi : f32, f32, f32
  }
  return %s, %t, %u : f64, f64, f64
}

// Must not: data that the loop itself makes.
// CHECK-LABEL: func.func @carried
// CHECK: gen.loop
// CHECK: gen.sweep
// CHECK-NOT: gen.sweep
// CHECK: return
func.func @carried(%a0: f32, %x: tensor<?xf32>, %n: index, %m: index) -> f32 {
  %last, %v = gen.loop %t to %m carry(%a = %a0 : f32, %u = %x : tensor<?xf32>) {
    %s = gen.sweep %i to %n sums(f32) {
      %xi = tensor.extract %u[%i] : tensor<?xf32>
      %p = arith.mulf %a, %xi : f32
      gen.yield %p : f32
    }
    %w = arith.addf %u, %u : tensor<?xf32>
    gen.yield %s, %w : f32, tensor<?xf32>
  }
  return %last : f32
}
