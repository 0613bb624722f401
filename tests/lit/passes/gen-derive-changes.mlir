// update, regenerate, project: only what depends on a change is there.
// RUN: genfuse-opt %s --gen-derive="request={update(y/[])} model=pl" --canonicalize --cse | FileCheck %s --check-prefix=LISTED
// RUN: genfuse-opt %s --gen-derive="request={update(y/1)} model=pl" --canonicalize --cse | FileCheck %s --check-prefix=ONE
// RUN: genfuse-opt %s --gen-derive="request={update(y/+; args: s+)} model=pl" --canonicalize --cse | FileCheck %s --check-prefix=GROWN
// RUN: genfuse-opt %s --gen-derive="request={update(; args: s-)} model=pl" --canonicalize --cse | FileCheck %s --check-prefix=SHRUNK
// RUN: genfuse-opt %s --gen-derive="request={update(rows/[]/m)} model=far" --canonicalize --cse | FileCheck %s --check-prefix=FAR
// RUN: genfuse-opt %s --gen-derive="request={regenerate(y/1)} model=pl" --canonicalize --cse | FileCheck %s --check-prefix=AGAIN
// RUN: genfuse-opt %s --gen-derive="request={project(mu)} model=pl" --canonicalize --cse | FileCheck %s --check-prefix=PROJECT

// A sweep over the list, however long the plate is; neither mu's density nor another element's.
// LISTED-LABEL: func.func @pl_update
// LISTED-SAME: %[[Y:[a-z0-9]+]]: tensor<?xf64> {gen.name = "y/*", gen.role = "choice"
// LISTED-SAME: %[[LIST:[a-z0-9]+]]: tensor<?xi64> {gen.name = "y/[]", gen.role = "elements", gen.shape = ["y/[].0"]}
// LISTED-SAME: %[[NEW:[a-z0-9]+]]: tensor<?xf64> {gen.name = "y/[]", gen.role = "constraint"
// LISTED-SAME: gen.role = "weight"
// LISTED-SAME: gen.role = "score_change"
// LISTED: %[[K:.*]] = tensor.dim %[[LIST]]
// LISTED-NOT: gen.logpdf
// LISTED: gen.sweep %[[J:.*]] to %[[K]] sums(f64) {
// LISTED:   tensor.extract %[[LIST]][%[[J]]]
// LISTED:   %[[OLD:.*]] = gen.logpdf normal
// LISTED:   tensor.extract %[[NEW]][%[[J]]]
// LISTED:   %[[LP:.*]] = gen.logpdf normal
// LISTED:   %[[TERM:.*]] = arith.subf %[[LP]], %[[OLD]]
// LISTED:   %[[ON:.*]] = arith.cmpi ult
// LISTED:   arith.select %[[ON]], %[[TERM]]
// LISTED-NOT: gen.logpdf
// LISTED: return

// One element needs no sweep at all.
// ONE-LABEL: func.func @pl_update
// ONE-SAME: gen.name = "y/1", gen.role = "constraint", gen.shape = []
// ONE-SAME: gen.checks = ["2 <= s.0
// ONE-NOT: gen.sweep
// ONE-COUNT-2: gen.logpdf normal
// ONE-NOT: gen.logpdf
// ONE: return

// GROWN-LABEL: func.func @pl_update
// GROWN-SAME: gen.name = "s", gen.role = "new_argument", gen.shape = ["s'.0"]
// GROWN-SAME: gen.name = "y/+", gen.role = "constraint", gen.shape = ["s'.0 - s.0"]
// GROWN: %[[MORE:.*]] = arith.subi
// GROWN: gen.sweep {{.*}} to %[[MORE]]
// GROWN: gen.logpdf
// GROWN-NOT: gen.logpdf
// GROWN: return

// SHRUNK-LABEL: func.func @pl_update
// SHRUNK: gen.sweep
// SHRUNK: %[[GONE:.*]] = gen.logpdf
// SHRUNK: arith.negf %[[GONE]]
// SHRUNK-NOT: gen.logpdf
// SHRUNK: return

// A result of the plate is used as a whole: the leaf is taken as a whole, too.
// FAR-LABEL: func.func @far_update
// FAR-NOT: gen.role = "elements"
// FAR-SAME: gen.name = "rows/*/m", gen.role = "constraint"
// FAR: gen.sweep

// Its own density cancels from the weight, nothing else depends on it: the weight is 0.
// AGAIN-LABEL: func.func @pl_regenerate
// AGAIN-SAME: gen.name = "y/1", gen.role = "drawn"
// AGAIN: %[[ZERO:.*]] = arith.constant 0.0
// AGAIN: %[[DRAW:.*]] = gen.draw normal
// AGAIN: gen.logpdf normal{{.*}} of %[[DRAW]]
// AGAIN: return %[[DRAW]], %[[ZERO]],

// PROJECT-LABEL: func.func @pl_project
// PROJECT: gen.logpdf normal
// PROJECT-NOT: gen.logpdf
// PROJECT: return

gen.func @pl(%s: tensor<?xf64> {gen.name = "s"}) -> f64 {
  %zero = arith.constant 0.0 : f64
  %two = arith.constant 2.0 : f64
  %mu = gen.sample "mu" normal(%zero, %two) : (f64, f64) -> f64
  %c0 = arith.constant 0 : index
  %n = tensor.dim %s, %c0 : tensor<?xf64>
  gen.map "y" %i to %n {
    %si = tensor.extract %s[%i] : tensor<?xf64>
    %y = gen.sample normal(%mu, %si) : (f64, f64) -> f64
    gen.yield
  }
  gen.return %mu : f64
}

gen.func @far(%s: tensor<?xf64> {gen.name = "s"}) -> f64 {
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %c0 = arith.constant 0 : index
  %n = tensor.dim %s, %c0 : tensor<?xf64>
  %ms = gen.map "rows" %i to %n -> tensor<?xf64> {
    %si = tensor.extract %s[%i] : tensor<?xf64>
    %m = gen.sample "m" normal(%zero, %si) : (f64, f64) -> f64
    gen.yield %m : f64
  }
  %total = gen.einsum "i->" (%ms) : (tensor<?xf64>) -> f64
  %z = gen.sample "z" normal(%total, %one) : (f64, f64) -> f64
  gen.return %z : f64
}
