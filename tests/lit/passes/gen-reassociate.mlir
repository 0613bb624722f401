// RUN: genfuse-opt %s --gen-reassociate | FileCheck %s

// c x x: the square of data is one for all instances, whose coefficient it multiplies.
// CHECK-LABEL: func.func @data
// CHECK-SAME: %[[C:[a-z0-9]*]]: f32
// CHECK: %[[X:.*]] = tensor.extract
// CHECK: %[[SQUARE:.*]] = arith.mulf %[[X]], %[[X]]
// CHECK: %[[WHOLE:.*]] = arith.mulf %[[C]], %[[SQUARE]]
// CHECK: gen.yield %[[WHOLE]]
func.func @data(%c: f32, %x: tensor<?xf32>, %n: index) -> f32 {
  %s = gen.sweep %i to %n sums(f32) {
    %xi = tensor.extract %x[%i] : tensor<?xf32>
    %a = arith.mulf %c, %xi : f32
    %b = arith.mulf %a, %xi : f32
    gen.yield %b : f32
  }
  return %s : f32
}

// Two scalars of an instance first, then what each iteration has of its own.
// CHECK-LABEL: func.func @scalars
// CHECK-SAME: %[[C:[a-z0-9]*]]: f32, %[[D:[a-z0-9]*]]: f32
// CHECK: %[[X:.*]] = tensor.extract
// CHECK: %[[CD:.*]] = arith.mulf %[[D]], %[[C]]
// CHECK: %[[WHOLE:.*]] = arith.mulf %[[X]], %[[CD]]
// CHECK: gen.yield %[[WHOLE]]
func.func @scalars(%c: f32, %d: f32, %x: tensor<?xf32>, %n: index) -> f32 {
  %s = gen.sweep %i to %n sums(f32) {
    %xi = tensor.extract %x[%i] : tensor<?xf32>
    %a = arith.mulf %xi, %d : f32
    %b = arith.mulf %c, %a : f32
    gen.yield %b : f32
  }
  return %s : f32
}

// What a loop carries is an instance's own and the iteration's: products of data go first.
// CHECK-LABEL: func.func @carried
// CHECK: gen.loop {{.*}} carry(%[[Q:.*]] = {{.*}}) {
// CHECK: %[[X:.*]] = tensor.extract
// CHECK: %[[SQUARE:.*]] = arith.mulf %[[X]], %[[X]]
// CHECK: arith.mulf %[[Q]], %[[SQUARE]]
func.func @carried(%c: f32, %x: tensor<?xf32>, %n: index, %m: index) -> f32 {
  %last = gen.loop %t to %m carry(%q = %c : f32) {
    %s = gen.sweep %i to %n sums(f32) {
      %xi = tensor.extract %x[%i] : tensor<?xf32>
      %a = arith.mulf %q, %xi : f32
      %b = arith.mulf %a, %xi : f32
      gen.yield %b : f32
    }
    gen.yield %s : f32
  }
  return %last : f32
}

// Must not: the square of an instance's value is computed as it stands, since x x is what has to be in range.
// CHECK-LABEL: func.func @square
// CHECK-SAME: %[[C:[a-z0-9]*]]: f32
// CHECK: %[[X:.*]] = tensor.extract
// CHECK: %[[SCALED:.*]] = arith.mulf %[[C]], %[[X]]
// CHECK: arith.mulf %[[SCALED]], %[[SCALED]]
func.func @square(%c: f32, %x: tensor<?xf32>, %n: index) -> f32 {
  %s = gen.sweep %i to %n sums(f32) {
    %xi = tensor.extract %x[%i] : tensor<?xf32>
    %a = arith.mulf %c, %xi : f32
    %b = arith.mulf %a, %a : f32
    gen.yield %b : f32
  }
  return %s : f32
}

