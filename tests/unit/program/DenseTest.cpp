// Dense layers of all kinds of sizes, against the same formulas in double: blocks of rows and of results,
// masked rests, results that a block repeats, small and wide layers.
#include "codegen/Program.h"
#include "frontend/genfuse.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace genfuse;

namespace {

struct Sizes {
  int64_t rows, inputs, hidden, classes;
  const char *target = "native";
  Precision real = Precision::f32;
};

std::ostream &operator<<(std::ostream &out, const Sizes &s) {
  return out << s.rows << " rows, " << s.inputs << "-" << s.hidden << "-" << s.classes << ", " << s.target
             << ", " << (s.real == Precision::f32 ? "f32" : "f64");
}

/// Classes y of rows x by softmax(W tanh(U x + c) + b).
Model network(const Sizes &s) {
  return gen("network", {"xs"}, [s](Matrix xs) {
    auto U = param("U", {s.hidden, s.inputs});
    auto c = param("c", {s.hidden});
    auto W = param("W", {s.classes, s.hidden});
    auto b = param("b", {s.classes});
    map(
        "y", [&](Vector x) { return categorical(logits = matvec(W, tanh(matvec(U, x) + c)) + b); }, rows(xs));
  });
}

using Numbers = std::vector<double>;

Numbers numbers(int64_t count, uint32_t seed) {
  Numbers values;
  for (int64_t i = 0; i < count; ++i) {
    seed = seed * 1664525u + 1013904223u;
    values.push_back(static_cast<float>((seed >> 8) / 16777216.0 - 0.5));
  }
  return values;
}

struct Data {
  explicit Data(const Sizes &s)
      : x(numbers(s.rows * s.inputs, 1)), U(numbers(s.hidden * s.inputs, 2)), c(numbers(s.hidden, 3)),
        W(numbers(s.classes * s.hidden, 4)), b(numbers(s.classes, 5)) {
    for (int64_t i = 0; i < s.rows; ++i)
      y.push_back(i * 7 % s.classes);
  }
  Numbers x, U, c, W, b;
  std::vector<int64_t> y;
};

struct Gradient {
  double score = 0;
  Numbers U, c, W, b;
};

Gradient expected(const Sizes &s, const Data &data) {
  Gradient result{0, Numbers(data.U.size()), Numbers(data.c.size()), Numbers(data.W.size()),
                  Numbers(data.b.size())};
  for (int64_t row = 0; row < s.rows; ++row) {
    const double *x = &data.x[row * s.inputs];
    Numbers h(s.hidden), logits(data.b), back(s.hidden);
    for (int64_t j = 0; j < s.hidden; ++j) {
      double sum = data.c[j];
      for (int64_t k = 0; k < s.inputs; ++k)
        sum += data.U[j * s.inputs + k] * x[k];
      h[j] = std::tanh(sum);
    }
    double top = -INFINITY, total = 0;
    for (int64_t i = 0; i < s.classes; ++i) {
      for (int64_t j = 0; j < s.hidden; ++j)
        logits[i] += data.W[i * s.hidden + j] * h[j];
      top = std::max(top, logits[i]);
    }
    for (double logit : logits)
      total += std::exp(logit - top);
    result.score += logits[data.y[row]] - top - std::log(total);
    for (int64_t i = 0; i < s.classes; ++i) {
      const double residual = (i == data.y[row]) - std::exp(logits[i] - top) / total;
      result.b[i] += residual;
      for (int64_t j = 0; j < s.hidden; ++j) {
        result.W[i * s.hidden + j] += residual * h[j];
        back[j] += residual * data.W[i * s.hidden + j];
      }
    }
    for (int64_t j = 0; j < s.hidden; ++j) {
      const double slope = back[j] * (1 - h[j] * h[j]);
      result.c[j] += slope;
      for (int64_t k = 0; k < s.inputs; ++k)
        result.U[j * s.inputs + k] += slope * x[k];
    }
  }
  return result;
}

Array array(const Sizes &s, const Numbers &values, Shape shape) {
  Array made = Array::zeros(s.real == Precision::f32 ? ElementType::f32 : ElementType::f64, std::move(shape));
  for (int64_t i = 0; i < made.elementCount(); ++i)
    if (s.real == Precision::f32)
      made.values<float>()[i] = static_cast<float>(values[i]);
    else
      made.values<double>()[i] = values[i];
  return made;
}

Program compile(const Sizes &s) {
  CompileOptions options;
  options.target = s.target;
  options.real = s.real;
  return Program(network(s), options);
}

/// f32: sums of at most 100 terms of size 1 (of more terms errors grow slower than the sum), 2^-24 each, and
/// elementary functions of 4 ulp; measured at most 4e-7 of the largest component. f64: 2^-53 each, measured
/// at most 8e-16.
void expectFormulas(const Program &program, const Sizes &s) {
  const Data data(s);
  const Gradient want = expected(s, data);
  Inputs inputs;
  inputs.arguments["xs"] = array(s, data.x, {s.rows, s.inputs});
  inputs.parameters = {{"network/U", array(s, data.U, {s.hidden, s.inputs})},
                       {"network/c", array(s, data.c, {s.hidden})},
                       {"network/W", array(s, data.W, {s.classes, s.hidden})},
                       {"network/b", array(s, data.b, {s.classes})}};
  Array labels = Array::zeros(ElementType::i64, {s.rows});
  std::copy(data.y.begin(), data.y.end(), labels.values<int64_t>());
  inputs.choices.set("y/*", labels);
  const Outcome got = program.run("gradient(U, c, W, b)", inputs);
  const double tolerance = s.real == Precision::f32 ? 4e-6 : 1e-14;
  EXPECT_NEAR(got.score.at({}), want.score, tolerance * (1 + std::fabs(want.score)));
  EXPECT_NEAR(program.run("assess()", inputs).score.at({}), want.score,
              tolerance * (1 + std::fabs(want.score)));
  auto compare = [&](const std::string &name, const Numbers &values) {
    double largest = 1e-3;
    for (double value : values)
      largest = std::max(largest, std::fabs(value));
    const Array &gradient = got.parameterGradients.at("network/" + name);
    ASSERT_EQ(gradient.elementCount(), static_cast<int64_t>(values.size()));
    for (size_t i = 0; i < values.size(); ++i) {
      const double value =
          s.real == Precision::f32 ? gradient.values<float>()[i] : gradient.values<double>()[i];
      ASSERT_NEAR(value, values[i], tolerance * largest) << name << " at " << i;
    }
  };
  compare("U", want.U);
  compare("c", want.c);
  compare("W", want.W);
  compare("b", want.b);
}

struct Dense : testing::TestWithParam<Sizes> {};

TEST_P(Dense, EqualsTheFormulas) { expectFormulas(compile(GetParam()), GetParam()); }

/// Vectors of lanes, blocks of 128 rows whose updates wait, tiles of 1024: whole ones, rests, and one row
/// more.
TEST(Dense, AnyNumberOfRows) {
  for (Sizes s : {Sizes{0, 40, 3, 10}, Sizes{0, 40, 3, 10, "x86-64-v3"},
                  Sizes{0, 40, 3, 10, "native", Precision::f64}}) {
    const Program program = compile(s);
    for (int64_t rows :
         {0, 1, 15, 16, 17, 100, 127, 128, 129, 143, 144, 145, 256, 1023, 1024, 1025, 1041, 1153}) {
      s.rows = rows;
      SCOPED_TRACE(testing::Message() << s);
      expectFormulas(program, s);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Layers, Dense,
                         testing::Values(Sizes{100, 48, 10, 3}, Sizes{7, 37, 11, 23}, Sizes{130, 37, 61, 10},
                                         Sizes{1, 64, 59, 33}, Sizes{70, 5, 33, 2}, Sizes{0, 48, 12, 3},
                                         Sizes{100, 48, 10, 3, "x86-64-v3"},
                                         Sizes{67, 37, 61, 23, "x86-64-v3"},
                                         Sizes{70, 48, 13, 33, "native", Precision::f64},
                                         Sizes{33, 21, 59, 11, "x86-64-v3", Precision::f64}),
                         [](const auto &info) {
                           std::ostringstream name;
                           name << info.param.rows << "x" << info.param.inputs << "x" << info.param.hidden
                                << "x" << info.param.classes
                                << (std::string(info.param.target) == "native" ? "" : "v3")
                                << (info.param.real == Precision::f32 ? "f32" : "f64");
                           return name.str();
                         });

} // namespace
