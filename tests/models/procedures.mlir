// A vector of means is moved to the gradient of its log density three times: what a loop carries.
gen.func @m(%v: tensor<?xf64> {gen.name = "v"}) {
  %one = arith.constant 1.0 : f64
  %c0 = arith.constant 0 : index
  %n = tensor.dim %v, %c0 : tensor<?xf64>
  gen.map "y" %j to %n {
    %e = tensor.extract %v[%j] : tensor<?xf64>
    %y = gen.sample normal(%e, %one) : (f64, f64) -> f64
    gen.yield
  }
  gen.return
}
gen.procedure @thrice(%x: tensor<?xf64> {gen.name = "x"}, %z: tensor<?xf64> {gen.name = "z"}) -> (tensor<?xf64> {gen.name = "t"}) {
  %c3 = arith.constant 3 : index
  %l = gen.loop %i to %c3 carry(%p = %x : tensor<?xf64>) {
    %g = gen.apply @m "gradient(v)" ["argument v", "choice y/*"](%p, %z) ["argument_gradient v"] : (tensor<?xf64>, tensor<?xf64>) -> tensor<?xf64>
    gen.yield %g : tensor<?xf64>
  }
  gen.return %l : tensor<?xf64>
}
