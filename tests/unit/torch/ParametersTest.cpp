// Parameters as a module: names, memory, and what torch::save and torch::load do with them.
#include "Fixture.h"
#include "runtime/Error.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

using namespace genfuse;
using namespace genfuse::tests;
using testing::HasSubstr;

namespace {

LogDensity digits() { return LogDensity(kernelsOf(program("digits", "digits"))); }

ModelParameters digitsParameters(int64_t pixels) {
  return digits().parameters({{"xs", torch::zeros({1, pixels}, torch::kDouble)}});
}

void fillWithNoise(ModelParameters &parameters) {
  torch::manual_seed(3);
  at::NoGradGuard guard;
  for (at::Tensor &tensor : parameters->parameters())
    tensor.normal_();
}

std::string saved(const ModelParameters &parameters) {
  std::ostringstream stream;
  torch::save(parameters, stream);
  return stream.str();
}

void load(ModelParameters &parameters, const std::string &bytes) {
  std::istringstream stream(bytes);
  torch::load(parameters, stream);
}

TEST(Parameters, HaveTheModelsNamesAndValues) {
  LogDensity density(kernelsOf(
      Program(Model::parse(
                  "gen.func @f(%x: tensor<?xf64> {gen.name = \"x\"}) {\n"
                  "  %c0 = arith.constant 0 : index\n  %d = tensor.dim %x, %c0 : tensor<?xf64>\n"
                  "  %one = arith.constant 1.0 : f64\n  %w = gen.param \"w\"(%d) init [2.5] : tensor<?xf64>\n"
                  "  %v = gen.param \"v\" init [1.0, -1.0] : tensor<2xf64>\n"
                  "  %p = gen.einsum \"i,i->\"(%w, %x) : (tensor<?xf64>, tensor<?xf64>) -> f64\n"
                  "  %q = gen.einsum \"i->\"(%v) : (tensor<2xf64>) -> f64\n"
                  "  %m = arith.addf %p, %q : f64\n"
                  "  %y = gen.sample \"y\" normal(%m, %one) : (f64, f64) -> f64\n  gen.return\n}\n"),
              {Precision::f32, "native", std::nullopt, 0})));
  ModelParameters parameters = density.parameters({{"x", torch::zeros({3})}});
  Tensors tensors = parameters->tensors();
  ASSERT_EQ(tensors.size(), 2u);
  EXPECT_TRUE(tensors.at("f/w").equal(torch::full({3}, 2.5f)));
  EXPECT_TRUE(tensors.at("f/v").equal(torch::tensor({1.0f, -1.0f})));
  EXPECT_TRUE(tensors.at("f/w").requires_grad());
  EXPECT_THAT(errorOf<Error>([&] { density.parameters({}); }), HasSubstr("parameter 'f/w': expected sizes"));
}

TEST(Parameters, AreTheMemoryOfTheArrays) {
  Array array = Array::from<double>({1, 2, 3});
  ModelParameters parameters(std::map<std::string, Array>{{"m/w", array}});
  EXPECT_EQ(parameters->tensors().at("m/w").data_ptr(), array.data());
  EXPECT_EQ(parameters->named_parameters()["m/w"].data_ptr(), array.data());
}

TEST(Parameters, AreReadInPlaceAndAccumulateIntoTheirGradients) {
  LogDensity density(std::make_shared<Recorder>(program("digits", "digits")));
  at::Tensor xs = torch::ones({3, 2}, torch::kDouble);
  ModelParameters parameters = density.parameters({{"xs", xs}});
  TensorInputs inputs{
      {{"xs", xs}}, parameters->tensors(), {{"image/*/y", torch::tensor({3, 3, 1}, torch::kLong)}}};
  density.accumulate(inputs, -1);
  at::Tensor b = parameters->tensors().at("digit/b");
  EXPECT_EQ(Recorder::pointer("digit/b", Role::parameter), b.data_ptr());
  EXPECT_EQ(Recorder::pointer("digit/b", Role::parameterGradient), b.grad().data_ptr());
  EXPECT_NEAR(b.grad()[3].item<double>(), -(2 - 0.3), 1e-12);
  parameters->zero_grad(/*set_to_none=*/false);
  void *before = b.grad().data_ptr();
  density.accumulate(inputs, -2);
  EXPECT_EQ(b.grad().data_ptr(), before);
  EXPECT_NEAR(b.grad()[3].item<double>(), -2 * (2 - 0.3), 1e-12);
}

TEST(Parameters, AreSavedAndLoadedToTheBit) {
  ModelParameters source = digitsParameters(6), target = digitsParameters(6);
  fillWithNoise(source);
  void *memory = target->tensors().at("digit/W").data_ptr();
  load(target, saved(source));
  EXPECT_EQ(target->tensors().at("digit/W").data_ptr(), memory) << "kernels read the same memory";
  for (const auto &[path, tensor] : source->tensors())
    EXPECT_TRUE(tensor.equal(target->tensors().at(path))) << path;
}

TEST(Parameters, AreSavedAsAPartOfAModule) {
  struct Net : torch::nn::Module {
    explicit Net(ModelParameters model) {
      linear = register_module("linear", torch::nn::Linear(2, 3));
      register_module("model", model);
    }
    torch::nn::Linear linear{nullptr};
  };
  ModelParameters source = digitsParameters(4), target = digitsParameters(4);
  fillWithNoise(source);
  auto from = std::make_shared<Net>(source), to = std::make_shared<Net>(target);
  std::stringstream stream;
  torch::save(from, stream);
  torch::load(to, stream);
  EXPECT_TRUE(to->linear->weight.equal(from->linear->weight));
  EXPECT_TRUE(target->tensors().at("digit/W").equal(source->tensors().at("digit/W")));
  EXPECT_EQ(from->parameters().size(), 4u) << "an optimiser of the whole sees them";
}

/// Loading fails with `text` and leaves `target` as it was.
void expectRefused(ModelParameters target, const std::string &bytes, const std::string &text) {
  fillWithNoise(target);
  Tensors before;
  for (const auto &[path, tensor] : target->tensors())
    before[path] = tensor.detach().clone();
  EXPECT_EQ(errorOf<Error>([&] { load(target, bytes); }), text);
  for (const auto &[path, tensor] : target->tensors())
    EXPECT_TRUE(tensor.equal(before.at(path))) << path;
}

TEST(Parameters, OfAnotherModelAreRefused) {
  ModelParameters one(std::map<std::string, Array>{{"digit/W", Array::zeros(ElementType::f64, {10, 4})}});
  expectRefused(digitsParameters(4), saved(one),
                "parameters of another model: expected digit/W, digit/b, got digit/W");
  ModelParameters other(std::map<std::string, Array>{{"digit/W", Array::zeros(ElementType::f64, {10, 4})},
                                                     {"other/b", Array::zeros(ElementType::f64, {10})}});
  expectRefused(digitsParameters(4), saved(other),
                "parameters of another model: expected digit/W, digit/b, got digit/W, other/b");
  expectRefused(digitsParameters(4), saved(digitsParameters(5)),
                "parameter 'digit/W': expected Double [10, 4], got Double [10, 5]");
  ModelParameters floats(std::map<std::string, Array>{{"digit/W", Array::zeros(ElementType::f64, {10, 4})},
                                                      {"digit/b", Array::zeros(ElementType::f32, {10})}});
  expectRefused(digitsParameters(4), saved(floats),
                "parameter 'digit/b': expected Double [10], got Float [10]");
}

} // namespace
