// Statements and control flow.
#include "codegen/cuda/Printer.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace genfuse::cuda {

/// Longer expressions get a name.
constexpr size_t longExpression = 72;

/// All threads take part in these, so they are statements of their own.
static bool isTogether(Operation *op) { return isa<vector::ReductionOp, vector::ExtractOp>(op); }

/// What costs nothing to write again.
static bool isTrivial(Operation *op) {
  return op->hasTrait<OpTrait::ConstantLike>() || isa<vector::StepOp>(op);
}

static bool isMemoryOfArgument(Operation *op) {
  auto maker = dyn_cast<func::CallOp>(op);
  return maker && isa<MemRefType>(maker.getResult(0).getType());
}

/// Other names of the value that they are given.
static bool isAlias(Operation *op) {
  auto index = dyn_cast<arith::IndexCastOp>(op);
  return isa<vector::BroadcastOp>(op) ||
         (index && !getElementTypeOrSelf(index.getIn().getType()).isInteger(32) &&
          !getElementTypeOrSelf(index.getType()).isInteger(32));
}

/// A value that is written where it is used, once, instead of having a name.
bool Printer::isFolded(Operation *op) {
  if (isTogether(op))
    return false;
  Operation *last = op;
  do {
    if (!last->getResult(0).hasOneUse())
      return false;
    last = *last->getResult(0).getUsers().begin();
    if (last->getBlock() != op->getBlock())
      return false;
  } while (isAlias(last));
  return true;
}

std::string Printer::nameFor(Operation *op) {
  StringRef address = addressOf(op->getLoc());
  Type type = getElementTypeOrSelf(op->getResult(0).getType());
  std::string base = address.empty() ? (type.isIndex() || type.isInteger() ? "n" : "v") : identifier(address);
  if (isa<vector::ReductionOp>(op))
    base += type.isInteger(1) ? "_any" : "_sum";
  else if (type.isInteger(1))
    base += "_is";
  else
    base += "_";
  while (base.size() > 1 && base.back() == '_')
    base.pop_back();
  return names.declare(base);
}

void Printer::define(Operation *op, Expression value) {
  Value result = op->getResult(0);
  note(op);
  std::string name = nameFor(op);
  line("const " + typeName(result.getType(), op) + " " + name + " = " + value.text + ";");
  texts[result] = {name};
}

void Printer::printBlock(Block &block) {
  for (Operation &op : block.without_terminator())
    printOp(&op);
}

void Printer::printOp(Operation *op) {
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return printFor(loop);
  if (auto branch = dyn_cast<scf::IfOp>(op))
    return printIf(branch);
  if (auto parts = dyn_cast<scf::ParallelOp>(op))
    return printParts(parts);
  if (isMemoryOfArgument(op) || isa<memref::PrefetchOp>(op) || printMemory(op))
    return;
  if (op->getNumResults() != 1 || !(isPure(op) || isa<func::CallOp>(op)))
    fail(op, "it is not printed yet");
  if (op->use_empty())
    return;
  Expression value = compute(op);
  if (isTrivial(op) || isAlias(op) || (isFolded(op) && value.text.size() <= longExpression))
    texts[op->getResult(0)] = value;
  else
    define(op, value);
}

/// `values` into variables at once: a value that reads a variable which is written before it goes through
/// another one.
void Printer::assign(ValueRange values, ArrayRef<std::string> variables) {
  std::vector<std::string> sources;
  for (auto [i, value] : llvm::enumerate(values))
    sources.push_back(operand(value));
  auto reads = [](StringRef text, StringRef name) {
    for (size_t at = text.find(name); at != StringRef::npos; at = text.find(name, at + 1)) {
      auto isWord = [&](size_t i) { return i < text.size() && (llvm::isAlnum(text[i]) || text[i] == '_'); };
      if ((at == 0 || !isWord(at - 1)) && !isWord(at + name.size()))
        return true;
    }
    return false;
  };
  for (size_t i = 1; i < sources.size(); ++i)
    for (size_t before = 0; before < i; ++before)
      if (sources[before] != variables[before] && reads(sources[i], variables[before])) {
        std::string name = names.declare(variables[i] + "_next");
        line("const " +
             typeName(values[i].getType(), values[i].getDefiningOp() ? values[i].getDefiningOp() : function) +
             " " + name + " = " + sources[i] + ";");
        sources[i] = name;
        break;
      }
  for (auto [source, variable] : llvm::zip(sources, variables))
    if (source != variable)
      line(variable + " = " + source + ";");
}

