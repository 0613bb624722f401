// Checked mode: what is wrong with the data, where, in which instance, with the user's line; the same text
// for every mapping.
#include "codegen/Trace.h"
#include "ir/dist/All.h"
#include "ir/dist/Domain.h"
#include "runtime/Error.h"
#include <cmath>
#include <gtest/gtest.h>
#include <map>
#include <ostream>

using namespace genfuse;

namespace {

/// Rows of a matrix: m ~ normal(mu + t, 1) at rows/i/m, y ~ normal(m, s[i][j]) at rows/i/y/j.
const char *const nested =
    R"(gen.func @nested(%mu: f64 {gen.name = "mu"}, %s: tensor<?x?xf64> {gen.name = "s"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %one = arith.constant 1.0 : f64
  %rows = tensor.dim %s, %c0 : tensor<?x?xf64>
  %columns = tensor.dim %s, %c1 : tensor<?x?xf64>
  %t = gen.param "t" : f64
  %mean = arith.addf %mu, %t : f64
  gen.map "rows" %i to %rows {
    %m = gen.sample "m" normal(%mean, %one) : (f64, f64) -> f64
    gen.map "y" %j to %columns {
      %sij = tensor.extract %s[%i, %j] : tensor<?x?xf64>
      %y = gen.sample normal(%m, %sij) : (f64, f64) -> f64
      gen.yield
    }
    gen.yield
  }
  gen.return
}
)";

struct Setting {
  Mapping mapping;
  int64_t instances;
  Precision real;
};

void PrintTo(const Setting &setting, std::ostream *out) {
  *out << mappingName(setting.mapping) << setting.instances << realName(setting.real);
}

std::vector<Setting> settings() {
  std::vector<Setting> all{{Mapping::single, 1, Precision::f32}, {Mapping::instances, 37, Precision::f32}};
  all.push_back({Mapping::single, 1, Precision::f64});
  for (int64_t instances : {1, 37})
    for (Mapping mapping : {Mapping::instances, Mapping::elements})
      all.push_back({mapping, instances, Precision::f64});
  return all;
}

class Checked : public testing::TestWithParam<Setting> {
protected:
  static CompileOptions options(bool checked) {
    CompileOptions options{GetParam().real, "native", GetParam().mapping, 0};
    options.checked = checked;
    return options;
  }

  /// Numbers in the real type of the program.
  static Array reals(const std::vector<double> &values, const Shape &shape) {
    if (GetParam().real == Precision::f64)
      return Array::from<double>(values, shape);
    return Array::from<float>(std::vector<float>(values.begin(), values.end()), shape);
  }
  static Array real(double value) { return reals({value}, {}); }

  static std::string run(const Model &model, const std::string &request, const Inputs &inputs) {
    RunOptions run;
    run.instances = GetParam().instances;
    // One compilation for all the data of a test.
    static std::map<std::string, Program> programs;
    std::string key = model.name() + model.text() + testing::PrintToString(GetParam());
    try {
      programs.try_emplace(key, model, options(true)).first->second.run(request, inputs, run);
    } catch (const Error &error) {
      return error.what();
    }
    return "no error";
  }

  /// What a text says after an address if there are several instances.
  static std::string in(int64_t instance) {
    return GetParam().instances > 1 ? " in instance " + std::to_string(instance) : "";
  }
};

/// A model of one choice at x, whose distribution follows.
Model single(const std::string &arguments, const std::string &sample) {
  return Model::parse("gen.func @one(" + arguments + ") {\n  %x = gen.sample \"x\" " + sample +
                          "\n  gen.return\n}\n",
                      "one.mlir");
}

class Nested : public Checked {
protected:
  static constexpr int64_t rows = 3, columns = 19; // 19: whole vectors and a tail, or a tail alone
  int64_t instances = GetParam().instances;
  Model model = Model::parse(nested, "nested.mlir");
  std::vector<double> s = std::vector<double>(rows * columns, 1.5),
                      m = std::vector<double>(rows * instances, 0.5),
                      y = std::vector<double>(rows * columns * instances, 0.25);
  double mu = 0.5, t = 0.1;

