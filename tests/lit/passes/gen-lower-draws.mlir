// Draws of instances that share calls of the generator.
// RUN: genfuse-opt %s --gen-lower --canonicalize --split-input-file | FileCheck %s

// 64 instances have 16 counters, 16 (i / 64) + 0 .. 15, and each call gives words 0 to 3 to the four groups of 16
// lanes: four calls with the same counter, of which LLVM makes one. The site has a counter word of its own, c2 = 3 << 16
// | 2. The tail draws the same way; a range has to begin with a block.
// CHECK: expected a range of instances that begins with a multiple of 64, got {V}
// CHECK-LABEL: func.func private @packed_kernel
// CHECK-DAG: %[[SITE:.*]] = arith.constant dense<196610> : vector<16xi32>
// CHECK-DAG: %[[LANE:.*]] = arith.constant dense<[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]> : vector<16xi32>
// CHECK-DAG: %[[W0:.*]] = arith.constant dense<0> : vector<16xi32>
// CHECK-DAG: %[[W1:.*]] = arith.constant dense<1> : vector<16xi32>
// CHECK-DAG: %[[W2:.*]] = arith.constant dense<2> : vector<16xi32>
// CHECK-DAG: %[[W3:.*]] = arith.constant dense<3> : vector<16xi32>
// CHECK: scf.for %[[B:.*]] =
// CHECK: %[[BASE:.*]] = arith.index_cast %[[B]] : index to i32
// CHECK: %[[BLOCK:.*]] = arith.shrui %[[BASE]], %c6_i32
// CHECK: %[[FIRST:.*]] = arith.shli %[[BLOCK]], %c4_i32
// CHECK: %[[ALL:.*]] = vector.broadcast %[[FIRST]]
// CHECK: %[[COUNTER:.*]] = arith.ori %[[ALL]], %[[LANE]] : vector<16xi32>
// CHECK: func.call @gf_random_normal_f32_lanes16(%[[COUNTER]], %[[W0]], %[[SITE]], %[[W1]], %{{.*}}, %{{.*}}, %[[W0]])
// CHECK: vector.insert_strided_slice {{.*}}offsets = [0]
// CHECK: func.call @gf_random_normal_f32_lanes16({{.*}}, %[[W0]], %[[SITE]], %[[W1]], %{{.*}}, %{{.*}}, %[[W1]])
// CHECK: vector.insert_strided_slice {{.*}}offsets = [16]
// CHECK: func.call @gf_random_normal_f32_lanes16({{.*}}, %[[W0]], %[[SITE]], %[[W1]], %{{.*}}, %{{.*}}, %[[W2]])
// CHECK: vector.insert_strided_slice {{.*}}offsets = [32]
// CHECK: func.call @gf_random_normal_f32_lanes16({{.*}}, %[[W0]], %[[SITE]], %[[W1]], %{{.*}}, %{{.*}}, %[[W3]])
// CHECK: vector.insert_strided_slice {{.*}}offsets = [48]
// CHECK: scf.if
// CHECK-COUNT-4: func.call @gf_random_normal_f32_lanes16
// CHECK: vector.maskedstore
func.func @packed(%x: tensor<?xf32> {gen.name = "x", gen.role = "argument", gen.shape = [], gen.batched},
    %seed: i64 {gen.name = "seed", gen.role = "seed", gen.shape = []},
    %instances: index {gen.name = "instances", gen.role = "instances", gen.shape = []})
    -> (tensor<?xf32> {gen.name = "z", gen.role = "choice", gen.shape = [], gen.batched}) {
  %r = gen.sweep %b to %instances lanes(64) stacks(tensor<?xf32>) last {
    %z = gen.random normal seed %seed instance %b stream <scope = 3, slot = 2, single = true> : f32
    gen.yield %z : f32
  }
  return %r : tensor<?xf32>
}

// -----

