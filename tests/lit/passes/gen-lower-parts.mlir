// The outermost sweep runs in parts, whose sums are added up as a tree; a short one, and one inside, do not.
// RUN: genfuse-opt %s --gen-lower --canonicalize --split-input-file | FileCheck %s

// Parts are multiples of 64 iterations: two of 100 expensive ones.
// CHECK-LABEL: func.func private @long_kernel
// CHECK-SAME: %[[PARTS:[a-z0-9]+]]: index, %[[CHUNK:[a-z0-9]+]]: index)
// CHECK: scf.parallel (%{{.*}}) = (%{{.*}}) to (%[[PARTS]])
// CHECK-NOT: scf.parallel
// CHECK: scf.reduce
// CHECK: arith.cmpi sgt, %[[PARTS]]
// CHECK: scf.if
// CHECK: arith.shli
// CHECK: arith.addf {{.*}} : f64
// CHECK-LABEL: func.func @long(
// CHECK: %[[UNITS:.*]] = arith.ceildivui {{.*}}, %[[ALIGN:c64[_0-9]*]] : index
// CHECK: arith.muli %[[UNITS]], %[[ALIGN]]
func.func @long(%x: tensor<?x?xf32> {gen.name = "x", gen.role = "argument", gen.shape = ["x.0", "x.1"]})
    -> (f64 {gen.name = "score", gen.role = "score", gen.shape = []}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %x, %c0 : tensor<?x?xf32>
  %k = tensor.dim %x, %c1 : tensor<?x?xf32>
  %s = gen.sweep %i to %n lanes(16) sums(f64) {
    %t = gen.sweep %j to %k sums(f64) {
      %xi = tensor.extract %x[%i, %j] : tensor<?x?xf32>
      gen.yield %xi : f32
    }
    gen.yield %t : f64
  }
  return %s : f64
}

// -----

// CHECK-LABEL: func.func private @short_kernel
// CHECK-NOT: scf.parallel
// CHECK-LABEL: func.func @short(
func.func @short(%x: tensor<100xf32> {gen.name = "x", gen.role = "argument", gen.shape = ["100"]})
    -> (f64 {gen.name = "score", gen.role = "score", gen.shape = []}) {
  %c100 = arith.constant 100 : index
  %s = gen.sweep %i to %c100 lanes(16) sums(f64) {
    %xi = tensor.extract %x[%i] : tensor<100xf32>
    gen.yield %xi : f32
  }
  return %s : f64
}

// -----

// A loop repeats its sweeps: each of them runs in parts. The sweep within a sweep does not.
// CHECK-LABEL: func.func private @repeated_kernel
// CHECK: scf.for
// CHECK: scf.parallel
// CHECK-NOT: scf.parallel
// CHECK: scf.reduce
// CHECK-NOT: scf.parallel
// CHECK-LABEL: func.func @repeated(
func.func @repeated(%x: tensor<?x?xf32> {gen.name = "x", gen.role = "argument", gen.shape = ["x.0", "x.1"]},
                    %start: f32 {gen.name = "start", gen.role = "argument", gen.shape = []})
    -> (f32 {gen.name = "end", gen.role = "result", gen.shape = []}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c10 = arith.constant 10 : index
  %n = tensor.dim %x, %c0 : tensor<?x?xf32>
  %k = tensor.dim %x, %c1 : tensor<?x?xf32>
  %end = gen.loop %t to %c10 carry(%now = %start : f32) {
    %s = gen.sweep %i to %n sums(f32) {
      %u = gen.sweep %j to %k sums(f32) {
        %xi = tensor.extract %x[%i, %j] : tensor<?x?xf32>
        %p = arith.mulf %xi, %now : f32
        gen.yield %p : f32
      }
      gen.yield %u : f32
    }
    gen.yield %s : f32
  }
  return %end : f32
}