  Inputs inputs() {
    Inputs result;
    result.arguments = {{"mu", real(mu)}, {"s", reals(s, {rows, columns})}};
    result.parameters["nested/t"] = real(t);
    Shape all = instances > 1 ? Shape{instances} : Shape{};
    auto shape = [&](Shape own) {
      own.insert(own.end(), all.begin(), all.end());
      return own;
    };
    result.choices.set("rows/*/m", reals(m, shape({rows})));
    result.choices.set("rows/*/y/*", reals(y, shape({rows, columns})));
    return result;
  }
  std::string error(const std::string &request = "gradient(rows/*/m, t)") {
    return run(model, request, inputs());
  }
  void setY(int64_t row, int64_t column, int64_t instance, double value) {
    y[(row * columns + column) * instances + instance] = value;
  }
};

TEST_P(Nested, GoodDataIsNoError) {
  EXPECT_EQ(error(), "no error");
  s.assign(rows * columns, 1e-30); // density and gradients overflow in f32: that is no error of the data
  EXPECT_EQ(error("assess()"), "no error");
}

TEST_P(Nested, ParametersHaveAllIndices) {
  s[1 * columns + 0] = -0.5;
  EXPECT_EQ(error(),
            "nested.mlir:13:12: address 'rows/1/y/0': parameter 'sigma' of normal: expected a value that is "
            "positive, got -0.5" +
                in(0));
}

TEST_P(Nested, NaNInAnArgument) {
  s[2 * columns + 18] = std::nan("");
  EXPECT_EQ(error(), "nested.mlir:1:46: argument 's', element [2, 18]: expected a number, got nan");
  s[0] = -1; // a domain is asked for later
  EXPECT_EQ(error(), "nested.mlir:1:46: argument 's', element [2, 18]: expected a number, got nan");
}

TEST_P(Nested, NaNInAScalarAndInAParameter) {
  t = std::nan("");
  EXPECT_EQ(error(), "nested.mlir:1:1: parameter 'nested/t': expected a number, got nan");
  mu = std::nan("");
  EXPECT_EQ(error(), "nested.mlir:1:18: argument 'mu': expected a number, got nan");
}

TEST_P(Nested, InfinitiesAreNumbersButNoParameters) {
  mu = INFINITY;
  EXPECT_EQ(
      error(),
      "nested.mlir:10:10: address 'rows/0/m': parameter 'mu' of normal: expected a finite value, got inf" +
          in(0));
  mu = 0.5;
  setY(0, 0, 0, INFINITY); // a value of density zero
  EXPECT_EQ(error("assess()"), "no error");
}

/// Of several failures the first one counts: instance, then place in the program, then indices.
TEST_P(Nested, NaNInDataIsReportedForTheFirstInstance) {
  std::string start = "nested.mlir:13:12: address 'rows/2/y/18': expected a number, got nan";
  int64_t last = instances - 1;
  setY(2, 18, last, std::nan(""));
  EXPECT_EQ(error(), start + in(last));
  setY(0, 3, last, std::nan(""));
  setY(0, 17, last, std::nan(""));
  EXPECT_EQ(error(), "nested.mlir:13:12: address 'rows/0/y/3': expected a number, got nan" + in(last));
  setY(2, 18, 0, std::nan(""));
  EXPECT_EQ(error(), instances > 1 ? start + in(0)
                                   : "nested.mlir:13:12: address 'rows/0/y/3': expected a number, got nan");
  m[2 * instances] = std::nan(""); // earlier in the program
  EXPECT_EQ(error(), "nested.mlir:10:10: address 'rows/2/m': expected a number, got nan" + in(0));
}

/// Lanes of a tail that do not exist have neither data nor parameters.
TEST_P(Nested, TailsOfAllLengths) {
  for (int64_t length = 0; length <= 34; ++length) {
    Inputs inputs{{{"mu", real(0.5)}, {"s", reals(std::vector<double>(length, 1.0), {length, 1})}},
                  {{"nested/t", real(0.5)}},
                  {},
                  {}};
    EXPECT_EQ(run(model, "simulate()", inputs), "no error") << length;
    if (length == 0)
      continue;
    std::vector<double> scales(length, 1.0);
    scales.back() = 0;
    inputs.arguments["s"] = reals(scales, {length, 1});
    EXPECT_EQ(run(model, "simulate()", inputs),
              "nested.mlir:13:12: address 'rows/" + std::to_string(length - 1) +
                  "/y/0': parameter 'sigma' of normal: expected a value that is positive, got 0" + in(0));
  }
}

