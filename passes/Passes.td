#ifndef GENFUSE_PASSES_TD
#define GENFUSE_PASSES_TD

include "mlir/Pass/PassBase.td"

def GenDerive : Pass<"gen-derive", "::mlir::ModuleOp"> {
  let summary = "one function per operation of the interface and per request";
  let description = [{
    Adds for the model named by `model` (or the only one) the function that computes `request` for one instance. In
    it every choice is an argument (given) or a draw, each term of the score is a `gen.logpdf`, each plate a
    `gen.sweep`, and gradients are one `gen.gradient`. The model functions are removed unless `keep-models` is set.

    Preconditions: calls form no cycle (verified).
  }];
  let options = [
    Option<"request", "request", "std::string", "\"assess()\"", "request, such as gradient(x | y)">,
    Option<"model", "model", "std::string", "\"\"", "name of the gen.func; default: the last one">,
    Option<"keepModels", "keep-models", "bool", "false", "keep the gen.funcs">
  ];
  let dependentDialects = ["::mlir::func::FuncDialect", "::genfuse::gen::GenDialect"];
}

def GenCheck : Pass<"gen-check", "::mlir::ModuleOp"> {
  let summary = "a function that checks what another one takes for granted";
  let description = [{
    Adds to each derived function F a function F_check with the same arguments, no results, and a `gen.check` for

    * each element of a real argument, parameter or cotangent: a number, not NaN;
    * each parameter of each `gen.logpdf` and `gen.draw`: in the domain that its distribution's record states;
    * each given value of a choice: a number;
    * each computed index of `tensor.extract` and `tensor.extract_slice`: within the tensor.

    They are numbered in this order, those of the body in program order. F itself stays as it is: a kernel runs F_check first,
    and F only if nothing failed. So a checked call gives the bits of an unchecked one, and one that fails writes
    nothing. Draws are made again, with the same numbers.
  }];
}

def GenCount : Pass<"gen-count", "::mlir::func::FuncOp"> {
  let summary = "count which log densities are computed";
  let description = [{
    Marks each `gen.logpdf` with a `gen.counted` of the counter that its attribute `gen.count` names, by default that of its
    leaf (the name of its location), and lists the counters in the function's attribute `gen.counts`. The
    lowered kernel adds to one array a counter how many iterations computed the value: what optimisation removes counts
    nothing, and what leaves a sweep counts once. Only for kernels that are asked to count.
  }];
}

