// What a request costs, counted on its function at the stage `batched`: sweeps over the data, memory traffic
// and arithmetic.
//
// Bytes are those of the caller's arrays, not of the workspace: what an iteration reads is counted in it,
// each element once however many operations use it; an array that a sweep does not index is counted outside.
// A floating-point operation is one addition, subtraction, multiplication, division, minimum or maximum;
// changes of sign, comparisons and selections count nothing, elementary functions apart. An einsum counts a
// multiplication an index point for each operand after the first, and an addition if it sums; every sum of a
// sweep counts an addition an element and iteration. What is the same for all lanes of a sweep is computed
// once for all of them, and so counted.
#pragma once

#include "codegen/inspect/Polynomial.h"
#include "ir/Gen.h"
#include "runtime/Signature.h"

namespace genfuse::inspect {

/// Work, once or a time that something runs.
struct Work {
  Polynomial bytesRead, bytesWritten, flops;
  std::map<std::string, Polynomial> functions; ///< calls of elementary functions (`exp`) and special ops
  std::map<std::string, Polynomial> random;    ///< variates drawn, by kind (`normal`)

  Work operator+(const Work &other) const;
  Work operator*(const Polynomial &times) const;
  bool isZero() const;
};

struct SweepCost {
  Polynomial length;
  int64_t lanes = 1;
  std::string reason; ///< why it has so many lanes; empty: they were asked for
  bool overInstances = false;
  std::vector<std::string>
      addresses; ///< leaves whose densities or draws are in the body, not in inner sweeps
  std::vector<std::string> reads, sharedReads; ///< arrays that `each` and `shared` read
  unsigned sums = 0, stacks = 0;
  Work each;   ///< an iteration, without inner sweeps
  Work shared; ///< what all lanes of an enclosing (or this) sweep share, an iteration
  std::vector<SweepCost> inner;
};

/// A product of matrices that the GEMM library computes.
struct ProductCost {
  Polynomial rows, columns, summed;
  int64_t elements = 0; ///< of the matrix: what decided; a size that no type states counts as 64
};

struct RequestCost {
  Work outside;                       ///< outside of all sweeps
  std::vector<std::string> addresses; ///< served there
  std::vector<SweepCost> sweeps;
  std::vector<ProductCost> products; ///< those of the GEMM library; their work is counted outside
  Work total;
  /// Symbols of the total that count vectors of lanes: name -> (iterations, lanes), rounded up.
  std::map<std::string, std::pair<Polynomial, int64_t>> vectors;

  /// The value of a polynomial for these sizes (`s.0`, `instances`); none if one is missing.
  std::optional<int64_t> at(const Polynomial &count, const std::map<std::string, int64_t> &sizes) const;
};

/// Counts a function at the stage `batched`; `signature` is the function's.
RequestCost costOf(mlir::func::FuncOp function, const Signature &signature);

} // namespace genfuse::inspect
