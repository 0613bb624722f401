// A value that leaves a plate for later use has a cotangent that is not ready: then, and only then, there are two sweeps.
// RUN: genfuse-opt %s --gen-derive="request={gradient(x/*)}" %differentiate | FileCheck %s

// CHECK: gen.sweep
// CHECK: math.exp
// CHECK: gen.sweep
// CHECK-NOT: gen.sweep
gen.func @leaves(%s: tensor<?xf64> {gen.name = "s"}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %s, %c0 : tensor<?xf64>
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %xs = gen.map "x" %i to %n -> tensor<?xf64> {
    %x = gen.sample normal(%zero, %one) : (f64, f64) -> f64
    %si = tensor.extract %s[%i] : tensor<?xf64>
    %p = arith.mulf %x, %si : f64
    gen.yield %p : f64
  }
  %sum = gen.einsum "i->"(%xs) : (tensor<?xf64>) -> f64
  %e = math.exp %sum : f64
  %y = gen.sample "y" normal(%e, %one) : (f64, f64) -> f64
  gen.return
}
