#include "runtime/DLPack.h"
#include "ErrorText.h"

using namespace genfuse;

namespace {

struct Source {
  float data[6] = {0, 1, 2, 3, 4, 5};
  int64_t shape[2] = {3, 2}, strides[2] = {1, 3};
  DLTensor tensor{data, {kDLCPU, 0}, 2, {kDLFloat, 32, 1}, shape, strides, 0};
};

int deleted = 0;

} // namespace

TEST(DLPack, BorrowedTensorsShareMemory) {
  Source source;
  Array array = borrowDLPack(source.tensor);
  EXPECT_EQ(array.data(), source.data);
  EXPECT_EQ(array.strides(), (Shape{1, 3}));
  EXPECT_EQ(array.at({2, 1}), 5);
}

TEST(DLPack, NoStridesMeansRowMajorAndTheOffsetCounts) {
  Source source;
  source.shape[0] = 2;
  source.tensor.strides = nullptr;
  source.tensor.byte_offset = 2 * sizeof(float);
  Array array = borrowDLPack(source.tensor);
  EXPECT_EQ(array.strides(), (Shape{2, 1}));
  EXPECT_EQ(array.at({0, 0}), 2);
}

TEST(DLPack, ImportRunsTheDeleterWithTheLastHandle) {
  Source source;
  DLManagedTensor managed{source.tensor, nullptr, [](DLManagedTensor *) { ++deleted; }};
  deleted = 0;
  Array array = importDLPack(&managed);
  Array second = array;
  array = Array();
  EXPECT_EQ(deleted, 0);
  EXPECT_EQ(second.data(), source.data);
  second = Array();
  EXPECT_EQ(deleted, 1);
}

TEST(DLPack, AfterAnErrorTheCallerStillOwnsTheTensor) {
  Source source;
  source.tensor.dtype.bits = 16;
  DLManagedTensor managed{source.tensor, nullptr, [](DLManagedTensor *) { ++deleted; }};
  deleted = 0;
  EXPECT_ERROR(importDLPack(&managed),
               "dlpack tensor: expected type float 32, float 64, int 64 or bool 8, got "
               "type code 2 of 16 bits");
  EXPECT_EQ(deleted, 0);
  EXPECT_ERROR(importDLPack(nullptr), "dlpack tensor: expected a tensor, got a null pointer");
}

TEST(DLPack, UnsupportedTensorsAreNamed) {
  Source source;
  source.tensor.device = {kDLCUDA, 1};
  EXPECT_ERROR(borrowDLPack(source.tensor),
               "dlpack tensor: expected host memory, got a cuda device, index 1");
  source.tensor.device = {kDLMetal, 0};
  EXPECT_ERROR(borrowDLPack(source.tensor),
               "dlpack tensor: expected host memory, got device type 8, index 0");
  source.tensor.device = {kDLCPU, 0};
  source.tensor.dtype.lanes = 4;
  EXPECT_ERROR(borrowDLPack(source.tensor), "dlpack tensor: expected 1 lane, got 4");
  source.tensor.dtype = {kDLUInt, 8, 1};
  EXPECT_ERROR(borrowDLPack(source.tensor),
               "dlpack tensor: expected type float 32, float 64, int 64 or bool 8, got "
               "type code 1 of 8 bits");
  source.tensor.dtype = {kDLFloat, 32, 1};
  source.shape[0] = -3;
  EXPECT_ERROR(borrowDLPack(source.tensor), "expected sizes of 0 or more, got shape [-3, 2]");
  source.tensor.shape = nullptr;
  EXPECT_ERROR(borrowDLPack(source.tensor), "dlpack tensor: expected a shape, got rank 2 and no shape");
}

TEST(DLPack, ExportSharesMemoryAndKeepsItAlive) {
  for (auto array : {Array::from<float>({1, 2}), Array::from<double>({1, 2}), Array::from<int64_t>({1, 2}),
                     Array::from(std::vector<bool>{true, false}), Array::scalar(1.0)}) {
    void *data = array.data();
    const std::string text = array.describe();
    DLManagedTensor *tensor = exportDLPack(array);
    array = Array();
    EXPECT_EQ(tensor->dl_tensor.data, data);
    Array back = importDLPack(tensor);
    EXPECT_EQ(back.data(), data);
    EXPECT_EQ(back.describe(), text);
    EXPECT_EQ(back.at(Shape(back.rank(), 0)), 1);
  }
  EXPECT_ERROR(exportDLPack(Array()), "dlpack export: expected an array, got no array");
}
