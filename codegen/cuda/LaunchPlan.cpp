#include "codegen/cuda/LaunchPlan.h"
#include "codegen/cuda/Accesses.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"
#include "passes/Roles.h"
#include <map>

using namespace mlir;

namespace genfuse {

using namespace cuda;

namespace {

llvm::SmallPtrSet<void *, 8> bases(Operation *op, llvm::function_ref<bool(Operation *)> counts) {
  llvm::SmallPtrSet<void *, 8> found;
  op->walk([&](Operation *inner) {
    if (Value memory = accessedMemory(inner); memory && counts(inner))
      found.insert(baseOf(memory).getAsOpaquePointer());
  });
  return found;
}

int64_t widthOf(ArrayRef<Operation *> ops) {
  int64_t width = 1;
  auto see = [&](Type type) {
    if (auto vector = dyn_cast<VectorType>(type))
      width = std::max(width, vector.getNumElements());
  };
  for (Operation *op : ops)
    op->walk([&](Operation *inner) {
      for (Type type : inner->getResultTypes())
        see(type);
      for (Type type : inner->getOperandTypes())
        see(type);
    });
  return width;
}

} // namespace

/// The lists of sizes and strides, and the call: the host reads them.
bool LaunchPlan::isOfHost(BlockArgument argument) {
  return llvm::any_of(ArrayRef<StringRef>{roles::dims, roles::strides, roles::call},
                      [&](StringRef key) { return bool(kernel.getArgAttr(argument.getArgNumber(), key)); });
}

/// A load of a size, a stride or a word of the call.
bool LaunchPlan::isWord(Operation *op) {
  auto load = dyn_cast<LLVM::LoadOp>(op);
  if (!load)
    return false;
  auto base = dyn_cast_or_null<BlockArgument>(baseOf(load.getAddr()));
  return base && isOfHost(base);
}

/// Loads of words come before the loops and branches that they stand in: the lists of sizes and strides lie
/// in memory of the host. Each is loaded once.
void LaunchPlan::hoistWords() {
  Block &entry = kernel.getBody().front();
  SmallVector<LLVM::LoadOp> loads;
  kernel.walk([&](LLVM::LoadOp load) {
    if (isWord(load))
      loads.push_back(load);
  });
  std::map<std::tuple<void *, int64_t, void *>, LLVM::LoadOp> known;
  for (LLVM::LoadOp load : loads) {
    auto address = load.getAddr().getDefiningOp<LLVM::GEPOp>();
    int64_t bytes = 0;
    if (address) {
      if (!address.getDynamicIndices().empty() || address.getRawConstantIndices().size() != 1)
        continue;
      bytes = address.getRawConstantIndices().front() * (address.getElemType().getIntOrFloatBitWidth() / 8);
    }
    auto key = std::make_tuple(baseOf(load.getAddr()).getAsOpaquePointer(), bytes,
                               const_cast<void *>(load.getType().getAsOpaquePointer()));
    auto [first, isNew] = known.try_emplace(key, load);
    if (!isNew) {
      load.getResult().replaceAllUsesWith(first->second.getResult());
      load.erase();
      if (address && address.use_empty())
        address.erase();
      continue;
    }
    // All of them at the start: their order is that of their first uses.
    Operation *last = known.size() > 1 ? lastWord : nullptr;
    for (Operation *op : {address ? address.getOperation() : nullptr, load.getOperation()}) {
      if (!op)
        continue;
      if (last)
        op->moveAfter(last);
      else
        op->moveBefore(&entry, entry.begin());
      last = op;
    }
    lastWord = last;
  }
}

bool LaunchPlan::writes(Operation *op) {
  bool found = false;
  op->walk([&](Operation *inner) { found = found || isStore(inner); });
  return found;
}

void LaunchPlan::findCells() {
  for (BlockArgument argument : kernel.getArguments())
    if (auto count = kernel.getArgAttrOfType<IntegerAttr>(argument.getArgNumber(), roles::cells)) {
      cells = argument;
      room = count.getInt();
    }
}

/// Loops over parts are launches of their own; what writes memory between two of them is one more.
void LaunchPlan::group() {
  bool open = false;
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    bool parts = isa<scf::ParallelOp>(op);
    if (!parts && !writes(&op))
      continue;
    if (parts || !open)
      launches.emplace_back();
    launches.back().roots.push_back(&op);
    launchOf[&op] = launches.size() - 1;
    open = !parts;
  }
}

/// Whether what an operation reads is, in a later launch, what it was where it stands.
bool LaunchPlan::canRepeat(Operation *op, unsigned launch) {
  auto read = bases(op, [](Operation *inner) { return !isStore(inner); });
  if (read.empty())
    return true;
  for (const Launch &other : ArrayRef(launches).take_front(launch))
    for (Operation *root : other.roots) {
      if (root->isBeforeInBlock(op))
        continue;
      for (void *base : bases(root, isStore))
        if (read.contains(base))
          return false;
    }
  return true;
}

