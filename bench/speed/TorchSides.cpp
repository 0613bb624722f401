#include "bench/speed/TorchSides.h"
#include <ATen/Parallel.h>
#include <torch/torch.h>
#include <torch/version.h>

namespace genfuse::bench {

namespace {

at::Tensor view(const FloatVector &values, at::IntArrayRef shape) {
  return torch::from_blob(const_cast<float *>(values.data()), shape);
}

/// LibTorch's number of threads is one for the program: it is set again wherever another side may have
/// changed it.
void pin(int64_t threads) {
  if (at::get_num_threads() != threads)
    at::set_num_threads(static_cast<int>(threads));
}

constexpr double halfLog2Pi = 0.91893853320467274;

struct LogisticTensors {
  at::Tensor x, y, w;
  explicit LogisticTensors(const CoverData &data)
      : x(view(data.x, {data.rows, CoverData::columns})),
        y(torch::from_blob(data.y.get(), {data.rows}, torch::kBool).to(torch::kFloat)),
        w(view(data.weights, {CoverData::columns}).clone().requires_grad_()) {}

  at::Tensor value() {
    w.mutable_grad().reset();
    at::Tensor eta = at::mv(x, w);
    at::Tensor density = -at::binary_cross_entropy_with_logits(eta, y, {}, {}, at::Reduction::Sum) -
                         0.5 * at::dot(w, w) - halfLog2Pi * CoverData::columns;
    density.backward();
    return density;
  }
};

} // namespace

const char *torchVersion() { return TORCH_VERSION; }

std::function<void()> torchImportanceSampling(const PolynomialData &data, int64_t particles,
                                              int64_t threads) {
  const auto points = static_cast<int64_t>(data.x.size());
  const at::Tensor x = view(data.x, {points}).clone(), square = x * x, y = view(data.y, {points}).clone();
  return [=] {
    pin(threads);
    torch::NoGradGuard guard;
    const at::Tensor draws = torch::randn({3, particles, 1}), a = draws[0], b = draws[1], c = draws[2];
    const at::Tensor residuals = (y - (a + b * x + c * square)) / 0.05;
    const at::Tensor weights = (-0.5 * residuals.square() - std::log(0.05) - halfLog2Pi).sum(1);
  };
}

namespace {

/// The log density at q [3, chains], up to a constant, and its gradient; rows of `powers` [3, points] are 1,
/// x and x^2.
struct PolynomialTensors {
  at::Tensor powers, transposed, y;

  at::Tensor residuals(const at::Tensor &q) const { return y - at::matmul(transposed, q); }
  at::Tensor value(const at::Tensor &q) const {
    return -0.5 * q.square().sum(0) - 200 * residuals(q).square().sum(0);
  }
  at::Tensor gradient(const at::Tensor &q) const { return 400 * at::matmul(powers, residuals(q)) - q; }
};

void transition(const PolynomialTensors &density, at::Tensor &q, at::Tensor &value) {
  constexpr double step = 0.01;
  constexpr int leapfrogs = 20;
  const at::Tensor start = torch::randn_like(q);
  at::Tensor end = q, p = start + step / 2 * density.gradient(q);
  for (int i = 1; i < leapfrogs; ++i) {
    end = end + step * p;
    p = p + step * density.gradient(end);
  }
  end = end + step * p;
  p = p + step / 2 * density.gradient(end);
  const at::Tensor proposed = density.value(end);
  const at::Tensor gain = proposed - value + 0.5 * (start.square().sum(0) - p.square().sum(0));
  const at::Tensor accepted = torch::rand_like(gain).log() < gain;
  q = at::where(accepted, end, q);
  value = at::where(accepted, proposed, value);
}

} // namespace

static PolynomialTensors polynomialTensors(const PolynomialData &data) {
  const auto points = static_cast<int64_t>(data.x.size());
  const at::Tensor x = view(data.x, {points}), powers = torch::stack({torch::ones({points}), x, x * x});
  return {powers, powers.t().contiguous(), view(data.y, {points, 1}).clone()};
}

/// Draws [draws, 3, chains] after 50 transitions that are not kept.
static at::Tensor runHmc(const PolynomialTensors &density, int64_t chains, int64_t draws) {
  torch::NoGradGuard guard;
  at::Tensor q = torch::randn({3, chains}), value = density.value(q);
  at::Tensor kept = torch::empty({draws, 3, chains});
  for (int64_t i = -50; i < draws; ++i) {
    transition(density, q, value);
    if (i >= 0)
      kept[i] = q;
  }
  return kept;
}

std::function<void()> torchHmc(const PolynomialData &data, int64_t chains, int64_t draws, int64_t threads) {
  const PolynomialTensors density = polynomialTensors(data);
  return [=] {
    pin(threads);
    runHmc(density, chains, draws);
  };
}

std::vector<double> torchHmcMeans(const PolynomialData &data, int64_t chains, int64_t draws) {
  torch::manual_seed(1);
  const at::Tensor means =
      runHmc(polynomialTensors(data), chains, draws).to(torch::kDouble).mean(at::IntArrayRef{0, 2});
  return {means.data_ptr<double>(), means.data_ptr<double>() + 3};
}

std::function<void()> torchLogistic(const CoverData &data, int64_t threads) {
  auto tensors = std::make_shared<LogisticTensors>(data);
  return [=] {
    pin(threads);
    tensors->value();
  };
}

std::vector<double> torchLogisticValues(const CoverData &data) {
  LogisticTensors tensors(data);
  std::vector<double> result{tensors.value().item<double>()};
  const at::Tensor gradient = tensors.w.grad().contiguous();
  for (int64_t i = 0; i < CoverData::columns; ++i)
    result.push_back(gradient.data_ptr<float>()[i]);
  return result;
}

std::function<void()> torchSoftmax(const ImageData &data, float rate, int64_t threads) {
  const auto count = static_cast<int64_t>(data.labels.size());
  const at::Tensor x = view(data.images, {count, ImageData::pixels}),
                   y = torch::from_blob(const_cast<int64_t *>(data.labels.data()), {count}, torch::kInt64);
  at::Tensor w = torch::zeros({ImageData::classes, ImageData::pixels}).requires_grad_(),
             b = torch::zeros({ImageData::classes}).requires_grad_();
  return [=]() mutable {
    pin(threads);
    at::cross_entropy_loss(torch::linear(x, w, b), y, {}, at::Reduction::Sum).backward();
    torch::NoGradGuard guard;
    w.sub_(w.grad(), rate);
    b.sub_(b.grad(), rate);
    w.mutable_grad().reset();
    b.mutable_grad().reset();
  };
}

std::function<void()> torchFilterStep(int64_t particles, float y, int64_t threads) {
  at::Tensor x = torch::zeros({particles});
  return [=]() mutable {
    pin(threads);
    torch::NoGradGuard guard;
    x = 0.9 * x + 0.5 * torch::randn({particles});
    const at::Tensor weights = -0.5 * ((y - x) / 0.7).square() - std::log(0.7) - halfLog2Pi;
  };
}

} // namespace genfuse::bench
