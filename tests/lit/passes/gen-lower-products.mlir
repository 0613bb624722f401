// Products of a matrix with rows of data: blocks of rows and of results, as many as the vector registers hold. Few
// results are unrolled, many are taken in blocks; the outer products that a gradient adds up likewise.
// RUN: genfuse-opt %s --gen-lower --canonicalize --split-input-file | FileCheck %s
// RUN: genfuse-opt %s --gen-lower="registers=16 register-bytes=32" --canonicalize --split-input-file | FileCheck %s --check-prefix=HALF

// Two rows with 10 results, or one block of 5 after the other, whose few products are taken for two chunks a turn. 784
// columns are whole vectors, and whole pairs: no masked rest, no second loop.
// CHECK-LABEL: func.func private @few_kernel
// CHECK: scf.for {{.*}} to %c16{{.*}} step %c2 {
// CHECK-NOT: arith.minui
// CHECK: scf.for {{.*}} to %c784{{.*}} step %c16
// CHECK-COUNT-20: math.fma {{.*}} : vector<16xf32>
// CHECK-NOT: vector.maskedload
// CHECK: vector.shuffle
// CHECK-NOT: vector.reduction
// CHECK: vector.store
// HALF-LABEL: func.func private @few_kernel
// HALF: scf.for {{.*}} to %c16{{.*}} step %c2 {
// HALF: scf.for {{.*}} to %c10{{.*}} step %c5 {
// HALF: scf.for {{.*}} to %c784{{.*}} step %c16
// HALF-COUNT-20: math.fma {{.*}} : vector<8xf32>
// HALF-NOT: math.fma
// HALF: vector.shuffle
// HALF-NOT: vector.reduction
// HALF: vector.store
func.func @few(%x: tensor<?x784xf32> {gen.name = "x", gen.role = "argument", gen.shape = ["x.0", "784"]},
               %w: tensor<10x784xf32> {gen.name = "w", gen.role = "parameter", gen.shape = ["10", "784"]})
    -> (f64 {gen.name = "score", gen.role = "score", gen.shape = []}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x784xf32>
  %s = gen.sweep %i to %n lanes(16) sums(f64) {
    %row = tensor.extract_slice %x[%i, 0] [1, 784] [1, 1] : tensor<?x784xf32> to tensor<784xf32>
    %y = gen.einsum "ij,j->i"(%w, %row) : (tensor<10x784xf32>, tensor<784xf32>) -> tensor<10xf32>
    %t = gen.einsum "i->"(%y) : (tensor<10xf32>) -> f32
    gen.yield %t : f32
  }
  return %s : f64
}

// -----

// 65 results: blocks of 5, which divide them, for 4 (or 2) rows.
// CHECK-LABEL: func.func private @many_kernel
// CHECK: scf.for {{.*}} to %c16{{.*}} step %c4 {
// CHECK: scf.for {{.*}} to %c65{{.*}} step %c5 {
// CHECK-NOT: arith.minui
// CHECK: scf.for {{.*}} to %c784{{.*}} step %c16
// CHECK-COUNT-20: math.fma {{.*}} : vector<16xf32>
// CHECK-NOT: math.fma
// CHECK: vector.shuffle
// CHECK-NOT: vector.reduction
// CHECK: vector.store
// HALF-LABEL: func.func private @many_kernel
// HALF: scf.for {{.*}} to %c16{{.*}} step %c2 {
// HALF: scf.for {{.*}} to %c65{{.*}} step %c5 {
// HALF: scf.for {{.*}} to %c784{{.*}} step %c16
// HALF-COUNT-20: math.fma {{.*}} : vector<8xf32>
// HALF-NOT: math.fma
// HALF: vector.shuffle
// HALF-NOT: vector.reduction
// HALF: vector.store
func.func @many(%x: tensor<?x784xf32> {gen.name = "x", gen.role = "argument", gen.shape = ["x.0", "784"]},
                %w: tensor<65x784xf32> {gen.name = "w", gen.role = "parameter", gen.shape = ["65", "784"]})
    -> (f64 {gen.name = "score", gen.role = "score", gen.shape = []}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x784xf32>
  %s = gen.sweep %i to %n lanes(16) sums(f64) {
    %row = tensor.extract_slice %x[%i, 0] [1, 784] [1, 1] : tensor<?x784xf32> to tensor<784xf32>
    %y = gen.einsum "ij,j->i"(%w, %row) : (tensor<65x784xf32>, tensor<784xf32>) -> tensor<65xf32>
    %t = gen.einsum "i->"(%y) : (tensor<65xf32>) -> f32
    gen.yield %t : f32
  }
  return %s : f64
}

