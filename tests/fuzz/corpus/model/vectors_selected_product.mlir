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
