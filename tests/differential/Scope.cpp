#include "tests/differential/Scope.h"
#include <algorithm>
#include <cmath>
#include <cstdio>

namespace genfuse::differential {

static const Type realType{Scalar::real, {}}, integerType{Scalar::integer, {}},
    booleanType{Scalar::boolean, {}}, indexType{Scalar::index, {}};

Node &Scope::append(Node node) { return body->emplace_back(std::move(node)); }

Operand Scope::emit(const std::string &name, std::vector<Operand> operands, Type type, double bound,
                    const std::string &attribute) {
  Node node;
  node.name = name;
  node.attribute = attribute;
  for (const Operand &operand : operands)
    node.operands.push_back(operand.value);
  node.result = newValue();
  node.type = type;
  append(node);
  return {node.result, type, bound};
}

static std::string decimal(double number) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", number);
  std::string result = text;
  return result.find_first_of(".e") == std::string::npos ? result + ".0" : result;
}

Operand Scope::fill(double number, const Type &type) {
  Node node;
  node.kind = Kind::constant;
  node.attribute = decimal(number);
  node.result = newValue();
  node.type = {type.scalar, {}};
  append(node);
  Operand scalar{node.result, node.type, std::fabs(number)};
  return type.shape.empty() ? scalar : emit("tensor.splat", {scalar}, type, scalar.bound);
}

Operand Scope::constant(double number) { return fill(number, realType); }

Operand Scope::addArgument(const std::string &name, Type type, double bound, bool shown) {
  Operand operand{newValue(), type, bound};
  function.arguments.push_back({name, type, operand.value});
  if (shown)
    show(operand);
  return operand;
}

void Scope::plate(Node &node, const std::function<void()> &fillBody) {
  std::vector<Node> *outer = body;
  size_t seen = visible.size(), indices = plateIndices.size();
  node.index = newValue();
  plateIndices.push_back({node.index, indexType, 1});
  plateSizes.push_back(node.length);
  body = &node.body;
  ++plates;
  if (ragged && node.length == ragged->size) {
    plateIndices.push_back(emit("arith.addi", {ragged->start, plateIndices.back()}, indexType, 1));
    plateSizes.push_back(ragged->total);
  }
  fillBody();
  body = outer;
  plateIndices.resize(indices);
  plateSizes.resize(indices);
  visible.resize(seen);
  if (--plates == 0)
    ragged.reset();
}

void Scope::row(int offsets, const Size &total) {
  Node node;
  node.kind = Kind::row;
  node.operands = {plateIndices.back().value, offsets};
  node.length = total;
  node.type = indexType;
  node.result = newValue();
  node.rowLength = newValue();
  ragged = {{node.result, indexType, 1}, Size::ofRow(node.rowLength), total};
  append(std::move(node));
}

std::vector<Operand> Scope::visibleOf(Scalar scalar, size_t rank) const {
  std::vector<Operand> found;
  for (const Operand &operand : visible)
    if (operand.type.scalar == scalar && operand.type.shape.size() == rank)
      found.push_back(operand);
  return found;
}

bool Scope::forbidEmpty(const Size &size) {
  if (size.row >= 0)
    return false;
  if (size.symbol < 0)
    return size.fixed > 0;
  if (!notEmpty)
    return false;
  return (*notEmpty)[size.symbol] = true;
}

Size Scope::anySize() {
  if (function.symbols > 0 && random.chance(0.75))
    return Size::named(static_cast<int>(random.below(function.symbols)));
  // Now and then of more than a register (passes/lower/Transposes.cpp).
  return Size::of(random.chance(0.1) ? 8 + random.below(33) : 1 + random.below(4));
}

// Reals.

Operand Scope::bounded(Operand operand, double most) {
  if (operand.bound <= most)
    return operand;
  double factor = std::exp2(std::floor(std::log2(most / operand.bound)));
  return emit("arith.mulf", {operand, fill(factor, operand.type)}, operand.type, operand.bound * factor);
}

/// tanh(x / 4): for values that may be of any size.
Operand Scope::squashed(Operand x) {
  Operand small = emit("arith.mulf", {x, fill(0.25, x.type)}, x.type, 1);
  return unary("math.tanh", small, 1);
}

Operand Scope::leaf() {
  std::vector<Operand> scalars = visibleOf(Scalar::real, 0);
  if (!plateIndices.empty() && random.chance(0.6)) {
    std::vector<std::pair<Operand, size_t>> rows;
    for (const Operand &each : visibleOf(Scalar::real, 1))
      for (size_t p = 0; p < plateSizes.size(); ++p)
        if (each.type.shape[0] == plateSizes[p])
          rows.push_back({each, p});
    if (!rows.empty()) {
      auto [table, p] = random.pick(rows);
      return emit("tensor.extract", {table, plateIndices[p]}, realType, table.bound);
    }
  }
  if (scalars.empty() || random.chance(0.15))
    return constant(std::round(random.between(-2, 2) * 8) / 8);
  return random.pick(scalars);
}

