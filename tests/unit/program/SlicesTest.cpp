// Slices whose place depends on the iteration, in lanes: windows, diagonals, columns.
#include "codegen/Program.h"
#include "frontend/genfuse.h"
#include "tests/ErrorOf.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace genfuse;

namespace {

Array counted(Shape shape) {
  Array array = Array::zeros(ElementType::f64, std::move(shape));
  for (int64_t i = 0; i < array.elementCount(); ++i)
    array.values<double>()[i] = 0.25 * static_cast<double>(i * 7 % 13) - 1;
  return array;
}

/// A model of y ~ normal(W . x, 1) for each of zs, where x is a slice of xs.
Model sliced(const std::string &type, const std::string &slice) {
  return Model::parse("gen.func @model(%xs: " + type +
                      R"( {gen.name = "xs"}, %zs: tensor<?xf64> {gen.name = "zs"}) {
    %c0 = arith.constant 0 : index
    %one = arith.constant 1.0 : f64
    %W = gen.param "W" : tensor<20xf64>
    %n = tensor.dim %zs, %c0 : tensor<?xf64>
    gen.map "row" %i to %n {
      %x = tensor.extract_slice )" +
                      slice + " : " + type + R"( to tensor<20xf64>
      %m = gen.einsum "j,j->"(%W, %x) : (tensor<20xf64>, tensor<20xf64>) -> f64
      %y = gen.sample "y" normal(%m, %one) : (f64, f64) -> f64
      gen.yield
    }
    gen.return
  })");
}

/// The score, where element j of the slice of iteration i is at place(i, j).
template <class Place> void expectScore(const Model &model, const Array &xs, int64_t rows, Place place) {
  Inputs inputs;
  const Array W = counted({20}), y = counted({rows});
  inputs.arguments = {{"xs", xs}, {"zs", y}};
  inputs.parameters = {{"model/W", W}};
  inputs.choices.set("row/*/y", y);
  double want = 0;
  for (int64_t i = 0; i < rows; ++i) {
    double mean = 0;
    for (int64_t j = 0; j < 20; ++j)
      mean += W.values<double>()[j] * xs.values<double>()[place(i, j)];
    const double off = y.values<double>()[i] - mean;
    want -= 0.5 * off * off + 0.91893853320467274178; // log(2 pi) / 2
  }
  for (const char *target : {"native", "x86-64-v3"}) {
    const CompileOptions options{.real = Precision::f64, .target = target};
    // Sums of at most 70 terms, each of 20 products: 2^-53 each.
    EXPECT_NEAR(Program(model, options).run("assess()", inputs).score.at({}), want, 1e-12 * (1 - want))
        << rows;
  }
}

TEST(Slices, WindowsMoveWithTheIteration) {
  for (int64_t rows : {1, 9, 70})
    expectScore(sliced("tensor<?xf64>", "%xs[%i] [20] [1]"), counted({rows + 19}), rows,
                [](int64_t i, int64_t j) { return i + j; });
}

TEST(Slices, OfADiagonal) {
  for (int64_t rows : {1, 9, 70})
    expectScore(sliced("tensor<?x?x20xf64>", "%xs[%i, %i, 0] [1, 1, 20] [1, 1, 1]"),
                counted({rows, rows, 20}), rows,
                [=](int64_t i, int64_t j) { return (i * rows + i) * 20 + j; });
}

/// Memory that ends where the next page must not be touched.
class Guarded {
public:
  explicit Guarded(size_t bytes) : page(static_cast<size_t>(sysconf(_SC_PAGESIZE))) {
    size = (bytes + page - 1) / page * page + page;
    begin =
        static_cast<char *>(mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    mprotect(begin + size - page, page, PROT_NONE);
    data = begin + size - page - bytes;
  }
  ~Guarded() { munmap(begin, size); }
  Guarded(const Guarded &) = delete;
  Guarded &operator=(const Guarded &) = delete;
  char *data;

private:
  size_t page, size;
  char *begin;
};

/// Lanes of the tail that do not exist are not read where columns become rows, nor written.
TEST(Slices, ColumnsAtTheEndOfMemory) {
  const Model model = Model::parse(R"(gen.func @model(%xs: tensor<40x?xf64> {gen.name = "xs"}) {
    %c1 = arith.constant 1 : index
    %W = gen.param "W" : tensor<33x40xf64>
    %n = tensor.dim %xs, %c1 : tensor<40x?xf64>
    gen.map "row" %i to %n {
      %x = tensor.extract_slice %xs[0, %i] [40, 1] [1, 1] : tensor<40x?xf64> to tensor<40xf64>
      %h = gen.einsum "ij,j->i"(%W, %x) : (tensor<33x40xf64>, tensor<40xf64>) -> tensor<33xf64>
      %y = gen.sample "y" categorical_logits(%h) : (tensor<33xf64>) -> i64
      gen.yield
    }
    gen.return
  })");
  for (int64_t columns : {1, 17, 31}) {
    Inputs inputs;
    const Guarded memory(40 * columns * sizeof(double));
    const Array values = counted({40, columns});
    std::copy_n(values.values<double>(), 40 * columns, reinterpret_cast<double *>(memory.data));
    inputs.parameters = {{"model/W", counted({33, 40})}};
    inputs.choices.set("row/*/y", Array::zeros(ElementType::i64, {columns}));
    auto gradient = [&](const Array &xs, int64_t lanes) {
      inputs.arguments = {{"xs", xs}};
      CompileOptions options{.real = Precision::f64};
      options.lanes = lanes;
      return Program(model, options).run("gradient(W)", inputs).parameterGradients.at("model/W");
    };
    const Array got = gradient(Array::view(memory.data, ElementType::f64, {40, columns}, {columns, 1}), 8),
                want = gradient(values, 1);
    for (int64_t i = 0; i < want.elementCount(); ++i)
      ASSERT_NEAR(got.values<double>()[i], want.values<double>()[i], 1e-12) << i;
  }
}

/// Rows that lose their last elements, or their first.
TEST(Slices, OfPartsOfRowsHaveNoGradient) {
  for (const char *offset : {"0", "1"}) {
    const Program program(sliced("tensor<?x22xf64>", std::string("%xs[%i, ") + offset + "] [1, 20] [1, 1]"));
    EXPECT_EQ(errorOf([&] { program.emit("lowered", "gradient(W)"); }), "no error");
    EXPECT_THAT(errorOf([&] { program.emit("lowered", "gradient(xs)"); }),
                testing::HasSubstr("has no derivative: only whole rows and columns are differentiated"));
  }
}

} // namespace
