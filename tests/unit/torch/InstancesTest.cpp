// Many instances in one call: cotangents per instance, and sums over what instances share.
#include "Fixture.h"
#include <gtest/gtest.h>

using namespace genfuse;
using namespace genfuse::tests;

namespace {

constexpr double tolerance = 1e-12; // sums of a few doubles of size 1
const std::vector<double> means = {0.4, -1.0, 2.0, 0.0, 0.7};

void expectNear(const at::Tensor &got, const at::Tensor &expected) {
  ASSERT_EQ(got.sizes(), expected.sizes());
  EXPECT_TRUE(torch::allclose(got, expected, tolerance, tolerance)) << got << "\nexpected\n" << expected;
}

/// PL with one mu per instance and s, y of all: the score is
/// log normal(mu; 0, 2) + sum_i log normal(y_i; mu, s_i).
struct Plate {
  at::Tensor mu = reals(means).requires_grad_(), s = reals({1.0, 2.0, 0.5}).requires_grad_(),
             y = reals({0.3, -1.0, 0.8}).requires_grad_();
  LogDensity density = tests::density("PL");
  TensorInputs inputs() const { return {{{"s", s}}, {}, {{"mu", mu}, {"y/*", y}}}; }

  /// The same by LibTorch's own functions.
  at::Tensor reference() const {
    const double halfLog2Pi = 0.91893853320467274;
    at::Tensor prior = -0.5 * (mu / 2).square() - std::log(2.0) - halfLog2Pi;
    at::Tensor z = (y.unsqueeze(1) - mu.unsqueeze(0)) / s.unsqueeze(1);
    return prior + (-0.5 * z.square() - s.log().unsqueeze(1) - halfLog2Pi).sum(0);
  }

