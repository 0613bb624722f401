// Nested plates whose results are used by other plates and outside: changes reach beyond their own element.
gen.func @nested(%a: f64 {gen.name = "a"}, %s: tensor<?x?xf64> {gen.name = "s"}) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %one = arith.constant 1.0 : f64
  %half = arith.constant 0.5 : f64
  %tenth = arith.constant 0.1 : f64
  %n = tensor.dim %s, %c0 : tensor<?x?xf64>
  %k = tensor.dim %s, %c1 : tensor<?x?xf64>
  %mu = gen.sample "mu" normal(%a, %one) : (f64, f64) -> f64
  %v = gen.map "rows" %i to %n -> tensor<?xf64> {
    %m = gen.sample "m" normal(%mu, %one) : (f64, f64) -> f64
    gen.map "y" %j to %k {
      %sij = tensor.extract %s[%i, %j] : tensor<?x?xf64>
      %y = gen.sample normal(%m, %sij) : (f64, f64) -> f64
      gen.yield
    }
    %scaled = arith.mulf %m, %tenth : f64
    %e = math.exp %scaled : f64
    gen.yield %e : f64
  }
  %total = gen.einsum "i->" (%v) : (tensor<?xf64>) -> f64
  %z = gen.sample "z" normal(%total, %one) : (f64, f64) -> f64
  gen.map "w" %i to %n {
    %vi = tensor.extract %v[%i] : tensor<?xf64>
    %w = gen.sample normal(%vi, %half) : (f64, f64) -> f64
    gen.yield
  }
  %back = arith.addf %z, %total : f64
  gen.return %back : f64
}

// Plates that do not reach beyond their elements: what is listed is all that is computed.
gen.func @local(%s: tensor<?xf64> {gen.name = "s"}, %x: tensor<?xf64> {gen.name = "x"}) -> f64 {
  %c0 = arith.constant 0 : index
  %one = arith.constant 1.0 : f64
  %n = tensor.dim %s, %c0 : tensor<?xf64>
  %mu = gen.sample "mu" normal(%one, %one) : (f64, f64) -> f64
  gen.map "rows" %i to %n {
    %si = tensor.extract %s[%i] : tensor<?xf64>
    %xi = tensor.extract %x[%i] : tensor<?xf64>
    %m = gen.sample "m" normal(%mu, %si) : (f64, f64) -> f64
    %mean = arith.mulf %m, %xi : f64
    %y = gen.sample "y" normal(%mean, %one) : (f64, f64) -> f64
    gen.yield
  }
  gen.return %mu : f64
}

// Both plates change their length at once.
gen.func @square(%s: tensor<?xf64> {gen.name = "s"}) {
  %c0 = arith.constant 0 : index
  %half = arith.constant 0.5 : f64
  %n = tensor.dim %s, %c0 : tensor<?xf64>
  gen.map "rows" %i to %n {
    gen.map "y" %j to %n {
      %sj = tensor.extract %s[%j] : tensor<?xf64>
      %y = gen.sample normal(%half, %sj) : (f64, f64) -> f64
      gen.yield
    }
    gen.yield
  }
  gen.return
}

// Rows of different lengths; what a row yields depends on all of its elements.
gen.func @ragged(%a: f64 {gen.name = "a"}, %x: tensor<?xf64> {gen.name = "x"},
                 %offsets: tensor<?xi64> {gen.name = "offsets"}) -> f64 {
  %one = arith.constant 1.0 : f64
  %half = arith.constant 0.5 : f64
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %total = tensor.dim %x, %c0 : tensor<?xf64>
  %ends = tensor.dim %offsets, %c0 : tensor<?xi64>
  %n = arith.subi %ends, %c1 : index
  %mu = gen.sample "mu" normal(%a, %one) : (f64, f64) -> f64
  %zs = gen.map "rows" %i to %n -> tensor<?xf64> {
    %m = gen.sample "m" normal(%mu, %half) : (f64, f64) -> f64
    %start, %length = gen.row %i of %offsets in %total : tensor<?xi64>
    %ys = gen.map "cell" %j to %length -> tensor<?xf64> {
      %at = arith.addi %start, %j : index
      %xij = tensor.extract %x[%at] : tensor<?xf64>
      %k = gen.sample "k" poisson(%xij) : (f64) -> i64
      %mean = arith.mulf %m, %xij : f64
      %y = gen.sample "y" normal(%mean, %one) : (f64, f64) -> f64
      gen.yield %y : f64
    }
    %twice = arith.addf %ys, %ys : tensor<?xf64>
    %sum = gen.einsum "i,i->" (%twice, %ys) : (tensor<?xf64>, tensor<?xf64>) -> f64
    %z = gen.sample "z" normal(%sum, %half) : (f64, f64) -> f64
    gen.yield %z : f64
  }
  %result = gen.einsum "i->" (%zs) : (tensor<?xf64>) -> f64
  gen.return %result : f64
}
