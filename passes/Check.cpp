// gen-check: what a derived function takes for granted about its data, as a function that runs before it.
#include "ir/Distributions.h"
#include "ir/dist/Domain.h"
#include "passes/Passes.h"
#include "passes/Roles.h"
#include "passes/SizeChecks.h"
#include "passes/SliceDims.h"

using namespace mlir;

namespace genfuse {

#define GEN_PASS_DEF_GENCHECK
#include "genfuse/passes/Passes.h.inc"

namespace {

/// Text that may stand in a message as it is.
std::string literal(StringRef text) {
  std::string result;
  for (char c : text)
    result += c == '{' ? "{{" : std::string(1, c);
  return result;
}

std::string slot(size_t i) { return "{" + std::to_string(i) + "}"; }

bool isReal(Value value) { return isa<FloatType>(getElementTypeOrSelf(value.getType())); }

/// The sweeps around an op, outermost first.
SmallVector<gen::SweepOp> nestOf(Operation *op) {
  SmallVector<gen::SweepOp> nest;
  for (auto sweep = op->getParentOfType<gen::SweepOp>(); sweep;
       sweep = sweep->getParentOfType<gen::SweepOp>())
    nest.insert(nest.begin(), sweep);
  return nest;
}

/// An address with slots for its indices, which are values where they are known.
struct Site {
  std::string text;
  SmallVector<Value> indices;
};

/// The leaf `rows/*/y/*` as `rows/{0}/y/{1}`; stars stay where the indices are not known.
Site siteOf(StringRef leaf, ArrayRef<Value> indices) {
  Site site;
  bool known = leaf.count('*') == indices.size();
  for (char c : literal(leaf)) {
    if (c == '*' && known)
      site.text += slot(site.indices.size()), site.indices.push_back(indices[site.indices.size()]);
    else
      site.text += c;
  }
  return site;
}

/// What a value has to be, by the domain in its record.
std::string expectation(StringRef domain) {
  return domain == "real" ? "a finite value" : "a value that is " + literal(domain.split(", with sum").first);
}

StringRef leafOf(Operation *op) {
  auto named = op->getLoc()->findInstanceOf<NameLoc>();
  return named ? named.getName().getValue() : StringRef();
}

/// `, element [2, 3]` for an element of a vector or matrix; its indices join those of the address.
std::string elementText(SmallVectorImpl<Value> &indices, ArrayRef<Value> at) {
  std::string text;
  for (Value index : at) {
    text += (text.empty() ? ", element [" : ", ") + slot(indices.size());
    indices.push_back(index);
  }
  return text.empty() ? "" : text + "]";
}

class Checker {
public:
  explicit Checker(func::FuncOp function) : function(function), builder(function.getContext()) {}

  LogicalResult run() {
    SmallVector<Operation *> ops;
    function.walk<WalkOrder::PreOrder>([&](Operation *op) { ops.push_back(op); });
    builder.setInsertionPointToStart(&function.getBody().front());
    for (BlockArgument argument : function.getArguments())
      checkArgument(argument);
    for (Operation *op : ops)
      if (failed(visit(op)))
        return failure();
    return success();
  }

private:
  LogicalResult visit(Operation *op) {
    builder.setInsertionPoint(op);
    return llvm::TypeSwitch<Operation *, LogicalResult>(op)
        .Case([&](gen::LogPdfOp o) { return checkDensity(o); })
        .Case([&](gen::DrawOp o) {
          Site site = siteOf(leafOf(o), SmallVector<Value>(o.getPosition()));
          return checkParameters(o, o.getDistribution(), o.getParameters(), site);
        })
        .Case([&](tensor::ExtractOp o) {
          for (auto [d, index] : llvm::enumerate(o.getIndices()))
            checkIndex(o, o.getTensor(), d, index);
          return success();
        })
        .Case([&](tensor::ExtractSliceOp o) {
          llvm::SmallBitVector dropped = droppedDims(o);
          for (auto [d, offset] : llvm::enumerate(o.getMixedOffsets()))
            if (auto index = dyn_cast<Value>(offset); index && dropped.test(d))
              checkIndex(o, o.getSource(), d, index);
          return success();
        })
        .Default([](Operation *) { return success(); });
  }

