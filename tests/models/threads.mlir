// Models whose sweeps are cut into parts: sums of every kind, and stacks.
// Shared weights that are an argument (their gradient is a sum in memory) and a scale that is a parameter.
gen.func @regression(%xs: tensor<?x?xf64> {gen.name = "xs"}, %w: tensor<?xf64> {gen.name = "w"}) -> tensor<?xf64> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %xs, %c0 : tensor<?x?xf64>
  %d = tensor.dim %w, %c0 : tensor<?xf64>
  %scale = gen.param "scale" init [0.5] : f64
  %one = arith.constant 1.0 : f64
  %means = gen.map "y" %i to %n -> tensor<?xf64> {
    %x = tensor.extract_slice %xs[%i, 0][1, %d][1, 1] : tensor<?x?xf64> to tensor<?xf64>
    %product = gen.einsum "d,d->"(%x, %w) : (tensor<?xf64>, tensor<?xf64>) -> f64
    %m = arith.mulf %scale, %product : f64
    %y = gen.sample normal(%m, %one) : (f64, f64) -> f64
    gen.yield %y : f64
  }
  gen.return %means : tensor<?xf64>
}
// Plates in plates, and a second plate that needs what the first one drew.
gen.func @nested(%s: tensor<?x?xf64> {gen.name = "s"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %s, %c0 : tensor<?x?xf64>
  %k = tensor.dim %s, %c1 : tensor<?x?xf64>
  %zero = arith.constant 0.0 : f64
  %two = arith.constant 2.0 : f64
  %mu = gen.sample "mu" normal(%zero, %two) : (f64, f64) -> f64
  %means = gen.map "group" %i to %n -> tensor<?xf64> {
    %m = gen.sample "m" normal(%mu, %two) : (f64, f64) -> f64
    gen.map "y" %j to %k {
      %sigma = tensor.extract %s[%i, %j] : tensor<?x?xf64>
      %y = gen.sample normal(%m, %sigma) : (f64, f64) -> f64
      gen.yield
    }
    gen.yield %m : f64
  }
  gen.map "z" %i to %n {
    %m = tensor.extract %means[%i] : tensor<?xf64>
    %z = gen.sample normal(%m, %two) : (f64, f64) -> f64
    gen.yield
  }
  gen.return
}
// Logistic regression, for bench/threads.
gen.func @logistic(%xs: tensor<?x?xf64> {gen.name = "xs"}, %w: tensor<?xf64> {gen.name = "w"}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %xs, %c0 : tensor<?x?xf64>
  %d = tensor.dim %w, %c0 : tensor<?xf64>
  gen.map "y" %i to %n {
    %x = tensor.extract_slice %xs[%i, 0][1, %d][1, 1] : tensor<?x?xf64> to tensor<?xf64>
    %product = gen.einsum "d,d->"(%x, %w) : (tensor<?xf64>, tensor<?xf64>) -> f64
    %y = gen.sample bernoulli_logits(%product) : (f64) -> i1
    gen.yield
  }
  gen.return
}
