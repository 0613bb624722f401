// docs/status.md: which operation works for which distribution in which precision, found out by running each.
// With GENFUSE_UPDATE_DOCS=1 in the environment the page is written instead of compared.
#include "codegen/Program.h"
#include "ir/dist/All.h"
#include "runtime/Error.h"
#ifdef GENFUSE_CUDA_TEXT
#include "tests/cuda_host/EmulatedLoader.h"
#endif
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <optional>
#include <sstream>

using namespace genfuse;

namespace {

std::string typeName(dist::Kind kind) {
  switch (kind) {
  case dist::Kind::real:
    return "f64";
  case dist::Kind::integer:
    return "i64";
  case dist::Kind::boolean:
    return "i1";
  case dist::Kind::realVector:
    return "tensor<?xf64>";
  case dist::Kind::realMatrix:
    return "tensor<?x?xf64>";
  }
  return "";
}

/// Three choices `x/0`, `x/1`, `x/2` of a distribution whose parameters are the arguments.
std::string modelText(const dist::Record &record) {
  std::string parameters, names, types;
  for (const dist::Argument &argument : record) {
    std::string name(argument.name), separator = parameters.empty() ? "" : ", ";
    parameters += separator + "%" + name + ": " + typeName(argument.kind) + " {gen.name = \"" + name + "\"}";
    names += separator + "%" + name;
    types += separator + typeName(argument.kind);
  }
  return "gen.func @model(" + parameters +
         ") {\n  %three = arith.constant 3 : index\n  gen.map \"x\" %i to %three {\n" +
         "    %x = gen.sample " + std::string(record.name) + "(" + names + ") : (" + types + ") -> " +
         typeName(record.value) + "\n    gen.yield\n  }\n  gen.return\n}\n";
}

/// Valid parameter values: the k-th argument is 0.25 + 0.5 k if it is real, 4 if it is an integer; a vector
/// of reals is (0.2, 0.5, 0.3), a matrix lower triangular with 0.75, 0.5, 0.3 on its diagonal.
template <class T> Inputs exampleInputs(const dist::Record &record) {
  Inputs inputs;
  T next = T(0.25);
  for (const dist::Argument &argument : record) {
    Array &array = inputs.arguments[std::string(argument.name)];
    if (argument.kind == dist::Kind::realVector)
      array = Array::from<T>({T(0.2), T(0.5), T(0.3)});
    else if (argument.kind == dist::Kind::realMatrix)
      array = Array::from<T>({T(0.75), 0, 0, T(0.2), T(0.5), 0, T(0.1), T(-0.3), T(0.3)}, {3, 3});
    else if (argument.kind == dist::Kind::integer)
      array = Array::scalar(int64_t{4});
    else
      array = Array::scalar(next);
    next += T(0.5);
  }
  return inputs;
}

bool near(const Array &a, const Array &b) {
  return std::fabs(a.at({}) - b.at({})) <= 1e-5 * (1 + std::fabs(b.at({})));
}

bool allFinite(const Arrays &arrays) {
  for (const auto &[name, array] : arrays) {
    Array flat = Array::view(array.data(), array.type(), {array.elementCount()});
    for (int64_t i = 0; i < flat.elementCount(); ++i)
      if (!std::isfinite(flat.at({i})))
        return false;
  }
  return true;
}

bool sameBits(const Arrays &a, const Arrays &b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](const auto &x, const auto &y) {
           int64_t size = x.second.type() == ElementType::boolean ? 1
                          : x.second.type() == ElementType::f32   ? 4
                                                                  : 8;
           return x.first == y.first && x.second.shape() == y.second.shape() &&
                  std::memcmp(x.second.data(), y.second.data(), size * x.second.elementCount()) == 0;
         });
}

/// Kernels as CUDA text on the emulated device; null in a build without CUDA's headers.
std::shared_ptr<CudaLoader> emulated() {
#ifdef GENFUSE_CUDA_TEXT
  static auto loader = std::make_shared<cuda_host::EmulatedLoader>();
  return loader;
#else
  return nullptr;
#endif
}