/// The launch whose root has a vector among its results that `value` is computed from; vectors are not kept.
std::optional<unsigned> LaunchPlan::vectorFrom(Value value) {
  Operation *op = value.getDefiningOp();
  if (!isa<VectorType>(value.getType()) || !op || op->getBlock() != &kernel.getBody().front())
    return std::nullopt;
  if (auto root = launchOf.find(op); root != launchOf.end())
    return root->second;
  for (Value operand : op->getOperands())
    if (std::optional<unsigned> found = vectorFrom(operand))
      return found;
  return std::nullopt;
}

/// Where a scalar is computed that later launches get from memory: in the launch that has it, or has what it
/// is computed from, else at the end of the one before it.
unsigned LaunchPlan::sourceOf(Operation *op, unsigned number) {
  if (auto root = launchOf.find(op); root != launchOf.end())
    return root->second;
  for (Value operand : op->getOperands())
    if (std::optional<unsigned> found = vectorFrom(operand))
      return *found;
  unsigned from = number;
  for (auto [n, other] : llvm::enumerate(launches))
    if (other.roots.front()->isBeforeInBlock(op))
      from = n;
  return from;
}

LogicalResult LaunchPlan::keep(Value value, Launch &launch, unsigned number) {
  Operation *op = value.getDefiningOp();
  if (!cells || isa<VectorType, MemRefType>(value.getType()))
    return op->emitOpError("has a result that a later launch cannot be given");
  unsigned from = sourceOf(op, number);
  Launch &source = launches[from];
  if (from >= number || isa<scf::ParallelOp>(source.roots.front()))
    return op->emitOpError("is read after it was written over");
  cellOf.try_emplace(value, cellOf.size());
  if (cellOf.size() > room)
    return op->emitOpError("is one value more than later launches can be given");
  if (!llvm::is_contained(source.keeps, value))
    source.keeps.push_back(value);
  if (!llvm::is_contained(launch.kept, value))
    launch.kept.push_back(value);
  return success();
}

LogicalResult LaunchPlan::need(Value value, Launch &launch, unsigned number) {
  auto input = [&](Value wanted) {
    if (!llvm::is_contained(launch.inputs, wanted))
      launch.inputs.push_back(wanted);
    return success();
  };
  if (isa<BlockArgument>(value))
    return cast<BlockArgument>(value).getOwner() == &kernel.getBody().front() ? input(value) : success();
  Operation *op = value.getDefiningOp();
  if (op->getBlock() != &kernel.getBody().front() || needed.contains(op))
    return success();
  if (isWord(op))
    return input(value);
  auto root = launchOf.find(op);
  bool isKept = root != launchOf.end() ? root->second != number : !canRepeat(op, number);
  if (root == launchOf.end() && !isa<VectorType>(value.getType()))
    for (Value operand : op->getOperands())
      isKept = isKept || vectorFrom(operand).value_or(number) != number;
  if (isKept)
    return keep(value, launch, number);
  if (root != launchOf.end())
    return success();
  needed.insert(op);
  llvm::SetVector<Value> above;
  getUsedValuesDefinedAbove(op->getRegions(), above);
  above.insert(op->operand_begin(), op->operand_end());
  for (Value operand : above)
    if (failed(need(operand, launch, number)))
      return failure();
  return success();
}

LogicalResult LaunchPlan::complete(Launch &launch, unsigned number) {
  needed.clear();
  for (Operation *root : launch.roots) {
    llvm::SetVector<Value> above;
    getUsedValuesDefinedAbove(root->getRegions(), above);
    above.insert(root->operand_begin(), root->operand_end());
    for (Value value : above)
      if (failed(need(value, launch, number)))
        return failure();
  }
  // What later launches want of this one.
  for (Value value : launch.keeps)
    if (failed(need(value, launch, number)))
      return failure();
  if (!launch.kept.empty() || !launch.keeps.empty())
    if (!llvm::is_contained(launch.inputs, Value(cells)))
      launch.inputs.push_back(cells);
  for (Operation *root : launch.roots)
    needed.insert(root);
  launch.ops.assign(needed.begin(), needed.end());
  llvm::sort(launch.ops, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  // Arguments in the order of the kernel's, then words in program order.
  llvm::sort(launch.inputs, [](Value a, Value b) {
    auto x = dyn_cast<BlockArgument>(a), y = dyn_cast<BlockArgument>(b);
    if (x && y)
      return x.getArgNumber() < y.getArgNumber();
    if (x || y)
      return bool(x);
    return a.getDefiningOp()->isBeforeInBlock(b.getDefiningOp());
  });
  launch.width = widthOf(launch.ops);
  for (Value input : launch.inputs)
    if (auto argument = dyn_cast<BlockArgument>(input); argument && isOfHost(argument))
      return launch.roots.front()->emitOpError("reads a word of the call at a place that is computed");
  return success();
}

LogicalResult LaunchPlan::make() {
  findCells();
  hoistWords();
  group();
  // From the last to the first: a launch learns what later ones want of it before it is completed.
  for (unsigned number = launches.size(); number-- > 0;)
    if (failed(complete(launches[number], number)))
      return failure();
  llvm::SetVector<Operation *> all;
  for (const Launch &launch : launches)
    for (Value input : launch.inputs)
      if (Operation *load = input.getDefiningOp()) {
        if (Operation *address = load->getOperand(0).getDefiningOp())
          all.insert(address);
        all.insert(load);
      }
  words.assign(all.begin(), all.end());
  return success();
}

} // namespace genfuse