TEST_P(Nested, AFailedCallWritesNothing) {
  Program program(model, options(true));
  RunOptions run;
  run.instances = instances;
  run.accumulators["nested/t"] = real(7);
  setY(2, 18, instances - 1, std::nan(""));
  Inputs bad = inputs();
  Program::Bound bound = program.bind("gradient(t)", bad, run);
  EXPECT_THROW(bound.run(), Error);
  EXPECT_EQ(run.accumulators["nested/t"].at({}), 7);
  Outcome outcome = bound.outcome();
  for (int64_t i = 0; i < outcome.score.elementCount(); ++i)
    EXPECT_EQ(outcome.score.values<double>()[i], 0) << "outputs keep the zeros that they had";
  setY(2, 18, instances - 1, 0.25);
  program.run("gradient(t)", inputs(), run);
  EXPECT_NE(run.accumulators["nested/t"].at({}), 7);
}

TEST_P(Nested, ACheckedCallHasTheBitsOfAnUncheckedOne) {
  for (size_t i = 0; i < y.size(); ++i)
    y[i] = std::sin(double(i));
  RunOptions run;
  run.instances = instances;
  for (const char *request : {"gradient(rows/*/m, rows/*/y/*, t, s)", "assess()"}) {
    Outcome checked = Program(model, options(true)).run(request, inputs(), run);
    Outcome plain = Program(model, options(false)).run(request, inputs(), run);
    EXPECT_EQ(checked.score, plain.score);
    EXPECT_EQ(checked.choiceGradients, plain.choiceGradients);
    EXPECT_EQ(checked.parameterGradients, plain.parameterGradients);
    EXPECT_EQ(checked.argumentGradients, plain.argumentGradients);
  }
  Inputs drawn = inputs();
  drawn.choices = {};
  EXPECT_EQ(Program(model, options(true)).run("simulate()", drawn, run).choices,
            Program(model, options(false)).run("simulate()", drawn, run).choices);
}

/// A scale that is drawn: the first instance whose draw is not positive.
TEST_P(Checked, ParametersThatAreDrawn) {
  Model model = Model::parse(R"(gen.func @drawn(%a: f64 {gen.name = "a"}) {
  %one = arith.constant 1.0 : f64
  %x = gen.sample "x" normal(%a, %one) : (f64, f64) -> f64
  %y = gen.sample "y" normal(%a, %x) : (f64, f64) -> f64
  gen.return
})",
                             "drawn.mlir");
  Inputs inputs{{{"a", real(GetParam().instances > 1 ? 0.5 : -9)}}, {}, {}, {}};
  RunOptions run_;
  run_.instances = GetParam().instances;
  Array x = Program(model, options(false)).run("simulate()", inputs, run_).choices["x"];
  int64_t first = 0;
  auto at = [&](int64_t i) { return x.rank() ? x.at({i}) : x.at({}); };
  while (at(first) > 0)
    ++first;
  char value[32];
  std::snprintf(value, sizeof value, "%g", at(first));
  EXPECT_EQ(run(model, "simulate()", inputs),
            "drawn.mlir:4:8: address 'y': parameter 'sigma' of normal: expected a "
            "value that is positive, got " +
                std::string(value) + in(first));
}

TEST_P(Checked, ABoundThatIsAnotherParameter) {
  Model model =
      single("%l: f64 {gen.name = \"l\"}, %h: f64 {gen.name = \"h\"}", "uniform(%l, %h) : (f64, f64) -> f64");
  Inputs inputs{{{"l", real(2)}, {"h", real(1.5)}}, {}, {}, {}};
  EXPECT_EQ(run(model, "simulate()", inputs),
            "one.mlir:2:8: address 'x': parameter 'high' of uniform: expected a value "
            "that is above low (2), got 1.5");
  inputs.arguments["h"] = real(2);
  EXPECT_NE(run(model, "simulate()", inputs), "no error") << "above is strict";
  inputs.arguments["h"] = real(2.5);
  EXPECT_EQ(run(model, "simulate()", inputs), "no error");
}

TEST_P(Checked, Probabilities) {
  Model coin = single("%p: f64 {gen.name = \"p\"}", "bernoulli(%p) : (f64) -> i1");
  auto error = [&](double p) { return run(coin, "simulate()", {{{"p", real(p)}}, {}, {}, {}}); };
  EXPECT_EQ(
      error(1.25),
      "one.mlir:2:8: address 'x': parameter 'p' of bernoulli: expected a value that is in [0, 1], got 1.25");
  EXPECT_EQ(error(0), "no error");
  EXPECT_EQ(error(1), "no error");
}

