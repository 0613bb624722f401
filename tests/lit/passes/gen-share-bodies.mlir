// Loops that begin with the same code call one function for it.
// RUN: genfuse-opt %s --gen-lower --canonicalize --cse --gen-share-bodies --split-input-file | FileCheck %s

// The second loop draws from a stream of its own, and keeps its states: the counter's word is an argument, as is what
// is carried, and the store stays. What both read is an argument without an alias; other constants are made again.
// CHECK-LABEL: func.func private @chain_kernel_shared0(
// CHECK-SAME: %[[WORD:[a-z0-9]*]]: vector<16xi32>
// CHECK-SAME: !llvm.ptr {llvm.noalias}
// CHECK-SAME: -> f32 attributes {no_inline, passthrough = ["noinline"]}
// CHECK: arith.constant 1024 : index
// CHECK: func.call @gf_random_normal_f32_lanes16(%{{[^,]*}}, %{{[^,]*}}, %[[WORD]]
// CHECK: vector.create_mask
// CHECK: scf.for
// CHECK: return %{{.*}} : f32
// CHECK-LABEL: func.func private @chain_kernel(
// CHECK-DAG: %[[ONE:.*]] = arith.constant dense<65536> : vector<16xi32>
// CHECK-DAG: %[[TWO:.*]] = arith.constant dense<131072> : vector<16xi32>
// CHECK: scf.for {{.*}} iter_args(%[[S:.*]] =
// CHECK-NEXT: %[[NEXT:.*]] = func.call @chain_kernel_shared0({{.*}}%[[ONE]]{{.*}}%[[S]]
// CHECK-NEXT: scf.yield %[[NEXT]] : f32
// CHECK: scf.for {{.*}} iter_args(%[[S:.*]] =
// CHECK-NEXT: %[[NEXT:.*]] = func.call @chain_kernel_shared0({{.*}}%[[TWO]]{{.*}}%[[S]]
// CHECK-NEXT: memref.store %[[NEXT]]
// CHECK-NEXT: scf.yield %[[NEXT]] : f32
func.func @chain(%x: f32 {gen.name = "x", gen.role = "argument", gen.shape = []},
                 %v: tensor<?xf32> {gen.name = "v", gen.role = "argument", gen.shape = ["v.0"]},
                 %seed: i64 {gen.name = "seed", gen.role = "seed", gen.shape = []},
                 %instance: index {gen.name = "instance", gen.role = "instance", gen.shape = []})
    -> (tensor<60xf32> {gen.name = "all", gen.role = "result", gen.shape = ["60"]}) {
  %c0 = arith.constant 0 : index
  %fifty = arith.constant 50 : index
  %sixty = arith.constant 60 : index
  %m = tensor.dim %v, %c0 : tensor<?xf32>
  %warm = gen.loop %t to %fifty carry(%s = %x : f32) {
    %z = gen.random normal seed %seed instance %c0 at [%t] stream <scope = 1, slot = 0, single = false> : f32
    %r = gen.sweep %i to %m lanes(32) sums(f32) {
      %vi = tensor.extract %v[%i] : tensor<?xf32>
      %p = arith.mulf %vi, %s : f32
      gen.yield %p : f32
    }
    %next = arith.addf %r, %z : f32
    gen.yield %next : f32
  }
  %last, %all = gen.loop %t to %sixty carry(%s = %warm : f32) stacks(tensor<60xf32>) {
    %z = gen.random normal seed %seed instance %c0 at [%t] stream <scope = 2, slot = 0, single = false> : f32
    %r = gen.sweep %i to %m lanes(32) sums(f32) {
      %vi = tensor.extract %v[%i] : tensor<?xf32>
      %p = arith.mulf %vi, %s : f32
      gen.yield %p : f32
    }
    %next = arith.addf %r, %z : f32
    gen.yield %next, %next : f32, f32
  }
  return %all : tensor<60xf32>
}

// -----

// Must not: another operation within.
// CHECK-NOT: _shared
// CHECK-LABEL: func.func private @differs_kernel(
// CHECK-NOT: _shared
func.func @differs(%x: f32 {gen.name = "x", gen.role = "argument", gen.shape = []},
                   %v: tensor<?xf32> {gen.name = "v", gen.role = "argument", gen.shape = ["v.0"]})
    -> (f32 {gen.name = "last", gen.role = "result", gen.shape = []}) {
  %c0 = arith.constant 0 : index
  %fifty = arith.constant 50 : index
  %m = tensor.dim %v, %c0 : tensor<?xf32>
  %warm = gen.loop %t to %fifty carry(%s = %x : f32) {
    %r = gen.sweep %i to %m lanes(32) sums(f32) {
      %vi = tensor.extract %v[%i] : tensor<?xf32>
      %p = arith.mulf %vi, %s : f32
      gen.yield %p : f32
    }
    gen.yield %r : f32
  }
  %last = gen.loop %t to %fifty carry(%s = %warm : f32) {
    %r = gen.sweep %i to %m lanes(32) sums(f32) {
      %vi = tensor.extract %v[%i] : tensor<?xf32>
      %p = arith.subf %vi, %s : f32
      gen.yield %p : f32
    }
    gen.yield %r : f32
  }
  return %last : f32
}

