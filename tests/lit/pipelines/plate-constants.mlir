// The constants of a plate of normals leave it: what is left are a square and a logarithm.
// RUN: genfuse-opt %source/tests/models/cases.mlir --gen-derive="request={assess()} model=PL" %differentiate --gen-hoist-invariants --canonicalize --cse | FileCheck %s

// CHECK: gen.sweep {{.*}} sums(f64)
// CHECK-NOT: 0.918938
// CHECK: gen.yield
// CHECK: arith.sitofp
