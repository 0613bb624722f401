// Lowers one batched function to a kernel. Each file of this folder implements one group of these members.
#pragma once

#include "passes/Registers.h"
#include "passes/SymbolicSize.h"
#include "passes/lower/Lowered.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/StringMap.h"

namespace genfuse::lower {

/// Rows whose rank-one updates are added to a sum in memory at once: those of a usual batch, so that the sum
/// is read and written once. (With 64, W4's batch of 100 took some 3 % longer.)
constexpr int64_t blockRows = 128;
/// Where a range of instances may begin, if kernels draw for whole blocks of them, and where a part of a
/// sweep with sums may.
constexpr int64_t alignment = 64;
/// Iterations whose sums are formed in the real type before they are added in f64.
constexpr int64_t tileLength = 1024;

/// A sweep is cut into at most `most` parts, each of at least so much work (see weightOf in Parts.cpp); not
/// if it has more than `sums` elements of sums in memory, since each part has its own.
struct Cutting {
  int64_t most, work, sums;
};
constexpr Cutting forCpu{32, 1 << 18, 1 << 18}, forThreads{512, 1 << 12, 1 << 17};
/// Groups of threads that add nothing up have nothing to combine.
constexpr Cutting forThreadsWithoutSums{8192, 1, 0};

using Index = OpFoldResult;
using Indices = llvm::ArrayRef<OpFoldResult>;

class Contraction;
struct ResultBlock;

class Lowerer {
public:
  /// With `threads`, lanes are threads of a group (see gen-lower).
  Lowerer(mlir::func::FuncOp source, bool threads, VectorRegisters vectors);
  /// `checker`, if there is one, lowers the function that checks the inputs of this one.
  mlir::LogicalResult run(Lowerer *checker);

  mlir::OpBuilder builder;
  mlir::Location loc;
  Lanes lanes;
  const bool threads;
  const VectorRegisters vectors;

  template <class Op, class... Arguments> Value make(Arguments &&...arguments) {
    return Op::create(builder, loc, std::forward<Arguments>(arguments)...).getOperation()->getResult(0);
  }

  // Access.cpp: reading and writing.
  Value index(int64_t value);
  Value asValue(Index value);
  Index plus(Index a, Index b);
  Index times(Index a, Index b);
  Index minus(Index a, Index b);
  bool isOne(Index value) { return isConstantIntValue(value, 1); }
  std::optional<int64_t> staticCount(Indices sizes);
  mlir::VectorType vectorOf(mlir::Type element) { return mlir::VectorType::get({lanes.width}, element); }

  Value position(const View &view, Indices indices);
  Scalar load(const View &view, Indices indices);
  void store(const View &view, Indices indices, Scalar value);
  Scalar gather(const View &view, llvm::ArrayRef<Scalar> indices);
  /// Each lane stores at indices of its own; lanes that hit one element leave one of their values there.
  void scatter(const View &view, llvm::ArrayRef<Scalar> indices, Scalar value);
  Scalar elementAt(const Tensor &tensor, Indices indices);
  Scalar elementAt(Value tensor, llvm::ArrayRef<Scalar> indices, mlir::Operation *user);
  Value broadcast(const Scalar &scalar);
  Scalar materialise(Scalar scalar);     ///< a lane index as a vector
  Value zeroWhereInactive(Value vector); ///< zero in lanes that do not exist
  Value laneSum(Value vector);
  Value clampedLane(int64_t lane); ///< lane, at most the last active one; index
  Value number(double value, mlir::Type type);
  /// Runs `body` for all indices: unrolled if there are few, otherwise in loops.
  void forEachIndex(Indices sizes, llvm::function_ref<void(Indices)> body);
  void fill(const View &view, Indices sizes, double value);
  /// The part of a view at one index of dimension `d`, which may be a lane index.
  View subview(const View &view, unsigned d, Scalar at);
  std::optional<View> inMemory(Value tensor, mlir::Operation *user);

  // Transposes.cpp
  int64_t elementsARegister(mlir::Type element);
  /// Whether this vector of known size differs between lanes and can be laid as rows.
  bool canLieInRows(const Tensor &tensor);
  /// A copy with a row for each lane, elements side by side. Rows of lanes that do not exist are left as they
  /// are.
  std::optional<View> rowsOfLanes(Value tensor, mlir::Operation *user);

  // Kernel.cpp: the function, its arrays and its workspace.
  /// A workspace slice for a tensor like `like`, one per lane if `perLane`, with room for so many of them.
  /// None, after a diagnostic, if its size is not affine in the sizes of arguments.
  std::optional<View> allocate(Value like, mlir::Type memoryElement, bool perLane, mlir::Operation *user,
                               int64_t copies = 1);
  View allocateStatic(llvm::ArrayRef<int64_t> shape, mlir::Type memoryElement, bool perLane);

