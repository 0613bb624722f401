// RUN: genfuse-opt -split-input-file -verify-diagnostics %s --gen-derive="request={generate(y/*)}"

// expected-error @+1 {{request 'generate(y/*)': unknown address 'y/*'; the model's choices are x}}
gen.func @unknown(%a: f64) {
  %x = gen.sample "x" bernoulli(%a) : (f64) -> i1
  gen.return
}

// -----
// func_c3: two calls at one address.
gen.func @inner(%a: f64) {
  // expected-note @+2 {{by the choice at 'in/x'}}
  // expected-error @+1 {{at address 'in/x': the address is taken}}
  %x = gen.sample "x" bernoulli(%a) : (f64) -> i1
  gen.return
}
gen.func @twice(%a: f64) {
  gen.call "in" @inner(%a) : (f64) -> ()
  gen.call "in" @inner(%a) : (f64) -> ()
  gen.return
}

// -----
// func_c3: one address is a prefix of another.
gen.func @prefix(%a: f64) {
  // expected-note @+1 {{by the choice at 'x/z'}}
  %x = gen.sample "x/z" bernoulli(%a) : (f64) -> i1
  // expected-error @+1 {{at address 'x': the address is taken}}
  %y = gen.sample "x" bernoulli(%a) : (f64) -> i1
  gen.return
}

// -----
// param_c3: a parameter with two types.
gen.func @types(%a: f64) {
  %v = gen.param "w" : f64
  // expected-error @+1 {{names 'types/w' of type 'tensor<2xf64>', which elsewhere has the type 'f64'}}
  %w = gen.param "w" : tensor<2xf64>
  gen.return
}

// -----
// A length that no argument gives.
gen.func @ragged(%k: i64) {
  %n = arith.index_cast %k : i64 to index
  %p = arith.constant 0.5 : f64
  // expected-error @+1 {{has a size that is not affine in the sizes of the function's arguments}}
  gen.map "y" %i to %n {
    %y = gen.sample bernoulli(%p) : (f64) -> i1
    gen.yield
  }
  gen.return
}
