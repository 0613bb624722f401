// The kernel around a lowered function: the one ABI, its arrays, its workspace.
#include "passes/Roles.h"
#include "passes/RowSize.h"
#include "passes/lower/Entry.h"
#include "runtime/abi.h"
#include <cstddef>

using namespace mlir;

namespace genfuse::lower {

static Type pointerType(MLIRContext *context) { return LLVM::LLVMPointerType::get(context); }

static Type memoryType(Type element, OpBuilder &builder) {
  return element.isInteger(1) ? builder.getI8Type() : element;
}

static int64_t bytesOf(Type memoryElement) { return memoryElement.getIntOrFloatBitWidth() / 8; }

Lowerer::Lowerer(func::FuncOp source, bool threads, VectorRegisters vectors)
    : builder(source.getContext()), loc(source.getLoc()), threads(threads), vectors(vectors), source(source),
      isChecker(source->hasAttr(roles::checkOf)), checkIndices(mostCheckIndices()) {}

// Memory.

Value Lowerer::loadField(StringRef name, int64_t byteOffset, Type type) {
  Location outer = loc;
  loc = NameLoc::get(builder.getStringAttr(name), loc);
  Value word = loadWord(builder, call, byteOffset, type);
  loc = outer;
  return word;
}

Value Lowerer::loadWord(OpBuilder &b, Value pointer, int64_t byteOffset, Type type) {
  Value at = LLVM::GEPOp::create(b, loc, pointerType(b.getContext()), b.getI8Type(), pointer,
                                 ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(byteOffset)});
  return LLVM::LoadOp::create(b, loc, type, at);
}

static Value loadIndex(OpBuilder &b, Location loc, Value pointer, unsigned number) {
  Value at = LLVM::GEPOp::create(b, loc, pointerType(b.getContext()), b.getI64Type(), pointer,
                                 ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(number)});
  Value word = LLVM::LoadOp::create(b, loc, b.getI64Type(), at);
  return arith::IndexCastOp::create(b, loc, b.getIndexType(), word);
}

/// A size or stride of an array, named for whoever prints it.
Value Lowerer::loadSize(const Array &array, Value list, unsigned dimension, StringRef kind) {
  StringRef name = array.described.getAs<StringAttr>(roles::name).getValue();
  auto label = builder.getStringAttr(name + " " + kind + Twine(dimension));
  return loadIndex(builder, NameLoc::get(label, loc), list, array.firstDim + dimension);
}

/// A private function that makes a memref of rank 1 of a pointer; its size is not used. It inlines and folds
/// away, and keeps the plain signature of the kernel, in which `noalias` holds: the parts of a descriptor
/// have no such attribute.
static func::FuncOp memrefMaker(ModuleOp module, Type element, Location loc) {
  std::string name;
  llvm::raw_string_ostream(name) << "memref_" << element;
  if (auto known = module.lookupSymbol<func::FuncOp>(name))
    return known;
  OpBuilder b = OpBuilder::atBlockBegin(module.getBody());
  Type word = b.getI64Type(), pointer = pointerType(b.getContext());
  auto type = MemRefType::get({ShapedType::kDynamic}, element);
  auto function = func::FuncOp::create(b, loc, name, b.getFunctionType({pointer}, {type}));
  function.setPrivate();
  b.setInsertionPointToStart(function.addEntryBlock());
  auto array = LLVM::LLVMArrayType::get(word, 1);
  auto descriptor = LLVM::LLVMStructType::getLiteral(b.getContext(), {pointer, pointer, word, array, array});
  auto constant = [&](int64_t n) {
    return LLVM::ConstantOp::create(b, loc, word, b.getI64IntegerAttr(n)).getResult();
  };
  Value d = LLVM::PoisonOp::create(b, loc, descriptor);
  auto insert = [&](Value value, ArrayRef<int64_t> at) {
    d = LLVM::InsertValueOp::create(b, loc, d, value, at);
  };
  insert(function.getArgument(0), {0});
  insert(function.getArgument(0), {1});
  insert(constant(0), {2});
  insert(constant(std::numeric_limits<int64_t>::max()), {3, 0});
  insert(constant(1), {4, 0});
  Value result = UnrealizedConversionCastOp::create(b, loc, type, d).getResult(0);
  func::ReturnOp::create(b, loc, result);
  return function;
}

