// RUN: genfuse-opt -split-input-file -verify-diagnostics %s

// triangular_solve_c1
func.func @f(%a: tensor<3x2xf64>, %v: tensor<?xf64>) -> tensor<?xf64> {
  // expected-error @+1 {{expects a square matrix as large as the vector, got 'tensor<3x2xf64>' and 'tensor<?xf64>'}}
  %y = gen.triangular_solve %a, %v : tensor<3x2xf64>, tensor<?xf64>
  return %y : tensor<?xf64>
}

// -----
// triangular_solve_c1
func.func @f(%a: tensor<?x3xf64>, %v: tensor<4xf64>) -> tensor<4xf64> {
  // expected-error @+1 {{expects a square matrix as large as the vector, got 'tensor<?x3xf64>' and 'tensor<4xf64>'}}
  %y = gen.triangular_solve transposed %a, %v : tensor<?x3xf64>, tensor<4xf64>
  return %y : tensor<4xf64>
}

// -----
func.func @f(%a: tensor<?x?xf32>, %v: tensor<?xf64>) -> tensor<?xf64> {
  // expected-error @+1 {{failed to verify that all of {matrix, vector} have same element type}}
  %y = gen.triangular_solve %a, %v : tensor<?x?xf32>, tensor<?xf64>
  return %y : tensor<?xf64>
}

// -----
// diagonal_c1
func.func @f(%a: tensor<3x3xf64>) -> tensor<2xf64> {
  // expected-error @+1 {{expects a square matrix as large as the vector, got 'tensor<3x3xf64>' and 'tensor<2xf64>'}}
  %d = gen.diagonal %a : tensor<3x3xf64> -> tensor<2xf64>
  return %d : tensor<2xf64>
}

// -----
// diagonal_matrix_c1
func.func @f(%v: tensor<?xf64>) -> tensor<2x3xf64> {
  // expected-error @+1 {{expects a square matrix as large as the vector, got 'tensor<2x3xf64>' and 'tensor<?xf64>'}}
  %a = gen.diagonal_matrix %v : tensor<?xf64> -> tensor<2x3xf64>
  return %a : tensor<2x3xf64>
}

// -----
// Sizes that a distribution ties together.
gen.func @f(%mu: tensor<2xf64>, %l: tensor<2x3xf64>) {
  // expected-error @+1 {{parameter 'chol_cov' of 'mvnormal_cholesky' has the size 3 in dimension 1, expected 2 as in parameter 'mu'}}
  %x = gen.sample "x" mvnormal_cholesky(%mu, %l) : (tensor<2xf64>, tensor<2x3xf64>) -> tensor<2xf64>
  gen.return
}

// -----
gen.func @f(%mu: tensor<2xf64>, %l: tensor<?x?xf64>) {
  // expected-error @+1 {{a value of 'mvnormal_cholesky' is as large as its parameter 'mu', expected 'tensor<2xf64>', got 'tensor<?xf64>'}}
  %x = gen.sample "x" mvnormal_cholesky(%mu, %l) : (tensor<2xf64>, tensor<?x?xf64>) -> tensor<?xf64>
  gen.return
}

// -----
gen.func @f(%mu: tensor<?xf64>, %l: tensor<?xf64>) {
  // expected-error @+1 {{parameter 'chol_cov' of 'mvnormal_cholesky' is a matrix of reals, got 'tensor<?xf64>'}}
  %x = gen.sample "x" mvnormal_cholesky(%mu, %l) : (tensor<?xf64>, tensor<?xf64>) -> tensor<?xf64>
  gen.return
}

// -----
gen.func @f(%alpha: tensor<?xf64>) {
  // expected-error @+1 {{a value of 'dirichlet' is a vector of reals, got 'f64'}}
  %x = gen.sample "x" dirichlet(%alpha) : (tensor<?xf64>) -> f64
  gen.return
}