TEST_P(Checked, VectorsOfProbabilities) {
  Model model = single("%p: tensor<?xf64> {gen.name = \"p\"}", "categorical(%p) : (tensor<?xf64>) -> i64");
  auto error = [&](const std::vector<double> &p) {
    Inputs inputs{{{"p", reals(p, {int64_t(p.size())})}}, {}, {}, {}};
    inputs.choices.set("x", Array::scalar(0));
    return run(model, "assess()", inputs);
  };
  std::string start = "one.mlir:2:8: address 'x': parameter 'probs' of categorical";
  EXPECT_EQ(error({0.5, 0.75, -0.25}),
            start + ", element [2]: expected a value that is in [0, 1], got -0.25");
  EXPECT_EQ(error({0.5, 0.25, 0.125}), start + ": expected elements with sum 1, got 0.875");
  EXPECT_EQ(error({0.5, 0.25, 0.25}), "no error");
  EXPECT_EQ(error({0, 1, 0}), "no error");
  std::vector<double> many(1000, 1e-3); // rounding of a float sum is no error
  EXPECT_EQ(error(many), "no error");
  EXPECT_EQ(error({}), "one.mlir:2:8 (address 'x'): expected sizes 1 <= p.0, got 1 and 0; p.0 is 0 by "
                       "argument 'p' of shape [0]");
}

TEST_P(Checked, CholeskyFactors) {
  Model model = single("%m: tensor<?xf64> {gen.name = \"m\"}, %l: tensor<?x?xf64> {gen.name = \"l\"}",
                       "mvnormal_cholesky(%m, %l) : (tensor<?xf64>, tensor<?x?xf64>) -> tensor<?xf64>");
  auto error = [&](const std::vector<double> &l) {
    return run(model, "simulate()", {{{"m", reals({0, 0}, {2})}, {"l", reals(l, {2, 2})}}, {}, {}, {}});
  };
  std::string start = "one.mlir:2:8: address 'x': parameter 'chol_cov' of mvnormal_cholesky, element [",
              rest = "]: expected a value that is lower triangular, with positive diagonal, got ";
  EXPECT_EQ(error({1, 0, -0.5, 2}), "no error");
  EXPECT_EQ(error({1, INFINITY, 0.5, 2}), "no error") << "what lies above the diagonal is not read";
  EXPECT_EQ(error({1, 0, INFINITY, 2}), start + "1, 0" + rest + "inf");
  EXPECT_EQ(error({1, 0, 0.5, -2}), start + "1, 1" + rest + "-2");
}

TEST_P(Checked, ComputedIndices) {
  Model model = Model::load(std::string(GENFUSE_SOURCE_DIR) + "/tests/models/hard.mlir", "groups");
  auto error = [&](std::vector<int64_t> g) {
    Inputs inputs{{{"g", Array::from(g)}, {"t", reals({1, 2, 3}, {3})}}, {}, {}, {}};
    std::string text = run(model, "simulate()", inputs);
    return text.substr(text.rfind("hard.mlir") == std::string::npos ? 0 : text.rfind("hard.mlir"));
  };
  EXPECT_EQ(error({0, 1, 2, 2, 1}), "no error");
  EXPECT_EQ(error({0, 1, 3, 9}), "hard.mlir:68:10: address 'y/2': expected an index from 0 to 2, got 3");
  EXPECT_EQ(error({0, -1, 3}), "hard.mlir:68:10: address 'y/1': expected an index from 0 to 2, got -1");
}

/// The index of a category that was drawn outside of plates has no address.
TEST_P(Checked, IndicesOutsideOfPlates) {
  Model model = Model::load(std::string(GENFUSE_SOURCE_DIR) + "/tests/models/hard.mlir", "one_element");
  Inputs inputs{{{"x", reals({1, 2, 3}, {3})}, {"k", Array::scalar(int64_t(1) << 40)}}, {}, {}, {}};
  std::string text = run(model, "simulate()", inputs);
  EXPECT_EQ(text.substr(text.rfind("hard.mlir")),
            "hard.mlir:31:8: expected an index from 0 to 2, got 1099511627776");
}

TEST_P(Checked, TheCotangentOfTheReturnValue) {
  Model model = Model::load(std::string(GENFUSE_SOURCE_DIR) + "/tests/models/cases.mlir", "M1");
  Inputs inputs{{{"a", real(0)}}, {}, {}, real(std::nan(""))};
  int64_t instances = GetParam().instances;
  if (GetParam().mapping != Mapping::single)
    inputs.returnGradient = reals(std::vector<double>(instances, std::nan("")), {instances});
  for (const char *name : {"x", "y"})
    inputs.choices.set(name, real(0.5));
  std::string text = run(model, "gradient(x; return)", inputs);
  EXPECT_EQ(text.substr(text.rfind("cases.mlir")),
            "cases.mlir:2:1: cotangent of the return value: expected a number, got nan" + in(0));
}

