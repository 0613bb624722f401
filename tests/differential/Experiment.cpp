#include "tests/differential/Experiment.h"
#include "frontend/ModelImpl.h"
#include "runtime/Error.h"
#include "tests/differential/Data.h"
#include <algorithm>
#include <sstream>

using genfuse::reference::Number;
using genfuse::reference::Tensor;
using genfuse::reference::Values;

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

std::string Experiment::describe() const {
  std::ostringstream out;
  out << plan.text() << "request " << request() << ", mapping " << mappingName(mapping) << ", "
      << realName(real) << (optimise ? ", optimised" : ", unoptimised") << ", instances "
      << (instances ? std::to_string(instances) : "none");
  if (!batched.empty())
    out << ", batched " << joined(batched);
  for (size_t i = 0; i < sizes.size(); ++i)
    out << ", %n" << i << " = " << sizes[i];
  out << ", inputs by seed " << seed << "\n";
  return out.str();
}

namespace {

class Checker {
public:
  explicit Checker(const Experiment &e)
      : e(e), copies(std::max<int64_t>(e.instances, 1)), source(e.seed, e.real == Precision::f32),
        model(Model::parse(e.plan.text())), interface(moduleOf(model).lookupSymbol<gen::FuncOp>("model")),
        leaves(leavesOf(e.plan, e.sizes)), parameters(parametersOf(e.plan, e.sizes)) {}

  std::optional<Failure> run() {
    makeInputs();
    program.emplace(model, CompileOptions{e.real, "native", e.mapping, 0, e.optimise});
    switch (e.operation) {
    case Operation::simulate:
      return simulate(), failure;
    case Operation::generate:
      return generate(), failure;
    case Operation::assess:
      return assess(), failure;
    case Operation::gradient:
      return gradient(), failure;
    }
    return failure;
  }

private:
  // Inputs.

  std::vector<int64_t> shapeOf(const Type &type) const {
    std::vector<int64_t> shape;
    for (const Size &size : type.shape)
      shape.push_back(size.symbol >= 0 ? e.sizes.at(size.symbol) : size.fixed);
    return shape;
  }

  Tensor argumentValue(const Argument &argument, int64_t b) const {
    int64_t instance = e.batched.count(argument.name) ? b : 0;
    std::vector<int64_t> shape = shapeOf(argument.type);
    if (argument.type.scalar == Scalar::boolean)
      return source.boolean(argument.name, instance);
    return argument.type.scalar == Scalar::integer ? source.integer(argument.name, instance, shape)
                                                   : source.real(argument.name, instance, shape);
  }

  void makeInputs() {
    for (int64_t b = 0; b < copies; ++b) {
      reference::Inputs given;
      for (const Argument &argument : e.plan.entry().arguments)
        given.arguments[argument.name] = argumentValue(argument, b);
      for (const Parameter &parameter : parameters)
        given.parameters[parameter.path] = source.real(parameter.path, 0, parameter.shape);
      each.push_back(given);
      traces.push_back(
          interface.simulate(given, [&](const reference::Site &site) { return source.choice(site, b); })
              .trace);
    }
    for (const Argument &argument : e.plan.entry().arguments)
      inputs.arguments[argument.name] = argumentArray(argument);
    for (const Parameter &parameter : parameters)
      inputs.parameters[parameter.path] =
          arrayOf({each[0].parameters[parameter.path]}, Scalar::real, e.real, parameter.shape, 0);
    options.seed = e.seed;
    options.instances = copies;
    options.scale = 0.75;
  }

  Array argumentArray(const Argument &argument) const {
    std::vector<Tensor> values;
    for (const reference::Inputs &one : each)
      values.push_back(one.arguments.at(argument.name));
    return arrayOf(values, argument.type.scalar, e.real, shapeOf(argument.type),
                   e.batched.count(argument.name) ? e.instances : 0);
  }

  void give(const Leaf &leaf) {
    std::vector<Values> values;
    for (const reference::Trace &trace : traces)
      values.push_back(trace.values());
    inputs.choices.set(leaf.pattern, ChoiceValue(leafArray(leaf, values, e.real, e.instances)));
  }

  // Comparison.

  /// Reals are compared relative to `scale`, the size of the terms that were added: their rounding is what
  /// remains. In f64 the expressions of a model may magnify rounding by 1e6; in f32 by 1e4, which checks
  /// little more than that the same thing was computed.
  double tolerance(double scale) const { return (e.real == Precision::f64 ? 1e-9 : 2e-3) * scale; }

  void report(const std::string &what, const std::string &text) {
    if (!failure)
      failure = Failure{"mismatch in " + what, text};
  }

