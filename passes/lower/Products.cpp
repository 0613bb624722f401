// Products of matrices that gen-split-products hands over: calls of the GEMM library, one for each part of
// the result and each tile of the sum.
#include "passes/Roles.h"
#include "passes/lower/Product.h"

using namespace mlir;

namespace genfuse::lower {

/// Parts have a multiple of so many rows or columns of the result: the library's kernels take blocks of them.
constexpr int64_t partSize = 256;
/// The library packs one of the matrices anew for each part.
constexpr Cutting forProducts{32, 1 << 24, 0};

/// None for an einsum that is not handed over, or whose operands the library cannot read where they lie.
std::optional<Lowerer::Product> Lowerer::productOf(gen::EinsumOp op) {
  if (!op->hasAttr(roles::handedOver) || threads || isChecker || lanes.width > 1 || op.getNumOperands() != 2)
    return std::nullopt;
  StringRef result = op.getResultLetters();
  unsigned first = op.getLetters(0).contains(result[0]) ? 0 : 1;
  StringRef a = op.getLetters(first), b = op.getLetters(1 - first);
  if (result.size() != 2 || a.size() != 2 || b.size() != 2 || a.contains(result[1]) || b.contains(result[0]))
    return std::nullopt;
  Product product;
  product.transposedA = a[1] == result[0];
  product.transposedB = b[0] == result[1];
  product.element = getElementTypeOrSelf(op.getType());
  llvm::SmallDenseMap<char, Index> sizes;
  for (unsigned i = 0; i < 2; ++i)
    for (auto [letter, size] : llvm::zip(op.getLetters(i), sizesOf(op.getOperand(i))))
      if (!sizes.contains(letter) || getConstantIntValue(size))
        sizes[letter] = size;
  product.rows = sizes.lookup(result[0]);
  product.columns = sizes.lookup(result[1]);
  product.summed = sizes.lookup(a[product.transposedA ? 0 : 1]);
  for (auto [view, operand] :
       {std::pair(&product.a, op.getOperand(first)), {&product.b, op.getOperand(1 - first)}}) {
    std::optional<View> held = inMemory(operand, op);
    if (!held || held->laneStride || !isOne(held->strides[1]) || held->element != product.element ||
        cast<MemRefType>(held->memory.getType()).getElementType() != product.element)
      return std::nullopt;
    *view = *held;
  }
  return product;
}

LogicalResult Lowerer::lowerProduct(gen::EinsumOp op, Product product) {
  std::optional<View> out = destination(op, 0);
  if (!out)
    return failure();
  destinations[op.getResult()] = product.c = *out;
  if (product.mayHaveTiles()) {
    std::optional<View> total = allocate(op.getResult(), builder.getF64Type(), /*perLane=*/false, op);
    if (!total)
      return failure();
    product.total = *total;
    product.total.element = builder.getF64Type();
  }
  bool columns = product.cutsColumns();
  auto compute = [&](Value from, Value to) {
    Value zero = index(0);
    sumProducts(product, columns ? ResultBlock{zero, asValue(product.rows), from, to}
                                 : ResultBlock{from, to, zero, asValue(product.columns)});
  };
  Index length = columns ? product.columns : product.rows;
  if (std::optional<Partition> partition = partitionOf(op, columns))
    inParts(*partition, length, compute);
  else
    compute(index(0), asValue(length));
  Tensor held;
  held.sizes = {product.rows, product.columns};
  held.element = product.element;
  held.view = product.c;
  tensors[op.getResult()] = std::move(held);
  return success();
}

// Parts.

/// Of a dimension of the result: each element is one part's alone. None if sizes are unknown.
std::optional<Lowerer::Partition> Lowerer::partitionOf(gen::EinsumOp op, unsigned dimension) {
  if (!isOutermost(op))
    return std::nullopt;
  std::optional<SizeExpression> length = sizeOfDimension(op.getResult(), dimension);
  SizeExpression work{1, {}, {}};
  std::string seen(1, op.getResultLetters()[dimension]);
  for (unsigned i = 0; i < 2; ++i)
    for (auto [d, letter] : llvm::enumerate(op.getLetters(i))) {
      if (seen.find(letter) != std::string::npos)
        continue;
      seen += letter;
      std::optional<SizeExpression> size = sizeOfDimension(op.getOperand(i), d);
      if (!size)
        return std::nullopt;
      work.factors.push_back(*size);
    }
  if (!length)
    return std::nullopt;
  return Partition{*length, false, partSize, forProducts, {work}, {}, {}, {}, {}};
}

void Lowerer::inParts(Partition partition, Index length, function_ref<void(Value, Value)> body) {
  Block &entry = kernel.getBody().front();
  auto argument = [&](StringRef name) {
    return entry.addArgument(builder.getIndexType(), NameLoc::get(builder.getStringAttr(name), loc));
  };
  partition.parts = argument("parts");
  partition.chunk = argument("chunk");
  Value end = asValue(length);
  auto loop = scf::ParallelOp::create(builder, loc, ValueRange{index(0)}, ValueRange{partition.parts},
                                      ValueRange{index(1)});
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  partition.part = loop.getInductionVars().front();
  partition.body = loop.getBody();
  partitions.push_back(partition);
  Value from = make<arith::MulIOp>(partition.part, partition.chunk);
  body(from, make<arith::MinSIOp>(make<arith::AddIOp>(from, partition.chunk), end));
}

// Sums.

/// Sums of f32 are formed in tiles that are added in f64.
void Lowerer::sumProducts(const Product &product, const ResultBlock &block) {
  Value end = asValue(product.summed);
  if (!product.mayHaveTiles())
    return callGemm(product, block, index(0), end);
  Value tile = index(tileLength);
  Value rows = make<arith::SubIOp>(block.toRow, block.fromRow);
  Value columns = make<arith::SubIOp>(block.toColumn, block.fromColumn);
  auto forEach = [&](function_ref<void(Indices)> body) {
    forEachIndex({rows, columns}, [&](Indices at) {
      body({plus(block.fromRow, at[0]), plus(block.fromColumn, at[1])});
    });
  };
  auto wide = [&](Indices at) {
    return make<arith::ExtFOp>(builder.getF64Type(), load(product.c, at).value);
  };
  callGemm(product, block, index(0), make<arith::MinSIOp>(tile, end));
  auto several = scf::IfOp::create(builder, loc, make<arith::CmpIOp>(arith::CmpIPredicate::sgt, end, tile),
                                   /*withElse=*/false);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(several.thenBlock());
  forEach([&](Indices at) { store(product.total, at, {wide(at)}); });
  auto tiles = scf::ForOp::create(builder, loc, tile, end, tile);
  {
    OpBuilder::InsertionGuard inner(builder);
    builder.setInsertionPointToStart(tiles.getBody());
    Value first = tiles.getInductionVar();
    callGemm(product, block, first, make<arith::MinSIOp>(make<arith::AddIOp>(first, tile), end));
    forEach([&](Indices at) {
      store(product.total, at, {make<arith::AddFOp>(load(product.total, at).value, wide(at))});
    });
  }
  forEach([&](Indices at) {
    store(product.c, at, {make<arith::TruncFOp>(product.element, load(product.total, at).value)});
  });
}

/// gf_gemm_f32 or gf_gemm_f64 (runtime/gemm/gemm.h) on a block of the result and a tile of the sum.
void Lowerer::callGemm(const Product &product, const ResultBlock &block, Value first, Value last) {
  Type pointer = LLVM::LLVMPointerType::get(builder.getContext()), word = builder.getI64Type();
  auto addressOf = [&](const View &view, Indices at) {
    Value base = make<memref::ExtractAlignedPointerAsIndexOp>(view.memory);
    base = make<LLVM::IntToPtrOp>(pointer, make<arith::IndexCastOp>(word, base));
    Value offset = make<arith::IndexCastOp>(word, position(view, at));
    return make<LLVM::GEPOp>(pointer, product.element, base, ValueRange{offset});
  };
  auto asWord = [&](Value size) { return make<arith::IndexCastOp>(word, size); };
  auto pair = [&](bool swapped, Value x, Value y) {
    return swapped ? SmallVector<Index>{y, x} : SmallVector<Index>{x, y};
  };
  SmallVector<Value> arguments = {addressOf(product.a, pair(product.transposedA, block.fromRow, first)),
                                  addressOf(product.b, pair(product.transposedB, first, block.fromColumn)),
                                  addressOf(product.c, {block.fromRow, block.fromColumn}),
                                  asWord(make<arith::SubIOp>(block.toRow, block.fromRow)),
                                  asWord(make<arith::SubIOp>(block.toColumn, block.fromColumn)),
                                  asWord(make<arith::SubIOp>(last, first))};
  for (const View *view : {&product.a, &product.b, &product.c})
    arguments.push_back(asWord(asValue(view->strides[0])));
  for (bool transposed : {product.transposedA, product.transposedB})
    arguments.push_back(make<arith::ConstantOp>(builder.getI32IntegerAttr(transposed)));
  std::string name = product.element.isF32() ? "gf_gemm_f32" : "gf_gemm_f64";
  auto module = kernel->getParentOfType<ModuleOp>();
  if (!module.lookupSymbol(name)) {
    OpBuilder top = OpBuilder::atBlockBegin(module.getBody());
    auto type = top.getFunctionType(ValueRange(arguments).getTypes(), {});
    func::FuncOp::create(top, loc, name, type).setPrivate();
  }
  func::CallOp::create(builder, loc, name, TypeRange(), arguments);
}

} // namespace genfuse::lower
