#include "ErrorText.h"
#include "runtime/torch/Interop.h"
#include <ATen/ATen.h>

using namespace genfuse;

TEST(Torch, TensorsBecomeArraysWithoutACopy) {
  at::Tensor tensor = at::arange(6, at::kFloat).reshape({2, 3});
  Array array = fromTensor(tensor.t());
  EXPECT_EQ(array.data(), tensor.data_ptr());
  EXPECT_EQ(array.describe(), "f32 [3, 2]");
  EXPECT_EQ(array.strides(), (Shape{1, 3}));
  array.values<float>()[5] = 9;
  EXPECT_EQ(tensor[1][2].item<float>(), 9);
}

TEST(Torch, SlicesStartAtTheirOffset) {
  at::Tensor tensor = at::arange(6, at::kDouble).reshape({2, 3});
  EXPECT_EQ(fromTensor(tensor[1]).data(), static_cast<double *>(tensor.data_ptr()) + 3);
  EXPECT_EQ(fromTensor(at::scalar_tensor(2.5, at::kDouble)).at({}), 2.5);
}

TEST(Torch, TheArrayKeepsTheTensorAlive) {
  at::Tensor tensor = at::ones({3}, at::kDouble);
  Array array = fromTensor(tensor);
  EXPECT_EQ(tensor.use_count(), 2u);
  tensor = at::Tensor();
  EXPECT_EQ(array.at({2}), 1);
}

TEST(Torch, ArraysBecomeTensorsWithoutACopy) {
  Array array = Array::from<int64_t>({1, 2, 3, 4}, {2, 2});
  at::Tensor tensor = toTensor(array);
  EXPECT_EQ(tensor.data_ptr(), array.data());
  EXPECT_EQ(tensor.scalar_type(), at::kLong);
  tensor[1][1] = 40;
  EXPECT_EQ(array.at({1, 1}), 40);
  array = Array();
  EXPECT_EQ(tensor.sum().item<int64_t>(), 46);
}

TEST(Torch, StridesAndTypesGoThereAndBack) {
  for (at::ScalarType type : {at::kFloat, at::kDouble, at::kLong, at::kBool}) {
    at::Tensor tensor = at::ones({3, 4}, type).t();
    at::Tensor back = toTensor(fromTensor(tensor));
    EXPECT_EQ(back.data_ptr(), tensor.data_ptr());
    EXPECT_EQ(back.strides(), tensor.strides());
    EXPECT_EQ(back.scalar_type(), type);
  }
  EXPECT_EQ(toTensor(Array::zeros(ElementType::f32, {0, 3})).sizes(), (std::vector<int64_t>{0, 3}));
}

TEST(Torch, UnsupportedTensorsAreNamed) {
  EXPECT_ERROR(fromTensor(at::Tensor()), "tensor: expected a tensor, got an undefined one");
  EXPECT_ERROR(fromTensor(at::ones({2}, at::kInt)),
               "tensor: expected type Float, Double, Long or Bool, got Int");
  EXPECT_ERROR(fromTensor(at::ones({2}, at::device(at::kMeta))), "tensor: expected device cpu, got meta");
  EXPECT_ERROR(fromTensor(at::ones({2}).to_sparse()), "tensor: expected a strided layout, got another one");
  at::Tensor negated = at::imag(at::conj(at::ones({2}, at::kComplexFloat)));
  EXPECT_ERROR(fromTensor(negated),
               "tensor: expected plain elements, got a negated view (resolve_neg() makes a plain one)");
}

TEST(Torch, UnsupportedArraysAreNamed) {
  double data[2] = {};
  EXPECT_ERROR(toTensor(Array()), "tensor: expected an array, got no array");
  EXPECT_ERROR(toTensor(Array::view(data + 1, ElementType::f64, {2}, {-1})),
               "tensor: expected strides of 0 or more, got [-1]");
}
