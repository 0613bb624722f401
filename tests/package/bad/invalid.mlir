gen.func @invalid() {
  %zero = arith.constant 0.0 : f64
  %x = gen.sample "x" normal(%zero) : (f64) -> f64
  gen.return
}
