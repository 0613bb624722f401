// Models with vector-valued choices.

// Vectors in no plate, in a plate, and in a plate of plates; each is the mean of the next.
gen.func @nest(%mu: tensor<?xf64> {gen.name = "mu"}, %l: tensor<?x?xf64> {gen.name = "l"},
               %shape: tensor<?x?xf64> {gen.name = "shape"}) -> tensor<?xf64> {
  %c0 = arith.constant 0 : index
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

// The factor is computed: exp(s) on the diagonal plus s t', of which the lower triangle counts.
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

// A product whose elements a select leaves out: the others keep their derivatives.
gen.func @selected_product(%a: tensor<?x?xf64> {gen.name = "a"}, %x: tensor<?xf64> {gen.name = "x"},
                           %keep: tensor<?xi1> {gen.name = "keep"}) -> tensor<?xf64> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f64
  %k = tensor.dim %x, %c0 : tensor<?xf64>
  %none = tensor.splat %zero[%k] : tensor<?xf64>
  %p = gen.einsum "ij,j->i"(%a, %x) : (tensor<?x?xf64>, tensor<?xf64>) -> tensor<?xf64>
  %r = arith.select %keep, %p, %none : tensor<?xi1>, tensor<?xf64>
  gen.return %r : tensor<?xf64>
}
