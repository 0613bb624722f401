// One instance: scores and gradients by autograd, what is compiled for them, and what memory kernels see.
#include "Fixture.h"
#include "runtime/Error.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

using namespace genfuse;
using namespace genfuse::tests;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

constexpr double halfLog2Pi = 0.91893853320467274;
constexpr double tight = 1e-12; // a handful of double operations on numbers near 1

/// M1 at a = 0, x = 0.3, y = 1.1: the base trace of the cases.
struct M1 {
  at::Tensor a = leaf(0.0), x = leaf(0.3), y = leaf(1.1);
  TensorInputs inputs() const { return {{{"a", a}}, {}, {{"x", x}, {"y", y}}}; }
};

double scoreOfM1(double a, double x, double y) {
  return -0.5 * (x - a) * (x - a) - 0.5 * (y - 2 * x) * (y - 2 * x) / 0.25 - std::log(0.5) - 2 * halfLog2Pi;
}

TEST(Density, ScoreAndGradientsOfTheBaseTrace) {
  M1 m;
  at::Tensor score = density("M1")(m.inputs());
  EXPECT_EQ(score.scalar_type(), torch::kDouble);
  EXPECT_EQ(score.dim(), 0);
  EXPECT_NEAR(score.item<double>(), scoreOfM1(0.0, 0.3, 1.1), tight);
  (2.5 * score).backward(); // the cotangent scales all of them
  EXPECT_NEAR(m.a.grad().item<double>(), 2.5 * 0.3, tight);
  EXPECT_NEAR(m.x.grad().item<double>(), 2.5 * (-0.3 + 2 * 0.5 / 0.25), tight);
  EXPECT_NEAR(m.y.grad().item<double>(), 2.5 * (-0.5 / 0.25), tight);
}

TEST(Density, FloatsHaveFloatGradients) {
  for (bool shared : {false, true}) {
    at::Tensor x = torch::tensor(0.3f).requires_grad_(), y = torch::tensor(1.1f), a = torch::tensor(0.0f);
    at::Tensor score = density("M1", Precision::f32)({{{"a", a}}, {}, {{"x", x}, {"y", y}}});
    EXPECT_EQ(score.scalar_type(), torch::kDouble) << "scores are doubles";
    (shared ? score * 2 : score).backward();
    EXPECT_EQ(x.grad().scalar_type(), torch::kFloat);
    EXPECT_NEAR(x.grad().item<float>(), shared ? 7.4 : 3.7, 2e-5 * 7.4); // that of the cases in float
  }
}

TEST(Density, OnlyWhatNeedsAGradientIsAskedFor) {
  auto source = std::make_shared<Recorder>(program("cases", "M1"));
  LogDensity density(source);
  M1 m;
  m.a.requires_grad_(false);
  m.y.requires_grad_(false);
  density(m.inputs());
  ASSERT_EQ(source->requests.size(), 1u);
  EXPECT_THAT(source->requests[0].gradients, ElementsAre("x"));
  density(m.inputs());
  EXPECT_EQ(source->requests.size(), 1u) << "the second call finds its kernel";
  {
    at::NoGradGuard guard;
    EXPECT_FALSE(density(m.inputs()).requires_grad());
  }
  ASSERT_EQ(source->requests.size(), 2u);
  EXPECT_THAT(source->requests[1].gradients, IsEmpty());
  m.y.requires_grad_();
  density(m.inputs()).backward();
  EXPECT_THAT(source->requests[2].gradients, ElementsAre("x", "y"));
  EXPECT_FALSE(m.a.grad().defined());
}

TEST(Density, KernelsReadTheTensorsThemselves) {
  LogDensity density(std::make_shared<Recorder>(program("digits", "digits")));
  at::Tensor wide = torch::rand({7, 20}, torch::kDouble), xs = wide.slice(1, 3, 8); // rows with gaps
  at::Tensor labels = torch::arange(7, torch::kLong),
             W = torch::rand({10, 5}, torch::kDouble).requires_grad_();
  at::Tensor b = torch::rand({10}, torch::kDouble);
  TensorInputs inputs{{{"xs", xs}}, {{"digit/W", W}, {"digit/b", b}}, {{"image/*/y", labels}}};
  at::Tensor score = density(inputs);
  EXPECT_EQ(Recorder::pointer("xs", Role::argument), xs.data_ptr());
  EXPECT_EQ(Recorder::pointer("digit/W", Role::parameter), W.data_ptr());
  EXPECT_EQ(Recorder::pointer("digit/b", Role::parameter), b.data_ptr());
  EXPECT_EQ(Recorder::pointer("image/*/y", Role::choice), labels.data_ptr());
  EXPECT_EQ(Recorder::pointer("score", Role::score), score.data_ptr());

  W.mutable_grad() = torch::ones({10, 5}, torch::kDouble);
  at::Tensor before = W.grad();
  density.accumulate(inputs, -1);
  EXPECT_EQ(Recorder::pointer("digit/W", Role::parameterGradient), before.data_ptr());
  EXPECT_EQ(W.grad().data_ptr(), before.data_ptr());
}