  void compare(const std::string &what, double expected, double got, double scale) {
    if (expected == got || (std::isnan(expected) && std::isnan(got)))
      return;
    if (!(std::fabs(expected - got) <= tolerance(1 + std::fabs(expected) + scale))) {
      std::ostringstream text;
      text.precision(17);
      text << what << ": expected " << expected << " by the reference, got " << got << " (tolerance "
           << tolerance(1 + std::fabs(expected) + scale) << ")";
      report(what.substr(0, what.find(' ')), text.str());
    }
  }

  void compare(const std::string &what, const Tensor &expected, const Array &got, int64_t instance,
               double scale) {
    if (!got.defined())
      return report(what.substr(0, what.find(' ')), what + " was not computed");
    int64_t dimensions = got.rank() - static_cast<int64_t>(expected.shape.size());
    if (dimensions != 0 && dimensions != 1)
      return report("shape", what + " has the shape " + got.describe());
    Tensor values = tensorOf(got, expected.shape, instance);
    for (size_t i = 0; i < values.elements.size(); ++i)
      compare(what + " [" + std::to_string(i) + "] of instance " + std::to_string(instance),
              expected.elements[i].value, values.elements[i].value, scale);
  }

  void compareTrace(const reference::Trace &trace, const Outcome &outcome, int64_t b) {
    compare("score", trace.score.value, outcome.score, b, trace.magnitude());
    if (trace.returnValue && e.operation != Operation::gradient)
      compare("return", *trace.returnValue, outcome.returnValue, b, 10);
  }

  // Operations.

  /// A trace of the program has the score that its values have; every draw lies in its support.
  void simulate() {
    Outcome outcome = program->run("simulate()", inputs, options);
    for (int64_t b = 0; b < copies; ++b) {
      reference::Trace trace = interface.assess(each[b], drawn(outcome, b)).trace;
      if (!std::isfinite(trace.score.value))
        report("support", "a draw of instance " + std::to_string(b) + " has the log density " +
                              std::to_string(trace.score.value));
      compareTrace(trace, outcome, b);
    }
  }

  Values drawn(const Outcome &outcome, int64_t b) const {
    Values values;
    for (const Leaf &leaf : leaves)
      if (auto found = outcome.choices.find(leaf.pattern); found != outcome.choices.end())
        addLeaf(leaf, found->second, b, values);
    return values;
  }

  void generate() {
    std::set<std::string> names(e.names.begin(), e.names.end());
    for (const Leaf &leaf : leaves)
      if (names.count(leaf.pattern))
        give(leaf);
    Outcome outcome = program->run(e.request(), inputs, options);
    for (int64_t b = 0; b < copies; ++b) {
      Values constraints, draws = drawn(outcome, b);
      for (const Leaf &leaf : leaves)
        for (const std::string &address : addressesOf(leaf))
          if (names.count(leaf.pattern))
            constraints[address] = traces[b].choices.at(address).value;
      reference::Result expected = interface.generate(each[b], constraints, reference::replay(draws));
      compareTrace(expected.trace, outcome, b);
      compare("weight", expected.weight.value, outcome.weight, b, expected.trace.magnitude());
      Number constrained = interface.project(
          expected.trace, [&](const std::string &address) { return constraints.count(address) > 0; });
      compare("weight-is-projection", constrained.value, outcome.weight, b, expected.trace.magnitude());
    }
  }

  void assess() {
    for (const Leaf &leaf : leaves)
      give(leaf);
    Outcome outcome = program->run("assess()", inputs, options);
    for (int64_t b = 0; b < copies; ++b)
      compareTrace(traces[b], outcome, b);
  }

  /// Gradients of one instance by name, and of all instances together for what they share.
  void gradient() {
    for (const Leaf &leaf : leaves)
      give(leaf);
    std::set<std::string> names(e.names.begin(), e.names.end()), addresses, arguments, paths;
    for (const Leaf &leaf : leaves)
      if (names.count(leaf.pattern))
        for (const std::string &address : addressesOf(leaf))
          addresses.insert(address);
    for (const Argument &argument : e.plan.entry().arguments)
      if (names.count(argument.name))
        arguments.insert(argument.name);
    for (const Parameter &parameter : parameters)
      if (names.count(parameter.path))
        paths.insert(parameter.path);
    std::vector<Tensor> returned;
    for (int64_t b = 0; e.returnGradient && b < copies; ++b)
      returned.push_back(source.real("return", b, traces[b].returnValue->shape));
    if (e.returnGradient)
      inputs.returnGradient = arrayOf(returned, Scalar::real, e.real, returned[0].shape,
                                      e.mapping == Mapping::single ? 0 : copies);
    Outcome outcome = program->run(e.request(), inputs, options);
    Values sums;
    double scale = 0;
    for (int64_t b = 0; b < copies; ++b) {
      Values expected = interface.gradient(traces[b], addresses, arguments, paths,
                                           e.returnGradient ? std::optional(returned[b]) : std::nullopt);
      if (!std::isfinite(traces[b].score.value))
        return;
      double largest = traces[b].magnitude();
      for (const auto &[name, value] : expected)
        for (Number element : value.elements)
          largest = std::max(largest, std::fabs(element.value));
      scale += largest;
      compareOwn(expected, outcome, b, largest, sums);
    }
    for (const auto &[name, sum] : sums) {
      bool isParameter = paths.count(name) > 0;
      const Array &got = isParameter ? outcome.parameterGradients[name] : outcome.argumentGradients[name];
      Tensor wanted = sum;
      for (Number &element : wanted.elements)
        element.value *= isParameter ? options.scale : 1.0;
      compare("gradient of " + name, wanted, got, 0, scale);
    }
  }