// -----

// Must not: one value stands for two. (The first loop takes x twice, the second x and y.)
// CHECK-NOT: _shared
// CHECK-LABEL: func.func private @roles_kernel(
// CHECK-NOT: _shared
func.func @roles(%x: f32 {gen.name = "x", gen.role = "argument", gen.shape = []},
                 %y: f32 {gen.name = "y", gen.role = "argument", gen.shape = []},
                 %v: tensor<?xf32> {gen.name = "v", gen.role = "argument", gen.shape = ["v.0"]})
    -> (f32 {gen.name = "last", gen.role = "result", gen.shape = []}) {
  %c0 = arith.constant 0 : index
  %fifty = arith.constant 50 : index
  %m = tensor.dim %v, %c0 : tensor<?xf32>
  %warm = gen.loop %t to %fifty carry(%s = %x : f32) {
    %a = arith.mulf %s, %x : f32
    %b = arith.divf %a, %x : f32
    %r = gen.sweep %i to %m lanes(32) sums(f32) {
      %vi = tensor.extract %v[%i] : tensor<?xf32>
      %p = arith.mulf %vi, %b : f32
      gen.yield %p : f32
    }
    gen.yield %r : f32
  }
  %last = gen.loop %t to %fifty carry(%s = %warm : f32) {
    %a = arith.mulf %s, %x : f32
    %b = arith.divf %a, %y : f32
    %r = gen.sweep %i to %m lanes(32) sums(f32) {
      %vi = tensor.extract %v[%i] : tensor<?xf32>
      %p = arith.mulf %vi, %b : f32
      gen.yield %p : f32
    }
    gen.yield %r : f32
  }
  return %last : f32
}

// -----

// Must not: what the first loop takes from outside, the second one computes.
// CHECK-NOT: _shared
// CHECK-LABEL: func.func private @computes_kernel(
// CHECK-NOT: _shared
func.func @computes(%x: f32 {gen.name = "x", gen.role = "argument", gen.shape = []},
                    %y: f32 {gen.name = "y", gen.role = "argument", gen.shape = []},
                    %v: tensor<?xf32> {gen.name = "v", gen.role = "argument", gen.shape = ["v.0"]})
    -> (f32 {gen.name = "last", gen.role = "result", gen.shape = []}) {
  %c0 = arith.constant 0 : index
  %fifty = arith.constant 50 : index
  %m = tensor.dim %v, %c0 : tensor<?xf32>
  %warm = gen.loop %t to %fifty carry(%s = %x : f32) {
    %a = arith.mulf %s, %x : f32
    %b = arith.divf %y, %a : f32
    %r = gen.sweep %i to %m lanes(32) sums(f32) {
      %vi = tensor.extract %v[%i] : tensor<?xf32>
      %p = arith.mulf %vi, %b : f32
      gen.yield %p : f32
    }
    %both = arith.addf %r, %a : f32
    gen.yield %both : f32
  }
  %last = gen.loop %t to %fifty carry(%s = %warm : f32) {
    %a = arith.mulf %s, %x : f32
    %b = arith.divf %a, %a : f32
    %r = gen.sweep %i to %m lanes(32) sums(f32) {
      %vi = tensor.extract %v[%i] : tensor<?xf32>
      %p = arith.mulf %vi, %b : f32
      gen.yield %p : f32
    }
    %both = arith.addf %r, %a : f32
    gen.yield %both : f32
  }
  return %last : f32
}

// -----

// Must not: bodies without loops, against which a call is something.
// CHECK-NOT: _shared
// CHECK-LABEL: func.func private @straight_kernel(
// CHECK-NOT: _shared
func.func @straight(%x: f32 {gen.name = "x", gen.role = "argument", gen.shape = []},
                    %seed: i64 {gen.name = "seed", gen.role = "seed", gen.shape = []},
                    %instance: index {gen.name = "instance", gen.role = "instance", gen.shape = []})
    -> (f32 {gen.name = "last", gen.role = "result", gen.shape = []}) {
  %c0 = arith.constant 0 : index
  %fifty = arith.constant 50 : index
  %warm = gen.loop %t to %fifty carry(%s = %x : f32) {
    %z = gen.random normal seed %seed instance %c0 at [%t] stream <scope = 1, slot = 0, single = false> : f32
    %next = arith.addf %s, %z : f32
    gen.yield %next : f32
  }
  %last = gen.loop %t to %fifty carry(%s = %warm : f32) {
    %z = gen.random normal seed %seed instance %c0 at [%t] stream <scope = 2, slot = 0, single = false> : f32
    %next = arith.addf %s, %z : f32
    gen.yield %next : f32
  }
  return %last : f32
}