template <class T> class Checker {
public:
  explicit Checker(const dist::Record &record)
      : record(record), program(Model::parse(modelText(record)), {.real = real}),
        text(Model::parse(modelText(record)), {.real = real, .cuda = emulated()}),
        inputs(exampleInputs<T>(record)), drawn(program.run("simulate()", inputs, {})) {
    given = inputs;
    given.choices.set("x/*", ChoiceValue(drawn.choices.at("x/*")));
    assessed = program.run("assess()", given, {});
  }

  bool simulate() const { return near(drawn.score, assessed.score); }
  bool generate() {
    Outcome outcome = program.run("generate(x/*)", given, {});
    return near(outcome.weight, assessed.score) && near(outcome.score, assessed.score);
  }
  bool assess() const { return std::isfinite(assessed.score.at({})); }
  /// None where there is nothing to differentiate by.
  std::optional<bool> gradient() {
    if (names().empty())
      return std::nullopt;
    Outcome outcome = program.run("gradient(" + names() + ")", given, {});
    return near(outcome.score, assessed.score) && allFinite(outcome.argumentGradients) &&
           allFinite(outcome.choiceGradients);
  }

  /// The same draws as CUDA text, for one trace and for many, and the same numbers.
  bool cudaText() {
    for (RunOptions run : {RunOptions{.seed = 3}, RunOptions{.seed = 4, .instances = 40}})
      if (!sameBits(text.run("simulate()", inputs, run).choices,
                    program.run("simulate()", inputs, run).choices))
        return false;
    Outcome generated = text.run("generate(x/*)", given, {});
    bool works =
        near(generated.weight, assessed.score) && near(text.run("assess()", given, {}).score, assessed.score);
    if (names().empty())
      return works;
    Outcome outcome = text.run("gradient(" + names() + ")", given, {});
    return works && near(outcome.score, assessed.score) && allFinite(outcome.argumentGradients) &&
           allFinite(outcome.choiceGradients);
  }

private:
  static constexpr Precision real = std::is_same_v<T, float> ? Precision::f32 : Precision::f64;

  std::string names() const {
    std::string text = record.continuous ? "x/*" : "";
    for (const dist::Argument &argument : record)
      if (argument.kind != dist::Kind::integer)
        text += (text.empty() ? "" : ", ") + std::string(argument.name);
    return text;
  }

  const dist::Record &record;
  Program program, text;
  Inputs inputs, given;
  Outcome drawn, assessed;
};

template <class T> std::string row(const dist::Record &record) {
  Checker<T> checker(record);
  std::string text = "| " + std::string(record.name) + " | " + (std::is_same_v<T, float> ? "f32" : "f64");
  for (std::optional<bool> works :
       std::initializer_list<std::optional<bool>>{checker.simulate(), checker.generate(), checker.assess(),
                                                  checker.gradient(), checker.cudaText()}) {
    text += !works ? " | all discrete" : *works ? " | yes" : " | no";
    EXPECT_TRUE(works.value_or(true)) << text;
  }
  return text + " |\n";
}

std::string page() {
  std::ostringstream text;
  text
      << "# Status\n\nGenerated by tests/status: each cell was run, on the CPU, for a plate. `yes` under "
         "simulate: the score of the drawn trace is\nwhat assess gives for it; generate: the weight of a "
         "fully "
         "constrained trace is its score; assess: a finite log density;\ngradient: finite, with the value of "
         "assess (the partials themselves are tested by tests/cases); CUDA text: the same operations as CUDA "
         "text, run by an emulated\ndevice, with the draws of the CPU to the bit.\n\n"
         "| distribution | real | simulate | generate | assess | gradient | CUDA text |\n"
         "| --- | --- | --- | --- | --- | --- | --- |\n";
  dist::All::forEach([&]<class R>() { text << row<float>(R::record) << row<double>(R::record); });
  text << "\n| distribution | value | parameters | support |\n| --- | --- | --- | --- |\n";
  dist::All::forEach([&]<class R>() {
    std::string parameters;
    for (const dist::Argument &argument : R::record)
      parameters +=
          (parameters.empty() ? "" : ", ") + std::string(argument.name) + ": " + std::string(argument.domain);
    text << "| " << R::record.name << " | " << typeName(R::record.value) << " | " << parameters << " | "
         << R::record.support << " |\n";
  });
  text << "\nupdate, regenerate, project and propose hold for every model of these, with equal and with "
          "ragged "
          "rows (tests/cases,\ntests/differential), as CUDA text too (tests/cases). Not there yet: draws in "
          "more "
          "than two nested plates; unfold, switch,\nrecursion; checked kernels as CUDA text.\n";
  return text.str();
}

TEST(Status, ThePageSaysWhatWorks) {
  if (!emulated())
    GTEST_SKIP() << "the page has a column of CUDA text, which needs cuda.h to run on the emulated device";
  std::string path = std::string(GENFUSE_SOURCE_DIR) + "/docs/status.md", expected = page();
  if (std::getenv("GENFUSE_UPDATE_DOCS")) {
    std::ofstream(path) << expected;
    return;
  }
  std::ifstream file(path);
  std::string found{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(found, expected) << "run this test with GENFUSE_UPDATE_DOCS=1 to write the page anew";
}

} // namespace