Value Lowerer::memrefOf(OpBuilder &b, Value pointer, Type element) {
  func::FuncOp maker = memrefMaker(kernel->getParentOfType<ModuleOp>(), element, loc);
  return func::CallOp::create(b, loc, maker, ValueRange{pointer}).getResult(0);
}

View Lowerer::addSlice(SizeExpression elements, Type memoryElement, bool ofLanes) {
  Block &entry = kernel.getBody().front();
  // Slices are arguments of their own, so that LLVM knows that they do not overlap.
  Value pointer = entry.insertArgument(arrays.size() + slices.size(), pointerType(builder.getContext()), loc);
  slices.push_back({std::move(elements), bytesOf(memoryElement), -1, ofLanes});
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(running ? running->body : &entry);
  if (running) {
    slices.back().partition = running - partitions.data();
    Value offset = make<arith::MulIOp>(running->part, sliceBytes(builder, slices.back(), dims));
    offset = make<arith::IndexCastOp>(builder.getI64Type(), offset);
    pointer = LLVM::GEPOp::create(builder, loc, pointer.getType(), builder.getI8Type(), pointer, offset);
  }
  View view;
  view.memory = memrefOf(builder, pointer, memoryElement);
  sliceOf[view.memory] = slices.size() - 1;
  view.offset = index(0);
  view.element = memoryElement;
  return view;
}

std::optional<SizeExpression> Lowerer::elementsOf(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  SizeExpression product{1, {}};
  for (int64_t d = 0; d < type.getRank(); ++d) {
    std::optional<SizeExpression> size = boundOfDimension(tensor, d);
    // A row of ragged data is not longer than all of them.
    if (gen::RowOp row = size ? gen::RowOp() : rowOfDimension(tensor, d))
      size = sizeExpression(row.getTotal());
    if (!size)
      return std::nullopt;
    if (size->terms.empty())
      product.constant *= size->constant;
    else
      product.factors.push_back(*size);
  }
  return product;
}

std::optional<View> Lowerer::allocate(Value like, Type memoryElement, bool perLane, Operation *user,
                                      int64_t copies) {
  std::optional<SizeExpression> elements = elementsOf(like);
  if (!elements) {
    user->emitOpError("needs a buffer whose size is not affine in the sizes of the function's arguments");
    return std::nullopt;
  }
  int64_t width = perLane ? lanes.width : 1;
  elements->constant *= width * copies;
  View view = addSlice(*elements, memoryElement, perLane);
  view.element = getElementTypeOrSelf(like.getType());
  SmallVector<Index> sizes = sizesOf(like);
  view.strides.resize(sizes.size());
  Index stride = builder.getIndexAttr(width);
  for (int64_t d = sizes.size() - 1; d >= 0; --d) {
    view.strides[d] = stride;
    if (d > 0)
      stride = times(stride, sizes[d]);
  }
  if (perLane)
    view.laneStride = builder.getIndexAttr(1);
  return view;
}

View Lowerer::allocateStatic(ArrayRef<int64_t> shape, Type memoryElement, bool perLane) {
  int64_t stride = perLane ? lanes.width : 1;
  SmallVector<Index> strides(shape.size());
  for (int64_t d = shape.size() - 1; d >= 0; --d) {
    strides[d] = builder.getIndexAttr(stride);
    stride *= shape[d];
  }
  View view = addSlice({stride, {}}, memoryElement, perLane);
  view.strides = strides;
  if (perLane)
    view.laneStride = builder.getIndexAttr(1);
  return view;
}

// Arrays.

void Lowerer::declareArrays() {
  auto declare = [&](bool isResult, unsigned number, Type type, DictionaryAttr described) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    unsigned rank = tensor ? tensor.getRank() : 0;
    arrays.push_back(
        {isResult,
         number,
         getElementTypeOrSelf(type),
         rank,
         totalDims,
         {},
         {},
         (roles::of(described) + " '" + described.getAs<StringAttr>(roles::name).getValue() + "'").str(),
         described});
    totalDims += rank;
  };
  for (auto [i, type] : llvm::enumerate(source.getArgumentTypes())) {
    StringRef role = roles::of(source.getArgAttrDict(i));
    if (role != roles::seed && role != roles::instances)
      declare(false, i, type, source.getArgAttrDict(i));
  }
  for (auto [i, type] : llvm::enumerate(source.getResultTypes()))
    declare(true, i, type, source.getResultAttrDict(i));
  declareCounters();
}

