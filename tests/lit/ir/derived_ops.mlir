// Every op of the derived layer with each of its attributes survives printing and parsing, also in generic form.
// RUN: genfuse-opt %s | genfuse-opt | FileCheck %s
// RUN: genfuse-opt -mlir-print-op-generic %s | genfuse-opt | FileCheck %s

// CHECK-LABEL: func.func @logpdf(
// CHECK: gen.logpdf normal(%{{.*}}, %{{.*}}) of %{{.*}} : f64, (f64, f64) -> f64
// CHECK: gen.logpdf categorical_logits(%{{.*}}) of %{{.*}} : i64, (tensor<?xf64>) -> f64
// CHECK: gen.logpdf bernoulli(%{{.*}}) of %{{.*}} {note = "kept"} : i1, (f64) -> f64
func.func @logpdf(%x: f64, %k: i64, %b: i1, %v: tensor<?xf64>) -> (f64, f64, f64) {
  %n = gen.logpdf normal(%x, %x) of %x : f64, (f64, f64) -> f64
  %c = gen.logpdf categorical_logits(%v) of %k : i64, (tensor<?xf64>) -> f64
  %l = gen.logpdf bernoulli(%x) of %b {note = "kept"} : i1, (f64) -> f64
  return %n, %c, %l : f64, f64, f64
}

// CHECK-LABEL: func.func @draw(
// CHECK: gen.draw uniform(%{{.*}}, %{{.*}}) seed %{{.*}} instance %{{.*}} stream <scope = 0, slot = 0, single = true> : (f64, f64) -> f64
// CHECK: gen.draw bernoulli(%{{.*}}) seed %{{.*}} instance %{{.*}} at[%{{.*}}, %{{.*}}] stream <scope = 7, slot = 5, single = false> : (f64) -> i1
func.func @draw(%x: f64, %seed: i64, %i: index, %j: index) -> (f64, i1) {
  %u = gen.draw uniform(%x, %x) seed %seed instance %i stream <scope = 0, slot = 0, single = true> : (f64, f64) -> f64
  %b = gen.draw bernoulli(%x) seed %seed instance %i at [%i, %j] stream <scope = 7, slot = 5, single = false> : (f64) -> i1
  return %u, %b : f64, i1
}

// CHECK-LABEL: func.func @gradient(
// CHECK: gen.gradient %{{.*}} wrt(%{{.*}}, %{{.*}}) : (f64, f64, tensor<?xf64>) -> (f64, tensor<?xf64>)
// CHECK: gen.gradient %{{.*}} wrt(%{{.*}}) drop_constants : (f64, f64) -> f64
func.func @gradient(%x: f64, %v: tensor<?xf64>) -> (f64, tensor<?xf64>, f64) {
  %g:2 = gen.gradient %x wrt(%x, %v) : (f64, f64, tensor<?xf64>) -> (f64, tensor<?xf64>)
  %d = gen.gradient %x wrt(%x) drop_constants : (f64, f64) -> f64
  return %g#0, %g#1, %d : f64, tensor<?xf64>, f64
}

// CHECK-LABEL: func.func @variable(
// CHECK: gen.variable 0 of %{{.*}} : f64
// CHECK: gen.variable 7 of %{{.*}} : tensor<?xf64>
func.func @variable(%x: f64, %v: tensor<?xf64>) -> (f64, tensor<?xf64>) {
  %a = gen.variable 0 of %x : f64
  %b = gen.variable 7 of %v : tensor<?xf64>
  return %a, %b : f64, tensor<?xf64>
}
