// The trace under way: where traced operations go. Shows MLIR; the public headers do not include it.
#pragma once

#include "frontend/ModelImpl.h"
#include "frontend/Node.h"
#include "ir/Gen.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OwningOpRef.h"
#include "runtime/Error.h"
#include <map>
#include <memory>

namespace genfuse::detail {

/// The addresses of one function or plate body, with the places that took them.
class Addresses {
public:
  /// Throws Error if the address clashes with an earlier one. `isLeaf`: nothing may be below it.
  void take(const Label &address, bool isLeaf);

private:
  struct Entry {
    std::string text;
    bool isLeaf;
    SourceLocation where;
  };
  std::vector<Entry> entries;
};

class Trace {
public:
  explicit Trace(const Label &name);
  ~Trace();

  /// The innermost trace of this thread. Throws Error if there is none.
  static Trace &current(SourceLocation where);

  mlir::Location location(SourceLocation where);
  /// Counts one traced operation; throws Error above the limit.
  void count(SourceLocation where);
  /// The IR value of a node here: emits a literal, checks that a value belongs to this trace and is visible.
  mlir::Value use(const Node &node, SourceLocation where);
  mlir::Value constant(mlir::TypedAttr value, mlir::Location loc);
  /// Whether values of a block may be used here: it is this one or one around it.
  bool isVisible(mlir::Block *block) const;
  Node node(mlir::Value value) const { return Node::ofValue(value.getAsOpaquePointer(), number); }

  /// The name of the trace with that number among those under way; empty if it is none of them.
  static std::string nameOf(std::uint64_t number);

  ContextLock lock;
  const std::uint64_t number;
  const std::string name;
  std::shared_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::OpBuilder builder;
  mlir::FunctionOpInterface function; ///< a gen.func or gen.procedure
  /// One per open scope: the function, then the plates.
  std::vector<Addresses> scopes;
  /// Functions of the module, as in Model::Impl.
  std::map<std::string, std::uint64_t> functions;
  /// Sizes of dimensions that were asked for.
  llvm::DenseMap<std::pair<mlir::Value, std::int64_t>, mlir::Value> sizes;

private:
  Trace *outer;
  std::size_t operations = 0;
  llvm::DenseMap<std::pair<mlir::Block *, mlir::Attribute>, mlir::Value> constants;
};

/// Throws Error with the user's line.
[[noreturn]] void fail(SourceLocation where, const std::string &message);

/// Throws Error unless the text is an address.
void checkAddress(const Label &address, const char *what);

/// The current trace at one line of the user's: makes ops there.
class Here {
public:
  explicit Here(SourceLocation where)
      : trace(Trace::current(where)), where(where), loc(trace.location(where)), builder(trace.builder) {}
  /// Without a line of its own, an operation is where its operand was made.
  Here(SourceLocation where, const Node &operand) : Here(where) {
    if (where.line() == 0 && !operand.isLiteral())
      loc = trace.use(operand, where).getLoc();
  }

  template <class Op, class... A> Op make(A &&...arguments) {
    trace.count(where);
    return Op::create(builder, loc, std::forward<A>(arguments)...);
  }

  mlir::Value use(const Node &node) { return trace.use(node, where); }
  Node node(mlir::Value value) { return trace.node(value); }

  mlir::Value real(double value) { return trace.constant(builder.getF64FloatAttr(value), loc); }
  mlir::Value integer(std::int64_t value) { return trace.constant(builder.getI64IntegerAttr(value), loc); }
  mlir::Value boolean(bool value) { return trace.constant(builder.getBoolAttr(value), loc); }
  mlir::Value index(std::int64_t value) { return trace.constant(builder.getIndexAttr(value), loc); }
  /// 0, 1, ... of the element type of `like`, in its shape.
  mlir::Value number(double value, mlir::Value like);

  /// The size of a dimension: a constant where it is known.
  mlir::Value size(mlir::Value tensor, std::int64_t dimension);
  /// A scalar in every element of a tensor like `shape`.
  mlir::Value splat(mlir::Value scalar, mlir::Value shape);
  /// A tensor with more or less known sizes.
  mlir::Value cast(mlir::Value value, mlir::Type type);
  /// Gives two operands one type: broadcasts a scalar, settles known sizes. Throws Error where sizes differ.
  void unify(mlir::Value &a, mlir::Value &b);
  mlir::Value einsum(llvm::StringRef letters, mlir::ValueRange operands);
  /// An index: an i64 that is out of range of the dimension becomes 0.
  mlir::Value place(const Node &index, mlir::Value tensor, std::int64_t dimension);
  mlir::Value slice(mlir::Value matrix, std::int64_t dimension, mlir::Value index);

  [[noreturn]] void fail(const std::string &message) { detail::fail(where, message); }

  Trace &trace;
  SourceLocation where;
  mlir::Location loc;
  mlir::OpBuilder &builder;
};

inline mlir::RankedTensorType tensorType(mlir::Value value) {
  return mlir::dyn_cast<mlir::RankedTensorType>(value.getType());
}

/// A type as the user knows it: "real", "vector of 10 reals", "matrix of ? by 3 reals".
std::string describe(mlir::Type type);

} // namespace genfuse::detail
