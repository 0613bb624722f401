// RUN: genfuse-opt %s --gen-print-cuda -o /dev/null | FileCheck %s
// One function a group of operations; values are stored so that they are not dropped.

func.func private @memref_f32(!llvm.ptr) -> memref<?xf32>
func.func private @memref_f64(!llvm.ptr) -> memref<?xf64>
func.func private @memref_i64(!llvm.ptr) -> memref<?xi64>
func.func private @memref_i32(!llvm.ptr) -> memref<?xi32>
func.func private @memref_i8(!llvm.ptr) -> memref<?xi8>
func.func private @normal(i32, i32, i32, i32, i32, i32, i32) -> f32 attributes {gen.device = "gf_random_normal_f32"}

// Names come from arguments; what is not written is const; one thread needs no lane.
// CHECK-LABEL: extern "C" __global__ void __launch_bounds__(GF_BLOCK(1), 1)
// CHECK-NEXT: reals(const float *__restrict__ image_x, float *__restrict__ out) {
// CHECK-NEXT: if (gf_group<1>() == 0) {
// CHECK: const float image_x_at = image_x[0];
// CHECK: out[1] = (image_x_at + 1.0f) * image_x_at - image_x_at / 0.5f;
// CHECK: out[2] = image_x_at - (image_x_at - image_x_at);
// CHECK: out[3] = -(image_x_at * -2.5f);
// CHECK: out[4] = gf_maximum(image_x_at, 0.0f);
// CHECK: out[5] = gf_minimum(image_x_at, 0.0f);
// CHECK: out[6] = gf_fma(image_x_at, image_x_at, 1.0f);
// CHECK: out[7] = gf_log_f32(gf_exp_f32(image_x_at));
// CHECK: out[8] = 1.0f / gf_sqrt(image_x_at);
// CHECK: out[9] = GF_INF_F32;
// CHECK: out[10] = -GF_INF_F32;
// CHECK: out[11] = GF_NAN_F32;
// CHECK: GF_EXPORT_KERNEL(reals)
func.func @reals(%p: !llvm.ptr {gen.name = "image/*/x", gen.role = "argument"}, %q: !llvm.ptr {gen.name = "out", gen.role = "return", gen.written})
    attributes {gen.width = 1 : i64} {
  %x = func.call @memref_f32(%p) : (!llvm.ptr) -> memref<?xf32>
  %y = func.call @memref_f32(%q) : (!llvm.ptr) -> memref<?xf32>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c5 = arith.constant 5 : index
  %c6 = arith.constant 6 : index
  %c7 = arith.constant 7 : index
  %c8 = arith.constant 8 : index
  %c9 = arith.constant 9 : index
  %c10 = arith.constant 10 : index
  %c11 = arith.constant 11 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %half = arith.constant 0.5 : f32
  %negative = arith.constant -2.5 : f32
  %inf = arith.constant 0x7F800000 : f32
  %minf = arith.constant 0xFF800000 : f32
  %nan = arith.constant 0x7FC00000 : f32
  %a = memref.load %x[%c0] : memref<?xf32>
  %s = arith.addf %a, %one : f32
  %m = arith.mulf %s, %a : f32
  %d = arith.divf %a, %half : f32
  %r = arith.subf %m, %d : f32
  memref.store %r, %y[%c1] : memref<?xf32>
  %i = arith.subf %a, %a : f32
  %j = arith.subf %a, %i : f32
  memref.store %j, %y[%c2] : memref<?xf32>
  %k = arith.mulf %a, %negative : f32
  %l = arith.negf %k : f32
  memref.store %l, %y[%c3] : memref<?xf32>
  %max = arith.maximumf %a, %zero : f32
  memref.store %max, %y[%c4] : memref<?xf32>
  %min = arith.minimumf %a, %zero : f32
  memref.store %min, %y[%c5] : memref<?xf32>
  %fma = math.fma %a, %a, %one : f32
  memref.store %fma, %y[%c6] : memref<?xf32>
  %exp = math.exp %a : f32
  %log = math.log %exp : f32
  memref.store %log, %y[%c7] : memref<?xf32>
  %rsqrt = math.rsqrt %a : f32
  memref.store %rsqrt, %y[%c8] : memref<?xf32>
  memref.store %inf, %y[%c9] : memref<?xf32>
  memref.store %minf, %y[%c10] : memref<?xf32>
  memref.store %nan, %y[%c11] : memref<?xf32>
  return
}

