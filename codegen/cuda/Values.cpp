// Values as expressions.
#include "codegen/cpu/MathToDevice.h"
#include "codegen/cuda/Printer.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace genfuse::cuda {

// Types.

std::string Printer::typeName(Type type, Operation *user) {
  if (auto vector = dyn_cast<VectorType>(type)) {
    if (vector.getRank() != 1 || vector.getNumElements() != width)
      fail(user, "a vector is not as long as its group of threads");
    type = vector.getElementType();
  }
  if (type.isF32())
    return "float";
  if (type.isF64())
    return "double";
  if (type.isIndex())
    return "index_t";
  if (type.isInteger(1))
    return "bool";
  for (unsigned bits : {8, 16, 32, 64})
    if (type.isInteger(bits))
      return "int" + std::to_string(bits) + "_t";
  fail(user, "a type that CUDA text has no name for");
}

/// The unsigned type of an integer type, in which arithmetic wraps around.
static std::string unsignedName(Type type) {
  Type element = getElementTypeOrSelf(type);
  return element.isInteger(32) ? "uint32_t" : element.isInteger(8) ? "uint8_t" : "uint64_t";
}

static bool isWrapping(Type type) {
  Type element = getElementTypeOrSelf(type);
  return !element.isIndex() && !element.isInteger(1);
}

// Constants.

static std::string floatText(const llvm::APFloat &value, bool isFloat) {
  std::string suffix = isFloat ? "_F32" : "_F64";
  if (value.isNaN())
    return "GF_NAN" + suffix;
  if (value.isInfinity())
    return (value.isNegative() ? "-GF_INF" : "GF_INF") + suffix;
  SmallString<32> digits;
  value.toString(digits, /*FormatPrecision=*/0, /*FormatMaxPadding=*/6);
  std::string text = digits.str().str();
  if (StringRef(text).find_first_of(".eE") == StringRef::npos)
    text += ".0";
  return text + (isFloat ? "f" : "");
}

Expression Printer::constant(Attribute value, Type type, Operation *user) {
  if (auto dense = dyn_cast<DenseElementsAttr>(value)) {
    if (!dense.isSplat())
      fail(user, "a constant differs from thread to thread");
    return constant(dense.getSplatValue<Attribute>(), cast<ShapedType>(type).getElementType(), user);
  }
  if (auto number = dyn_cast<FloatAttr>(value)) {
    bool negative = number.getValue().isNegative() && !number.getValue().isNaN();
    return {floatText(number.getValue(), type.isF32()), negative ? Binds::unary : Binds::primary};
  }
  auto integer = dyn_cast<IntegerAttr>(value);
  if (!integer)
    fail(user, "a constant of this kind");
  if (type.isInteger(1))
    return {integer.getValue().isZero() ? "false" : "true"};
  int64_t number = integer.getValue().getSExtValue();
  if (number == INT64_MIN)
    return {"(-9223372036854775807 - 1)"};
  if (number == INT32_MIN)
    return {"(-2147483647 - 1)"};
  return {std::to_string(number), number < 0 ? Binds::unary : Binds::primary};
}

// Expressions.

Expression Printer::expression(Value value) {
  if (auto known = texts.find(value); known != texts.end())
    return known->second;
  Operation *op = value.getDefiningOp();
  Expression result = compute(op);
  texts[value] = result;
  return result;
}

std::string Printer::operand(Value value, Binds least) {
  Expression held = expression(value);
  return held.binds < least ? "(" + held.text + ")" : held.text;
}

Expression Printer::binary(Operation *op, StringRef symbol, Binds binds) {
  Binds tighter = binds == Binds::add ? Binds::multiply : Binds::unary;
  if (binds == Binds::compare)
    tighter = Binds::add;
  Binds left = binds == Binds::compare ? Binds::add : binds;
  return {operand(op->getOperand(0), left) + " " + symbol.str() + " " + operand(op->getOperand(1), tighter),
          binds};
}

Expression Printer::call(const Twine &name, ValueRange arguments) {
  std::string text;
  for (Value argument : arguments)
    text += (text.empty() ? "" : ", ") + operand(argument);
  return {(name + "(" + text + ")").str()};
}

Expression Printer::cast(const Twine &type, Value value) {
  return {("static_cast<" + type + ">(" + operand(value) + ")").str()};
}

/// Integers that wrap around: signed overflow is undefined. Sizes and offsets are exempt (index_t).
Expression Printer::wrapping(Operation *op, StringRef symbol) {
  Type type = op->getResult(0).getType();
  std::string wide = unsignedName(type);
  auto side = [&](Value value) { return wide + "(" + operand(value) + ")"; };
  return {typeName(type, op) + "(" + side(op->getOperand(0)) + " " + symbol.str() + " " +
          side(op->getOperand(1)) + ")"};
}

