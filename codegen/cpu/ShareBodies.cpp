#include "codegen/cpu/ShareBodies.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace genfuse {

namespace {

/// Less code than that is not worth a function.
constexpr int64_t leastShared = 40;

/// Values that functions take. Others, memrefs and vectors of indices or booleans, are made again in them.
bool canBePassed(Type type) {
  if (auto vector = dyn_cast<VectorType>(type))
    return vector.getElementType().isIntOrFloat() && !vector.getElementType().isInteger(1);
  return type.isIntOrIndexOrFloat() || isa<LLVM::LLVMPointerType>(type);
}

bool isConstant(Value value) {
  Operation *op = value.getDefiningOp();
  return op && op->hasTrait<OpTrait::ConstantLike>();
}

bool canBeMadeAgain(Operation *op) {
  return op && op->getNumRegions() == 0 && (isPure(op) || isa<func::CallOp>(op));
}

/// How much of two bodies is the same, and which values of the second stand for those of the first.
class Comparison {
public:
  Comparison(scf::ForOp left, scf::ForOp right) : right(right) {
    Block::iterator other = right.getBody()->begin();
    for (Operation &op : left.getBody()->without_terminator()) {
      if (other == std::prev(right.getBody()->end()))
        return;
      const size_t before = known.size();
      if (!isSame(&op, &*other)) {
        forget(before);
        return;
      }
      ++other, ++length;
    }
  }

  Value partner(Value value) const { return partners.lookup(value); }

  int64_t length = 0; ///< so many operations of the bodies themselves

private:
  void match(Value left, Value right) {
    partners[left] = right;
    known.push_back(left);
  }
  void forget(size_t before) {
    for (; known.size() > before; known.pop_back())
      partners.erase(known.back());
  }

  /// Whether the second loop has it before its body begins.
  bool isOutside(Value value) {
    return value.getParentBlock() == right.getBody() ? isa<BlockArgument>(value)
                                                     : !right.getRegion().isAncestor(value.getParentRegion());
  }

  /// Values from outside match what they meet first, and nothing else from then on.
  bool areSame(Value left, Value right) {
    if (Value partner = partners.lookup(left))
      return partner == right;
    if (left.getType() != right.getType() || !isOutside(right))
      return false;
    match(left, right);
    if (canBePassed(left.getType()))
      return true;
    Operation *a = left.getDefiningOp(), *b = right.getDefiningOp();
    return canBeMadeAgain(a) && b && isSameAlone(a, b);
  }

  bool isSameAlone(Operation *left, Operation *right) {
    return left->getName() == right->getName() && left->getAttrDictionary() == right->getAttrDictionary() &&
           left->getResultTypes() == right->getResultTypes() &&
           left->getNumOperands() == right->getNumOperands() &&
           left->getNumRegions() == right->getNumRegions() &&
           llvm::all_of(llvm::zip(left->getOperands(), right->getOperands()),
                        [&](auto pair) { return areSame(std::get<0>(pair), std::get<1>(pair)); });
  }

  bool isSame(Operation *left, Operation *right) {
    if (!isSameAlone(left, right))
      return false;
    for (auto [a, b] : llvm::zip(left->getRegions(), right->getRegions()))
      if (!isSame(a, b))
        return false;
    for (auto [a, b] : llvm::zip(left->getResults(), right->getResults()))
      match(a, b);
    return true;
  }

  bool isSame(Region &left, Region &right) {
    if (left.empty() || right.empty())
      return left.empty() && right.empty();
    if (!left.hasOneBlock() || !right.hasOneBlock() ||
        left.front().getArgumentTypes() != right.front().getArgumentTypes() ||
        left.front().getOperations().size() != right.front().getOperations().size())
      return false;
    for (auto [a, b] : llvm::zip(left.getArguments(), right.getArguments()))
      match(a, b);
    return llvm::all_of(llvm::zip(left.front(), right.front()),
                        [&](auto pair) { return isSame(&std::get<0>(pair), &std::get<1>(pair)); });
  }

