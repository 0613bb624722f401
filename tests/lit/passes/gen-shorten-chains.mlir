// RUN: genfuse-opt %s --gen-shorten-chains --canonicalize | FileCheck %s

// q + (2 s + k) k: the sum s comes last, so only the last two operations wait for it.
// CHECK-LABEL: func.func @late
// CHECK-SAME: %[[X:[a-z0-9]*]]: f32, %[[K:[a-z0-9]*]]: f32
// CHECK: gen.loop {{.*}} carry(%[[Q:.*]] = %[[X]] : f32)
// CHECK: %[[S:.*]] = gen.sweep
// CHECK: %[[FACTOR:.*]] = arith.mulf %[[K]], %{{.*}}
// CHECK: %[[KK:.*]] = arith.mulf %[[K]], %[[K]]
// CHECK: %[[REST:.*]] = arith.addf %[[KK]], %[[Q]]
// CHECK: %[[PRODUCT:.*]] = arith.mulf %[[S]], %[[FACTOR]]
// CHECK: %[[NEXT:.*]] = arith.addf %[[REST]], %[[PRODUCT]]
// CHECK-NEXT: gen.yield %[[NEXT]]
func.func @late(%x: f32, %k: f32, %v: tensor<?xf32>, %n: index, %m: index) -> f32 {
  %c2 = arith.constant 2.0 : f32
  %last = gen.loop %t to %m carry(%q = %x : f32) {
    %s = gen.sweep %i to %n sums(f32) {
      %vi = tensor.extract %v[%i] : tensor<?xf32>
      %e = arith.mulf %vi, %q : f32
      gen.yield %e : f32
    }
    %a = arith.mulf %s, %c2 : f32
    %b = arith.addf %a, %k : f32
    %c = arith.mulf %b, %k : f32
    %d = arith.addf %q, %c : f32
    gen.yield %d : f32
  }
  return %last : f32
}

// Signs: -(2 s + k) - q is (-k - q) - 2 s.
// CHECK-LABEL: func.func @signs
// CHECK-SAME: %[[X:[a-z0-9]*]]: f32, %[[K:[a-z0-9]*]]: f32
// CHECK: gen.loop {{.*}} carry(%[[Q:[a-z0-9]*]] = %[[X]] : f32)
// CHECK: %[[S:.*]] = gen.sweep
// CHECK: %[[MINUS:.*]] = arith.negf %[[K]]
// CHECK: %[[REST:.*]] = arith.subf %[[MINUS]], %[[Q]]
// CHECK: %[[PRODUCT:.*]] = arith.mulf %[[S]], %{{.*}}
// CHECK: arith.subf %[[REST]], %[[PRODUCT]]
func.func @signs(%x: f32, %k: f32, %v: tensor<?xf32>, %n: index, %m: index) -> f32 {
  %c2 = arith.constant 2.0 : f32
  %last = gen.loop %t to %m carry(%q = %x : f32) {
    %s = gen.sweep %i to %n sums(f32) {
      %vi = tensor.extract %v[%i] : tensor<?xf32>
      %e = arith.mulf %vi, %q : f32
      gen.yield %e : f32
    }
    %a = arith.mulf %s, %c2 : f32
    %b = arith.addf %a, %k : f32
    %c = arith.negf %b : f32
    %d = arith.subf %c, %q : f32
    gen.yield %d : f32
  }
  return %last : f32
}

// Must not: two operations are as short as it gets, and what is not affine in the sum stays.
// CHECK-LABEL: func.func @short
// CHECK: %[[S:.*]] = gen.sweep
// CHECK: %[[A:.*]] = arith.mulf %[[S]]
// CHECK: %[[B:.*]] = arith.addf %[[A]]
// CHECK: %[[E:.*]] = math.exp %[[S]]
// CHECK: gen.yield %[[B]], %[[E]]
func.func @short(%x: f32, %k: f32, %v: tensor<?xf32>, %n: index, %m: index) -> (f32, f32) {
  %last, %other = gen.loop %t to %m carry(%q = %x : f32, %r = %x : f32) {
    %s = gen.sweep %i to %n sums(f32) {
      %vi = tensor.extract %v[%i] : tensor<?xf32>
      %e = arith.mulf %vi, %q : f32
      %f = arith.mulf %e, %r : f32
      gen.yield %f : f32
    }
    %a = arith.mulf %s, %k : f32
    %b = arith.addf %a, %k : f32
    %e = math.exp %s : f32
    gen.yield %b, %e : f32, f32
  }
  return %last, %other : f32, f32
}

// y - ((x + q v) + q y): three additions one after the other become two, of products with other terms.
// CHECK-LABEL: func.func @tree
// CHECK: gen.loop
// CHECK: %[[V:.*]] = tensor.extract
// CHECK: %[[Y:.*]] = tensor.extract
// CHECK: %[[QV:.*]] = arith.mulf %{{.*}}, %[[V]]
// CHECK: %[[QY:.*]] = arith.mulf %{{.*}}, %[[Y]]
// CHECK: %[[A:.*]] = arith.addf %{{.*}}, %[[QY]]
// CHECK: %[[B:.*]] = arith.subf %[[Y]], %[[QV]]
// CHECK: %[[C:.*]] = arith.subf %[[B]], %[[A]]
// CHECK: gen.yield %[[C]]
func.func @tree(%x: f32, %v: tensor<?xf32>, %y: tensor<?xf32>, %n: index, %m: index) -> f32 {
  %last = gen.loop %t to %m carry(%q = %x : f32) {
    %s = gen.sweep %i to %n sums(f32) {
      %vi = tensor.extract %v[%i] : tensor<?xf32>
      %yi = tensor.extract %y[%i] : tensor<?xf32>
      %p = arith.mulf %q, %vi : f32
      %a = arith.addf %x, %p : f32
      %w = arith.mulf %q, %yi : f32
      %b = arith.addf %a, %w : f32
      %c = arith.subf %yi, %b : f32
      gen.yield %c : f32
    }
    gen.yield %s : f32
  }
  return %last : f32
}

// Must not: outside of loops, where elements wait for nothing; nor sums of three terms.
// CHECK-LABEL: func.func @elements
// CHECK: %[[A:.*]] = arith.addf
// CHECK: %[[B:.*]] = arith.addf %[[A]]
// CHECK: %[[C:.*]] = arith.subf %{{.*}}, %[[B]]
// CHECK: gen.yield %[[C]]
// CHECK: gen.loop
// CHECK: %[[D:.*]] = arith.addf
// CHECK: %[[E:.*]] = arith.addf %[[D]]
// CHECK: gen.yield %[[E]]
func.func @elements(%x: f32, %v: tensor<?xf32>, %n: index, %m: index) -> (f32, f32) {
  %s = gen.sweep %i to %n sums(f32) {
    %vi = tensor.extract %v[%i] : tensor<?xf32>
    %p = arith.mulf %x, %vi : f32
    %a = arith.addf %x, %p : f32
    %w = arith.mulf %vi, %vi : f32
    %b = arith.addf %a, %w : f32
    %c = arith.subf %vi, %b : f32
    gen.yield %c : f32
  }
  %last = gen.loop %t to %m carry(%q = %x : f32) {
    %r = gen.sweep %i to %n sums(f32) {
      %vi = tensor.extract %v[%i] : tensor<?xf32>
      %a = arith.addf %x, %vi : f32
      %b = arith.addf %a, %q : f32
      gen.yield %b : f32
    }
    gen.yield %r : f32
  }
  return %s, %last : f32, f32
}
