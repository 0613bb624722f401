gen.func @shadow(%theta: f64 {gen.name = "theta"}) -> f64 {
  %one = arith.constant 1.0 : f64
  %p = gen.param "theta" : f64
  %x = gen.sample "x" normal(%p, %one) : (f64, f64) -> f64
  gen.return %x : f64
}
