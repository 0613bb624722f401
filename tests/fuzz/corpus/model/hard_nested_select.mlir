gen.func @nested_select(%x: f64 {gen.name = "x"}, %b: i1 {gen.name = "b"}) {
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %positive = arith.cmpf ogt, %x, %zero : f64
  %log = math.log %x : f64
  %inner = arith.select %b, %log, %zero : f64
  %m = arith.select %positive, %inner, %zero : f64
  %y = gen.sample "y" normal(%m, %one) : (f64, f64) -> f64
  gen.return
}
