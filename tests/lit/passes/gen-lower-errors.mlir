// Sums of lanes are formed by halves, in tiles of 1024: other numbers of lanes are errors. Stacks may have any.
// RUN: genfuse-opt %s --gen-lower --split-input-file --verify-diagnostics

func.func @nine(%x: tensor<?xf32> {gen.name = "x", gen.role = "argument", gen.shape = ["x.0"]})
    -> (f64 {gen.name = "score", gen.role = "score", gen.shape = []}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  // expected-error @+1 {{'gen.sweep' op adds up in 9 lanes: expected a power of two of at most 1024}}
  %s = gen.sweep %i to %n lanes(9) sums(f64) {
    %xi = tensor.extract %x[%i] : tensor<?xf32>
    gen.yield %xi : f32
  }
  return %s : f64
}

// -----

func.func @wide(%x: tensor<?xf32> {gen.name = "x", gen.role = "argument", gen.shape = ["x.0"]})
    -> (f64 {gen.name = "score", gen.role = "score", gen.shape = []}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  // expected-error @+1 {{'gen.sweep' op adds up in 2048 lanes: expected a power of two of at most 1024}}
  %s = gen.sweep %i to %n lanes(2048) sums(f64) {
    %xi = tensor.extract %x[%i] : tensor<?xf32>
    gen.yield %xi : f32
  }
  return %s : f64
}

// -----

func.func @stack(%x: tensor<?xf32> {gen.name = "x", gen.role = "argument", gen.shape = ["x.0"]})
    -> (tensor<?xf32> {gen.name = "y", gen.role = "result", gen.shape = ["x.0"]}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %s = gen.sweep %i to %n lanes(9) stacks(tensor<?xf32>) {
    %xi = tensor.extract %x[%i] : tensor<?xf32>
    gen.yield %xi : f32
  }
  return %s : tensor<?xf32>
}
