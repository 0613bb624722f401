// Operations of the interface on traced values, within a procedure.
#pragma once

#include "frontend/Model.h"
#include "frontend/Values.h"

namespace genfuse {

/// What an operation of a model is applied to: its arguments by name, its choices by address (whole leaves:
/// `mu`, `y/*`), its parameters by path (`digit/W`).
struct Given {
  Values arguments = {}, choices = {}, parameters = {};
};

/// A log density and its gradients, by the names that were asked for.
struct Graded {
  Real score;
  Values gradients;
};

/// The log density of all choices. Throws Error outside of a procedure; what the model does not have or what
/// is missing is reported when the procedure is compiled, at this line.
GENFUSE_API Real assess(const Model &model, const Given &given,
                        SourceLocation where = SourceLocation::current());

/// The log density of all choices and its gradients with respect to values of `given`, named as there.
/// Errors: those of assess, and a name that is not given.
GENFUSE_API Graded gradient(const Model &model, const Given &given, const std::vector<std::string> &names,
                            SourceLocation where = SourceLocation::current());

namespace detail {
/// A result of an operation: a role and name as in gen.apply, and its type: a kind, or that of another value.
struct Wanted {
  std::string name;
  Kind kind;
  const Node *like = nullptr;
};
GENFUSE_API std::vector<Node> apply(const Model &model, const std::string &request, const Given &given,
                                    std::span<const Wanted> wanted, SourceLocation where);
} // namespace detail

/// A result of an operation for gf::apply, by its role and name: `gf::wanted<gf::Real>("choice x")`,
/// `gf::wanted<gf::Real>("weight")`.
template <Traced T> detail::Wanted wanted(std::string name) {
  return {std::move(name), detail::Facts<T>::kind};
}

/// Any request (passes/Request.h) of a model; returns the wanted results by the names that they were asked
/// for. Errors: those of assess.
GENFUSE_API Values apply(const Model &model, const std::string &request, const Given &given,
                         const std::vector<detail::Wanted> &wanted,
                         SourceLocation where = SourceLocation::current());

/// The log density of a model as a function of some of its choices: what a sampler moves in.
class Density {
public:
  /// `given` holds everything but the position.
  Density(Model model, Given given) : model(std::move(model)), given(std::move(given)) {}

  /// The log density at a position, a value for each choice that is not given.
  Real operator()(const Values &position, SourceLocation where = SourceLocation::current()) const {
    return assess(model, at(position, where), where);
  }
  /// The same with its gradient with respect to the position.
  Graded gradient(const Values &position, SourceLocation where = SourceLocation::current()) const {
    std::vector<std::string> names;
    for (const Values::Entry &entry : position.entries())
      names.push_back(entry.name);
    return genfuse::gradient(model, at(position, where), names, where);
  }

private:
  Given at(const Values &position, SourceLocation where) const {
    return {given.arguments, given.choices.with(position, where), given.parameters};
  }
  Model model;
  Given given;
};

} // namespace genfuse
