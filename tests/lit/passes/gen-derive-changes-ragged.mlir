// Changes of ragged plates: rows lie one after the other, and where their lengths change all of them move.
// RUN: genfuse-opt %s --gen-derive="request={update(; args: s+, s_offsets~)}" --canonicalize --cse | FileCheck %s --check-prefix=VARY
// RUN: genfuse-opt %s --gen-derive="request={update(rows/+/y/*; args: s+, s_offsets+)}" --canonicalize --cse | FileCheck %s --check-prefix=MORE
// RUN: genfuse-opt %s --gen-derive="request={update(rows/[]/y/[])}" --canonicalize --cse | FileCheck %s --check-prefix=LISTED
// RUN: not genfuse-opt %s --gen-derive="request={update(rows/1/y/*)}" 2>&1 | FileCheck %s --check-prefix=MIXED

// No element that is there before and after is scored; those by which a row grows or shrinks are.
// VARY-LABEL: func.func @f_update
// VARY-SAME: gen.name = "s_offsets", gen.role = "new_argument"
// VARY-SAME: gen.name = "rows/*/y/*", gen.offsets = "s_offsets", gen.role = "choice", gen.shape = ["s.0"]
// VARY-SAME: gen.name = "rows/*/y/+", gen.role = "drawn", gen.shape = ["s'.0"]
// VARY-SAME: "offsets s_offsets' <= s'.0 |
// VARY: gen.sweep %{{.*}} to %{{.*}} sums(f64, f64) {
// VARY:   %[[OLD:.*]], %[[WAS:.*]] = gen.row
// VARY:   %[[NEW:.*]], %[[IS:.*]] = gen.row
// VARY:   %[[BOTH:.*]] = arith.minui %[[WAS]], %[[IS]]
// VARY:   %[[ADDED:.*]] = arith.subi %[[IS]], %[[BOTH]]
// VARY:   gen.sweep %[[J:.*]] to %[[ADDED]] sums(f64) {
// VARY:     %[[AT:.*]] = arith.addi %[[WAS]], %[[J]]
// VARY:     arith.addi %[[NEW]], %[[AT]]
// VARY:     gen.draw
// VARY:     gen.logpdf
// VARY:   %[[GONE:.*]] = arith.subi %[[WAS]], %[[BOTH]]
// VARY:   gen.sweep %{{.*}} to %[[GONE]] sums(f64) {
// VARY:     gen.logpdf
// VARY-NOT: gen.logpdf
// VARY: gen.sweep
// VARY:   %[[START:.*]] = arith.addi %{{.*}}, %{{.*}} : index
// VARY:   %[[PART:.*]] = gen.sweep %{{.*}} to %{{.*}} stacks
// VARY:   gen.place %[[PART]] at %[[START]] of
// VARY: return

// Rows that are only added leave the others alone.
// MORE-LABEL: func.func @f_update
// MORE-SAME: gen.name = "rows/+/y/*", gen.role = "constraint", gen.shape = ["s'.0"]
// MORE: %[[WERE:.*]] = arith.subi
// MORE: %[[ARE:.*]] = arith.subi
// MORE: %[[MORE:.*]] = arith.subi %[[ARE]], %[[WERE]]
// MORE: gen.sweep %{{.*}} to %[[MORE]] sums(f64, f64) {
// MORE-NOT: gen.row
// MORE:   gen.row
// MORE-NOT: gen.row
// MORE: return

// LISTED-LABEL: func.func @f_update
// LISTED-SAME: gen.name = "rows/[]/y/[]", gen.role = "constraint", gen.shape = ["rows/[].0", "rows/[]/y/[].1"]
// LISTED: %[[START:.*]], %[[LENGTH:.*]] = gen.row
// LISTED: gen.sweep
// LISTED:   %[[INDEX:.*]] = arith.index_cast
// LISTED:   arith.addi %[[START]], %[[INDEX]]
// LISTED:   arith.cmpi ult, %[[INDEX]], %[[LENGTH]]

// MIXED: elements of a ragged plate are named as a whole, 'rows/*/y/*', or by lists, 'rows/[]/y/[]', got 'rows/1/y/*'

gen.func @f(%s: tensor<?xf64> {gen.name = "s"}, %offsets: tensor<?xi64> {gen.name = "s_offsets"}) {
  %one = arith.constant 1.0 : f64
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %total = tensor.dim %s, %c0 : tensor<?xf64>
  %ends = tensor.dim %offsets, %c0 : tensor<?xi64>
  %n = arith.subi %ends, %c1 : index
  gen.map "rows" %i to %n {
    %m = gen.sample "m" normal(%one, %one) : (f64, f64) -> f64
    %start, %length = gen.row %i of %offsets in %total : tensor<?xi64>
    gen.map "y" %j to %length {
      %at = arith.addi %start, %j : index
      %sij = tensor.extract %s[%at] : tensor<?xf64>
      %y = gen.sample normal(%m, %sij) : (f64, f64) -> f64
      gen.yield
    }
    gen.yield
  }
  gen.return
}