  void check(Location loc, Value ok, const std::string &message, ArrayRef<Value> indices,
             ArrayRef<Value> values) {
    for (Value padding : paddings())
      ok = arith::OrIOp::create(builder, loc, ok, padding);
    gen::CheckOp::create(builder, loc, ok, indices, values, number++, placeOf(loc) + ": " + message);
  }

  /// For each list of elements that the sweeps here run through: whether this entry is none, because the list
  /// is shorter than others and filled up with the plate's length (`passes/derive`).
  SmallVector<Value> paddings() {
    SmallVector<Value> found;
    Operation *here = &*builder.getInsertionPoint();
    for (Operation *parent = here->getParentOp(); parent != function; parent = parent->getParentOp())
      for (auto index : parent->getRegion(0).front().getOps<arith::IndexCastOp>()) {
        Operation *ancestor = index->getBlock()->findAncestorOpInBlock(*here);
        if (!isListed(index) || !index->isBeforeInBlock(ancestor))
          continue;
        if (Value length = lengthFor(index))
          found.push_back(
              arith::CmpIOp::create(builder, here->getLoc(), arith::CmpIPredicate::eq, index, length));
      }
    return found;
  }

  bool isListed(arith::IndexCastOp index) {
    auto entry = index.getIn().getDefiningOp<tensor::ExtractOp>();
    auto list = entry ? dyn_cast<BlockArgument>(entry.getTensor()) : BlockArgument();
    return list && list.getOwner() == &function.getBody().front() &&
           roles::of(function.getArgAttrDict(list.getArgNumber())) == roles::elements;
  }

  /// The length that the sums of the sweep compare the index with.
  static Value lengthFor(arith::IndexCastOp index) {
    for (Operation *user : index->getUsers())
      if (auto compared = dyn_cast<arith::CmpIOp>(user);
          compared && compared.getPredicate() == arith::CmpIPredicate::ult && compared.getLhs() == index &&
          compared.getRhs().getParentRegion()->isProperAncestor(index->getParentRegion()))
        return compared.getRhs();
    return {};
  }

  /// Runs `body` for each element of a value: at once for a scalar, in sweeps for a tensor.
  void forEachElement(Value value, function_ref<void(Value, ArrayRef<Value>)> body) {
    auto tensor = dyn_cast<RankedTensorType>(value.getType());
    if (!tensor)
      return body(value, {});
    OpBuilder::InsertionGuard guard(builder);
    Location loc = value.getLoc();
    SmallVector<Value> indices;
    for (int64_t d = 0; d < tensor.getRank(); ++d) {
      Value length = tensor::DimOp::create(builder, loc, value, d);
      auto sweep = gen::SweepOp::create(builder, loc, TypeRange(), length, 0);
      builder.setInsertionPointToEnd(sweep.getBlock());
      gen::YieldOp::create(builder, loc, ValueRange());
      builder.setInsertionPointToStart(sweep.getBlock());
      indices.push_back(sweep.getIndex());
    }
    body(tensor::ExtractOp::create(builder, loc, value, indices), indices);
  }

  Value compare(Location loc, arith::CmpFPredicate predicate, Value x, double bound) {
    Value other = arith::ConstantOp::create(builder, loc, builder.getFloatAttr(x.getType(), bound));
    return arith::CmpFOp::create(builder, loc, predicate, x, other);
  }

  void checkNumber(Location loc, Value value, const Site &site, const std::string &what) {
    forEachElement(value, [&](Value x, ArrayRef<Value> at) {
      SmallVector<Value> indices(site.indices);
      std::string text = what + elementText(indices, at);
      Value ok = arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::ORD, x, x);
      check(loc, ok, text + ": expected a number, got {v}{i}", indices, x);
    });
  }

  void checkArgument(BlockArgument argument) {
    if (!isReal(argument))
      return;
    DictionaryAttr described = function.getArgAttrDict(argument.getArgNumber());
    StringRef role = roles::of(described);
    if (role != roles::argument && role != roles::newArgument && role != roles::parameter &&
        role != roles::returnGradient)
      return;
    StringRef kind = role == roles::newArgument ? StringRef("new argument") : role;
    std::string name = role == roles::returnGradient
                           ? "cotangent of the return value"
                           : kind.str() + " '" + literal(described.getAs<StringAttr>(roles::name)) + "'";
    checkNumber(argument.getLoc(), argument, {}, name);
  }

