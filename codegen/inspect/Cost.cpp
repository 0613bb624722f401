#include "codegen/inspect/Cost.h"
#include "codegen/inspect/Sizes.h"
#include "passes/Roles.h"
#include "llvm/ADT/DenseSet.h"
#include <set>

using namespace mlir;

namespace genfuse::inspect {
namespace {

/// Bytes of an element in memory: a boolean takes one.
int64_t bytesOf(Type type) {
  return std::max<int64_t>(1, getElementTypeOrSelf(type).getIntOrFloatBitWidth() / 8);
}

class Counter {
public:
  Counter(func::FuncOp function, const Signature &signature)
      : function(function), sizes(function, signature) {
    for (const ArraySpec &array : signature.arrays)
      if (array.role == Role::choice)
        leaves.insert(array.name);
  }

  RequestCost count() {
    findVarying();
    findResults();
    SweepCost all;
    visit(function.getBody().front(), all);
    visitReturn(all.each);
    result.outside = all.each;
    result.addresses = all.addresses;
    result.sweeps = std::move(all.inner);
    result.total = result.outside;
    for (const SweepCost &sweep : result.sweeps)
      result.total = result.total + totalOf(sweep, 1, 1, false);
    return std::move(result);
  }

private:
  // Which values differ between the lanes of the sweep that has lanes.

  void findVarying() {
    function.walk([&](gen::SweepOp sweep) {
      if (!sweep.getLanes())
        return;
      varying.insert(sweep.getIndex());
      sweep.getBody().walk<WalkOrder::PostOrder>([&](Operation *op) { markVarying(op); });
    });
  }

  void markVarying(Operation *op) {
    bool any = llvm::any_of(op->getOperands(), [&](Value operand) { return varying.contains(operand); });
    auto sweep = dyn_cast<gen::SweepOp>(op);
    for (OpResult value : op->getResults())
      if (any || (sweep && varying.contains(sweep.getYield().getOperand(value.getResultNumber()))))
        varying.insert(value);
  }

  bool isInLanes(Operation *op) {
    for (auto sweep = op->getParentOfType<gen::SweepOp>(); sweep;
         sweep = sweep->getParentOfType<gen::SweepOp>())
      if (sweep.getLanes())
        return true;
    return false;
  }

  /// Whether an op does the same in all lanes.
  bool isShared(Operation *op) {
    return isInLanes(op) &&
           llvm::none_of(op->getOperands(), [&](Value operand) { return varying.contains(operand); });
  }

  // Memory.

  /// The function's argument that a value is a part of.
  std::optional<unsigned> arrayOf(Value value) {
    while (auto slice = value.getDefiningOp<tensor::ExtractSliceOp>())
      value = slice.getSource();
    auto argument = dyn_cast<BlockArgument>(value);
    if (!argument || argument.getOwner() != &function.getBody().front())
      return std::nullopt;
    return argument.getArgNumber();
  }

  /// A part of an array counts where it is chosen, a whole array outside.
  void visitReads(Operation &op, SweepCost &sweep) {
    if (auto extract = dyn_cast<tensor::ExtractOp>(op)) {
      if (std::optional<unsigned> array = arrayOf(extract.getTensor()))
        addRead(isShared(&op), sweep, *array, bytesOf(extract.getType()));
    } else if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op)) {
      if (std::optional<unsigned> array = arrayOf(slice); array && isComputedWith(slice))
        addRead(isShared(&op), sweep, *array,
                sizes.elements(slice.getResult()) * Polynomial(bytesOf(slice.getType())));
    }
  }

  void visitArguments(SweepCost &all) {
    for (BlockArgument argument : function.getBody().front().getArguments()) {
      StringRef role = roles::of(function.getArgAttrDict(argument.getArgNumber()));
      if (role != roles::seed && role != roles::instances && role != roles::instance &&
          isComputedWith(argument))
        addRead(/*shared=*/false, all, argument.getArgNumber(),
                sizes.elements(argument) * Polynomial(bytesOf(argument.getType())));
    }
  }

