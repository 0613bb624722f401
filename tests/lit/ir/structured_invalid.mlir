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
  // expected-error @+1 {{expects the kind 'uniform' or 'normal', got 'gumbel'}}
  %u = gen.random gumbel seed %seed instance %b stream <scope = 0, slot = 0, single = true> : f64
  return %u : f64
}