def GenExpand : Pass<"gen-expand", "::mlir::func::FuncOp"> {
  let summary = "log densities and draws as arithmetic";
  let description = [{
    Replaces each `gen.logpdf` and `gen.draw` by what its distribution's record (ir/dist) says: arithmetic, structured
    ops and standard variates (`gen.random`).
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

def GenDropConstants : Pass<"gen-drop-constants", "::mlir::func::FuncOp"> {
  let summary = "leave out summands that a gradient does not depend on";
  let description = [{
    For each `gen.gradient` with `drop_constants`, removes from the objective the summands (also those within sweeps)
    that depend on none of the values it is differentiated by.
  }];
}

def GenDifferentiate : Pass<"gen-differentiate", "::mlir::func::FuncOp"> {
  let summary = "reverse mode on structured ops; plates stay plates";
  let description = [{
    Replaces each `gen.gradient` by reverse-mode code. Each sweep gets a second one that runs its body again and then its
    reverse, with the cotangents of its results. Where those do not depend on the first sweep (a log density is a
    sum: its terms' cotangents are known from the start), `gen-merge-sweeps` makes one sweep of both, and nothing of
    the sweep's length is stored; otherwise recomputing the body is the price. An op outside the closed set is an error at the user's line.
  }];
  let statistics = [
    Statistic<"reversed", "sweeps-reversed", "sweeps that got a second one for their gradients">
  ];
}

def GenSetReal : Pass<"gen-set-real", "::mlir::func::FuncOp"> {
  let summary = "the real type of a program";
  let description = [{
    Turns the abstract real f64 into f32. Scores, weights, and the sums of sweeps that make them up stay f64; in a
    procedure those of applied operations (`gen.wide`) too, with what is added to them or carried along.
  }];
}

def GenReassociate : Pass<"gen-reassociate", "::mlir::func::FuncOp"> {
  let summary = "products of what varies less come first";
  let description = [{
    (x + c) + d of constants up to 1024 is x + (c + d). (p q) v becomes p (q v) where q v varies with fewer of the loops around it (sweeps, loops, instances) than the whole:
    c x x of a coefficient and data is c (x x), whose square is one for all instances, and leaves a loop around the plate. Results
    are rounded differently, and x x has to be in the range of the real type.
  }];
  let statistics = [Statistic<"regrouped", "products-regrouped", "products that were multiplied in another order">];
}

def GenHoistInvariants : Pass<"gen-hoist-invariants", "::mlir::func::FuncOp"> {
  let summary = "terms and factors that do not vary leave a sweep";
  let description = [{
    sum_i (a_i + c) becomes sum_i a_i + n c, and sum_i c a_i becomes c sum_i a_i, for sums of scalars; (c a_i)^2 is
    c^2 a_i^2 for a constant c of moderate size, so that the scale of a quadratic form leaves too; values that do not
    depend on the iteration are computed before the sweep (loop-invariant code motion).
  }];
  let statistics = [
    Statistic<"terms", "terms-hoisted", "summands that left a sweep">,
    Statistic<"factors", "factors-hoisted", "factors that left a sweep">
  ];
}

def GenMoments : Pass<"gen-moments", "::mlir::func::FuncOp"> {
  let summary = "sufficient statistics: sums of data, formed once";
  let description = [{
    A sum over a sweep of a polynomial in values from outside, with coefficients that depend on data alone, becomes that
    polynomial in the sums of its coefficients: sum_i (y_i - a - b x_i)^2 is evaluated from n, sum x_i, sum x_i^2, sum y_i,
    sum x_i y_i and sum y_i^2. These are formed once, before the loops around, in f64, and so is the polynomial. Only
    for sweeps that read what is there before those loops, polynomials of degree 4 at most, and only if it is
    asked for (Specialisation::moments): where residuals are small against the data, digits cancel.
  }];
  let statistics = [Statistic<"replaced", "sweeps-replaced", "sweeps with sums that became polynomials">];
}

def GenShortenChains : Pass<"gen-shorten-chains", "::mlir::func::FuncOp"> {
  let summary = "fewer operations between the iterations of a loop";
  let description = [{
    Within `gen.loop`, whose iterations wait for each other: what is carried on and is affine in the sum of a sweep,
    a (c s + b) + p, becomes (a c) s + (a b + p), all but the last operation of which are done before the sum is there; and
    sums of four and more terms in sweeps become trees, so that y - (a + b x + c z) is (y - b x) - (a + c z). Results are rounded
    differently.
  }];
  let statistics = [Statistic<"shortened", "chains-shortened", "values with a shorter way to them">];
}

def GenMergeSweeps : Pass<"gen-merge-sweeps", "::mlir::func::FuncOp"> {
  let summary = "one pass over the data";
  let description = [{
    Merges two sweeps of one block with the same length, of which the second does not use the first's results.
  }];
  let statistics = [Statistic<"merged", "sweeps-merged", "sweeps merged into another">];
}


def GenSplitProducts : Pass<"gen-split-products", "::mlir::func::FuncOp"> {
  let summary = "large products of a plate's rows become products of matrices";
  let description = [{
    Cuts each sweep of the function, or of a `gen.loop` in it, around its large products: those of a matrix from outside
    with a vector that the body computes, and those of two vectors of the body that are only summed. The vectors
    of all iterations become a matrix, the product one `gen.einsum` of matrices, and what needs the result is in a
    later sweep, which reads its row. Values that later sweeps need are kept, one an iteration, and nothing is
    computed twice; data is read again. Products of matrices that are large get the attribute `gen.handed_over`, which
    gives them to the GEMM library (gen-lower).

    A product is large if its matrix has `least` elements or more, and each side more than 32 (or `least`): shorter
    vectors live in registers. A size that no type states counts as 64. For one instance on CPUs.
  }];
  let options = [
    Option<"least", "least", "int64_t", "262144", "elements of a large matrix; 0: none is large">
  ];
  let statistics = [Statistic<"split", "sweeps-split", "sweeps that were cut around products">];
}

def GenBatch : Pass<"gen-batch", "::mlir::func::FuncOp"> {
  let summary = "a dynamic number of instances, mapped to lanes";
  let description = [{
    Wraps the function of one instance in a sweep over instances: results that belong to an instance are collected
    along a last dimension, gradients of shared values are summed. `mapping` says which sweep runs in lanes: `instances`,
    `elements` (the outermost plates), or `single` (one instance, no sweep over instances, elements in lanes).
    Arguments named in `batched` have one value per instance; choices and the return value's cotangent always do.
  }];
  let options = [
    Option<"mapping", "mapping", "std::string", "\"instances\"", "instances, elements or single">,
    Option<"lanes", "lanes", "int64_t", "16", "lanes of the mapped sweep">,
    ListOption<"batched", "batched", "std::string", "names of arguments with one value per instance">,
    ListOption<"shared", "shared", "std::string", "names of choices that all instances share">
  ];
}

def GenWiden : Pass<"gen-widen", "::mlir::func::FuncOp"> {
  let summary = "how many registers a value of a sweep in lanes fills";
  let description = [{
    Multiplies the lanes of each sweep by 1, 2 or 4: as many registers a value as the machine has for the values that
    live at once in the innermost loops within (an estimate by the order of the ops). More of them hide latencies and share
    what is the same for all lanes. Without a loop within, it is 2. Where instances share calls of the generator, and no
    `gen.loop` within makes them rare, it is 4. A sweep over elements that forms products of tensors, which has its own
    blocks, gets 1. The attribute `gen.reason` says why.
  }];
  let options = [
    Option<"registers", "registers", "int64_t", "32", "values that registers hold when lanes fill one each">,
    Option<"most", "most", "int64_t", "4", "the largest factor">
  ];
  let statistics = [];
}

def GenStackInvariants : Pass<"gen-stack-invariants", "::mlir::func::FuncOp"> {
  let summary = "what a sweep within the instances computes alike for all of them, computed once";
  let description = [{
    In a sweep over instances in lanes, an inner sweep over what all instances share computes some values from its index
    and from shared data only: the logarithm of a covariate, the inverse of a scale. They become stacks of a sweep before the
    instances, and the inner sweep reads them. Values without a quotient or an elementary function are left where they are,
    such as x^2 of a regression on x, and so is whatever differs between instances or between iterations of a sweep or loop
    around the inner one.
  }];
}

def GenLower : Pass<"gen-lower", "::mlir::ModuleOp"> {
  let summary = "kernels in upstream dialects";
  let description = [{
    Turns each derived and batched function into a kernel with the one ABI (runtime/abi.h) in func, scf, arith, math,
    memref and vector: sweeps become loops over tiles, lanes become vectors, small static tensors registers, the
    others slices of the workspace.

    With `threads` the vectors stand for groups of threads: an element of a vector is a variable of one thread. Strided
    access is then a gather or scatter instead of one access a lane, no other vectors occur, and sweeps are cut
    into many more parts.

    Registers of 64 bytes come with masks: a sweep with stacks only and a long body is then emitted once, every vector
    under a mask, unless an innermost loop within would be masked too; else whole vectors and the masked tail are code of
    their own.
  }];
  let options = [
    Option<"threads", "threads", "bool", "false", "lanes are threads of a group">,
    Option<"registers", "registers", "int64_t", "32", "vector registers, which bound the blocks of products">,
    Option<"registerBytes", "register-bytes", "int64_t", "64", "size of one: 64 or 32">
  ];
  let dependentDialects = ["::mlir::func::FuncDialect", "::mlir::scf::SCFDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::vector::VectorDialect", "::mlir::LLVM::LLVMDialect", "::mlir::ub::UBDialect",
                           "::mlir::math::MathDialect", "::mlir::arith::ArithDialect"];
}

def GenFormFma : Pass<"gen-form-fma", "::mlir::func::FuncOp"> {
  let summary = "explicit fused multiply-adds";
  let description = [{
    a * b + c, c - a * b and a * b - c, where the product has no other use, become `math.fma`: it is fused on every back end,
    so that they agree to the bit (contraction flags would leave it to each compiler).
  }];
  let dependentDialects = ["::mlir::math::MathDialect"];
}

#endif
