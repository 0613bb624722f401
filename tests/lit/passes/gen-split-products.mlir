// RUN: genfuse-opt %s --gen-split-products=least=6 --canonicalize --cse --split-input-file | FileCheck %s
// RUN: genfuse-opt %s --gen-split-products=least=0 --canonicalize --cse --split-input-file | FileCheck %s --check-prefix=SMALL
// SMALL-NOT: gen.handed_over

// A layer and its gradient: the product of all rows, a sweep that reads its rows, and the sum of outer products as a
// product. Rows of data need no copy; the row's own number is read again, not kept.
// CHECK-LABEL: @layer
// CHECK: %[[H:.*]] = gen.einsum "ij,nj->ni"(%{{.*}}, %[[X:.*]]) {gen.handed_over = 48 : i64} : (tensor<8x6xf32>, tensor<?x6xf32>) -> tensor<?x8xf32>
// CHECK: %[[S:.*]]:2 = gen.sweep %[[I:.*]] to %{{.*}} sums(f64) stacks(tensor<?x8xf32>) {
// CHECK:   %[[ROW:.*]] = tensor.extract_slice %[[H]][%[[I]], 0] [1, 8] [1, 1]
// CHECK:   %[[T:.*]] = math.tanh %[[ROW]]
// CHECK:   %[[YI:.*]] = tensor.extract %{{.*}}[%[[I]]]
// CHECK:   gen.yield %{{.*}}, %[[T]]
// CHECK: %[[D:.*]] = gen.einsum "ni,nj->ij"(%[[S]]#1, %[[X]]) {gen.handed_over = 48 : i64}
// CHECK: return %[[S]]#0, %[[D]]
// SMALL-LABEL: @layer
func.func @layer(%w: tensor<8x6xf32>, %xs: tensor<?x6xf32>, %y: tensor<?xf32>) -> (f64, tensor<8x6xf32>) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %xs, %c0 : tensor<?x6xf32>
  %s:2 = gen.sweep %i to %n sums(f64, tensor<8x6xf32>) {
    %x = tensor.extract_slice %xs[%i, 0] [1, 6] [1, 1] : tensor<?x6xf32> to tensor<6xf32>
    %h = gen.einsum "ij,j->i" (%w, %x) : (tensor<8x6xf32>, tensor<6xf32>) -> tensor<8xf32>
    %t = math.tanh %h : tensor<8xf32>
    %q = gen.einsum "i->" (%t) : (tensor<8xf32>) -> f32
    %yi = tensor.extract %y[%i] : tensor<?xf32>
    %l = arith.mulf %q, %yi : f32
    %d = gen.einsum "i,j->ij" (%t, %x) : (tensor<8xf32>, tensor<6xf32>) -> tensor<8x6xf32>
    gen.yield %l, %d : f32, tensor<8x6xf32>
  }
  return %s#0, %s#1 : f64, tensor<8x6xf32>
}

// -----

// Two products, one after the other: three stages, of which the first keeps the vector that goes into the first
// product and what the last one needs, the draw, which is made once.
// CHECK-LABEL: @stages
// CHECK: %[[A:.*]]:2 = gen.sweep {{.*}} stacks(tensor<?x6xf32>, tensor<?xf32>)
// CHECK:   gen.random
// CHECK: %[[H:.*]] = gen.einsum "ij,nj->ni"(%{{.*}}, %[[A]]#0)
// CHECK: %[[B:.*]] = gen.sweep {{.*}} stacks(tensor<?x8xf32>)
// CHECK-NOT: gen.random
// CHECK: gen.einsum "ji,nj->ni"(%{{.*}}, %[[B]])
// CHECK: gen.sweep {{.*}} sums(f64)
// CHECK-NOT: gen.random
// CHECK:   tensor.extract %[[A]]#1
// CHECK: return
func.func @stages(%w: tensor<8x6xf32>, %xs: tensor<?x6xf32>, %seed: i64) -> f64 {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %xs, %c0 : tensor<?x6xf32>
  %s = gen.sweep %i to %n sums(f64) {
    %x = tensor.extract_slice %xs[%i, 0] [1, 6] [1, 1] : tensor<?x6xf32> to tensor<6xf32>
    %z = gen.random normal seed %seed instance %c0 at[%i] stream <scope = 0, slot = 0, single = false> : f32
    %zs = tensor.splat %z : tensor<6xf32>
    %v = arith.addf %x, %zs : tensor<6xf32>
    %h = gen.einsum "ij,j->i" (%w, %v) : (tensor<8x6xf32>, tensor<6xf32>) -> tensor<8xf32>
    %t = math.tanh %h : tensor<8xf32>
    %b = gen.einsum "ji,j->i" (%w, %t) : (tensor<8x6xf32>, tensor<8xf32>) -> tensor<6xf32>
    %q = gen.einsum "i->" (%b) : (tensor<6xf32>) -> f32
    %l = arith.mulf %q, %z : f32
    gen.yield %l : f32
  }
  return %s : f64
}

