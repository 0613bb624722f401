// The ops of ragged data survive printing and parsing, also in generic form.
// RUN: genfuse-opt %s | genfuse-opt | FileCheck %s
// RUN: genfuse-opt -mlir-print-op-generic %s | genfuse-opt | FileCheck %s

// CHECK-LABEL: gen.func @rows(
// CHECK: map "rows" %[[I:.*]] to
// CHECK-NEXT: %[[START:.*]], %[[LENGTH:.*]] = gen.row %[[I]] of %arg1 in %{{.*}} : tensor<?xi64>
// CHECK-NEXT: map "y" %[[J:.*]] to %[[LENGTH]] {
// CHECK-NEXT: arith.addi %[[START]], %[[J]] : index
// CHECK: %{{.*}}, %{{.*}} = gen.row %[[I]] of %arg2 in %{{.*}} {note = "kept"} : tensor<3xi64>
gen.func @rows(%s: tensor<?xf64>, %offsets: tensor<?xi64>, %known: tensor<3xi64>) {
  %zero = arith.constant 0.0 : f64
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %total = tensor.dim %s, %c0 : tensor<?xf64>
  %ends = tensor.dim %offsets, %c0 : tensor<?xi64>
  %n = arith.subi %ends, %c1 : index
  gen.map "rows" %i to %n {
    %start, %length = gen.row %i of %offsets in %total : tensor<?xi64>
    gen.map "y" %j to %length {
      %at = arith.addi %start, %j : index
      %sij = tensor.extract %s[%at] : tensor<?xf64>
      %y = gen.sample normal(%zero, %sij) : (f64, f64) -> f64
      gen.yield
    }
    %other, %size = gen.row %i of %known in %total {note = "kept"} : tensor<3xi64>
    gen.yield
  }
  gen.return
}

// CHECK-LABEL: func.func @places(
// CHECK: %[[START:.*]], %{{.*}} = gen.row
// CHECK-NEXT: gen.place %arg0 at %[[START]] of %arg4 : tensor<?xf64> -> tensor<?xf64>
// CHECK-NEXT: gen.place %arg1 at %[[START]] of %arg4 {note = "kept"} : tensor<?x3xf64> -> tensor<7x3xf64>
func.func @places(%row: tensor<?xf64>, %rows: tensor<?x3xf64>, %offsets: tensor<?xi64>, %i: index, %n: index)
    -> (tensor<?xf64>, tensor<7x3xf64>) {
  %start, %length = gen.row %i of %offsets in %n : tensor<?xi64>
  %a = gen.place %row at %start of %n : tensor<?xf64> -> tensor<?xf64>
  %b = gen.place %rows at %start of %n {note = "kept"} : tensor<?x3xf64> -> tensor<7x3xf64>
  return %a, %b : tensor<?xf64>, tensor<7x3xf64>
}
