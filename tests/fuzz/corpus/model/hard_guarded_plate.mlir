gen.func @guarded_plate(%x: tensor<?xf64> {gen.name = "x"}, %b: i1 {gen.name = "b"}) {
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf64>
  %logs = gen.map "p" %i to %n -> tensor<?xf64> {
    %xi = tensor.extract %x[%i] : tensor<?xf64>
    %e = math.log %xi : f64
    gen.yield %e : f64
  }
  %s = gen.einsum "i->" (%logs) : (tensor<?xf64>) -> f64
  %m = arith.select %b, %s, %zero : f64
  %y = gen.sample "y" normal(%m, %one) : (f64, f64) -> f64
  gen.return
}
