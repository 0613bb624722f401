// Counts of requests against counts by hand, from the formulas of the models.
#include "codegen/inspect/Stats.h"
#include "ErrorText.h"
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

using namespace genfuse;
using nlohmann::json;
using testing::HasSubstr;

namespace {

Model load(const char *file, const char *function) {
  return Model::load(std::string(GENFUSE_SOURCE_DIR "/tests/models/") + file, function);
}

json statsOf(const Model &model, const CompileOptions &compile, const std::string &request,
             const RunOptions &run = {}, const Inputs *inputs = nullptr) {
  return json::parse(statsOf(model, Program(model, compile), request, run, inputs, StatsFormat::json));
}

std::string expression(const json &count) { return count.at("expression"); }

} // namespace

TEST(Stats, GradientOfPlIsOneSweep) {
  json stats = statsOf(load("cases.mlir", "PL"), {}, "gradient(mu)");
  EXPECT_EQ(stats["data_sweeps"], 1);
  ASSERT_EQ(stats["sweeps"].size(), 1u);
  const json &sweep = stats["sweeps"][0];
  EXPECT_EQ(expression(sweep["length"]), "s.0");
  EXPECT_EQ(sweep["lanes"], 32);
  EXPECT_EQ(sweep["lanes_reason"], "2 registers a value, because there is no loop within");
  EXPECT_EQ(sweep["addresses"], json({"y/*"}));
  EXPECT_EQ(sweep["reads"], json({"s", "y/*"}));
  // Two floats. r = 1 / s; z = (y - mu) r; z z / -2 - log s; z times r, whose sign is outside; and two sums.
  EXPECT_EQ(sweep["each"]["bytes_read"]["value"], 8);
  EXPECT_EQ(sweep["each"]["bytes_written"]["value"], 0);
  EXPECT_EQ(sweep["each"]["flops"]["value"], 1 + 2 + 3 + 1 + 2);
  EXPECT_EQ(sweep["each"]["functions"]["log"]["value"], 1);
  // mu; the score in f64 and the gradient in f32.
  EXPECT_EQ(stats["outside"]["bytes_read"]["value"], 4);
  EXPECT_EQ(stats["outside"]["bytes_written"]["value"], 8 + 4);
  EXPECT_EQ(expression(stats["total"]["bytes_read"]), "8 * s.0 + 4");
}

TEST(Stats, ManyInstancesShareWhatDoesNotVary) {
  RunOptions run;
  run.instances = 100;
  json stats = statsOf(load("cases.mlir", "PL"), {}, "gradient(mu)", run);
  EXPECT_EQ(stats["mapping"], "instances");
  EXPECT_EQ(stats["mapping_reason"], "there are 100 instances");
  const json &before = stats["sweeps"][0], &instances = stats["sweeps"][1], &plate = instances["sweeps"][0];
  EXPECT_FALSE(before["over_instances"]);
  EXPECT_TRUE(instances["over_instances"]);
  EXPECT_EQ(instances["lanes"], 64);
  EXPECT_EQ(stats["data_sweeps"], 2);
  // An instance has its own y, all of them one s, whose 1 / s and log s are formed before them.
  EXPECT_EQ(before["reads"], json({"s"}));
  EXPECT_EQ(before["each"]["flops"]["value"], 1);
  EXPECT_EQ(before["each"]["functions"]["log"]["value"], 1);
  EXPECT_EQ(plate["reads"], json({"y/*"}));
  EXPECT_EQ(plate["each"]["flops"]["value"], 8);
  EXPECT_EQ(expression(stats["total"]["bytes_read"]), "4 * instances * s.0 + 4 * instances + 4 * s.0");
}

/// What is not worth a stack is computed once for the lanes of a vector.
TEST(Stats, LanesShareWhatDoesNotVary) {
  RunOptions run;
  run.instances = 100;
  json stats = statsOf(load("hard.mlir", "differences"), {}, "assess()", run);
  const json &plate = stats["sweeps"][0]["sweeps"][0];
  EXPECT_EQ(plate["reads_shared"], json({"x"}));
  EXPECT_EQ(plate["shared"]["flops"]["value"], 1);
}

TEST(Stats, InputsGiveNumbers) {
  Inputs inputs;
  inputs.arguments["s"] = Array::from<float>(std::vector<float>(5, 1.0f));
  inputs.choices = {{"mu", Array::zeros(ElementType::f32, {33})},
                    {"y/*", Array::zeros(ElementType::f32, {5, 33})}};
  RunOptions run;
  run.instances = 33;
  json stats = statsOf(load("cases.mlir", "PL"), {}, "gradient(mu)", run, &inputs);
  EXPECT_EQ(stats["sizes"], json({{"instances", 33}, {"s.0", 5}}));
  // 33 instances are one vector of 64 lanes.
  EXPECT_EQ(stats["total"]["bytes_read"]["value"], 4 * 5 + 4 * 33 * 5 + 4 * 33);
  EXPECT_EQ(stats["total"]["bytes_written"]["value"], 12 * 33);
  EXPECT_EQ(stats["total"]["functions"]["log"]["value"], 5);
  EXPECT_GE(stats["workspace_bytes"], 0);
  EXPECT_EQ(stats["cached_kernels"].size(), 1u);
}

