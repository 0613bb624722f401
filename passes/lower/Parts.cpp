// The outermost sweeps run in parts. How many parts there are, and where they end, depends on sizes only:
// whoever runs them, each sum is formed in the same order.
#include "passes/lower/Sums.h"
#include "runtime/abi.h"
#include "llvm/ADT/ScopeExit.h"
#include <cstddef>

using namespace mlir;

namespace genfuse::lower {

/// Adding a part's sums in memory to another's, per element, in units of work.
constexpr int64_t sumWork = 512;
/// How often a loop is taken to run whose number of iterations the data gives.
constexpr int64_t unknownCount = 16;

// Work.

/// `product`, which is a constant times factors, times one more.
static SizeExpression scaled(SizeExpression product, const std::optional<SizeExpression> &size) {
  if (!size)
    return product;
  if (size->terms.empty()) {
    product.constant *= size->constant;
    product.factors.insert(product.factors.end(), size->factors.begin(), size->factors.end());
  } else {
    product.factors.push_back(*size);
  }
  return product;
}

static bool sameFactors(const SizeExpression &a, const SizeExpression &b) {
  return llvm::equal(a.factors, b.factors, [](const SizeExpression &x, const SizeExpression &y) {
    return x.constant == y.constant && x.terms == y.terms;
  });
}

void Lowerer::addTerm(std::vector<SizeExpression> &terms, SizeExpression term) {
  for (SizeExpression &known : terms)
    if (sameFactors(known, term)) {
      known.constant += term.constant;
      return;
    }
  terms.push_back(std::move(term));
}

/// Roughly, one for an addition of scalars.
static int64_t weightOf(Operation *op) {
  if (isa<arith::ConstantOp, tensor::ExtractSliceOp, tensor::DimOp, math::FmaOp>(op))
    return isa<math::FmaOp>(op);
  if (isa<gen::RandomOp>(op))
    return 32;
  if (isa<math::MathDialect>(op->getDialect()))
    return 16;
  return 1;
}

void Lowerer::addWork(Block &block, const SizeExpression &repeated, Partition &partition) {
  for (Operation &op : block.without_terminator()) {
    if (auto sweep = dyn_cast<gen::SweepOp>(op)) {
      addWork(*sweep.getBlock(), scaled(repeated, sizeExpression(sweep.getLength())), partition);
      continue;
    }
    if (auto loop = dyn_cast<gen::LoopOp>(op)) {
      std::optional<SizeExpression> count = sizeExpression(loop.getLength());
      addWork(*loop.getBlock(), scaled(repeated, count ? *count : SizeExpression{unknownCount, {}, {}}),
              partition);
      continue;
    }
    SizeExpression work = repeated;
    work.constant *= weightOf(&op);
    if (work.constant == 0)
      continue;
    if (auto einsum = dyn_cast<gen::EinsumOp>(op)) {
      std::string seen;
      for (auto [i, operand] : llvm::enumerate(einsum.getOperands()))
        for (auto [d, letter] : llvm::enumerate(einsum.getLetters(i)))
          if (seen.find(letter) == std::string::npos) {
            seen += letter;
            work = scaled(work, sizeOfDimension(operand, d));
          }
    } else {
      SmallVector<Value> values(op.getOperands());
      llvm::append_range(values, op.getResults());
      auto tensor = llvm::find_if(values, [](Value v) { return isa<RankedTensorType>(v.getType()); });
      if (tensor != values.end() && !isa<tensor::ExtractOp>(op))
        work = scaled(work, elementsOf(*tensor));
    }
    addTerm(partition.work, std::move(work));
  }
}

/// A loop repeats its sweeps one after the other: on CPUs each of them can still be cut.
bool Lowerer::isOutermost(Operation *op) {
  Operation *parent = op->getParentOp();
  while (!threads && isa<gen::LoopOp>(parent))
    parent = parent->getParentOp();
  return parent == source;
}

/// None for a sweep that is not cut: not an outermost one, or always small.
std::optional<Lowerer::Partition> Lowerer::partitionOf(gen::SweepOp op) {
  if (!isOutermost(op) || isChecker)
    return std::nullopt;
  std::optional<SizeExpression> length = SizeExpression{0, {}, {}};
  if (!op.getStackLast())
    length = sizeExpression(op.getLength());
  if (!length)
    return std::nullopt;
  int64_t width = op.getLanes().value_or(1);
  bool adds = op.getNumSums() > 0, blocks = !threads && width > 1 && adds && alignment % width == 0;
  Cutting cutting = !threads ? forCpu : adds ? forThreads : forThreadsWithoutSums;
  Partition partition{*length, op.getStackLast(), blocks ? alignment : width, cutting, {}, {}, {}, {}, {}};
  addWork(*op.getBlock(), SizeExpression{1, {}, {}}, partition);
  for (unsigned i = 0; i < op.getNumSums(); ++i) {
    Value sum = op.getYield().getOperand(i);
    if (isJoin(op, i)) // rows are written where they belong, which has no parts yet
      return std::nullopt;
    if (!isa<RankedTensorType>(sum.getType()))
      continue;
    std::optional<SizeExpression> elements = elementsOf(sum);
    if (!elements)
      return std::nullopt;
    if (!elements->factors.empty() || elements->constant > maxRegisters / 2)
      addTerm(partition.sums, *elements);
  }
  bool isConstant = !partition.overInstances && length->terms.empty() && length->factors.empty();
  for (const SizeExpression &term : partition.work)
    isConstant = isConstant && term.factors.empty();
  if (isConstant && (partition.work.empty() || length->constant <= partition.align ||
                     2 * length->constant * partition.work.front().constant < 3 * cutting.work))
    return std::nullopt;
  return partition;
}

// How many parts.

/// Whoever calls with the same sizes gets the same parts. Divisions come only where there is work to cut.
Lowerer::Cut Lowerer::cut(OpBuilder &b, const Partition &partition, Value flatDims, Value callArgument) {
  OpBuilder::InsertionGuard guard(b);
  auto constant = [&](int64_t n) { return arith::ConstantIndexOp::create(b, loc, n).getResult(); };
  auto field = [&](size_t offset) {
    Value word = loadWord(b, callArgument, offset, b.getI64Type());
    return arith::IndexCastOp::create(b, loc, b.getIndexType(), word).getResult();
  };
  auto total = [&](const std::vector<SizeExpression> &terms) {
    Value sum = constant(0);
    for (const SizeExpression &term : terms)
      sum = arith::AddIOp::create(b, loc, sum, evaluate(b, term, flatDims));
    return sum;
  };
  Value length = partition.overInstances ? arith::SubIOp::create(b, loc, field(offsetof(gf_call, end)),
                                                                 field(offsetof(gf_call, begin)))
                                               .getResult()
                                         : evaluate(b, partition.length, flatDims);
  Value work = arith::MulIOp::create(b, loc, length, total(partition.work));
  Value sums = total(partition.sums);
  Value least = arith::AddIOp::create(b, loc, constant(partition.cutting.work),
                                      arith::MulIOp::create(b, loc, sums, constant(sumWork)));
  // Parts of two thirds of the least work are better than one.
  Value large = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge,
                                      arith::MulIOp::create(b, loc, work, constant(2)),
                                      arith::MulIOp::create(b, loc, least, constant(3)));
  Value fits =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sle, sums, constant(partition.cutting.sums));
  auto branch = scf::IfOp::create(b, loc, TypeRange{b.getIndexType(), b.getIndexType()},
                                  arith::AndIOp::create(b, loc, large, fits), /*withElse=*/true);
  b.setInsertionPointToStart(branch.thenBlock());
  Value wanted = arith::CeilDivUIOp::create(b, loc, work, least);
  // An even number is asked for: of three parts one core of two would wait for the other.
  wanted = arith::AndIOp::create(b, loc, wanted, constant(-2));
  wanted = arith::MinUIOp::create(b, loc, wanted, constant(partition.cutting.most));
  Value each = arith::CeilDivUIOp::create(b, loc, length, wanted);
  Value units = arith::CeilDivUIOp::create(b, loc, each, constant(partition.align));
  Value chunk = arith::MulIOp::create(b, loc, units, constant(partition.align));
  Value parts = arith::CeilDivUIOp::create(b, loc, length, chunk);
  scf::YieldOp::create(b, loc, ValueRange{parts, chunk});
  b.setInsertionPointToStart(branch.elseBlock());
  scf::YieldOp::create(b, loc, ValueRange{constant(1), length});
  return {branch.getResult(0), branch.getResult(1)};
}

