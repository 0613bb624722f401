gen.func @inner(%m: f64 {gen.name = "m"}) -> f64 {
  %one = arith.constant 1.0 : f64
  %half = arith.constant 0.5 : f64
  %x = gen.sample "x" normal(%m, %one) : (f64, f64) -> f64
  %square = arith.mulf %x, %x : f64
  %scale = arith.addf %square, %half : f64
  %y = gen.sample "y" normal(%m, %scale) : (f64, f64) -> f64
  %v = arith.mulf %x, %y : f64
  gen.return %v : f64
}
gen.func @nest(%a: f64 {gen.name = "a"}) -> f64 {
  %one = arith.constant 1.0 : f64
  %spread = arith.constant 0.7 : f64
  %u = gen.sample "u" normal(%a, %one) : (f64, f64) -> f64
  %v = gen.call "in" @inner(%u) : (f64) -> f64
  %w = gen.sample "w" normal(%v, %spread) : (f64, f64) -> f64
  %r = arith.addf %v, %w : f64
  gen.return %r : f64
}
