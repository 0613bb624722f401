// gen-moments: sums over data of polynomials in values that change become polynomials in sums of data, which
// are formed once.
#include "mlir/IR/Dominance.h"
#include "passes/Passes.h"

using namespace mlir;

namespace genfuse {

#define GEN_PASS_DEF_GENMOMENTS
#include "genfuse/passes/Passes.h.inc"

namespace {

/// Beyond these the polynomial is no shorter than the sum.
constexpr size_t maxMonomials = 24, maxDegree = 4;

/// What a monomial is multiplied with: a number times a value of the data, for one element.
struct Coefficient {
  double number = 1;
  Value data; ///< f64, in the sweep over the data; null: 1
};

/// By the changing values of each monomial: their numbers in order, with repetition.
using Polynomial = std::map<std::vector<unsigned>, Coefficient>;

/// Rewrites one sum of a sweep.
class Expansion {
public:
  /// `sums` is the sweep over the data, into which coefficients are emitted.
  Expansion(gen::SweepOp sweep, gen::SweepOp sums)
      : sweep(sweep), sums(sums), inside(sums.getContext()), before(sums->getParentOfType<func::FuncOp>()) {
    inside.setInsertionPointToEnd(sums.getBlock());
    mapping.map(sweep.getIndex(), sums.getIndex());
  }

  std::vector<Value> changing; ///< by number

  std::optional<Polynomial> of(Value value) {
    if (!isInside(value))
      return isa<FloatType>(value.getType()) ? outside(value) : std::nullopt;
    if (isData(value))
      return Polynomial{{{}, {1, dataOf(value)}}};
    Operation *op = value.getDefiningOp();
    if (auto negation = dyn_cast_or_null<arith::NegFOp>(op))
      return scaled(of(negation.getOperand()), -1);
    if (auto wide = dyn_cast_or_null<arith::ExtFOp>(op))
      return of(wide.getIn());
    if (!isa_and_nonnull<arith::AddFOp, arith::SubFOp, arith::MulFOp>(op))
      return std::nullopt;
    std::optional<Polynomial> left = of(op->getOperand(0)), right = of(op->getOperand(1));
    if (!left || !right)
      return std::nullopt;
    return isa<arith::MulFOp>(op) ? product(*left, *right)
                                  : added(*left, isa<arith::SubFOp>(op) ? *scaled(right, -1) : *right);
  }

  /// The number of the sum that a coefficient needs, among `terms`, which grow; none for a mere number.
  std::optional<unsigned> termOf(const Coefficient &coefficient, SmallVectorImpl<Value> &terms) {
    if (!coefficient.data)
      return std::nullopt;
    auto known = llvm::find(terms, coefficient.data);
    unsigned number = known - terms.begin();
    if (known == terms.end())
      terms.push_back(coefficient.data);
    return number;
  }

private:
  bool isInside(Value value) { return sweep.getBody().isAncestor(value.getParentRegion()); }

  /// Whether a value depends on the element and nothing that changes.
  bool isData(Value value) {
    if (auto known = data.find(value); known != data.end())
      return known->second;
    bool result = value == sweep.getIndex();
    if (Operation *op = value.getDefiningOp(); op && isInside(value))
      result = op->getNumRegions() == 0 && isMemoryEffectFree(op) && !isa<gen::RandomOp>(op) &&
               llvm::all_of(op->getOperands(), [&](Value v) { return isInside(v) ? isData(v) : isKnown(v); });
    return data[value] = result;
  }

  /// Whether a value from outside is the same for all that comes after the sums, and is there before them.
  bool isKnown(Value value) {
    bool isFixed = isa<RankedTensorType>(value.getType()) || value.getType().isIndex() ||
                   matchPattern(value, m_Constant());
    return isFixed && before.properlyDominates(value, sums);
  }

  /// The value in the sweep over the data, in f64.
  Value dataOf(Value value) {
    if (!mapping.contains(value)) {
      Operation *op = value.getDefiningOp();
      for (Value operand : op->getOperands())
        if (isInside(operand) && !mapping.contains(operand))
          copy(operand);
      copy(value);
    }
    Value copied = mapping.lookup(value);
    if (copied.getType().isF64())
      return copied;
    Value &wide = wides[copied];
    if (!wide)
      wide = arith::ExtFOp::create(inside, value.getLoc(), inside.getF64Type(), copied);
    return wide;
  }