  /// Gradients in mu, s and y of the inner product with some cotangents.
  std::vector<at::Tensor> gradients(const at::Tensor &score, const at::Tensor &cotangents) const {
    return torch::autograd::grad({score}, {mu, s, y}, {cotangents});
  }
};

void compare(const at::Tensor &cotangents) {
  Plate plate;
  at::Tensor score = plate.density(plate.inputs()), expected = plate.reference();
  expectNear(score.detach(), expected.detach());
  auto got = plate.gradients(score, cotangents), wanted = plate.gradients(expected, cotangents);
  for (size_t i = 0; i < got.size(); ++i)
    expectNear(got[i], wanted[i]);
}

TEST(Instances, EqualCotangents) {
  compare(torch::ones({5}, torch::kDouble));
  compare(torch::full({5}, -2.5, torch::kDouble));
  compare(torch::ones({}, torch::kDouble).expand({5}));
}

TEST(Instances, DifferentCotangentsWeightWhatIsShared) {
  compare(reals({1, 0, -2, 0.5, 3}));
  compare(torch::zeros({5}, torch::kDouble));
}

TEST(Instances, OneWeightedKernelServesThem) {
  auto source = std::make_shared<Recorder>(program("cases", "PL"));
  Plate plate;
  plate.density = LogDensity(source);
  plate.density(plate.inputs()).logsumexp(0).backward();
  ASSERT_EQ(source->requests.size(), 2u);
  EXPECT_FALSE(source->requests[0].weighted);
  EXPECT_TRUE(source->requests[1].weighted);
  auto wanted = torch::autograd::grad({plate.reference().logsumexp(0)}, {plate.mu, plate.s, plate.y});
  expectNear(plate.mu.grad(), wanted[0]);
  expectNear(plate.s.grad(), wanted[1]);
  expectNear(plate.y.grad(), wanted[2]);
}

TEST(Instances, NothingSharedNeedsNoSecondKernel) {
  auto source = std::make_shared<Recorder>(program("cases", "PL"));
  Plate plate;
  plate.density = LogDensity(source);
  plate.s.requires_grad_(false);
  plate.y.requires_grad_(false);
  plate.density(plate.inputs()).logsumexp(0).backward();
  EXPECT_EQ(source->requests.size(), 1u);
  expectNear(plate.mu.grad(), torch::autograd::grad({plate.reference().logsumexp(0)}, {plate.mu})[0]);
}

TEST(Instances, ReturnValuesToo) {
  Plate plate; // it returns mu
  auto [score, returned] = plate.density.withReturnValue(plate.inputs());
  expectNear(returned.detach(), plate.mu.detach());
  at::Tensor weights = reals({1, 2, 3, -1, 0});
  auto objective = [&](const at::Tensor &a, const at::Tensor &b) {
    return a.logsumexp(0) + (b * weights).sum();
  };
  auto got = torch::autograd::grad({objective(score, returned)}, {plate.mu, plate.s, plate.y});
  auto wanted = torch::autograd::grad({objective(plate.reference(), plate.mu)}, {plate.mu, plate.s, plate.y});
  for (size_t i = 0; i < got.size(); ++i)
    expectNear(got[i], wanted[i]);
}

TEST(Instances, ParametersAreShared) {
  // M1p: d/dtheta = (y - theta x) x / 0.25, weighted with each instance's cotangent.
  LogDensity density = tests::density("M1p");
  at::Tensor theta = leaf(2.0), x = reals({0.3, -0.5, 1.0});
  TensorInputs inputs{{{"a", constant(0)}}, {{"M1p/theta", theta}}, {{"x", x}, {"y", constant(1.1)}}};
  at::Tensor weights = reals({1, 10, -3}), partial = (1.1 - 2 * x) * x / 0.25;
  (density(inputs) * weights).sum().backward();
  expectNear(theta.grad(), (partial * weights).sum());
  theta.mutable_grad().reset();
  density(inputs).sum().backward();
  expectNear(theta.grad(), partial.sum());
  density.accumulate(inputs, 2.0);
  expectNear(theta.grad(), 3 * partial.sum());
}

TEST(Instances, ArgumentsOfTheirOwn) {
  at::Tensor a = reals({0.0, 1.0}).requires_grad_(), x = leaf(0.3);
  at::Tensor score = density("M1")({{{"a", a}}, {}, {{"x", x}, {"y", constant(1.1)}}});
  ASSERT_EQ(score.sizes(), (std::vector<int64_t>{2}));
  (score * reals({1, 2})).sum().backward();
  expectNear(a.grad(), reals({0.3, 2 * -0.7}));
  expectNear(x.grad(), constant(3.7 + 2 * (0.7 + 4)));
}

TEST(Instances, ModelsInFloat) {
  LogDensity density = tests::density("PL", Precision::f32);
  at::Tensor mu = torch::tensor({0.4f, -1.0f}).requires_grad_(),
             s = torch::tensor({1.f, 2.f}).requires_grad_();
  at::Tensor y = torch::tensor({0.3f, -1.0f});
  at::Tensor score = density({{{"s", s}}, {}, {{"mu", mu}, {"y/*", y}}});
  (score * reals({1, 3})).sum().backward();
  at::Tensor z = (y.unsqueeze(1) - mu.detach()) / s.detach().unsqueeze(1);
  at::Tensor wanted = ((z.square() - 1) / s.detach().unsqueeze(1) * torch::tensor({1.f, 3.f})).sum(1);
  EXPECT_TRUE(torch::allclose(s.grad(), wanted, 2e-5, 1e-6)) << s.grad() << wanted; // that of the cases
}

TEST(Instances, NoInstancesAtAll) {
  Plate plate;
  plate.mu = torch::empty({0}, torch::kDouble).requires_grad_();
  at::Tensor score = plate.density(plate.inputs());
  EXPECT_EQ(score.sizes(), (std::vector<int64_t>{0}));
  score.sum().backward();
  expectNear(plate.s.grad(), torch::zeros({3}, torch::kDouble));
}

} // namespace
