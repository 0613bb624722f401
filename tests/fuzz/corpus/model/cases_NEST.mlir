gen.func @inner(%m: f64) -> f64 {
  %half = arith.constant 0.5 : f64
  %one = arith.constant 1.0 : f64
  %two = arith.constant 2.0 : f64
  %x = gen.sample "x" normal(%m, %one) : (f64, f64) -> f64
  %square = arith.mulf %x, %x : f64
  %scale = arith.addf %half, %square : f64
  %y = gen.sample "y" gamma(%two, %scale) : (f64, f64) -> f64
  %product = arith.mulf %x, %y : f64
  gen.return %product : f64
}
gen.func @NEST(%a: f64 {gen.name = "a"}) -> f64 {
  %one = arith.constant 1.0 : f64
  %sigma = arith.constant 0.7 : f64
  %u = gen.sample "u" normal(%a, %one) : (f64, f64) -> f64
  %v = gen.call "in" @inner(%u) : (f64) -> f64
  %w = gen.sample "w" normal(%v, %sigma) : (f64, f64) -> f64
  %sum = arith.addf %v, %w : f64
  gen.return %sum : f64
}

