#include "tests/differential/Generator.h"
#include "ir/dist/All.h"
#include "runtime/Error.h"
#include "tests/differential/Scope.h"
#include <algorithm>
#include <functional>
#include <optional>

namespace genfuse::differential {

namespace {

std::vector<const dist::Record *> allRecords() {
  std::vector<const dist::Record *> records;
  dist::All::forEach([&]<class R>() { records.push_back(&R::record); });
  return records;
}

/// One function: its arguments, then its statements.
class Builder {
public:
  Builder(Random &random, const Extent &extent, Plan &plan, Function &function, bool entry)
      : random(random), extent(extent), plan(plan), function(function), entry(entry),
        scope(random, function, extent.depth, entry ? &plan.notEmpty : nullptr) {}

  void build(int statements) {
    arguments();
    if (entry && random.chance(extent.ragged))
      raggedArguments();
    for (int i = 0; i < statements; ++i)
      statement();
    if (plan.ragged && !rowsUsed)
      rows();
    sample(newAddress());
    if (random.chance(0.8))
      function.returned = random.chance(0.3) ? scope.anyVector().value : scope.real().value;
  }

private:
  Size newSymbol() {
    if (entry)
      plan.notEmpty.push_back(false);
    return Size::named(function.symbols++);
  }

  void arguments() {
    int number = 0;
    auto add = [&](Scalar scalar, std::vector<Size> shape) {
      scope.addArgument(function.name + "_a" + std::to_string(number++), {scalar, std::move(shape)}, 2);
    };
    for (int64_t i = random.below(3); i-- > 0;)
      add(Scalar::real, {});
    for (int64_t i = 1 + random.below(2); i-- > 0;) {
      bool known = function.symbols > 0 && random.chance(0.4);
      Size size = random.chance(0.15) ? Size::of(2 + random.below(3))
                  : known             ? Size::named(static_cast<int>(random.below(function.symbols)))
                                      : newSymbol();
      add(Scalar::real, {size});
    }
    if (random.chance(0.3)) {
      Size rows = function.symbols > 0 && random.chance(0.7) ? Size::named(0) : newSymbol();
      add(Scalar::real, {rows, random.chance(0.5) ? Size::of(3) : newSymbol()});
    }
    if (random.chance(0.4))
      add(Scalar::integer, function.symbols > 0 && random.chance(0.7) ? std::vector<Size>{Size::named(0)}
                                                                      : std::vector<Size>{});
    if (random.chance(0.25))
      add(Scalar::boolean, {});
  }

  /// Offsets, and arrays in which the rows lie one after the other.
  void raggedArguments() {
    Size rows = newSymbol(), total = newSymbol();
    plan.ragged = {"offsets", rows.symbol, total.symbol};
    offsets =
        scope.addArgument("offsets", {Scalar::integer, {Size::named(rows.symbol, 1)}}, 0, /*shown=*/false)
            .value;
    bool reals = random.chance(0.8);
    if (reals)
      scope.addArgument("data", {Scalar::real, {total}}, 2);
    if (!reals || random.chance(0.4))
      scope.addArgument("counts", {Scalar::integer, {total}}, 2);
    if (random.chance(0.2))
      scope.addArgument("table", {Scalar::real, {total, Size::of(2)}}, 2);
    if (random.chance(0.3))
      scope.addArgument("each_row", {Scalar::real, {rows}}, 2);
  }

  void statement() {
    switch (random.below(9)) {
    case 0:
    case 1:
    case 2:
      return sample(newAddress());
    case 3:
      return scope.show(scope.real());
    case 4:
      return scope.show(scope.anyVector());
    case 5:
      return parameter();
    case 6:
      return call();
    default:
      return plate();
    }
  }

  std::string newAddress() {
    std::string name = function.name + "_" + std::string(1, char('p' + names % 10)) + std::to_string(names);
    ++names;
    return random.chance(0.15) ? "g/" + name : name;
  }

  /// An operand in the domain that the record states. Throws Error for a domain that is not known here:
  /// whoever adds a distribution says here how its parameters come into their domain.
  Operand operandFor(const dist::Record &record, const dist::Argument &argument,
                     const std::vector<Operand> &before) {
    std::string_view domain = argument.domain;
    if (argument.kind == dist::Kind::realMatrix)
      return scope.choleskyFactor(before.back().type.shape[0].fixed);
    if (argument.kind == dist::Kind::realVector)
      return vectorFor(argument);
    if (argument.kind == dist::Kind::integer)
      return domain == "not below low" ? scope.emit("arith.addi", {before.back(), scope.integer()},
                                                    before.back().type, before.back().bound)
                                       : scope.integer();
    if (domain == "real")
      return scope.real();
    if (domain == "positive" || domain == "not negative")
      return scope.positive();
    if (domain == "in [0, 1]" || domain == "in (0, 1]")
      return scope.probability();
    if (domain == "above low") {
      Operand width = scope.positive();
      return scope.emit("arith.addf", {before.back(), width}, width.type, before.back().bound + width.bound);
    }
    throw Error("the generator does not know the domain '" + std::string(domain) + "' of '" +
                std::string(argument.name) + "' of " + std::string(record.name));
  }