  // Ops.cpp
  Tensor &tensor(Value value);
  Scalar scalar(Value value) { return scalars.lookup(value); }
  void set(Value value, Scalar scalar) { scalars[value] = scalar; }
  void set(Value value, Tensor tensor);
  llvm::SmallVector<Index> sizesOf(Value tensor);

private:
  struct Slice {
    SizeExpression elements;
    int64_t elementBytes;
    int64_t partition = -1; ///< each part of that one has a slice of its own
    bool ofLanes = false;   ///< each lane uses elements of its own
  };
  /// A sweep of the kernel that runs in parts; how many depends on sizes only.
  struct Partition {
    SizeExpression length; ///< of the sweep; that over instances takes the call's range
    bool overInstances;
    int64_t align; ///< all parts but the last have a multiple of so many iterations
    Cutting cutting;
    std::vector<SizeExpression> work; ///< of one iteration: the sum of these
    std::vector<SizeExpression> sums; ///< how many elements the sums in memory have
    Value parts, chunk;               ///< arguments of the kernel: how many, and iterations in each
    Value part;                       ///< which one is being computed
    mlir::Block *body = nullptr;
  };
  struct Cut {
    Value parts, chunk;
  };
  struct Array {
    bool isResult;
    unsigned number; ///< of the argument or result
    mlir::Type element;
    unsigned rank, firstDim;
    View view;
    llvm::SmallVector<Index> sizes;
    std::string name; ///< `argument 's'`, for messages
    mlir::DictionaryAttr described;
  };
  class Entry;

  // Kernel.cpp
  void declareArrays();
  void bindArrays();
  bool accumulates(const Array &result);
  void storeResults(mlir::func::ReturnOp op);
  void storeResult(const Array &array, Value value, bool accumulate);
  mlir::LogicalResult lowerKernel();
  View addSlice(SizeExpression elements, mlir::Type memoryElement, bool ofLanes = false);
  void addCells();
  void describeArguments();
  Value loadWord(mlir::OpBuilder &b, Value pointer, int64_t byteOffset, mlir::Type type);
  Value loadField(llvm::StringRef name, int64_t byteOffset, mlir::Type type); ///< a word of the call
  Value loadSize(const Array &array, Value list, unsigned dimension, llvm::StringRef kind);
  Value memrefOf(mlir::OpBuilder &b, Value pointer, mlir::Type element);
  Value evaluate(mlir::OpBuilder &b, const SizeExpression &size, Value flatDims);
  llvm::SmallVector<Value> sliceOffsets(mlir::OpBuilder &b, Value flatDims, llvm::ArrayRef<Cut> cuts);
  Value sliceBytes(mlir::OpBuilder &b, const Slice &slice, Value flatDims);
  std::optional<SizeExpression> elementsOf(Value tensor);

  // Access.cpp
  Value loadVector(Value memory, Value position, mlir::Type element);
  Value fromMemory(Value loaded, const View &view);
  Value toMemory(Value value, mlir::Type memoryElement);
  Value lanePositions(const View &view, llvm::ArrayRef<Scalar> indices);
  Value laneMask();
  Scalar gatherThreads(const View &view, llvm::ArrayRef<Scalar> indices);
  Scalar gatherLanes(const View &view, llvm::ArrayRef<Scalar> indices);
  Scalar chooseElement(const Tensor &tensor, llvm::ArrayRef<Scalar> indices);

  // Ops.cpp
  mlir::LogicalResult lowerBlock(mlir::Block &block);
  mlir::LogicalResult lowerOp(mlir::Operation *op);
  void lowerElementwise(mlir::Operation *op);
  Scalar apply(mlir::Operation *op, llvm::ArrayRef<Scalar> operands);
  llvm::SmallVector<Scalar> safeIndices(mlir::ValueRange indices, Indices sizes);
  bool isChecked(Value index, Index size);
  Scalar within(Scalar offset, Index last);
  mlir::LogicalResult lowerSlice(mlir::tensor::ExtractSliceOp op);
  mlir::LogicalResult lowerExtract(mlir::tensor::ExtractOp op);
  void lowerCast(mlir::tensor::CastOp op);
  void lowerFromElements(mlir::tensor::FromElementsOp op);
  void lowerSplat(mlir::tensor::SplatOp op);
  void lowerReduceMax(gen::ReduceMaxOp op);
  void lowerInverseCdf(gen::InverseCdfOp op);
  void lowerOneHot(gen::OneHotOp op);
  bool shouldStore(Value value, const Tensor &tensor);

  // Triangular.cpp
  mlir::LogicalResult lowerTriangularSolve(gen::TriangularSolveOp op);
  void setByElements(Value result, llvm::SmallVector<Index> sizes, const Tensor &source,
                     std::function<Scalar(Indices)> element);
  Scalar whereIndices(mlir::arith::CmpIPredicate relation, Index i, Index j,
                      llvm::function_ref<Scalar()> value);
  void lowerLowerTriangle(gen::LowerTriangleOp op);
  void lowerDiagonal(gen::DiagonalOp op);
  void lowerDiagonalMatrix(gen::DiagonalMatrixOp op);