  LogicalResult checkDensity(gen::LogPdfOp op) {
    Site site = siteOf(leafOf(op), SmallVector<Value>(op.getPosition()));
    // A drawn value is a number if the parameters are what they should be, which its draw checks.
    auto draw = op.getValue().getDefiningOp<gen::DrawOp>();
    if (isReal(op.getValue()) && !draw)
      checkNumber(op.getLoc(), op.getValue(), site, "address '" + site.text + "'");
    if (draw && draw.getParameters() == op.getParameters())
      return success();
    return checkParameters(op, op.getDistribution(), op.getParameters(), site);
  }

  LogicalResult checkParameters(Operation *op, StringRef distribution, ValueRange parameters,
                                const Site &site) {
    const dist::Record *record = dist::find(distribution);
    for (auto [argument, value] : llvm::zip(*record, parameters)) {
      std::optional<dist::Domain> domain = dist::domainOf(argument.domain);
      if (!domain)
        return op->emitOpError("has a parameter '")
               << argument.name << "' whose domain '" << argument.domain << "' cannot be checked";
      Value bound;
      for (auto [other, candidate] : llvm::zip(*record, parameters))
        if (other.name == domain->parameter)
          bound = candidate;
      checkParameter(op->getLoc(), value, bound, *domain, argument, site,
                     "address '" + site.text + "': parameter '" + std::string(argument.name) + "' of " +
                         distribution.str());
    }
    return success();
  }

  void checkParameter(Location loc, Value value, Value bound, const dist::Domain &domain,
                      const dist::Argument &argument, const Site &site, const std::string &what) {
    if (value.getType().isInteger(1))
      return;
    forEachElement(value, [&](Value x, ArrayRef<Value> at) {
      SmallVector<Value> indices(site.indices), values{x};
      std::string text = what + elementText(indices, at) + ": expected " + expectation(argument.domain);
      if (bound) {
        values.push_back(bound);
        text += " ({b})";
      }
      Value ok = domain.lowerTriangular ? holdsInTriangle(loc, x, at)
                 : isReal(x)            ? holdsReal(loc, x, bound, domain)
                                        : holdsInteger(loc, x, bound, domain);
      if (ok)
        check(loc, ok, text + ", got {v}{i}", indices, values);
    });
    if (!domain.sumsToOne)
      return;
    Type real = getElementTypeOrSelf(value.getType());
    Value sum = gen::EinsumOp::create(builder, loc, real, "i->", value);
    Value ok = arith::AndIOp::create(builder, loc,
                                     compare(loc, arith::CmpFPredicate::OGE, sum, 1 - dist::sumTolerance),
                                     compare(loc, arith::CmpFPredicate::OLE, sum, 1 + dist::sumTolerance));
    check(loc, ok, what + ": expected elements with sum 1, got {v}{i}", site.indices, sum);
  }

  /// Finite, and within the bounds; a comparison with NaN does not hold.
  Value holdsReal(Location loc, Value x, Value bound, const dist::Domain &domain) {
    using P = arith::CmpFPredicate;
    Value low = compare(loc, domain.includesLow ? P::OGE : P::OGT, x, domain.low);
    Value high = compare(loc, domain.includesHigh ? P::OLE : P::OLT, x, domain.high);
    Value ok = arith::AndIOp::create(builder, loc, low, high);
    if (!bound)
      return ok;
    Value above = arith::CmpFOp::create(builder, loc, domain.includesParameter ? P::OGE : P::OGT, x, bound);
    return arith::AndIOp::create(builder, loc, ok, above);
  }

  /// Positive on the diagonal, finite below; what lies above is not read.
  Value holdsInTriangle(Location loc, Value x, ArrayRef<Value> at) {
    auto where = [&](arith::CmpIPredicate predicate) -> Value {
      return arith::CmpIOp::create(builder, loc, predicate, at[0], at[1]);
    };
    dist::Domain any, positive;
    positive.low = 0;
    Value above = where(arith::CmpIPredicate::slt);
    Value off = arith::OrIOp::create(builder, loc, above, holdsReal(loc, x, {}, any));
    return arith::SelectOp::create(builder, loc, where(arith::CmpIPredicate::eq),
                                   holdsReal(loc, x, {}, positive), off);
  }