  /// A vector argument whose size others share is of a fixed size: a factor of that size is made of its
  /// elements.
  Operand vectorFor(const dist::Argument &argument) {
    if (argument.domain == "positive")
      return scope.positiveVector();
    if (argument.domain != "real")
      return scope.simplex();
    return argument.sizes.empty() ? scope.anyVector(/*table=*/true)
                                  : scope.vector(Size::of(1 + random.below(3)));
  }

  static Scalar scalarOf(dist::Kind kind) {
    return kind == dist::Kind::integer   ? Scalar::integer
           : kind == dist::Kind::boolean ? Scalar::boolean
                                         : Scalar::real;
  }

  void sample(const std::string &address) {
    static const std::vector<const dist::Record *> records = allRecords();
    const dist::Record &record = *random.pick(records);
    std::vector<Operand> operands;
    for (const dist::Argument &argument : record)
      operands.push_back(operandFor(record, argument, operands));
    Node node;
    node.kind = Kind::sample;
    node.name = record.name;
    node.address = address;
    for (const Operand &operand : operands)
      node.operands.push_back(operand.value);
    node.type = {scalarOf(record.value), {}};
    if (record.value == dist::Kind::realVector)
      node.type.shape = operands.front().type.shape;
    node.result = scope.newValue();
    Operand result{node.result, node.type, 100};
    scope.append(std::move(node));
    if (result.type.scalar != Scalar::real)
      return scope.show(result);
    if (record.name == std::string_view("normal") || record.name == std::string_view("uniform"))
      result = scope.bounded({result.value, result.type, 16});
    else
      result = scope.squashed(result);
    scope.show(result);
  }

  void parameter() {
    Node node;
    node.kind = Kind::parameter;
    node.name = "w" + std::to_string(names++);
    node.type = {Scalar::real, {}};
    // Two calls of a function share its parameters, so their sizes are those of no caller.
    if (random.chance(0.4))
      node.type.shape = {entry ? scope.anySize() : Size::of(1 + random.below(4))};
    node.result = scope.newValue();
    Operand result{node.result, node.type, 2};
    scope.append(std::move(node));
    scope.show(result);
  }

  void plate() {
    if (scope.plateCount() >= 2)
      return sample(newAddress());
    if (entry && plan.ragged && scope.plateCount() == 0 && random.chance(0.5))
      return rows();
    if (scope.rowSize() && random.chance(0.6))
      return plate(*scope.rowSize());
    plate(scope.anySize());
  }

  void plate(const Size &length) {
    bool bare = random.chance(0.3);
    plate(length, [&] {
      if (bare)
        return sample("");
      for (int64_t i = 1 + random.below(3); i-- > 0;)
        statement();
    });
  }

  /// A plate over the rows, and in it one at least over the elements of a row.
  void rows() {
    rowsUsed = true;
    plate(Size::named(plan.ragged->rows), [&] {
      for (int64_t i = random.below(2); i-- > 0;)
        statement();
      scope.row(offsets, Size::named(plan.ragged->total));
      for (int64_t i = random.below(2); i-- > 0;)
        statement();
      plate(*scope.rowSize());
      for (int64_t i = random.below(2); i-- > 0;)
        statement();
    });
  }

  void plate(const Size &length, const std::function<void()> &statements) {
    Node node;
    node.kind = Kind::plate;
    node.address = newAddress();
    node.length = length;
    std::vector<Operand> yielded;
    scope.plate(node, [&] {
      statements();
      for (int64_t i = random.below(3); i-- > 0;)
        yielded.push_back(scope.real());
      // Rows are not collected, and the reference knows of an empty one only the static sizes.
      if (random.chance(0.15))
        yielded.push_back(scope.rowSize() ? scope.vector(Size::of(1 + random.below(3))) : scope.anyVector());
    });
    std::vector<Operand> stacks;
    for (const Operand &each : yielded) {
      Type type = each.type;
      type.shape.insert(type.shape.begin(), node.length);
      stacks.push_back({scope.newValue(), type, each.bound});
      node.yields.push_back(each.value);
      node.stacks.push_back(stacks.back().value);
      node.stackTypes.push_back(type);
    }
    scope.append(std::move(node));
    for (const Operand &stack : stacks)
      scope.show(stack);
  }

