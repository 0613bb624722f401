gen.func @one_element(%x: tensor<3xf64> {gen.name = "x"}, %k: i64 {gen.name = "k"}) {
  %one = arith.constant 1.0 : f64
  %logs = math.log %x : tensor<3xf64>
  %i = arith.index_cast %k : i64 to index
  %m = tensor.extract %logs[%i] : tensor<3xf64>
  %y = gen.sample "y" normal(%m, %one) : (f64, f64) -> f64
  gen.return
}
