#include "tests/differential/Experiment.h"
#include "tests/differential/Checker.h"
#include "tests/differential/RandomSizes.h"
#include <algorithm>
#include <sstream>

namespace genfuse::differential {

static const char *nameOf(Operation operation) {
  switch (operation) {
  case Operation::simulate:
    return "simulate";
  case Operation::generate:
    return "generate";
  case Operation::assess:
    return "assess";
  case Operation::gradient:
    return "gradient";
  case Operation::propose:
    return "propose";
  case Operation::project:
    return "project";
  case Operation::update:
    return "update";
  case Operation::regenerate:
    return "regenerate";
  }
  return "";
}

template <class List> static std::string joined(const List &names) {
  std::string text;
  for (const std::string &name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string Experiment::request() const {
  return std::string(nameOf(operation)) + "(" + joined(names) + (returnGradient ? "; return)" : ")");
}

static std::string listed(const std::vector<int64_t> &numbers) {
  std::vector<std::string> texts;
  for (int64_t number : numbers)
    texts.push_back(std::to_string(number));
  return "[" + joined(texts) + "]";
}

static std::string changing(const std::string &from, const std::string &to) {
  return from == to ? from : from + " -> " + to;
}

std::string Experiment::describe() const {
  std::ostringstream out;
  out << plan.text() << "request " << request() << ", mapping " << mappingName(mapping) << ", "
      << realName(real) << (optimise ? ", optimised" : ", unoptimised") << ", instances "
      << (instances ? std::to_string(instances) : "none");
  if (!batched.empty())
    out << ", batched " << joined(batched);
  const Sizes &to = newSizes ? *newSizes : sizes;
  for (size_t i = 0; i < sizes.symbols.size(); ++i)
    out << ", %n" << i << " = " << changing(std::to_string(sizes.symbols[i]), std::to_string(to.symbols[i]));
  if (plan.ragged)
    out << ", offsets = " << changing(listed(sizes.offsets), listed(to.offsets));
  if (!changed.empty())
    out << ", changed " << joined(changed);
  out << ", inputs by seed " << seed << "\n";
  return out.str();
}

namespace {

/// The first words of a message, without names and numbers.
std::string kindOf(const std::string &message) {
  std::string kind;
  bool quoted = false;
  for (char c : message) {
    if (c == '\'')
      quoted = !quoted;
    else if (!quoted && !std::isdigit(static_cast<unsigned char>(c)))
      kind += c;
  }
  return kind.substr(0, 60);
}

} // namespace

std::optional<Failure> check(const Experiment &experiment) {
  std::optional<Checker> checker;
  try {
    checker.emplace(experiment);
  } catch (const std::exception &error) {
    return Failure{"invalid", error.what()};
  }
  try {
    return checker->run();
  } catch (const std::exception &error) {
    return Failure{"error: " + kindOf(error.what()), error.what()};
  }
}

namespace {

std::vector<std::string> subset(const std::vector<std::string> &from, Random &random) {
  std::vector<std::string> result;
  double probability = random.uniform();
  for (const std::string &each : from)
    if (random.chance(probability))
      result.push_back(each);
  return result;
}

bool startsFromTrace(Operation operation) {
  return operation == Operation::project || operation == Operation::update ||
         operation == Operation::regenerate;
}

template <class Shaped> std::vector<std::vector<int64_t>> shapesOf(const std::vector<Shaped> &all) {
  std::vector<std::vector<int64_t>> shapes;
  for (const Shaped &each : all)
    shapes.push_back(each.shape);
  return shapes;
}

/// The sizes of the arguments but those of their first dimensions.
std::vector<int64_t> innerSizes(const Plan &plan, const Sizes &sizes) {
  std::vector<int64_t> inner;
  for (const Argument &argument : plan.entry().arguments)
    for (size_t d = 1; d < argument.type.shape.size(); ++d)
      inner.push_back(sizes.at(argument.type.shape[d]));
  return inner;
}

/// Their values are those of the sizes, and all instances share them.
bool isOffsets(const Plan &plan, const Argument &argument) {
  return plan.ragged && argument.name == plan.ragged->offsets;
}

/// Whole leaves, and elements; for updates and regenerations other arguments, for updates also other sizes.
void chooseChange(Experiment &e, Random &random) {
  for (const Leaf &leaf : leavesOf(e.plan, e.sizes)) {
    std::vector<std::string> addresses = addressesOf(leaf);
    if (random.chance(0.3))
      e.names.push_back(leaf.pattern);
    else if (!addresses.empty() && random.chance(0.4))
      e.names.push_back(random.pick(addresses));
  }
  if (e.operation == Operation::project)
    return;
  for (const Argument &argument : e.plan.entry().arguments)
    if (random.chance(0.3) && !isOffsets(e.plan, argument))
      e.changed.insert(argument.name);
  double same = e.plan.ragged ? 0.3 : 0.7;
  if (e.operation == Operation::regenerate || e.sizes.symbols.empty() || random.chance(same))
    return;
  Sizes sizes = changedSizes(e.plan, e.sizes, random);
  // No update changes the size of a parameter, which is the caller's, that of one value of a choice, or a
  // dimension of an argument that is not its first.
  if (shapesOf(parametersOf(e.plan, sizes)) == shapesOf(parametersOf(e.plan, e.sizes)) &&
      shapesOf(leavesOf(e.plan, sizes)) == shapesOf(leavesOf(e.plan, e.sizes)) &&
      innerSizes(e.plan, sizes) == innerSizes(e.plan, e.sizes))
    e.newSizes = sizes;
}

void chooseNames(Experiment &e, Random &random) {
  std::vector<std::string> all, continuous;
  for (const Leaf &leaf : leavesOf(e.plan, e.sizes)) {
    all.push_back(leaf.pattern);
    if (leaf.scalar == Scalar::real)
      continuous.push_back(leaf.pattern);
  }
  if (e.operation == Operation::generate)
    e.names = subset(all, random);
  if (startsFromTrace(e.operation))
    chooseChange(e, random);
  if (e.operation != Operation::gradient)
    return;
  for (const Argument &argument : e.plan.entry().arguments)
    if (argument.type.scalar == Scalar::real)
      continuous.push_back(argument.name);
  for (const Parameter &parameter : parametersOf(e.plan, e.sizes))
    continuous.push_back(parameter.path);
  e.names = subset(continuous, random);
  if (e.names.empty())
    e.names.push_back(random.pick(continuous));
  const Function &model = e.plan.entry();
  e.returnGradient =
      model.returned >= 0 && typesOf(model).at(model.returned).scalar == Scalar::real && random.chance(0.5);
}

int64_t elementsOf(const Sizes &sizes) {
  int64_t product = 1;
  for (int64_t size : sizes.symbols)
    product *= std::max<int64_t>(size, 1);
  return product;
}

} // namespace

std::vector<Experiment> experimentsOn(const Plan &plan, Random &random, int count) {
  static const std::vector<Operation> operations = {
      Operation::simulate, Operation::generate,  Operation::assess,  Operation::gradient,
      Operation::gradient, Operation::propose,   Operation::project, Operation::update,
      Operation::update,   Operation::regenerate};
  static const std::vector<Mapping> mappings = {Mapping::single, Mapping::instances, Mapping::elements};
  std::vector<Experiment> result;
  Experiment e;
  e.plan = plan;
  for (int i = 0; i < count; ++i) {
    // Pairs of experiments differ in the optimiser only.
    if (i % 2 == 1) {
      e.optimise = !e.optimise;
      result.push_back(e);
      continue;
    }
    e.operation = random.pick(operations);
    // The reference runs once for each element.
    bool gradient = e.operation == Operation::gradient;
    e.sizes = randomSizes(plan, random, gradient);
    e.returnGradient = false;
    e.names.clear();
    e.changed.clear();
    e.newSizes.reset();
    chooseNames(e, random);
    e.mapping = random.pick(mappings);
    static const std::vector<int64_t> counts = {0, 1, 3, 9, 19};
    e.instances = e.mapping == Mapping::single ? 0 : random.pick(counts);
    if (gradient && elementsOf(e.sizes) > 20)
      e.instances = std::min<int64_t>(e.instances, 3);
    e.batched.clear();
    for (const Argument &argument : plan.entry().arguments)
      if (e.instances > 0 && random.chance(0.5) && !isOffsets(plan, argument))
        e.batched.insert(argument.name);
    e.real = random.chance(0.9) ? Precision::f64 : Precision::f32;
    e.optimise = true;
    e.seed = random.seed();
    result.push_back(e);
  }
  return result;
}

} // namespace genfuse::differential
