// RUN: genfuse-opt %s --gen-lower=threads=true --canonicalize --cse --gen-print-cuda -o /dev/null | FileCheck %s
// RUN: genfuse-opt %s --gen-lower=threads=true --canonicalize --cse | FileCheck %s --check-prefix=LOWERED

// Lanes are threads: a column is gathered, one element a thread, and no vector has another length.
// LOWERED-LABEL: func.func private @score_kernel(
// LOWERED-SAME: gen.name = "x"
// LOWERED-SAME: gen.written
// LOWERED-SAME: -> i32
// LOWERED: vector.gather
// LOWERED-NOT: vector<{{(1|2|4|8|16|64)x}}

// The loop over parts is one launch, shared out among warps; adding the parts up is another one, of one
// thread. What both need of the sizes is computed in both.
// CHECK-LABEL: score_1(
// CHECK-SAME: const double *__restrict__ x
// CHECK: index_t parts, index_t chunk
// CHECK: for (index_t part = gf_group<32>(); part < parts; part += gf_groups<32>()) {
// CHECK: gf_sum<32>(
// CHECK: if (lane == 0) {
// CHECK: GF_EXPORT_KERNEL(score_1)
// CHECK-LABEL: score_2(
// CHECK: if (gf_group<1>() == 0) {
// CHECK: score[0] =
// CHECK: GF_EXPORT_KERNEL(score_2)
func.func @score(%x: tensor<?x?xf64> {gen.name = "x", gen.role = "argument", gen.shape = ["x.0", "x.1"]})
    -> (f64 {gen.name = "score", gen.role = "score", gen.shape = []}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x?xf64>
  %sum = gen.sweep %i to %n lanes(32) sums(f64) {
    %v = tensor.extract %x[%i, %c0] : tensor<?x?xf64>
    %e = math.exp %v : f64
    gen.yield %e : f64
  }
  return %sum : f64
}

// A sum of a short loop that also writes is not computed again after the long one: it waits in a cell.
// CHECK-LABEL: kept_1(
// CHECK: if (gf_group<32>() == 0) {
// CHECK: *reinterpret_cast<double *>(cells + 8 * 0) = [[SUM:.*]];
// CHECK: GF_EXPORT_KERNEL(kept_1)
// CHECK-LABEL: kept_2(
// CHECK-NOT: cells
// CHECK: for (index_t part = gf_group<32>()
// CHECK: GF_EXPORT_KERNEL(kept_2)
// CHECK-LABEL: kept_3(
// CHECK: const double [[CELL:.*]] = *reinterpret_cast<const double *>(cells + 8 * 0);
// CHECK: score[0] = {{.*}}[[CELL]]
// CHECK: GF_EXPORT_KERNEL(kept_3)
func.func @kept(%x: tensor<100xf64> {gen.name = "x", gen.role = "argument", gen.shape = ["100"]},
                %y: tensor<?xf64> {gen.name = "y", gen.role = "argument", gen.shape = ["y.0"]})
    -> (f64 {gen.name = "score", gen.role = "score", gen.shape = []}, tensor<100xf64> {gen.name = "e", gen.role = "return", gen.shape = ["100"]}) {
  %c0 = arith.constant 0 : index
  %c100 = arith.constant 100 : index
  %n = tensor.dim %y, %c0 : tensor<?xf64>
  %short, %stack = gen.sweep %i to %c100 lanes(32) sums(f64) stacks(tensor<100xf64>) {
    %v = tensor.extract %x[%i] : tensor<100xf64>
    %e = math.exp %v : f64
    gen.yield %e, %e : f64, f64
  }
  %long = gen.sweep %i to %n lanes(32) sums(f64) {
    %v = tensor.extract %y[%i] : tensor<?xf64>
    %e = math.exp %v : f64
    gen.yield %e : f64
  }
  %sum = arith.addf %long, %short : f64
  return %sum, %stack : f64, tensor<100xf64>
}