  void copy(Value value) {
    if (mapping.contains(value) || !isInside(value))
      return;
    for (Value operand : value.getDefiningOp()->getOperands())
      copy(operand);
    inside.clone(*value.getDefiningOp(), mapping);
  }

  std::optional<Polynomial> outside(Value value) {
    FloatAttr constant;
    if (matchPattern(value, m_Constant(&constant)))
      return Polynomial{{{}, {constant.getValueAsDouble(), {}}}};
    auto known = llvm::find(changing, value);
    unsigned number = known - changing.begin();
    if (known == changing.end())
      changing.push_back(value);
    return Polynomial{{{number}, {1, {}}}};
  }

  std::optional<Polynomial> scaled(std::optional<Polynomial> polynomial, double number) {
    if (polynomial)
      for (auto &[monomial, coefficient] : *polynomial)
        coefficient.number *= number;
    return polynomial;
  }

  Value valueOf(const Coefficient &coefficient) {
    Location loc = sweep.getLoc();
    auto number = [&] {
      return arith::ConstantOp::create(inside, loc, inside.getF64FloatAttr(coefficient.number)).getResult();
    };
    if (!coefficient.data)
      return number();
    return coefficient.number == 1
               ? coefficient.data
               : arith::MulFOp::create(inside, loc, coefficient.data, number()).getResult();
  }

  std::optional<Polynomial> added(Polynomial total, const Polynomial &other) {
    for (const auto &[monomial, coefficient] : other) {
      auto [known, isNew] = total.try_emplace(monomial, coefficient);
      if (isNew)
        continue;
      Coefficient &sum = known->second;
      if (!sum.data && !coefficient.data)
        sum.number += coefficient.number;
      else if (sum.data == coefficient.data)
        sum.number += coefficient.number;
      else
        sum = {1, arith::AddFOp::create(inside, sweep.getLoc(), valueOf(sum), valueOf(coefficient))};
    }
    if (total.size() > maxMonomials)
      return std::nullopt;
    return total;
  }

  std::optional<Polynomial> product(const Polynomial &left, const Polynomial &right) {
    std::optional<Polynomial> total = Polynomial();
    for (const auto &[a, x] : left)
      for (const auto &[b, y] : right) {
        std::vector<unsigned> monomial(a);
        monomial.insert(monomial.end(), b.begin(), b.end());
        llvm::sort(monomial);
        if (monomial.size() > maxDegree || !total)
          return std::nullopt;
        Value data = x.data && y.data ? products(x.data, y.data) : x.data ? x.data : y.data;
        total = added(std::move(*total), {{monomial, {x.number * y.number, data}}});
      }
    return total;
  }

  Value products(Value a, Value b) {
    if (Value known = formed.lookup({a, b}))
      return known;
    Value product = arith::MulFOp::create(inside, sweep.getLoc(), a, b);
    formed[{a, b}] = product;
    formed[{b, a}] = product;
    return product;
  }

  gen::SweepOp sweep, sums;
  OpBuilder inside;
  DominanceInfo before;
  IRMapping mapping;
  llvm::DenseMap<Value, bool> data;
  llvm::DenseMap<Value, Value> wides;
  llvm::DenseMap<std::pair<Value, Value>, Value> formed;
};

/// Emits a polynomial with known sums, by Horner's rule in one changing value after the other.
class Evaluation {
public:
  Evaluation(OpBuilder &builder, Location loc, ArrayRef<Value> changing) : builder(builder), loc(loc) {
    for (Value value : changing)
      values.push_back(
          value.getType().isF64() ? value : arith::ExtFOp::create(builder, loc, builder.getF64Type(), value));
  }

  /// By monomial, the sum of its coefficients.
  Value operator()(const std::map<std::vector<unsigned>, Value> &terms, unsigned number = 0) {
    if (number == values.size())
      return terms.begin()->second;
    std::map<std::vector<unsigned>, Value> with, without;
    for (const auto &[monomial, sum] : terms) {
      auto at = llvm::find(monomial, number);
      std::vector<unsigned> rest(monomial);
      if (at != monomial.end())
        rest.erase(rest.begin() + (at - monomial.begin()));
      (at != monomial.end() ? with : without)[rest] = sum;
    }
    if (with.empty())
      return (*this)(terms, number + 1);
    Value product = arith::MulFOp::create(builder, loc, values[number], (*this)(with, number));
    return without.empty()
               ? product
               : arith::AddFOp::create(builder, loc, product, (*this)(without, number + 1)).getResult();
  }

private:
  OpBuilder &builder;
  Location loc;
  SmallVector<Value> values;
};

struct GenMomentsPass : impl::GenMomentsBase<GenMomentsPass> {
  /// The op of the function's body that a sweep is in: what is formed before it is formed once.
  static Operation *outermost(Operation *op) {
    while (!isa<func::FuncOp>(op->getParentOp()))
      op = op->getParentOp();
    return op;
  }

