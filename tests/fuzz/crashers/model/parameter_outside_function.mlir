gen.func @digit(%x: tensor<?xf64> {gen.name = "x"}) -> i64 {
  %c0 = arith.constant 0 : index
  %d = tensor.dim %x, %c0 : tensor<?xf64>
  %W = gen.param "W"(%d) init [0.0] : tensor<10x?xf64>
  %b = gen.param "b" init [0.0] : tensor<10xf64>
  %products = gen.einsum "kd,d->k"(%W, %x) : (tensor<10x?xf64>, tensor<?xf64>) -> tensor<10xf64>
  %logits = arith.addf %products, %b : tensor<10xf64>
  %y = gen.sample "y" categorical_logits(%logits) : (tensor<10xf64>) -> i64
  gen.return %y : i64
}
  %b = gen.param "b" init [0.0] : tensor<10xf64>
gen.func @digits(%xs: tensor<?x?xf64> {gen.name = "xs"}) -> tensor<?xi64> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %xs, %c0 : tensor<?x?xf64>
  %d = tensor.dim %xs, %c1 : tensor<?x?xf64>
  %ys = gen.map "3333333333333333333333Ï333333333333333333333image" %i to %n -> tensor<?xi64> {
    %x = tensor.extract_slice %xs[%i, 0][1, %d][1, 1] : tensor<?x?xf64> to tensor<?xf64>
    %y = gen.call @digit(%x) : (tensor<?xf64>) -> i64
    gen.yield %y : i64
  }
  gen.return %ys : tensor<?xi64>
}