/// i, j, k, ... from the outside in; a loop in tiles is a tile.
static std::string counterName(scf::ForOp op) {
  static const char *const letters[] = {"i", "j", "k", "l", "m", "n"};
  unsigned nested = 0;
  for (auto outer = op->getParentOfType<scf::ForOp>(); outer; outer = outer->getParentOfType<scf::ForOp>())
    nested += outer.getConstantStep() == 1024 ? 0 : 1;
  if (op.getConstantStep() && op.getConstantStep()->getSExtValue() == 1024)
    return "tile";
  return letters[std::min(nested, 5u)];
}

void Printer::printFor(scf::ForOp op) {
  note(op);
  if (visibility.atStart(op))
    sync();
  std::vector<std::string> variables;
  for (auto [carried, start, result] : llvm::zip(op.getRegionIterArgs(), op.getInitArgs(), op.getResults())) {
    StringRef address = addressOf(op->getLoc());
    std::string name = names.declare(address.empty() ? "sum" : identifier(address) + "_sum");
    line(typeName(carried.getType(), op) + " " + name + " = " + operand(start) + ";");
    texts[carried] = {name};
    texts[result] = {name};
    variables.push_back(name);
  }
  std::string from = operand(op.getLowerBound()), to = operand(op.getUpperBound()),
              step = operand(op.getStep());
  if (StringRef(to).contains(' ')) {
    std::string end = names.declare("end");
    line("const index_t " + end + " = " + to + ";");
    to = end;
  }
  names.open();
  std::string counter = names.declare(counterName(op));
  texts[op.getInductionVar()] = {counter};
  std::string advance = step == "1" ? "++" + counter : counter + " += " + step;
  line("for (index_t " + counter + " = " + from + "; " + counter + " < " + to + "; " + advance + ") {");
  ++depth;
  printBlock(*op.getBody());
  assign(op.getYieldedValues(), variables);
  if (visibility.atEnd(op))
    sync();
  closeBlock();
}

void Printer::printIf(scf::IfOp op) {
  note(op);
  if (visibility.atStart(op))
    sync();
  std::vector<std::string> variables;
  for (Value result : op.getResults()) {
    std::string name = names.declare("chosen");
    line(typeName(result.getType(), op) + " " + name + ";");
    variables.push_back(name);
  }
  std::string condition = operand(op.getCondition());
  bool enclosed = StringRef(condition).starts_with("(") && condition.find(')') + 1 == condition.size();
  openBlock("if " + (enclosed ? condition : "(" + condition + ")"));
  printBlock(*op.thenBlock());
  if (!variables.empty())
    assign(op.thenYield().getOperands(), variables);
  if (visibility.atEnd(op))
    sync();
  if (op.elseBlock() && (!variables.empty() || op.elseBlock()->getOperations().size() > 1)) {
    names.close();
    --depth;
    openBlock("} else");
    printBlock(*op.elseBlock());
    if (!variables.empty())
      assign(op.elseYield().getOperands(), variables);
    if (visibility.atEnd(op))
      sync();
  }
  closeBlock();
  for (auto [result, name] : llvm::zip(op.getResults(), variables))
    texts[result] = {name};
}

/// Parts are shared out among the groups of the launch.
void Printer::printParts(scf::ParallelOp op) {
  std::string size = "<" + std::to_string(width) + ">";
  if (visibility.atStart(op))
    sync();
  texts[op.getInductionVars().front()] = {"part"};
  openBlock("for (index_t part = gf_group" + size + "(); part < " +
            operand(op.getUpperBound().front(), Binds::add) + "; part += gf_groups" + size + "())");
  printBlock(*op.getBody());
  if (visibility.atEnd(op))
    sync();
  closeBlock();
}

} // namespace genfuse::cuda