SmallVector<Lowerer::Cut> Lowerer::cuts(OpBuilder &b, Value flatDims, Value callArgument) {
  SmallVector<Cut> all;
  for (const Partition &partition : partitions)
    all.push_back(cut(b, partition, flatDims, callArgument));
  return all;
}

// The loop over parts, and what comes after it.

/// What the slice behind a view is for one part, seen from outside of the parts.
View Lowerer::partOf(const View &inside, Indices sizes, Value part) {
  unsigned number = sliceOf.lookup(inside.memory);
  const Slice &slice = slices[number];
  Value pointer = kernel.getBody().front().getArgument(arrays.size() + number);
  View view;
  view.memory = memrefOf(builder, pointer, cast<MemRefType>(inside.memory.getType()).getElementType());
  view.element = inside.element;
  Value elements = make<arith::DivUIOp>(sliceBytes(builder, slice, dims), index(slice.elementBytes));
  view.offset = make<arith::MulIOp>(part, elements);
  Index stride = builder.getIndexAttr(1);
  for (Index size : llvm::reverse(sizes)) {
    view.strides.insert(view.strides.begin(), stride);
    stride = times(stride, size);
  }
  return view;
}

/// Adds the parts' sums up in f64, as a tree: 1 to 0, 3 to 2, ...; then 2 to 0, 6 to 4, ...; and so on.
void Lowerer::combine(OpenSweep &sweep, const std::optional<View> &scalars, Indices count, Value parts) {
  Value one = index(1);
  Value several = make<arith::CmpIOp>(arith::CmpIPredicate::sgt, parts, one);
  auto branch = scf::IfOp::create(builder, loc, several, /*withElse=*/false);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(branch.thenBlock());
  auto levels = scf::ForOp::create(builder, loc, index(0),
                                   index(llvm::Log2_64((threads ? forThreads : forCpu).most)), one);
  builder.setInsertionPointToStart(levels.getBody());
  Value distance = make<arith::ShLIOp>(one, levels.getInductionVar());
  auto pairs = scf::ForOp::create(builder, loc, index(0), make<arith::SubIOp>(parts, distance),
                                  make<arith::AddIOp>(distance, distance));
  builder.setInsertionPointToStart(pairs.getBody());
  Value left = pairs.getInductionVar(), right = make<arith::AddIOp>(left, distance);
  auto add = [&](const View &inside, Indices sizes) {
    View into = partOf(inside, sizes, left), from = partOf(inside, sizes, right);
    forEachIndex(sizes, [&](Indices at) {
      store(into, at, {make<arith::AddFOp>(load(into, at).value, load(from, at).value)});
    });
  };
  if (scalars)
    add(*scalars, count);
  for (const Sum &sum : sweep.sums)
    if (!sum.inRegisters)
      add(sum.total, sum.sizes);
}

