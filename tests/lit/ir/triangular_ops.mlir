// Every op on triangular matrices with each of its attributes survives printing and parsing, also in generic form.
// RUN: genfuse-opt %s | genfuse-opt | FileCheck %s
// RUN: genfuse-opt -mlir-print-op-generic %s | genfuse-opt | FileCheck %s

// CHECK-LABEL: func.func @ops(
// CHECK: gen.triangular_solve %{{.*}}, %{{.*}} : tensor<?x?xf64>, tensor<?xf64>
// CHECK: gen.triangular_solve transposed %{{.*}}, %{{.*}} : tensor<?x3xf64>, tensor<3xf64>
// CHECK: gen.lower_triangle %{{.*}} : tensor<?x?xf64>
// CHECK: gen.diagonal %{{.*}} : tensor<?x?xf64> -> tensor<?xf64>
// CHECK: gen.diagonal_matrix %{{.*}} : tensor<3xf64> -> tensor<3x3xf64>
// CHECK: gen.einsum ordered "ij,j->i"(%{{.*}}, %{{.*}}) : (tensor<?x?xf64>, tensor<?xf64>) -> tensor<?xf64>
func.func @ops(%a: tensor<?x?xf64>, %v: tensor<?xf64>, %b: tensor<?x3xf64>, %w: tensor<3xf64>)
    -> (tensor<?xf64>, tensor<3xf64>, tensor<?x?xf64>, tensor<?xf64>, tensor<3x3xf64>, tensor<?xf64>) {
  %0 = gen.triangular_solve %a, %v : tensor<?x?xf64>, tensor<?xf64>
  %1 = gen.triangular_solve transposed %b, %w : tensor<?x3xf64>, tensor<3xf64>
  %2 = gen.lower_triangle %a : tensor<?x?xf64>
  %3 = gen.diagonal %a : tensor<?x?xf64> -> tensor<?xf64>
  %4 = gen.diagonal_matrix %w : tensor<3xf64> -> tensor<3x3xf64>
  %5 = gen.einsum ordered "ij,j->i"(%a, %v) : (tensor<?x?xf64>, tensor<?xf64>) -> tensor<?xf64>
  return %0, %1, %2, %3, %4, %5
    : tensor<?xf64>, tensor<3xf64>, tensor<?x?xf64>, tensor<?xf64>, tensor<3x3xf64>, tensor<?xf64>
}
