// A sweep of instances with a long body, three draws of four calls each.
// RUN: genfuse-opt %s --gen-lower --canonicalize --cse --split-input-file | FileCheck %s
// RUN: genfuse-opt %s --gen-lower="registers=16 register-bytes=32" --canonicalize --cse --split-input-file | FileCheck %s --check-prefix=TWICE

// Where masks cost nothing it is emitted once: a loop over all vectors, the last of which may be cut off.
// CHECK-LABEL: func.func private @long_kernel
// CHECK: scf.for %[[B:.*]] = %{{.*}} to %[[END:.*]] step %c64
// CHECK: %[[LEFT:.*]] = arith.subi %[[END]], %[[B]] : index
// CHECK: %[[ACTIVE:.*]] = arith.minsi %[[LEFT]], %c64 : index
// CHECK: %[[MASK:.*]] = vector.create_mask %[[ACTIVE]] : vector<64xi1>
// CHECK: arith.index_cast %[[B]] : index to i32
// CHECK-COUNT-12: func.call @gf_random_normal_f32_lanes16
// CHECK-NOT: gf_random
// CHECK: vector.maskedstore %{{.*}}[%[[B]]], %[[MASK]]
// CHECK-NOT: scf.if
// CHECK-LABEL: func.func @long(

// Else the tail is code of its own: masks only there.
// TWICE-LABEL: func.func private @long_kernel
// TWICE: scf.for
// TWICE-NOT: vector.create_mask
// TWICE: vector.store
// TWICE: scf.if
// TWICE-COUNT-12: func.call @gf_random_normal_f32_lanes16
// TWICE: vector.maskedstore
func.func @long(%x: tensor<?xf32> {gen.name = "x", gen.role = "argument", gen.shape = [], gen.batched},
    %seed: i64 {gen.name = "seed", gen.role = "seed", gen.shape = []},
    %instances: index {gen.name = "instances", gen.role = "instances", gen.shape = []})
    -> (tensor<?xf32> {gen.name = "z", gen.role = "choice", gen.shape = [], gen.batched}) {
  %r = gen.sweep %b to %instances lanes(64) stacks(tensor<?xf32>) last {
    %u = gen.random normal seed %seed instance %b stream <scope = 3, slot = 0, single = true> : f32
    %v = gen.random normal seed %seed instance %b stream <scope = 3, slot = 1, single = true> : f32
    %w = gen.random normal seed %seed instance %b stream <scope = 3, slot = 2, single = true> : f32
    %uv = arith.addf %u, %v : f32
    %z = arith.addf %uv, %w : f32
    gen.yield %z : f32
  }
  return %r : tensor<?xf32>
}

// -----

// A short body is emitted twice: there is little to save.
// CHECK-LABEL: func.func private @short_kernel
// CHECK: scf.for
// CHECK-NOT: vector.create_mask
// CHECK: vector.store
// CHECK: scf.if
// CHECK: vector.create_mask
// TWICE-LABEL: func.func private @short_kernel
func.func @short(%x: tensor<?xf32> {gen.name = "x", gen.role = "argument", gen.shape = [], gen.batched},
    %seed: i64 {gen.name = "seed", gen.role = "seed", gen.shape = []},
    %instances: index {gen.name = "instances", gen.role = "instances", gen.shape = []})
    -> (tensor<?xf32> {gen.name = "z", gen.role = "choice", gen.shape = [], gen.batched}) {
  %r = gen.sweep %b to %instances lanes(64) stacks(tensor<?xf32>) last {
    %z = gen.random normal seed %seed instance %b stream <scope = 3, slot = 0, single = true> : f32
    gen.yield %z : f32
  }
  return %r : tensor<?xf32>
}

// -----

// Nor is there a mask in an innermost loop, whose loads of what differs between instances would need it.
// CHECK-LABEL: func.func private @loads_kernel
// CHECK: scf.for
// CHECK-NOT: vector.create_mask
// CHECK: vector.load
// CHECK: vector.store
// CHECK: scf.if
// CHECK: vector.maskedload
// TWICE-LABEL: func.func private @loads_kernel
func.func @loads(%x: tensor<?x?xf32> {gen.name = "x", gen.role = "argument", gen.shape = ["x.0"], gen.batched},
    %seed: i64 {gen.name = "seed", gen.role = "seed", gen.shape = []},
    %instances: index {gen.name = "instances", gen.role = "instances", gen.shape = []})
    -> (tensor<?xf64> {gen.name = "z", gen.role = "choice", gen.shape = [], gen.batched}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x?xf32>
  %r = gen.sweep %b to %instances lanes(64) stacks(tensor<?xf64>) last {
    %u = gen.random normal seed %seed instance %b stream <scope = 3, slot = 0, single = true> : f32
    %v = gen.random normal seed %seed instance %b stream <scope = 3, slot = 1, single = true> : f32
    %w = gen.random normal seed %seed instance %b stream <scope = 3, slot = 2, single = true> : f32
    %uv = arith.addf %u, %v : f32
    %uvw = arith.addf %uv, %w : f32
    %mine = tensor.extract_slice %x[0, %b] [%n, 1] [1, 1] : tensor<?x?xf32> to tensor<?xf32>
    %s = gen.sweep %i to %n sums(f64) {
      %xi = tensor.extract %mine[%i] : tensor<?xf32>
      %t = arith.mulf %xi, %uvw : f32
      gen.yield %t : f32
    }
    gen.yield %s : f64
  }
  return %r : tensor<?xf64>
}