  void addRead(bool shared, SweepCost &sweep, unsigned array, const Polynomial &bytes) {
    (shared ? sweep.shared : sweep.each).bytesRead += bytes;
    std::vector<std::string> &reads = shared ? sweep.sharedReads : sweep.reads;
    const std::string name = arrayName(function, array);
    if (!llvm::is_contained(reads, name))
      reads.push_back(name);
  }

  /// Whether an op reads all elements of a value, rather than a part or a size.
  static bool isComputedWith(Value value) {
    return llvm::any_of(value.getUsers(), [&](Operation *user) {
      bool part = isa<tensor::ExtractOp, tensor::ExtractSliceOp>(user) && user->getOperand(0) == value;
      return !part && !isa<tensor::DimOp>(user);
    });
  }

  /// Stacks that are results of the function are written where an iteration yields them.
  void findResults() {
    for (Value value : function.getBody().front().getTerminator()->getOperands())
      markResult(value);
  }

  void markResult(Value value) {
    auto sweep = value.getDefiningOp<gen::SweepOp>();
    if (!sweep || cast<OpResult>(value).getResultNumber() < sweep.getNumSums() ||
        !written.insert(value).second)
      return;
    markResult(sweep.getYield().getOperand(cast<OpResult>(value).getResultNumber()));
  }

  void visitStacks(gen::SweepOp op, SweepCost &sweep) {
    for (unsigned i = op.getNumSums(); i < op.getNumResults(); ++i) {
      Value yielded = op.getYield().getOperand(i);
      if (written.contains(op.getResult(i)) && !written.contains(yielded))
        sweep.each.bytesWritten += sizes.elements(yielded) * Polynomial(bytesOf(yielded.getType()));
    }
  }

  void visitReturn(Work &work) {
    auto terminator = cast<func::ReturnOp>(function.getBody().front().getTerminator());
    for (auto [i, value] : llvm::enumerate(terminator.getOperands())) {
      if (written.contains(value))
        continue;
      Polynomial bytes = sizes.elements(value) * Polynomial(bytesOf(value.getType()));
      work.bytesWritten += bytes;
      if (roles::of(function.getResultAttrDict(i)) == roles::parameterGradient)
        work.bytesRead += bytes; // it is added to
    }
  }

  /// Derivation names the code of each choice by its leaf.
  void visitLocation(Location location, SweepCost &sweep) {
    location->walk([&](Location part) {
      if (auto name = dyn_cast<NameLoc>(part))
        if (std::string leaf = name.getName().str();
            leaves.count(leaf) && !llvm::is_contained(sweep.addresses, leaf))
          sweep.addresses.push_back(leaf);
      return WalkResult::advance();
    });
  }

  // Arithmetic.

  void visitArithmetic(Operation &op, SweepCost &sweep) {
    if (op.getNumResults() == 0)
      return;
    Value value = op.getResult(0);
    Work &work = isShared(&op) ? sweep.shared : sweep.each;
    if (isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::DivFOp, arith::RemFOp, arith::MaximumFOp,
            arith::MinimumFOp, arith::MaxNumFOp, arith::MinNumFOp>(op))
      work.flops += sizes.elements(value);
    else if (isa<math::FmaOp>(op))
      work.flops += Polynomial(2) * sizes.elements(value);
    else if (isa<math::MathDialect>(op.getDialect()) && !isa<math::AbsFOp, math::CopySignOp>(op))
      work.functions[op.getName().stripDialect().str()] += sizes.elements(value);
    else if (auto einsum = dyn_cast<gen::EinsumOp>(op))
      visitEinsum(einsum, work);
    else if (auto largest = dyn_cast<gen::ReduceMaxOp>(op))
      work.flops += sizes.elements(largest.getOperand());
    else if (auto cdf = dyn_cast<gen::InverseCdfOp>(op))
      work.flops += Polynomial(2) * sizes.elements(cdf.getWeights()); // the sum, then the partial sums
    else if (auto random = dyn_cast<gen::RandomOp>(op))
      work.random[random.getKind().str()] += sizes.elements(value);
    else if (isa<gen::GenDialect>(op.getDialect()) && !isa<gen::SweepOp, gen::OneHotOp>(op))
      work.functions[op.getName().getStringRef().str()] += 1;
  }