  // Device.cpp
  /// A call of device function `base` (gf_lgamma_f32, say), whose result has this type a lane.
  Scalar callDevice(llvm::StringRef base, mlir::ValueRange operands, mlir::Type result, bool varying);
  Scalar callSpecial(gen::SpecialOp op, llvm::ArrayRef<Scalar> operands);
  // Checks.cpp
  void declareCounters();
  void lowerCounted(gen::CountedOp op);
  int64_t mostCheckIndices();
  Value ofLane(Scalar value, Value lane);
  void keepFailure(gen::CheckOp op, Value lane);
  void lowerCheck(gen::CheckOp op);

  // Transposes.cpp
  bool canTranspose(const Tensor &tensor);
  bool isRows(const View &view);
  void transposeBlocks(int64_t size, const View &from, const View &to);
  Tensor lanesOfRows(Value value);
  bool storeRows(const View &rows, Value value, mlir::Operation *user);

  // Concat.cpp
  mlir::LogicalResult lowerConcat(gen::ConcatOp op);

  // Rows.cpp
  mlir::LogicalResult lowerRow(gen::RowOp op);
  bool lowerRowElement(mlir::Operation *op);
  bool isJoin(gen::SweepOp sweep, unsigned sum);
  bool joinsAll(gen::SweepOp sweep, unsigned sum);
  std::optional<View> placeOf(gen::PlaceOp place, gen::SweepOp part);
  View rowOf(View whole, gen::PlaceOp place);
  mlir::SmallVector<Index> placedSizes(gen::PlaceOp place);
  void storeRow(const View &whole, gen::PlaceOp place);
  bool isOnlySummed(gen::PlaceOp place);
  mlir::LogicalResult lowerPlace(gen::PlaceOp place);

  // Random.cpp
  mlir::LogicalResult lowerRandom(gen::RandomOp op);
  Value packedDraw(gen::RandomOp op, llvm::StringRef device, llvm::ArrayRef<Value> upper,
                   llvm::ArrayRef<Value> keys, int64_t perCall);

  struct Sum;
  struct DelayedUpdate;
  struct OpenSweep;

  // Sums.cpp
  bool isInRegisters(gen::SweepOp sweep, unsigned sum);
  mlir::LogicalResult prepareSums(OpenSweep &sweep);
  void clearTiles(OpenSweep &sweep);
  llvm::SmallVector<Value> addTile(OpenSweep &sweep, mlir::ValueRange carried, mlir::ValueRange totals,
                                   Value first);
  llvm::SmallVector<Value> zeroSums(OpenSweep &sweep, bool wide, bool perLane);
  void setCarried(OpenSweep &sweep, mlir::ValueRange values);
  llvm::SmallVector<Value> getCarried(OpenSweep &sweep);
  void publishSums(OpenSweep &sweep, mlir::ValueRange totals);
  mlir::LogicalResult accumulate(Sum &sum, Value yielded, mlir::Operation *user);
  mlir::LogicalResult accumulateTerm(const View &into, Value term, bool overLanes, mlir::Operation *user);
  bool canAddGroups(const View &into, const Tensor &term);
  void addGroups(const View &into, const Tensor &term);
  void accumulateOneHot(const View &into, gen::OneHotOp hot, bool overLanes);
  void accumulateLanes(const View &into, llvm::ArrayRef<Scalar> indices, Value values);
  void defer(Value yielded, mlir::Block *block);

  // Parts.cpp
  bool isOutermost(mlir::Operation *op);
  std::optional<Partition> partitionOf(gen::SweepOp op);
  void addWork(mlir::Block &block, const SizeExpression &times, Partition &partition);
  void addTerm(std::vector<SizeExpression> &terms, SizeExpression term);
  Cut cut(mlir::OpBuilder &b, const Partition &partition, Value flatDims, Value callArgument);
  llvm::SmallVector<Cut> cuts(mlir::OpBuilder &b, Value flatDims, Value callArgument);
  mlir::FailureOr<llvm::SmallVector<Value>> lowerParts(OpenSweep &sweep, Partition partition);
  std::optional<View> keepCarried(mlir::ValueRange carried);
  View partOf(const View &inside, Indices sizes, Value part);
  void combine(OpenSweep &sweep, const std::optional<View> &scalars, Indices count, Value parts);

