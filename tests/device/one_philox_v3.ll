; Draws from one counter share one Philox: ten rounds, two products each, whatever is drawn. Words fill two registers
; where draws are floats.
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-pc-linux-gnu"

declare <8 x float> @gf_random_uniform_f32x8(<8 x i32>, <8 x i32>, <8 x i32>, <8 x i32>, i32, i32, <8 x i32>)
declare <8 x float> @gf_random_normal_f32x8(<8 x i32>, <8 x i32>, <8 x i32>, <8 x i32>, i32, i32, <8 x i32>)
declare <4 x double> @gf_random_normal_f64x4(<4 x i32>, <4 x i32>, <4 x i32>, <4 x i32>, i32, i32, <4 x i32>)

; CHECK-LABEL: define {{.*}}@four_uniforms(
; CHECK-COUNT-40: asm "vpmuludq 
; CHECK-NOT: {{asm|mul .* x i64>}}
; CHECK-NOT: select
; CHECK-NOT: call
; CHECK: ret void
define void @four_uniforms(<8 x i32> %c, i32 %k0, i32 %k1, ptr noalias %out) #0 {
  %a = call <8 x float> @gf_random_uniform_f32x8(<8 x i32> %c, <8 x i32> %c, <8 x i32> %c, <8 x i32> %c, i32 %k0, i32 %k1, <8 x i32> zeroinitializer)
  %b = call <8 x float> @gf_random_uniform_f32x8(<8 x i32> %c, <8 x i32> %c, <8 x i32> %c, <8 x i32> %c, i32 %k0, i32 %k1, <8 x i32> splat (i32 1))
  %d = call <8 x float> @gf_random_uniform_f32x8(<8 x i32> %c, <8 x i32> %c, <8 x i32> %c, <8 x i32> %c, i32 %k0, i32 %k1, <8 x i32> splat (i32 2))
  %e = call <8 x float> @gf_random_uniform_f32x8(<8 x i32> %c, <8 x i32> %c, <8 x i32> %c, <8 x i32> %c, i32 %k0, i32 %k1, <8 x i32> splat (i32 3))
  %p1 = getelementptr <8 x float>, ptr %out, i64 1
  %p2 = getelementptr <8 x float>, ptr %out, i64 2
  %p3 = getelementptr <8 x float>, ptr %out, i64 3
  store <8 x float> %a, ptr %out
  store <8 x float> %b, ptr %p1
  store <8 x float> %d, ptr %p2
  store <8 x float> %e, ptr %p3
  ret void
}

; Both slots of a pair share the square root too. (The last product of the other pair is dead; codegen/cpu/Translate.cpp
; tells LLVM that.)
; CHECK-LABEL: define {{.*}}@two_normals(
; CHECK-COUNT-40: asm "vpmuludq 
; CHECK-NOT: {{asm|mul .* x i64>}}
; CHECK: call {{.*}}@llvm.sqrt.v8f32
; CHECK-NOT: @llvm.sqrt
; CHECK: ret void
define void @two_normals(<8 x i32> %c, i32 %k0, i32 %k1, ptr noalias %out) #0 {
  %a = call <8 x float> @gf_random_normal_f32x8(<8 x i32> %c, <8 x i32> %c, <8 x i32> %c, <8 x i32> %c, i32 %k0, i32 %k1, <8 x i32> splat (i32 2))
  %b = call <8 x float> @gf_random_normal_f32x8(<8 x i32> %c, <8 x i32> %c, <8 x i32> %c, <8 x i32> %c, i32 %k0, i32 %k1, <8 x i32> splat (i32 3))
  %p1 = getelementptr <8 x float>, ptr %out, i64 1
  store <8 x float> %a, ptr %out
  store <8 x float> %b, ptr %p1
  ret void
}

; CHECK-LABEL: define {{.*}}@two_double_normals(
; CHECK-COUNT-20: asm "vpmuludq 
; CHECK-NOT: {{asm|mul .* x i64>}}
; CHECK: call {{.*}}@llvm.sqrt.v4f64
; CHECK-NOT: @llvm.sqrt
; CHECK: ret void
define void @two_double_normals(<4 x i32> %c, i32 %k0, i32 %k1, ptr noalias %out) #0 {
  %a = call <4 x double> @gf_random_normal_f64x4(<4 x i32> %c, <4 x i32> %c, <4 x i32> %c, <4 x i32> %c, i32 %k0, i32 %k1, <4 x i32> zeroinitializer)
  %b = call <4 x double> @gf_random_normal_f64x4(<4 x i32> %c, <4 x i32> %c, <4 x i32> %c, <4 x i32> %c, i32 %k0, i32 %k1, <4 x i32> splat (i32 1))
  %p1 = getelementptr <4 x double>, ptr %out, i64 1
  store <4 x double> %a, ptr %out
  store <4 x double> %b, ptr %p1
  ret void
}

attributes #0 = { nounwind "target-cpu"="x86-64-v3" }
