// Calls of the device library. A draw is much code: outside of loops one function does it for all calls.
// RUN: genfuse-opt %s --gen-math-to-device=target=x86-64-v4 --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @outside(
// CHECK-COUNT-2: call @gf_random_normal_f32_apart(
// CHECK-NOT: call @gf_random_normal_f32(
// CHECK: call @gf_lgamma_f32(
// CHECK: func.func private @gf_random_normal_f32_apart({{.*}}) -> f32 attributes {no_inline, passthrough = ["noinline"]} {
// CHECK-NEXT: call @gf_random_normal_f32(%arg0, %arg1, %arg2, %arg3, %arg4, %arg5, %arg6)
func.func private @gf_random_normal_f32_one(i32, i32, i32, i32, i32, i32, i32) -> f32 attributes {gen.device = "gf_random_normal_f32"}
func.func private @gf_lgamma_f32_one(f32) -> f32 attributes {gen.device = "gf_lgamma_f32"}
func.func @outside(%a: i32, %b: i32, %c: i1) -> f32 {
  %x = call @gf_random_normal_f32_one(%a, %b, %b, %b, %b, %b, %b) : (i32, i32, i32, i32, i32, i32, i32) -> f32
  %y = scf.if %c -> f32 {
    %z = func.call @gf_random_normal_f32_one(%b, %a, %a, %a, %a, %a, %a) : (i32, i32, i32, i32, i32, i32, i32) -> f32
    scf.yield %z : f32
  } else {
    scf.yield %x : f32
  }
  %r = call @gf_lgamma_f32_one(%y) : (f32) -> f32
  return %r : f32
}

// -----

// Must not: in a loop, and in functions that loops call.
// CHECK-NOT: _apart
func.func private @gf_random_normal_f32_one(i32, i32, i32, i32, i32, i32, i32) -> f32 attributes {gen.device = "gf_random_normal_f32"}
func.func @inside(%a: i32, %n: index, %x: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%s = %x) -> f32 {
    %z = func.call @gf_random_normal_f32_one(%a, %a, %a, %a, %a, %a, %a) : (i32, i32, i32, i32, i32, i32, i32) -> f32
    %next = arith.addf %s, %z : f32
    scf.yield %next : f32
  }
  return %r : f32
}
func.func private @part(%a: i32) -> f32 attributes {no_inline, passthrough = ["noinline"]} {
  %z = call @gf_random_normal_f32_one(%a, %a, %a, %a, %a, %a, %a) : (i32, i32, i32, i32, i32, i32, i32) -> f32
  return %z : f32
}
