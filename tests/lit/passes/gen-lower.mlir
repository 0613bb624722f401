// A kernel with the one ABI: whole vectors over tiles, f64 totals, one masked tail; nothing is allocated.
// RUN: genfuse-opt %s --gen-lower --canonicalize | FileCheck %s

// CHECK: func.func private @gf_lgamma_f32_lanes16(vector<16xf32>) -> vector<16xf32> attributes {gen.device = "gf_lgamma_f32"}
// CHECK-LABEL: func.func private @f_kernel
// CHECK-SAME: llvm.noalias
// CHECK-NOT: memref.alloc
// CHECK: scf.for {{.*}} -> (f64)
// CHECK: scf.for {{.*}} -> (vector<16xf32>)
// CHECK: vector.load
// CHECK: scf.if
// CHECK: vector.create_mask
// CHECK: vector.maskedload
// CHECK: arith.select
// CHECK: vector.reduction <add>
// CHECK: arith.extf

// CHECK-LABEL: func.func @f(
// CHECK-SAME: !llvm.ptr, {{.*}}: !llvm.ptr, {{.*}}: !llvm.ptr, {{.*}}: !llvm.ptr) -> i32
// CHECK: call @f_kernel
// CHECK-LABEL: func.func @f_workspace
func.func @f(%x: tensor<?xf32> {gen.name = "x", gen.role = "argument", gen.shape = ["x.0"]})
    -> (f64 {gen.name = "score", gen.role = "score", gen.shape = []}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %s = gen.sweep %i to %n lanes(16) sums(f64) {
    %xi = tensor.extract %x[%i] : tensor<?xf32>
    %e = math.exp %xi : f32
    gen.yield %e : f32
  }
  return %s : f64
}

// A function of the device library on lanes; its declaration, on top, carries the base name.
// CHECK-LABEL: func.func private @special_kernel
// CHECK: call @gf_lgamma_f32_lanes16
func.func @special(%x: tensor<?xf32> {gen.name = "x", gen.role = "argument", gen.shape = ["x.0"]})
    -> (f64 {gen.name = "score", gen.role = "score", gen.shape = []}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %s = gen.sweep %i to %n lanes(16) sums(f64) {
    %xi = tensor.extract %x[%i] : tensor<?xf32>
    %e = gen.special lgamma(%xi) : f32
    gen.yield %e : f32
  }
  return %s : f64
}
