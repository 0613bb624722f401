// RUN: genfuse-opt -split-input-file -verify-diagnostics %s

// check_c1
func.func @f(%x: f64, %ok: i1) {
  // expected-error @+1 {{takes what came and at most one bound, got 3 values}}
  gen.check %ok number 0 "x" of(%x, %x, %x) : f64, f64, f64
  return
}