TEST(Stats, DigitsReadEachImageOnce) {
  json stats = statsOf(load("digits.mlir", "digits"), {}, "gradient(W, b)");
  EXPECT_EQ(stats["data_sweeps"], 1);
  const json &sweep = stats["sweeps"][0];
  // An image of floats and its label of 8 bytes; W x and the update of its gradient: 2 * 10 flops a pixel
  // each, a multiplication and an addition.
  EXPECT_EQ(expression(sweep["each"]["bytes_read"]), "4 * xs.1 + 8");
  EXPECT_THAT(expression(sweep["each"]["flops"]), HasSubstr("40 * xs.1 + "));
  EXPECT_EQ(sweep["each"]["functions"]["exp"]["value"], 10);
  EXPECT_EQ(sweep["each"]["functions"]["log"]["value"], 1);
  // W and b are read, and their gradients are read and written.
  EXPECT_EQ(expression(stats["outside"]["bytes_read"]), "80 * xs.1 + 80");
  EXPECT_EQ(expression(stats["outside"]["bytes_written"]), "40 * xs.1 + 48");
}

TEST(Stats, PlatesOfPlatesAreATree) {
  CompileOptions compile;
  compile.real = Precision::f64;
  json stats = statsOf(load("drawings.mlir", "rows"), compile, "assess()");
  EXPECT_EQ(stats["data_sweeps"], 2);
  ASSERT_EQ(stats["sweeps"].size(), 1u);
  const json &rows = stats["sweeps"][0];
  ASSERT_EQ(rows["sweeps"].size(), 1u);
  const json &elements = rows["sweeps"][0];
  EXPECT_EQ(rows["lanes"], 32);
  EXPECT_EQ(elements["lanes"], 1);
  EXPECT_EQ(rows["addresses"], json({"rows/*/m"}));
  EXPECT_EQ(elements["addresses"], json({"rows/*/y/*"}));
  // (m - mu)^2 / -2, the inner sum added, and the sum; the same with 1 / s and log s.
  EXPECT_EQ(rows["each"]["flops"]["value"], 1 + 2 + 1 + 1);
  EXPECT_EQ(elements["each"]["flops"]["value"], 1 + 2 + 2 + 1 + 1);
  EXPECT_EQ(expression(stats["total"]["bytes_read"]), "16 * s.0 * s.1 + 8 * s.0 + 8");
  EXPECT_EQ(expression(stats["total"]["functions"]["log"]), "s.0 * s.1");
}

TEST(Stats, DrawsCountVariates) {
  json stats = statsOf(load("drawings.mlir", "rows"), {}, "simulate()");
  EXPECT_EQ(expression(stats["total"]["random"]["normal"]), "s.0 * s.1 + s.0");
  // The leaves as floats, the score in f64 and the return value.
  EXPECT_EQ(expression(stats["total"]["bytes_written"]), "4 * s.0 * s.1 + 4 * s.0 + 12");
}

TEST(Stats, TheReasonOfAMapping) {
  Model model = load("cases.mlir", "PL");
  CompileOptions forced;
  forced.mapping = Mapping::elements;
  EXPECT_EQ(statsOf(model, {}, "gradient(mu)")["mapping_reason"],
            "there is one instance, and no array has a dimension of instances");
  EXPECT_EQ(statsOf(model, forced, "gradient(mu)")["mapping_reason"], "it was asked for");
  EXPECT_EQ(statsOf(model, forced, "gradient(mu)")["mapping"], "elements");
}

TEST(Stats, PassesSayWhatTheyDid) {
  json stats = statsOf(load("cases.mlir", "PL"), {}, "gradient(mu)");
  ASSERT_EQ(stats["stages"].size(), 4u);
  EXPECT_EQ(stats["stages"][0]["name"], "derived");
  EXPECT_EQ(stats["stages"][3]["name"], "lowered");
  bool merged = false;
  for (const json &pass : stats["stages"][1]["passes"])
    if (pass["name"] == "gen-merge-sweeps") {
      merged = true;
      EXPECT_EQ(pass["before"]["sweeps"], 2);
      EXPECT_EQ(pass["after"]["sweeps"], 1);
    }
  EXPECT_TRUE(merged);
  EXPECT_GT(stats["machine_code"]["bytes"], 0);
}

TEST(Stats, TextIsTheSame) {
  Model model = load("cases.mlir", "PL");
  const std::string text = statsOf(model, Program(model), "gradient(mu)");
  EXPECT_THAT(text, HasSubstr("1 sweep over the data\n"));
  EXPECT_THAT(text, HasSubstr("  sweep over s.0 in 32 lanes: 2 sums, 0 stacks; for y/*\n"
                              "    lanes: 2 registers a value, because there is no loop within\n"
                              "    each: reads 8 bytes (s, y/*), 9 flops, 1 log\n"));
}

TEST(Stats, RequestsThatDoNotBindAreErrors) {
  Model model = load("cases.mlir", "PL");
  Program program(model);
  Inputs inputs;
  EXPECT_ERROR(statsOf(model, program, "gradient(mu)", {}, &inputs), "missing argument 's'");
  EXPECT_THROW(statsOf(model, program, "gradient(nu)"), Error);
}