// -----

// The terms of a sum that are products of two vectors leave it, the others stay.
// CHECK-LABEL: @terms
// CHECK: %[[S:.*]]:3 = gen.sweep {{.*}} sums(tensor<8x6xf32>) stacks(tensor<?x8xf32>, tensor<?x6xf32>)
// CHECK: %[[A:.*]] = gen.einsum "ni,nj->ij"(%[[S]]#1, %[[S]]#2)
// CHECK: %[[B:.*]] = arith.addf %[[S]]#0, %[[A]]
// CHECK: %[[C:.*]] = gen.einsum "ni,nj->ij"(%[[S]]#1, %{{.*}})
// CHECK: arith.addf %[[B]], %[[C]]
func.func @terms(%w: tensor<8x6xf32>, %xs: tensor<?x6xf32>, %us: tensor<?x8xf32>) -> tensor<8x6xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %xs, %c0 : tensor<?x6xf32>
  %s = gen.sweep %i to %n sums(tensor<8x6xf32>) {
    %x = tensor.extract_slice %xs[%i, 0] [1, 6] [1, 1] : tensor<?x6xf32> to tensor<6xf32>
    %u = tensor.extract_slice %us[%i, 0] [1, 8] [1, 1] : tensor<?x8xf32> to tensor<8xf32>
    %t = math.tanh %u : tensor<8xf32>
    %e = math.exp %x : tensor<6xf32>
    %a = gen.einsum "i,j->ij" (%t, %e) : (tensor<8xf32>, tensor<6xf32>) -> tensor<8x6xf32>
    %b = gen.einsum "i,j->ij" (%t, %x) : (tensor<8xf32>, tensor<6xf32>) -> tensor<8x6xf32>
    %k = tensor.extract %xs[%i, %c0] : tensor<?x6xf32>
    %ks = tensor.splat %k : tensor<8x6xf32>
    %p = arith.addf %a, %ks : tensor<8x6xf32>
    %q = arith.addf %p, %b : tensor<8x6xf32>
    gen.yield %q : tensor<8x6xf32>
  }
  return %s : tensor<8x6xf32>
}

// -----

// In a loop too; and products of matrices that the model makes itself.
// CHECK-LABEL: @loop
// CHECK: gen.loop
// CHECK:   gen.einsum "ij,nj->ni"(%{{.*}}, %{{.*}}) {gen.handed_over = 48 : i64}
// CHECK:   gen.sweep
// CHECK: gen.einsum "ni,ij->nj"(%{{.*}}, %{{.*}}) {gen.handed_over = 48 : i64}
func.func @loop(%w: tensor<8x6xf32>, %xs: tensor<?x6xf32>, %us: tensor<?x8xf32>) -> (f64, tensor<?x6xf32>) {
  %c0 = arith.constant 0 : index
  %c3 = arith.constant 3 : index
  %zero = arith.constant 0.0 : f64
  %n = tensor.dim %xs, %c0 : tensor<?x6xf32>
  %r = gen.loop %step to %c3 carry(%sum = %zero : f64) {
    %s = gen.sweep %i to %n sums(f64) {
      %x = tensor.extract_slice %xs[%i, 0] [1, 6] [1, 1] : tensor<?x6xf32> to tensor<6xf32>
      %h = gen.einsum "ij,j->i" (%w, %x) : (tensor<8x6xf32>, tensor<6xf32>) -> tensor<8xf32>
      %q = gen.einsum "i->" (%h) : (tensor<8xf32>) -> f32
      gen.yield %q : f32
    }
    %next = arith.addf %sum, %s : f64
    gen.yield %next : f64
  }
  %p = gen.einsum "ni,ij->nj" (%us, %w) : (tensor<?x8xf32>, tensor<8x6xf32>) -> tensor<?x6xf32>
  return %r, %p : f64, tensor<?x6xf32>
}

// -----

