// RUN: not genfuse-opt %s --gen-print-cuda -o /dev/null --split-input-file 2>&1 | FileCheck %s

func.func private @memref_f32(!llvm.ptr) -> memref<?xf32>
// CHECK: errors.mlir:[[#@LINE+5]]:{{.*}} 'vector.load' has no CUDA text: a vector is not as long as its group of threads
func.func @width(%p: !llvm.ptr {gen.name = "x", gen.written}) attributes {gen.width = 32 : i64} {
  %x = func.call @memref_f32(%p) : (!llvm.ptr) -> memref<?xf32>
  %c0 = arith.constant 0 : index
  // The vector has 16 elements.
  %a = vector.load %x[%c0] : memref<?xf32>, vector<16xf32>
  vector.store %a, %x[%c0] : memref<?xf32>, vector<16xf32>
  return
}

// -----

func.func private @memref_f32(!llvm.ptr) -> memref<?xf32>
// CHECK: 'math.atan' has no CUDA text: it is not in the device library
func.func @atan(%p: !llvm.ptr {gen.name = "x", gen.written}) attributes {gen.width = 1 : i64} {
  %x = func.call @memref_f32(%p) : (!llvm.ptr) -> memref<?xf32>
  %c0 = arith.constant 0 : index
  %a = memref.load %x[%c0] : memref<?xf32>
  %b = math.atan %a : f32
  memref.store %b, %x[%c0] : memref<?xf32>
  return
}

// -----

func.func private @memref_f32(!llvm.ptr) -> memref<?xf32>
// CHECK: 'arith.constant' has no CUDA text: a constant differs from thread to thread
func.func @constant(%p: !llvm.ptr {gen.name = "x", gen.written}) attributes {gen.width = 32 : i64} {
  %x = func.call @memref_f32(%p) : (!llvm.ptr) -> memref<?xf32>
  %c0 = arith.constant 0 : index
  %a = arith.constant dense<[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 17.0, 18.0, 19.0, 20.0, 21.0, 22.0, 23.0, 24.0, 25.0, 26.0, 27.0, 28.0, 29.0, 30.0, 31.0]> : vector<32xf32>
  vector.store %a, %x[%c0] : memref<?xf32>, vector<32xf32>
  return
}