  // Products.cpp
  struct Product;
  std::optional<Product> productOf(gen::EinsumOp op);
  mlir::LogicalResult lowerProduct(gen::EinsumOp op, Product product);
  std::optional<Partition> partitionOf(gen::EinsumOp op, unsigned dimension);
  void inParts(Partition partition, Index length, llvm::function_ref<void(Value from, Value to)> body);
  void sumProducts(const Product &product, const ResultBlock &block);
  void callGemm(const Product &product, const ResultBlock &block, Value first, Value last);

  // Sweeps.cpp
  mlir::LogicalResult lowerSweep(gen::SweepOp op);
  mlir::FailureOr<llvm::SmallVector<Value>> lowerWhole(OpenSweep &sweep);
  mlir::FailureOr<llvm::SmallVector<Value>> lowerLoops(OpenSweep &sweep);
  mlir::LogicalResult lowerIteration(OpenSweep &sweep, Scalar at);
  mlir::FailureOr<llvm::SmallVector<Value>> lowerTile(OpenSweep &sweep, Value from, Value to);
  mlir::FailureOr<llvm::SmallVector<Value>> lowerRows(OpenSweep &sweep, Value end,
                                                      llvm::SmallVector<Value> carried);
  mlir::FailureOr<llvm::SmallVector<Value>> lowerBlocks(OpenSweep &sweep, Value from, Value to);
  mlir::FailureOr<llvm::SmallVector<Value>> lowerTiles(OpenSweep &sweep);
  mlir::FailureOr<llvm::SmallVector<Value>> lowerTail(OpenSweep &sweep, Value here,
                                                      llvm::SmallVector<Value> carried);
  void setRange(OpenSweep &sweep);
  void setTail(OpenSweep &sweep);
  void publishStacks(mlir::Operation *op);
  std::optional<View> destination(mlir::Operation *op, unsigned result);
  void storeStack(mlir::Operation *op, unsigned result, Value yielded, Scalar at);

  // LongSweeps.cpp
  void maskAll(OpenSweep &sweep, mlir::scf::IfOp tail);
  mlir::LogicalResult lowerOnceOrTwice(OpenSweep &sweep);

  // ShortSweeps.cpp
  bool mayBeShort(gen::SweepOp op);
  Value termOfShort(Value yielded, Value vector);
  mlir::FailureOr<llvm::SmallVector<Value>> lowerShortOrLong(OpenSweep &sweep);

  // Loops.cpp
  struct OpenLoop;
  mlir::LogicalResult lowerLoop(gen::LoopOp op);
  mlir::LogicalResult prepareCarried(OpenLoop &loop);
  mlir::FailureOr<llvm::SmallVector<Value>> handOn(OpenLoop &loop, mlir::ValueRange values, Value half);
  void takeOver(OpenLoop &loop, mlir::ValueRange targets, mlir::ValueRange values);
  View halfOf(const View &both, Indices sizes, Value half);
  bool variesInLanes(gen::LoopOp op, unsigned carried);

  // EarlyDraws.cpp
  mlir::LogicalResult drawEarly(gen::LoopOp op, Value index);

  // Contraction.cpp
  mlir::LogicalResult lowerEinsum(gen::EinsumOp op);
  mlir::LogicalResult accumulateEinsum(gen::EinsumOp op, const View &into, bool overLanes);
  const DelayedUpdate *delayedUpdate(Contraction &contraction, gen::EinsumOp op, const View &into);

  // Updates.cpp
  bool canDelay(Value yielded, mlir::Block *block);
  mlir::LogicalResult flush(OpenSweep &sweep, Value rows);

  mlir::func::FuncOp source, kernel;
  llvm::DenseMap<Value, Scalar> scalars;
  llvm::DenseMap<Value, Tensor> tensors;
  llvm::SmallPtrSet<mlir::Operation *, 16> deferred;   ///< computed where they are added to a sum
  llvm::DenseMap<Value, View> destinations;            ///< where a sweep's stack goes
  llvm::DenseMap<mlir::Operation *, Scalar> iteration; ///< the current index of each open sweep
  OpenSweep *delaying = nullptr;                       ///< the sweep whose updates wait for a block of rows
  llvm::SmallVector<Array> arrays;
  llvm::StringMap<unsigned> counters; ///< the array of each counter; they come after the others
  llvm::SmallVector<Slice> slices;
  llvm::DenseMap<Value, unsigned> sliceOf; ///< by the memory of a view
  llvm::SmallVector<Partition> partitions;
  Partition *running = nullptr; ///< whose part is being lowered
  unsigned totalDims = 0;
  int64_t cells = 0; ///< so many scalars fit into the last slice, which launches leave to later ones
  Value dims, strides, call;
  bool alignedInstances = false;           ///< it draws for whole blocks of instances
  bool isChecker;                          ///< its function checks the inputs of another one
  Value record;                            ///< where a checker notes failures
  int64_t checkIndices;                    ///< the most indices that one of its checks has
  std::map<int64_t, std::string> messages; ///< by the number of the check
};

} // namespace genfuse::lower