Operand Scope::arithmetic(int depth) {
  Operand a = real(depth - 1), b = real(depth - 1);
  switch (random.below(5)) {
  case 0:
    return bounded(emit("arith.addf", {a, b}, realType, a.bound + b.bound));
  case 1:
    return bounded(emit("arith.subf", {a, b}, realType, a.bound + b.bound));
  case 2: {
    Operand square = emit("arith.mulf", {b, b}, realType, b.bound * b.bound);
    Operand divisor = emit("arith.addf", {square, constant(0.5)}, realType, square.bound + 0.5);
    return bounded(emit("arith.divf", {a, divisor}, realType, 2 * a.bound));
  }
  default:
    return bounded(emit("arith.mulf", {a, b}, realType, a.bound * b.bound));
  }
}

/// A function of a scalar or, element by element, of a vector.
Operand Scope::elementary(Operand x) {
  auto shifted = [&](double by) {
    Operand square = emit("arith.mulf", {x, x}, x.type, x.bound * x.bound);
    return emit("arith.addf", {square, fill(by, x.type)}, x.type, square.bound + by);
  };
  switch (random.below(10)) {
  case 0:
    return unary("math.sin", x, 1);
  case 1:
    return unary("math.cos", x, 1);
  case 2:
    return unary("math.tanh", x, 1);
  case 3:
    return unary("math.exp", bounded(x, 1.5), 4.5);
  case 4:
    return unary("math.expm1", bounded(x, 1.5), 4.5);
  case 5:
    return unary("math.log", shifted(0.5), 4);
  case 6:
    return unary("math.log1p", shifted(0), 4);
  case 7:
    return unary("math.sqrt", shifted(0.25), x.bound + 1);
  case 8:
    return unary("math.absf", x, x.bound);
  default:
    return unary("arith.negf", x, x.bound);
  }
}

Operand Scope::choice(int depth) {
  Operand condition = boolean(), yes = real(depth - 1), no = real(depth - 1);
  return emit("arith.select", {condition, yes, no}, realType, std::max(yes.bound, no.bound));
}

/// A number made of a whole vector. Long sums are divided by 32, so that they stay moderate.
Operand Scope::reduction() {
  Operand x = anyVector();
  Operand sum;
  switch (random.below(4)) {
  case 0:
    sum = emit("gen.einsum", {x}, realType, 8 * x.bound, "i->");
    break;
  case 1:
    if (forbidEmpty(x.type.shape[0]))
      return emit("gen.reduce_max", {x}, realType, x.bound);
    [[fallthrough]];
  default: {
    Operand y = vector(x.type.shape[0]);
    sum = emit("gen.einsum", {x, y}, realType, 8 * x.bound * y.bound, "i,i->");
  }
  }
  return bounded(sum);
}

Operand Scope::gather() {
  Operand table = anyVector(/*table=*/true);
  Operand place = emit("arith.index_cast", {integer(/*loose=*/true)}, indexType, 1);
  return emit("tensor.extract", {table, place}, realType, table.bound);
}

Operand Scope::fromInteger() {
  Operand number = integer();
  return squashed(emit("arith.sitofp", {number}, realType, 100));
}

Operand Scope::real(int depth) {
  if (depth <= 0)
    return leaf();
  switch (random.below(12)) {
  case 0:
  case 1:
    return leaf();
  case 2:
  case 3:
  case 4:
    return elementary(real(depth - 1));
  case 5:
    return choice(depth);
  case 6:
    return reduction();
  case 7:
    return random.chance(0.5) ? gather() : fromInteger();
  default:
    return arithmetic(depth);
  }
}

// Parameters of distributions.

Operand Scope::positive() {
  Operand x = real(depth - 1);
  switch (random.below(3)) {
  case 0:
    return unary("math.exp", bounded(x, 1), 2.7);
  case 1:
    return emit("arith.addf", {unary("math.absf", x, x.bound), constant(0.375)}, realType, x.bound + 1);
  default: {
    Operand square = emit("arith.mulf", {x, x}, realType, x.bound * x.bound);
    Operand sum = emit("arith.addf", {square, constant(0.25)}, realType, square.bound + 1);
    return unary("math.sqrt", sum, x.bound + 1);
  }
  }
}

Operand Scope::probability() {
  Operand e = unary("math.exp", bounded(real(depth - 1), 2), 8);
  return emit("arith.divf", {e, emit("arith.addf", {e, constant(1)}, realType, 9)}, realType, 1);
}

Operand Scope::simplex() {
  Operand x = bounded(anyVector(/*table=*/true), 2);
  Operand e = unary("math.exp", x, 8);
  Operand sum = emit("gen.einsum", {e}, realType, 100, "i->");
  return emit("arith.divf", {e, emit("tensor.splat", {sum}, e.type, 100)}, e.type, 1);
}

Operand Scope::positiveVector() { return unary("math.exp", bounded(anyVector(/*table=*/true), 1), 2.7); }

