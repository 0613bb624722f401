// Loops whose iterations come one after the other.
// RUN: genfuse-opt %s --gen-lower --canonicalize --split-input-file | FileCheck %s

// A carried scalar is a loop-carried value. A tensor of unknown size has two halves of a workspace slice: an iteration
// reads the one that is carried by number and writes the other. Stacks are stored where the caller wants them.
// CHECK-LABEL: func.func private @carried_kernel
// CHECK-DAG: %[[HALVES:.*]] = call @memref_f32(%arg6)
// CHECK-DAG: %[[V:.*]] = call @memref_f32(%arg1)
// CHECK-DAG: %[[ALL:.*]] = call @memref_f32(%arg4)
// CHECK-DAG: %[[ROWS:.*]] = call @memref_f32(%arg5)
// CHECK: scf.for
// CHECK: %[[FIRST:.*]] = memref.load %[[V]]
// CHECK: memref.store %[[FIRST]], %[[HALVES]]
// CHECK: %[[LAST:.*]]:2 = scf.for %[[T:.*]] = {{.*}} iter_args(%[[S:.*]] = %{{.*}}, %[[HALF:.*]] = %{{.*}}) -> (f32, index) {
// CHECK: %[[FROM:.*]] = arith.muli %[[HALF]], %[[SIZE:[0-9]*]]
// CHECK: %[[NEXT:.*]] = arith.mulf %[[S]], %[[S]]
// CHECK: memref.store %[[NEXT]], %[[ALL]][%[[T]]]
// CHECK: memref.store %{{.*}}, %[[ROWS]]
// CHECK: %[[OTHER:.*]] = arith.subi %{{.*}}, %[[HALF]]
// CHECK: %[[INTO:.*]] = arith.muli %[[OTHER]], %[[SIZE]]
// CHECK: scf.for
// CHECK: arith.addi %[[FROM]]
// CHECK: %[[AT:.*]] = arith.addi %[[INTO]]
// CHECK: memref.store %{{.*}}, %[[HALVES]][%[[AT]]]
// CHECK: scf.yield %[[NEXT]], %[[OTHER]] : f32, index
// CHECK: arith.muli %[[LAST]]#1, %[[SIZE]]
func.func @carried(%x: f32 {gen.name = "x", gen.role = "argument", gen.shape = []},
                   %v: tensor<?xf32> {gen.name = "v", gen.role = "argument", gen.shape = ["v.0"]})
    -> (f32 {gen.name = "last", gen.role = "result", gen.shape = []},
        tensor<?xf32> {gen.name = "w", gen.role = "result", gen.shape = ["v.0"]},
        tensor<50xf32> {gen.name = "all", gen.role = "result", gen.shape = ["50"]},
        tensor<50x?xf32> {gen.name = "rows", gen.role = "result", gen.shape = ["50", "v.0"]}) {
  %n = arith.constant 50 : index
  %last, %w, %all, %rows = gen.loop %t to %n carry(%s = %x : f32, %u = %v : tensor<?xf32>) stacks(tensor<50xf32>, tensor<50x?xf32>) {
    %next = arith.mulf %s, %s : f32
    %sum = arith.addf %u, %u : tensor<?xf32>
    gen.yield %next, %sum, %next, %u : f32, tensor<?xf32>, f32, tensor<?xf32>
  }
  return %last, %w, %all, %rows : f32, tensor<?xf32>, tensor<50xf32>, tensor<50x?xf32>
}

// -----