  /// Null where every integer will do.
  Value holdsInteger(Location loc, Value x, Value bound, const dist::Domain &domain) {
    using P = arith::CmpIPredicate;
    if (bound)
      return arith::CmpIOp::create(builder, loc, domain.includesParameter ? P::sge : P::sgt, x, bound);
    auto against = [&](double limit, P predicate) -> Value {
      if (!std::isfinite(limit))
        return {};
      Value other =
          arith::ConstantOp::create(builder, loc, builder.getIntegerAttr(x.getType(), int64_t(limit)));
      return arith::CmpIOp::create(builder, loc, predicate, x, other);
    };
    Value low = against(domain.low, domain.includesLow ? P::sge : P::sgt);
    Value high = against(domain.high, domain.includesHigh ? P::sle : P::slt);
    return low && high ? arith::AndIOp::create(builder, loc, low, high).getResult() : low ? low : high;
  }

  /// A computed index; those of sweeps and constants are checked when the kernel is called.
  void checkIndex(Operation *op, Value tensor, int64_t dimension, Value index) {
    if (isa<BlockArgument>(index) || matchPattern(index, m_Constant()))
      return;
    Location loc = op->getLoc();
    Value size = tensor::DimOp::create(builder, loc, tensor, dimension);
    Value one = arith::ConstantIndexOp::create(builder, loc, 1);
    // As unsigned numbers negative indices are large.
    auto listed = index.getDefiningOp<arith::IndexCastOp>();
    bool mayBeLength = listed && isListed(listed);
    auto within = mayBeLength ? arith::CmpIPredicate::ule : arith::CmpIPredicate::ult;
    Value ok = arith::CmpIOp::create(builder, loc, within, index, size);
    Value last = arith::SubIOp::create(builder, loc, size, one);
    Site site = placeInPlates(op);
    check(loc, ok, site.text + "expected an index from 0 to {b}, got {v}{i}", site.indices, {index, last});
  }

  /// Where in the plates an op stands, by the address of a choice below.
  Site placeInPlates(Operation *op) {
    SmallVector<gen::SweepOp> nest = nestOf(op);
    if (nest.empty())
      return {};
    SmallVector<Value> indices;
    for (gen::SweepOp sweep : nest) {
      indices.push_back(sweep.getIndex());
      for (auto index : sweep.getBlock()->getOps<arith::IndexCastOp>())
        if (isListed(index) && index->isBeforeInBlock(sweep.getBlock()->findAncestorOpInBlock(*op)))
          indices.back() = index;
    }
    StringRef leaf;
    nest.back().walk([&](Operation *inner) {
      if (leaf.empty() && isa<gen::LogPdfOp, gen::DrawOp>(inner))
        leaf = leafOf(inner);
    });
    size_t end = 0;
    for (size_t i = 0; i < nest.size() && end != StringRef::npos; ++i)
      end = leaf.find('*', end + (i > 0));
    Site site;
    if (!leaf.empty() && end != StringRef::npos) {
      site = siteOf(leaf.take_front(end + 1), indices);
      site.text = "address '" + site.text + "': ";
      return site;
    }
    site.indices = indices;
    for (size_t i = 0; i < indices.size(); ++i)
      site.text += (i == 0 ? "iteration [" : ", ") + slot(i);
    site.text += "]: ";
    return site;
  }

  func::FuncOp function;
  OpBuilder builder;
  int64_t number = 0;
};

struct GenCheckPass : impl::GenCheckBase<GenCheckPass> {
  /// The same function without results.
  func::FuncOp copyWithoutResults(func::FuncOp function) {
    OpBuilder builder(function);
    auto copy = cast<func::FuncOp>(builder.clone(*function));
    copy.setSymName((function.getSymName() + "_check").str());
    copy->moveAfter(function);
    copy->setAttr(roles::checkOf, FlatSymbolRefAttr::get(function));
    copy->removeAttr(roles::checks);
    copy.getBody().front().getTerminator()->setOperands({});
    copy.setResAttrsAttr(ArrayAttr());
    copy.setType(builder.getFunctionType(copy.getArgumentTypes(), {}));
    return copy;
  }

  void runOnOperation() override {
    for (auto function : llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>()))
      if (function.getNumResults() > 0 && roles::of(function.getResultAttrDict(0)) == roles::result) {
        function.emitError("is a procedure, whose data checked mode does not check");
        return signalPassFailure();
      } else if (function.getNumResults() > 0 && function.getResultAttr(0, roles::role))
        if (failed(Checker(copyWithoutResults(function)).run()))
          return signalPassFailure();
  }
};

} // namespace
} // namespace genfuse
