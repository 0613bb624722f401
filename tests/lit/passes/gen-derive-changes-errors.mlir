// Requests that start from a trace and cannot be met.
// RUN: not genfuse-opt %s --gen-derive="request={update(nu)} model=pl" 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not genfuse-opt %s --gen-derive="request={update(y/x)} model=pl" 2>&1 | FileCheck %s --check-prefix=INDEX
// RUN: not genfuse-opt %s --gen-derive="request={update(y/1, y/[])} model=pl" 2>&1 | FileCheck %s --check-prefix=TWICE
// RUN: not genfuse-opt %s --gen-derive="request={update(y/+)} model=pl" 2>&1 | FileCheck %s --check-prefix=STILL
// RUN: not genfuse-opt %s --gen-derive="request={regenerate(y/+; args: s+)} model=pl" 2>&1 | FileCheck %s --check-prefix=ADDED
// RUN: not genfuse-opt %s --gen-derive="request={update(; args: t~)} model=pl" 2>&1 | FileCheck %s --check-prefix=ARGUMENT
// RUN: not genfuse-opt %s --gen-derive="request={update(; args: a+)} model=pl" 2>&1 | FileCheck %s --check-prefix=SCALAR
// RUN: not genfuse-opt %s --gen-derive="request={update(; args: f-)} model=pl" 2>&1 | FileCheck %s --check-prefix=FIXED
// RUN: not genfuse-opt %s --gen-derive="request={update(; args: s)} model=pl" 2>&1 | FileCheck %s --check-prefix=HOW
// RUN: not genfuse-opt %s --gen-derive="request={update(; args: s~, s+)} model=pl" 2>&1 | FileCheck %s --check-prefix=ARGTWICE
// RUN: not genfuse-opt %s --gen-derive="request={assess(; args: s~)} model=pl" 2>&1 | FileCheck %s --check-prefix=WHOSE
// RUN: not genfuse-opt %s --gen-derive="request={update(; args: s+, t-)} model=both" 2>&1 | FileCheck %s --check-prefix=BOTH

// UNKNOWN: request 'update(nu)': unknown address 'nu'; the model's choices are mu, y/*
// INDEX: request 'update(y/x)': unknown address 'y/x'; the model's choices are mu, y/*
// TWICE: the leaf 'y/*' is named twice: as 'y/1' and as 'y/[]'
// STILL: 'y/+' names elements that are added, but no changed argument makes the plate grow
// ADDED: only update takes elements that are added, got 'y/+'
// ARGUMENT: unknown argument 't'
// SCALAR: the argument 'a' is a scalar: it has no elements and no length
// FIXED: the argument 'f' has the fixed length 3
// HOW: expected how the argument 's' differs after its name: ~, [], +, -, ~+ or ~-
// ARGTWICE: names a changed argument twice
// WHOSE: only update and regenerate take changed arguments
// BOTH: has a length that grows with one changed argument and shrinks with another

gen.func @pl(%a: f64 {gen.name = "a"}, %f: tensor<3xf64> {gen.name = "f"}, %s: tensor<?xf64> {gen.name = "s"}) {
  %two = arith.constant 2.0 : f64
  %mu = gen.sample "mu" normal(%a, %two) : (f64, f64) -> f64
  %c0 = arith.constant 0 : index
  %n = tensor.dim %s, %c0 : tensor<?xf64>
  gen.map "y" %i to %n {
    %si = tensor.extract %s[%i] : tensor<?xf64>
    %y = gen.sample normal(%mu, %si) : (f64, f64) -> f64
    gen.yield
  }
  gen.return
}

gen.func @both(%s: tensor<?xf64> {gen.name = "s"}, %t: tensor<?xf64> {gen.name = "t"}) {
  %one = arith.constant 1.0 : f64
  %c0 = arith.constant 0 : index
  %n = tensor.dim %s, %c0 : tensor<?xf64>
  %k = tensor.dim %t, %c0 : tensor<?xf64>
  %both = arith.addi %n, %k : index
  gen.map "y" %i to %both {
    %y = gen.sample normal(%one, %one) : (f64, f64) -> f64
    gen.yield
  }
  gen.return
}