// A loop within instances in lanes: each value that differs between them is a vector, and so are the elements of a
// small tensor, one loop-carried value each. A row of the stack is stored at its iteration, beside the other instances.
// Must not: numbers are drawn in the lanes of the instances, not for many iterations at once; nothing is kept in the
// workspace, so the kernel has none: its last arrays are results.
// CHECK-LABEL: func.func private @lanes_kernel
// CHECK-NOT: call @memref_f32(%arg4)
// CHECK: %[[LASTS:.*]] = call @memref_f32(%arg2)
// CHECK: %[[ALL:.*]] = call @memref_f32(%arg3)
// CHECK: scf.for %[[B:.*]] =
// CHECK-COUNT-3: vector.broadcast %{{.*}} : f32 to vector<16xf32>
// CHECK: scf.for %[[T:.*]] = {{.*}} iter_args(%[[S:[a-z0-9]*]] = {{.*}}) -> (vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>) {
// CHECK-NOT: scf.if
// CHECK: %[[Z:.*]] = func.call @gf_random_normal_f32_lanes16
// CHECK: arith.mulf %[[S]], %[[Z]]
// CHECK: %[[ROW:.*]] = arith.muli %[[T]]
// CHECK: %[[AT:.*]] = arith.addi %[[B]], %[[ROW]]
// CHECK: vector.store %[[S]], %[[ALL]][%[[AT]]]
// CHECK: vector.store %{{.*}}, %[[LASTS]][%[[B]]]
func.func @lanes(%x: tensor<?xf32> {gen.name = "x", gen.role = "argument", gen.shape = [], gen.batched},
                 %v: tensor<3xf32> {gen.name = "v", gen.role = "argument", gen.shape = ["3"]},
                 %seed: i64 {gen.name = "seed", gen.role = "seed", gen.shape = []},
                 %instances: index {gen.name = "instances", gen.role = "instances", gen.shape = []})
    -> (tensor<?xf32> {gen.name = "last", gen.role = "result", gen.shape = [], gen.batched},
        tensor<50x?xf32> {gen.name = "all", gen.role = "result", gen.shape = ["50"], gen.batched}) {
  %n = arith.constant 50 : index
  %r, %all = gen.sweep %b to %instances lanes(16) stacks(tensor<?xf32>, tensor<50x?xf32>) last {
    %start = tensor.extract %x[%b] : tensor<?xf32>
    %last, %w, %rows = gen.loop %t to %n carry(%s = %start : f32, %u = %v : tensor<3xf32>) stacks(tensor<50xf32>) {
      %z = gen.random normal seed %seed instance %b at [%t] stream <scope = 0, slot = 0, single = false> : f32
      %h = arith.mulf %s, %z : f32
      %u2 = arith.addf %u, %u : tensor<3xf32>
      gen.yield %h, %u2, %s : f32, tensor<3xf32>, f32
    }
    %c0 = arith.constant 0 : index
    %w0 = tensor.extract %w[%c0] : tensor<3xf32>
    %both = arith.addf %last, %w0 : f32
    gen.yield %both, %rows : f32, tensor<50xf32>
  }
  return %r, %all : tensor<?xf32>, tensor<50x?xf32>
}

// -----

// Numbers that need nothing but the index are drawn for 16 iterations at once, with arithmetic that needs nothing else
// (early draws), and wait in a buffer.
// CHECK-LABEL: func.func private @draws_kernel
// CHECK: %[[BUFFER:.*]] = call @memref_f32(%arg3)
// CHECK: scf.for %[[T:.*]] = {{.*}} iter_args(%[[S:.*]] = {{.*}}) -> (f32) {
// CHECK: %[[PLACE:.*]] = arith.remui %[[T]], %c16
// CHECK: %[[FIRST:.*]] = arith.cmpi eq, %[[PLACE]], %c0
// CHECK: scf.if %[[FIRST]] {
// CHECK: vector.step
// CHECK: %[[Z:.*]] = func.call @gf_random_normal_f32_lanes16
// CHECK: %[[H:.*]] = arith.mulf %[[Z]], %{{.*}} : vector<16xf32>
// CHECK: vector.store %[[H]], %[[BUFFER]]
// CHECK: }
// CHECK: %[[NOW:.*]] = memref.load %[[BUFFER]][%[[PLACE]]]
// CHECK: arith.addf %[[S]], %[[NOW]]
func.func @draws(%x: f32 {gen.name = "x", gen.role = "argument", gen.shape = []},
                 %seed: i64 {gen.name = "seed", gen.role = "seed", gen.shape = []},
                 %instance: index {gen.name = "instance", gen.role = "instance", gen.shape = []})
    -> (f32 {gen.name = "last", gen.role = "result", gen.shape = []}) {
  %n = arith.constant 50 : index
  %zero = arith.constant 0 : index
  %half = arith.constant 0.5 : f32
  %last = gen.loop %t to %n carry(%s = %x : f32) {
    %z = gen.random normal seed %seed instance %zero at [%t] stream <scope = 0, slot = 0, single = false> : f32
    %h = arith.mulf %z, %half : f32
    %next = arith.addf %s, %h : f32
    gen.yield %next : f32
  }
  return %last : f32
}

// -----

