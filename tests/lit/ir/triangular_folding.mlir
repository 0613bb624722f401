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

// The sum of the parts is the part of the sum; other results keep their places.
// CHECK-LABEL: func.func @sums(
// CHECK: %[[R:.*]]:4 = gen.sweep {{.*}} lanes(8) sums(f64, tensor<?x?xf64>, tensor<3xf64>) stacks(tensor<?xf64>) last {
// CHECK: %[[O:.*]] = gen.einsum "i,j->ij"
// CHECK-NOT: gen.lower_triangle
// CHECK: gen.yield %{{.*}}, %[[O]], %{{.*}}, %{{.*}} : f64, tensor<?x?xf64>, tensor<3xf64>, f64
// CHECK: %[[D:.*]] = gen.diagonal_matrix %[[R]]#2
// CHECK: return %[[R]]#0, %{{.*}}, %[[D]], %[[R]]#3
func.func @sums(%n: index, %v: tensor<?xf64>, %w: tensor<3xf64>, %x: f64)
    -> (f64, tensor<?x?xf64>, tensor<3x3xf64>, tensor<?xf64>) {
  %d = gen.diagonal_matrix %w : tensor<3xf64> -> tensor<3x3xf64>
  %r:4 = gen.sweep %i to %n lanes(8) sums(f64, tensor<?x?xf64>, tensor<3x3xf64>) stacks(tensor<?xf64>) last {
    %o = gen.einsum "i,j->ij"(%v, %v) : (tensor<?xf64>, tensor<?xf64>) -> tensor<?x?xf64>
    %l = gen.lower_triangle %o : tensor<?x?xf64>
    gen.yield %x, %l, %d, %x : f64, tensor<?x?xf64>, tensor<3x3xf64>, f64
  }
  return %r#0, %r#1, %r#2, %r#3 : f64, tensor<?x?xf64>, tensor<3x3xf64>, tensor<?xf64>
}

// A sum of a triangle and something else is two sums; a sum of neither stays one.
// CHECK-LABEL: func.func @split(
// CHECK: %[[R:.*]]:3 = gen.sweep {{.*}} sums(tensor<?x?xf64>, tensor<?x?xf64>, tensor<?x?xf64>) {
// CHECK: gen.yield %[[B:.*]], %{{.*}}, %[[A:.*]] :
// CHECK: %[[T:.*]] = gen.lower_triangle %[[R]]#2
// CHECK: arith.addf %[[R]]#0, %[[T]]
func.func @split(%n: index, %a: tensor<?x?xf64>, %b: tensor<?x?xf64>) -> (tensor<?x?xf64>, tensor<?x?xf64>) {
  %r:2 = gen.sweep %i to %n sums(tensor<?x?xf64>, tensor<?x?xf64>) {
    %l = gen.lower_triangle %a : tensor<?x?xf64>
    %s = arith.addf %b, %l : tensor<?x?xf64>
    %t = arith.addf %b, %a : tensor<?x?xf64>
    gen.yield %s, %t : tensor<?x?xf64>, tensor<?x?xf64>
  }
  return %r#0, %r#1 : tensor<?x?xf64>, tensor<?x?xf64>
}