// -----

// 59 is prime: the last block of 5 repeats the last result.
// CHECK-LABEL: func.func private @prime_kernel
// CHECK: scf.for {{.*}} to %c59{{.*}} step
// CHECK-COUNT-4: arith.minui {{.*}}, %c58{{.*}} : index
// CHECK-COUNT-20: math.fma {{.*}} : vector<16xf32>
func.func @prime(%x: tensor<?x784xf32> {gen.name = "x", gen.role = "argument", gen.shape = ["x.0", "784"]},
                 %w: tensor<59x784xf32> {gen.name = "w", gen.role = "parameter", gen.shape = ["59", "784"]})
    -> (f64 {gen.name = "score", gen.role = "score", gen.shape = []}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x784xf32>
  %s = gen.sweep %i to %n lanes(16) sums(f64) {
    %row = tensor.extract_slice %x[%i, 0] [1, 784] [1, 1] : tensor<?x784xf32> to tensor<784xf32>
    %y = gen.einsum "ij,j->i"(%w, %row) : (tensor<59x784xf32>, tensor<784xf32>) -> tensor<59xf32>
    %t = gen.einsum "i->"(%y) : (tensor<59xf32>) -> f32
    gen.yield %t : f32
  }
  return %s : f64
}

// -----

// An ordered sum stays in its order: no vectors along it.
// CHECK-LABEL: func.func private @ordered_kernel
// CHECK-NOT: math.fma
// CHECK-LABEL: func.func @ordered(
func.func @ordered(%x: tensor<?x784xf32> {gen.name = "x", gen.role = "argument", gen.shape = ["x.0", "784"]},
                   %w: tensor<65x784xf32> {gen.name = "w", gen.role = "parameter", gen.shape = ["65", "784"]})
    -> (f64 {gen.name = "score", gen.role = "score", gen.shape = []}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x784xf32>
  %s = gen.sweep %i to %n lanes(16) sums(f64) {
    %row = tensor.extract_slice %x[%i, 0] [1, 784] [1, 1] : tensor<?x784xf32> to tensor<784xf32>
    %y = gen.einsum ordered "ij,j->i"(%w, %row) : (tensor<65x784xf32>, tensor<784xf32>) -> tensor<65xf32>
    %t = gen.einsum "i->"(%y) : (tensor<65xf32>) -> f32
    gen.yield %t : f32
  }
  return %s : f64
}

// -----

// The sum of outer products: 128 rows of factors wait, with those of the masked tail, then 4 vectors of columns for 4
// results at a time. The tail adds nothing on its own: there is one loop over rows.
// CHECK-LABEL: func.func private @outer_kernel
// CHECK: scf.for {{.*}} step %c128
// CHECK: scf.for {{.*}} step %c16 {
// CHECK: vector.store
// CHECK: scf.if
// CHECK: vector.maskedstore
// CHECK: scf.for {{.*}} to %c64{{.*}} step %c4 {
// CHECK: scf.for {{.*}} step %c1 iter_args
// CHECK-COUNT-16: math.fma {{.*}} : vector<16xf32>
// CHECK: scf.for {{.*}} step %c1 iter_args
// CHECK-COUNT-4: math.fma {{.*}} : vector<16xf32>
// CHECK-NOT: math.fma {{.*}} : vector
// CHECK-LABEL: func.func @outer(
// HALF-LABEL: func.func private @outer_kernel
// HALF: scf.for {{.*}} to %c64{{.*}} step %c4 {
// HALF: scf.for {{.*}} step %c1 iter_args
// HALF-COUNT-8: math.fma {{.*}} : vector<8xf32>
// HALF: scf.yield
func.func @outer(%x: tensor<?x784xf32> {gen.name = "x", gen.role = "argument", gen.shape = ["x.0", "784"]},
                 %r: tensor<?x64xf32> {gen.name = "r", gen.role = "argument", gen.shape = ["x.0", "64"]})
    -> (tensor<64x784xf32> {gen.name = "w", gen.role = "parameter_gradient", gen.shape = ["64", "784"]}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x784xf32>
  %s = gen.sweep %i to %n lanes(16) sums(tensor<64x784xf32>) {
    %row = tensor.extract_slice %x[%i, 0] [1, 784] [1, 1] : tensor<?x784xf32> to tensor<784xf32>
    %f = tensor.extract_slice %r[%i, 0] [1, 64] [1, 1] : tensor<?x64xf32> to tensor<64xf32>
    %g = arith.mulf %f, %f : tensor<64xf32>
    %t = gen.einsum "i,j->ij"(%g, %row) : (tensor<64xf32>, tensor<784xf32>) -> tensor<64x784xf32>
    gen.yield %t : tensor<64x784xf32>
  }
  return %s : tensor<64x784xf32>
}

