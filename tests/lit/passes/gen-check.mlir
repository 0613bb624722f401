// Beside a derived function one that checks its inputs; the function itself stays as it is.
// RUN: genfuse-opt %s --gen-check | FileCheck %s
// RUN: genfuse-opt %s --gen-check --gen-expand --canonicalize --cse --gen-batch="mapping=instances" | FileCheck %s --check-prefix=BATCHED

// CHECK-LABEL: func.func @f(
// CHECK-NOT: gen.check
// CHECK: return
// CHECK-LABEL: func.func @f_check(
// CHECK-SAME: attributes {gen.check_of = @f}
// CHECK: gen.sweep %[[E:.*]] to
// CHECK: gen.check %{{.*}} number 0 "{{.*}}gen-check.mlir:{{[0-9]+}}:14: argument 's', element [{0}]: expected a number, got {v}{i}" at[%[[E]]]
// CHECK: gen.sweep %[[I:.*]] to %{{.*}} sums(f64) {
// The place of a choice, its leaf with the plate's index, the parameter, and its domain.
// CHECK: gen.check %{{.*}} number 1 "m.mlir:3:4: address 'y/{0}': expected a number, got {v}{i}" at[%[[I]]]
// CHECK: gen.check %{{.*}} number 2 "m.mlir:3:4: address 'y/{0}': parameter 'low' of uniform: expected a finite value, got {v}{i}"
// CHECK: gen.check %{{.*}} number 3 "m.mlir:3:4: address 'y/{0}': parameter 'high' of uniform: expected a value that is above low ({b}), got {v}{i}" at[%[[I]]] of(%{{.*}}, %{{.*}}) : f64, f64
// CHECK: return{{$}}

// What depends on no instance is checked once, before them; the sweep of the choices has no result left.
// BATCHED-LABEL: func.func @f_check(
// BATCHED: gen.sweep
// BATCHED: number 0
// BATCHED: gen.sweep %{{.*}} to %{{.*}} lanes(16) last {
// BATCHED: gen.sweep %{{.*}} to %{{.*}} {
// BATCHED: number 1
func.func @f(%s: tensor<?xf64> {gen.name = "s", gen.role = "argument", gen.shape = ["s.0"]},
             %y: tensor<?xf64> {gen.name = "y/*", gen.role = "choice", gen.shape = ["s.0"]})
    -> (f64 {gen.name = "score", gen.role = "score", gen.shape = []}) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f64
  %n = tensor.dim %s, %c0 : tensor<?xf64>
  %r = gen.sweep %i to %n sums(f64) {
    %si = tensor.extract %s[%i] : tensor<?xf64>
    %yi = tensor.extract %y[%i] : tensor<?xf64>
    %l = gen.logpdf uniform(%zero, %si) of %yi at [%i] : f64, (f64, f64) -> f64 loc("y/*"("m.mlir":3:4))
    gen.yield %l : f64
  }
  return %r : f64
}