/// Stores what a part carries out of its loops in a slice of its own.
std::optional<View> Lowerer::keepCarried(ValueRange carried) {
  if (carried.empty())
    return std::nullopt;
  View kept = addSlice(SizeExpression{static_cast<int64_t>(carried.size()), {}, {}}, builder.getF64Type());
  kept.strides = {builder.getIndexAttr(1)};
  for (auto [i, value] : llvm::enumerate(carried))
    store(kept, {Index(builder.getIndexAttr(i))}, {value});
  return kept;
}

FailureOr<SmallVector<Value>> Lowerer::lowerParts(OpenSweep &sweep, Partition partition) {
  Block &entry = kernel.getBody().front();
  auto argument = [&](StringRef name) {
    return entry.addArgument(builder.getIndexType(), NameLoc::get(builder.getStringAttr(name), loc));
  };
  partition.parts = argument("parts");
  partition.chunk = argument("chunk");
  setRange(sweep);
  Value begin = sweep.from, end = sweep.to, zero = index(0);
  Value single = make<arith::CmpIOp>(arith::CmpIPredicate::eq, partition.parts, index(1));
  sweep.isSingle = make<arith::AndIOp>(sweep.isSingle, single);
  auto loop = scf::ParallelOp::create(builder, loc, ValueRange{zero}, ValueRange{partition.parts},
                                      ValueRange{index(1)});
  std::optional<View> scalars;
  int64_t count = 0;
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    partition.part = loop.getInductionVars().front();
    partition.body = loop.getBody();
    partitions.push_back(partition);
    running = &partitions.back();
    llvm::scope_exit done([this] { running = nullptr; });
    if (failed(prepareSums(sweep)))
      return failure();
    sweep.from = make<arith::AddIOp>(begin, make<arith::MulIOp>(partition.part, partition.chunk));
    sweep.to = make<arith::MinSIOp>(make<arith::AddIOp>(sweep.from, partition.chunk), end);
    FailureOr<SmallVector<Value>> carried = lowerLoops(sweep);
    if (failed(carried))
      return failure();
    count = carried->size();
    scalars = keepCarried(*carried);
  }
  Index carriedCount = builder.getIndexAttr(count);
  for (Sum &sum : sweep.sums)
    if (!sum.inRegisters)
      sum.sizes = sizesOf(sweep.op.getResult(sum.result));
  combine(sweep, scalars, carriedCount, partition.parts);
  for (Sum &sum : sweep.sums)
    if (!sum.inRegisters) {
      bool hasTile = sum.hasTile();
      sum.total = partOf(sum.total, sum.sizes, zero);
      sum.tile = hasTile ? partOf(sum.tile, sum.sizes, zero) : sum.total;
    }
  SmallVector<Value> totals;
  View first = scalars ? partOf(*scalars, carriedCount, zero) : View();
  for (int64_t i = 0; i < count; ++i)
    totals.push_back(load(first, {Index(builder.getIndexAttr(i))}).value);
  return totals;
}

} // namespace genfuse::lower
