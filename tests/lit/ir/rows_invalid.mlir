// RUN: genfuse-opt -split-input-file -verify-diagnostics %s

// row_c1
func.func @reals(%offsets: tensor<?xf64>, %i: index, %n: index) {
  // expected-error @+1 {{expects offsets that are a vector of i64, got 'tensor<?xf64>'}}
  %start, %length = gen.row %i of %offsets in %n : tensor<?xf64>
  return
}

// -----
// row_c1
func.func @matrix(%offsets: tensor<?x2xi64>, %i: index, %n: index) {
  // expected-error @+1 {{expects offsets that are a vector of i64, got 'tensor<?x2xi64>'}}
  %start, %length = gen.row %i of %offsets in %n : tensor<?x2xi64>
  return
}

// -----
// place_c1
func.func @element(%row: tensor<?xf64>, %offsets: tensor<?xi64>, %i: index, %n: index) {
  %start, %length = gen.row %i of %offsets in %n : tensor<?xi64>
  // expected-error @+1 {{does not put 'tensor<?xf64>' into 'tensor<?xf32>'}}
  %all = gen.place %row at %start of %n : tensor<?xf64> -> tensor<?xf32>
  return
}

// -----
// place_c1
func.func @width(%row: tensor<?x2xf64>, %offsets: tensor<?xi64>, %i: index, %n: index) {
  %start, %length = gen.row %i of %offsets in %n : tensor<?xi64>
  // expected-error @+1 {{does not put 'tensor<?x2xf64>' into 'tensor<?x3xf64>'}}
  %all = gen.place %row at %start of %n : tensor<?x2xf64> -> tensor<?x3xf64>
  return
}

// -----
// place_c2: the length of a row is not where it starts.
func.func @length(%row: tensor<?xf64>, %offsets: tensor<?xi64>, %i: index, %n: index) {
  %start, %length = gen.row %i of %offsets in %n : tensor<?xi64>
  // expected-error @+1 {{expects a start that is that of a gen.row}}
  %all = gen.place %row at %length of %n : tensor<?xf64> -> tensor<?xf64>
  return
}

// -----
// place_c2
func.func @anywhere(%row: tensor<?xf64>, %start: index, %n: index) {
  // expected-error @+1 {{expects a start that is that of a gen.row}}
  %all = gen.place %row at %start of %n : tensor<?xf64> -> tensor<?xf64>
  return
}
