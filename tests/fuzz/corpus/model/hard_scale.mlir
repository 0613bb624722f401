gen.func @scale(%x: tensor<?xf64> {gen.name = "x"}, %sigma: f64 {gen.name = "sigma"}) {
  %zero = arith.constant 0.0 : f64
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf64>
  gen.map "y" %i to %n {
    %y = gen.sample normal(%zero, %sigma) : (f64, f64) -> f64
    gen.yield
  }
  gen.return
}