Expression Printer::compute(Operation *op) {
  if (auto constantOp = dyn_cast<arith::ConstantOp>(op))
    return constant(constantOp.getValue(), op->getResult(0).getType(), op);
  if (isa<ub::PoisonOp>(op))
    return {typeName(op->getResult(0).getType(), op) + "()"};
  if (isa<arith::ArithDialect>(op->getDialect()))
    return computeArith(op);
  if (isa<math::MathDialect>(op->getDialect()))
    return computeMath(op);
  if (auto function = dyn_cast<func::CallOp>(op)) {
    auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(op, function.getCalleeAttr());
    if (auto device = callee->getAttrOfType<StringAttr>("gen.device"))
      return call(device.getValue(), op->getOperands());
    fail(op, "it is not in the device library");
  }
  return computeVector(op);
}

Expression Printer::computeArith(Operation *op) {
  Type type = op->getResult(0).getType();
  using Make = Expression;
  return llvm::TypeSwitch<Operation *, Expression>(op)
      .Case([&](arith::AddFOp) { return binary(op, "+", Binds::add); })
      .Case([&](arith::SubFOp) { return binary(op, "-", Binds::add); })
      .Case([&](arith::MulFOp) { return binary(op, "*", Binds::multiply); })
      .Case([&](arith::DivFOp) { return binary(op, "/", Binds::multiply); })
      .Case([&](arith::NegFOp) {
        return Make{"-" + operand(op->getOperand(0), Binds::primary), Binds::unary};
      })
      .Case([&](arith::MaximumFOp) { return call("gf_maximum", op->getOperands()); })
      .Case([&](arith::MinimumFOp) { return call("gf_minimum", op->getOperands()); })
      .Case([&](arith::SelectOp select) {
        return Make{operand(select.getCondition(), Binds::compare) + " ? " +
                        operand(select.getTrueValue(), Binds::compare) + " : " +
                        operand(select.getFalseValue(), Binds::compare),
                    Binds::anything};
      })
      .Case<arith::CmpFOp, arith::CmpIOp>([&](auto) { return computeComparison(op); })
      .Case<arith::ExtFOp, arith::TruncFOp, arith::FPToSIOp>(
          [&](auto) { return cast(typeName(type, op), op->getOperand(0)); })
      .Case<arith::ExtUIOp, arith::UIToFPOp, arith::IndexCastUIOp>([&](auto) {
        Value from = op->getOperand(0);
        if (getElementTypeOrSelf(from.getType()).isInteger(1))
          return cast(typeName(type, op), from);
        return Make{"static_cast<" + typeName(type, op) + ">(" +
                    cast(unsignedName(from.getType()), from).text + ")"};
      })
      .Case<arith::ExtSIOp, arith::SIToFPOp>([&](auto) {
        // Of one bit: 1 is -1.
        Expression plain = cast(typeName(type, op), op->getOperand(0));
        bool isBit = getElementTypeOrSelf(op->getOperand(0).getType()).isInteger(1);
        return isBit ? Make{"-" + plain.text, Binds::unary} : plain;
      })
      .Case([&](arith::TruncIOp) {
        if (!getElementTypeOrSelf(type).isInteger(1))
          return cast(typeName(type, op), op->getOperand(0));
        return Make{"(" + operand(op->getOperand(0), Binds::unary) + " & 1) != 0", Binds::compare};
      })
      .Case([&](arith::IndexCastOp index) {
        if (getElementTypeOrSelf(index.getIn().getType()).isInteger(1) ||
            getElementTypeOrSelf(type).isInteger(1))
          fail(op, "an index made of one bit, or one bit of an index");
        bool wide = !getElementTypeOrSelf(index.getIn().getType()).isInteger(32) &&
                    !getElementTypeOrSelf(type).isInteger(32);
        return wide ? expression(index.getIn()) : cast(typeName(type, op), index.getIn());
      })
      .Case([&](arith::BitcastOp) {
        bool toFloat = isa<FloatType>(getElementTypeOrSelf(type));
        if (toFloat)
          return Make{"gf_from_bits(" +
                      cast(unsignedName(op->getOperand(0).getType()), op->getOperand(0)).text + ")"};
        return Make{"static_cast<" + typeName(type, op) + ">(" + call("gf_to_bits", op->getOperands()).text +
                    ")"};
      })
      .Default([&](Operation *) { return computeIntegers(op); });
}

