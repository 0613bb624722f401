// The checks of a generated library against those of the runtime: the same sizes, strides and overlaps are
// refused, in the same words.
#include "runtime/AlignedBuffer.h"
#include "runtime/Binding.h"
#include "runtime/Call.h"
#include "runtime/Error.h"
#include "runtime/Overlap.h"
#include "runtime/embed/support/Overlaps.h"
#include "tests/aot/Opened.h"
#include <gmock/gmock.h>
#include <random>

using namespace genfuse;

namespace {

Model model(const std::string &file, const std::string &name) {
  return Model::load(std::string(GENFUSE_SOURCE_DIR) + "/tests/models/" + file + ".mlir", name);
}

/// An operation with arrays of sizes that fit.
class Operation {
public:
  Operation(const std::string &file, const std::string &function, const std::string &request,
            const std::map<std::string, int64_t> &sizes, int64_t instances)
      : opened(model(file, function), {.name = "m",
                                       .operations = {aot::parseOperation("op = " + request)},
                                       .cpuLevels = {"x86-64-v3"}}),
        signature(opened.operation("op").signature), instances(instances) {
    for (const ArraySpec &spec : signature.arrays) {
      Shape shape;
      for (const Dimension &dimension : spec.shape) {
        shape.push_back(dimension.constant);
        for (const Dimension::Term &term : dimension.terms)
          shape.back() += term.coefficient * sizes.at(signature.symbols[term.symbol]);
      }
      if (spec.batched)
        shape.push_back(instances);
      arrays.push_back(Array::zeros(spec.type, shape));
    }
  }

  size_t find(const std::string &name, Role role) const {
    for (size_t i = 0; i < signature.arrays.size(); ++i)
      if (signature.arrays[i].name == name && signature.arrays[i].role == role)
        return i;
    throw Error("no array '" + name + "'");
  }

  /// What runtime/Call says; empty where it has nothing to say.
  std::string ofRuntime() const {
    try {
      Call call(signature);
      call.instances(instances);
      for (size_t i = 0; i < arrays.size(); ++i)
        call.set(signature.arrays[i].name, signature.arrays[i].role, arrays[i]);
      call.bind();
    } catch (const Error &error) {
      return error.what();
    }
    return "";
  }

  /// What the library says.
  std::string ofLibrary() const {
    gf_call call = gf_call_default();
    call.instances = call.end = instances;
    const Answer bytes = opened.workspace("op", toC(arrays), call);
    if (bytes.status < 0)
      return bytes.text;
    auto workspace = allocateAligned(bytes.status + 64);
    call.workspace = workspace.get();
    call.workspace_bytes = bytes.status;
    const Answer answer = opened.call("op", toC(arrays), call);
    EXPECT_EQ(answer.status == GF_OK, answer.text.empty()) << answer.text;
    return answer.text;
  }

  /// Compares the two; true if something was refused.
  bool compare() const {
    const std::string expected = ofRuntime();
    EXPECT_EQ(ofLibrary(), expected);
    return !expected.empty();
  }

