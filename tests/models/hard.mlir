// Models on which something once went wrong.
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
gen.func @guarded_plate(%x: tensor<?xf64> {gen.name = "x"}, %b: i1 {gen.name = "b"}) {
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf64>
  %logs = gen.map "p" %i to %n -> tensor<?xf64> {
    %xi = tensor.extract %x[%i] : tensor<?xf64>
    %e = math.log %xi : f64
    gen.yield %e : f64
  }
  %s = gen.einsum "i->" (%logs) : (tensor<?xf64>) -> f64
  %m = arith.select %b, %s, %zero : f64
  %y = gen.sample "y" normal(%m, %one) : (f64, f64) -> f64
  gen.return
}
gen.func @one_element(%x: tensor<3xf64> {gen.name = "x"}, %k: i64 {gen.name = "k"}) {
  %one = arith.constant 1.0 : f64
  %logs = math.log %x : tensor<3xf64>
  %i = arith.index_cast %k : i64 to index
  %m = tensor.extract %logs[%i] : tensor<3xf64>
  %y = gen.sample "y" normal(%m, %one) : (f64, f64) -> f64
  gen.return
}
gen.func @scale(%x: tensor<?xf64> {gen.name = "x"}, %sigma: f64 {gen.name = "sigma"}) {
  %zero = arith.constant 0.0 : f64
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf64>
  gen.map "y" %i to %n {
    %y = gen.sample normal(%zero, %sigma) : (f64, f64) -> f64
    gen.yield
  }
  gen.return
}
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
gen.func @groups(%g: tensor<?xi64> {gen.name = "g"}, %t: tensor<?xf64> {gen.name = "t"}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %g, %c0 : tensor<?xi64>
  %one = arith.constant 1.0 : f64
  gen.map "y" %i to %n {
    %gi = tensor.extract %g[%i] : tensor<?xi64>
    %k = arith.index_cast %gi : i64 to index
    %m = tensor.extract %t[%k] : tensor<?xf64>
    %y = gen.sample normal(%m, %one) : (f64, f64) -> f64
    gen.yield
  }
  gen.return
}
gen.func @shadow(%theta: f64 {gen.name = "theta"}) -> f64 {
  %one = arith.constant 1.0 : f64
  %p = gen.param "theta" : f64
  %x = gen.sample "x" normal(%p, %one) : (f64, f64) -> f64
  gen.return %x : f64
}
gen.func @unit_plate(%x: tensor<?xf64> {gen.name = "x"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %p = arith.constant 0.25 : f64
  %n = tensor.dim %x, %c0 : tensor<?xf64>
  gen.map "p" %i to %n {
    gen.map "q" %j to %c1 {
      %y = gen.sample bernoulli(%p) : (f64) -> i1
      gen.yield
    }
    gen.yield
  }
  gen.return
}
gen.func @folded_index(%x: tensor<?xf64> {gen.name = "x"}, %r: tensor<2xf64> {gen.name = "r"}) -> f64 {
  %two = arith.constant 2 : i64
  %i = arith.index_cast %two : i64 to index
  %a = tensor.extract %x[%i] : tensor<?xf64>
  %e = math.exp %r : tensor<2xf64>
  %b = tensor.extract %e[%i] : tensor<2xf64>
  %sum = arith.addf %a, %b : f64
  gen.return %sum : f64
}
gen.func @weights(%x: tensor<?xf64> {gen.name = "x"}) {
  %c0 = arith.constant 0 : index
  %one = arith.constant 1.0 : f64
  %n = tensor.dim %x, %c0 : tensor<?xf64>
  %w = gen.param "w"(%n) : tensor<?xf64>
  gen.map "y" %i to %n {
    %m = tensor.extract %w[%i] : tensor<?xf64>
    %y = gen.sample normal(%m, %one) : (f64, f64) -> f64
    gen.yield
  }
  gen.return
}
gen.func @cast_index(%x: tensor<?xf64> {gen.name = "x"}, %n: tensor<?xf64> {gen.name = "n"}) {
  %c0 = arith.constant 0 : index
  %one = arith.constant 1.0 : f64
  %length = tensor.dim %n, %c0 : tensor<?xf64>
  gen.map "y" %i to %length {
    %k = arith.index_cast %i : index to i64
    %j = arith.index_cast %k : i64 to index
    %m = tensor.extract %x[%j] : tensor<?xf64>
    %y = gen.sample normal(%m, %one) : (f64, f64) -> f64
    gen.yield
  }
  gen.return
}
gen.func @table_within_rows(%s: tensor<?xf64> {gen.name = "s"}, %w: tensor<?xf64> {gen.name = "w"},
                            %offsets: tensor<?xi64> {gen.name = "offsets"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %one = arith.constant 1.0 : f64
  %total = tensor.dim %s, %c0 : tensor<?xf64>
  %ends = tensor.dim %offsets, %c0 : tensor<?xi64>
  %n = arith.subi %ends, %c1 : index
  gen.map "rows" %i to %n {
    %wi = tensor.extract %w[%i] : tensor<?xf64>
    %all = tensor.splat %wi[%total] : tensor<?xf64>
    %scaled = arith.mulf %s, %all : tensor<?xf64>
    %table = math.exp %scaled : tensor<?xf64>
    %start, %length = gen.row %i of %offsets in %total : tensor<?xi64>
    gen.map "y" %j to %length {
      %at = arith.addi %start, %j : index
      %m = tensor.extract %table[%at] : tensor<?xf64>
      %y = gen.sample normal(%m, %one) : (f64, f64) -> f64
      gen.yield
    }
    gen.yield
  }
  gen.return
}
gen.func @rows_of_four(%s: tensor<4xf64> {gen.name = "s"}, %offsets: tensor<?xi64> {gen.name = "offsets"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %one = arith.constant 1.0 : f64
  %ends = tensor.dim %offsets, %c0 : tensor<?xi64>
  %n = arith.subi %ends, %c1 : index
  gen.map "rows" %i to %n {
    %start, %length = gen.row %i of %offsets in %c4 : tensor<?xi64>
    gen.map "x" %j to %length {
      %at = arith.addi %start, %j : index
      %m = tensor.extract %s[%at] : tensor<4xf64>
      %x = gen.sample normal(%m, %one) : (f64, f64) -> f64
      gen.yield
    }
    gen.map "y" %j to %length {
      %at = arith.addi %start, %j : index
      %m = tensor.extract %s[%at] : tensor<4xf64>
      %y = gen.sample normal(%m, %one) : (f64, f64) -> f64
      gen.yield
    }
    gen.yield
  }
  gen.return
}
gen.func @means_of_rows(%s: tensor<?xf64> {gen.name = "s"}, %offsets: tensor<?xi64> {gen.name = "offsets"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %one = arith.constant 1.0 : f64
  %half = arith.constant 0.5 : f64
  %total = tensor.dim %s, %c0 : tensor<?xf64>
  %ends = tensor.dim %offsets, %c0 : tensor<?xi64>
  %n = arith.subi %ends, %c1 : index
  gen.map "rows" %i to %n {
    %start, %length = gen.row %i of %offsets in %total : tensor<?xi64>
    %halves = tensor.splat %half[%length] : tensor<?xf64>
    %sum = gen.einsum "i->" (%halves) : (tensor<?xf64>) -> f64
    %m = gen.sample "m" normal(%sum, %one) : (f64, f64) -> f64
    gen.yield
  }
  gen.return
}

// A layer without outputs.
gen.func @no_outputs(%xs: tensor<?x16xf64> {gen.name = "xs"}, %W: tensor<0x16xf64> {gen.name = "W"}) {
  %c0 = arith.constant 0 : index
  %one = arith.constant 1.0 : f64
  %n = tensor.dim %xs, %c0 : tensor<?x16xf64>
  gen.map "row" %i to %n {
    %x = tensor.extract_slice %xs[%i, 0] [1, 16] [1, 1] : tensor<?x16xf64> to tensor<16xf64>
    %h = gen.einsum "ij,j->i"(%W, %x) : (tensor<0x16xf64>, tensor<16xf64>) -> tensor<0xf64>
    %k = gen.einsum "i,i->"(%h, %h) : (tensor<0xf64>, tensor<0xf64>) -> f64
    %y = gen.sample "y" normal(%k, %one) : (f64, f64) -> f64
    gen.yield
  }
  gen.return
}
