// A loop over parts becomes a function; one part is called at once, several by the executor or one by one.
// RUN: genfuse-opt %s --gen-outline-parts | FileCheck %s

// CHECK: func.func private @k0_run(%[[CLOSURE:.*]]: !llvm.ptr, %{{.*}}: i64)
// CHECK: llvm.load
// CHECK: call @k0_part
// CHECK-LABEL: func.func private @k0_part(%{{.*}}: !llvm.ptr {llvm.noalias}, %{{.*}}: index)
// CHECK: arith.constant 2.0
// CHECK: llvm.store
// CHECK-LABEL: func.func private @k(
// CHECK-NOT: scf.parallel
// CHECK: llvm.alloca
// CHECK: scf.if
// CHECK: call @k0_part
// CHECK: else
// CHECK: llvm.store
// CHECK: scf.for
// CHECK: call @k0_run
// CHECK: constant @k0_run
// CHECK: llvm.call %{{.*}}(%{{.*}}) : !llvm.ptr, (!llvm.ptr, i64, !llvm.ptr, !llvm.ptr) -> ()
func.func private @k(%out: !llvm.ptr {llvm.noalias}, %call: !llvm.ptr {gen.call}, %parts: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %two = arith.constant 2.0 : f64
  scf.parallel (%part) = (%c0) to (%parts) step (%c1) {
    %i = arith.index_cast %part : index to i64
    %at = llvm.getelementptr %out[%i] : (!llvm.ptr, i64) -> !llvm.ptr, f64
    llvm.store %two, %at : f64, !llvm.ptr
    scf.reduce
  }
  return
}