  void visitEinsum(gen::EinsumOp op, Work &work) {
    std::map<char, Polynomial> letters;
    for (auto [i, operand] : llvm::enumerate(op.getOperands()))
      for (auto [d, letter] : llvm::enumerate(op.getLetters(i)))
        letters.try_emplace(letter, sizes.ofDimension(operand, d));
    Polynomial points = 1;
    for (const auto &[letter, size] : letters)
      points = points * size;
    if (auto size = op->getAttrOfType<IntegerAttr>(roles::handedOver)) {
      StringRef kept = op.getResultLetters();
      auto summed = llvm::find_if(letters, [&](auto &entry) { return !kept.contains(entry.first); });
      result.products.push_back({letters.at(kept[0]), letters.at(kept[1]), summed->second, size.getInt()});
    }
    bool isSummed = letters.size() > op.getResultLetters().size();
    work.flops += points * Polynomial(int64_t(op.getNumOperands()) - 1 + isSummed);
  }

  void visitSums(gen::SweepOp op, SweepCost &sweep) {
    for (unsigned i = 0; i < op.getNumSums(); ++i) {
      Value yielded = op.getYield().getOperand(i);
      bool oneElement = yielded.getDefiningOp<gen::OneHotOp>() != nullptr;
      sweep.each.flops += oneElement ? Polynomial(1) : sizes.elements(yielded);
    }
  }

  // Sweeps.

  void visit(Block &block, SweepCost &sweep) {
    if (&block == &function.getBody().front())
      visitArguments(sweep);
    for (Operation &op : block) {
      if (isa<arith::ConstantOp>(op))
        continue; // shared by code of many addresses
      if (auto inner = dyn_cast<gen::SweepOp>(op)) {
        visitSweep(inner, sweep);
        continue;
      }
      visitLocation(op.getLoc(), sweep);
      visitReads(op, sweep);
      visitArithmetic(op, sweep);
    }
  }

  void visitSweep(gen::SweepOp op, SweepCost &outer) {
    SweepCost sweep;
    sweep.length = sizes.of(op.getLength());
    sweep.lanes = op.getLanes().value_or(1);
    if (auto reason = op->getAttrOfType<StringAttr>(roles::reason))
      sweep.reason = reason.str();
    sweep.overInstances = op.getStackLast();
    sweep.sums = op.getNumSums();
    sweep.stacks = op.getNumResults() - op.getNumSums();
    visit(*op.getBlock(), sweep);
    visitSums(op, sweep);
    visitStacks(op, sweep);
    outer.inner.push_back(std::move(sweep));
  }

  /// `times`: iterations of the enclosing sweeps; `vectors`: the same with the one in lanes counted by
  /// vectors.
  Work totalOf(const SweepCost &sweep, const Polynomial &times, const Polynomial &vectors, bool inLanes) {
    Polynomial each = times * sweep.length;
    Polynomial shared =
        sweep.lanes > 1 ? times * vectorsOf(sweep) : (inLanes ? vectors : times) * sweep.length;
    Work total = sweep.each * each + sweep.shared * shared;
    for (const SweepCost &inner : sweep.inner)
      total = total + totalOf(inner, each, shared, inLanes || sweep.lanes > 1);
    return total;
  }

  Polynomial vectorsOf(const SweepCost &sweep) {
    if (std::optional<int64_t> length = sweep.length.constant())
      return (*length + sweep.lanes - 1) / sweep.lanes;
    std::string length = sweep.length.text();
    if (length.find(' ') != std::string::npos)
      length = "(" + length + ")";
    const std::string name = "ceil(" + length + " / " + std::to_string(sweep.lanes) + ")";
    result.vectors[name] = {sweep.length, sweep.lanes};
    return Polynomial::symbol(name);
  }

  func::FuncOp function;
  Sizes sizes;
  std::set<std::string> leaves;
  llvm::DenseSet<Value> varying, written;
  RequestCost result;
};

} // namespace

RequestCost costOf(func::FuncOp function, const Signature &signature) {
  return Counter(function, signature).count();
}

} // namespace genfuse::inspect
