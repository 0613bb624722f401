// RUN: genfuse-opt %s --gen-count | FileCheck %s
// RUN: genfuse-opt %s --gen-count --gen-expand --canonicalize --cse | FileCheck %s --check-prefix=SIMPLE

// Each log density is counted by the leaf of its location, or by the name that it is given.
// CHECK-LABEL: func.func @f(
// CHECK-SAME: gen.counts = ["x", "old y"]
// CHECK: %[[A:.*]] = gen.logpdf normal
// CHECK: %[[B:.*]] = gen.counted "x" %[[A]] : f64
// CHECK: %[[C:.*]] = gen.logpdf normal
// CHECK: gen.counted "old y" %[[C]] : f64
// CHECK: return %[[B]]
// What no result needs is not computed, and so not counted.
// SIMPLE-LABEL: func.func @f(
// SIMPLE: gen.counted "x"
// SIMPLE-NOT: gen.counted
func.func @f(%x: f64, %mu: f64) -> f64 {
  %a = gen.logpdf normal(%mu, %mu) of %x : f64, (f64, f64) -> f64 loc("x"("m.mlir":3:4))
  %b = gen.logpdf normal(%x, %mu) of %x {gen.count = "old y"} : f64, (f64, f64) -> f64
  return %a : f64
}
