#include "frontend/Trace.h"
#include "ir/Addresses.h"

using namespace mlir;

namespace genfuse::detail {

namespace {
/// Above this a loop was surely unrolled by hand.
constexpr std::size_t operationLimit = 10'000;

thread_local Trace *innermost = nullptr;

std::string textOf(SourceLocation where) {
  return std::string(where.file_name()) + ":" + std::to_string(where.line());
}
} // namespace

void fail(SourceLocation where, const std::string &message) {
  throw Error(where.line() == 0 ? message : textOf(where) + ": " + message);
}

void checkAddress(const Label &address, const char *what) {
  if (std::string fault = gen::addressFault(address.text); !fault.empty())
    fail(address.where, std::string(what) + " '" + address.text + "' " + fault);
}

void Addresses::take(const Label &address, bool isLeaf) {
  auto isBelow = [](const std::string &a, const std::string &b) { return StringRef(a).starts_with(b + "/"); };
  for (const Entry &entry : entries) {
    bool clash = entry.text == address.text || (entry.isLeaf && isBelow(address.text, entry.text)) ||
                 (isLeaf && isBelow(entry.text, address.text));
    if (clash)
      fail(address.where, "address '" + address.text + "' is taken: '" + entry.text + "' was used at " +
                              textOf(entry.where));
  }
  entries.push_back({address.text, isLeaf, address.where});
}

Trace::Trace(const Label &address)
    : lock(lockContext()), number(newFunctionNumber()), name(address.text), context(sharedContext()),
      builder(context.get()), scopes(1), outer(innermost) {
  module = ModuleOp::create(location(address.where));
  functions[name] = number;
  innermost = this;
}

Trace::~Trace() { innermost = outer; }

Trace &Trace::current(SourceLocation where) {
  if (!innermost)
    fail(where, "traced values are computed only while gf::gen runs a model, not outside of it");
  return *innermost;
}

std::string Trace::nameOf(std::uint64_t number) {
  for (Trace *trace = innermost; trace; trace = trace->outer)
    if (trace->number == number)
      return trace->name;
  return {};
}

Location Trace::location(SourceLocation where) {
  return FileLineColLoc::get(context.get(), where.file_name(), where.line(), where.column());
}

void Trace::count(SourceLocation where) {
  if (++operations > operationLimit)
    fail(where, "model '" + name + "' has more than " + std::to_string(operationLimit) +
                    " traced operations: a C++ loop repeats them one by one, gf::map traces its body once");
}

bool Trace::isVisible(Block *block) const {
  Region *use = builder.getInsertionBlock()->getParent();
  return block->getParent()->isAncestor(use);
}

Value Trace::use(const Node &node, SourceLocation where) {
  if (!node.isLiteral()) {
    if (node.traceNumber() != number) {
      std::string other = nameOf(node.traceNumber());
      fail(where, other.empty() ? "the value belongs to a model that is already traced, not to '" + name + "'"
                                : "the value belongs to model '" + other + "': hand it to '" + name +
                                      "' as an argument");
    }
    Value value = Value::getFromOpaquePointer(node.opaqueValue());
    if (!isVisible(value.getParentBlock()))
      fail(where,
           "the value belongs to one iteration of a plate that has ended: return it from the plate's body "
           "and use what gf::map returns");
    return value;
  }
  Location loc = location(where);
  switch (node.literalKind()) {
  case Kind::real:
    return constant(builder.getF64FloatAttr(node.realLiteral()), loc);
  case Kind::integer:
    return constant(builder.getI64IntegerAttr(node.integerLiteral()), loc);
  case Kind::boolean:
    return constant(builder.getBoolAttr(node.integerLiteral() != 0), loc);
  case Kind::size:
    return constant(builder.getIndexAttr(node.integerLiteral()), loc);
  default:
    llvm_unreachable("only scalars have literals");
  }
}

Value Trace::constant(TypedAttr value, Location loc) {
  for (Block *block = builder.getInsertionBlock(); block != &module->getBodyRegion().front();
       block = block->getParentOp()->getBlock())
    if (Value known = constants.lookup({block, value}))
      return known;
  Value fresh = arith::ConstantOp::create(builder, loc, value);
  constants[{builder.getInsertionBlock(), value}] = fresh;
  return fresh;
}

std::string describe(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  Type element = tensor ? tensor.getElementType() : type;
  std::string name = isa<FloatType>(element)   ? "real"
                     : element.isInteger(1)    ? "truth value"
                     : isa<IndexType>(element) ? "size"
                                               : "integer";
  if (!tensor)
    return name;
  std::string shape = tensor.getRank() == 1 ? "vector of " : "matrix of ";
  for (auto [i, size] : llvm::enumerate(tensor.getShape()))
    shape += (i ? " by " : "") + (ShapedType::isDynamic(size) ? std::string("?") : std::to_string(size));
  return shape + " " + name + "s";
}

} // namespace genfuse::detail
