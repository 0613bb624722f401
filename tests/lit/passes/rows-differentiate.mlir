// Derivatives of ragged data: a row's are collected along it and placed in the whole, and both passes over a row merge.
// RUN: genfuse-opt -split-input-file %s --gen-differentiate --canonicalize --cse | FileCheck %s
// RUN: genfuse-opt -split-input-file %s --gen-differentiate --canonicalize --gen-merge-sweeps --canonicalize --cse | FileCheck %s --check-prefix=MERGED

// CHECK-LABEL: func.func @rows
// CHECK: gen.sweep {{.*}} sums(f64) {
// CHECK: gen.sweep %[[I:.*]] to %{{.*}} sums(tensor<?xf64>) {
// CHECK: %[[START:.*]], %[[LENGTH:.*]] = gen.row %[[I]] of %arg1 in %[[TOTAL:.*]] :
// CHECK: %[[ROW:.*]] = gen.sweep %{{.*}} to %[[LENGTH]] stacks(tensor<?xf64>) {
// CHECK: %[[PLACED:.*]] = gen.place %[[ROW]] at %[[START]] of %[[TOTAL]] : tensor<?xf64> -> tensor<?xf64>
// CHECK-NEXT: gen.yield %[[PLACED]]

// One pass over the rows, and one over each.
// MERGED-LABEL: func.func @rows
// MERGED: gen.sweep {{.*}} sums(f64, tensor<?xf64>) {
// MERGED: gen.row
// MERGED-NOT: gen.row
// MERGED: gen.sweep {{.*}} sums(f64) stacks(tensor<?xf64>) {
// MERGED-NOT: gen.sweep
// MERGED: gen.place
// MERGED-NOT: gen.place
func.func @rows(%x: tensor<?xf64> {gen.shape = ["x.0"]}, %ends: tensor<?xi64>) -> (f64, tensor<?xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %total = tensor.dim %x, %c0 : tensor<?xf64>
  %count = tensor.dim %ends, %c0 : tensor<?xi64>
  %n = arith.subi %count, %c1 : index
  %s = gen.sweep %i to %n sums(f64) {
    %start, %length = gen.row %i of %ends in %total : tensor<?xi64>
    %r = gen.sweep %j to %length sums(f64) {
      %at = arith.addi %start, %j : index
      %xj = tensor.extract %x[%at] : tensor<?xf64>
      %p = arith.mulf %xj, %xj : f64
      gen.yield %p : f64
    }
    gen.yield %r : f64
  }
  %g = gen.gradient %s wrt(%x) : (f64, tensor<?xf64>) -> tensor<?xf64>
  return %s, %g : f64, tensor<?xf64>
}

// -----
// An index within the row is no place in the whole: these derivatives are added.
// CHECK-LABEL: func.func @within
// CHECK-NOT: gen.place
// CHECK: gen.one_hot
// CHECK-NOT: gen.place
// CHECK: return
func.func @within(%x: tensor<?xf64> {gen.shape = ["x.0"]}, %ends: tensor<?xi64>) -> (f64, tensor<?xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %total = tensor.dim %x, %c0 : tensor<?xf64>
  %count = tensor.dim %ends, %c0 : tensor<?xi64>
  %n = arith.subi %count, %c1 : index
  %s = gen.sweep %i to %n sums(f64) {
    %start, %length = gen.row %i of %ends in %total : tensor<?xi64>
    %r = gen.sweep %j to %length sums(f64) {
      %xj = tensor.extract %x[%j] : tensor<?xf64>
      %p = arith.mulf %xj, %xj : f64
      gen.yield %p : f64
    }
    gen.yield %r : f64
  }
  %g = gen.gradient %s wrt(%x) : (f64, tensor<?xf64>) -> tensor<?xf64>
  return %s, %g : f64, tensor<?xf64>
}
