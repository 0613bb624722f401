// Ragged rows in loops: whatever the offsets are, a row stays within the whole; rows are written where they lie.
// RUN: genfuse-opt -split-input-file %s --gen-lower --canonicalize --cse | FileCheck %s

// CHECK-LABEL: func.func private @twice_kernel
// CHECK-DAG: %[[X:.*]] = call @memref_f64(%arg0)
// CHECK-DAG: %[[ENDS:.*]] = call @memref_i64(%arg1)
// CHECK-DAG: %[[OUT:.*]] = call @memref_f64(%arg2)
// CHECK: %[[FIRST:.*]] = memref.load %[[ENDS]]
// CHECK: %[[START:.*]] = arith.minui %{{.*}}, %[[TOTAL:.*]] : index
// CHECK: memref.load %[[ENDS]]
// CHECK: %[[END:.*]] = arith.minui %{{.*}}, %[[TOTAL]] : index
// CHECK: arith.maxui %[[START]], %[[END]] : index
// Contiguous loads and stores at start + j, nothing is added to what is there, and the tail is masked.
// CHECK: %[[AT:.*]] = arith.addi %[[START]], %{{.*}} : index
// CHECK-NEXT: %[[V:.*]] = vector.load %[[X]][%[[AT]]]
// CHECK-NEXT: %[[W:.*]] = arith.addf %[[V]], %[[V]] : vector<8xf64>
// CHECK-NEXT: vector.store %[[W]], %[[OUT]][%[[AT]]]
// CHECK: vector.maskedload %[[X]]
// CHECK: vector.maskedstore %[[OUT]]
// CHECK: return
// CHECK-LABEL: func.func @twice_workspace
// CHECK-NEXT: %[[ZERO:.*]] = arith.constant 0 : i64
// CHECK-NEXT: return %[[ZERO]]
func.func @twice(%x: tensor<?xf64> {gen.name = "x", gen.role = "argument", gen.shape = ["x.0"]},
                 %ends: tensor<?xi64> {gen.name = "ends", gen.role = "argument", gen.shape = ["ends.0"]})
    -> (tensor<?xf64> {gen.name = "y", gen.role = "return", gen.shape = ["x.0"]}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %total = tensor.dim %x, %c0 : tensor<?xf64>
  %count = tensor.dim %ends, %c0 : tensor<?xi64>
  %n = arith.subi %count, %c1 : index
  %all = gen.sweep %i to %n sums(tensor<?xf64>) {
    %start, %length = gen.row %i of %ends in %total : tensor<?xi64>
    %row = gen.sweep %j to %length lanes(8) stacks(tensor<?xf64>) {
      %at = arith.addi %start, %j : index
      %xj = tensor.extract %x[%at] : tensor<?xf64>
      %y = arith.addf %xj, %xj : f64
      gen.yield %y : f64
    }
    %placed = gen.place %row at %start of %total : tensor<?xf64> -> tensor<?xf64>
    gen.yield %placed : tensor<?xf64>
  }
  return %all : tensor<?xf64>
}

// -----
// Rows of a part of the whole: what they leave is zero.
// CHECK-LABEL: func.func private @part_kernel
// CHECK: %[[OUT:.*]] = call @memref_f64(%arg2)
// CHECK: scf.for
// CHECK: memref.store %cst, %[[OUT]]
// CHECK: scf.for
func.func @part(%x: tensor<?xf64> {gen.name = "x", gen.role = "argument", gen.shape = ["x.0"]},
                %ends: tensor<?xi64> {gen.name = "ends", gen.role = "argument", gen.shape = ["ends.0"]})
    -> (tensor<?xf64> {gen.name = "y", gen.role = "return", gen.shape = ["x.0"]}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %size = tensor.dim %x, %c0 : tensor<?xf64>
  %count = tensor.dim %ends, %c0 : tensor<?xi64>
  %n = arith.subi %count, %c1 : index
  %all = gen.sweep %i to %n sums(tensor<?xf64>) {
    %start, %length = gen.row %i of %ends in %c7 : tensor<?xi64>
    %row = gen.sweep %j to %length stacks(tensor<?xf64>) {
      %at = arith.addi %start, %j : index
      %xj = tensor.extract %x[%at] : tensor<?xf64>
      gen.yield %xj : f64
    }
    %placed = gen.place %row at %start of %size : tensor<?xf64> -> tensor<?xf64>
    gen.yield %placed : tensor<?xf64>
  }
  return %all : tensor<?xf64>
}

// -----
// The elements of a row in its own iteration: a buffer for the longest, which is not longer than the whole.
// CHECK-LABEL: func.func private @inside_kernel
// CHECK: %[[END:.*]] = arith.maxui
// CHECK-NEXT: %[[LENGTH:.*]] = arith.subi %[[END]],
// CHECK-NEXT: scf.for %[[J:.*]] = %c0 to %[[LENGTH]] step %c1
// CHECK: memref.store %{{.*}}, %[[BUFFER:.*]][%[[J]]]
// CHECK: arith.remui %[[LENGTH]], %c8
// CHECK: vector.load %[[BUFFER]]
func.func @inside(%x: tensor<?xf64> {gen.name = "x", gen.role = "argument", gen.shape = ["x.0"]},
                  %ends: tensor<?xi64> {gen.name = "ends", gen.role = "argument", gen.shape = ["ends.0"]})
    -> (f64 {gen.name = "return", gen.role = "return", gen.shape = []}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %total = tensor.dim %x, %c0 : tensor<?xf64>
  %count = tensor.dim %ends, %c0 : tensor<?xi64>
  %n = arith.subi %count, %c1 : index
  %all = gen.sweep %i to %n sums(f64) {
    %start, %length = gen.row %i of %ends in %total : tensor<?xi64>
    %row = gen.sweep %j to %length stacks(tensor<?xf64>) {
      %at = arith.addi %start, %j : index
      %xj = tensor.extract %x[%at] : tensor<?xf64>
      gen.yield %xj : f64
    }
    %square = gen.einsum "i,i->" (%row, %row) : (tensor<?xf64>, tensor<?xf64>) -> f64
    gen.yield %square : f64
  }
  return %all : f64
}
