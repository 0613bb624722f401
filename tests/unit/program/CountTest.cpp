// Kernels that count: which log densities a request computes, for any mapping.
#include "codegen/Program.h"
#include <gtest/gtest.h>
#include <ostream>

using namespace genfuse;
using Counts = std::map<std::string, int64_t>;

namespace {

struct Setting {
  Mapping mapping;
  int64_t instances;
};

void PrintTo(const Setting &setting, std::ostream *out) {
  *out << mappingName(setting.mapping) << setting.instances;
}

class Counted : public testing::TestWithParam<Setting> {
protected:
  Program program(const std::string &name) {
    Model model = Model::load(std::string(GENFUSE_SOURCE_DIR) + "/tests/models/cases.mlir", name);
    CompileOptions options{Precision::f64, "native", GetParam().mapping, 0};
    options.counted = true;
    return Program(model, options);
  }
  Counts counts(const std::string &request, const Inputs &inputs) {
    RunOptions options;
    options.instances = GetParam().instances;
    return program("PL").run(request, inputs, options).counts;
  }
  int64_t instances = GetParam().instances;
  Inputs given{{{"s", Array::from<double>(std::vector<double>(21, 1.5))}},
               {},
               {{"y/*", std::vector<double>(21, 0.5)}},
               {}};
};

TEST_P(Counted, EveryElementOfEveryInstance) {
  EXPECT_EQ(counts("generate(y/*)", given), (Counts{{"mu", instances}, {"y/*", 21 * instances}}));
}

/// What is the same for all instances is computed once, and so counts once.
TEST_P(Counted, SharedDensitiesCountOnce) {
  given.choices.set("mu", 0.25);
  EXPECT_EQ(counts("assess()", given)["mu"], 1);
}

/// Value and gradient in one sweep: the repeated body of the reverse pass is gone.
TEST_P(Counted, GradientsComputeNoDensityTwice) {
  Inputs shared = given;
  shared.choices.set("mu", 0.25);
  given.choices.set("mu", instances > 1 ? ChoiceValue(Array::zeros(ElementType::f64, {instances}))
                                        : ChoiceValue(0.25));
  EXPECT_EQ(counts("gradient(mu, y/*)", given)["y/*"], 21 * instances);
  // What all instances share is computed once.
  EXPECT_EQ(counts("gradient(mu, y/*)", shared)["y/*"], 21);
}

TEST_P(Counted, RunsStartAtZero) {
  Program pl = program("PL");
  RunOptions options;
  options.instances = instances;
  Program::Bound bound = pl.bind("generate(y/*)", given, options);
  bound.run(1);
  bound.run(2);
  EXPECT_EQ(bound.outcome().counts["y/*"], 21 * instances);
}

INSTANTIATE_TEST_SUITE_P(Mappings, Counted,
                         testing::Values(Setting{Mapping::single, 1}, Setting{Mapping::instances, 1},
                                         Setting{Mapping::instances, 37}, Setting{Mapping::elements, 37}),
                         testing::PrintToStringParamName());

TEST(NotCounted, NothingIsCounted) {
  Model model = Model::load(std::string(GENFUSE_SOURCE_DIR) + "/tests/models/cases.mlir", "M1");
  Program program(model);
  EXPECT_TRUE(program.run("simulate()", {{{"a", Array::scalar(0.0f)}}, {}, {}, {}}).counts.empty());
}

} // namespace
