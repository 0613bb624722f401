// RUN: genfuse-opt %s --gen-lower --canonicalize --cse --split-input-file | FileCheck %s

// A product that is handed over is a call for the rows of each part; nothing is summed over parts. Its 6 summed
// numbers are one tile.
// CHECK: func.func private @gf_gemm_f32(!llvm.ptr, !llvm.ptr, !llvm.ptr, i64, i64, i64, i64, i64, i64, i32, i32)
// CHECK-LABEL: func.func private @forward_kernel
// CHECK-DAG: %[[YES:.*]] = arith.constant 1 : i32
// CHECK-DAG: %[[NO:.*]] = arith.constant 0 : i32
// CHECK-DAG: %[[SIX:.*]] = arith.constant 6 : i64
// CHECK-DAG: %[[EIGHT:.*]] = arith.constant 8 : i64
// CHECK: scf.parallel
// CHECK:   call @gf_gemm_f32(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %[[EIGHT]], %[[SIX]], %{{.*}}, %{{.*}}, %{{.*}}, %[[NO]], %[[YES]])
// CHECK-NOT: call @gf_gemm_f32
// CHECK: return
func.func @forward(%w: tensor<8x6xf32> {gen.name = "w", gen.role = "argument", gen.shape = ["8", "6"]},
                   %xs: tensor<?x6xf32> {gen.name = "xs", gen.role = "argument", gen.shape = ["xs.0", "6"]})
    -> (tensor<?x8xf32> {gen.name = "return", gen.role = "return", gen.shape = ["xs.0", "8"]}) {
  %p = gen.einsum "ij,nj->ni"(%w, %xs) {gen.handed_over = 8 : i64} : (tensor<8x6xf32>, tensor<?x6xf32>) -> tensor<?x8xf32>
  return %p : tensor<?x8xf32>
}

// -----

// A sum over rows, of any number: the first tile of 1024, and a loop over the others, which are added in f64.
// CHECK-LABEL: func.func private @backward_kernel
// CHECK-DAG: %[[TILE:.*]] = arith.constant 1024 : index
// CHECK: scf.parallel
// CHECK:   call @gf_gemm_f32
// CHECK:   scf.if
// CHECK:     arith.extf
// CHECK:     scf.for %{{.*}} = %[[TILE]] to %{{.*}} step %[[TILE]]
// CHECK:       call @gf_gemm_f32
// CHECK:       arith.addf %{{.*}}, %{{.*}} : f64
// CHECK:     arith.truncf
// CHECK: return
func.func @backward(%gs: tensor<?x8xf32> {gen.name = "gs", gen.role = "argument", gen.shape = ["gs.0", "8"]},
                    %xs: tensor<?x6xf32> {gen.name = "xs", gen.role = "argument", gen.shape = ["xs.0", "6"]})
    -> (tensor<8x6xf32> {gen.name = "return", gen.role = "return", gen.shape = ["8", "6"]}) {
  %p = gen.einsum "ni,nj->ij"(%gs, %xs) {gen.handed_over = 8 : i64} : (tensor<?x8xf32>, tensor<?x6xf32>) -> tensor<8x6xf32>
  return %p : tensor<8x6xf32>
}

// -----

// In f64 sums have no tiles.
// CHECK-LABEL: func.func private @wide_kernel
// CHECK: call @gf_gemm_f64
// CHECK-NOT: @gf_gemm_f64
// CHECK: return
func.func @wide(%gs: tensor<?x8xf64> {gen.name = "gs", gen.role = "argument", gen.shape = ["gs.0", "8"]},
                %xs: tensor<?x6xf64> {gen.name = "xs", gen.role = "argument", gen.shape = ["xs.0", "6"]})
    -> (tensor<8x6xf64> {gen.name = "return", gen.role = "return", gen.shape = ["8", "6"]}) {
  %p = gen.einsum "ni,nj->ij"(%gs, %xs) {gen.handed_over = 8 : i64} : (tensor<?x8xf64>, tensor<?x6xf64>) -> tensor<8x6xf64>
  return %p : tensor<8x6xf64>
}

// -----

// Must not: a product without the mark.
// CHECK-NOT: gf_gemm
func.func @plain(%w: tensor<8x6xf32> {gen.name = "w", gen.role = "argument", gen.shape = ["8", "6"]},
                 %xs: tensor<?x6xf32> {gen.name = "xs", gen.role = "argument", gen.shape = ["xs.0", "6"]})
    -> (tensor<?x8xf32> {gen.name = "return", gen.role = "return", gen.shape = ["xs.0", "8"]}) {
  %p = gen.einsum "ij,nj->ni"(%w, %xs) : (tensor<8x6xf32>, tensor<?x6xf32>) -> tensor<?x8xf32>
  return %p : tensor<?x8xf32>
}
