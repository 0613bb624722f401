// Canonicalisation of sweeps and einsums.
// RUN: genfuse-opt %s --canonicalize | FileCheck %s

// Results that nobody uses go, the rest keep their kind, their lanes and their layout.
// CHECK-LABEL: func.func @unused(
// CHECK: gen.sweep {{.*}} lanes(8) sums(i64) stacks(tensor<?xf64>) last {
// CHECK-NOT: math.exp
// CHECK: gen.yield %{{.*}}, %{{.*}} : i64, f64
func.func @unused(%n: index, %x: f64, %k: i64) -> (i64, tensor<?xf64>) {
  %r:4 = gen.sweep %i to %n lanes(8) sums(f64, i64) stacks(tensor<?xf64>, tensor<?xf64>) last {
    %e = math.exp %x : f64
    gen.yield %e, %k, %e, %x : f64, i64, f64, f64
  }
  return %r#1, %r#3 : i64, tensor<?xf64>
}

// CHECK-LABEL: func.func @all_unused(
// CHECK-NOT: gen.sweep
// CHECK: return
func.func @all_unused(%n: index, %x: f64) {
  %r = gen.sweep %i to %n sums(f64) {
    gen.yield %x : f64
  }
  return
}

// The length of a stack is that of its sweep, first or last; its other sizes are not, nor those of a sum.
// CHECK-LABEL: func.func @lengths(
// CHECK-SAME: %[[N:[^ ]*]]: index
// CHECK: %[[FIRST:.*]]:2 = gen.sweep
// CHECK: %[[LAST:.*]] = gen.sweep
// CHECK-DAG: %[[OTHER:.*]] = tensor.dim %[[FIRST]]#1, %c1
// CHECK-DAG: %[[SUM:.*]] = tensor.dim %[[FIRST]]#0, %c0
// CHECK-DAG: %[[ROWS:.*]] = tensor.dim %[[LAST]], %c0
// CHECK: return %[[N]], %[[OTHER]], %[[SUM]], %[[N]], %[[ROWS]]
func.func @lengths(%n: index, %v: tensor<?xf64>) -> (index, index, index, index, index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a:2 = gen.sweep %i to %n sums(tensor<?xf64>) stacks(tensor<?x?xf64>) {
    gen.yield %v, %v : tensor<?xf64>, tensor<?xf64>
  }
  %b = gen.sweep %i to %n stacks(tensor<?x?xf64>) last {
    gen.yield %v : tensor<?xf64>
  }
  %p = tensor.dim %a#1, %c0 : tensor<?x?xf64>
  %q = tensor.dim %a#1, %c1 : tensor<?x?xf64>
  %r = tensor.dim %a#0, %c0 : tensor<?xf64>
  %s = tensor.dim %b, %c1 : tensor<?x?xf64>
  %t = tensor.dim %b, %c0 : tensor<?x?xf64>
  return %p, %q, %r, %s, %t : index, index, index, index, index
}

// CHECK-LABEL: func.func @identity(
// CHECK-SAME: %[[A:[^ ]*]]: tensor<?x?xf64>
// CHECK: return %[[A]]
func.func @identity(%a: tensor<?x?xf64>) -> tensor<?x?xf64> {
  %r = gen.einsum "ij->ij"(%a) : (tensor<?x?xf64>) -> tensor<?x?xf64>
  return %r : tensor<?x?xf64>
}

// CHECK-LABEL: func.func @transposed(
// CHECK-SAME: %[[A:[^ ]*]]: tensor<?x?xf64>, %[[B:[^ ]*]]: tensor<?x?xf64>
// CHECK: gen.einsum "ik,jk->ij"(%[[A]], %[[B]])
// CHECK-NOT: gen.einsum
func.func @transposed(%a: tensor<?x?xf64>, %b: tensor<?x?xf64>) -> tensor<?x?xf64> {
  %t = gen.einsum "pq->qp"(%b) : (tensor<?x?xf64>) -> tensor<?x?xf64>
  %r = gen.einsum "ik,kj->ij"(%a, %t) : (tensor<?x?xf64>, tensor<?x?xf64>) -> tensor<?x?xf64>
  return %r : tensor<?x?xf64>
}

// A rotation of three dimensions is undone by its inverse, and by that only.
// CHECK-LABEL: func.func @rotated(
// CHECK-SAME: %[[A:[^ ]*]]: tensor<?x?x?xf64>
// CHECK: %[[TWICE:.*]] = gen.einsum "cab->bca"(%[[A]])
// CHECK: return %[[A]], %[[TWICE]]
func.func @rotated(%a: tensor<?x?x?xf64>) -> (tensor<?x?x?xf64>, tensor<?x?x?xf64>) {
  %t = gen.einsum "ijk->jki"(%a) : (tensor<?x?x?xf64>) -> tensor<?x?x?xf64>
  %back = gen.einsum "jki->ijk"(%t) : (tensor<?x?x?xf64>) -> tensor<?x?x?xf64>
  %twice = gen.einsum "abc->bca"(%t) : (tensor<?x?x?xf64>) -> tensor<?x?x?xf64>
  return %back, %twice : tensor<?x?x?xf64>, tensor<?x?x?xf64>
}

// Must not: a sum is no transposition.
// CHECK-LABEL: func.func @summed(
// CHECK: gen.einsum "ij->j"
// CHECK: gen.einsum "j->"
func.func @summed(%a: tensor<?x?xf64>) -> f64 {
  %t = gen.einsum "ij->j"(%a) : (tensor<?x?xf64>) -> tensor<?xf64>
  %r = gen.einsum "j->"(%t) : (tensor<?xf64>) -> f64
  return %r : f64
}
