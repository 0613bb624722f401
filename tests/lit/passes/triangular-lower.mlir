// Triangular solves in registers, in loops, and in lanes.
// RUN: genfuse-opt -split-input-file %s --gen-lower --canonicalize --cse | FileCheck %s

// A static size is unrolled: no loop, and each element of the lower triangle is read once.
// CHECK-LABEL: func.func private @small_kernel
// CHECK-NOT: scf.for
// CHECK-COUNT-2: arith.divf
// CHECK-NOT: arith.divf
// CHECK: return
func.func @small(%l: tensor<2x2xf64> {gen.name = "l", gen.role = "argument", gen.shape = ["2", "2"]},
                 %b: tensor<2xf64> {gen.name = "b", gen.role = "argument", gen.shape = ["2"]})
    -> (tensor<2xf64> {gen.name = "return", gen.role = "return", gen.shape = ["2"]}) {
  %y = gen.triangular_solve %l, %b : tensor<2x2xf64>, tensor<2xf64>
  return %y : tensor<2xf64>
}

// -----
// A dynamic size: rows from the first one, in each the columns before it.
// CHECK-LABEL: func.func private @large_kernel
// CHECK: scf.for %[[I:.*]] = %{{.*}} to %{{.*}} step %c1 {
// CHECK: %[[REST:.*]] = scf.for %{{.*}} = %c0 to %[[I]] step %c1 iter_args
// CHECK: arith.mulf
// CHECK: arith.subf
// CHECK: arith.divf %[[REST]], %
func.func @large(%l: tensor<?x?xf64> {gen.name = "l", gen.role = "argument", gen.shape = ["l.0", "l.1"]},
                 %b: tensor<?xf64> {gen.name = "b", gen.role = "argument", gen.shape = ["b.0"]})
    -> (tensor<?xf64> {gen.name = "return", gen.role = "return", gen.shape = ["b.0"]}) {
  %y = gen.triangular_solve %l, %b : tensor<?x?xf64>, tensor<?xf64>
  return %y : tensor<?xf64>
}

// -----
// Transposed: rows from the last one, in each the columns after it.
// CHECK-LABEL: func.func private @transposed_kernel
// CHECK: scf.for %[[N:.*]] = %c0 to %[[SIZE:.*]] step %c1 {
// CHECK: %[[I:.*]] = arith.subi %{{.*}}, %[[N]]
// CHECK: %[[NEXT:.*]] = arith.addi %[[I]], %c1
// CHECK: scf.for %{{.*}} = %[[NEXT]] to %[[SIZE]] step %c1 iter_args
func.func @transposed(%l: tensor<?x?xf64> {gen.name = "l", gen.role = "argument", gen.shape = ["l.0", "l.1"]},
                      %b: tensor<?xf64> {gen.name = "b", gen.role = "argument", gen.shape = ["b.0"]})
    -> (tensor<?xf64> {gen.name = "return", gen.role = "return", gen.shape = ["b.0"]}) {
  %y = gen.triangular_solve transposed %l, %b : tensor<?x?xf64>, tensor<?xf64>
  return %y : tensor<?xf64>
}

// -----
// In lanes: one system a lane, with the matrix that all share.
// CHECK-LABEL: func.func private @lanes_kernel
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %{{.*}}) -> (vector<8xf64>)
// CHECK: vector.broadcast
// CHECK: arith.mulf %{{.*}}, %{{.*}} : vector<8xf64>
// CHECK: arith.subf %{{.*}}, %{{.*}} : vector<8xf64>
// CHECK: arith.divf %{{.*}}, %{{.*}} : vector<8xf64>
func.func @lanes(%l: tensor<?x?xf64> {gen.name = "l", gen.role = "argument", gen.shape = ["l.0", "l.1"]},
                 %b: tensor<?x?xf64> {gen.batched, gen.name = "b", gen.role = "argument", gen.shape = ["l.0"]},
                 %n: index {gen.name = "instances", gen.role = "instances", gen.shape = []})
    -> (tensor<?xf64> {gen.batched, gen.name = "score", gen.role = "score", gen.shape = []}) {
  %c0 = arith.constant 0 : index
  %k = tensor.dim %b, %c0 : tensor<?x?xf64>
  %s = gen.sweep %i to %n lanes(8) stacks(tensor<?xf64>) last {
    %v = tensor.extract_slice %b[0, %i] [%k, 1] [1, 1] : tensor<?x?xf64> to tensor<?xf64>
    %y = gen.triangular_solve %l, %v : tensor<?x?xf64>, tensor<?xf64>
    %q = gen.einsum "i,i->"(%y, %y) : (tensor<?xf64>, tensor<?xf64>) -> f64
    gen.yield %q : f64
  }
  return %s : tensor<?xf64>
}

// -----
// The parts are no code of their own: what reads them computes the elements.
// CHECK-LABEL: func.func private @parts_kernel
// CHECK: scf.for %[[I:.*]] =
// CHECK: scf.for %[[J:.*]] =
// CHECK: arith.cmpi uge, %[[I]], %[[J]]
// CHECK: arith.select
// CHECK: arith.cmpi eq, %[[I]], %[[J]]
// CHECK: arith.select
// CHECK: arith.addf
// CHECK: memref.store
func.func @parts(%a: tensor<?x?xf64> {gen.name = "a", gen.role = "argument", gen.shape = ["a.0", "a.1"]})
    -> (tensor<?x?xf64> {gen.name = "return", gen.role = "return", gen.shape = ["a.0", "a.1"]}) {
  %l = gen.lower_triangle %a : tensor<?x?xf64>
  %d = gen.diagonal %a : tensor<?x?xf64> -> tensor<?xf64>
  %m = gen.diagonal_matrix %d : tensor<?xf64> -> tensor<?x?xf64>
  %s = arith.addf %l, %m : tensor<?x?xf64>
  return %s : tensor<?x?xf64>
}

// -----
// A sum in order is a chain, also where the data lies side by side; any other is taken in vectors.
// CHECK-LABEL: func.func private @ordered_kernel
// CHECK: scf.for {{.*}} -> (f64)
// CHECK: scf.for {{.*}} -> (vector<8xf64>)
func.func @ordered(%v: tensor<?xf64> {gen.name = "v", gen.role = "argument", gen.shape = ["v.0"]})
    -> (f64 {gen.name = "score", gen.role = "score", gen.shape = []},
        f64 {gen.name = "return", gen.role = "return", gen.shape = []}) {
  %a = gen.einsum ordered "i->"(%v) : (tensor<?xf64>) -> f64
  %b = gen.einsum "i->"(%v) : (tensor<?xf64>) -> f64
  return %a, %b : f64, f64
}
