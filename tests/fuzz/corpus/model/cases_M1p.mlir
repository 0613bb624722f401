gen.func @M1p(%a: f64 {gen.name = "a"}) -> f64 {
  %half = arith.constant 0.5 : f64
  %one = arith.constant 1.0 : f64
  %theta = gen.param "theta" : f64
  %x = gen.sample "x" normal(%a, %one) : (f64, f64) -> f64
  %mean = arith.mulf %theta, %x : f64
  %y = gen.sample "y" normal(%mean, %half) : (f64, f64) -> f64
  %sum = arith.addf %x, %y : f64
  gen.return %sum : f64
}