  void rewrite(gen::SweepOp sweep) {
    Operation *start = outermost(sweep);
    if (!DominanceInfo(start->getParentOp()).properlyDominates(sweep.getLength(), start))
      return;
    OpBuilder builder(start);
    Location loc = sweep.getLoc();
    auto draft = gen::SweepOp::create(builder, loc, TypeRange(), sweep.getLength(), 0);
    Expansion expansion(sweep, draft);
    std::vector<std::pair<unsigned, Polynomial>> found;
    SmallVector<Value> terms;
    for (unsigned i = 0; i < sweep.getNumSums(); ++i) {
      Value yielded = sweep.getYield().getOperand(i);
      if (!isa<FloatType>(yielded.getType()))
        continue;
      std::optional<Polynomial> polynomial = expansion.of(yielded);
      bool changes =
          polynomial && llvm::any_of(*polynomial, [](const auto &term) { return !term.first.empty(); });
      if (!changes)
        continue;
      for (const auto &[monomial, coefficient] : *polynomial)
        (void)expansion.termOf(coefficient, terms);
      found.push_back({i, std::move(*polynomial)});
    }
    if (found.empty())
      return draft.erase();
    OpBuilder inside = OpBuilder::atBlockEnd(draft.getBlock());
    gen::YieldOp::create(inside, loc, terms);
    auto data =
        gen::SweepOp::create(builder, loc, ValueRange(terms).getTypes(), sweep.getLength(), terms.size());
    data.getBody().takeBody(draft.getBody());
    draft.erase();
    for (const auto &[i, polynomial] : found)
      replace(sweep, i, polynomial, expansion, data, terms);
    ++replaced;
  }

  void replace(gen::SweepOp sweep, unsigned i, const Polynomial &polynomial, Expansion &expansion,
               gen::SweepOp data, SmallVectorImpl<Value> &terms) {
    OpBuilder builder(sweep);
    Location loc = sweep.getLoc();
    OpBuilder early(data->getContext());
    early.setInsertionPointAfter(data);
    std::map<std::vector<unsigned>, Value> sums;
    for (const auto &[monomial, coefficient] : polynomial) {
      std::optional<unsigned> term = expansion.termOf(coefficient, terms);
      Value sum;
      if (term) {
        sum = data.getResult(*term);
      } else {
        Value count = arith::IndexCastOp::create(early, loc, early.getI64Type(), sweep.getLength());
        sum = arith::SIToFPOp::create(early, loc, early.getF64Type(), count);
      }
      if (coefficient.number != 1) {
        Value number = arith::ConstantOp::create(early, loc, early.getF64FloatAttr(coefficient.number));
        sum = arith::MulFOp::create(early, loc, sum, number);
      }
      sums[monomial] = sum;
    }
    builder.setInsertionPointAfter(sweep);
    Value total = Evaluation(builder, loc, expansion.changing)(sums);
    // Of nothing the sum is 0, also where a changing value is infinite.
    Value none = arith::ConstantIndexOp::create(builder, loc, 0);
    Value empty = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, sweep.getLength(), none);
    Value zero = arith::ConstantOp::create(builder, loc, builder.getF64FloatAttr(0));
    total = arith::SelectOp::create(builder, loc, empty, zero, total);
    if (Type type = sweep.getResult(i).getType(); !type.isF64())
      total = arith::TruncFOp::create(builder, loc, type, total);
    sweep.getResult(i).replaceAllUsesWith(total);
  }

  void runOnOperation() override {
    SmallVector<gen::SweepOp> sweeps;
    getOperation().walk([&](gen::SweepOp sweep) {
      if (!sweep->getParentOfType<gen::SweepOp>())
        sweeps.push_back(sweep);
    });
    llvm::for_each(sweeps, [&](gen::SweepOp sweep) { rewrite(sweep); });
  }
};

} // namespace
} // namespace genfuse
