// The one-image model in a plate: its gradient is one sweep that does value and reverse together; nothing has the plate's
// length but the data.
// RUN: genfuse-opt %source/tests/models/digits.mlir --gen-derive="request={gradient(W, b)}" %differentiate | FileCheck %s
// RUN: genfuse-opt %source/tests/models/digits.mlir --gen-derive="request={gradient(W, b)}" %differentiate %fuse32 --gen-batch="mapping=single lanes=16" --gen-lower --canonicalize | FileCheck %s --check-prefix=LOWERED

// CHECK-LABEL: func.func @digits_gradient
// CHECK: gen.sweep {{.*}} sums(f64, tensor<10xf64>, tensor<10x?xf64>) {
// CHECK: gen.einsum "kd,d->k"
// CHECK: gen.reduce_max detached
// CHECK: gen.one_hot
// CHECK: gen.einsum "k,d->kd"
// CHECK: gen.yield
// CHECK-NOT: gen.sweep
// CHECK-NOT: stacks

// Dots of two rows and ten classes in registers, then updates of blocks of rows.
// LOWERED-LABEL: func.func private @digits_gradient_kernel
// LOWERED-NOT: memref.alloc
// LOWERED: memref.prefetch
// LOWERED: math.fma {{.*}} : vector<16xf32>
// LOWERED: math.exp {{.*}} : vector<16xf32>
// LOWERED: math.fma {{.*}} : vector<16xf32>
// LOWERED: vector.create_mask