Operand Scope::choleskyFactor(int64_t size) {
  std::vector<Operand> elements;
  for (int64_t i = 0; i < size; ++i)
    for (int64_t j = 0; j < size; ++j)
      elements.push_back(i == j ? positive() : j < i ? leaf() : constant(0));
  return emit("tensor.from_elements", elements, {Scalar::real, {Size::of(size), Size::of(size)}}, limit);
}

// Booleans and integers.

Operand Scope::boolean() {
  std::vector<Operand> known = visibleOf(Scalar::boolean, 0);
  if (!known.empty() && random.chance(0.5))
    return random.pick(known);
  static const std::vector<std::string> predicates = {"olt", "ole", "ogt", "oge"};
  Operand a = leaf(), b = leaf();
  return emit("arith.cmpf", {a, b}, booleanType, 1, random.pick(predicates));
}

Operand Scope::integer(bool loose) {
  std::vector<Operand> known = visibleOf(Scalar::integer, 0);
  for (const Operand &each : visibleOf(Scalar::integer, 1))
    for (size_t p = 0; p < plateSizes.size(); ++p)
      if (each.type.shape[0] == plateSizes[p] && random.chance(0.7))
        return emit("tensor.extract", {each, plateIndices[p]}, integerType, 1);
  if (!known.empty() && random.chance(0.8))
    return random.pick(known);
  if (ragged && random.chance(0.3))
    return emit("arith.index_cast", {{ragged->size.row, indexType, 1}}, integerType, 1);
  if (!plateIndices.empty() && !loose)
    return emit("arith.index_cast", {random.pick(plateIndices)}, integerType, 1);
  Node node;
  node.kind = Kind::constant;
  node.attribute = std::to_string(random.below(3));
  node.result = newValue();
  node.type = integerType;
  append(node);
  return {node.result, integerType, 3};
}

// Vectors.

Operand Scope::vectorLeaf(const Size &size) {
  std::vector<Operand> known;
  for (const Operand &each : visibleOf(Scalar::real, 1))
    if (each.type.shape[0] == size)
      known.push_back(each);
  for (const Operand &matrix : visibleOf(Scalar::real, 2))
    for (size_t p = 0; p < plateSizes.size(); ++p)
      if (matrix.type.shape[0] == plateSizes[p] && matrix.type.shape[1] == size && random.chance(0.7))
        return emit("tensor.extract_slice", {matrix, plateIndices[p]}, {Scalar::real, {size}}, matrix.bound);
  if (!known.empty() && random.chance(0.85))
    return random.pick(known);
  if (!size.isDynamic() && random.chance(0.5)) {
    std::vector<Operand> elements;
    double bound = 0;
    for (int64_t i = 0; i < size.fixed; ++i) {
      elements.push_back(leaf());
      bound = std::max(bound, elements.back().bound);
    }
    return emit("tensor.from_elements", elements, {Scalar::real, {size}}, bound);
  }
  Operand scalar = leaf();
  return emit("tensor.splat", {scalar}, {Scalar::real, {size}}, scalar.bound);
}

Operand Scope::vector(const Size &size, int depth) {
  Type type{Scalar::real, {size}};
  if (depth <= 0)
    return vectorLeaf(size);
  switch (random.below(7)) {
  case 0:
  case 1:
    return elementary(vector(size, depth - 1));
  case 2: {
    Operand a = vector(size, depth - 1), b = vector(size, depth - 1);
    return bounded(emit(random.chance(0.5) ? "arith.addf" : "arith.subf", {a, b}, type, a.bound + b.bound));
  }
  case 3: {
    Operand a = vector(size, depth - 1), b = vector(size, depth - 1);
    return bounded(emit("arith.mulf", {a, b}, type, a.bound * b.bound));
  }
  case 4: {
    Operand a = vector(size, depth - 1), b = vector(size, depth - 1);
    Operand flags = emit("arith.cmpf", {a, b}, {Scalar::boolean, {size}}, 1, "olt");
    Operand condition = random.chance(0.5) ? flags : boolean();
    return emit("arith.select", {condition, a, b}, type, std::max(a.bound, b.bound));
  }
  case 5: {
    std::vector<Operand> matrices;
    for (const Operand &each : visibleOf(Scalar::real, 2))
      if (each.type.shape[0] == size || each.type.shape[1] == size)
        matrices.push_back(each);
    if (matrices.empty())
      return vectorLeaf(size);
    Operand matrix = random.pick(matrices);
    bool rows = matrix.type.shape[0] == size;
    Operand other = vector(matrix.type.shape[rows ? 1 : 0], 0);
    return bounded(emit("gen.einsum", {matrix, other}, type, 8 * matrix.bound * other.bound,
                        rows ? "ij,j->i" : "ij,i->j"));
  }
  default:
    return vectorLeaf(size);
  }
}

Operand Scope::anyVector(bool table) {
  std::vector<Operand> known = visibleOf(Scalar::real, 1);
  Size size = !known.empty() && random.chance(0.8) ? random.pick(known).type.shape[0] : anySize();
  if (ragged && !table && random.chance(0.3))
    size = ragged->size;
  if (table && !forbidEmpty(size))
    size = Size::of(3);
  return vector(size, 1);
}

} // namespace genfuse::differential