// Integers that may wrap around are added as unsigned numbers; sizes are not. Unordered comparisons are the
// negations of ordered ones.
// CHECK-LABEL: integers(
// CHECK: const int32_t [[A:.*]] = k[n];
// CHECK: k[n + 1] = int32_t(uint32_t([[A]]) + uint32_t(3));
// CHECK: k[n * 2] = static_cast<int32_t>(uint32_t([[A]]) >> uint32_t(4));
// CHECK: k[n < 7 ? n : 7] = ([[A]] & 15);
// CHECK: k[static_cast<index_t>(uint64_t(n) / uint64_t(7))] = !([[F:.*]] <= 0.0f) ? [[A]] : 3;
// CHECK: k[(n + 7 - 1) / 7] = [[F]] < 0.0f ? [[A]] : 3;
func.func @integers(%p: !llvm.ptr {gen.name = "k", gen.written}, %r: !llvm.ptr {gen.name = "x"}, %n: index {gen.name = "n"}) attributes {gen.width = 1 : i64} {
  %k = func.call @memref_i32(%p) : (!llvm.ptr) -> memref<?xi32>
  %x = func.call @memref_f32(%r) : (!llvm.ptr) -> memref<?xf32>
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c7 = arith.constant 7 : index
  %three = arith.constant 3 : i32
  %four = arith.constant 4 : i32
  %fifteen = arith.constant 15 : i32
  %zero = arith.constant 0.0 : f32
  %a = memref.load %k[%n] : memref<?xi32>
  %f = memref.load %x[%n] : memref<?xf32>
  %sum = arith.addi %a, %three : i32
  %next = arith.addi %n, %c1 : index
  memref.store %sum, %k[%next] : memref<?xi32>
  %shifted = arith.shrui %a, %four : i32
  %twice = arith.muli %n, %c2 : index
  memref.store %shifted, %k[%twice] : memref<?xi32>
  %low = arith.andi %a, %fifteen : i32
  %least = arith.minsi %n, %c7 : index
  memref.store %low, %k[%least] : memref<?xi32>
  %ugt = arith.cmpf ugt, %f, %zero : f32
  %chosen = arith.select %ugt, %a, %three : i32
  %part = arith.divui %n, %c7 : index
  memref.store %chosen, %k[%part] : memref<?xi32>
  %olt = arith.cmpf olt, %f, %zero : f32
  %other = arith.select %olt, %a, %three : i32
  %up = arith.ceildivui %n, %c7 : index
  memref.store %other, %k[%up] : memref<?xi32>
  return
}

