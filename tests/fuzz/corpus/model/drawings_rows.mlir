gen.func @rows(%mu: f64 {gen.name = "mu"}, %s: tensor<?x?xf64> {gen.name = "s"}) -> f64 {
  %one = arith.constant 1.0 : f64
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %rows = tensor.dim %s, %c0 : tensor<?x?xf64>
  %columns = tensor.dim %s, %c1 : tensor<?x?xf64>
  %all = gen.map "rows" %i to %rows -> tensor<?xf64> {
    %m = gen.sample "m" normal(%mu, %one) : (f64, f64) -> f64
    gen.map "y" %j to %columns {
      %sij = tensor.extract %s[%i, %j] : tensor<?x?xf64>
      %y = gen.sample normal(%m, %sij) : (f64, f64) -> f64
      gen.yield
    }
    gen.yield %m : f64
  }
  %sum = gen.einsum "i->"(%all) : (tensor<?xf64>) -> f64
  gen.return %sum : f64
}
