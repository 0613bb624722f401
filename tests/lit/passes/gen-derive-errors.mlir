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

// -----
// row_c2: how long rows are has to be known before a call.
gen.func @computed(%lengths: tensor<?xi64>, %n: i64) {
  %c0 = arith.constant 0 : index
  %c6 = arith.constant 6 : index
  %rows = tensor.dim %lengths, %c0 : tensor<?xi64>
  %ends = tensor.splat %n[%rows] : tensor<?xi64>
  gen.map "rows" %i to %rows {
    // expected-error @+1 {{expects offsets that are an argument of the model, as they decide how much memory a call needs}}
    %start, %length = gen.row %i of %ends in %c6 : tensor<?xi64>
    gen.yield
  }
  gen.return
}

// -----
// row_c2: and so has how many rows there are.
gen.func @rows(%ends: tensor<?xi64>, %k: i64) {
  %c6 = arith.constant 6 : index
  %n = arith.index_cast %k : i64 to index
  gen.map "rows" %i to %n {
    // expected-error @+1 {{stands in a plate whose length is not affine in sizes of arguments}}
    %start, %length = gen.row %i of %ends in %c6 : tensor<?xi64>
    gen.yield
  }
  gen.return
}

// -----
// row_c3: a row within a plate of a plate.
gen.func @deep(%ends: tensor<?xi64>) {
  %c2 = arith.constant 2 : index
  %c6 = arith.constant 6 : index
  gen.map "all" %i to %c2 {
    gen.map "rows" %j to %c2 {
      // expected-error @+1 {{expects to stand in an outermost plate and to take its index}}
      %start, %length = gen.row %j of %ends in %c6 : tensor<?xi64>
      gen.yield
    }
    gen.yield
  }
  gen.return
}

// -----
// row_c3: a plate over a row, with another plate between.
gen.func @between(%ends: tensor<?xi64>) {
  %c2 = arith.constant 2 : index
  %c6 = arith.constant 6 : index
  gen.map "rows" %i to %c2 {
    %start, %length = gen.row %i of %ends in %c6 : tensor<?xi64>
    gen.map "twice" %t to %c2 {
      // expected-error @+1 {{runs over a row of a plate that does not directly hold it}}
      gen.map "y" %j to %length {
        gen.yield
      }
      gen.yield
    }
    gen.yield
  }
  gen.return
}

// -----
// row_c4
gen.func @total(%ends: tensor<?xi64>, %k: i64) {
  %c2 = arith.constant 2 : index
  %n = arith.index_cast %k : i64 to index
  gen.map "rows" %i to %c2 {
    // expected-error @+1 {{expects a total that is affine in sizes of the model's arguments}}
    %start, %length = gen.row %i of %ends in %n : tensor<?xi64>
    gen.yield
  }
  gen.return
}

// -----
// row_c5: a row's values and those of another row.
gen.func @joined(%a: tensor<?xi64>, %b: tensor<?xi64>, %x: f64) {
  %c2 = arith.constant 2 : index
  %c6 = arith.constant 6 : index
  gen.map "rows" %i to %c2 {
    %start, %length = gen.row %i of %a in %c6 : tensor<?xi64>
    %other, %size = gen.row %i of %b in %c6 : tensor<?xi64>
    %u = gen.map "u" %j to %length -> tensor<?xf64> {
      gen.yield %x : f64
    }
    %v = gen.map "v" %j to %size -> tensor<?xf64> {
      gen.yield %x : f64
    }
    // expected-error @+1 {{joins values of which one has the length of a row of ragged data, and the other has not}}
    %sum = gen.einsum "i,i->" (%u, %v) : (tensor<?xf64>, tensor<?xf64>) -> f64
    gen.yield
  }
  gen.return
}

// -----
// row_c5: an element that a row may not have.
gen.func @read(%a: tensor<?xi64>, %x: f64) {
  %c2 = arith.constant 2 : index
  %c6 = arith.constant 6 : index
  gen.map "rows" %i to %c2 {
    %start, %length = gen.row %i of %a in %c6 : tensor<?xi64>
    %u = gen.map "u" %j to %length -> tensor<?xf64> {
      gen.yield %x : f64
    }
    gen.map "v" %k to %c2 {
      // expected-error @+1 {{at another index than that of a plate over the row, which may be empty}}
      %uk = tensor.extract %u[%k] : tensor<?xf64>
      gen.yield
    }
    gen.yield
  }
  gen.return
}

// -----
// map_c4: rows of different lengths have no common array but a flat one.
gen.func @collected(%a: tensor<?xi64>, %x: f64) {
  %c2 = arith.constant 2 : index
  %c6 = arith.constant 6 : index
  // expected-error @+1 {{collects values of different sizes, which is not supported}}
  %all = gen.map "rows" %i to %c2 -> tensor<2x?xf64> {
    %start, %length = gen.row %i of %a in %c6 : tensor<?xi64>
    %u = gen.map "u" %j to %length -> tensor<?xf64> {
      gen.yield %x : f64
    }
    gen.yield %u : tensor<?xf64>
  }
  gen.return
}
