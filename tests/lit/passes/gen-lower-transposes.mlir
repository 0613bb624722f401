// Vectors that differ between lanes, as rows in memory: blocks of 16 x 16 are transposed in registers.
// RUN: genfuse-opt %s --gen-lower --canonicalize --split-input-file | FileCheck %s

// Rows of 40 are read and written in three blocks, the last of which overlaps the second. No element goes through
// a scalar. In the tail, rows that do not exist are read as the last one, and not written.
// CHECK-LABEL: func.func private @rows_kernel
// CHECK: scf.for {{.*}} to %c40{{.*}} step %c16
// CHECK: arith.minui {{.*}}, %c24
// CHECK-COUNT-16: vector.load
// CHECK-COUNT-64: vector.shuffle
// CHECK-COUNT-16: vector.store
// CHECK-NOT: memref.load
// CHECK: math.tanh {{.*}} : vector<16xf32>
// CHECK-NOT: memref.store
// CHECK: scf.for {{.*}} to %c40{{.*}} step %c16
// CHECK-COUNT-64: vector.shuffle
// CHECK-NOT: vector.maskedstore
// CHECK-COUNT-16: vector.store
// CHECK: scf.if
// CHECK-NOT: memref.load
// CHECK: arith.minui
// CHECK-COUNT-64: vector.shuffle
// CHECK: math.tanh
// CHECK-NOT: memref.store
// CHECK-COUNT-64: vector.shuffle
// CHECK: arith.cmpi ugt
// CHECK: vector.broadcast {{.*}} : i1 to vector<16xi1>
// CHECK-COUNT-16: vector.maskedstore
func.func @rows(%x: tensor<?x40xf32> {gen.name = "x", gen.role = "argument", gen.shape = ["x.0", "40"]})
    -> (tensor<?x40xf32> {gen.name = "y", gen.role = "result", gen.shape = ["x.0", "40"]}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x40xf32>
  %y = gen.sweep %i to %n lanes(16) stacks(tensor<?x40xf32>) {
    %row = tensor.extract_slice %x[%i, 0] [1, 40] [1, 1] : tensor<?x40xf32> to tensor<40xf32>
    %t = math.tanh %row : tensor<40xf32>
    gen.yield %t : tensor<40xf32>
  }
  return %y : tensor<?x40xf32>
}

// -----

// Rows that are shorter than a register are read element by element.
// CHECK-LABEL: func.func private @short_kernel
// CHECK-NOT: vector.shuffle
// CHECK: return
func.func @short(%x: tensor<?x15xf32> {gen.name = "x", gen.role = "argument", gen.shape = ["x.0", "15"]})
    -> (tensor<?x15xf32> {gen.name = "y", gen.role = "result", gen.shape = ["x.0", "15"]}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x15xf32>
  %y = gen.sweep %i to %n lanes(16) stacks(tensor<?x15xf32>) {
    %row = tensor.extract_slice %x[%i, 0] [1, 15] [1, 1] : tensor<?x15xf32> to tensor<15xf32>
    %t = math.tanh %row : tensor<15xf32>
    gen.yield %t : tensor<15xf32>
  }
  return %y : tensor<?x15xf32>
}

// -----

// The sum of outer products of two vectors of lanes: one becomes rows, and then it is an update like that of data.
// The sum of the other adds up the lanes of 16 elements at once.
// CHECK-LABEL: func.func private @outer_kernel
// CHECK-COUNT-64: vector.shuffle
// CHECK-NOT: vector.reduction
// CHECK: math.fma {{.*}} : vector<16xf32>
// CHECK-NOT: vector.reduction
// CHECK: vector.shuffle
// CHECK-NOT: vector.reduction
// CHECK: return
func.func @outer(%x: tensor<?xf32> {gen.name = "x", gen.role = "argument", gen.shape = ["x.0"]},
                 %a: tensor<48xf32> {gen.name = "a", gen.role = "parameter", gen.shape = ["48"]},
                 %b: tensor<33xf32> {gen.name = "b", gen.role = "parameter", gen.shape = ["33"]})
    -> (tensor<33x48xf32> {gen.name = "ab", gen.role = "gradient", gen.shape = ["33", "48"]},
        tensor<33xf32> {gen.name = "b", gen.role = "gradient", gen.shape = ["33"]}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %s:2 = gen.sweep %i to %n lanes(16) sums(tensor<33x48xf32>, tensor<33xf32>) {
    %e = tensor.extract %x[%i] : tensor<?xf32>
    %ea = tensor.splat %e : tensor<48xf32>
    %eb = tensor.splat %e : tensor<33xf32>
    %ta = arith.mulf %ea, %a : tensor<48xf32>
    %tb = arith.mulf %eb, %b : tensor<33xf32>
    %ha = math.tanh %ta : tensor<48xf32>
    %hb = math.tanh %tb : tensor<33xf32>
    %ab = gen.einsum "i,j->ij"(%hb, %ha) : (tensor<33xf32>, tensor<48xf32>) -> tensor<33x48xf32>
    gen.yield %ab, %hb : tensor<33x48xf32>, tensor<33xf32>
  }
  return %s#0, %s#1 : tensor<33x48xf32>, tensor<33xf32>
}
