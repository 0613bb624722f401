// A loop over parts becomes a function; one part is called at once, several by the executor or one by one.
// RUN: genfuse-opt %s --split-input-file --gen-outline-parts | FileCheck %s

// CHECK: func.func private @k0_run(%[[CLOSURE:.*]]: !llvm.ptr, %{{.*}}: i64) attributes {no_inline, passthrough = ["noinline"]}
// CHECK: llvm.load
// CHECK: call @k0_part
// CHECK-LABEL: func.func private @k0_part(%{{.*}}: !llvm.ptr {llvm.noalias}, %{{.*}}: index)
// CHECK-SAME: passthrough = ["alwaysinline"]
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

// -----

// Two draws are much code, which none of the three callers copies.
// CHECK-LABEL: func.func private @draws0_part
// CHECK-SAME: attributes {no_inline, passthrough = ["noinline"]}
func.func private @gf_random_normal_f64_lanes8(vector<8xi32>) -> vector<8xf64>
func.func private @draws(%out: !llvm.ptr, %call: !llvm.ptr {gen.call}, %parts: index, %counter: vector<8xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.parallel (%part) = (%c0) to (%parts) step (%c1) {
    %a = func.call @gf_random_normal_f64_lanes8(%counter) : (vector<8xi32>) -> vector<8xf64>
    %b = func.call @gf_random_normal_f64_lanes8(%counter) : (vector<8xi32>) -> vector<8xf64>
    %sum = arith.addf %a, %b : vector<8xf64>
    llvm.store %sum, %out : vector<8xf64>, !llvm.ptr
    scf.reduce
  }
  return
}

// -----

// Within loops there is one way for one part and for several, and loops that are equal are one function.
// CHECK: func.func private @twice0_run
// CHECK: call @twice0_part(
// CHECK: func.func private @twice0_part({{.*}}alwaysinline
// CHECK-NOT: @twice1
// CHECK-LABEL: func.func private @twice(
// CHECK: scf.for
// CHECK-NOT: call @twice0_part
// CHECK: call @twice0_run
// CHECK: constant @twice0_run
// CHECK: scf.for
// CHECK: call @twice0_run
// CHECK: constant @twice0_run
// CHECK-NOT: @twice1
// A third one stores something else.
// CHECK: constant @twice2_run
func.func private @twice(%out: !llvm.ptr, %call: !llvm.ptr {gen.call}, %parts: index, %more: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %two = arith.constant 2.0 : f64
  %three = arith.constant 3.0 : f64
  scf.for %t = %c0 to %parts step %c1 {
    scf.parallel (%part) = (%c0) to (%parts) step (%c1) {
      llvm.store %two, %out : f64, !llvm.ptr
      scf.reduce
    }
  }
  scf.for %t = %c0 to %parts step %c1 {
    scf.parallel (%part) = (%c0) to (%more) step (%c1) {
      llvm.store %two, %out : f64, !llvm.ptr
      scf.reduce
    }
    scf.parallel (%part) = (%c0) to (%more) step (%c1) {
      llvm.store %three, %out : f64, !llvm.ptr
      scf.reduce
    }
  }
  return
}
