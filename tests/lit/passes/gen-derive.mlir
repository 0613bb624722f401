// One function per operation and request; every choice is an argument or a draw, every plate a sweep.
// RUN: genfuse-opt %s --gen-derive="request={generate(y)} model=m1" | FileCheck %s --check-prefix=GENERATE
// RUN: genfuse-opt %s --gen-derive="request={gradient(x, theta | y)} model=m1" | FileCheck %s --check-prefix=GRADIENT
// RUN: genfuse-opt %s --gen-derive="request={generate(y; replay)} model=m1" | FileCheck %s --check-prefix=REPLAY

// RUN: genfuse-opt %s --gen-derive="request={gradient(x; return, weighted)} model=m1" | FileCheck %s --check-prefix=WEIGHTED
// RUN: not genfuse-opt %s --gen-derive="request={assess(; weighted)} model=m1" 2>&1 | FileCheck %s --check-prefix=FLAG

// RUN: not genfuse-opt %s --gen-derive="request={simulate()} model=m2" 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not genfuse-opt %s --gen-derive="request={simulate(x)}" 2>&1 | FileCheck %s --check-prefix=SYNTAX

// MISSING: no model named 'm2' here
// SYNTAX: request 'simulate(x)': simulate, propose, assess and run take no names

// GENERATE-LABEL: func.func @m1_generate
// GENERATE-SAME: gen.name = "a", gen.role = "argument"
// GENERATE-SAME: gen.name = "m1/theta", gen.role = "parameter"
// GENERATE-SAME: gen.name = "y", gen.role = "choice"
// GENERATE-SAME: gen.role = "seed"
// GENERATE: %[[X:.*]] = gen.draw normal
// GENERATE: gen.logpdf normal{{.*}} of %[[X]]
// GENERATE: %[[WEIGHT:.*]] = gen.logpdf normal{{.*}} of %arg
// GENERATE: %[[SCORE:.*]] = arith.addf
// GENERATE: return %[[X]], %[[WEIGHT]], %[[SCORE]]

// GRADIENT-LABEL: func.func @m1_gradient
// GRADIENT-NOT: gen.draw
// GRADIENT: gen.gradient %{{.*}} wrt(%arg{{.*}}, %arg{{.*}})

// The objective is the weighted score plus <cotangent, return value>; the score itself is what it was.
// WEIGHTED-LABEL: func.func @m1_gradient
// WEIGHTED-SAME: %[[G:[a-z0-9]*]]: f64 {gen.name = "return"
// WEIGHTED-SAME: %[[C:[a-z0-9]*]]: f64 {gen.name = "score", gen.role = "score_gradient"
// WEIGHTED: %[[SCORE:.*]] = arith.addf
// WEIGHTED: %[[TERM:.*]] = arith.mulf %[[C]], %[[SCORE]]
// WEIGHTED: %[[RETURN:.*]] = gen.einsum ",->"(%[[G]],
// WEIGHTED: %[[J:.*]] = arith.addf %[[TERM]], %[[RETURN]]
// WEIGHTED: %[[D:.*]] = gen.gradient %[[J]] wrt(
// WEIGHTED: return %[[SCORE]], %[[D]]
// FLAG: request 'assess(; weighted)': only gradient takes the flag weighted

// Drawn choices are read, but the weight stays that of y alone.
// REPLAY-LABEL: func.func @m1_generate
// REPLAY-NOT: gen.draw
// REPLAY: gen.logpdf normal
// REPLAY: %[[WEIGHT:.*]] = gen.logpdf normal
// REPLAY: %[[SCORE:.*]] = arith.addf
// REPLAY: return %[[WEIGHT]], %[[SCORE]]
gen.func @m1(%a: f64 {gen.name = "a"}) -> f64 {
  %one = arith.constant 1.0 : f64
  %theta = gen.param "theta" : f64
  %x = gen.sample "x" normal(%a, %one) : (f64, f64) -> f64
  %m = arith.mulf %theta, %x : f64
  %y = gen.sample "y" normal(%m, %one) : (f64, f64) -> f64
  gen.return %y : f64
}

