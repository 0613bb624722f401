// Densities and draws of vectors.
// RUN: genfuse-opt %s --gen-expand --canonicalize --cse | FileCheck %s

// CHECK-LABEL: func.func @density(
// CHECK-SAME: %[[X:[^ ]*]]: tensor<?xf64>, %[[MU:[^ ]*]]: tensor<?xf64>, %[[L:[^ ]*]]: tensor<?x?xf64>
// CHECK: %[[C:.*]] = arith.subf %[[X]], %[[MU]]
// CHECK: %[[Y:.*]] = gen.triangular_solve %[[L]], %[[C]]
// CHECK: gen.einsum "i,i->"(%[[Y]], %[[Y]])
// CHECK: %[[D:.*]] = gen.diagonal %[[L]]
// CHECK: math.log %[[D]]
func.func @density(%x: tensor<?xf64>, %mu: tensor<?xf64>, %l: tensor<?x?xf64>) -> f64 {
  %r = gen.logpdf mvnormal_cholesky(%mu, %l) of %x : tensor<?xf64>, (tensor<?xf64>, tensor<?x?xf64>) -> f64
  return %r : f64
}

// The components are elements of the draw's own stream; sums are ordered.
// CHECK-LABEL: func.func @draw(
// CHECK: %[[Z:.*]] = gen.sweep %[[K:.*]] to %{{.*}} stacks(tensor<3xf64>) {
// CHECK: gen.random stream_normal seed %{{.*}} instance %{{.*}} at[%{{.*}}] element %[[K]] stream <scope = 1, slot = 2, single = false>
// CHECK: %[[T:.*]] = gen.lower_triangle
// CHECK: %[[LZ:.*]] = gen.einsum ordered "ij,j->i"(%[[T]], %[[Z]])
// CHECK: arith.addf %{{.*}}, %[[LZ]]
func.func @draw(%seed: i64, %b: index, %i: index, %mu: tensor<3xf64>, %l: tensor<3x3xf64>) -> tensor<3xf64> {
  %x = gen.draw mvnormal_cholesky(%mu, %l) seed %seed instance %b at [%i]
    stream <scope = 1, slot = 2, single = false> : (tensor<3xf64>, tensor<3x3xf64>) -> tensor<3xf64>
  return %x : tensor<3xf64>
}

// CHECK-LABEL: func.func @simplex(
// CHECK: gen.sweep %[[K:.*]] to
// CHECK: gen.random log_gamma(%{{.*}} : f64) seed %{{.*}} instance %{{.*}} element %[[K]]
// CHECK: gen.reduce_max detached
// CHECK: gen.einsum ordered "i->"
// CHECK: gen.special at_least_normal
func.func @simplex(%seed: i64, %b: index, %alpha: tensor<?xf64>) -> tensor<?xf64> {
  %x = gen.draw dirichlet(%alpha) seed %seed instance %b stream <scope = 0, slot = 0, single = true>
    : (tensor<?xf64>) -> tensor<?xf64>
  return %x : tensor<?xf64>
}
