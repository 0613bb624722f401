// RUN: genfuse-opt -split-input-file -verify-diagnostics %s

// func_c1
// expected-error @+1 {{returns at most one value, got 2}}
gen.func @two(%a: f64) -> (f64, f64) {
  gen.return %a, %a : f64, f64
}

// -----
// func_c2
// expected-error @+1 {{takes and returns f64, i64, i1 and tensors of them, got 'f32'}}
gen.func @narrow(%a: f32) {
  gen.return
}

// -----
// func_c4
gen.func @half(%a: f64) {
  // expected-error @+1 {{in a gen.func has values of type f64, i64, i1, index and ranked tensors of the first three, got 'f32'}}
  %b = arith.truncf %a : f64 to f32
  gen.return
}

// -----
// func_c4
gen.func @unranked(%a: tensor<?xf64>) {
  // expected-error @+1 {{got 'tensor<*xf64>'}}
  %b = tensor.cast %a : tensor<?xf64> to tensor<*xf64>
  gen.return
}

// -----
// func_c5
gen.func @no_such_dimension(%a: tensor<?xf64>) {
  %c1 = arith.constant 1 : index
  // expected-error @+1 {{asks for dimension 1 of a tensor with 1 dimension}}
  %n = tensor.dim %a, %c1 : tensor<?xf64>
  gen.return
}

// -----
// func_c5
gen.func @negative_dimension(%a: tensor<?x?xf64>) {
  %c = arith.constant -1 : index
  // expected-error @+1 {{asks for dimension -1 of a tensor with 2 dimensions}}
  %n = tensor.dim %a, %c : tensor<?x?xf64>
  gen.return
}

// -----
// return_c1
gen.func @wrong(%a: f64) -> i64 {
  // expected-error @+1 {{returns 'f64' from a function of type '(f64) -> i64'}}
  gen.return %a : f64
}

// -----
// param_c1
gen.func @sizes() {
  // expected-error @+1 {{has 1 dynamic dimensions and 0 sizes}}
  %w = gen.param "w" : tensor<?xf64>
  gen.return
}

// -----
// param_c2
gen.func @init() {
  // expected-error @+1 {{expects one initial value or one per element of a static shape, got 2}}
  %w = gen.param "w" init [1.0, 2.0] : tensor<3xf64>
  gen.return
}

// -----
// sample_c1
gen.func @unknown(%a: f64) {
  // expected-error @+1 {{at address 'x': unknown distribution 'gauss', expected one of normal, uniform}}
  %x = gen.sample "x" gauss(%a, %a) : (f64, f64) -> f64
  gen.return
}

// -----
// sample_c2
gen.func @count(%a: f64) {
  // expected-error @+1 {{at address 'x': distribution 'normal' takes 2 parameters, got 1}}
  %x = gen.sample "x" normal(%a) : (f64) -> f64
  gen.return
}

// -----
// sample_c2
gen.func @kind(%a: i64) {
  // expected-error @+1 {{at address 'x': parameter 'mu' of 'normal' is a real, got 'i64'}}
  %x = gen.sample "x" normal(%a, %a) : (i64, i64) -> f64
  gen.return
}

// -----
// sample_c2
gen.func @value(%a: f64) {
  // expected-error @+1 {{at address 'x': a value of 'bernoulli' is a boolean, got 'f64'}}
  %x = gen.sample "x" bernoulli(%a) : (f64) -> f64
  gen.return
}

// -----
// sample_c3
gen.func @address(%a: f64) {
  // expected-error @+1 {{address 'x/3' has the component '3', which is kept for indices of plates}}
  %x = gen.sample "x/3" bernoulli(%a) : (f64) -> i1
  gen.return
}

// -----
// sample_c4
gen.func @nowhere(%a: f64) {
  // expected-error @+1 {{expects an address: only a choice directly in a gen.map may go without}}
  %x = gen.sample bernoulli(%a) : (f64) -> i1
  gen.return
}

// -----
// sample_c4
gen.func @notAlone(%a: f64, %n: tensor<3xf64>) {
  %c3 = arith.constant 3 : index
  gen.map "y" %i to %c3 {
    // expected-error @+1 {{expects an address: it is not the only choice of its gen.map}}
    %x = gen.sample bernoulli(%a) : (f64) -> i1
    %z = gen.sample "z" bernoulli(%a) : (f64) -> i1
    gen.yield
  }
  gen.return
}

// -----
// call_c1
gen.func @missing(%a: f64) {
  // expected-error @+1 {{calls 'other', which is not a gen.func here}}
  gen.call "in" @other(%a) : (f64) -> ()
  gen.return
}

// -----
// call_c1
gen.func @a(%x: f64) {
  gen.call "in" @b(%x) : (f64) -> ()
  gen.return
}
gen.func @b(%x: f64) {
  // expected-error @+1 {{calls 'a', which leads back to its caller}}
  gen.call "in" @a(%x) : (f64) -> ()
  gen.return
}

// -----
// call_c2
gen.func @inner(%x: f64) {
  gen.return
}
gen.func @outer(%x: i64) {
  // expected-error @+1 {{does not fit 'inner' of type '(f64) -> ()'}}
  gen.call "in" @inner(%x) : (i64) -> ()
  gen.return
}

// -----
// map_c1
gen.func @noIndex() {
  %c3 = arith.constant 3 : index
  // expected-error @+1 {{expects a body with one index argument}}
  "gen.map"(%c3) <{address = "y"}> ({
    "gen.yield"() : () -> ()
  }) : (index) -> ()
  gen.return
}

// -----
// map_c2
gen.func @collected(%a: f64) {
  %c3 = arith.constant 3 : index
  // expected-error @+1 {{collects 'f64' into 'tensor<?xf64>', got 'tensor<?x?xf64>'}}
  %r = gen.map "y" %i to %c3 -> tensor<?x?xf64> {
    gen.yield %a : f64
  }
  gen.return
}

// -----
// map_c3
gen.func @emptyComponent(%a: f64) {
  %c3 = arith.constant 3 : index
  // expected-error @+1 {{address 'y//z' has an empty component}}
  gen.map "y//z" %i to %c3 {
    gen.yield
  }
  gen.return
}
