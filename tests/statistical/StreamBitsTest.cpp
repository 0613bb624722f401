// Draws by rejection and search: the same bits under every mapping, lane count, batch size and processor
// level, and an answer at once for parameters outside their domain.
#include "codegen/Program.h"
#include <cmath>
#include <gtest/gtest.h>
#include <map>

using namespace genfuse;

namespace {

// Each family alone, in a plate and in a plate of plates; parameters vary with the element, and with the
// instance.
const char *const model = R"(
gen.func @model(%s: tensor<?x?xf64> {gen.name = "s"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %half = arith.constant 0.5 : f64
  %two = arith.constant 2.0 : f64
  %fifty = arith.constant 50.0 : f64
  %trials = arith.constant 100 : i64
  %low = arith.constant -3 : i64
  %r = tensor.dim %s, %c0 : tensor<?x?xf64>
  %n = tensor.dim %s, %c1 : tensor<?x?xf64>
  %alone = gen.sample "alone" gamma(%half, %two) : (f64, f64) -> f64
  %another = gen.sample "another" beta(%half, %two) : (f64, f64) -> f64
  gen.map "rows" %i to %r {
    %rate = arith.mulf %alone, %fifty : f64
    %k = gen.sample "k" poisson(%rate) : (f64) -> i64
    %b = gen.sample "b" binom(%trials, %another) : (i64, f64) -> i64
    %t = gen.sample "t" student_t(%alone, %half, %two) : (f64, f64, f64) -> f64
    %d = gen.sample "d" uniform_discrete(%low, %trials) : (i64, i64) -> i64
    gen.map "y" %j to %n {
      %sij = tensor.extract %s[%i, %j] : tensor<?x?xf64>
      %y = gen.sample gamma(%sij, %alone) : (f64, f64) -> f64
      gen.yield
    }
    gen.map "z" %j to %n {
      %sij = tensor.extract %s[%i, %j] : tensor<?x?xf64>
      %z = gen.sample beta(%sij, %half) : (f64, f64) -> f64
      gen.yield
    }
    gen.yield
  }
  gen.return
}
)";

template <class T>
Outcome simulate(Mapping mapping, int64_t lanes, int64_t instances, const std::string &target = "native") {
  Precision real = std::is_same_v<T, float> ? Precision::f32 : Precision::f64;
  Program program(Model::parse(model), {real, target, mapping, lanes});
  std::vector<T> shapes(7 * 5);
  for (size_t i = 0; i < shapes.size(); ++i)
    shapes[i] = T(0.05) + T(i * i) / 20;
  Inputs given;
  given.arguments["s"] = Array::from<T>(shapes, {7, 5});
  RunOptions options;
  options.seed = 0x123456789abcdefULL;
  options.instances = instances;
  return program.run("simulate()", given, options);
}

template <class T> void expectSameDraws() {
  Outcome wide = simulate<T>(Mapping::instances, 32, 133);
  Outcome narrow = simulate<T>(Mapping::instances, 8, 133);
  Outcome elements = simulate<T>(Mapping::elements, 16, 133);
  Outcome older = simulate<T>(Mapping::instances, 16, 133, "x86-64-v3");
  Outcome fewer = simulate<T>(Mapping::instances, 16, 70);
  Outcome alone = simulate<T>(Mapping::single, 16, 1);
  ASSERT_EQ(wide.choices.size(), 8u);
  for (auto &[address, draws] : wide.choices) {
    EXPECT_EQ(draws, narrow.choices.at(address)) << address;
    EXPECT_EQ(draws, elements.choices.at(address)) << address;
    EXPECT_EQ(draws, older.choices.at(address)) << address;
    int64_t last = draws.rank() - 1;
    for (int64_t b : {0, 1, 63, 64, 69})
      EXPECT_EQ(draws.slice(last, b).copy(), fewer.choices.at(address).slice(last, b).copy()) << address;
    EXPECT_EQ(draws.slice(last, 0).copy(), alone.choices.at(address)) << address;
    EXPECT_FALSE(draws.slice(last, 0).copy() == draws.slice(last, 1).copy()) << address;
  }
}

TEST(StreamBits, AreTheSameForEveryMappingAndBatchWidthInFloat) { expectSameDraws<float>(); }
TEST(StreamBits, AreTheSameForEveryMappingAndBatchWidthInDouble) { expectSameDraws<double>(); }

/// The value drawn with these parameters, in lanes whose other half has valid ones.
template <class T>
std::vector<double> drawWith(const std::string &family, std::vector<double> bad, std::vector<double> good,
                             const std::string &types, const std::string &value) {
  std::string parameters, names, list;
  Inputs given;
  constexpr int64_t instances = 37;
  for (size_t i = 0; i < bad.size(); ++i) {
    std::string name = "a" + std::to_string(i), separator = i ? ", " : "",
                type = types[i] == 'r' ? "f64" : "i64";
    parameters += separator + "%" + name + ": " + type + " {gen.name = \"" + name + "\"}";
    names += separator + "%" + name;
    list += separator + type;
    std::vector<double> mixed(instances, good[i]);
    for (int64_t k = 0; k < instances; k += 2)
      mixed[k] = bad[i];
    given.arguments[name] = types[i] == 'r'
                                ? Array::from<T>(std::vector<T>(mixed.begin(), mixed.end()), {instances})
                                : Array::from<int64_t>({mixed.begin(), mixed.end()}, {instances});
  }
  std::string text = "gen.func @model(" + parameters + ") {\n  %x = gen.sample \"x\" " + family + "(" +
                     names + ") : (" + list + ") -> " + value + "\n  gen.return\n}\n";
  static std::map<std::string, Program> programs; // one a family
  auto known = programs.find(family);
  if (known == programs.end()) {
    Precision real = std::is_same_v<T, float> ? Precision::f32 : Precision::f64;
    known = programs.emplace(family, Program(Model::parse(text), {real, "native", Mapping::instances})).first;
  }
  Program &program = known->second;
  RunOptions options;
  options.instances = instances;
  Array draws = program.run("simulate()", given, options).choices.at("x");
  std::vector<double> result;
  for (int64_t k = 0; k < instances; ++k)
    result.push_back(draws.at({k}));
  return result;
}

/// NaN where a real was to be drawn, -1 where a count was; lanes beside are as they should be.
template <class T> void expectAnswers() {
  const double nan = std::nan(""), inf = HUGE_VAL;
  struct Row {
    std::string family;
    std::vector<double> bad, good;
    std::string types, value = "f64";
  };
  const Row rows[] = {
      {"gamma", {nan, 1}, {2, 1}, "rr"},
      {"gamma", {0, 1}, {2, 1}, "rr"},
      {"gamma", {-1, 1}, {2, 1}, "rr"},
      {"gamma", {inf, 1}, {0.5, 1}, "rr"},
      {"beta", {nan, 1}, {2, 1}, "rr"},
      {"beta", {2, 0}, {2, 1}, "rr"},
      {"student_t", {-2, 0, 1}, {3, 0, 1}, "rrr"},
      {"poisson", {nan}, {3}, "r", "i64"},
      {"poisson", {-1}, {30}, "r", "i64"},
      {"poisson", {inf}, {30}, "r", "i64"},
      {"binom", {-1, 0.5}, {10, 0.5}, "ir", "i64"},
      {"binom", {10, nan}, {100, 0.5}, "ir", "i64"},
      {"binom", {1000, 1.5}, {100, 0.5}, "ir", "i64"},
      {"binom", {1000, -0.5}, {100, 0.5}, "ir", "i64"},
      {"geometric", {nan}, {0.5}, "r", "i64"},
      {"geometric", {1.5}, {0.5}, "r", "i64"},
      {"geometric", {-0.5}, {0.5}, "r", "i64"},
  };
  for (const Row &row : rows) {
    std::vector<double> drawn = drawWith<T>(row.family, row.bad, row.good, row.types, row.value);
    std::vector<double> alone = drawWith<T>(row.family, row.good, row.good, row.types, row.value);
    for (size_t k = 0; k < drawn.size(); ++k) {
      if (k % 2)
        EXPECT_EQ(drawn[k], alone[k]) << row.family << " beside lanes of " << row.bad[0];
      else if (row.value == "f64")
        EXPECT_TRUE(std::isnan(drawn[k])) << row.family << " of " << row.bad[0] << " gave " << drawn[k];
      else
        EXPECT_EQ(drawn[k], -1) << row.family << " of " << row.bad[0];
    }
  }
  for (double draw : drawWith<T>("uniform_discrete", {5, 2}, {5, 2}, "ii", "i64"))
    EXPECT_EQ(draw, 5); // nothing to choose from: low
  for (double draw : drawWith<T>("geometric", {0}, {0}, "r", "i64"))
    EXPECT_EQ(draw, 0x1p62); // the first success never comes
}

TEST(BadParameters, GiveAnAnswerAtOnceInFloat) { expectAnswers<float>(); }
TEST(BadParameters, GiveAnAnswerAtOnceInDouble) { expectAnswers<double>(); }

/// All 64 bits of a range are drawn, and none beyond.
TEST(Integers, OfWideRanges) {
  const double lowest = -0x1p62, highest = 0x1p62;
  bool negative = false, positive = false;
  for (double draw : drawWith<float>("uniform_discrete", {lowest, highest}, {lowest, highest}, "ii", "i64")) {
    EXPECT_GE(draw, lowest);
    EXPECT_LE(draw, highest);
    negative |= draw < -0x1p60;
    positive |= draw > 0x1p60;
  }
  EXPECT_TRUE(negative && positive);
}

} // namespace
