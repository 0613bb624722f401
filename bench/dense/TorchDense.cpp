#include "bench/dense/Dense.h"
#include <ATen/Parallel.h>
#include <torch/torch.h>

namespace genfuse::bench {

namespace {

at::Tensor view(const FloatVector &values, at::IntArrayRef shape) {
  return torch::from_blob(const_cast<float *>(values.data()), shape);
}

std::vector<float> numbers(const at::Tensor &tensor) {
  const at::Tensor flat = tensor.contiguous();
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

} // namespace

std::function<void(DenseAnswer *)> torchDense(const DenseData &data, int64_t threads) {
  const at::Tensor x = view(data.x, {data.batch, data.inputs}),
                   y = torch::from_blob(const_cast<int64_t *>(data.y.data()), {data.batch}, torch::kInt64);
  const at::Tensor W = view(data.W, {data.width, data.inputs}).clone().requires_grad_(),
                   b = view(data.b, {data.width}).clone().requires_grad_(),
                   U = view(data.U, {data.deep ? data.width : 0, data.width}).clone().requires_grad_(),
                   V = view(data.V, {DenseData::classes, data.width}).clone().requires_grad_(),
                   c = view(data.c, {DenseData::classes}).clone().requires_grad_();
  const bool deep = data.deep;
  return [=](DenseAnswer *answer) {
    if (at::get_num_threads() != threads)
      at::set_num_threads(static_cast<int>(threads));
    for (const at::Tensor &tensor : {W, b, U, V, c})
      tensor.mutable_grad().reset();
    at::Tensor hidden = torch::tanh(torch::linear(x, W, b));
    if (deep)
      hidden = torch::tanh(torch::linear(hidden, U));
    const at::Tensor value = -at::cross_entropy_loss(torch::linear(hidden, V, c), y, {}, at::Reduction::Sum);
    value.backward();
    if (answer)
      *answer = {value.item<double>(), numbers(W.grad()),
                 numbers(b.grad()),    deep ? numbers(U.grad()) : std::vector<float>(),
                 numbers(V.grad()),    numbers(c.grad())};
  };
}

} // namespace genfuse::bench