  Opened opened;
  Signature signature;
  int64_t instances;
  std::vector<Array> arrays;
};

/// Each dimension of each array one shorter, one longer, empty; each array with a dimension more and less.
int changeEachShape(Operation &operation) {
  int refused = 0;
  for (size_t i = 0; i < operation.arrays.size(); ++i) {
    const Array good = operation.arrays[i];
    std::vector<Shape> shapes;
    for (size_t d = 0; d < good.shape().size(); ++d)
      for (int64_t size : {good.shape()[d] - 1, good.shape()[d] + 1, int64_t{0}}) {
        shapes.push_back(good.shape());
        shapes.back()[d] = size;
      }
    shapes.push_back(good.shape());
    shapes.back().push_back(2);
    if (good.rank() > 0)
      shapes.emplace_back(good.shape().begin(), good.shape().end() - 1);
    for (const Shape &shape : shapes) {
      SCOPED_TRACE(describe(operation.signature.arrays[i]) + " " + shapeText(shape));
      operation.arrays[i] = Array::zeros(good.type(), shape);
      refused += operation.compare();
    }
    operation.arrays[i] = good;
  }
  return refused;
}

TEST(SameChecks, OfSizes) {
  Operation digits("digits", "digits", "gradient(W, b)", {{"xs.0", 5}, {"xs.1", 3}}, 1);
  EXPECT_EQ(digits.ofRuntime(), "");
  EXPECT_FALSE(digits.compare());
  EXPECT_GT(changeEachShape(digits), 30);
  Operation nested("changes", "nested", "gradient(mu, a) @ instances", {{"s.0", 3}, {"s.1", 2}}, 4);
  EXPECT_FALSE(nested.compare());
  EXPECT_GT(changeEachShape(nested), 30);
}

TEST(SameChecks, OfSizesThatTheModelNeeds) {
  Operation vectors("vectors", "factor", "assess()", {{"mu.0", 3}, {"s.0", 3}, {"t.0", 3}, {"n.0", 2}}, 1);
  EXPECT_FALSE(vectors.compare());
  EXPECT_GT(changeEachShape(vectors), 5);
}

TEST(SameChecks, OfOffsets) {
  Operation ragged("cases", "MM", "assess()", {{"s.0", 6}, {"s_offsets.0", 4}}, 1);
  const size_t offsets = ragged.find("s_offsets", Role::argument);
  const std::vector<std::vector<int64_t>> all = {{0, 2, 2, 6}, {0, 2, 2, 5}, {1, 2, 2, 6}, {0, 3, 2, 6},
                                                 {0, 2, 9, 6}, {0, 2, 2, 7}, {0, -1, 2, 6}};
  for (const auto &values : all) {
    ragged.arrays[offsets] = Array::from(values);
    EXPECT_EQ(ragged.compare(), &values != &all.front());
  }
  ragged.arrays[offsets] = Array::from(all.front());
  EXPECT_GT(changeEachShape(ragged), 5);
}

TEST(SameChecks, OfStridesAndMemory) {
  Operation digits("digits", "digits", "gradient(W, b)", {{"xs.0", 5}, {"xs.1", 3}}, 1);
  const size_t xs = digits.find("xs", Role::argument), w = digits.find("digit/W", Role::parameter),
               dw = digits.find("digit/W", Role::parameterGradient);
  Array memory = Array::zeros(ElementType::f32, {400});
  auto change = [&](size_t array, int64_t offset, Shape shape, Shape strides) {
    const Array good = digits.arrays[array];
    digits.arrays[array] =
        Array::view(static_cast<float *>(memory.data()) + offset, ElementType::f32, shape, strides);
    const bool refused = digits.compare();
    digits.arrays[array] = good;
    return refused;
  };
  EXPECT_FALSE(change(xs, 0, {5, 3}, {7, 1})) << "room between rows";
  EXPECT_FALSE(change(xs, 30, {5, 3}, {-7, 1})) << "rows backwards";
  EXPECT_FALSE(change(xs, 0, {5, 3}, {0, 1})) << "one row, many times";
  EXPECT_TRUE(change(xs, 0, {5, 3}, {1, 5})) << "columns side by side";
  EXPECT_TRUE(change(dw, 0, {10, 3}, {0, 1})) << "gradients on top of each other";
  EXPECT_TRUE(change(dw, 0, {10, 3}, {2, 1})) << "gradients that run into each other";
  digits.arrays[w] = Array::view(memory.data(), ElementType::f32, {10, 3}, {6, 1});
  EXPECT_FALSE(change(dw, 3, {10, 3}, {6, 1})) << "between the rows of the parameter";
  EXPECT_TRUE(change(dw, 2, {10, 3}, {6, 1})) << "in the parameter";
}

/// Two arrays as a call of a library sees them.
struct Pair {
  std::array<int64_t, 200> words{};
  std::vector<int64_t> dims, strides;
  void *pointers[2];
  embed::Range ranges[2];
  gf_call call = gf_call_default();
  embed::OperationInfo info{};

  explicit Pair(const Array (&arrays)[2]) {
    auto *table = reinterpret_cast<embed::OperationTable *>(words.data());
    table->firstArray = sizeof *table / sizeof(int64_t);
    auto *rows = const_cast<embed::ArrayRow *>(&table->array(0));
    for (int i = 0; i < 2; ++i) {
      rows[i].type = GF_F32;
      rows[i].rank = arrays[i].rank();
      rows[i].firstSize = dims.size();
      dims.insert(dims.end(), arrays[i].shape().begin(), arrays[i].shape().end());
      strides.insert(strides.end(), arrays[i].strides().begin(), arrays[i].strides().end());
      pointers[i] = arrays[i].data();
    }
    info.table = table;
    for (int i = 0; i < 2; ++i) {
      embed::Checked both = checked();
      EXPECT_TRUE(findRange(both, i));
    }
  }

  embed::Checked checked() {
    return {info, nullptr, call, pointers, dims.data(), strides.data(), nullptr, ranges};
  }
};

/// Arrays of random strides, some negative, at random places of one memory.
TEST(SameChecks, OfOverlapsAtRandom) {
  std::mt19937 random(7);
  auto below = [&](int64_t bound) { return static_cast<int64_t>(random() % static_cast<uint32_t>(bound)); };
  Array memory = Array::zeros(ElementType::f32, {4000});
  int overlapping = 0, apart = 0;
  for (int trial = 0; trial < 20000; ++trial) {
    Array arrays[2];
    for (Array &array : arrays) {
      Shape shape(1 + below(3)), strides(shape.size());
      int64_t reach = 1;
      for (size_t d = shape.size(); d-- > 0; reach += (shape[d] - 1) * std::abs(strides[d])) {
        shape[d] = 1 + below(4);
        strides[d] = (reach + below(4)) * (below(4) ? 1 : -1);
      }
      array = Array::view(static_cast<float *>(memory.data()) + 1000 + below(60), ElementType::f32, shape,
                          strides);
    }
    Pair pair(arrays);
    const embed::Nest first = nestOf(pair.checked(), 0), second = nestOf(pair.checked(), 1);
    ASSERT_TRUE(first.nested && second.nested);
    const bool expected = overlap(arrays[0], arrays[1]);
    ASSERT_EQ(embed::overlap(first, second), expected) << arrays[0].describe() << arrays[1].describe();
    ASSERT_EQ(embed::overlap(second, first), expected);
    (expected ? overlapping : apart) += 1;
  }
  EXPECT_GT(overlapping, 1000);
  EXPECT_GT(apart, 1000);
}

} // namespace