Expression Printer::computeIntegers(Operation *op) {
  Type type = op->getResult(0).getType();
  bool logical = getElementTypeOrSelf(type).isInteger(1);
  auto arithmetic = [&](StringRef symbol, Binds binds) {
    return isWrapping(type) ? wrapping(op, symbol) : binary(op, symbol, binds);
  };
  auto bits = [&](StringRef symbol) {
    Expression plain{operand(op->getOperand(0), Binds::unary) + " " + symbol.str() + " " +
                     operand(op->getOperand(1), Binds::unary)};
    return Expression{"(" + plain.text + ")"};
  };
  auto unsignedly = [&](StringRef symbol) {
    std::string wide = unsignedName(type);
    return Expression{"static_cast<" + typeName(type, op) + ">(" + wide + "(" + operand(op->getOperand(0)) +
                      ") " + symbol.str() + " " + wide + "(" + operand(op->getOperand(1)) + "))"};
  };
  auto choose = [&](StringRef relation, bool isUnsigned) {
    std::string a = operand(op->getOperand(0), Binds::add), b = operand(op->getOperand(1), Binds::add);
    std::string wide = unsignedName(type);
    std::string test = isUnsigned ? wide + "(" + a + ") " + relation.str() + " " + wide + "(" + b + ")"
                                  : a + " " + relation.str() + " " + b;
    return Expression{test + " ? " + a + " : " + b, Binds::anything};
  };
  return llvm::TypeSwitch<Operation *, Expression>(op)
      .Case([&](arith::AddIOp) { return arithmetic("+", Binds::add); })
      .Case([&](arith::SubIOp) { return arithmetic("-", Binds::add); })
      .Case([&](arith::MulIOp) { return arithmetic("*", Binds::multiply); })
      .Case([&](arith::DivSIOp) { return binary(op, "/", Binds::multiply); })
      .Case([&](arith::RemSIOp) { return binary(op, "%", Binds::multiply); })
      .Case([&](arith::DivUIOp) { return unsignedly("/"); })
      .Case([&](arith::RemUIOp) { return unsignedly("%"); })
      .Case([&](arith::CeilDivUIOp) {
        // Of sizes, which are far from the largest number.
        return Expression{"(" + operand(op->getOperand(0), Binds::add) + " + " +
                              operand(op->getOperand(1), Binds::multiply) + " - 1) / " +
                              operand(op->getOperand(1), Binds::unary),
                          Binds::multiply};
      })
      .Case([&](arith::MaxSIOp) { return choose(">", false); })
      .Case([&](arith::MinSIOp) { return choose("<", false); })
      .Case([&](arith::MaxUIOp) { return choose(">", true); })
      .Case([&](arith::MinUIOp) { return choose("<", true); })
      .Case([&](arith::AndIOp) { return bits(logical ? "&&" : "&"); })
      .Case([&](arith::OrIOp) { return bits(logical ? "||" : "|"); })
      .Case([&](arith::XOrIOp) {
        auto flipped = op->getOperand(1).getDefiningOp<arith::ConstantOp>();
        if (logical && flipped && constant(flipped.getValue(), flipped.getType(), op).text == "true")
          return Expression{"!" + operand(op->getOperand(0), Binds::primary), Binds::unary};
        return bits(logical ? "!=" : "^");
      })
      .Case([&](arith::ShLIOp) { return unsignedly("<<"); })
      .Case([&](arith::ShRUIOp) { return unsignedly(">>"); })
      .Case([&](arith::ShRSIOp) { return bits(">>"); })
      .Default([&](Operation *) -> Expression { fail(op, "it is not printed yet"); });
}

Expression Printer::computeComparison(Operation *op) {
  using F = arith::CmpFPredicate;
  using I = arith::CmpIPredicate;
  auto compare = [&](StringRef symbol) { return binary(op, symbol, Binds::compare); };
  auto negated = [&](StringRef symbol) {
    return Expression{"!(" + compare(symbol).text + ")", Binds::unary};
  };
  auto isNaN = [&](Value value) { return call("gf_is_nan", value).text; };
  if (auto real = dyn_cast<arith::CmpFOp>(op)) {
    switch (real.getPredicate()) {
    case F::OEQ:
      return compare("==");
    case F::OGT:
      return compare(">");
    case F::OGE:
      return compare(">=");
    case F::OLT:
      return compare("<");
    case F::OLE:
      return compare("<=");
    case F::UNE:
      return compare("!=");
    case F::UGT:
      return negated("<=");
    case F::UGE:
      return negated("<");
    case F::ULT:
      return negated(">=");
    case F::ULE:
      return negated(">");
    case F::ORD:
      return {"(!" + isNaN(real.getLhs()) + " && !" + isNaN(real.getRhs()) + ")"};
    case F::UNO:
      return {"(" + isNaN(real.getLhs()) + " || " + isNaN(real.getRhs()) + ")"};
    case F::ONE:
      return {"(" + compare("<").text + " || " + compare(">").text + ")"};
    case F::UEQ:
      return {"(!(" + compare("<").text + ") && !(" + compare(">").text + "))"};
    case F::AlwaysTrue:
      return {"true"};
    case F::AlwaysFalse:
      return {"false"};
    }
  }
  auto integers = llvm::cast<arith::CmpIOp>(op);
  auto unsignedly = [&](StringRef symbol) {
    std::string wide = unsignedName(integers.getLhs().getType());
    return Expression{wide + "(" + operand(integers.getLhs()) + ") " + symbol.str() + " " + wide + "(" +
                          operand(integers.getRhs()) + ")",
                      Binds::compare};
  };
  switch (integers.getPredicate()) {
  case I::eq:
    return compare("==");
  case I::ne:
    return compare("!=");
  case I::slt:
    return compare("<");
  case I::sle:
    return compare("<=");
  case I::sgt:
    return compare(">");
  case I::sge:
    return compare(">=");
  case I::ult:
    return unsignedly("<");
  case I::ule:
    return unsignedly("<=");
  case I::ugt:
    if (operand(integers.getRhs()) == "0")
      return compare("!=");
    return unsignedly(">");
  case I::uge:
    return unsignedly(">=");
  }
  fail(op, "an unknown comparison");
}

