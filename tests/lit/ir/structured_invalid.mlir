// RUN: genfuse-opt -split-input-file -verify-diagnostics %s

// sweep_c1
func.func @f(%n: index) {
  // expected-error @+1 {{expects a body with one index argument}}
  "gen.sweep"(%n) <{num_sums = 0 : i64}> ({
    "gen.yield"() : () -> ()
  }) : (index) -> ()
  return
}

// -----
// sweep_c2
func.func @f(%n: index, %x: f64) -> f64 {
  // expected-error @+1 {{yields 2 values for 1 results}}
  %s = gen.sweep %i to %n sums(f64) {
    gen.yield %x, %x : f64, f64
  }
  return %s : f64
}

// -----
// sweep_c3
func.func @f(%n: index, %x: f64) -> f32 {
  // expected-error @+1 {{sums 'f64' into 'f32'}}
  %s = gen.sweep %i to %n sums(f32) {
    gen.yield %x : f64
  }
  return %s : f32
}

// -----
// sweep_c4
func.func @f(%n: index, %x: f64) -> tensor<?x?xf64> {
  // expected-error @+1 {{collects 'f64' into 'tensor<?xf64>', got 'tensor<?x?xf64>'}}
  %s = gen.sweep %i to %n stacks(tensor<?x?xf64>) {
    gen.yield %x : f64
  }
  return %s : tensor<?x?xf64>
}

// -----
// concat_c1
func.func @f(%x: tensor<?xf64>, %y: tensor<?xi64>) -> tensor<?xf64> {
  // expected-error @+1 {{operand of type 'tensor<?xi64>' does not go into 'tensor<?xf64>'}}
  %z = gen.concat %x, %y : tensor<?xf64>, tensor<?xi64> -> tensor<?xf64>
  return %z : tensor<?xf64>
}

// -----
// concat_c1
func.func @f(%x: tensor<?x3xf64>, %y: tensor<?x2xf64>) -> tensor<?x3xf64> {
  // expected-error @+1 {{operand of type 'tensor<?x2xf64>' does not go into 'tensor<?x3xf64>'}}
  %z = gen.concat %x, %y : tensor<?x3xf64>, tensor<?x2xf64> -> tensor<?x3xf64>
  return %z : tensor<?x3xf64>
}

// -----
// concat_c2
func.func @f(%x: tensor<2xf64>, %y: tensor<3xf64>) -> tensor<6xf64> {
  // expected-error @+1 {{expected a first dimension of 5, got 6}}
  %z = gen.concat %x, %y : tensor<2xf64>, tensor<3xf64> -> tensor<6xf64>
  return %z : tensor<6xf64>
}

// -----
// einsum_c1
func.func @f(%x: tensor<?xf64>) -> f64 {
  // expected-error @+1 {{has 1 operands for the specification 'i,i->'}}
  %s = gen.einsum "i,i->"(%x) : (tensor<?xf64>) -> f64
  return %s : f64
}

// -----
// einsum_c2
func.func @f(%x: tensor<?xf64>) -> f64 {
  // expected-error @+1 {{names 'ij' the dimensions of 'tensor<?xf64>'}}
  %s = gen.einsum "ij->"(%x) : (tensor<?xf64>) -> f64
  return %s : f64
}

// -----
// einsum_c3
func.func @f(%x: tensor<?xf64>) -> tensor<?xf64> {
  // expected-error @+1 {{has the result letter 'j', which no operand has}}
  %s = gen.einsum "i->j"(%x) : (tensor<?xf64>) -> tensor<?xf64>
  return %s : tensor<?xf64>
}

// -----
// einsum_c4
func.func @f(%x: tensor<3xf64>, %y: tensor<4xf64>) -> f64 {
  // expected-error @+1 {{has sizes 3 and 4 for the letter 'i'}}
  %s = gen.einsum "i,i->"(%x, %y) : (tensor<3xf64>, tensor<4xf64>) -> f64
  return %s : f64
}

// -----
// random_c1
func.func @f(%seed: i64, %b: index) -> f64 {
  // expected-error @+1 {{expects one of the kinds uniform, normal, stream_normal, gamma, log_gamma, beta, poisson, binomial, integer, got 'gumbel'}}
  %u = gen.random gumbel seed %seed instance %b stream <scope = 0, slot = 0, single = true> : f64
  return %u : f64
}

// -----
// random_c2
func.func @f(%seed: i64, %b: index) -> f64 {
  // expected-error @+1 {{'gamma' takes 1 parameters, got 0}}
  %u = gen.random gamma seed %seed instance %b stream <scope = 0, slot = 0, single = true> : f64
  return %u : f64
}

// -----
// random_c2
func.func @f(%seed: i64, %b: index, %shape: f64) -> f32 {
  // expected-error @+1 {{expects parameters of the result's type 'f32', got 'f64'}}
  %u = gen.random gamma(%shape : f64) seed %seed instance %b stream <scope = 0, slot = 0, single = true> : f32
  return %u : f32
}

// -----
// random_c3
func.func @f(%seed: i64, %b: index) -> i64 {
  // expected-error @+1 {{'normal' is a real, got 'i64'}}
  %u = gen.random normal seed %seed instance %b stream <scope = 0, slot = 0, single = true> : i64
  return %u : i64
}

// -----
// random_c4
func.func @f(%seed: i64, %b: index) -> f64 {
  // expected-error @+1 {{'normal' has no elements}}
  %u = gen.random normal seed %seed instance %b element %b stream <scope = 0, slot = 0, single = true> : f64
  return %u : f64
}

// -----
// special_c1
func.func @f(%x: f64) -> f64 {
  // expected-error @+1 {{expects one of the functions lgamma, digamma, sinpi, cospi, stirling, stirling_slope, deviance, deviance_slope, half_step, half_step_slope, log1p_square, at_least_normal, got 'zeta'}}
  %y = gen.special zeta(%x) : f64
  return %y : f64
}

// -----
// special_c2
func.func @f(%x: f64) -> f64 {
  // expected-error @+1 {{'deviance' takes 2 operands, got 1}}
  %y = gen.special deviance(%x) : f64
  return %y : f64
}
