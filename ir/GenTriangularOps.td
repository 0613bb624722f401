// Lower-triangular matrices in the structured layer: solving, and taking them apart.

#ifndef GENFUSE_IR_GENTRIANGULAROPS_TD
#define GENFUSE_IR_GENTRIANGULAROPS_TD

include "ir/GenDialect.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Gen_RealVector : 1DTensorOf<[F32, F64]>;
def Gen_RealMatrix : 2DTensorOf<[F32, F64]>;

def Gen_TriangularSolveOp : Gen_Op<"triangular_solve", [Pure, AllElementTypesMatch<["matrix", "vector"]>,
                                                        AllTypesMatch<["vector", "result"]>]> {
  let summary = "solution of a triangular system";
  let description = [{
    The y with L y = b, or with `transposed` the y with L' y = b, where L is the lower triangle of `matrix` (what
    lies above the diagonal is not read) and b is `vector`. By substitution in the order of the rows (from the
    last one up with `transposed`), in the real type. A zero on the diagonal gives infinities or NaN, no error.

    Constraints:
    * (triangular_solve_c1) the matrix is square and as large as the vector, as far as sizes are static.

    Example:
    ```mlir
    func.func @whiten(%l: tensor<?x?xf64>, %b: tensor<?xf64>) -> tensor<?xf64> {
      %y = gen.triangular_solve %l, %b : tensor<?x?xf64>, tensor<?xf64>
      return %y : tensor<?xf64>
    }
    ```
  }];
  let arguments = (ins Gen_RealMatrix:$matrix, Gen_RealVector:$vector, UnitAttr:$transposed);
  let results = (outs Gen_RealVector:$result);
  let assemblyFormat = [{
    (`transposed` $transposed^)? $matrix `,` $vector attr-dict `:` type($matrix) `,` type($vector)
  }];
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

def Gen_LowerTriangleOp : Gen_Op<"lower_triangle", [Pure, SameOperandsAndResultType]> {
  let summary = "the lower triangle of a matrix";
  let description = [{
    The elements on and below the diagonal, zero above it. Canonicalisation moves it out of the sums of sweeps, and
    `gen.diagonal_matrix` with it.

    Example:
    ```mlir
    func.func @lower(%a: tensor<?x?xf64>) -> tensor<?x?xf64> {
      %l = gen.lower_triangle %a : tensor<?x?xf64>
      return %l : tensor<?x?xf64>
    }
    ```
  }];
  let arguments = (ins Gen_RealMatrix:$matrix);
  let results = (outs Gen_RealMatrix:$result);
  let assemblyFormat = "$matrix attr-dict `:` type($matrix)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Gen_DiagonalOp : Gen_Op<"diagonal", [Pure, AllElementTypesMatch<["matrix", "result"]>]> {
  let summary = "the diagonal of a square matrix";
  let description = [{
    The vector of the elements (i, i).

    Constraints:
    * (diagonal_c1) the matrix is square and as large as the result, as far as sizes are static.

    Example:
    ```mlir
    func.func @diagonal(%a: tensor<?x?xf64>) -> tensor<?xf64> {
      %d = gen.diagonal %a : tensor<?x?xf64> -> tensor<?xf64>
      return %d : tensor<?xf64>
    }
    ```
  }];
  let arguments = (ins Gen_RealMatrix:$matrix);
  let results = (outs Gen_RealVector:$result);
  let assemblyFormat = "$matrix attr-dict `:` type($matrix) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Gen_DiagonalMatrixOp : Gen_Op<"diagonal_matrix", [Pure, AllElementTypesMatch<["vector", "result"]>]> {
  let summary = "the square matrix with a given diagonal";
  let description = [{
    `vector` on the diagonal, zero elsewhere: the adjoint of `gen.diagonal`.

    Constraints:
    * (diagonal_matrix_c1) the result is square and as large as the vector, as far as sizes are static.

    Example:
    ```mlir
    func.func @matrix(%d: tensor<?xf64>) -> tensor<?x?xf64> {
      %a = gen.diagonal_matrix %d : tensor<?xf64> -> tensor<?x?xf64>
      return %a : tensor<?x?xf64>
    }
    ```
  }];
  let arguments = (ins Gen_RealVector:$vector);
  let results = (outs Gen_RealMatrix:$result);
  let assemblyFormat = "$vector attr-dict `:` type($vector) `->` type($result)";
  let hasVerifier = 1;
}

#endif
