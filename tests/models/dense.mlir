// A network with one hidden layer of 32: its products are left to a GEMM library, those of its 10 outputs are not.
gen.func @network(%xs: tensor<?x64xf64> {gen.name = "xs"}) {
  %c0 = arith.constant 0 : index
  %W = gen.param "W" : tensor<32x64xf64>
  %b = gen.param "b" : tensor<32xf64>
  %V = gen.param "V" : tensor<10x32xf64>
  %n = tensor.dim %xs, %c0 : tensor<?x64xf64>
  gen.map "row" %i to %n {
    %x = tensor.extract_slice %xs[%i, 0] [1, 64] [1, 1] : tensor<?x64xf64> to tensor<64xf64>
    %h = gen.einsum "ij,j->i"(%W, %x) : (tensor<32x64xf64>, tensor<64xf64>) -> tensor<32xf64>
    %a = arith.addf %h, %b : tensor<32xf64>
    %t = math.tanh %a : tensor<32xf64>
    %l = gen.einsum "ij,j->i"(%V, %t) : (tensor<10x32xf64>, tensor<32xf64>) -> tensor<10xf64>
    %y = gen.sample "y" categorical_logits(%l) : (tensor<10xf64>) -> i64
    gen.yield
  }
  gen.return
}