// Must not: a sweep in lanes, one over instances, rows of ragged data, products in inner sweeps, ordered ones (draws),
// and those of two values that vary, whose result is needed in the body.
// CHECK-LABEL: @must_not
// CHECK-NOT: gen.handed_over
func.func @must_not(%w: tensor<8x6xf32>, %xs: tensor<?x6xf32>, %n: index) -> (f64, f64, tensor<?xf32>, f64, f64) {
  %c0 = arith.constant 0 : index
  %m = tensor.dim %xs, %c0 : tensor<?x6xf32>
  %a = gen.sweep %i to %m lanes(16) sums(f64) {
    %x = tensor.extract_slice %xs[%i, 0] [1, 6] [1, 1] : tensor<?x6xf32> to tensor<6xf32>
    %h = gen.einsum "ij,j->i" (%w, %x) : (tensor<8x6xf32>, tensor<6xf32>) -> tensor<8xf32>
    %q = gen.einsum "i->" (%h) : (tensor<8xf32>) -> f32
    gen.yield %q : f32
  }
  %b = gen.sweep %j to %m sums(f64) {
    %e = gen.sweep %i to %m sums(f64) {
      %x = tensor.extract_slice %xs[%i, 0] [1, 6] [1, 1] : tensor<?x6xf32> to tensor<6xf32>
      %y = math.exp %x : tensor<6xf32>
      %h = gen.einsum "ij,j->i" (%w, %y) : (tensor<8x6xf32>, tensor<6xf32>) -> tensor<8xf32>
      %q = gen.einsum "i->" (%h) : (tensor<8xf32>) -> f32
      gen.yield %q : f32
    }
    gen.yield %e : f64
  }
  %c = gen.sweep %i to %n stacks(tensor<?xf32>) last {
    %x = tensor.extract_slice %xs[%i, 0] [1, 6] [1, 1] : tensor<?x6xf32> to tensor<6xf32>
    %h = gen.einsum "ij,j->i" (%w, %x) : (tensor<8x6xf32>, tensor<6xf32>) -> tensor<8xf32>
    %q = gen.einsum "i->" (%h) : (tensor<8xf32>) -> f32
    gen.yield %q : f32
  }
  %d = gen.sweep %i to %m sums(f64) {
    %x = tensor.extract_slice %xs[%i, 0] [1, 6] [1, 1] : tensor<?x6xf32> to tensor<6xf32>
    %h = gen.einsum ordered "ij,j->i" (%w, %x) : (tensor<8x6xf32>, tensor<6xf32>) -> tensor<8xf32>
    %q = gen.einsum "i->" (%h) : (tensor<8xf32>) -> f32
    gen.yield %q : f32
  }
  %f = gen.sweep %i to %m sums(f64) {
    %x = tensor.extract_slice %xs[%i, 0] [1, 6] [1, 1] : tensor<?x6xf32> to tensor<6xf32>
    %o = gen.einsum "i,j->ij" (%x, %x) : (tensor<6xf32>, tensor<6xf32>) -> tensor<6x6xf32>
    %h = gen.einsum "ij,j->i" (%o, %x) : (tensor<6x6xf32>, tensor<6xf32>) -> tensor<6xf32>
    %q = gen.einsum "i->" (%h) : (tensor<6xf32>) -> f32
    gen.yield %q : f32
  }
  return %a, %b, %c, %d, %f : f64, f64, tensor<?xf32>, f64, f64
}

// -----

// A yielded value that is read off a product at a place that an earlier stage computes: the place is kept.
// CHECK-LABEL: func.func @pick
// CHECK: %[[FIRST:[0-9]+]]:2 = gen.sweep {{.*}} stacks(tensor<?x6xf32>, tensor<?xi64>)
// CHECK: gen.einsum {{.*}}gen.handed_over = 36 : i64
// CHECK: gen.sweep {{.*}} stacks(tensor<?xf32>)
// CHECK:   tensor.extract %[[FIRST]]#1
func.func @pick(%xs: tensor<?x6xf32>, %u: tensor<6x6xf32>, %n: index) -> tensor<?xf32> {
  %r = gen.sweep %i to %n stacks(tensor<?xf32>) {
    %x = tensor.extract_slice %xs[%i, 0] [1, 6] [1, 1] : tensor<?x6xf32> to tensor<6xf32>
    %t = math.exp %x : tensor<6xf32>
    %most = gen.reduce_max %t : tensor<6xf32> -> f32
    %a = arith.fptosi %most : f32 to i64
    %at = arith.index_cast %a : i64 to index
    %k = gen.einsum "ij,j->i" (%u, %t) : (tensor<6x6xf32>, tensor<6xf32>) -> tensor<6xf32>
    %m = tensor.extract %k[%at] : tensor<6xf32>
    gen.yield %m : f32
  }
  return %r : tensor<?xf32>
}

// -----

// Not a product of matrices: a scaling of columns, which a GEMM library cannot do.
// CHECK-LABEL: func.func @scaling
// CHECK-COUNT-1: gen.sweep
// CHECK-NOT: gen.handed_over
func.func @scaling(%xs: tensor<?x6xf32>, %u: tensor<6x6xf32>, %n: index) -> f64 {
  %r = gen.sweep %i to %n sums(f64) {
    %x = tensor.extract_slice %xs[%i, 0] [1, 6] [1, 1] : tensor<?x6xf32> to tensor<6xf32>
    %t = math.exp %x : tensor<6xf32>
    %k = gen.einsum "ij,j->j" (%u, %t) : (tensor<6x6xf32>, tensor<6xf32>) -> tensor<6xf32>
    %q = gen.einsum "i->" (%k) : (tensor<6xf32>) -> f32
    gen.yield %q : f32
  }
  return %r : f64
}
