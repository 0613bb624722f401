// Ragged plates: leaves are flat over all rows, and rows that are drawn are placed where they lie in them.
// RUN: genfuse-opt %s --gen-derive="request={assess()}" --canonicalize --cse | FileCheck %s --check-prefix=ASSESS
// RUN: genfuse-opt %s --gen-derive="request={generate(rows/*/m)}" --canonicalize --cse | FileCheck %s --check-prefix=DRAWN

// ASSESS-LABEL: func.func @ragged_assess
// ASSESS-SAME: %[[S:[a-z0-9]*]]: tensor<?xf64> {gen.name = "s"
// ASSESS-SAME: %[[ENDS:[a-z0-9]*]]: tensor<?xi64> {gen.name = "ends"
// ASSESS-SAME: {gen.name = "rows/*/m", gen.role = "choice", gen.shape = ["ends.0 - 1"]}
// ASSESS-SAME: %[[Y:[a-z0-9]*]]: tensor<?x2xf64> {gen.name = "rows/*/y/*", gen.offsets = "ends", gen.role = "choice", gen.shape = ["s.0", "2"]}
// ASSESS-SAME: gen.checks = ["offsets ends <= s.0 | {{.*}}", "longest ends <= t.0 | {{.*}}", "0 <= ends.0 - 1 | {{.*}}"]
// ASSESS: gen.sweep %[[I:.*]] to %{{.*}} sums(f64) {
// ASSESS: %[[START:.*]], %[[LENGTH:.*]] = gen.row %[[I]] of %[[ENDS]] in
// ASSESS: gen.sweep %[[J:.*]] to %[[LENGTH]] sums(f64) {
// ASSESS-NEXT: %[[AT:.*]] = arith.addi %[[START]], %[[J]] : index
// ASSESS: tensor.extract %[[S]][%[[AT]]]
// ASSESS: tensor.extract_slice %[[Y]][%[[AT]], 0] [1, 2] [1, 1]
// ASSESS-NOT: gen.place

// DRAWN-LABEL: func.func @ragged_generate
// DRAWN-SAME: -> (tensor<?x2xf64> {gen.name = "rows/*/y/*", gen.offsets = "ends", gen.role = "choice", gen.shape = ["s.0", "2"]}
// DRAWN: %[[ALL:.*]]:3 = gen.sweep %[[I:.*]] to %{{.*}} sums(f64, f64, tensor<?x2xf64>) {
// DRAWN: %[[START:.*]], %[[LENGTH:.*]] = gen.row
// The position of a draw is its address, not where it lies in the leaf: it is the same in longer data.
// DRAWN: %[[ROW:.*]]:2 = gen.sweep %[[J:.*]] to %[[LENGTH]] sums(f64) stacks(tensor<?x2xf64>) {
// DRAWN: gen.draw {{.*}} at[%[[I]], %[[J]]]
// DRAWN: gen.place %[[ROW]]#1 at %[[START]] of %{{.*}} : tensor<?x2xf64> -> tensor<?x2xf64>
// DRAWN: return %[[ALL]]#2, %[[ALL]]#1, %[[ALL]]#0
gen.func @ragged(%s: tensor<?xf64> {gen.name = "s"}, %t: tensor<?xf64> {gen.name = "t"},
                 %ends: tensor<?xi64> {gen.name = "ends"}) {
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %l = tensor.from_elements %one, %zero, %zero, %one : tensor<2x2xf64>
  %total = tensor.dim %s, %c0 : tensor<?xf64>
  %count = tensor.dim %ends, %c0 : tensor<?xi64>
  %n = arith.subi %count, %c1 : index
  gen.map "rows" %i to %n {
    %m = gen.sample "m" normal(%zero, %one) : (f64, f64) -> f64
    %start, %length = gen.row %i of %ends in %total : tensor<?xi64>
    gen.map "y" %j to %length {
      %at = arith.addi %start, %j : index
      %sj = tensor.extract %s[%at] : tensor<?xf64>
      %tj = tensor.extract %t[%j] : tensor<?xf64>
      %product = arith.mulf %sj, %tj : f64
      %mean = tensor.from_elements %m, %product : tensor<2xf64>
      %y = gen.sample mvnormal_cholesky(%mean, %l) : (tensor<2xf64>, tensor<2x2xf64>) -> tensor<2xf64>
      gen.yield
    }
    gen.yield
  }
  gen.return
}
