gen.func @inner(%m: f64) -> f64 {
  %x = gen.sample "x" bernoulli_logits(%m) : (f64) -> i1
  gen.return %m : f64
}
gen.func @outer(%a: f64) -> f64 {
  %v = gen.call "in" @inner(%a) : (f64) -> f64
  %w = gen.call "other" @inner(%v) : (f64) -> f64
  gen.return %w : f64
}
