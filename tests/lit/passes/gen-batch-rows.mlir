// A sweep in which something is as long as a row does not run in lanes; what runs along the row does.
// RUN: genfuse-opt %s --gen-batch="mapping=single lanes=16" | FileCheck %s

// CHECK-LABEL: func.func @sums
// CHECK: gen.sweep {{%[a-z0-9_]+}} to {{%[a-z0-9_]+}} sums(f64)
// CHECK: tensor.splat
func.func @sums(%x: tensor<?xf64> {gen.name = "x", gen.role = "argument", gen.shape = ["x.0"]},
                %offsets: tensor<?xi64> {gen.name = "offsets", gen.role = "argument", gen.shape = ["offsets.0"]})
    -> (f64 {gen.name = "score", gen.role = "score", gen.shape = []}) {
  %c0 = arith.constant 0 : index
  %half = arith.constant 0.5 : f64
  %n = tensor.dim %offsets, %c0 : tensor<?xi64>
  %total = tensor.dim %x, %c0 : tensor<?xf64>
  %s = gen.sweep %i to %n sums(f64) {
    %start, %length = gen.row %i of %offsets in %total : tensor<?xi64>
    %halves = tensor.splat %half[%length] : tensor<?xf64>
    %sum = gen.einsum "i->" (%halves) : (tensor<?xf64>) -> f64
    gen.yield %sum : f64
  }
  return %s : f64
}

// CHECK-LABEL: func.func @slices
// CHECK: gen.sweep {{%[a-z0-9_]+}} to {{%[a-z0-9_]+}} sums(f64)
// CHECK: tensor.extract_slice
func.func @slices(%x: tensor<?xf64> {gen.name = "x", gen.role = "argument", gen.shape = ["x.0"]},
                  %offsets: tensor<?xi64> {gen.name = "offsets", gen.role = "argument", gen.shape = ["offsets.0"]})
    -> (f64 {gen.name = "score", gen.role = "score", gen.shape = []}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %offsets, %c0 : tensor<?xi64>
  %total = tensor.dim %x, %c0 : tensor<?xf64>
  %s = gen.sweep %i to %n sums(f64) {
    %start, %length = gen.row %i of %offsets in %total : tensor<?xi64>
    %row = tensor.extract_slice %x[%start] [%length] [1] : tensor<?xf64> to tensor<?xf64>
    %sum = gen.einsum "i->" (%row) : (tensor<?xf64>) -> f64
    gen.yield %sum : f64
  }
  return %s : f64
}

// CHECK-LABEL: func.func @rows
// CHECK: gen.sweep {{%[a-z0-9_]+}} to {{%[a-z0-9_]+}} sums(f64)
// CHECK: gen.sweep {{%[a-z0-9_]+}} to {{%[a-z0-9_]+}} lanes(16) sums(f64)
func.func @rows(%x: tensor<?xf64> {gen.name = "x", gen.role = "argument", gen.shape = ["x.0"]},
                %offsets: tensor<?xi64> {gen.name = "offsets", gen.role = "argument", gen.shape = ["offsets.0"]})
    -> (f64 {gen.name = "score", gen.role = "score", gen.shape = []}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %offsets, %c0 : tensor<?xi64>
  %total = tensor.dim %x, %c0 : tensor<?xf64>
  %s = gen.sweep %i to %n sums(f64) {
    %start, %length = gen.row %i of %offsets in %total : tensor<?xi64>
    %sum = gen.sweep %j to %length sums(f64) {
      %at = arith.addi %start, %j : index
      %xj = tensor.extract %x[%at] : tensor<?xf64>
      gen.yield %xj : f64
    }
    gen.yield %sum : f64
  }
  return %s : f64
}
