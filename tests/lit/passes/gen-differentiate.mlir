// Reverse mode: a sweep gets a second one with its body and the reverse of it.
// RUN: genfuse-opt -split-input-file -verify-diagnostics %s --gen-differentiate --canonicalize --cse | FileCheck %s

// CHECK-LABEL: func.func @product
// CHECK-SAME: (%[[X:.*]]: f64, %[[Y:.*]]: f64)
// CHECK: return %[[Y]], %[[X]]
func.func @product(%x: f64, %y: f64) -> (f64, f64) {
  %p = arith.mulf %x, %y : f64
  %g:2 = gen.gradient %p wrt(%x, %y) : (f64, f64, f64) -> (f64, f64)
  return %g#0, %g#1 : f64, f64
}

// -----
// The element of an argument that belongs to the iteration is collected, a captured scalar is summed.
// CHECK-LABEL: func.func @plate
// CHECK: gen.sweep {{.*}} sums(f64) stacks(tensor<?xf64>)
func.func @plate(%m: f64, %y: tensor<?xf64> {gen.shape = ["n"]}) -> (f64, tensor<?xf64>) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %y, %c0 : tensor<?xf64>
  %s = gen.sweep %i to %n sums(f64) {
    %yi = tensor.extract %y[%i] : tensor<?xf64>
    %p = arith.mulf %m, %yi : f64
    gen.yield %p : f64
  }
  %g:2 = gen.gradient %s wrt(%m, %y) : (f64, f64, tensor<?xf64>) -> (f64, tensor<?xf64>)
  return %g#0, %g#1 : f64, tensor<?xf64>
}

// -----
// A branch that is not taken adds exactly zero: the quotient is chosen after it is formed.
// CHECK-LABEL: func.func @branch
// CHECK: %[[C:.*]] = arith.cmpf
// CHECK: %[[Q:.*]] = arith.divf
// CHECK: arith.select %[[C]], %[[Q]]
func.func @branch(%x: f64) -> f64 {
  %zero = arith.constant 0.0 : f64
  %c = arith.cmpf ogt, %x, %zero : f64
  %l = math.log %x : f64
  %v = arith.select %c, %l, %zero : f64
  %g = gen.gradient %v wrt(%x) : (f64, f64) -> f64
  return %g : f64
}

// -----
// An op outside the closed set is an error at its line.
func.func @outside(%x: f64) -> f64 {
  // expected-error @+1 {{has no derivative rule}}
  %f = math.floor %x : f64
  %g = gen.gradient %f wrt(%x) : (f64, f64) -> f64
  return %g : f64
}

// -----
// The derivative of lgamma is digamma, elementwise too.
// CHECK-LABEL: func.func @special
// CHECK-SAME: (%[[X:.*]]: f64
// CHECK: %[[D:.*]] = gen.special digamma(%[[X]]) : f64
// CHECK: return %[[D]]
func.func @special(%x: f64) -> f64 {
  %l = gen.special lgamma(%x) : f64
  %g = gen.gradient %l wrt(%x) : (f64, f64) -> f64
  return %g : f64
}

// -----
// digamma itself has no derivative: that is said.
func.func @digamma(%x: f64) -> f64 {
  // expected-error @+1 {{has no derivative: 'digamma' is not differentiated}}
  %d = gen.special digamma(%x) : f64
  %g = gen.gradient %d wrt(%x) : (f64, f64) -> f64
  return %g : f64
}

// -----
// A square has one product: d z^2 = (2 g) z.
// CHECK-LABEL: func.func @square
// CHECK-SAME: (%[[X:[a-z0-9]*]]: f64, %[[K:[a-z0-9]*]]: f64
// CHECK: %[[Z:.*]] = arith.mulf %[[X]], %[[K]]
// CHECK: %[[TWICE:.*]] = arith.mulf %[[Z]], %{{.*}}
// CHECK-NEXT: %[[D:.*]] = arith.mulf %[[TWICE]], %[[K]]
// CHECK-NEXT: return %[[D]]
func.func @square(%x: f64, %k: f64) -> f64 {
  %z = arith.mulf %x, %k : f64
  %q = arith.mulf %z, %z : f64
  %d = gen.gradient %q wrt(%x) : (f64, f64) -> f64
  return %d : f64
}

// -----
// In a loop's body with respect to what it carries; a value that is asked for is where the way back ends: must not
// go on to what it comes from.
// CHECK-LABEL: func.func @carried
// CHECK: gen.loop {{.*}} carry(%[[Q:[a-z0-9]*]] = %{{.*}} : f64)
// CHECK: %[[E:.*]] = math.exp
// CHECK: %[[TWICE:.*]] = arith.mulf %[[E]]
// CHECK: %[[D:.*]] = arith.mulf %[[TWICE]], %[[Q]]
// CHECK: gen.yield %[[D]]
func.func @carried(%x: f64, %n: index) -> f64 {
  %last = gen.loop %t to %n carry(%q = %x : f64) {
    %a = arith.mulf %q, %q : f64
    %e = math.exp %a : f64
    %d = gen.gradient %e wrt(%q) : (f64, f64) -> f64
    gen.yield %d : f64
  }
  return %last : f64
}

// CHECK-LABEL: func.func @ends
// CHECK-SAME: (%[[X:[a-z0-9]*]]: f64
// CHECK: %[[Q:.*]] = math.exp %[[X]]
// CHECK-NEXT: %[[D:.*]] = arith.mulf %[[Q]], %{{.*}}
// CHECK-NEXT: return %[[D]]
func.func @ends(%x: f64) -> f64 {
  %q = math.exp %x : f64
  %a = arith.mulf %q, %q : f64
  %d = gen.gradient %a wrt(%q) : (f64, f64) -> f64
  return %d : f64
}

// -----
// Loops themselves are not differentiated.
func.func @through(%x: f64, %n: index) -> f64 {
  // expected-error @+1 {{'gen.loop' op has no derivative rule}}
  %last = gen.loop %t to %n carry(%q = %x : f64) {
    %a = arith.mulf %q, %q : f64
    gen.yield %a : f64
  }
  %d = gen.gradient %last wrt(%x) : (f64, f64) -> f64
  return %d : f64
}

// -----
// One value under two numbers is two variables: d (a b b) is b b by a and 2 a b by b. They are gone afterwards.
// CHECK-LABEL: func.func @variables
// CHECK-SAME: (%[[X:[a-z0-9]*]]: f64
// CHECK-NOT: gen.variable
// CHECK: %[[A:.*]] = arith.mulf %[[X]], %[[X]]
// CHECK: %[[B:.*]] = arith.addf
// CHECK-NOT: gen.variable
// CHECK: return %[[A]], %[[B]]
func.func @variables(%x: f64) -> (f64, f64) {
  %a = gen.variable 0 of %x : f64
  %b = gen.variable 1 of %x : f64
  %p = arith.mulf %a, %b : f64
  %q = arith.mulf %p, %b : f64
  %d:2 = gen.gradient %q wrt(%a, %b) : (f64, f64, f64) -> (f64, f64)
  return %d#0, %d#1 : f64, f64
}
