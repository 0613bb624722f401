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

// Of a vector and a scalar for all lanes the vector is negated.
// CHECK-LABEL: func.func @broadcast
// CHECK: %[[ALL:.*]] = vector.broadcast
// CHECK: %[[MINUS:.*]] = arith.negf %arg1
// CHECK: math.fma %[[ALL]], %[[MINUS]], %arg2
func.func @broadcast(%a: f32, %b: vector<16xf32>, %c: vector<16xf32>) -> vector<16xf32> {
  %all = vector.broadcast %a : f32 to vector<16xf32>
  %p = arith.mulf %all, %b : vector<16xf32>
  %s = arith.subf %c, %p : vector<16xf32>
  return %s : vector<16xf32>
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

// A negated product is taken in like a product: the sign goes to a factor, or meets that of the subtraction.
// CHECK-LABEL: func.func @negated
// CHECK-SAME: %[[A:[a-z0-9]*]]: f32, %[[B:[a-z0-9]*]]: f32, %[[C:[a-z0-9]*]]: f32
// CHECK: %[[MINUS:.*]] = arith.negf %[[A]]
// CHECK: %[[S:.*]] = math.fma %[[MINUS]], %[[B]], %[[C]]
// CHECK: %[[T:.*]] = math.fma %[[A]], %[[B]], %[[C]]
// CHECK-NOT: arith.mulf
// CHECK: return %[[S]], %[[T]]
func.func @negated(%a: f32, %b: f32, %c: f32) -> (f32, f32) {
  %p = arith.mulf %a, %b : f32
  %m = arith.negf %p : f32
  %s = arith.addf %m, %c : f32
  %q = arith.mulf %a, %b : f32
  %o = arith.negf %q : f32
  %t = arith.subf %c, %o : f32
  return %s, %t : f32, f32
}

// Must not: the negation, or the product below it, is used elsewhere too.
// CHECK-LABEL: func.func @shared_negation
// CHECK: arith.mulf
// CHECK: arith.addf
// CHECK: arith.mulf
// CHECK: arith.addf
// CHECK-NOT: math.fma
// CHECK: return
func.func @shared_negation(%a: f32, %b: f32, %c: f32) -> (f32, f32, f32, f32) {
  %p = arith.mulf %a, %b : f32
  %m = arith.negf %p : f32
  %s = arith.addf %m, %c : f32
  %q = arith.mulf %a, %c : f32
  %o = arith.negf %q : f32
  %t = arith.addf %o, %c : f32
  return %m, %s, %q, %t : f32, f32, f32, f32
}

// Must not: a product with 1 or -1, which costs nothing; the addition is spent on the other product.
// CHECK-LABEL: func.func @sign
// CHECK-SAME: %[[A:[a-z0-9]*]]: f32, %[[B:[a-z0-9]*]]: f32
// CHECK: %[[SIGNED:.*]] = arith.mulf %[[A]], %{{.*}}
// CHECK: math.fma %[[A]], %[[B]], %[[SIGNED]]
// CHECK-NOT: math.fma
// CHECK: return
func.func @sign(%a: f32, %b: f32, %c: f32) -> (f32, f32) {
  %minus = arith.constant -1.0 : f32
  %p = arith.mulf %a, %minus : f32
  %q = arith.mulf %a, %b : f32
  %s = arith.addf %q, %p : f32
  %o = arith.mulf %b, %minus : f32
  %t = arith.addf %c, %o : f32
  return %s, %t : f32, f32
}
