// What reads the lower triangle only does not need it cut out.
// RUN: genfuse-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @read(
// CHECK-SAME: %[[A:[^ ]*]]: tensor<?x?xf64>
// CHECK-NOT: gen.lower_triangle
// CHECK: gen.triangular_solve %[[A]],
// CHECK: gen.diagonal %[[A]]
func.func @read(%a: tensor<?x?xf64>, %v: tensor<?xf64>) -> (tensor<?xf64>, tensor<?xf64>) {
  %l = gen.lower_triangle %a : tensor<?x?xf64>
  %y = gen.triangular_solve %l, %v : tensor<?x?xf64>, tensor<?xf64>
  %d = gen.diagonal %l : tensor<?x?xf64> -> tensor<?xf64>
  return %y, %d : tensor<?xf64>, tensor<?xf64>
}

// CHECK-LABEL: func.func @twice(
// CHECK: %[[L:.*]] = gen.lower_triangle
// CHECK-NEXT: return %[[L]]
func.func @twice(%a: tensor<?x?xf64>) -> tensor<?x?xf64> {
  %l = gen.lower_triangle %a : tensor<?x?xf64>
  %m = gen.lower_triangle %l : tensor<?x?xf64>
  return %m : tensor<?x?xf64>
}

// CHECK-LABEL: func.func @diagonals(
// CHECK-SAME: %[[V:[^ ]*]]: tensor<?xf64>
// CHECK-NOT: gen.lower_triangle
// CHECK: %[[D:.*]] = gen.diagonal_matrix %[[V]]
// CHECK-NEXT: return %[[D]], %[[V]]
func.func @diagonals(%v: tensor<?xf64>) -> (tensor<?x?xf64>, tensor<?xf64>) {
  %d = gen.diagonal_matrix %v : tensor<?xf64> -> tensor<?x?xf64>
  %l = gen.lower_triangle %d : tensor<?x?xf64>
  %w = gen.diagonal %d : tensor<?x?xf64> -> tensor<?xf64>
  return %l, %w : tensor<?x?xf64>, tensor<?xf64>
}

// The lower triangle of what is not one stays; the diagonal of a matrix is no diagonal matrix.
// CHECK-LABEL: func.func @stays(
// CHECK: %[[D:.*]] = gen.diagonal
// CHECK: %[[M:.*]] = gen.diagonal_matrix %[[D]]
// CHECK: gen.einsum ordered "ij,kj->ik"
func.func @stays(%a: tensor<?x?xf64>, %b: tensor<?x?xf64>) -> (tensor<?x?xf64>, tensor<?x?xf64>) {
  %d = gen.diagonal %a : tensor<?x?xf64> -> tensor<?xf64>
  %m = gen.diagonal_matrix %d : tensor<?xf64> -> tensor<?x?xf64>
  // A folded transposition keeps the order.
  %t = gen.einsum "ij->ji"(%b) : (tensor<?x?xf64>) -> tensor<?x?xf64>
  %p = gen.einsum ordered "ij,jk->ik"(%a, %t) : (tensor<?x?xf64>, tensor<?x?xf64>) -> tensor<?x?xf64>
  return %m, %p : tensor<?x?xf64>, tensor<?x?xf64>
}
