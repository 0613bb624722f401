gen.func @PL(%s: tensor<?xf64> {gen.name = "s"}) -> f64 {
  %zero = arith.constant 0.0 : f64
  %two = arith.constant 2.0 : f64
  %mu = gen.sample "mu" normal(%zero, %two) : (f64, f64) -> f64
  %c0 = arith.constant 0 : index
  %n = tensor.dim %s, %c0 : tensor<?xf64>
  gen.map "y" %i to %n {
    %si = tensor.extract %s[%i] : tensor<?xf64>
    %y = gen.sample normal(%mu, %si) : (f64, f64) -> f64
    gen.yield
  }
  gen.return %mu : f64
}