// A group of 32: neighbouring threads have neighbouring elements; masks are conditions; the first thread
// stores what all have.
// CHECK-LABEL: lanes(
// CHECK-NEXT: const int lane = gf_lane<32>();
// CHECK-NEXT: if (gf_group<32>() == 0) {
// CHECK: const bool [[MASK:.*]] = lane < n;
// CHECK: const float [[WHOLE:.*]] = x[4 + lane];
// CHECK: const float [[PART:.*]] = [[MASK]] ? x[n + lane] : 0.0f;
// CHECK: const index_t [[PLACE:.*]] = index_t(lane) * n;
// CHECK: const float [[FAR:.*]] = [[MASK]] ? x[[[PLACE]]] : 0.0f;
// CHECK: y[4 + lane] = [[WHOLE]] + 2.0f;
// CHECK: if ([[MASK]])
// CHECK-NEXT: y[n + lane] = [[PART]];
// CHECK: if ([[MASK]])
// CHECK-NEXT: y[[[PLACE]]] = [[FAR]];
// CHECK: const float [[SUM:.*]] = gf_sum<32>([[WHOLE]]);
// CHECK: const float [[ONE:.*]] = gf_from<32>([[WHOLE]], static_cast<int>(n));
// CHECK: const bool [[ANY:.*]] = gf_any<32>([[MASK]]);
// CHECK: if (lane == 0) {
// CHECK-NEXT: total[0] = [[SUM]];
// CHECK: total[1] = [[ANY]] ? [[ONE]] : 0.0f;
// CHECK-NEXT: }
func.func @lanes(%p: !llvm.ptr {gen.name = "x"}, %q: !llvm.ptr {gen.name = "y", gen.written}, %t: !llvm.ptr {gen.name = "total", gen.written},
                 %n: index {gen.name = "n"}) attributes {gen.width = 32 : i64} {
  %x = func.call @memref_f32(%p) : (!llvm.ptr) -> memref<?xf32>
  %y = func.call @memref_f32(%q) : (!llvm.ptr) -> memref<?xf32>
  %total = func.call @memref_f32(%t) : (!llvm.ptr) -> memref<?xf32>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %zero = arith.constant 0.0 : f32
  %zeros = arith.constant dense<0.0> : vector<32xf32>
  %twos = arith.constant dense<2.0> : vector<32xf32>
  %mask = vector.create_mask %n : vector<32xi1>
  %whole = vector.load %x[%c4] : memref<?xf32>, vector<32xf32>
  %part = vector.maskedload %x[%n], %mask, %zeros : memref<?xf32>, vector<32xi1>, vector<32xf32> into vector<32xf32>
  %step = vector.step : vector<32xindex>
  %stride = vector.broadcast %n : index to vector<32xindex>
  %places = arith.muli %step, %stride : vector<32xindex>
  %far = vector.gather %x[%c0] [%places], %mask, %zeros : memref<?xf32>, vector<32xindex>, vector<32xi1>, vector<32xf32> into vector<32xf32>
  %sum2 = arith.addf %whole, %twos : vector<32xf32>
  vector.store %sum2, %y[%c4] : memref<?xf32>, vector<32xf32>
  vector.maskedstore %y[%n], %mask, %part : memref<?xf32>, vector<32xi1>, vector<32xf32>
  vector.scatter %y[%c0] [%places], %mask, %far : memref<?xf32>, vector<32xindex>, vector<32xi1>, vector<32xf32>
  %sum = vector.reduction <add>, %whole : vector<32xf32> into f32
  %one = vector.extract %whole[%n] : f32 from vector<32xf32>
  %any = vector.reduction <or>, %mask : vector<32xi1> into i1
  %chosen = arith.select %any, %one, %zero : f32
  memref.store %sum, %total[%c0] : memref<?xf32>
  memref.store %chosen, %total[%c1] : memref<?xf32>
  return
}

// Sums that a loop carries are variables; a yield that swaps goes through a third one.
// CHECK-LABEL: loops(
// CHECK: double sum = 0.0;
// CHECK-NEXT: double sum2 = 1.0;
// CHECK-NEXT: for (index_t i = 0; i < n; ++i) {
// CHECK-NEXT: const double sum2_next = sum + sum2;
// CHECK-NEXT: sum = sum2;
// CHECK-NEXT: sum2 = sum2_next;
// CHECK-NEXT: }
// CHECK: double chosen;
// CHECK-NEXT: if (n == 0) {
// CHECK-NEXT: chosen = sum;
// CHECK-NEXT: } else {
// CHECK-NEXT: chosen = sum2;
// CHECK-NEXT: }
// CHECK: out[0] = chosen;
func.func @loops(%q: !llvm.ptr {gen.name = "out", gen.written}, %n: index {gen.name = "n"}) attributes {gen.width = 1 : i64} {
  %y = func.call @memref_f64(%q) : (!llvm.ptr) -> memref<?xf64>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%a = %zero, %b = %one) -> (f64, f64) {
    %c = arith.addf %a, %b : f64
    scf.yield %b, %c : f64, f64
  }
  %none = arith.cmpi eq, %n, %c0 : index
  %chosen = scf.if %none -> f64 {
    scf.yield %r#0 : f64
  } else {
    scf.yield %r#1 : f64
  }
  memref.store %chosen, %y[%c0] : memref<?xf64>
  return
}

