// Every op of the structured layer with each of its attributes survives printing and parsing, also in generic form.
// RUN: genfuse-opt %s | genfuse-opt | FileCheck %s
// RUN: genfuse-opt -mlir-print-op-generic %s | genfuse-opt | FileCheck %s

// CHECK-LABEL: func.func @sweeps(
// CHECK: gen.sweep %{{.*}} to %{{.*}} sums(f64) {
// CHECK: gen.sweep %{{.*}} to %{{.*}} stacks(tensor<?xf64>) {
// CHECK: gen.sweep %{{.*}} to %{{.*}} lanes(16) sums(f64, i64, tensor<3xf64>) stacks(tensor<3x?xf64>) last {
// CHECK: gen.yield %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} : f32, i64, tensor<3xf64>, tensor<3xf64>
// CHECK-NEXT: } {note = "kept"}
// CHECK: gen.sweep %{{.*}} to %{{.*}} {
// CHECK-NEXT: gen.yield
func.func @sweeps(%n: index, %x: f64, %y: f32, %k: i64, %v: tensor<3xf64>) -> (f64, tensor<?xf64>, tensor<3x?xf64>) {
  %a = gen.sweep %i to %n sums(f64) {
    gen.yield %x : f64
  }
  %b = gen.sweep %i to %n stacks(tensor<?xf64>) {
    gen.yield %x : f64
  }
  // A sum of f32 terms may be f64.
  %c:4 = gen.sweep %i to %n lanes(16) sums(f64, i64, tensor<3xf64>) stacks(tensor<3x?xf64>) last {
    gen.yield %y, %k, %v, %v : f32, i64, tensor<3xf64>, tensor<3xf64>
  } {note = "kept"}
  gen.sweep %i to %n {
    gen.yield
  }
  return %a, %b, %c#3 : f64, tensor<?xf64>, tensor<3x?xf64>
}

// CHECK-LABEL: func.func @einsums(
// CHECK: gen.einsum "ij,jk->ik"(%{{.*}}, %{{.*}}) : (tensor<?x4xf32>, tensor<4x?xf32>) -> tensor<?x?xf32>
// CHECK: gen.einsum "ij->ji"(%{{.*}}) : (tensor<?x4xf32>) -> tensor<4x?xf32>
// CHECK: gen.einsum "ij,,jk->"(%{{.*}}, %{{.*}}, %{{.*}}) : (tensor<?x4xf32>, f32, tensor<4x?xf32>) -> f32
// CHECK: gen.einsum ",->"(%{{.*}}, %{{.*}}) : (f32, f32) -> f32
func.func @einsums(%a: tensor<?x4xf32>, %b: tensor<4x?xf32>, %s: f32) -> (tensor<?x?xf32>, tensor<4x?xf32>, f32, f32) {
  %p = gen.einsum "ij,jk->ik"(%a, %b) : (tensor<?x4xf32>, tensor<4x?xf32>) -> tensor<?x?xf32>
  %t = gen.einsum "ij->ji"(%a) : (tensor<?x4xf32>) -> tensor<4x?xf32>
  %q = gen.einsum "ij,,jk->"(%a, %s, %b) : (tensor<?x4xf32>, f32, tensor<4x?xf32>) -> f32
  %r = gen.einsum ",->"(%s, %s) : (f32, f32) -> f32
  return %p, %t, %q, %r : tensor<?x?xf32>, tensor<4x?xf32>, f32, f32
}

// CHECK-LABEL: func.func @others(
// CHECK: gen.reduce_max %{{.*}} : tensor<?xf64> -> f64
// CHECK: gen.reduce_max detached %{{.*}} : tensor<?xf64> -> f64
// CHECK: gen.one_hot %{{.*}} at[%{{.*}}] : f64 -> tensor<10xf64>
// CHECK: gen.one_hot %{{.*}} at[%{{.*}}, %{{.*}}] sizes(%{{.*}}) : f64 -> tensor<10x?xf64>
// CHECK: gen.inverse_cdf %{{.*}}, %{{.*}} : tensor<?xf64>, f64
// CHECK: gen.random uniform seed %{{.*}} instance %{{.*}} stream <scope = 0, slot = 0, single = true> : f64
// CHECK: gen.random normal seed %{{.*}} instance %{{.*}} at[%{{.*}}, %{{.*}}] stream <scope = 2, slot = 3, single = false> : f32
func.func @others(%v: tensor<?xf64>, %x: f64, %i: index, %seed: i64)
    -> (f64, f64, tensor<10xf64>, tensor<10x?xf64>, i64, f64, f32) {
  %a = gen.reduce_max %v : tensor<?xf64> -> f64
  %b = gen.reduce_max detached %v : tensor<?xf64> -> f64
  %c = gen.one_hot %x at [%i] : f64 -> tensor<10xf64>
  %d = gen.one_hot %x at [%i, %i] sizes(%i) : f64 -> tensor<10x?xf64>
  %e = gen.inverse_cdf %v, %x : tensor<?xf64>, f64
  %f = gen.random uniform seed %seed instance %i stream <scope = 0, slot = 0, single = true> : f64
  %g = gen.random normal seed %seed instance %i at [%i, %i] stream <scope = 2, slot = 3, single = false> : f32
  return %a, %b, %c, %d, %e, %f, %g : f64, f64, tensor<10xf64>, tensor<10x?xf64>, i64, f64, f32
}

// CHECK-LABEL: func.func @library(
// CHECK: gen.special lgamma(%{{.*}}) : f64
// CHECK: gen.special digamma(%{{.*}}) : tensor<?xf64>
// CHECK: gen.special deviance(%{{.*}}, %{{.*}}) : f64
// CHECK: gen.random gamma(%{{.*}} : f64) seed %{{.*}} instance %{{.*}} at[%{{.*}}] element %{{.*}} stream <scope = 1, slot = 0, single = false> : f64
// CHECK: gen.random integer(%{{.*}}, %{{.*}} : i64, i64) seed %{{.*}} instance %{{.*}} stream <scope = 0, slot = 0, single = true> : i64
func.func @library(%v: tensor<?xf64>, %x: f64, %i: index, %seed: i64) -> (f64, tensor<?xf64>, f64, f64, i64) {
  %a = gen.special lgamma(%x) : f64
  %b = gen.special digamma(%v) : tensor<?xf64>
  %c = gen.special deviance(%a, %x) : f64
  %d = gen.random gamma(%x : f64) seed %seed instance %i at [%i] element %i stream <scope = 1, slot = 0, single = false> : f64
  %e = gen.random integer(%seed, %seed : i64, i64) seed %seed instance %i stream <scope = 0, slot = 0, single = true> : i64
  return %a, %b, %c, %d, %e : f64, tensor<?xf64>, f64, f64, i64
}
