#include "frontend/Define.h"
#include "frontend/Import.h"
#include "frontend/ModelImpl.h"

using namespace mlir;

namespace genfuse::detail {

Type typeOf(Kind kind, Builder &builder) {
  auto tensor = [](int64_t rank, Type element) {
    return RankedTensorType::get(SmallVector<int64_t>(rank, ShapedType::kDynamic), element);
  };
  switch (kind) {
  case Kind::real:
    return builder.getF64Type();
  case Kind::integer:
    return builder.getI64Type();
  case Kind::boolean:
    return builder.getI1Type();
  case Kind::size:
    return builder.getIndexType();
  case Kind::realVector:
    return tensor(1, builder.getF64Type());
  case Kind::realMatrix:
    return tensor(2, builder.getF64Type());
  case Kind::integerVector:
    return tensor(1, builder.getI64Type());
  case Kind::integerMatrix:
    return tensor(2, builder.getI64Type());
  case Kind::booleanVector:
    return tensor(1, builder.getI1Type());
  }
  llvm_unreachable("every kind is handled");
}

static bool sameUpToSizes(Type a, Type b) {
  return getElementTypeOrSelf(a) == getElementTypeOrSelf(b) && succeeded(verifyCompatibleShape(a, b));
}

static void checkName(const Label &name) {
  checkAddress(name, "model name");
  if (name.text.find('/') != std::string::npos)
    fail(name.where, "model name '" + name.text + "' is one word, without '/'");
}

void import(Here &here, const Model &model) {
  Trace &trace = here.trace;
  OpBuilder before(trace.function);
  for (auto function : moduleOf(model).getOps<gen::FuncOp>()) {
    std::string name = function.getSymName().str();
    std::uint64_t number = model.get().functions.at(name);
    auto [at, isNew] = trace.functions.try_emplace(name, number);
    if (at->second != number)
      here.fail("two different models are named '" + name + "'");
    if (isNew)
      before.clone(*function);
  }
}

static SmallVector<Value> callOperands(Here &here, gen::FuncOp callee, std::span<const Node> arguments) {
  ArrayRef<Type> types = callee.getArgumentTypes();
  if (types.size() != arguments.size())
    here.fail("model '" + callee.getSymName().str() + "' takes " + std::to_string(types.size()) +
              " arguments, got " + std::to_string(arguments.size()));
  SmallVector<Value> operands;
  for (auto [i, type] : llvm::enumerate(types)) {
    Value value = here.use(arguments[i]);
    if (!sameUpToSizes(value.getType(), type))
      here.fail("argument " + std::to_string(i) + " of model '" + callee.getSymName().str() + "': expected " +
                describe(type) + ", got " + describe(value.getType()));
    operands.push_back(here.cast(value, type));
  }
  return operands;
}

Node call(const Label &address, const Model &model, std::span<const Node> arguments, const Kind *expected) {
  Here here(address.where);
  if (!address.text.empty()) {
    checkAddress(address, "address");
    here.trace.scopes.back().take(address, /*isLeaf=*/false);
  }
  import(here, model);
  auto callee = here.trace.module->lookupSymbol<gen::FuncOp>(model.name());
  ArrayRef<Type> results = callee.getResultTypes();
  if (expected && (results.empty() || !sameUpToSizes(results[0], typeOf(*expected, here.builder))))
    here.fail("result of model '" + model.name() + "': expected " +
              describe(typeOf(*expected, here.builder)) + ", got " +
              (results.empty() ? "nothing" : describe(results[0])));
  StringAttr name = address.text.empty() ? StringAttr() : here.builder.getStringAttr(address.text);
  auto op = here.make<gen::CallOp>(TypeRange(results), name,
                                   FlatSymbolRefAttr::get(here.builder.getContext(), model.name()),
                                   callOperands(here, callee, arguments));
  return expected ? here.node(op.getResult(0)) : Node::ofInteger(0, Kind::integer);
}

struct Tracing::State {
  explicit State(const Label &name) : where(name.where), trace(name) {}
  SourceLocation where;
  Trace trace;
};

Tracing::Tracing(const Label &name, std::span<const Kind> arguments, std::span<const std::string_view> names,
                 Form form) {
  checkName(name);
  if (!names.empty() && names.size() != arguments.size())
    fail(name.where, "model '" + name.text + "' has " + std::to_string(arguments.size()) +
                         " arguments, but names for " + std::to_string(names.size()));
  state = std::make_unique<State>(name);
  Trace &trace = state->trace;
  Location loc = trace.location(name.where);
  SmallVector<Type> types;
  for (Kind kind : arguments)
    types.push_back(typeOf(kind, trace.builder));
  trace.builder.setInsertionPointToEnd(trace.module->getBody());
  auto make = [&]<class Op>(std::type_identity<Op>) -> FunctionOpInterface {
    return Op::create(trace.builder, loc, name.text, trace.builder.getFunctionType(types, {}), StringAttr(),
                      ArrayAttr(), ArrayAttr());
  };
  trace.function = form == Form::model ? make(std::type_identity<gen::FuncOp>())
                                       : make(std::type_identity<gen::ProcedureOp>());
  Block &body = trace.function.getFunctionBody().emplaceBlock();
  body.addArguments(types, SmallVector<Location>(types.size(), loc));
  for (auto [i, text] : llvm::enumerate(names)) {
    checkAddress(Label(text, name.where), "argument name");
    trace.function.setArgAttr(i, "gen.name", trace.builder.getStringAttr(StringRef(text)));
  }
  trace.builder.setInsertionPointToEnd(&body);
}

Tracing::~Tracing() = default;

Node Tracing::argument(std::size_t number) const {
  return state->trace.node(state->trace.function.getFunctionBody().getArgument(number));
}

Model Tracing::finish(const Node *result) {
  return verified(result ? std::span(result, 1) : std::span<const Node>());
}

Model Tracing::finish(std::span<const std::pair<std::string, Node>> results) {
  Trace &trace = state->trace;
  std::vector<Node> nodes;
  SmallVector<Attribute> named;
  for (const auto &[name, node] : results) {
    checkAddress(Label(name, state->where), "result name");
    nodes.push_back(node);
    named.push_back(trace.builder.getDictionaryAttr(
        trace.builder.getNamedAttr("gen.name", trace.builder.getStringAttr(name))));
  }
  trace.function->setAttr(cast<gen::ProcedureOp>(*trace.function).getResAttrsAttrName(),
                          trace.builder.getArrayAttr(named));
  return verified(nodes);
}

Model Tracing::verified(std::span<const Node> results) {
  Here here(state->where);
  Trace &trace = state->trace;
  SmallVector<Value> values;
  for (const Node &result : results)
    values.push_back(here.use(result));
  here.make<gen::ReturnOp>(values);
  trace.function.setType(
      trace.builder.getFunctionType(trace.function.getArgumentTypes(), TypeRange(ValueRange(values))));
  return makeModel(std::move(trace.module), trace.name, trace.functions);
}

} // namespace genfuse::detail