  /// An operand for a callee's argument, and through it the sizes of the callee's symbols.
  std::optional<Operand> operandFor(const Argument &argument, std::vector<std::optional<Size>> &sizes,
                                    bool mayTakeRow) {
    if (argument.type.scalar == Scalar::boolean)
      return scope.boolean();
    if (argument.type.shape.empty())
      return argument.type.scalar == Scalar::integer ? scope.integer() : scope.real();
    for (const Operand &each : scope.visibleOf(argument.type.scalar, argument.type.shape.size()))
      if (fits(each.type, argument.type, sizes, mayTakeRow))
        return each;
    if (argument.type.scalar != Scalar::real || argument.type.shape.size() > 1)
      return std::nullopt;
    Size wanted = argument.type.shape[0];
    if (wanted.symbol < 0)
      return scope.vector(wanted);
    std::optional<Size> &known = sizes[wanted.symbol];
    if (!known && mayTakeRow && scope.rowSize() && random.chance(0.5))
      known = scope.rowSize();
    if (!known && function.symbols > 0)
      known = Size::named(static_cast<int>(random.below(function.symbols)));
    if (!known || !known->isDynamic())
      return std::nullopt;
    return scope.vector(*known);
  }

  /// Dynamic dimensions take dynamic ones, the same symbol the same size.
  static bool fits(const Type &given, const Type &wanted, std::vector<std::optional<Size>> &sizes,
                   bool mayTakeRow) {
    std::vector<std::optional<Size>> trial = sizes;
    for (size_t d = 0; d < wanted.shape.size(); ++d) {
      const Size &size = given.shape[d];
      if (wanted.shape[d].symbol < 0) {
        if (!(size == wanted.shape[d]))
          return false;
        continue;
      }
      std::optional<Size> &known = trial[wanted.shape[d].symbol];
      if (!size.isDynamic() || (size.row >= 0 && !mayTakeRow) || (known && !(*known == size)))
        return false;
      known = size;
    }
    sizes = trial;
    return true;
  }

  void call() {
    if (plan.functions.empty())
      return sample(newAddress());
    const Function &callee = random.pick(plan.functions);
    if (calleeDepth(callee) + scope.plateCount() > 2)
      return sample(newAddress());
    std::vector<std::optional<Size>> sizes(callee.symbols);
    Node node;
    node.kind = Kind::call;
    node.name = callee.name;
    node.address = newAddress();
    bool mayTakeRow = !collectsVectors(callee.body);
    for (const Argument &argument : callee.arguments) {
      std::optional<Operand> operand = operandFor(argument, sizes, mayTakeRow);
      if (!operand)
        return sample(newAddress());
      node.operands.push_back(operand->value);
    }
    for (const std::optional<Size> &size : sizes)
      node.sizes.push_back(size.value_or(Size::of(0)));
    std::optional<Operand> result;
    if (callee.returned >= 0) {
      node.type = typesOf(callee).at(callee.returned);
      for (Size &size : node.type.shape)
        if (size.symbol >= 0)
          size = node.sizes[size.symbol];
      node.result = scope.newValue();
      result = {node.result, node.type, 6};
    }
    scope.append(std::move(node));
    if (result)
      scope.show(*result);
  }

  /// A plate that collects vectors is not for rows, whose lengths differ.
  static bool collectsVectors(const std::vector<Node> &body) {
    return std::any_of(body.begin(), body.end(), [](const Node &node) {
      return std::any_of(node.stackTypes.begin(), node.stackTypes.end(),
                         [](const Type &type) { return type.shape.size() > 1; });
    });
  }

  static size_t calleeDepth(const Function &callee) { return depthOf(callee.body); }
  static size_t depthOf(const std::vector<Node> &body) {
    size_t deepest = 0;
    for (const Node &node : body)
      if (node.kind == Kind::plate)
        deepest = std::max(deepest, 1 + depthOf(node.body));
    return deepest;
  }

  Random &random;
  const Extent &extent;
  Plan &plan;
  Function &function;
  bool entry;
  Scope scope;
  int names = 0;
  int offsets = -1; ///< the value
  bool rowsUsed = false;
};

} // namespace

Plan generate(Random &random, const Extent &extent) {
  Plan plan;
  if (random.chance(0.4)) {
    Function callee;
    callee.name = "inner";
    Builder(random, extent, plan, callee, /*entry=*/false).build(1 + random.below(2));
    plan.functions.push_back(std::move(callee));
  }
  Function model;
  model.name = "model";
  Builder(random, extent, plan, model, /*entry=*/true).build(1 + random.below(extent.statements));
  plan.functions.push_back(std::move(model));
  return plan;
}

} // namespace genfuse::differential
