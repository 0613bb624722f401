// Vector-valued choices: densities and derivatives of any size, gradients through a triangular solve, plates,
// inputs and errors.
#include "codegen/Trace.h"
#include "runtime/ChoiceJson.h"
#include "runtime/Error.h"
#include "tests/ErrorOf.h"
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace genfuse;
using testing::HasSubstr;

namespace {

using Numbers = std::vector<double>;

struct Setting {
  Precision real;
  Mapping mapping;
  int64_t instances; ///< 0: arrays without instances
};

std::vector<Setting> settings() {
  std::vector<Setting> all;
  for (Precision real : {Precision::f64, Precision::f32}) {
    all.push_back({real, Mapping::single, 0});
    for (int64_t instances : {1, 37})
      for (Mapping mapping : {Mapping::instances, Mapping::elements})
        all.push_back({real, mapping, instances});
  }
  return all;
}

Program programOf(const std::string &name, Precision real, std::optional<Mapping> mapping = std::nullopt) {
  Model model = Model::load(std::string(GENFUSE_SOURCE_DIR) + "/tests/models/vectors.mlir", name);
  return Program(model, {real, "native", mapping, 0});
}

/// Numbers in the real type; with instances, the b-th instance has them times 1 + b / 64, which is exact.
Array arrayOf(const Numbers &numbers, Shape shape, const Setting &setting) {
  Numbers repeated = numbers;
  if (setting.instances > 0) {
    repeated.clear();
    for (double number : numbers)
      for (int64_t b = 0; b < setting.instances; ++b)
        repeated.push_back(number * (1 + static_cast<double>(b) / 64));
    shape.push_back(setting.instances);
  }
  if (setting.real == Precision::f64)
    return Array::from<double>(repeated, shape);
  return Array::from<float>(std::vector<float>(repeated.begin(), repeated.end()), shape);
}

/// What mvnormal_cholesky has to give, by substitution in plain loops.
struct Expected {
  double logp = 0;
  Numbers x, mu, factor;