Expression Printer::computeMath(Operation *op) {
  Type element = getElementTypeOrSelf(op->getResult(0).getType());
  std::string suffix = element.isF64() ? "_f64" : "_f32";
  if (StringRef function = deviceFunctionOf(op); !function.empty())
    return call("gf_" + function + suffix, op->getOperands());
  StringRef exact = llvm::TypeSwitch<Operation *, StringRef>(op)
                        .Case([](math::FmaOp) { return "gf_fma"; })
                        .Case([](math::SqrtOp) { return "gf_sqrt"; })
                        .Case([](math::AbsFOp) { return "gf_abs"; })
                        .Case([](math::FloorOp) { return "gf_floor"; })
                        .Case([](math::CeilOp) { return "gf_ceil"; })
                        .Case([](math::RoundEvenOp) { return "gf_round_even"; })
                        .Case([](math::CopySignOp) { return "gf_copysign"; })
                        .Case([](math::IsNaNOp) { return "gf_is_nan"; })
                        .Default([](Operation *) { return ""; });
  if (!exact.empty())
    return call(exact, op->getOperands());
  if (isa<math::RsqrtOp>(op))
    return {(element.isF64() ? "1.0 / " : "1.0f / ") + call("gf_sqrt", op->getOperands()).text,
            Binds::multiply};
  fail(op, "it is not in the device library");
}

Expression Printer::computeVector(Operation *op) {
  std::string size = "<" + std::to_string(width) + ">";
  for (Type type : op->getResultTypes())
    if (isa<VectorType>(type))
      typeName(type, op);
  if (auto broadcast = dyn_cast<vector::BroadcastOp>(op))
    return expression(broadcast.getSource());
  if (isa<vector::StepOp>(op))
    return {"index_t(lane)"};
  if (auto mask = dyn_cast<vector::CreateMaskOp>(op))
    return {"lane < " + operand(mask.getOperand(0), Binds::add), Binds::compare};
  if (auto mask = dyn_cast<vector::ConstantMaskOp>(op))
    return {"lane < " + std::to_string(mask.getMaskDimSizes().front()), Binds::compare};
  if (auto reduction = dyn_cast<vector::ReductionOp>(op)) {
    using Kind = vector::CombiningKind;
    Kind kind = reduction.getKind();
    StringRef name = kind == Kind::ADD                               ? "gf_sum"
                     : kind == Kind::OR                              ? "gf_any"
                     : kind == Kind::AND                             ? "gf_all"
                     : kind == Kind::MAXIMUMF || kind == Kind::MAXSI ? "gf_max"
                     : kind == Kind::MINIMUMF || kind == Kind::MINSI ? "gf_min"
                                                                     : "";
    bool logical = getElementTypeOrSelf(reduction.getVector().getType()).isInteger(1);
    if (name.empty() || reduction.getAcc() || logical != (kind == Kind::OR || kind == Kind::AND))
      fail(op, "a reduction of this kind");
    return call(name + size, reduction.getVector());
  }
  if (auto extract = dyn_cast<vector::ExtractOp>(op)) {
    if (extract.getNumIndices() != 1)
      fail(op, "it takes more than an element");
    OpFoldResult at = extract.getMixedPosition().front();
    std::string lane = isa<Attribute>(at)
                           ? std::to_string(llvm::cast<IntegerAttr>(llvm::cast<Attribute>(at)).getInt())
                           : "static_cast<int>(" + operand(llvm::cast<Value>(at)) + ")";
    return {"gf_from" + size + "(" + operand(extract.getSource()) + ", " + lane + ")"};
  }
  fail(op, "it is not printed yet");
}

} // namespace genfuse::cuda
