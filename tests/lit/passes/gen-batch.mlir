// The two mappings are one form: they differ in which sweep has lanes.
// RUN: genfuse-opt %s --gen-batch="mapping=instances lanes=32" | FileCheck %s --check-prefix=INSTANCES
// RUN: genfuse-opt %s --gen-batch="mapping=elements lanes=16" | FileCheck %s --check-prefix=ELEMENTS
// RUN: genfuse-opt %s --gen-batch="mapping=single lanes=16" | FileCheck %s --check-prefix=SINGLE
// RUN: not genfuse-opt %s --gen-batch="mapping=diagonal" 2>&1 | FileCheck %s --check-prefix=ERROR

// INSTANCES: gen.sweep {{.*}} lanes(32) stacks(tensor<?xf64>) last
// INSTANCES: gen.sweep
// INSTANCES-NOT: lanes

// ELEMENTS: gen.sweep
// ELEMENTS-NOT: lanes
// ELEMENTS: gen.sweep {{.*}} lanes(16) sums(f64)

// SINGLE: gen.sweep {{.*}} lanes(16) sums(f64)
// SINGLE-NOT: gen.sweep

// ERROR: unknown mapping 'diagonal', expected instances, elements or single
func.func @f(%x: tensor<?xf64> {gen.name = "x", gen.role = "argument", gen.shape = ["x.0"]},
             %y: tensor<?xf64> {gen.name = "y/*", gen.role = "choice", gen.shape = ["x.0"]})
    -> (f64 {gen.name = "score", gen.role = "score", gen.shape = []}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf64>
  %s = gen.sweep %i to %n sums(f64) {
    %yi = tensor.extract %y[%i] : tensor<?xf64>
    gen.yield %yi : f64
  }
  return %s : f64
}

// What is one for all instances is computed before their sweep, in lanes over elements; a loop has none itself, the
// sweep in its body has them if there is no other.
// INSTANCES-LABEL: func.func @shared
// INSTANCES: gen.sweep {{.*}} lanes(32) sums(f64)
// INSTANCES: gen.sweep {{.*}} lanes(32) stacks(tensor<?xf64>) last
// INSTANCES-NOT: lanes
// INSTANCES: gen.loop
// INSTANCES-NOT: lanes
// INSTANCES: return
// SINGLE-LABEL: func.func @shared
// SINGLE: gen.sweep {{.*}} lanes(16) sums(f64)
// SINGLE: gen.loop
// SINGLE: gen.sweep {{.*}} lanes(16) sums(f64)
func.func @shared(%x: tensor<?xf64> {gen.name = "x", gen.role = "argument", gen.shape = ["x.0"]},
                  %z: f64 {gen.name = "z", gen.role = "choice", gen.shape = []})
    -> (f64 {gen.name = "q", gen.role = "result", gen.shape = []}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf64>
  %s = gen.sweep %i to %n sums(f64) {
    %xi = tensor.extract %x[%i] : tensor<?xf64>
    gen.yield %xi : f64
  }
  %last = gen.loop %t to %n carry(%q = %z : f64) {
    %r = gen.sweep %i to %n sums(f64) {
      %xi = tensor.extract %x[%i] : tensor<?xf64>
      %p = arith.mulf %q, %xi : f64
      gen.yield %p : f64
    }
    %next = arith.addf %r, %s : f64
    gen.yield %next : f64
  }
  return %last : f64
}
