gen.func @differences(%x: tensor<?xf64> {gen.name = "x"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %one = arith.constant 1.0 : f64
  %all = tensor.dim %x, %c0 : tensor<?xf64>
  %n = arith.subi %all, %c1 : index
  gen.map "y" %i to %n {
    %j = arith.addi %i, %c1 : index
    %xi = tensor.extract %x[%i] : tensor<?xf64>
    %xj = tensor.extract %x[%j] : tensor<?xf64>
    %d = arith.subf %xj, %xi : f64
    %y = gen.sample normal(%d, %one) : (f64, f64) -> f64
    gen.yield
  }
  gen.return
}