// Threads wait between a write and a read of the same memory, and before it is written again; not for
// memory in which each has elements of its own.
// Memory in which they see each other's writes is not __restrict__, which would let a compiler keep what it has read.
// CHECK-LABEL: waits(float *scratch, float *__restrict__ own, index_t n) {
// CHECK-NOT: gf_sync
// CHECK: scratch[lane] = [[OWN:.*]];
// CHECK-NEXT: gf_sync<64>();
// CHECK: const float [[OTHER:.*]] = scratch[n];
// CHECK-NOT: gf_sync
// CHECK: own[lane] = [[OTHER]];
// CHECK-NEXT: gf_sync<64>();
// CHECK: if (lane == 0) {
// CHECK-NEXT: scratch[0] = [[OTHER]];
func.func @waits(%p: !llvm.ptr {gen.written}, %q: !llvm.ptr {gen.name = "own", gen.of_lanes}, %n: index {gen.name = "n"}) attributes {gen.width = 64 : i64} {
  %shared = func.call @memref_f32(%p) : (!llvm.ptr) -> memref<?xf32>
  %own = func.call @memref_f32(%q) : (!llvm.ptr) -> memref<?xf32>
  %c0 = arith.constant 0 : index
  %a = vector.load %own[%c0] : memref<?xf32>, vector<64xf32>
  vector.store %a, %shared[%c0] : memref<?xf32>, vector<64xf32>
  %b = memref.load %shared[%n] : memref<?xf32>
  %c = vector.broadcast %b : f32 to vector<64xf32>
  vector.store %c, %own[%c0] : memref<?xf32>, vector<64xf32>
  memref.store %b, %shared[%c0] : memref<?xf32>
  return
}

// Draws are calls of the device library; booleans are bytes; words of the call are arguments.
// CHECK-LABEL: draws(
// CHECK: gf_random_normal_f32(
// CHECK: flags[0] = static_cast<int8_t>(
func.func @draws(%q: !llvm.ptr {gen.name = "x", gen.written}, %f: !llvm.ptr {gen.name = "flags", gen.written}, %seed: i64 {gen.name = "seed"}) attributes {gen.width = 1 : i64} {
  %y = func.call @memref_f32(%q) : (!llvm.ptr) -> memref<?xf32>
  %flags = func.call @memref_i8(%f) : (!llvm.ptr) -> memref<?xi8>
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %word = arith.constant 1 : i32
  %key = arith.trunci %seed : i64 to i32
  %x = func.call @normal(%word, %word, %word, %word, %key, %key, %word) : (i32, i32, i32, i32, i32, i32, i32) -> f32
  memref.store %x, %y[%c0] : memref<?xf32>
  %is = arith.cmpf ogt, %x, %zero : f32
  %byte = arith.extui %is : i1 to i8
  memref.store %byte, %flags[%c0] : memref<?xi8>
  return
}

// A loop in which only the first thread stores needs no waits of its own, but those around it stay.
// CHECK-LABEL: clears(float *scratch, float *__restrict__ out, index_t n) {
// CHECK: const float [[OLD:.*]] = scratch[n];
// CHECK: gf_sync<32>();
// CHECK-NEXT: for (index_t i = 0; i < n; ++i) {
// CHECK-NOT: gf_sync
// CHECK: scratch[i] = 0.0f;
// CHECK-NEXT: }
// CHECK-NEXT: }
// CHECK-NEXT: gf_sync<32>();
// CHECK: const float [[NEW:.*]] = scratch[n];
func.func @clears(%p: !llvm.ptr {gen.written}, %q: !llvm.ptr {gen.name = "out", gen.written}, %n: index {gen.name = "n"}) attributes {gen.width = 32 : i64} {
  %shared = func.call @memref_f32(%p) : (!llvm.ptr) -> memref<?xf32>
  %out = func.call @memref_f32(%q) : (!llvm.ptr) -> memref<?xf32>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %old = memref.load %shared[%n] : memref<?xf32>
  scf.for %i = %c0 to %n step %c1 {
    memref.store %zero, %shared[%i] : memref<?xf32>
  }
  %new = memref.load %shared[%n] : memref<?xf32>
  %sum = arith.addf %old, %new : f32
  memref.store %sum, %out[%c0] : memref<?xf32>
  return
}

// One bit that is extended by its sign is -1; a number cut to one bit is its lowest.
// CHECK-LABEL: bits(
// CHECK: k[1] = -static_cast<int64_t>(
// CHECK: (k_at & 1) != 0 ? k_at : 7
func.func @bits(%p: !llvm.ptr {gen.name = "k", gen.written}) attributes {gen.width = 1 : i64} {
  %k = func.call @memref_i64(%p) : (!llvm.ptr) -> memref<?xi64>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %seven = arith.constant 7 : i64
  %a = memref.load %k[%c0] : memref<?xi64>
  %is = arith.cmpi sgt, %a, %seven : i64
  %wide = arith.extsi %is : i1 to i64
  memref.store %wide, %k[%c1] : memref<?xi64>
  %low = arith.trunci %a : i64 to i1
  %chosen = arith.select %low, %a, %seven : i64
  memref.store %chosen, %k[%c2] : memref<?xi64>
  return
}