TEST(Density, FlowsThroughOtherFunctions) {
  // a = exp(u), y = v^2: the chain rule through genfuse's node, twice used.
  at::Tensor u = leaf(-0.2), v = leaf(1.05), x = leaf(0.3);
  LogDensity density = tests::density("M1");
  auto value = [&] { return density({{{"a", u.exp()}}, {}, {{"x", x}, {"y", v * v}}}); };
  (value() + 3 * value()).backward();
  const double a = std::exp(-0.2), y = 1.05 * 1.05;
  EXPECT_NEAR(u.grad().item<double>(), 4 * (0.3 - a) * a, tight);
  EXPECT_NEAR(v.grad().item<double>(), 4 * -(y - 0.6) / 0.25 * 2 * 1.05, tight);
  EXPECT_NEAR(x.grad().item<double>(), 4 * (-(0.3 - a) + 2 * (y - 0.6) / 0.25), 4 * tight);
}

TEST(Density, ReturnValueAndScoreHaveCotangents) {
  // J = c log p + g (x + y): with c = 0 the return value alone.
  for (double c : {0.0, 1.0, -1.5})
    for (double g : {0.0, 3.0}) {
      M1 m;
      auto [score, returnValue] = density("M1").withReturnValue(m.inputs());
      EXPECT_NEAR(score.item<double>(), scoreOfM1(0.0, 0.3, 1.1), tight);
      EXPECT_NEAR(returnValue.item<double>(), 1.4, tight);
      (c * score + g * returnValue).backward();
      EXPECT_NEAR(m.a.grad().item<double>(), c * 0.3, tight);
      EXPECT_NEAR(m.x.grad().item<double>(), c * 3.7 + g, tight);
      EXPECT_NEAR(m.y.grad().item<double>(), c * -2.0 + g, tight);
    }
}

TEST(Density, AReturnValueAloneMayBeUsed) {
  M1 m;
  density("M1").withReturnValue(m.inputs()).returnValue.backward();
  EXPECT_NEAR(m.x.grad().item<double>(), 1.0, tight);
  EXPECT_EQ(m.a.grad().item<double>(), 0.0);
}

TEST(Density, GraphsCanBeKept) {
  M1 m;
  at::Tensor score = density("M1")(m.inputs());
  score.backward({}, /*retain_graph=*/true);
  score.backward();
  EXPECT_NEAR(m.x.grad().item<double>(), 2 * 3.7, tight);
  EXPECT_THAT(errorOf<c10::Error>([&] { score.backward(); }), HasSubstr("a second time"));
}

TEST(Density, GradientsAreThoseOfForward) {
  // Parameters that were stepped between forward and backward: the gradient belongs to the score.
  M1 m;
  at::Tensor score = density("M1")(m.inputs());
  {
    at::NoGradGuard guard;
    m.x.add_(1.0);
  }
  score.backward();
  EXPECT_NEAR(m.x.grad().item<double>(), 3.7, tight);
}

TEST(Density, ThreadsShareOneDensity) {
  LogDensity shared = density("PL");
  std::vector<std::string> failures(4);
  auto work = [&](size_t thread) {
    for (int round = 0; round < 50; ++round) {
      const int64_t n = 1 + (static_cast<int64_t>(thread) * 50 + round) % 97;
      at::Tensor y = torch::linspace(-1, 1, n, torch::kDouble), mu = leaf(0.1 * static_cast<double>(thread));
      shared({{{"s", torch::ones({n}, torch::kDouble)}}, {}, {{"mu", mu}, {"y/*", y}}}).backward();
      const double expected = -mu.item<double>() / 4 + (y - mu.detach()).sum().item<double>();
      if (std::abs(mu.grad().item<double>() - expected) > 1e-11) // 97 terms below 2
        failures[thread] += " n=" + std::to_string(n);
    }
  };
  std::vector<std::thread> threads;
  for (size_t i = 0; i < failures.size(); ++i)
    threads.emplace_back(work, i);
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_THAT(failures, testing::Each(""));
}

TEST(Density, EmptyPlatesAndGradients) {
  at::Tensor s = torch::ones({0}, torch::kDouble).requires_grad_(), y = torch::ones({0}, torch::kDouble);
  at::Tensor score = density("PL")({{{"s", s}}, {}, {{"mu", constant(0)}, {"y/*", y}}});
  EXPECT_NEAR(score.item<double>(), -std::log(2.0) - halfLog2Pi, tight);
  score.backward();
  EXPECT_EQ(s.grad().sizes(), (std::vector<int64_t>{0}));
}

} // namespace
