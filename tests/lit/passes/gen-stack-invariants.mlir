// What an inner sweep computes alike for all instances, at a cost, is computed once before them.
// RUN: genfuse-opt %s --gen-stack-invariants --split-input-file | FileCheck %s

// The exponential and what is made of it; the product of two data is as cheap as reading a stack.
// CHECK-LABEL: func.func @covariate
// CHECK: %[[STACKS:[0-9]+]] = gen.sweep %[[I:[a-z0-9]+]] to %{{.*}} stacks(tensor<?xf32>) {
// CHECK:   %[[X:.*]] = tensor.extract %{{.*}}[%[[I]]]
// CHECK:   %[[E:.*]] = math.exp %[[X]]
// CHECK:   %[[Y:.*]] = arith.addf %[[E]]
// CHECK:   gen.yield %[[Y]] : f32
// CHECK: gen.sweep {{.*}} lanes(16)
// CHECK:   gen.sweep %[[J:[a-z0-9]+]] to
// CHECK-NOT: math.exp
// CHECK:     %[[READ:.*]] = tensor.extract %[[STACKS]][%[[J]]] : tensor<?xf32>
// CHECK:     arith.mulf %{{.*}}, %{{.*}} : f32
// CHECK:     arith.mulf %{{.*}}, %[[READ]] : f32
func.func @covariate(%x: tensor<?xf32>, %b: tensor<?xf32>, %n: index) -> tensor<?xf64> {
  %c0 = arith.constant 0 : index
  %one = arith.constant 1.0 : f32
  %m = tensor.dim %x, %c0 : tensor<?xf32>
  %r = gen.sweep %i to %n lanes(16) stacks(tensor<?xf64>) last {
    %bi = tensor.extract %b[%i] : tensor<?xf32>
    %s = gen.sweep %j to %m sums(f64) {
      %xj = tensor.extract %x[%j] : tensor<?xf32>
      %e = math.exp %xj : f32
      %e1 = arith.addf %e, %one : f32
      %xx = arith.mulf %xj, %xj : f32
      %p = arith.mulf %bi, %e1 : f32
      %q = arith.addf %p, %xx : f32
      gen.yield %q : f32
    }
    gen.yield %s : f64
  }
  return %r : tensor<?xf64>
}

// -----

// A sweep within a loop within an instance: the loop repeats it, the stack is made once. Known sizes stay known.
// CHECK-LABEL: func.func @repeated
// CHECK: gen.sweep %{{.*}} to %{{.*}} stacks(tensor<50xf32>) {
// CHECK: math.log
// CHECK: gen.sweep {{.*}} lanes(16)
// CHECK: gen.loop
// CHECK-NOT: math.log
func.func @repeated(%x: tensor<50xf32>, %b: tensor<?xf32>, %n: index, %steps: index) -> tensor<?xf32> {
  %m = arith.constant 50 : index
  %r = gen.sweep %i to %n lanes(16) stacks(tensor<?xf32>) last {
    %bi = tensor.extract %b[%i] : tensor<?xf32>
    %end = gen.loop %k to %steps carry(%now = %bi : f32) {
      %s = gen.sweep %j to %m sums(f32) {
        %xj = tensor.extract %x[%j] : tensor<50xf32>
        %e = math.log %xj : f32
        %p = arith.mulf %now, %e : f32
        gen.yield %p : f32
      }
      gen.yield %s : f32
    }
    gen.yield %end : f32
  }
  return %r : tensor<?xf32>
}

// -----

// Not what differs between instances, nor what depends on a plate around the sweep, nor a sweep whose length does.
// CHECK-LABEL: func.func @different
// CHECK-NOT: gen.sweep {{.*}} stacks(tensor<?xf32>) {
// CHECK: gen.sweep {{.*}} lanes(16)
// CHECK: math.exp
// CHECK: math.log
// CHECK: math.sqrt
func.func @different(%x: tensor<?x?xf32>, %b: tensor<?xf32>, %n: index, %lengths: tensor<?xindex>) -> tensor<?xf64> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %rows = tensor.dim %x, %c0 : tensor<?x?xf32>
  %columns = tensor.dim %x, %c1 : tensor<?x?xf32>
  %r = gen.sweep %i to %n lanes(16) stacks(tensor<?xf64>) last {
    %bi = tensor.extract %b[%i] : tensor<?xf32>
    %s = gen.sweep %j to %rows sums(f64) {
      %length = tensor.extract %lengths[%j] : tensor<?xindex>
      %t = gen.sweep %k to %columns sums(f64) {
        %sum = arith.addf %bi, %bi : f32
        %e = math.exp %sum : f32
        %xjk = tensor.extract %x[%j, %k] : tensor<?x?xf32>
        %l = math.log %xjk : f32
        %p = arith.mulf %e, %l : f32
        gen.yield %p : f32
      }
      %u = gen.sweep %k to %length sums(f64) {
        %bk = tensor.extract %b[%k] : tensor<?xf32>
        %q = math.sqrt %bk : f32
        gen.yield %q : f32
      }
      %v = arith.addf %t, %u : f64
      gen.yield %v : f64
    }
    gen.yield %s : f64
  }
  return %r : tensor<?xf64>
}

// -----

// Elements of one instance in lanes: nothing is repeated.
// CHECK-LABEL: func.func @elements
// CHECK-COUNT-1: gen.sweep
// CHECK-NOT: stacks
func.func @elements(%x: tensor<?xf32>) -> f64 {
  %c0 = arith.constant 0 : index
  %m = tensor.dim %x, %c0 : tensor<?xf32>
  %s = gen.sweep %j to %m lanes(16) sums(f64) {
    %xj = tensor.extract %x[%j] : tensor<?xf32>
    %e = math.exp %xj : f32
    gen.yield %e : f32
  }
  return %s : f64
}
