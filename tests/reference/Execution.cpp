#include "tests/reference/Execution.h"
#include "ir/Addresses.h"
#include "mlir/IR/SymbolTable.h"
#include "passes/SymbolicSize.h"
#include "runtime/Error.h"
#include "tests/reference/Evaluate.h"
#include <set>

using namespace mlir;

namespace genfuse::reference {

namespace {

const Tensor &find(const Values &values, const std::string &name, const char *what) {
  auto found = values.find(name);
  if (found == values.end())
    throw Error(std::string("missing ") + what + " '" + name + "'");
  return found->second;
}

class Runner {
public:
  Runner(const Values &parameters, const Chooser &choose) : parameters(parameters), choose(choose) {}

  /// The body of a function whose choices lie below `prefix`.
  std::optional<Tensor> call(gen::FuncOp function, const std::vector<Tensor> &arguments,
                             const std::string &prefix) {
    Block &body = function.getBody().front();
    for (auto [argument, value] : llvm::zip(body.getArguments(), arguments))
      values[argument] = value;
    run(body, function, prefix);
    std::vector<Tensor> returned = operandsOf(body.getTerminator());
    return returned.empty() ? std::nullopt : std::optional(returned[0]);
  }

private:
  std::vector<Tensor> operandsOf(Operation *op) {
    std::vector<Tensor> operands;
    for (Value operand : op->getOperands())
      operands.push_back(values.at(operand));
    return operands;
  }

  void run(Block &block, gen::FuncOp function, const std::string &prefix) {
    for (Operation &op : block.without_terminator()) {
      if (auto sample = dyn_cast<gen::SampleOp>(op))
        values[sample.getResult()] = choice(sample, prefix);
      else if (auto map = dyn_cast<gen::MapOp>(op))
        plate(map, function, prefix);
      else if (auto inner = dyn_cast<gen::CallOp>(op))
        callFunction(inner, prefix);
      else if (auto param = dyn_cast<gen::ParamOp>(op))
        values[param.getResult()] = find(parameters, pathOf(param, function), "parameter");
      else if (auto row = dyn_cast<gen::RowOp>(op))
        findRow(row);
      else
        values[op.getResult(0)] = evaluate(&op, operandsOf(&op));
    }
  }

  static std::string below(const std::string &prefix, std::optional<StringRef> address) {
    return gen::joinAddress(prefix, address.value_or(""));
  }

  Tensor choice(gen::SampleOp op, const std::string &prefix) {
    Site site{below(prefix, op.getAddress()), op.getDistribution().str(), operandsOf(op)};
    if (!visited.insert(site.address).second)
      throw Error("at address '" + site.address + "': the address is taken");
    return choose(site);
  }

  void plate(gen::MapOp op, gen::FuncOp function, const std::string &prefix) {
    int64_t length = values.at(op.getLength()).integer();
    Block &body = op.getBody().front();
    std::vector<Tensor> stacks;
    for (Type type : op.getResultTypes())
      stacks.push_back(emptyStack(cast<RankedTensorType>(type), length));
    for (int64_t i = 0; i < length; ++i) {
      values[body.getArgument(0)] = double(i);
      run(body, function, gen::joinAddress(below(prefix, op.getAddress()), std::to_string(i)));
      std::vector<Tensor> yielded = operandsOf(body.getTerminator());
      for (size_t k = 0; k < yielded.size(); ++k) {
        stacks[k].shape = yielded[k].shape;
        stacks[k].shape.insert(stacks[k].shape.begin(), length);
        stacks[k].elements.insert(stacks[k].elements.end(), yielded[k].elements.begin(),
                                  yielded[k].elements.end());
      }
    }
    for (auto [result, stack] : llvm::zip(op.getResults(), stacks))
      values[result] = stack;
  }

  /// Where a row of ragged data begins and how long it is. Offsets that the runtime refuses are refused.
  void findRow(gen::RowOp op) {
    const Tensor &offsets = values.at(op.getOffsets());
    int64_t index = values.at(op.getIndex()).integer(), rows = offsets.shape.at(0) - 1;
    int64_t total = values.at(op.getTotal()).integer();
    if (index >= rows)
      throw Error("expected offsets of more than " + std::to_string(index) + " rows, got " +
                  std::to_string(rows));
    auto end = [&](int64_t i) { return static_cast<int64_t>(offsets.at({i}).value); };
    bool whole = end(0) == 0 && end(rows) == total;
    if (!whole || end(index) > end(index + 1))
      throw Error("expected offsets that go from 0 up to " + std::to_string(total) + ", got " +
                  std::to_string(end(index)) + " to " + std::to_string(end(index + 1)) + " for row " +
                  std::to_string(index) + ", from " + std::to_string(end(0)) + " to " +
                  std::to_string(end(rows)));
    values[op.getStart()] = double(end(index));
    values[op.getLength()] = double(end(index + 1) - end(index));
  }

  /// Of a plate without elements only the static sizes are known; what is dynamic counts as 0.
  static Tensor emptyStack(RankedTensorType type, int64_t length) {
    std::vector<int64_t> shape{length};
    for (int64_t size : type.getShape().drop_front())
      shape.push_back(ShapedType::isDynamic(size) ? 0 : size);
    return {shape, std::vector<Number>{}};
  }

  void callFunction(gen::CallOp op, const std::string &prefix) {
    auto callee = SymbolTable::lookupNearestSymbolFrom<gen::FuncOp>(op, op.getCalleeAttr());
    std::optional<Tensor> returned = call(callee, operandsOf(op), below(prefix, op.getAddress()));
    if (returned)
      values[op.getResult(0)] = *returned;
  }

  /// A parameter without a path of its own belongs to the function that names it.
  static std::string pathOf(gen::ParamOp param, gen::FuncOp function) {
    if (param.getName().contains('/'))
      return param.getName().str();
    return gen::joinAddress(function.getSymName(), param.getName());
  }

  const Values &parameters;
  const Chooser &choose;
  /// The latest value of each SSA name: iterations and repeated calls overwrite those of earlier ones.
  struct Names {
    std::map<void *, Tensor> map;
    Tensor &operator[](Value value) { return map[value.getAsOpaquePointer()]; }
    const Tensor &at(Value value) const { return map.at(value.getAsOpaquePointer()); }
  } values;
  std::set<std::string> visited;
};

} // namespace

std::optional<Tensor> execute(gen::FuncOp function, const Inputs &inputs, const Chooser &choose) {
  std::vector<Tensor> arguments;
  for (BlockArgument argument : function.getBody().front().getArguments())
    arguments.push_back(find(inputs.arguments, argumentName(argument), "argument"));
  return Runner(inputs.parameters, choose).call(function, arguments, "");
}

} // namespace genfuse::reference