// Must not: either scalar with x varies with as much as the whole; a constant stays where it stands.
// CHECK-LABEL: func.func @same
// CHECK-SAME: %[[C:[a-z0-9]*]]: f32, %[[D:[a-z0-9]*]]: f32
// CHECK: %[[K:.*]] = arith.constant
// CHECK: %[[X:.*]] = tensor.extract
// CHECK: %[[CD:.*]] = arith.mulf %[[C]], %[[D]]
// CHECK: arith.mulf %[[CD]], %[[X]]
// CHECK: %[[KX:.*]] = arith.mulf %[[K]], %[[X]]
// CHECK: arith.mulf %[[KX]], %[[C]]
func.func @same(%c: f32, %d: f32, %x: tensor<?xf32>, %n: index) -> (f32, f32) {
  %k = arith.constant 3.0 : f32
  %s, %t = gen.sweep %i to %n sums(f32, f32) {
    %xi = tensor.extract %x[%i] : tensor<?xf32>
    %cd = arith.mulf %c, %d : f32
    %a = arith.mulf %cd, %xi : f32
    %kx = arith.mulf %k, %xi : f32
    %b = arith.mulf %kx, %c : f32
    gen.yield %a, %b : f32, f32
  }
  return %s, %t : f32, f32
}

// Must not: products of tensors.
// CHECK-LABEL: func.func @tensors
// CHECK-SAME: %[[C:[a-z0-9]*]]: tensor<?xf32>, %[[X:[a-z0-9]*]]: tensor<?xf32>
// CHECK: %[[A:.*]] = arith.mulf %[[C]], %[[X]]
// CHECK: arith.mulf %[[A]], %[[X]]
func.func @tensors(%c: tensor<?xf32>, %x: tensor<?xf32>) -> tensor<?xf32> {
  %a = arith.mulf %c, %x : tensor<?xf32>
  %b = arith.mulf %a, %x : tensor<?xf32>
  return %b : tensor<?xf32>
}

// Constants at the end of sums become one, with their signs: (c - 2) + 3 = c + 1. Must not: constants apart.
// CHECK-LABEL: func.func @constants
// CHECK-SAME: %[[C:[a-z0-9]*]]: f32, %[[D:[a-z0-9]*]]: f32
// CHECK: %[[ONE:.*]] = arith.constant 1.0{{.*}} : f32
// CHECK: %[[A:.*]] = arith.addf %[[C]], %[[ONE]]
// CHECK: %[[FIRST:.*]] = arith.addf %[[C]], %{{.*}}
// CHECK: %[[SECOND:.*]] = arith.addf %[[FIRST]], %[[D]]
// CHECK: %[[B:.*]] = arith.addf %[[SECOND]], %{{.*}}
// CHECK: return %[[A]], %[[B]]
func.func @constants(%c: f32, %d: f32) -> (f32, f32) {
  %two = arith.constant 2.0 : f32
  %three = arith.constant 3.0 : f32
  %p = arith.subf %c, %two : f32
  %a = arith.addf %p, %three : f32
  %q = arith.addf %c, %three : f32
  %r = arith.addf %q, %d : f32
  %b = arith.addf %r, %two : f32
  return %a, %b : f32, f32
}

// Constants of a sum come together.
// CHECK-LABEL: func.func @normalisers
// CHECK: %[[C:.*]] = arith.constant 5.0{{.*}}e-01 : f64
// CHECK: arith.addf %{{.*}}, %[[C]] : f64
func.func @normalisers(%x: f64) -> f64 {
  %two = arith.constant 2.0 : f64
  %c = arith.constant 1.5 : f64
  %a = arith.addf %x, %two : f64
  %b = arith.subf %a, %c : f64
  return %b : f64
}

// Must not: large ones, which round what they are added to.
// CHECK-LABEL: func.func @rounding
// CHECK: %[[A:.*]] = arith.addf
// CHECK: arith.subf %[[A]]
func.func @rounding(%x: f32) -> f32 {
  %shift = arith.constant 12582912.0 : f32
  %a = arith.addf %x, %shift : f32
  %b = arith.subf %a, %shift : f32
  return %b : f32
}
