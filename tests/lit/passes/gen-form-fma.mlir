// RUN: genfuse-opt %s --gen-form-fma | FileCheck %s

// CHECK-LABEL: func.func @fuse
// CHECK-SAME: %[[A:.*]]: f32, %[[B:.*]]: f32, %[[C:.*]]: f32
// CHECK: math.fma %[[A]], %[[B]], %[[C]]
// CHECK-NOT: arith.mulf
func.func @fuse(%a: f32, %b: f32, %c: f32) -> f32 {
  %p = arith.mulf %a, %b : f32
  %s = arith.addf %p, %c : f32
  return %s : f32
}

// CHECK-LABEL: func.func @subtract
// CHECK: %[[NEGATED:.*]] = arith.negf
// CHECK: math.fma %[[NEGATED]]
func.func @subtract(%a: f32, %b: f32, %c: f32) -> f32 {
  %p = arith.mulf %a, %b : f32
  %s = arith.subf %c, %p : f32
  return %s : f32
}

// Must not: the product is used elsewhere too.
// CHECK-LABEL: func.func @shared
// CHECK: arith.mulf
// CHECK: arith.addf
// CHECK-NOT: math.fma
func.func @shared(%a: f32, %b: f32, %c: f32) -> (f32, f32) {
  %p = arith.mulf %a, %b : f32
  %s = arith.addf %p, %c : f32
  return %p, %s : f32, f32
}