void Lowerer::bindArrays() {
  Block &entry = kernel.getBody().front();
  Block &original = source.getBody().front();
  for (auto [n, array] : llvm::enumerate(MutableArrayRef(arrays).drop_back(counters.size()))) {
    array.view.memory = memrefOf(builder, entry.getArgument(n), memoryType(array.element, builder));
    array.view.offset = index(0);
    array.view.element = array.element;
    auto type = dyn_cast<RankedTensorType>(array.isResult ? source.getResultTypes()[array.number]
                                                          : original.getArgument(array.number).getType());
    for (unsigned d = 0; d < array.rank; ++d) {
      bool last = d + 1 == array.rank;
      array.view.strides.push_back(last ? Index(builder.getIndexAttr(1))
                                        : Index(loadSize(array, strides, d, "stride")));
      array.sizes.push_back(type.isDynamicDim(d) ? Index(loadSize(array, dims, d, "size"))
                                                 : Index(builder.getIndexAttr(type.getDimSize(d))));
    }
    if (array.isResult)
      continue;
    Value argument = original.getArgument(array.number);
    if (!type) {
      set(argument, load(array.view, {}));
      continue;
    }
    Tensor tensor;
    tensor.sizes = array.sizes;
    tensor.element = array.element;
    tensor.view = array.view;
    set(argument, tensor);
  }
  for (BlockArgument argument : original.getArguments()) {
    StringRef role = roles::of(source.getArgAttrDict(argument.getArgNumber()));
    if (role == roles::seed)
      set(argument, Scalar{loadField("seed", offsetof(gf_call, seed), builder.getI64Type())});
    else if (role == roles::instances)
      set(argument, Scalar{make<arith::IndexCastOp>(
                        builder.getIndexType(),
                        loadField("instances", offsetof(gf_call, instances), builder.getI64Type()))});
  }
}

/// A parameter's gradient is accumulated with the scale of the call; any other result is written.
void Lowerer::storeResult(const Array &array, Value value, bool accumulate) {
  Value scale;
  if (accumulate) {
    scale = loadField("scale", offsetof(gf_call, scale), builder.getF64Type());
    if (array.element.isF32())
      scale = make<arith::TruncFOp>(array.element, scale);
  }
  auto put = [&](Indices indices, Scalar result) {
    if (accumulate) {
      Value old = load(array.view, indices).value;
      result.value = make<math::FmaOp>(result.value, scale, old);
    }
    store(array.view, indices, result);
  };
  if (!isa<RankedTensorType>(value.getType()))
    return put({}, scalar(value));
  Tensor held = tensor(value);
  if (!held.tile)
    return forEachIndex(held.sizes, [&](Indices indices) { put(indices, elementAt(held, indices)); });
  auto branch = scf::IfOp::create(builder, loc, held.isSingle, /*withElse=*/true);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(branch.thenBlock());
  forEachIndex(held.sizes, [&](Indices indices) { put(indices, load(*held.tile, indices)); });
  builder.setInsertionPointToStart(branch.elseBlock());
  forEachIndex(held.sizes, [&](Indices indices) { put(indices, load(*held.view, indices)); });
}

bool Lowerer::accumulates(const Array &array) {
  return roles::of(source.getResultAttrDict(array.number)) == roles::parameterGradient;
}

void Lowerer::storeResults(func::ReturnOp op) {
  for (const Array &array : arrays) {
    if (!array.isResult)
      continue;
    Value value = op.getOperand(array.number);
    auto known = destinations.find(value);
    if (known != destinations.end() && known->second.memory == array.view.memory)
      continue;
    storeResult(array, value, accumulates(array));
  }
}

// Functions.

Value Lowerer::evaluate(OpBuilder &b, const SizeExpression &size, Value flatDims) {
  auto constant = [&](int64_t n) { return arith::ConstantIndexOp::create(b, loc, n).getResult(); };
  Value total = constant(size.constant);
  for (const auto &[key, coefficient] : size.terms) {
    const Array *array =
        llvm::find_if(arrays, [&](const Array &a) { return !a.isResult && a.number == key.first; });
    Value dim = loadIndex(b, loc, flatDims, array->firstDim + key.second);
    Value term = arith::MulIOp::create(b, loc, dim, constant(coefficient));
    total = arith::AddIOp::create(b, loc, total, term);
  }
  for (const SizeExpression &factor : size.factors)
    total = arith::MulIOp::create(b, loc, total, evaluate(b, factor, flatDims));
  return total;
}