/// A change of traces is computed with checks, too; the traces stay as they were.
TEST_P(Checked, Changes) {
  Model model = Model::load(std::string(GENFUSE_SOURCE_DIR) + "/tests/models/cases.mlir", "PL");
  CompileOptions compile = options(true);
  compile.counted = true;
  Program program(model, compile);
  RunOptions run;
  run.instances = GetParam().instances;
  Inputs inputs{{{"s", reals({1, 2, 0.5, 1}, {4})}}, {}, {}, {}};
  Trace trace = program.simulate(inputs, run);
  Array before = trace.choices().at("y/*").copy();
  auto error = [&](const ChoiceMap &constraints, const ChangeOptions &options = {}) {
    try {
      trace.update(constraints, options).commit();
    } catch (const Error &error) {
      std::string text = error.what();
      return text.substr(std::min(text.size(), text.rfind("cases.mlir")));
    }
    return std::string("no error");
  };
  EXPECT_EQ(error({{"y/2", real(std::nan(""))}}),
            "cases.mlir:30:10: address 'y/2': expected a number, got nan" + in(0));
  EXPECT_EQ(error({{"mu", real(std::nan(""))}}), "cases.mlir:25:9: address 'mu': expected a number, got nan");
  ChangeOptions changed;
  changed.arguments["s"] = reals({1, 2, 0.5, -1}, {4});
  EXPECT_EQ(error({}, changed),
            "cases.mlir:30:10: address 'y/3': parameter 'sigma' of normal: expected a value that is "
            "positive, got -1" +
                in(0));
  changed.arguments["s"] = reals({1, 2, 0.5, std::nan("")}, {4});
  EXPECT_EQ(error({}, changed),
            "cases.mlir:22:14: new argument 's', element [3]: expected a number, got nan");
  EXPECT_EQ(trace.choices().at("y/*"), before);
  TraceChange change = trace.update({{"y/2", real(0.5)}});
  EXPECT_EQ(change.counts(),
            (std::map<std::string, int64_t>{{"y/*", run.instances}, {"old y/*", run.instances}}));
}

INSTANTIATE_TEST_SUITE_P(Mappings, Nested, testing::ValuesIn(settings()), testing::PrintToStringParamName());
INSTANTIATE_TEST_SUITE_P(Mappings, Checked, testing::ValuesIn(settings()), testing::PrintToStringParamName());

/// A domain that the grammar of ir/dist/Domain.h does not have could not be checked.
TEST(Domains, OfAllRecordsCanBeChecked) {
  dist::All::forEach([]<class R>() {
    for (const dist::Argument &argument : R::record)
      EXPECT_TRUE(dist::domainOf(argument.domain)) << R::record.name << ": " << argument.domain;
  });
  EXPECT_FALSE(dist::domainOf("in [0, 1"));
  EXPECT_FALSE(dist::domainOf("nice"));
  EXPECT_TRUE(dist::domainOf("in (0, 1]")->includesHigh);
  EXPECT_FALSE(dist::domainOf("in (0, 1]")->includesLow);
  EXPECT_EQ(dist::domainOf("not below low")->parameter, "low");
}

/// What is not asked for is not there: the text of a kernel without checks knows nothing of them.
TEST(Unchecked, KernelsHaveNoChecks) {
  Model model = Model::parse(nested, "nested.mlir");
  CompileOptions options, checked;
  checked.checked = true;
  auto kernelOf = [&](const CompileOptions &options) {
    std::string all = Program(model, options).emit("lowered", "gradient(rows/*/m, t)", Mapping::instances);
    size_t start = all.find("func.func private @nested_gradient_kernel(");
    return all.substr(start, all.find("\n  }\n", start) - start);
  };
  std::string plain = kernelOf(options);
  EXPECT_GT(plain.size(), 1000u);
  EXPECT_EQ(plain.find("keep_failure"), std::string::npos);
  EXPECT_EQ(plain, kernelOf(checked)) << "the kernel of a checked call is the same text";
  for (const char *stage : {"derived", "differentiated", "batched", "lowered"}) {
    std::string all = Program(model, options).emit(stage, "gradient(rows/*/m, t)", Mapping::instances);
    EXPECT_EQ(all.find("check"), std::string::npos) << stage;
  }
}

} // namespace
