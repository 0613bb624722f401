// L y = b: v solves the transposed system with the cotangent of y; b gets v, L the lower triangle of -v y'.
// RUN: genfuse-opt -split-input-file %s --gen-differentiate --canonicalize --cse | FileCheck %s

// CHECK-LABEL: func.func @solve(
// CHECK-SAME: %[[L:[^ ]*]]: tensor<?x?xf64>, %[[B:[^ ]*]]: tensor<?xf64>, %[[W:[^ ]*]]: tensor<?xf64>
// CHECK: %[[Y:.*]] = gen.triangular_solve %[[L]], %[[B]]
// CHECK: %[[G:.*]] = gen.einsum {{.*}}%[[W]]
// CHECK: %[[V:.*]] = gen.triangular_solve transposed %[[L]], %[[G]]
// CHECK: %[[N:.*]] = arith.negf %[[V]]
// CHECK: %[[O:.*]] = gen.einsum "i,j->ij"(%[[N]], %[[Y]])
// CHECK: %[[T:.*]] = gen.lower_triangle %[[O]]
// CHECK: return %[[T]], %[[V]]
func.func @solve(%l: tensor<?x?xf64>, %b: tensor<?xf64>, %w: tensor<?xf64>) -> (tensor<?x?xf64>, tensor<?xf64>) {
  %y = gen.triangular_solve %l, %b : tensor<?x?xf64>, tensor<?xf64>
  %s = gen.einsum "i,i->"(%w, %y) : (tensor<?xf64>, tensor<?xf64>) -> f64
  %g:2 = gen.gradient %s wrt(%l, %b) : (f64, tensor<?x?xf64>, tensor<?xf64>) -> (tensor<?x?xf64>, tensor<?xf64>)
  return %g#0, %g#1 : tensor<?x?xf64>, tensor<?xf64>
}

// -----
// L' y = b: the other way round.
// CHECK-LABEL: func.func @transposed(
// CHECK: %[[Y:.*]] = gen.triangular_solve transposed %[[L:.*]], %
// CHECK: %[[V:.*]] = gen.triangular_solve %[[L]], %
// CHECK: %[[N:.*]] = arith.negf %[[V]]
// CHECK: gen.einsum "i,j->ij"(%[[Y]], %[[N]])
// CHECK: gen.lower_triangle
func.func @transposed(%l: tensor<?x?xf64>, %b: tensor<?xf64>, %w: tensor<?xf64>)
    -> (tensor<?x?xf64>, tensor<?xf64>) {
  %y = gen.triangular_solve transposed %l, %b : tensor<?x?xf64>, tensor<?xf64>
  %s = gen.einsum "i,i->"(%w, %y) : (tensor<?xf64>, tensor<?xf64>) -> f64
  %g:2 = gen.gradient %s wrt(%l, %b) : (f64, tensor<?x?xf64>, tensor<?xf64>) -> (tensor<?x?xf64>, tensor<?xf64>)
  return %g#0, %g#1 : tensor<?x?xf64>, tensor<?xf64>
}

// -----
// The diagonal and the lower triangle give their cotangents back to where they were.
// CHECK-LABEL: func.func @parts(
// CHECK-DAG: %[[D:.*]] = gen.diagonal_matrix %{{.*}} : tensor<3xf64> -> tensor<3x3xf64>
// CHECK-DAG: %[[T:.*]] = gen.lower_triangle
// CHECK: arith.addf
func.func @parts(%a: tensor<3x3xf64>, %v: tensor<3xf64>, %m: tensor<3x3xf64>) -> tensor<3x3xf64> {
  %d = gen.diagonal %a : tensor<3x3xf64> -> tensor<3xf64>
  %l = gen.lower_triangle %a : tensor<3x3xf64>
  %s = gen.einsum "i,i->"(%d, %v) : (tensor<3xf64>, tensor<3xf64>) -> f64
  %t = gen.einsum "ij,ij->"(%l, %m) : (tensor<3x3xf64>, tensor<3x3xf64>) -> f64
  %u = arith.addf %s, %t : f64
  %g = gen.gradient %u wrt(%a) : (f64, tensor<3x3xf64>) -> tensor<3x3xf64>
  return %g : tensor<3x3xf64>
}

// -----
// CHECK-LABEL: func.func @from_diagonal(
// CHECK: gen.diagonal %{{.*}} : tensor<3x3xf64> -> tensor<3xf64>
func.func @from_diagonal(%v: tensor<3xf64>, %m: tensor<3x3xf64>) -> tensor<3xf64> {
  %d = gen.diagonal_matrix %v : tensor<3xf64> -> tensor<3x3xf64>
  %t = gen.einsum "ij,ij->"(%d, %m) : (tensor<3x3xf64>, tensor<3x3xf64>) -> f64
  %g = gen.gradient %t wrt(%v) : (f64, tensor<3xf64>) -> tensor<3xf64>
  return %g : tensor<3xf64>
}