/// Bytes of a slice, or of one part's, in whole lines of 64.
Value Lowerer::sliceBytes(OpBuilder &b, const Slice &slice, Value flatDims) {
  auto constant = [&](int64_t n) { return arith::ConstantIndexOp::create(b, loc, n).getResult(); };
  Value bytes =
      arith::MulIOp::create(b, loc, evaluate(b, slice.elements, flatDims), constant(slice.elementBytes));
  Value lines = arith::CeilDivUIOp::create(b, loc, bytes, constant(64));
  return arith::MulIOp::create(b, loc, lines, constant(64));
}

/// Byte offsets of the slices, each aligned to 64; the last entry is the total.
SmallVector<Value> Lowerer::sliceOffsets(OpBuilder &b, Value flatDims, ArrayRef<Cut> cuts) {
  SmallVector<Value> offsets{arith::ConstantIndexOp::create(b, loc, 0)};
  for (const Slice &slice : slices) {
    Value bytes = sliceBytes(b, slice, flatDims);
    if (slice.partition >= 0)
      bytes = arith::MulIOp::create(b, loc, bytes, cuts[slice.partition].parts);
    offsets.push_back(arith::AddIOp::create(b, loc, offsets.back(), bytes));
  }
  return offsets;
}

/// Room for every scalar that a loop or branch between the parts computes, and for some that are read there.
void Lowerer::addCells() {
  if (partitions.empty())
    return;
  cells = 8;
  for (Operation &op : kernel.getBody().front())
    if (op.getNumRegions() > 0)
      cells += op.getNumResults();
  addSlice({cells, {}}, builder.getI64Type());
}

void Lowerer::describeArguments() {
  Attribute unit = builder.getUnitAttr();
  auto mark = [&](unsigned argument, StringRef attribute) { kernel.setArgAttr(argument, attribute, unit); };
  for (unsigned i = 0; i < arrays.size() + slices.size(); ++i)
    mark(i, LLVM::LLVMDialect::getNoAliasAttrName());
  for (auto [i, array] : llvm::enumerate(arrays)) {
    if (array.described)
      for (StringRef key : {roles::name, roles::role})
        kernel.setArgAttr(i, key, array.described.get(key));
    if (array.isResult || !array.described)
      mark(i, roles::written);
  }
  for (auto [i, slice] : llvm::enumerate(slices))
    mark(arrays.size() + i, slice.ofLanes ? roles::ofLanes : roles::written);
  if (cells > 0)
    kernel.setArgAttr(arrays.size() + slices.size() - 1, roles::cells, builder.getI64IntegerAttr(cells));
  mark(cast<BlockArgument>(dims).getArgNumber(), roles::dims);
  mark(cast<BlockArgument>(strides).getArgNumber(), roles::strides);
  mark(cast<BlockArgument>(call).getArgNumber(), roles::call);
}

LogicalResult Lowerer::lowerKernel() {
  auto module = cast<ModuleOp>(source->getParentOp());
  declareArrays();
  Type pointer = pointerType(builder.getContext());
  builder.setInsertionPointToEnd(module.getBody());
  kernel = func::FuncOp::create(builder, loc, (source.getSymName() + "_kernel").str(),
                                builder.getFunctionType({}, {}));
  kernel.setPrivate();
  Block *entry = kernel.addEntryBlock();
  for (unsigned i = 0; i < arrays.size(); ++i)
    entry->addArgument(pointer, loc);
  dims = entry->addArgument(pointer, loc);
  strides = entry->addArgument(pointer, loc);
  call = entry->addArgument(pointer, loc);
  if (isChecker)
    record = entry->addArgument(pointer, loc);
  builder.setInsertionPointToEnd(entry);
  bindArrays();
  if (failed(lowerBlock(source.getBody().front())))
    return failure();
  storeResults(cast<func::ReturnOp>(source.getBody().front().getTerminator()));
  if (threads)
    addCells();
  // A status: nothing can fail in the kernel of a CPU, but launches may.
  Value ok = make<arith::ConstantOp>(builder.getI32IntegerAttr(GF_OK));
  func::ReturnOp::create(builder, loc, ok);
  kernel.setType(builder.getFunctionType(entry->getArgumentTypes(), {builder.getI32Type()}));
  describeArguments();
  source.erase();
  return success();
}

LogicalResult Lowerer::run(Lowerer *checker) {
  std::string name = source.getSymName().str();
  if ((checker && failed(checker->lowerKernel())) || failed(lowerKernel()))
    return failure();
  Entry(*this, checker, name).emit();
  return success();
}

} // namespace genfuse::lower
