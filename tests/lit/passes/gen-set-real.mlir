// RUN: genfuse-opt %s --gen-set-real | FileCheck %s

// Values are f32; the score is the f64 sum of a sweep over f32 terms.
// CHECK-LABEL: func.func @f
// CHECK-SAME: tensor<?xf32>
// CHECK-SAME: -> (f64 {{.*}}, f32 {{.*}})
// CHECK: gen.sweep {{.*}} sums(f64, f32)
// CHECK: gen.yield {{.*}} : f32, f32
// CHECK: arith.addf {{.*}} : f64
func.func @f(%x: tensor<?xf64>, %n: index) -> (f64 {gen.name = "score", gen.role = "score", gen.shape = []}, f64 {gen.name = "a", gen.role = "argument_gradient", gen.shape = []}) {
  %c = arith.constant 1.0 : f64
  %s, %t = gen.sweep %i to %n sums(f64, f64) {
    %xi = tensor.extract %x[%i] : tensor<?xf64>
    gen.yield %xi, %xi : f64, f64
  }
  %j = arith.addf %s, %c : f64
  return %j, %t : f64, f64
}
