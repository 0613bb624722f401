// RUN: genfuse-opt -split-input-file -verify-diagnostics %s

// logpdf_c1
func.func @f(%x: f64) -> f64 {
  // expected-error @+1 {{distribution 'normal' takes 2 parameters, got 1}}
  %l = gen.logpdf normal(%x) of %x : f64, (f64) -> f64
  return %l : f64
}

// -----
// draw_c1
func.func @f(%x: f64, %s: i64, %b: index) -> f64 {
  // expected-error @+1 {{distribution 'normal' takes 2 parameters, got 1}}
  %l = gen.draw normal(%x) seed %s instance %b stream <scope = 0, slot = 0, single = true> : (f64) -> f64
  return %l : f64
}

// -----
// gradient_c1
func.func @f(%x: f64, %y: tensor<3xf64>) -> f64 {
  // expected-error @+1 {{returns 'f64' for values of types 'tensor<3xf64>'}}
  %g = gen.gradient %x wrt(%y) : (f64, tensor<3xf64>) -> f64
  return %g : f64
}
