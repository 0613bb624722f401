// Random variates: the counter of decision 1, then a call of the device library.
#include "ir/SpecialFunctions.h"
#include "passes/lower/Lowerer.h"

using namespace mlir;

namespace genfuse::lower {

namespace {

/// 32-bit words, one or one per lane.
class Words {
public:
  Words(Lowerer &lowerer, bool varying) : lowerer(lowerer), varying(varying) {}

  Value constant(int64_t value) {
    return lift(
        lowerer.make<arith::ConstantOp>(lowerer.builder.getI32IntegerAttr(static_cast<int32_t>(value))));
  }
  Value of(Scalar scalar) {
    scalar = lowerer.materialise(scalar);
    Type word = lowerer.builder.getI32Type();
    Type type = scalar.varying ? Type(lowerer.vectorOf(word)) : word;
    Value value = lowerer.make<arith::IndexCastOp>(type, scalar.value);
    return scalar.varying ? value : lift(value);
  }
  template <class Op> Value make(Value a, Value b) { return lowerer.make<Op>(a, b); }

private:
  Value lift(Value value) { return varying ? lowerer.broadcast({value}) : value; }
  Lowerer &lowerer;
  bool varying;
};

} // namespace

/// counter = (instance block, innermost plate index, scope and call, domain and outer plate index). A variate
/// with a stream of its own has the instance and the slot in place of block and call, and passes its element
/// on.
LogicalResult Lowerer::lowerRandom(gen::RandomOp op) {
  Type real = op.getType();
  bool wide = real.isF64();
  int64_t perCall = wide ? 2 : 4;
  gen::StreamAttr stream = op.getStream();
  SmallVector<Scalar> position;
  for (Value p : op.getPosition())
    position.push_back(scalar(p));
  if (position.size() > 2)
    return op.emitOpError("draws in more than two nested plates, which is not supported");
  Scalar instance = scalar(op.getInstance());
  bool ownStream = gen::findVariate(op.getKind())->ownStream;
  SmallVector<Scalar> parameters, all(position);
  for (Value parameter : op.getParameters())
    parameters.push_back(scalar(parameter));
  all.append(parameters);
  all.push_back(instance);
  if (op.getElement())
    all.push_back(scalar(op.getElement()));
  bool varying = llvm::any_of(all, [](const Scalar &s) { return s.isLaneIndex || s.varying; });
  Words words(*this, varying);

  Value c0 = words.of(instance), slot;
  if (ownStream) {
    slot = op.getElement() ? words.of(scalar(op.getElement())) : words.constant(0);
  } else if (stream.getSingle()) {
    // Instance i uses word (i/16) % perCall of block 16 (i / (16 perCall)) + i % 16.
    int64_t shift = wide ? 5 : 6;
    Value low = words.make<arith::AndIOp>(c0, words.constant(15));
    Value block = words.make<arith::ShRUIOp>(c0, words.constant(shift));
    slot = words.make<arith::AndIOp>(words.make<arith::ShRUIOp>(c0, words.constant(4)),
                                     words.constant(perCall - 1));
    c0 = words.make<arith::OrIOp>(words.make<arith::ShLIOp>(block, words.constant(4)), low);
  } else {
    slot = words.constant(stream.getSlot() % perCall);
  }
  Value c1 = position.empty() ? words.constant(0) : words.of(position.back());
  Value c2 = words.constant((stream.getScope() << 16) | (stream.getSlot() / (ownStream ? 1 : perCall)));
  Value outer = position.size() > 1 ? words.of(position.front()) : words.constant(0);
  int64_t domain = ownStream ? 2 : op.getKind() == "normal" ? 1 : 0;
  Value c3 =
      words.make<arith::OrIOp>(words.make<arith::ShLIOp>(outer, words.constant(4)), words.constant(domain));

  Value seed = scalar(op.getSeed()).value;
  Value k0 = make<arith::TruncIOp>(builder.getI32Type(), seed);
  Value high = make<arith::ShRUIOp>(seed, make<arith::ConstantOp>(builder.getI64IntegerAttr(32)));
  Value k1 = make<arith::TruncIOp>(builder.getI32Type(), high);

  SmallVector<Value> operands{c0, c1, c2, c3, k0, k1, slot};
  for (const Scalar &parameter : parameters)
    operands.push_back(varying ? broadcast(parameter) : parameter.value);
  StringRef suffix = real.isInteger() ? "_i64" : wide ? "_f64" : "_f32";
  set(op.getResult(), callDevice(("gf_random_" + op.getKind() + suffix).str(), operands, real, varying));
  return success();
}

} // namespace genfuse::lower