// Must not: a parameter of the draw, or a factor of its number, is carried; that is computed in its iteration.
// CHECK-LABEL: func.func private @late_kernel
// CHECK: scf.for {{.*}} iter_args(%[[S:.*]] = {{.*}}) -> (f32) {
// CHECK: scf.if
// CHECK: func.call @gf_random_normal_f32_lanes16
// CHECK-NOT: gf_random_gamma
// CHECK: }
// CHECK: %[[NOW:.*]] = memref.load
// CHECK: %[[G:.*]] = func.call @gf_random_gamma_f32_one(
// CHECK: arith.mulf %[[S]], %[[NOW]]
func.func @late(%x: f32 {gen.name = "x", gen.role = "argument", gen.shape = []},
                %seed: i64 {gen.name = "seed", gen.role = "seed", gen.shape = []},
                %instance: index {gen.name = "instance", gen.role = "instance", gen.shape = []})
    -> (f32 {gen.name = "last", gen.role = "result", gen.shape = []}) {
  %n = arith.constant 50 : index
  %zero = arith.constant 0 : index
  %last = gen.loop %t to %n carry(%s = %x : f32) {
    %z = gen.random normal seed %seed instance %zero at [%t] stream <scope = 0, slot = 0, single = false> : f32
    %g = gen.random gamma(%s : f32) seed %seed instance %zero at [%t] stream <scope = 0, slot = 1, single = false> : f32
    %h = arith.mulf %s, %z : f32
    %next = arith.addf %g, %h : f32
    gen.yield %next : f32
  }
  return %last : f32
}

// -----

// Within a loop a sum of few elements is done at once, with a mask: up to 64 of f32 (four registers of 64 bytes). None
// is not few (0 - 1 is a large number). Of products the second half joins the first; what is no product is added by
// halves, down to 16 bytes. Must not: outside of a loop, where the number of elements counts.
// CHECK-LABEL: func.func private @short_kernel
// CHECK: scf.for {{.*}} -> (f32) {
// CHECK: %[[BEFORE:.*]] = arith.subi %[[COUNT:[0-9]*]], %c1
// CHECK: %[[FITS:.*]] = arith.cmpi ult, %[[BEFORE]], %c64
// CHECK: %[[LIKELY:.*]] = llvm.intr.expect %[[FITS]], %true : i1
// CHECK: %[[SUM:.*]]:2 = scf.if %[[LIKELY]] -> (f32, f32) {
// CHECK: vector.create_mask %[[COUNT]] : vector<64xi1>
// CHECK: vector.maskedload {{.*}} into vector<64xf32>
// CHECK: %[[PRODUCTS:.*]] = arith.mulf {{.*}} : vector<32xf32>
// CHECK: %[[LOW:.*]] = arith.select {{.*}}, %[[PRODUCTS]], %{{.*}} : vector<32xi1>, vector<32xf32>
// CHECK: %[[BOTH:.*]] = math.fma {{.*}}, {{.*}}, %[[LOW]] : vector<32xf32>
// CHECK: arith.select {{.*}}, %[[BOTH]], %[[LOW]] : vector<32xi1>, vector<32xf32>
// CHECK: arith.select {{.*}} : vector<64xi1>, vector<64xf32>
// CHECK: arith.addf {{.*}} : vector<16xf32>
// CHECK: arith.addf {{.*}} : vector<8xf32>
// CHECK: arith.addf {{.*}} : vector<4xf32>
// CHECK: vector.reduction <add>, {{.*}} : vector<4xf32> into f32
// CHECK: arith.addf {{.*}} : vector<32xf32>
// CHECK: vector.reduction <add>, {{.*}} : vector<4xf32> into f32
// CHECK: } else {
// CHECK: scf.for {{.*}} -> (f64, f64) {
// CHECK: scf.for {{.*}} -> (vector<32xf32>, vector<32xf32>) {
// CHECK: arith.truncf
// CHECK: scf.parallel
// CHECK-NOT: vector<64x
// CHECK-LABEL: func.func @short(
func.func @short(%x: f32 {gen.name = "x", gen.role = "argument", gen.shape = []},
                 %v: tensor<?xf32> {gen.name = "v", gen.role = "argument", gen.shape = ["v.0"]})
    -> (f32 {gen.name = "last", gen.role = "result", gen.shape = []}, f64 {gen.name = "score", gen.role = "score", gen.shape = []}) {
  %n = arith.constant 50 : index
  %c0 = arith.constant 0 : index
  %m = tensor.dim %v, %c0 : tensor<?xf32>
  %last = gen.loop %t to %n carry(%s = %x : f32) {
    %r:2 = gen.sweep %i to %m lanes(32) sums(f32, f32) {
      %vi = tensor.extract %v[%i] : tensor<?xf32>
      %p = arith.mulf %vi, %s : f32
      gen.yield %p, %vi : f32, f32
    }
    %next = arith.addf %r#0, %r#1 : f32
    gen.yield %next : f32
  }
  %score = gen.sweep %i to %m lanes(32) sums(f64) {
    %vi = tensor.extract %v[%i] : tensor<?xf32>
    gen.yield %vi : f32
  }
  return %last, %score : f32, f64
}