// Fewer lanes than a block: which words, the first lane tells.
// CHECK-LABEL: func.func private @half_kernel
// CHECK: scf.for %[[B:.*]] =
// CHECK: %[[BASE:.*]] = arith.index_cast %[[B]] : index to i32
// CHECK: arith.shrui %[[BASE]], %c6_i32
// CHECK: %[[GROUP:.*]] = arith.shrui %[[BASE]], %c4_i32
// CHECK: %[[WORD:.*]] = arith.andi %[[GROUP]], %c3_i32
// CHECK: %[[WORDS:.*]] = vector.broadcast %[[WORD]]
// CHECK: func.call @gf_random_normal_f32_lanes16({{.*}}, %[[WORDS]])
// CHECK: %[[NEXT:.*]] = arith.addi %[[WORD]], %c1_i32
// CHECK: %[[OTHERS:.*]] = vector.broadcast %[[NEXT]]
// CHECK: func.call @gf_random_normal_f32_lanes16({{.*}}, %[[OTHERS]])
func.func @half(%x: tensor<?xf32> {gen.name = "x", gen.role = "argument", gen.shape = [], gen.batched},
    %seed: i64 {gen.name = "seed", gen.role = "seed", gen.shape = []},
    %instances: index {gen.name = "instances", gen.role = "instances", gen.shape = []})
    -> (tensor<?xf32> {gen.name = "z", gen.role = "choice", gen.shape = [], gen.batched}) {
  %r = gen.sweep %b to %instances lanes(32) stacks(tensor<?xf32>) last {
    %z = gen.random normal seed %seed instance %b stream <scope = 3, slot = 2, single = true> : f32
    gen.yield %z : f32
  }
  return %r : tensor<?xf32>
}

// -----

// In f64 a call has two draws: blocks of 32 instances.
// CHECK-LABEL: func.func private @wide_kernel
// CHECK: scf.for
// CHECK: arith.shrui %{{.*}}, %c5_i32
// CHECK-COUNT-2: func.call @gf_random_normal_f64_lanes16
// CHECK-NOT: func.call
// CHECK: vector.store
func.func @wide(%x: tensor<?xf64> {gen.name = "x", gen.role = "argument", gen.shape = [], gen.batched},
    %seed: i64 {gen.name = "seed", gen.role = "seed", gen.shape = []},
    %instances: index {gen.name = "instances", gen.role = "instances", gen.shape = []})
    -> (tensor<?xf64> {gen.name = "z", gen.role = "choice", gen.shape = [], gen.batched}) {
  %r = gen.sweep %b to %instances lanes(32) stacks(tensor<?xf64>) last {
    %z = gen.random normal seed %seed instance %b stream <scope = 3, slot = 2, single = true> : f64
    gen.yield %z : f64
  }
  return %r : tensor<?xf64>
}

// -----

// Must not: 8 lanes are no group; each has its own counter and word. Nor has the range to begin anywhere.
// CHECK-NOT: multiple of 64
// CHECK-LABEL: func.func private @narrow_kernel
// CHECK: vector.step : vector<8xindex>
// CHECK: func.call @gf_random_normal_f32_lanes8
// CHECK-NOT: func.call @gf_random
// CHECK: vector.store
func.func @narrow(%x: tensor<?xf32> {gen.name = "x", gen.role = "argument", gen.shape = [], gen.batched},
    %seed: i64 {gen.name = "seed", gen.role = "seed", gen.shape = []},
    %instances: index {gen.name = "instances", gen.role = "instances", gen.shape = []})
    -> (tensor<?xf32> {gen.name = "z", gen.role = "choice", gen.shape = [], gen.batched}) {
  %r = gen.sweep %b to %instances lanes(8) stacks(tensor<?xf32>) last {
    %z = gen.random normal seed %seed instance %b stream <scope = 3, slot = 2, single = true> : f32
    gen.yield %z : f32
  }
  return %r : tensor<?xf32>
}

// -----

// Must not: 48 lanes may begin in one block and end in the next.
// CHECK-NOT: multiple of 64
// CHECK-LABEL: func.func private @uneven_kernel
// CHECK: vector.step : vector<48xindex>
// CHECK: func.call @gf_random_normal_f32_lanes48
// CHECK-NOT: func.call @gf_random
// CHECK: vector.store
func.func @uneven(%x: tensor<?xf32> {gen.name = "x", gen.role = "argument", gen.shape = [], gen.batched},
    %seed: i64 {gen.name = "seed", gen.role = "seed", gen.shape = []},
    %instances: index {gen.name = "instances", gen.role = "instances", gen.shape = []})
    -> (tensor<?xf32> {gen.name = "z", gen.role = "choice", gen.shape = [], gen.batched}) {
  %r = gen.sweep %b to %instances lanes(48) stacks(tensor<?xf32>) last {
    %z = gen.random normal seed %seed instance %b stream <scope = 3, slot = 2, single = true> : f32
    gen.yield %z : f32
  }
  return %r : tensor<?xf32>
}

// -----

