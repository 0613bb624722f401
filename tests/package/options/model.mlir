gen.func @shifted(%a: f64 {gen.name = "a"}) {
  %one = arith.constant 1.0 : f64
  %x = gen.sample "x" normal(%a, %one) : (f64, f64) -> f64
  gen.return
}
gen.func @other() {
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %z = gen.sample "z" normal(%zero, %one) : (f64, f64) -> f64
  gen.return
}
