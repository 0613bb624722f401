gen.func @fine() {
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %x = gen.sample "x" normal(%zero, %one) : (f64, f64) -> f64
  gen.return
}
