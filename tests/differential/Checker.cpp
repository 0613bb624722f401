#include "tests/differential/Checker.h"
#include "frontend/ModelImpl.h"
#include "runtime/Offsets.h"
#include <algorithm>
#include <sstream>

using genfuse::reference::Number;
using genfuse::reference::Tensor;
using genfuse::reference::Values;

#ifdef GENFUSE_CUDA_TEXT
#include "tests/cuda_host/EmulatedLoader.h"
#endif

namespace genfuse::differential {

namespace {
int64_t cudaThreads = 0;
std::optional<int64_t> gemmSize;

std::shared_ptr<CudaLoader> cudaLoader() {
#ifdef GENFUSE_CUDA_TEXT
  if (cudaThreads > 0)
    return std::make_shared<cuda_host::EmulatedLoader>();
#endif
  return nullptr;
}
} // namespace

void useCudaText(int64_t threads) {
#ifndef GENFUSE_CUDA_TEXT
  throw Error("this build has no emulated CUDA device: it was configured without cuda.h");
#endif
  cudaThreads = threads;
}

void handProductsOver(int64_t rows) { gemmSize = rows; }

Checker::Checker(const Experiment &e)
    : e(e), copies(std::max<int64_t>(e.instances, 1)), source(e.seed, e.real == Precision::f32),
      model(Model::parse(e.plan.text())), interface(moduleOf(model).lookupSymbol<gen::FuncOp>("model")),
      leaves(leavesOf(e.plan, e.sizes)), newSizes(e.newSizes.value_or(e.sizes)),
      newLeaves(leavesOf(e.plan, newSizes)), parameters(parametersOf(e.plan, e.sizes)) {}

bool Checker::isNamed(const std::string &name) const {
  return std::find(e.names.begin(), e.names.end(), name) != e.names.end();
}

std::optional<Failure> Checker::run() {
  makeInputs();
  program.emplace(model, CompileOptions{.real = e.real,
                                        .mapping = e.mapping,
                                        .lanes = cudaThreads,
                                        .gemmSize = gemmSize,
                                        .optimise = e.optimise,
                                        .cuda = cudaLoader()});
  switch (e.operation) {
  case Operation::simulate:
    return simulate(), failure;
  case Operation::generate:
    return generate(), failure;
  case Operation::assess:
    return assess(), failure;
  case Operation::gradient:
    return gradient(), failure;
  case Operation::propose:
    return propose(), failure;
  case Operation::project:
    return project(), failure;
  case Operation::update:
  case Operation::regenerate:
    return change(), failure;
  }
  return failure;
}

bool Checker::isOffsets(const Argument &argument) const {
  return e.plan.ragged && argument.name == e.plan.ragged->offsets;
}

Tensor Checker::argumentValue(const Argument &argument, const ValueSource &from, const Sizes &sizes,
                              int64_t b) const {
  int64_t instance = e.batched.count(argument.name) ? b : 0;
  std::vector<int64_t> shape = sizes.shapeOf(argument.type);
  if (isOffsets(argument))
    return Tensor(shape, std::vector<Number>(sizes.offsets.begin(), sizes.offsets.end()));
  if (argument.type.scalar == Scalar::boolean)
    return from.boolean(argument.name, instance);
  return argument.type.scalar == Scalar::integer ? from.integer(argument.name, instance, shape)
                                                 : from.real(argument.name, instance, shape);
}

void Checker::makeInputs() {
  for (int64_t b = 0; b < copies; ++b) {
    reference::Inputs given;
    for (const Argument &argument : e.plan.entry().arguments)
      given.arguments[argument.name] = argumentValue(argument, source, e.sizes, b);
    for (const Parameter &parameter : parameters)
      given.parameters[parameter.path] = source.real(parameter.path, 0, parameter.shape);
    each.push_back(given);
    traces.push_back(
        interface.simulate(given, [&](const reference::Site &site) { return source.choice(site, b); }).trace);
  }
  for (const Argument &argument : e.plan.entry().arguments)
    inputs.arguments[argument.name] = argumentArray(argument, each, e.sizes);
  for (const Parameter &parameter : parameters)
    inputs.parameters[parameter.path] =
        arrayOf({each[0].parameters[parameter.path]}, Scalar::real, e.real, parameter.shape, 0);
  options.seed = e.seed;
  options.instances = copies;
  options.scale = 0.75;
}

Array Checker::argumentArray(const Argument &argument, const std::vector<reference::Inputs> &from,
                             const Sizes &sizes) const {
  std::vector<Tensor> values;
  for (const reference::Inputs &one : from)
    values.push_back(one.arguments.at(argument.name));
  return arrayOf(values, argument.type.scalar, e.real, sizes.shapeOf(argument.type),
                 e.batched.count(argument.name) ? e.instances : 0);
}

void Checker::give(const Leaf &leaf) {
  std::vector<Values> values;
  for (const reference::Trace &trace : traces)
    values.push_back(trace.values());
  Array array = leafArray(leaf, values, e.real, e.instances);
  if (leaf.offsets.empty())
    inputs.choices.set(leaf.pattern, ChoiceValue(array));
  else if (e.seed % 2 == 0 || e.instances > 0)
    inputs.choices.set(leaf.pattern, ChoiceValue::ragged(array, inputs.arguments.at(e.plan.ragged->offsets)));
  else
    giveRows(leaf, array);
}

/// A ragged leaf, each row on its own; those without elements have no address.
void Checker::giveRows(const Leaf &leaf, const Array &array) {
  const Offsets offsets(inputs.arguments.at(e.plan.ragged->offsets));
  for (int64_t row = 0; row < offsets.rows(); ++row) {
    std::string address = leaf.pattern;
    if (offsets.length(row) > 0)
      inputs.choices.set(address.replace(address.find('*'), 1, std::to_string(row)),
                         ChoiceValue(rowOf(array, offsets, row)));
  }
}

void Checker::report(const std::string &what, const std::string &text) {
  if (!failure)
    failure = Failure{"mismatch in " + what, text};
}

void Checker::compare(const std::string &what, double expected, double got, double scale) {
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

void Checker::compare(const std::string &what, const Tensor &expected, const Array &got, int64_t instance,
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

void Checker::compareTrace(const reference::Trace &trace, const Outcome &outcome, int64_t b) {
  compare("score", trace.score.value, outcome.score, b, trace.magnitude());
  if (trace.returnValue && e.operation != Operation::gradient)
    compare("return", *trace.returnValue, outcome.returnValue, b, 10);
}

} // namespace genfuse::differential
