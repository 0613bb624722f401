// Lanes by the registers that the innermost loops need at once.
// RUN: genfuse-opt %s --gen-widen | FileCheck %s
// RUN: genfuse-opt %s --gen-widen="registers=8" | FileCheck %s --check-prefix=EIGHT
// RUN: genfuse-opt %s --gen-widen="most=2" | FileCheck %s --check-prefix=TWO

// Instances around a loop that needs few registers: four registers a value, where there are 32.
// CHECK-LABEL: func.func @few
// CHECK: gen.sweep {{.*}} lanes(64)
// CHECK: gen.sweep %{{[^ ]*}} to %{{[^ ]*}} sums(f32) {
// EIGHT-LABEL: func.func @few
// EIGHT: gen.sweep {{.*}} lanes(32)
// TWO-LABEL: func.func @few
// TWO: gen.sweep {{.*}} lanes(32)
func.func @few(%mu: tensor<?xf32>, %x: tensor<?xf32>, %n: index, %instances: index) -> tensor<?xf32> {
  %r = gen.sweep %b to %instances lanes(16) stacks(tensor<?xf32>) last {
    %m = tensor.extract %mu[%b] : tensor<?xf32>
    %s = gen.sweep %i to %n sums(f32) {
      %xi = tensor.extract %x[%i] : tensor<?xf32>
      %d = arith.subf %xi, %m : f32
      %q = arith.mulf %d, %d : f32
      gen.yield %q : f32
    }
    gen.yield %s : f32
  }
  return %r : tensor<?xf32>
}

// Must not: a loop that keeps 16 values of each instance has no room for more than one register of each.
// CHECK-LABEL: func.func @many
// CHECK: gen.sweep {{.*}} lanes(16)
func.func @many(%x: tensor<?xf32>, %n: index, %instances: index, %start: tensor<?xf32>) -> tensor<?xf32> {
  %r = gen.sweep %b to %instances lanes(16) stacks(tensor<?xf32>) last {
    %x0 = tensor.extract %start[%b] : tensor<?xf32>
    %v0 = tensor.from_elements %x0, %x0, %x0, %x0, %x0, %x0, %x0, %x0 : tensor<8xf32>
    %last = gen.loop %t to %n carry(%v = %v0 : tensor<8xf32>) {
      %w = arith.addf %v, %v0 : tensor<8xf32>
      gen.yield %w : tensor<8xf32>
    }
    %c0 = arith.constant 0 : index
    %f = tensor.extract %last[%c0] : tensor<8xf32>
    gen.yield %f : f32
  }
  return %r : tensor<?xf32>
}

// But two where instances share calls of the generator, however many values live.
// CHECK-LABEL: func.func @sharing
// CHECK: gen.sweep {{.*}} lanes(32)
func.func @sharing(%n: index, %instances: index, %seed: i64) -> tensor<?xf32> {
  %r = gen.sweep %b to %instances lanes(16) stacks(tensor<?xf32>) last {
    %z = gen.random normal seed %seed instance %b stream <scope = 0, slot = 0, single = true> : f32
    %v0 = tensor.from_elements %z, %z, %z, %z, %z, %z, %z, %z : tensor<8xf32>
    %last = gen.loop %t to %n carry(%v = %v0 : tensor<8xf32>) {
      %w = arith.addf %v, %v0 : tensor<8xf32>
      gen.yield %w : tensor<8xf32>
    }
    %c0 = arith.constant 0 : index
    %f = tensor.extract %last[%c0] : tensor<8xf32>
    gen.yield %f : f32
  }
  return %r : tensor<?xf32>
}

// Without a loop within: two; four, where instances share calls of the generator.
// CHECK-LABEL: func.func @straight
// CHECK: gen.sweep {{.*}} lanes(32)
// CHECK: gen.sweep {{.*}} lanes(64)
func.func @straight(%x: tensor<?xf32>, %instances: index, %seed: i64) -> (tensor<?xf32>, tensor<?xf32>) {
  %r = gen.sweep %b to %instances lanes(16) stacks(tensor<?xf32>) last {
    %xi = tensor.extract %x[%b] : tensor<?xf32>
    %d = arith.addf %xi, %xi : f32
    gen.yield %d : f32
  }
  %z = gen.sweep %b to %instances lanes(16) stacks(tensor<?xf32>) last {
    %d = gen.random normal seed %seed instance %b stream <scope = 0, slot = 0, single = true> : f32
    gen.yield %d : f32
  }
  return %r, %z : tensor<?xf32>, tensor<?xf32>
}

// Must not: a draw with calls of its own.
// CHECK-LABEL: func.func @own
// CHECK: gen.sweep {{.*}} lanes(32)
func.func @own(%instances: index, %seed: i64) -> tensor<?xf32> {
  %z = gen.sweep %b to %instances lanes(16) stacks(tensor<?xf32>) last {
    %d = gen.random normal seed %seed instance %b at [%b] stream <scope = 0, slot = 0, single = false> : f32
    gen.yield %d : f32
  }
  return %z : tensor<?xf32>
}

// Must not: a sweep over elements that forms products of tensors; a sweep without lanes gets none.
// CHECK-LABEL: func.func @products
// CHECK: gen.sweep %{{[^ ]*}} to %{{[^ ]*}} lanes(16) sums(f32)
// CHECK: gen.sweep %{{[^ ]*}} to %{{[^ ]*}} sums(f32)
func.func @products(%x: tensor<?x4xf32>, %w: tensor<4xf32>, %y: tensor<?xf32>, %n: index) -> (f32, f32) {
  %s = gen.sweep %i to %n lanes(16) sums(f32) {
    %row = tensor.extract_slice %x[%i, 0] [1, 4] [1, 1] : tensor<?x4xf32> to tensor<4xf32>
    %d = gen.einsum "i,i->" (%row, %w) : (tensor<4xf32>, tensor<4xf32>) -> f32
    gen.yield %d : f32
  }
  %t = gen.sweep %i to %n sums(f32) {
    %d = tensor.extract %y[%i] : tensor<?xf32>
    gen.yield %d : f32
  }
  return %s, %t : f32, f32
}
