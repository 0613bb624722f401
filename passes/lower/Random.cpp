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

/// Lanes that lie in one block of instances.
constexpr int64_t blockLanes = 16;

/// Whether lanes are consecutive instances, in whole groups of `blockLanes` that do not begin in one block
/// and end in another, and nothing else differs between them.
static bool isPacked(const Lanes &lanes, const Scalar &instance, ArrayRef<Scalar> others) {
  const bool inBlocks = alignment % lanes.width == 0 || lanes.width % alignment == 0;
  return inBlocks && lanes.width % blockLanes == 0 && instance.isLaneIndex &&
         llvm::none_of(others, [](const Scalar &s) { return s.varying || s.isLaneIndex; });
}

/// A draw whose calls are shared by instances, in lanes: 16 lanes have 16 counters in a row and one word, so
/// that the words of a call are used by groups of lanes and the call is made once (LLVM sees equal counters).
Value Lowerer::packedDraw(gen::RandomOp op, StringRef device, ArrayRef<Value> upper, ArrayRef<Value> keys,
                          int64_t perCall) {
  alignedInstances = true;
  Type word = builder.getI32Type(), real = op.getType();
  auto constant = [&](int64_t value) {
    return make<arith::ConstantOp>(builder.getI32IntegerAttr(static_cast<int32_t>(value)));
  };
  const int64_t shared = blockLanes * perCall, width = lanes.width;
  Value base = make<arith::IndexCastOp>(word, scalar(op.getInstance()).value);
  Value block = make<arith::ShRUIOp>(base, constant(llvm::Log2_64(shared)));
  Value first = make<arith::AndIOp>(make<arith::ShRUIOp>(base, constant(llvm::Log2_64(blockLanes))),
                                    constant(perCall - 1));
  const bool whole = width % shared == 0; // lanes begin with a block
  Lanes outer = std::exchange(lanes, Lanes{blockLanes, {}, {}, {}});
  auto lift = [&](Value value) { return broadcast({value}); };
  SmallVector<int32_t> steps(blockLanes);
  std::iota(steps.begin(), steps.end(), 0);
  Value lane = make<arith::ConstantOp>(DenseElementsAttr::get(vectorOf(word), ArrayRef<int32_t>(steps)));
  Value result = make<ub::PoisonOp>(VectorType::get({width}, real));
  for (int64_t group = 0; group < width / blockLanes; ++group) {
    Value here = whole ? make<arith::AddIOp>(block, constant(group / perCall)) : block;
    Value c0 = make<arith::OrIOp>(lift(make<arith::ShLIOp>(here, constant(llvm::Log2_64(blockLanes)))), lane);
    Value slot = whole ? constant(group % perCall) : make<arith::AddIOp>(first, constant(group));
    SmallVector<Value> operands{c0};
    for (Value part : upper)
      operands.push_back(lift(part));
    llvm::append_range(operands, keys);
    operands.push_back(lift(slot));
    Value piece = callDevice(device, operands, real, /*varying=*/true).value;
    result = vector::InsertStridedSliceOp::create(
        builder, loc, piece, result, ArrayRef<int64_t>{group * blockLanes}, ArrayRef<int64_t>{1});
  }
  lanes = outer;
  return result;
}

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
  const bool packed = !threads && !ownStream && stream.getSingle() && isPacked(lanes, instance, position);
  bool varying = !packed && llvm::any_of(all, [](const Scalar &s) { return s.isLaneIndex || s.varying; });
  Words words(*this, varying);

  Value c0, slot;
  if (!packed)
    c0 = words.of(instance);
  if (packed) {
    // Below.
  } else if (ownStream) {
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
  Value c2 = words.constant((stream.getScope() << 16) |
                            (stream.getSlot() / (ownStream || stream.getSingle() ? 1 : perCall)));
  Value outer = position.size() > 1 ? words.of(position.front()) : words.constant(0);
  int64_t domain = ownStream ? 2 : op.getKind() == "normal" ? 1 : 0;
  Value c3 =
      words.make<arith::OrIOp>(words.make<arith::ShLIOp>(outer, words.constant(4)), words.constant(domain));

  Value seed = scalar(op.getSeed()).value;
  Value k0 = make<arith::TruncIOp>(builder.getI32Type(), seed);
  Value high = make<arith::ShRUIOp>(seed, make<arith::ConstantOp>(builder.getI64IntegerAttr(32)));
  Value k1 = make<arith::TruncIOp>(builder.getI32Type(), high);

  StringRef suffix = real.isInteger() ? "_i64" : wide ? "_f64" : "_f32";
  std::string device = ("gf_random_" + op.getKind() + suffix).str();
  if (packed) {
    set(op.getResult(), Scalar{packedDraw(op, device, {c1, c2, c3}, {k0, k1}, perCall), true});
    return success();
  }
  SmallVector<Value> operands{c0, c1, c2, c3, k0, k1, slot};
  for (const Scalar &parameter : parameters)
    operands.push_back(varying ? broadcast(parameter) : parameter.value);
  set(op.getResult(), callDevice(device, operands, real, varying));
  return success();
}

} // namespace genfuse::lower
