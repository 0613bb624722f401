gen.func @factor(%mu: tensor<?xf64> {gen.name = "mu"}, %s: tensor<?xf64> {gen.name = "s"},
                 %t: tensor<?xf64> {gen.name = "t"}, %n: tensor<?xf64> {gen.name = "n"}) {
  %c0 = arith.constant 0 : index
  %count = tensor.dim %n, %c0 : tensor<?xf64>
  %e = math.exp %s : tensor<?xf64>
  %diagonal = gen.diagonal_matrix %e : tensor<?xf64> -> tensor<?x?xf64>
  %rest = gen.einsum "i,j->ij"(%s, %t) : (tensor<?xf64>, tensor<?xf64>) -> tensor<?x?xf64>
  %l = arith.addf %diagonal, %rest : tensor<?x?xf64>
  gen.map "x" %i to %count {
    %x = gen.sample mvnormal_cholesky(%mu, %l) : (tensor<?xf64>, tensor<?x?xf64>) -> tensor<?xf64>
    gen.yield
  }
  gen.return
}