  scf::ForOp right;
  DenseMap<Value, Value> partners;
  std::vector<Value> known; ///< the keys, in order
};

/// A loop of those that share code.
struct Member {
  Member(scf::ForOp loop, std::optional<Comparison> withFirst, int64_t length)
      : loop(loop), withFirst(std::move(withFirst)) {
    for (Operation &op : *loop.getBody())
      if (static_cast<int64_t>(shared.size()) < length)
        shared.push_back(&op);
  }

  /// Its value for one of the first member.
  Value own(Value value) const { return withFirst ? withFirst->partner(value) : value; }

  bool isShared(Operation *op) const {
    return llvm::any_of(shared, [&](Operation *ours) { return ours->isAncestor(op); });
  }

  Operation *loop;
  std::optional<Comparison> withFirst; ///< none: it is the first
  std::vector<Operation *> shared;
};

/// Whether there is a loop in the code, so that a call is nothing against it, and it is enough to be worth
/// one.
bool isWorthIt(const Member &member) {
  int64_t size = 0;
  bool loops = false;
  for (Operation *op : member.shared)
    op->walk([&](Operation *inner) {
      ++size;
      loops = loops || isa<scf::ForOp>(inner);
    });
  return loops && size >= leastShared;
}

/// Makes the function of what is shared, and the calls.
class Sharer {
public:
  explicit Sharer(std::vector<Member> members)
      : members(std::move(members)), first(this->members.front()), loc(first.loop->getLoc()) {
    for (Operation *op : first.shared)
      op->walk([&](Operation *inner) {
        for (Value operand : inner->getOperands())
          if (!first.isShared(ownerOf(operand)))
            take(operand);
      });
    for (Operation *op : first.shared)
      for (Value result : op->getResults())
        if (llvm::any_of(this->members, [&](const Member &member) { return isUsedAfter(result, member); }))
          results.push_back(result);
  }

  bool canReturn() const {
    return llvm::all_of(results, [](Value value) { // pointers may be to its own stack
      return canBePassed(value.getType()) && !isa<LLVM::LLVMPointerType>(value.getType());
    });
  }

  void run(const std::string &name) {
    makeFunction(name);
    for (const Member &member : members)
      call(member);
    for (const Member &member : members)
      for (Operation *op : llvm::reverse(member.shared))
        op->erase();
  }

private:
  static Operation *ownerOf(Value value) {
    Operation *op = value.getDefiningOp();
    return op ? op : value.getParentBlock()->getParentOp();
  }

  bool isEqualConstant(Value value) const {
    return isConstant(value) && llvm::all_of(members, [&](const Member &member) {
             Value own = member.own(value);
             return isConstant(own) &&
                    own.getDefiningOp()->getAttrDictionary() == value.getDefiningOp()->getAttrDictionary();
           });
  }

  /// An argument, or something made again from arguments.
  void take(Value value) {
    if (arguments.contains(value) || again.contains(value.getDefiningOp()))
      return;
    if (canBePassed(value.getType()) && !isEqualConstant(value)) {
      arguments.insert(value);
      return;
    }
    for (Value operand : value.getDefiningOp()->getOperands())
      take(operand);
    again.insert(value.getDefiningOp());
  }

  static bool isUsedAfter(Value result, const Member &member) {
    return llvm::any_of(member.own(result).getUsers(),
                        [&](Operation *user) { return !member.isShared(user); });
  }

  static Value baseOf(Value pointer) {
    while (auto offset = pointer.getDefiningOp<LLVM::GEPOp>())
      pointer = offset.getBase();
    return pointer;
  }

  /// Whether it is memory that nothing else that the function is given points to.
  bool hasNoAlias(Value pointer) const {
    return llvm::all_of(members, [&](const Member &member) {
      auto own = dyn_cast<BlockArgument>(member.own(pointer));
      auto caller = member.loop->getParentOfType<func::FuncOp>();
      return own && own.getOwner() == &caller.getBody().front() &&
             caller.getArgAttr(own.getArgNumber(), LLVM::LLVMDialect::getNoAliasAttrName()) &&
             llvm::count_if(arguments, [&](Value other) { return baseOf(member.own(other)) == own; }) == 1;
    });
  }