  /// What belongs to an instance is compared; what instances share is added to `sums`.
  void compareOwn(const Values &expected, const Outcome &outcome, int64_t b, double scale, Values &sums) {
    compare("score", objective(b, expected), outcome.score, b, scale);
    std::set<std::string> names(e.names.begin(), e.names.end());
    for (const Leaf &leaf : leaves) {
      if (!names.count(leaf.pattern))
        continue;
      auto got = outcome.choiceGradients.find(leaf.pattern);
      if (got == outcome.choiceGradients.end())
        return report("gradient", "gradient of " + leaf.pattern + " was not computed");
      Values values;
      addLeaf(leaf, got->second, b, values);
      for (const auto &[address, value] : values)
        for (size_t i = 0; i < value.elements.size(); ++i)
          compare("gradient of " + address, expected.at(address).elements[i].value, value.elements[i].value,
                  scale);
    }
    for (const std::string &name : e.names) {
      auto value = expected.find(name);
      bool choice = std::any_of(leaves.begin(), leaves.end(),
                                [&, &wanted = name](const Leaf &leaf) { return leaf.pattern == wanted; });
      if (choice || value == expected.end())
        continue;
      if (e.batched.count(name)) {
        auto got = outcome.argumentGradients.find(name);
        compare("gradient of " + name, value->second,
                got == outcome.argumentGradients.end() ? Array() : got->second, b, scale);
        continue;
      }
      Tensor &sum = sums.try_emplace(name, Tensor(value->second.shape, Number())).first->second;
      for (size_t i = 0; i < sum.elements.size(); ++i)
        sum.elements[i] = sum.elements[i] + value->second.elements[i];
    }
  }

  /// With a cotangent of the return value the program still reports the score alone.
  Tensor objective(int64_t b, const Values &) const { return Tensor(traces[b].score); }

  const Experiment &e;
  int64_t copies;
  ValueSource source;
  Model model;
  reference::Interface interface;
  std::vector<Leaf> leaves;
  std::vector<Parameter> parameters;
  std::vector<reference::Inputs> each;  ///< per instance
  std::vector<reference::Trace> traces; ///< per instance, with values in the support
  genfuse::Inputs inputs;
  RunOptions options;
  std::optional<Program> program;
  std::optional<Failure> failure;
};

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

void chooseNames(Experiment &e, Random &random) {
  std::vector<std::string> all, continuous;
  for (const Leaf &leaf : leavesOf(e.plan, e.sizes)) {
    all.push_back(leaf.pattern);
    if (leaf.scalar == Scalar::real)
      continuous.push_back(leaf.pattern);
  }
  if (e.operation == Operation::generate)
    e.names = subset(all, random);
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

} // namespace

std::vector<Experiment> experimentsOn(const Plan &plan, Random &random, int count) {
  // None, one, a tail, whole vectors of 8 lanes, both, several vectors.
  static const std::vector<int64_t> lengths = {0, 1, 2, 3, 5, 8, 9, 17, 33};
  static const std::vector<Operation> operations = {
      Operation::simulate, Operation::generate, Operation::assess, Operation::gradient, Operation::gradient};
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
    e.sizes.clear();
    int64_t product = 1;
    for (bool notEmpty : plan.notEmpty) {
      int64_t size = random.pick(lengths);
      if (product * size > 160)
        size = 2;
      product *= std::max<int64_t>(size, 1);
      e.sizes.push_back(notEmpty ? std::max<int64_t>(size, 1) : size);
    }
    e.operation = random.pick(operations);
    e.returnGradient = false;
    e.names.clear();
    chooseNames(e, random);
    e.mapping = random.pick(mappings);
    static const std::vector<int64_t> counts = {0, 1, 3, 9, 19};
    e.instances = e.mapping == Mapping::single ? 0 : random.pick(counts);
    if (e.operation == Operation::gradient && product > 20)
      e.instances = std::min<int64_t>(e.instances, 3);
    e.batched.clear();
    for (const Argument &argument : plan.entry().arguments)
      if (e.instances > 0 && random.chance(0.5))
        e.batched.insert(argument.name);
    e.real = random.chance(0.9) ? Precision::f64 : Precision::f32;
    e.optimise = true;
    e.seed = random.seed();
    result.push_back(e);
  }
  return result;
}

} // namespace genfuse::differential
