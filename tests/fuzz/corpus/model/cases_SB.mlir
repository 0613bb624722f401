gen.func @SB(%n: i64 {gen.name = "n"}) -> f64 {
  %zero = arith.constant 0.0 : f64
  %offdiagonal = arith.constant 0.3 : f64
  %one = arith.constant 1.0 : f64
  %shape = arith.constant 1.5 : f64
  %two = arith.constant 2.0 : f64
  %three = arith.constant 3.0 : f64
  %th = gen.sample "th" beta(%two, %three) : (f64, f64) -> f64
  %k = gen.sample "k" binom(%n, %th) : (i64, f64) -> i64
  %sc = gen.sample "sc" gamma(%shape, %two) : (f64, f64) -> f64
  %mu = tensor.from_elements %th, %sc : tensor<2xf64>
  %l = tensor.from_elements %sc, %zero, %offdiagonal, %one : tensor<2x2xf64>
  %v = gen.sample "v" mvnormal_cholesky(%mu, %l) : (tensor<2xf64>, tensor<2x2xf64>) -> tensor<2xf64>
  %r = arith.mulf %sc, %th : f64
  gen.return %r : f64
}
