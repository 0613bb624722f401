// The ops of checked and counting kernels survive printing and parsing, also in generic form.
// RUN: genfuse-opt %s | genfuse-opt | FileCheck %s
// RUN: genfuse-opt -mlir-print-op-generic %s | genfuse-opt | FileCheck %s
// RUN: genfuse-opt --canonicalize --cse %s | FileCheck %s --check-prefix=FOLDED

// CHECK-LABEL: func.func @checks(
// CHECK: gen.check %{{.*}} number 0 "x: got {v}" of(%{{.*}}) : f64
// CHECK: gen.check %{{.*}} number 1 "x/{0}: got {v}, not {b}" at[%{{.*}}] of(%{{.*}}, %{{.*}}) : i64, index
// A check that may fail is neither dropped nor merged with its like; one that holds is dropped.
// FOLDED-LABEL: func.func @checks(
// FOLDED-COUNT-2: gen.check %{{.*}} number 2
// FOLDED-NOT: number 3
func.func @checks(%x: f64, %k: i64, %i: index, %ok: i1) {
  gen.check %ok number 0 "x: got {v}" of(%x) : f64
  gen.check %ok number 1 "x/{0}: got {v}, not {b}" at[%i] of(%k, %i) : i64, index
  gen.check %ok number 2 "twice" of(%x) : f64
  gen.check %ok number 2 "twice" of(%x) : f64
  %true = arith.constant true
  gen.check %true number 3 "holds" of(%x) : f64
  return
}

// CHECK-LABEL: func.func @counted(
// CHECK: gen.counted "y/*" %{{.*}} : f64
func.func @counted(%x: f64) -> f64 {
  %y = gen.counted "y/*" %x : f64
  return %y : f64
}