  void makeFunction(const std::string &name) {
    OpBuilder top = OpBuilder::atBlockBegin(first.loop->getParentOfType<ModuleOp>().getBody());
    auto type = top.getFunctionType(llvm::to_vector(ValueRange(arguments.getArrayRef()).getTypes()),
                                    llvm::to_vector(ValueRange(results).getTypes()));
    function = func::FuncOp::create(top, loc, name, type);
    function.setPrivate();
    function->setAttr("passthrough", top.getStrArrayAttr({"noinline"})); // for LLVM's inliner; for MLIR's:
    function.setNoInline(true);
    Block &entry = *function.addEntryBlock();
    IRMapping map;
    for (auto [i, value] : llvm::enumerate(arguments)) {
      map.map(value, entry.getArgument(i));
      if (isa<LLVM::LLVMPointerType>(value.getType()) && hasNoAlias(value))
        function.setArgAttr(i, LLVM::LLVMDialect::getNoAliasAttrName(), top.getUnitAttr());
    }
    OpBuilder inside = OpBuilder::atBlockEnd(&entry);
    for (Operation *op : again)
      inside.clone(*op, map);
    for (Operation *op : first.shared)
      inside.clone(*op, map);
    SmallVector<Value> returned;
    for (Value value : results)
      returned.push_back(map.lookup(value));
    func::ReturnOp::create(inside, loc, returned);
  }

  void call(const Member &member) {
    OpBuilder builder(member.shared.front());
    SmallVector<Value> given;
    for (Value value : arguments)
      given.push_back(member.own(value));
    auto call = func::CallOp::create(builder, member.loop->getLoc(), function, given);
    for (auto [old, made] : llvm::zip(results, call.getResults()))
      member.own(old).replaceUsesWithIf(made,
                                        [&](OpOperand &use) { return !member.isShared(use.getOwner()); });
  }

  std::vector<Member> members;
  const Member &first;
  Location loc;
  llvm::SetVector<Value> arguments;
  llvm::SetVector<Operation *> again;
  SmallVector<Value> results;
  func::FuncOp function;
};

/// The first loop, and those after it in its block whose bodies begin with the longest code that another one
/// shares with it.
std::vector<Member> membersOf(scf::ForOp first) {
  std::vector<std::pair<scf::ForOp, Comparison>> others;
  int64_t length = 0;
  for (Operation *op = first->getNextNode(); op; op = op->getNextNode())
    if (auto other = dyn_cast<scf::ForOp>(op)) {
      others.emplace_back(other, Comparison(first, other));
      length = std::max(length, others.back().second.length);
    }
  std::vector<Member> members;
  members.emplace_back(first, std::nullopt, length);
  for (auto &[loop, comparison] : others)
    if (length > 0 && comparison.length == length)
      members.emplace_back(loop, std::move(comparison), length);
  return members;
}

struct ShareBodies : PassWrapper<ShareBodies, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ShareBodies)

  StringRef getArgument() const override { return "gen-share-bodies"; }
  StringRef getDescription() const override { return "loops that begin with the same code share it"; }
  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<func::FuncDialect, scf::SCFDialect, LLVM::LLVMDialect>();
  }

  void runOnOperation() override {
    for (auto function : llvm::to_vector(getOperation().getOps<func::FuncOp>()))
      for (int64_t number = 0; shareOne(function, number); ++number) {
      }
  }

  static bool shareOne(func::FuncOp function, int64_t number) {
    WalkResult walked = function.walk([&](scf::ForOp loop) {
      std::vector<Member> members = membersOf(loop);
      if (members.size() < 2 || !isWorthIt(members.front()))
        return WalkResult::advance();
      Sharer sharer(std::move(members));
      if (!sharer.canReturn())
        return WalkResult::advance();
      sharer.run((function.getSymName() + "_shared" + std::to_string(number)).str());
      return WalkResult::interrupt();
    });
    return walked.wasInterrupted();
  }
};

} // namespace

std::unique_ptr<Pass> createShareBodiesPass() { return std::make_unique<ShareBodies>(); }

} // namespace genfuse