  Expected(const Numbers &value, const Numbers &mean, const Numbers &l) {
    size_t k = value.size();
    Numbers y(k), v(k);
    for (size_t i = 0; i < k; ++i) {
      y[i] = value[i] - mean[i];
      for (size_t j = 0; j < i; ++j)
        y[i] -= l[i * k + j] * y[j];
      y[i] /= l[i * k + i];
      logp += -0.5 * y[i] * y[i] - std::log(l[i * k + i]) - 0.91893853320467274178;
    }
    for (size_t i = k; i-- > 0;) {
      v[i] = y[i];
      for (size_t j = i + 1; j < k; ++j)
        v[i] -= l[j * k + i] * v[j];
      v[i] /= l[i * k + i];
    }
    factor.assign(k * k, 0);
    for (size_t i = 0; i < k; ++i) {
      x.push_back(-v[i]);
      mu.push_back(v[i]);
      for (size_t j = 0; j <= i; ++j)
        factor[i * k + j] = v[i] * y[j] - (i == j ? 1 / l[i * k + i] : 0);
    }
  }
};

/// Instance b of `got` against numbers: 1e-9 or 2e-5 (decision 6) of the largest one, since elements near 0
/// are differences.
void expectNear(const Array &got, const Numbers &wanted, int64_t b, const Setting &setting,
                const char *what) {
  int64_t instances = std::max<int64_t>(setting.instances, 1);
  ASSERT_EQ(got.elementCount(), static_cast<int64_t>(wanted.size()) * instances) << what << got.describe();
  double largest = 0, tolerance = setting.real == Precision::f64 ? 1e-9 : 2e-5;
  for (double number : wanted)
    largest = std::max(largest, std::fabs(number));
  for (size_t i = 0; i < wanted.size(); ++i) {
    int64_t at = static_cast<int64_t>(i) * instances + b;
    double value = got.type() == ElementType::f64 ? got.values<double>()[at] : got.values<float>()[at];
    EXPECT_NEAR(value, wanted[i], tolerance * largest)
        << what << " " << i << " of instance " << b << ", " << mappingName(setting.mapping);
  }
}

struct Data {
  Numbers x, mu, factor;
};

/// Numbers that are exact in float, also times 1 + b / 64; the upper triangle holds what must not be read.
Data dataOf(size_t k) {
  Data data;
  for (size_t i = 0; i < k; ++i) {
    data.x.push_back(static_cast<double>((i * 7 + 3) % 11) / 4 - 1);
    data.mu.push_back(static_cast<double>((i * 5 + 1) % 7) / 8);
    for (size_t j = 0; j < k; ++j)
      data.factor.push_back(i == j  ? 1 + static_cast<double>(i % 4) / 8
                            : j < i ? static_cast<double>((i * 3 + j) % 5) / 16 - 0.125
                                    : 1e30);
  }
  return data;
}

void checkDensity(Program &program, size_t k, const Setting &setting) {
  SCOPED_TRACE(std::to_string(k) + " " + realName(setting.real));
  Data data = dataOf(k);
  auto size = static_cast<int64_t>(k);
  Inputs inputs;
  inputs.arguments["mu"] = arrayOf(data.mu, {size}, setting);
  inputs.arguments["l"] = arrayOf(data.factor, {size, size}, setting);
  inputs.choices.set("x", ChoiceValue(arrayOf(data.x, {size}, setting)));
  RunOptions options;
  options.instances = std::max<int64_t>(setting.instances, 1);
  Outcome value = program.run("assess()", inputs, options);
  Outcome outcome = program.run("gradient(x, mu, l)", inputs, options);
  for (int64_t b : {int64_t(0), options.instances / 2, options.instances - 1}) {
    double factor = 1 + static_cast<double>(b) / 64;
    auto scaled = [&](Numbers numbers) {
      for (double &number : numbers)
        number *= factor;
      return numbers;
    };
    Expected expected(scaled(data.x), scaled(data.mu), scaled(data.factor));
    Setting ofScore = setting;
    for (const Array &score : {value.score, outcome.score})
      expectNear(score, {expected.logp}, b, ofScore, "log density");
    expectNear(outcome.choiceGradients["x"], expected.x, b, setting, "x");
    expectNear(outcome.argumentGradients["mu"], expected.mu, b, setting, "mu");
    expectNear(outcome.argumentGradients["l"], expected.factor, b, setting, "l");
  }
}

std::string modelOfSize(const std::string &k) {
  std::string vector = "tensor<" + k + "xf64>", matrix = "tensor<" + k + "x" + k + "xf64>";
  return "gen.func @m(%mu: " + vector + " {gen.name = \"mu\"}, %l: " + matrix + " {gen.name = \"l\"}) {\n" +
         "  %x = gen.sample \"x\" mvnormal_cholesky(%mu, %l) : (" + vector + ", " + matrix + ") -> " +
         vector + "\n  gen.return\n}\n";
}

class MvNormalOfSize : public testing::TestWithParam<std::string> {};

/// Static sizes: in registers (2), unrolled with the matrix in memory (15), in loops (16).
TEST_P(MvNormalOfSize, ValueAndPartials) {
  for (const Setting &setting : settings()) {
    Program program(Model::parse(modelOfSize(GetParam())), {setting.real, "native", setting.mapping, 0});
    if (GetParam() != "?")
      checkDensity(program, std::stoul(GetParam()), setting);
    else
      for (size_t k : {1, 2, 5, 33})
        checkDensity(program, k, setting);
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, MvNormalOfSize, testing::Values("?", "2", "15", "16"), [](const auto &info) {
  return info.param == "?" ? "Dynamic" : "Static" + info.param;
});

/// The factor is a function of s and t; 50 vectors. Central differences of the score with step 1e-5 are right
/// to step^2 times third derivatives (of the size of the score) plus its rounding over the step: 1e-7 of the
/// largest.
TEST(VectorChoices, GradientThroughTheSolve) {
  const size_t k = 4, n = 50;
  Numbers s{-0.25, 0.5, 0.125, -0.5}, t{0.5, -0.25, 0.375, 1}, mu{0.5, -1, 0.25, 0}, x;
  for (size_t i = 0; i < n * k; ++i)
    x.push_back(std::sin(static_cast<double>(i)));
  std::vector<std::pair<std::string, Numbers *>> all{{"mu", &mu}, {"s", &s}, {"t", &t}, {"x/*", &x}};
  auto inputsIn = [&](const Setting &setting) {
    Inputs inputs;
    for (auto &[name, numbers] : all)
      if (name != "x/*")
        inputs.arguments[name] = arrayOf(*numbers, {k}, {setting.real, setting.mapping, 0});
    inputs.arguments["n"] = arrayOf(Numbers(n), {n}, {setting.real, setting.mapping, 0});
    inputs.choices.set("x/*", ChoiceValue(arrayOf(x, {n, k}, {setting.real, setting.mapping, 0})));
    return inputs;
  };
  const Setting reference{Precision::f64, Mapping::single, 0};
  Program exact = programOf("factor", Precision::f64, Mapping::single);
  auto differences = [&](Numbers &numbers) {
    Numbers slopes;
    for (size_t i = 0; i < std::min<size_t>(numbers.size(), 9); ++i) {
      const double kept = numbers[i], step = 1e-5;
      double scores[2];
      for (int side : {0, 1}) {
        numbers[i] = kept + (side ? step : -step);
        scores[side] = exact.run("assess()", inputsIn(reference)).score.at({});
      }
      numbers[i] = kept;
      slopes.push_back((scores[1] - scores[0]) / (2 * step));
    }
    return slopes;
  };
  std::map<std::string, Numbers> slopes;
  for (auto &[name, numbers] : all)
    slopes[name] = differences(*numbers);
  for (Precision real : {Precision::f64, Precision::f32})
    for (Mapping mapping : {Mapping::single, Mapping::instances, Mapping::elements}) {
      Inputs inputs = inputsIn({real, mapping, 0});
      Outcome outcome = programOf("factor", real, mapping).run("gradient(mu, s, t, x/*)", inputs);
      for (auto &[name, wanted] : slopes) {
        const Array &got = name == "x/*" ? outcome.choiceGradients[name] : outcome.argumentGradients[name];
        double largest = 0;
        for (double number : wanted)
          largest = std::max(largest, std::fabs(number));
        for (size_t i = 0; i < wanted.size(); ++i)
          EXPECT_NEAR(real == Precision::f64 ? got.values<double>()[i] : got.values<float>()[i], wanted[i],
                      (real == Precision::f64 ? 1e-7 : 2e-5) * largest)
              << name << " " << i << ", " << mappingName(mapping);
      }
    }
}

Inputs nestInputs(Precision real, int64_t rows, int64_t columns) {
  const Setting single{real, Mapping::single, 0};
  Inputs inputs;
  inputs.arguments["mu"] = arrayOf({0.5, -1, 2}, {3}, single);
  inputs.arguments["l"] = arrayOf({1, 0, 0, 0.5, 2, 0, -0.25, 0.5, 0.75}, {3, 3}, single);
  inputs.arguments["shape"] = arrayOf(Numbers(rows * columns), {rows, columns}, single);
  return inputs;
}

/// The log density of every choice of `nest` by plain loops.
double nestScore(const Arrays &choices, int64_t rows, int64_t columns, int64_t instance) {
  const Numbers factor{1, 0, 0, 0.5, 2, 0, -0.25, 0.5, 0.75};
  auto vectorAt = [&](const std::string &leaf, Shape index) {
    Numbers values;
    for (int64_t k = 0; k < 3; ++k) {
      Shape at = index;
      at.push_back(k);
      at.push_back(instance);
      values.push_back(choices.at(leaf).at(at));
    }
    return values;
  };
  Numbers v = vectorAt("v", {});
  double score = Expected(v, {0.5, -1, 2}, factor).logp;
  for (int64_t i = 0; i < rows; ++i) {
    Numbers a = vectorAt("rows/*/a", {i});
    score += Expected(a, v, factor).logp;
    for (int64_t j = 0; j < columns; ++j)
      score += Expected(vectorAt("rows/*/y/*", {i, j}), a, factor).logp;
  }
  return score;
}

/// Drawn, replayed and given traces in plates have the density of their values.
TEST(VectorChoices, ScoresAndWeightsInPlates) {
  const int64_t rows = 5, columns = 4, instances = 37;
  for (Precision real : {Precision::f64, Precision::f32})
    for (Mapping mapping : {Mapping::instances, Mapping::elements}) {
      double tolerance = real == Precision::f64 ? 1e-9 : 2e-5;
      Program program = programOf("nest", real, mapping);
      Inputs inputs = nestInputs(real, rows, columns);
      RunOptions options;
      options.instances = instances;
      options.seed = 7;
      Outcome drawn = program.run("simulate()", inputs, options);
      EXPECT_EQ(drawn.choices.at("rows/*/y/*").shape(), (Shape{rows, columns, 3, instances}));
      EXPECT_EQ(drawn.returnValue.shape(), (Shape{3, instances}));
      EXPECT_EQ(drawn.returnValue, drawn.choices.at("v"));
      for (const auto &[leaf, values] : drawn.choices)
        inputs.choices.set(leaf, ChoiceValue(values));
      Outcome assessed = program.run("assess()", inputs, options);
      Outcome replayed = program.run("generate(rows/*/a; replay)", inputs, options);
      for (int64_t b : {0, 17, 36}) {
        double expected = nestScore(drawn.choices, rows, columns, b);
        for (const Outcome *outcome : {&drawn, &assessed, &replayed})
          EXPECT_NEAR(outcome->score.at({b}), expected, tolerance * std::fabs(expected));
      }
      // Given `a` alone, the rest is drawn: the same numbers as before where the parameters are equal.
      Inputs given = nestInputs(real, rows, columns);
      given.choices.set("rows/*/a", ChoiceValue(drawn.choices.at("rows/*/a")));
      Outcome generated = program.run("generate(rows/*/a)", given, options);
      EXPECT_EQ(generated.choices.at("v"), drawn.choices.at("v"));
      EXPECT_EQ(generated.choices.at("rows/*/y/*"), drawn.choices.at("rows/*/y/*"));
      for (int64_t b : {0, 17, 36})
        EXPECT_NEAR(generated.weight.at({b}), replayed.weight.at({b}),
                    tolerance * std::fabs(replayed.weight.at({b})));
    }
}

/// One vector of a plate and one of a plate of plates are updated, another drawn again, and both plates grow:
/// score, weight and discard are those of the values.
TEST(VectorChoices, TracesThatChange) {
  const int64_t rows = 5, columns = 4, instances = 37;
  for (Precision real : {Precision::f64, Precision::f32})
    for (Mapping mapping : {Mapping::instances, Mapping::elements}) {
      const double tolerance = real == Precision::f64 ? 1e-9 : 2e-5;
      Program program = programOf("nest", real, mapping);
      RunOptions options;
      options.instances = instances;
      options.seed = 7;
      Trace trace = program.simulate(nestInputs(real, rows, columns), options);
      auto expectScore = [&](int64_t r, int64_t c, double before, double weight, int64_t b) {
        double score = nestScore(trace.choices(), r, c, b);
        EXPECT_NEAR(trace.score().at({b}), score, tolerance * std::fabs(score));
        EXPECT_NEAR(weight, score - before, tolerance * std::fabs(before));
      };
      const int64_t b = 35;
      double before = nestScore(trace.choices(), rows, columns, b);
      const Setting setting{real, mapping, instances};
      ChoiceMap constraints;
      constraints.set("rows/3/a", ChoiceValue(arrayOf({0.5, 1, -2}, {3}, setting)));
      constraints.set("rows/1/y/2", ChoiceValue(arrayOf({1, 0.25, 3}, {3}, setting)));
      TraceChange change = trace.update(constraints);
      ChoiceMap discard = change.discard(b);
      EXPECT_EQ(discard.size(), 2u);
      for (int64_t k = 0; k < 3; ++k) {
        EXPECT_EQ(discard.get("rows/3/a").array().at({k}), trace.choices().at("rows/*/a").at({3, k, b}));
        EXPECT_EQ(discard.get("rows/1/y/2").array().at({k}),
                  trace.choices().at("rows/*/y/*").at({1, 2, k, b}));
      }
      double weight = change.weight().at({b});
      change.commit();
      expectScore(rows, columns, before, weight, b);
      EXPECT_EQ(trace.choices().at("rows/*/a").at({3, 1, 0}), 1);

      // The ratio of a move leaves out what is drawn: new and old density of the vectors below it are left.
      before = nestScore(trace.choices(), rows, columns, b);
      double selected = trace.project(Selection::at("rows/2/a")).at({b});
      TraceChange again = trace.regenerate(Selection::at("rows/2/a"));
      weight = again.weight().at({b});
      again.commit();
      weight += trace.project(Selection::at("rows/2/a")).at({b}) - selected;
      expectScore(rows, columns, before, weight, b);

      before = nestScore(trace.choices(), rows, columns, b);
      ChangeOptions larger;
      larger.arguments["shape"] =
          arrayOf(Numbers((rows + 2) * columns), {rows + 2, columns}, {real, mapping, 0});
      larger.seed = 11;
      TraceChange growth = trace.update({}, larger);
      EXPECT_EQ(growth.weight().at({b}), 0); // all that is new is drawn
      double gained = growth.scoreChange().at({b});
      growth.commit();
      expectScore(rows + 2, columns, before, gained, b);
    }
}

TEST(VectorChoices, OfOneTraceAsJson) {
  Program program = programOf("nest", Precision::f64);
  Inputs inputs = nestInputs(Precision::f64, 2, 1);
  Trace trace = program.simulate(inputs);
  nlohmann::json text = choicesToJson(trace.choiceMap());
  ASSERT_EQ(text.at("v").size(), 3u);
  ASSERT_EQ(text.at("rows/*/a").size(), 2u);
  ASSERT_EQ(text.at("rows/*/a")[1].size(), 3u);
  inputs.choices = choicesFromJson(nlohmann::json::parse(text.dump()));
  EXPECT_EQ(program.run("assess()", inputs).score, trace.score());
  // Element by element.
  nlohmann::json elements{{"v", text.at("v")}};
  for (int i : {0, 1}) {
    elements["rows/" + std::to_string(i) + "/a"] = text.at("rows/*/a")[i];
    elements["rows/" + std::to_string(i) + "/y/0"] = text.at("rows/*/y/*")[i][0];
  }
  inputs.choices = choicesFromJson(elements);
  EXPECT_EQ(program.run("assess()", inputs).score, trace.score());
}

TEST(VectorChoices, SizesThatDoNotFit) {
  Program program = programOf("nest", Precision::f64);
  const Setting single{Precision::f64, Mapping::single, 0};
  Inputs inputs = nestInputs(Precision::f64, 2, 1);
  auto error = [&] { return errorOf([&] { program.run("simulate()", inputs); }); };
  inputs.arguments["l"] = arrayOf(Numbers(6, 1), {3, 2}, single);
  EXPECT_THAT(error(),
              HasSubstr("vectors.mlir:10:8 (address 'v'): expected sizes mu.0 = l.1, got 3 and 2; mu.0 is "
                        "3 by argument 'mu' of shape [3]; l.1 is 2 by argument 'l' of shape [3, 2]"));
  inputs.arguments["l"] = arrayOf(Numbers(4, 1), {2, 2}, single);
  EXPECT_THAT(error(), HasSubstr("(address 'v'): expected sizes mu.0 = l.0, got 3 and 2"));

  inputs = nestInputs(Precision::f64, 2, 1);
  inputs.choices.set("v", Numbers{1, 2});
  EXPECT_THAT(errorOf([&] { program.run("generate(v)", inputs); }),
              HasSubstr("address 'v': expected shape [3], got [2]"));
  inputs.choices = ChoiceMap{{"v", 1.0}};
  EXPECT_THAT(errorOf([&] { program.run("generate(v)", inputs); }),
              HasSubstr("address 'v': expected shape [3], got []"));
  inputs.choices = ChoiceMap{{"rows/0/a", Numbers{1, 2, 3}}, {"rows/1/a", Numbers{1, 2}}};
  EXPECT_THAT(errorOf([&] { program.run("generate(rows/*/a)", inputs); }),
              HasSubstr("address 'rows/1/a': expected shape [3], got [2]"));
}

/// In a plate the address has a star.
TEST(VectorChoices, AFactorOfAnotherSizeInAPlate) {
  Program program(Model::parse(R"(
gen.func @m(%mus: tensor<?x?xf64> {gen.name = "mus"}, %l: tensor<?x?xf64> {gen.name = "l"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %mus, %c0 : tensor<?x?xf64>
  %k = tensor.dim %mus, %c1 : tensor<?x?xf64>
  gen.map "x" %i to %n {
    %mu = tensor.extract_slice %mus[%i, 0] [1, %k] [1, 1] : tensor<?x?xf64> to tensor<?xf64>
    %x = gen.sample mvnormal_cholesky(%mu, %l) : (tensor<?xf64>, tensor<?x?xf64>) -> tensor<?xf64>
    gen.yield
  }
  gen.return
}
)"),
                  {Precision::f64, "native", std::nullopt, 0});
  Inputs inputs;
  inputs.arguments = {{"mus", Array::zeros(ElementType::f64, {2, 3})},
                      {"l", Array::zeros(ElementType::f64, {2, 2})}};
  EXPECT_THAT(errorOf([&] { program.run("simulate()", inputs); }),
              HasSubstr("(address 'x/*'): expected sizes mus.1 = l.0, got 3 and 2"));
}

/// Flags of single elements say nothing of a product's: d/dx_j of the elements kept is their column sum.
TEST(VectorChoices, ASelectOfAProduct) {
  Inputs inputs;
  inputs.arguments = {{"a", Array::from<double>({1, 2, 3, 4}, {2, 2})}, {"x", Array::from<double>({1, 1})}};
  Array keep = Array::zeros(ElementType::boolean, {2});
  keep.values<bool>()[0] = true;
  inputs.arguments["keep"] = keep;
  inputs.returnGradient = Array::from<double>({1, 1});
  Program program = programOf("selected_product", Precision::f64);
  Array gradient = program.run("gradient(x; return)", inputs).argumentGradients["x"];
  EXPECT_EQ(gradient.at({0}), 1);
  EXPECT_EQ(gradient.at({1}), 2);
}

/// As a normal whose sigma is not positive: no number, or infinite.
TEST(VectorChoices, ADiagonalThatIsNotPositive) {
  Program program(Model::parse(modelOfSize("?")), {Precision::f64, "native", std::nullopt, 0});
  Inputs inputs;
  inputs.arguments = {{"mu", Array::from<double>({0, 0})}, {"l", Array::from<double>({1, 0, 0, -1}, {2, 2})}};
  inputs.choices.set("x", Numbers{1, 1});
  EXPECT_TRUE(std::isnan(program.run("assess()", inputs).score.at({})));
  inputs.arguments["l"] = Array::from<double>({1, 0, 0, 0}, {2, 2});
  EXPECT_FALSE(std::isfinite(program.run("assess()", inputs).score.at({})));
}

} // namespace
