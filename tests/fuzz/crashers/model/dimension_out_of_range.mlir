gen.func @nest(%mu: tensor<?xf64> {gen.name = "mu"}, %l: tensor<?x?xf64> {gen.name = "l"},
               %shape: tensor<?x?xf64> {gen.name = "shape"}) -> tensor<?xf64> {
  %c0 =  arith.constant -1 : index
  %c1 = arith.constant 1 : index
  %rows = tensor.dim %shape, %c0 : tensor<?x?xf64>
  %columns = tensor.dim %shape, %c1 : tensor<?x?xf64>
  %v = gen.sample "v" mvnormal_cholesky(%mu, %l) : (tensor<?xf64>, tensor<?x?xf64>) -> tensor<?xf64>
  gen.map "rows" %i to %rows {
    %a = gen.sample "a" mvnormal_cholesky(%v, %l) : (tensor<?xf64>, tensor<?x?xf64>) -> tensor<?xf64>
    gen.map "y" %j to %columns {
      %y = gen.sample mvnormal_cholesky(%a, %l) : (tensor<?xf64>, tensor<?x?xf64>) -> tensor<?xf64>
      gen.yield
    }
    gen.yield
  }
  gen.return %v : tensor<?xf64>
}

