// A network with two hidden layers of 48, whose products docs/performance.md hands to the GEMM library.
gen.func @network(%xs: tensor<?x64xf64> {gen.name = "xs"}) {
  %c0 = arith.constant 0 : index
  %W = gen.param "W" : tensor<48x64xf64>
  %U = gen.param "U" : tensor<48x48xf64>
  %V = gen.param "V" : tensor<10x48xf64>
  %n = tensor.dim %xs, %c0 : tensor<?x64xf64>
  gen.map "row" %i to %n {
    %x = tensor.extract_slice %xs[%i, 0] [1, 64] [1, 1] : tensor<?x64xf64> to tensor<64xf64>
    %h = gen.einsum "ij,j->i"(%W, %x) : (tensor<48x64xf64>, tensor<64xf64>) -> tensor<48xf64>
    %t = math.tanh %h : tensor<48xf64>
    %k = gen.einsum "ij,j->i"(%U, %t) : (tensor<48x48xf64>, tensor<48xf64>) -> tensor<48xf64>
    %u = math.tanh %k : tensor<48xf64>
    %l = gen.einsum "ij,j->i"(%V, %u) : (tensor<10x48xf64>, tensor<48xf64>) -> tensor<10xf64>
    %y = gen.sample "y" categorical_logits(%l) : (tensor<10xf64>) -> i64
    gen.yield
  }
  gen.return
}
