// The models of gfi-cases.json that the language can express so far.
gen.func @M1(%a: f64 {gen.name = "a"}) -> f64 {
  %half = arith.constant 0.5 : f64
  %one = arith.constant 1.0 : f64
  %two = arith.constant 2.0 : f64
  %x = gen.sample "x" normal(%a, %one) : (f64, f64) -> f64
  %mean = arith.mulf %two, %x : f64
  %y = gen.sample "y" normal(%mean, %half) : (f64, f64) -> f64
  %sum = arith.addf %x, %y : f64
  gen.return %sum : f64
}
gen.func @M1p(%a: f64 {gen.name = "a"}) -> f64 {
  %half = arith.constant 0.5 : f64
  %one = arith.constant 1.0 : f64
  %theta = gen.param "theta" : f64
  %x = gen.sample "x" normal(%a, %one) : (f64, f64) -> f64
  %mean = arith.mulf %theta, %x : f64
  %y = gen.sample "y" normal(%mean, %half) : (f64, f64) -> f64
  %sum = arith.addf %x, %y : f64
  gen.return %sum : f64
}
gen.func @PL(%s: tensor<?xf64> {gen.name = "s"}) -> f64 {
  %zero = arith.constant 0.0 : f64
  %two = arith.constant 2.0 : f64
  %mu = gen.sample "mu" normal(%zero, %two) : (f64, f64) -> f64
  %c0 = arith.constant 0 : index
  %n = tensor.dim %s, %c0 : tensor<?xf64>
  gen.map "y" %i to %n {
    %si = tensor.extract %s[%i] : tensor<?xf64>
    %y = gen.sample normal(%mu, %si) : (f64, f64) -> f64
    gen.yield
  }
  gen.return %mu : f64
}
gen.func @MM(%mu: f64 {gen.name = "mu"}, %s: tensor<?xf64> {gen.name = "s"}, %offsets: tensor<?xi64> {gen.name = "s_offsets"}) -> f64 {
  %one = arith.constant 1.0 : f64
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %total = tensor.dim %s, %c0 : tensor<?xf64>
  %ends = tensor.dim %offsets, %c0 : tensor<?xi64>
  %n = arith.subi %ends, %c1 : index
  %m = gen.map "rows" %i to %n -> tensor<?xf64> {
    %mi = gen.sample "m" normal(%mu, %one) : (f64, f64) -> f64
    %start, %length = gen.row %i of %offsets in %total : tensor<?xi64>
    gen.map "y" %j to %length {
      %at = arith.addi %start, %j : index
      %sij = tensor.extract %s[%at] : tensor<?xf64>
      %y = gen.sample normal(%mi, %sij) : (f64, f64) -> f64
      gen.yield
    }
    gen.yield %mi : f64
  }
  %sum = gen.einsum "i->" (%m) : (tensor<?xf64>) -> f64
  gen.return %sum : f64
}
gen.func @inner(%m: f64) -> f64 {
  %half = arith.constant 0.5 : f64
  %one = arith.constant 1.0 : f64
  %two = arith.constant 2.0 : f64
  %x = gen.sample "x" normal(%m, %one) : (f64, f64) -> f64
  %square = arith.mulf %x, %x : f64
  %scale = arith.addf %half, %square : f64
  %y = gen.sample "y" gamma(%two, %scale) : (f64, f64) -> f64
  %product = arith.mulf %x, %y : f64
  gen.return %product : f64
}
gen.func @NEST(%a: f64 {gen.name = "a"}) -> f64 {
  %one = arith.constant 1.0 : f64
  %sigma = arith.constant 0.7 : f64
  %u = gen.sample "u" normal(%a, %one) : (f64, f64) -> f64
  %v = gen.call "in" @inner(%u) : (f64) -> f64
  %w = gen.sample "w" normal(%v, %sigma) : (f64, f64) -> f64
  %sum = arith.addf %v, %w : f64
  gen.return %sum : f64
}

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
