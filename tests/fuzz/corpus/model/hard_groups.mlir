gen.func @groups(%g: tensor<?xi64> {gen.name = "g"}, %t: tensor<?xf64> {gen.name = "t"}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %g, %c0 : tensor<?xi64>
  %one = arith.constant 1.0 : f64
  gen.map "y" %i to %n {
    %gi = tensor.extract %g[%i] : tensor<?xi64>
    %k = arith.index_cast %gi : i64 to index
    %m = tensor.extract %t[%k] : tensor<?xf64>
    %y = gen.sample normal(%m, %one) : (f64, f64) -> f64
    gen.yield
  }
  gen.return
}