// Must not: a stream that is not shared, as within a plate: each instance has its calls.
// CHECK-NOT: multiple of 64
// CHECK-LABEL: func.func private @own_kernel
// CHECK: func.call @gf_random_normal_f32_lanes64
// CHECK-NOT: func.call @gf_random
// CHECK: vector.store
func.func @own(%x: tensor<?xf32> {gen.name = "x", gen.role = "argument", gen.shape = [], gen.batched},
    %seed: i64 {gen.name = "seed", gen.role = "seed", gen.shape = []},
    %instances: index {gen.name = "instances", gen.role = "instances", gen.shape = []})
    -> (tensor<?xf32> {gen.name = "z", gen.role = "choice", gen.shape = [], gen.batched}) {
  %r = gen.sweep %b to %instances lanes(64) stacks(tensor<?xf32>) last {
    %z = gen.random normal seed %seed instance %b stream <scope = 3, slot = 2, single = false> : f32
    gen.yield %z : f32
  }
  return %r : tensor<?xf32>
}

// -----

// Must not: a position that differs between lanes.
// CHECK-NOT: multiple of 64
// CHECK-LABEL: func.func private @position_kernel
// CHECK: func.call @gf_random_normal_f32_lanes64
// CHECK-NOT: func.call @gf_random
// CHECK: vector.store
func.func @position(%x: tensor<?xf32> {gen.name = "x", gen.role = "argument", gen.shape = [], gen.batched},
    %seed: i64 {gen.name = "seed", gen.role = "seed", gen.shape = []},
    %instances: index {gen.name = "instances", gen.role = "instances", gen.shape = []})
    -> (tensor<?xf32> {gen.name = "z", gen.role = "choice", gen.shape = [], gen.batched}) {
  %r = gen.sweep %b to %instances lanes(64) stacks(tensor<?xf32>) last {
    %z = gen.random normal seed %seed instance %b at [%b] stream <scope = 3, slot = 2, single = true> : f32
    gen.yield %z : f32
  }
  return %r : tensor<?xf32>
}

// -----

// Must not: instances that the lanes are not in a row of.
// CHECK-NOT: multiple of 64
// CHECK-LABEL: func.func private @other_kernel
// CHECK: func.call @gf_random_normal_f32_lanes64
// CHECK-NOT: func.call @gf_random
// CHECK: vector.store
func.func @other(%x: tensor<?xf32> {gen.name = "x", gen.role = "argument", gen.shape = [], gen.batched},
    %seed: i64 {gen.name = "seed", gen.role = "seed", gen.shape = []},
    %instances: index {gen.name = "instances", gen.role = "instances", gen.shape = []})
    -> (tensor<?xf32> {gen.name = "z", gen.role = "choice", gen.shape = [], gen.batched}) {
  %r = gen.sweep %b to %instances lanes(64) stacks(tensor<?xf32>) last {
    %c = arith.addi %b, %b : index
    %z = gen.random normal seed %seed instance %c stream <scope = 3, slot = 2, single = true> : f32
    gen.yield %z : f32
  }
  return %r : tensor<?xf32>
}

// -----

// In a loop, whose index all instances share, they share calls too: the index is the counter's second word.
// CHECK: multiple of 64
// CHECK-LABEL: func.func private @loop_kernel
// CHECK: scf.for %[[B:.*]] =
// CHECK: scf.for %[[T:[a-z0-9]*]] = {{.*}} iter_args(
// CHECK: %[[ROW:.*]] = arith.index_cast %[[T]] : index to i32
// CHECK: %[[ROWS:.*]] = vector.broadcast %[[ROW]] : i32 to vector<16xi32>
// CHECK: func.call @gf_random_normal_f32_lanes16(%{{[^ ]*}}, %[[ROWS]],
// CHECK-COUNT-3: func.call @gf_random_normal_f32_lanes16
// CHECK-NOT: func.call @gf_random
// CHECK: scf.yield
func.func @loop(%x: tensor<?xf32> {gen.name = "x", gen.role = "argument", gen.shape = [], gen.batched},
    %seed: i64 {gen.name = "seed", gen.role = "seed", gen.shape = []},
    %instances: index {gen.name = "instances", gen.role = "instances", gen.shape = []})
    -> (tensor<?xf32> {gen.name = "z", gen.role = "result", gen.shape = [], gen.batched}) {
  %n = arith.constant 50 : index
  %r = gen.sweep %b to %instances lanes(64) stacks(tensor<?xf32>) last {
    %start = tensor.extract %x[%b] : tensor<?xf32>
    %last = gen.loop %t to %n carry(%s = %start : f32) {
      %z = gen.random normal seed %seed instance %b at [%t] stream <scope = 3, slot = 2, single = true> : f32
      %h = arith.mulf %s, %z : f32
      gen.yield %h : f32
    }
    gen.yield %last : f32
  }
  return %r : tensor<?xf32>
}
