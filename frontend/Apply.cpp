#include "frontend/Apply.h"
#include "frontend/Import.h"

using namespace mlir;

namespace genfuse {

namespace detail {

std::vector<Node> apply(const Model &model, const std::string &request, const Given &given,
                        std::span<const Wanted> wanted, SourceLocation where) {
  Here here(where);
  if (!isa<gen::ProcedureOp>(*here.trace.function))
    here.fail(
        "operations are applied to models in a procedure (gf::procedure); a model calls another one with "
        "gf::call");
  import(here, model);
  SmallVector<std::string> inputs, outputs;
  SmallVector<Value> operands;
  auto take = [&](const char *role, const Values &values) {
    for (const Values::Entry &entry : values.entries()) {
      inputs.push_back(std::string(role) + " " + entry.name);
      operands.push_back(here.use(entry.value));
    }
  };
  take("argument", given.arguments);
  take("parameter", given.parameters);
  take("choice", given.choices);
  SmallVector<Type> types;
  for (const Wanted &result : wanted) {
    outputs.push_back(result.name);
    types.push_back(result.like ? here.use(*result.like).getType() : typeOf(result.kind, here.builder));
  }
  SmallVector<StringRef> inputTexts(inputs.begin(), inputs.end()),
      outputTexts(outputs.begin(), outputs.end());
  auto op =
      here.make<gen::ApplyOp>(types, FlatSymbolRefAttr::get(here.builder.getContext(), model.name()),
                              here.builder.getStringAttr(request), here.builder.getStrArrayAttr(inputTexts),
                              operands, here.builder.getStrArrayAttr(outputTexts));
  std::vector<Node> results;
  for (Value result : op.getResults())
    results.push_back(here.node(result));
  return results;
}

} // namespace detail

Values apply(const Model &model, const std::string &request, const Given &given,
             const std::vector<detail::Wanted> &wanted, SourceLocation where) {
  std::vector<detail::Node> nodes = detail::apply(model, request, given, wanted, where);
  std::vector<Values::Entry> entries;
  for (size_t i = 0; i < nodes.size(); ++i)
    entries.push_back({wanted[i].name, nodes[i]});
  return Values(std::move(entries));
}

Real assess(const Model &model, const Given &given, SourceLocation where) {
  const detail::Wanted score{"score", detail::Kind::real};
  return Real(detail::apply(model, "assess()", given, std::span(&score, 1), where).front());
}

Graded gradient(const Model &model, const Given &given, const std::vector<std::string> &names,
                SourceLocation where) {
  std::vector<detail::Wanted> wanted{{"score", detail::Kind::real}};
  std::string request;
  auto find = [&](const Values &values, const char *role, const std::string &name) {
    for (const Values::Entry &entry : values.entries())
      if (entry.name == name)
        wanted.push_back({std::string(role) + "_gradient " + name, detail::Kind::real, &entry.value});
  };
  for (const std::string &name : names) {
    request += (request.empty() ? "gradient(" : ", ") + name;
    size_t before = wanted.size();
    find(given.choices, "choice", name);
    find(given.arguments, "argument", name);
    find(given.parameters, "parameter", name);
    if (wanted.size() != before + 1)
      detail::fail(where, wanted.size() == before
                              ? "the gradient with respect to '" + name + "' is asked for, which is not given"
                              : "the name '" + name + "' stands for more than one value that is given");
  }
  if (names.empty())
    detail::fail(where, "a gradient is with respect to at least one value");
  std::vector<detail::Node> nodes = detail::apply(model, request + ")", given, wanted, where);
  std::vector<Values::Entry> gradients;
  for (size_t i = 0; i < names.size(); ++i)
    gradients.push_back({names[i], nodes[i + 1]});
  return {Real(nodes.front()), Values(std::move(gradients))};
}

} // namespace genfuse
