// Models of the acceptance cases in forms that the reference interpreter runs and the compiler does not yet.
// Ragged rows: row i of s is values[offsets[i] .. offsets[i + 1]].
gen.func @MM(%mu: f64 {gen.name = "mu"}, %values: tensor<?xf64> {gen.name = "values"},
             %offsets: tensor<?xi64> {gen.name = "offsets"}) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %one = arith.constant 1.0 : f64
  %ends = tensor.dim %offsets, %c0 : tensor<?xi64>
  %n = arith.subi %ends, %c1 : index
  %ms = gen.map "rows" %i to %n -> tensor<?xf64> {
    %next = arith.addi %i, %c1 : index
    %first_i64 = tensor.extract %offsets[%i] : tensor<?xi64>
    %last_i64 = tensor.extract %offsets[%next] : tensor<?xi64>
    %first = arith.index_cast %first_i64 : i64 to index
    %last = arith.index_cast %last_i64 : i64 to index
    %length = arith.subi %last, %first : index
    %m = gen.sample "m" normal(%mu, %one) : (f64, f64) -> f64
    gen.map "y" %j to %length {
      %at = arith.addi %first, %j : index
      %s = tensor.extract %values[%at] : tensor<?xf64>
      %y = gen.sample normal(%m, %s) : (f64, f64) -> f64
      gen.yield
    }
    gen.yield %m : f64
  }
  %sum = gen.einsum "i->" (%ms) : (tensor<?xf64>) -> f64
  gen.return %sum : f64
}