// -----

// One result of 55 columns: all that are left of whole groups are added at once, under a mask each, so that additions
// do not wait for each other. Rows are asked for two blocks ahead.
// CHECK-LABEL: func.func private @columns_kernel
// CHECK: arith.muli {{.*}}, %c32
// CHECK: memref.prefetch
// CHECK: scf.if
// CHECK: vector.maskedstore
// CHECK: scf.for {{.*}} step %c64
// CHECK: vector.create_mask
// CHECK-COUNT-4: vector.maskedload
// CHECK: scf.for
// CHECK-COUNT-4: vector.maskedload
// CHECK-COUNT-4: math.fma
// CHECK-NOT: math.fma
// CHECK: scf.yield
// CHECK-COUNT-4: vector.maskedstore
func.func @columns(%x: tensor<?x?xf32> {gen.name = "x", gen.role = "argument", gen.shape = ["x.0", "x.1"]},
                   %w: tensor<?xf32> {gen.name = "w", gen.role = "parameter", gen.shape = ["w.0"]})
    -> (tensor<?xf32> {gen.name = "w", gen.role = "gradient", gen.shape = ["w.0"]}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %x, %c0 : tensor<?x?xf32>
  %m = tensor.dim %x, %c1 : tensor<?x?xf32>
  %s = gen.sweep %i to %n lanes(16) sums(tensor<?xf32>) {
    %row = tensor.extract_slice %x[%i, 0] [1, %m] [1, 1] : tensor<?x?xf32> to tensor<?xf32>
    %e = gen.einsum "j,j->"(%w, %row) : (tensor<?xf32>, tensor<?xf32>) -> f32
    %r = math.exp %e : f32
    %g = gen.einsum ",j->j"(%r, %row) : (f32, tensor<?xf32>) -> tensor<?xf32>
    gen.yield %g : tensor<?xf32>
  }
  return %s : tensor<?xf32>
}

// -----

// Of a known number of columns no more than there are: of 40, after groups of 2 x 16 for 10 results, one chunk. The tail's
// factors are 10 masked stores before.
// CHECK-LABEL: func.func private @left_kernel
// CHECK-COUNT-20: vector.maskedstore
// CHECK-NOT: vector.maskedstore
// CHECK-LABEL: func.func @left(
func.func @left(%x: tensor<?x40xf32> {gen.name = "x", gen.role = "argument", gen.shape = ["x.0", "40"]},
                %w: tensor<10x40xf32> {gen.name = "w", gen.role = "parameter", gen.shape = ["10", "40"]})
    -> (tensor<10x40xf32> {gen.name = "w", gen.role = "gradient", gen.shape = ["10", "40"]}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x40xf32>
  %s = gen.sweep %i to %n lanes(16) sums(tensor<10x40xf32>) {
    %row = tensor.extract_slice %x[%i, 0] [1, 40] [1, 1] : tensor<?x40xf32> to tensor<40xf32>
    %e = gen.einsum "ij,j->i"(%w, %row) : (tensor<10x40xf32>, tensor<40xf32>) -> tensor<10xf32>
    %r = math.exp %e : tensor<10xf32>
    %g = gen.einsum "i,j->ij"(%r, %row) : (tensor<10xf32>, tensor<40xf32>) -> tensor<10x40xf32>
    gen.yield %g : tensor<10x40xf32>
  }
  return %s : tensor<10x40xf32>
}
