// Libraries with the target cuda on the emulated device, whose memory is that of the host: the kernels' text
// is compiled for it instead of into a fat binary.
#include "runtime/AlignedBuffer.h"
#include "tests/aot/Opened.h"
#include "tests/cuda_host/Emulator.h"
#include "tests/cuda_host/HostCompiler.h"
#include <cmath>
#include <gmock/gmock.h>

using namespace genfuse;
using testing::ElementsAre;

namespace {

aot::LibraryOptions optionsFor(const std::vector<std::string> &operations) {
  aot::LibraryOptions options;
  options.name = "m";
  for (const std::string &text : operations)
    options.operations.push_back(aot::parseOperation(text));
  options.real = Precision::f64;
  options.targets = {"cpu", "cuda"};
  options.cpuLevels = {"x86-64-v3"};
  options.cudaImage = [](const std::string &text, const std::string &) {
    return cuda_host::compileForHost(text);
  };
  return options;
}

Model model(const std::string &name) {
  return Model::load(std::string(GENFUSE_SOURCE_DIR) + "/tests/models/cases.mlir", name);
}

/// Calls of one operation on both devices, with the same inputs.
class Both {
public:
  Both(const Opened &opened, const std::string &operation, const std::map<std::string, int64_t> &sizes,
       int64_t instances = 1)
      : opened(opened), operation(operation), signature(opened.operation(operation).signature) {
    call.instances = call.end = instances;
    call.seed = 17;
    for (const ArraySpec &spec : signature.arrays) {
      Shape shape;
      for (const Dimension &dimension : spec.shape) {
        shape.push_back(dimension.constant);
        for (const Dimension::Term &term : dimension.terms)
          shape.back() += term.coefficient * sizes.at(signature.symbols[term.symbol]);
      }
      if (spec.batched)
        shape.push_back(instances);
      for (std::vector<Array> *arrays : {&host, &device})
        arrays->push_back(Array::zeros(spec.type, shape));
      if (!spec.output && spec.type == ElementType::f64)
        for (int64_t i = 0; i < host.back().elementCount(); ++i)
          for (std::vector<Array> *arrays : {&host, &device})
            static_cast<double *>(arrays->back().data())[i] = 0.5 + 0.25 * double((i * 7) % 5);
    }
  }

  Answer onHost() { return run(operation, toC(host)); }
  Answer onDevice() { return run(operation + "_cuda", deviceArrays()); }

  std::vector<gf_array> deviceArrays() const {
    std::vector<gf_array> arrays = toC(device);
    for (gf_array &array : arrays)
      array.device = GF_CUDA;
    return arrays;
  }

  Answer run(const std::string &function, const std::vector<gf_array> &arrays) {
    gf_call own = call;
    const Answer bytes = opened.workspaceOf("m_" + function, arrays, own);
    if (bytes.status < 0)
      return {-bytes.status, bytes.text};
    auto memory = allocateAligned(bytes.status + 64);
    own.workspace = memory.get();
    own.workspace_bytes = bytes.status;
    return opened.callOf("m_" + function, arrays, own);
  }

  /// Both answers are good, drawn values are equal to the bit, results as near as their sums are: a few
  /// roundings of 2^-53 for each of at most 100 terms, which are of the size of the result.
  void expectSameResults() {
    ASSERT_EQ(onHost(), (Answer{GF_OK, ""})) << operation;
    ASSERT_EQ(onDevice(), (Answer{GF_OK, ""})) << operation;
    for (size_t i = 0; i < host.size(); ++i) {
      const ArraySpec &spec = signature.arrays[i];
      SCOPED_TRACE(operation + " " + spec.name);
      if (spec.type != ElementType::f64 || spec.role == Role::choice || spec.role == Role::drawn) {
        EXPECT_EQ(device[i], host[i]) << "to the bit";
        continue;
      }
      for (int64_t k = 0; k < host[i].elementCount(); ++k) {
        const double expected = host[i].values<double>()[k];
        EXPECT_NEAR(device[i].values<double>()[k], expected, 1e-12 * (1 + std::abs(expected)));
      }
    }
  }

  const Opened &opened;
  std::string operation;
  Signature signature;
  std::vector<Array> host, device;
  gf_call call = gf_call_default();
};

class LibraryOnCuda : public testing::Test {
protected:
  static Opened &library() {
    static Opened opened(model("PL"), optionsFor({"fit = gradient(mu)", "many = gradient(mu) @ instances",
                                                  "draw = simulate() @ instances", "one = simulate()"}));
    return opened;
  }
  LibraryOnCuda() { cuda_host::takeLaunches(); }

  /// The message of `fit` on the device after a change of its arrays or call; nothing was written or
  /// launched.
  static Answer refused(const std::function<void(std::vector<gf_array> &, gf_call &)> &change) {
    Both fit(library(), "fit", {{"s.0", 4}});
    fit.device[3] = Array::scalar(7.0); // the score
    std::vector<gf_array> arrays = fit.deviceArrays();
    auto memory = allocateAligned(1 << 16);
    fit.call.workspace = memory.get();
    fit.call.workspace_bytes = 1 << 16;
    change(arrays, fit.call);
    const Answer answer = library().callOf("m_fit_cuda", arrays, fit.call);
    EXPECT_EQ(fit.device[3].values<double>()[0], 7) << "written after an error";
    EXPECT_THAT(cuda_host::takeLaunches(), ElementsAre());
    return answer;
  }
};

TEST_F(LibraryOnCuda, ComputesWhatTheCpuComputes) {
  Both(library(), "fit", {{"s.0", 57}}).expectSameResults();
  Both(library(), "many", {{"s.0", 5}}, 70).expectSameResults();
  Both(library(), "draw", {{"s.0", 5}}, 70).expectSameResults();
  Both(library(), "one", {{"s.0", 57}}).expectSameResults();
  for (cuda_host::Order order : cuda_host::all_orders) {
    cuda_host::setOrder(order);
    Both(library(), "fit", {{"s.0", 57}}).expectSameResults();
  }
  cuda_host::setOrder(cuda_host::Order::ascending);
}

TEST_F(LibraryOnCuda, LaunchesTheKernelsThatTheManifestNames) {
  Both fit(library(), "fit", {{"s.0", 57}});
  ASSERT_EQ(fit.onDevice().status, GF_OK);
  const std::vector<std::string> launched = cuda_host::takeLaunches();
  const embed::LibraryOperation &operation = library().operation("fit");
  ASSERT_EQ(launched.size(), operation.launches.size());
  for (size_t i = 0; i < launched.size(); ++i) {
    EXPECT_THAT(operation.launches[i], testing::StartsWith("m_fit_"));
    EXPECT_THAT(launched[i], testing::StartsWith(operation.launches[i] + " "));
  }
  EXPECT_THAT(library().library->manifest().targets, ElementsAre("cpu", "cuda"));
  EXPECT_THAT(library().library->manifest().cudaArchitectures, ElementsAre(80, 90, 100));
}

TEST_F(LibraryOnCuda, TakesEmptyPlatesAndNoInstances) {
  Both(library(), "fit", {{"s.0", 0}}).expectSameResults();
  Both(library(), "many", {{"s.0", 0}}, 3).expectSameResults();
  cuda_host::takeLaunches();
  Both none(library(), "draw", {{"s.0", 5}}, 0);
  EXPECT_EQ(none.onDevice(), (Answer{GF_OK, ""}));
  EXPECT_THAT(cuda_host::takeLaunches(), ElementsAre()) << "no work";
}

TEST_F(LibraryOnCuda, TakesStrides) {
  Both fit(library(), "many", {{"s.0", 5}}, 3);
  Array wide = Array::zeros(ElementType::f64, {5, 8});
  const size_t y = 2;
  ASSERT_EQ(fit.signature.arrays[y].name, "y/*");
  for (int64_t i = 0; i < 5; ++i)
    for (int64_t b = 0; b < 3; ++b)
      static_cast<double *>(wide.data())[8 * i + b] = fit.device[y].values<double>()[3 * i + b];
  fit.device[y] = Array::view(wide.data(), ElementType::f64, {5, 3}, {8, 1});
  ASSERT_EQ(fit.onHost().status, GF_OK);
  ASSERT_EQ(fit.onDevice(), (Answer{GF_OK, ""}));
  for (int64_t b = 0; b < 3; ++b)
    EXPECT_NEAR(fit.device[3].values<double>()[b], fit.host[3].values<double>()[b], 1e-12)
        << "a sum of 11 terms of size 1";
}

/// A ragged plate: offsets are in the device's memory.
TEST_F(LibraryOnCuda, TakesRaggedPlates) {
  const Opened opened(model("MM"), optionsFor({"assess()", "simulate()"}));
  for (const std::string operation : {"assess", "simulate"}) {
    Both ragged(opened, operation, {{"s.0", 6}, {"s_offsets.0", 4}});
    for (size_t i = 0; i < ragged.host.size(); ++i)
      if (ragged.signature.arrays[i].name == "s_offsets")
        ragged.host[i] = ragged.device[i] = Array::from<int64_t>({0, 2, 2, 6});
    ragged.expectSameResults();
  }
}

TEST_F(LibraryOnCuda, RefusesArraysOfTheWrongDevice) {
  EXPECT_EQ(
      refused([](auto &arrays, auto &) { arrays[2].device = GF_HOST; }),
      (Answer{GF_BAD_ARGUMENT, "choice 'y/*': expected memory of a CUDA device, got an array of the host"}));
  EXPECT_EQ(refused([](auto &arrays, auto &) { arrays[2].device = 5; }),
            (Answer{GF_BAD_ARGUMENT,
                    "choice 'y/*': expected memory of a CUDA device, got one on an unknown device"}));
  EXPECT_EQ(refused([](auto &arrays, auto &) { arrays[2].device_number = 1; }),
            (Answer{GF_BAD_ARGUMENT, "choice 'y/*': expected memory of device 0, which has argument 's', got "
                                     "an array on device 1"}));
  Both fit(library(), "fit", {{"s.0", 4}});
  EXPECT_EQ(
      fit.run("fit", fit.deviceArrays()),
      (Answer{GF_BAD_ARGUMENT, "argument 's': expected memory of the host, got an array on a CUDA device"}));
}

TEST_F(LibraryOnCuda, RefusesWrongCalls) {
  EXPECT_EQ(refused([](auto &, gf_call &call) { call.abi_version = 1; }),
            (Answer{GF_ABI_MISMATCH, "operation 'fit': expected abi version 2, got 1"}));
  EXPECT_EQ(refused([](auto &arrays, gf_call &) { arrays = std::vector<gf_array>(); }),
            (Answer{GF_BAD_ARGUMENT, "operation 'fit': expected arrays, got null"}));
  const gf_executor executor = {[](const gf_executor *, int64_t, void (*)(void *, int64_t), void *) {}};
  EXPECT_EQ(refused([&](auto &, gf_call &call) { call.executor = &executor; }),
            (Answer{GF_BAD_ARGUMENT,
                    "operation 'fit': expected no executor for a call on a CUDA device, got one"}));
  EXPECT_EQ(refused([](auto &, gf_call &call) { call.workspace_bytes = 0; }).status, GF_SMALL_WORKSPACE);
  EXPECT_EQ(refused([](auto &, gf_call &call) { call.workspace = static_cast<char *>(call.workspace) + 8; }),
            (Answer{GF_BAD_ARGUMENT, "operation 'fit': expected a workspace that is aligned to 64 bytes, got "
                                     "one that is not"}));
  EXPECT_EQ(library().find<int32_t(const gf_array *, gf_call *)>("m_fit_cuda")(nullptr, nullptr),
            GF_BAD_ARGUMENT);
}

TEST_F(LibraryOnCuda, RefusesWrongArrays) {
  int64_t three[] = {3};
  EXPECT_EQ(refused([&](auto &arrays, auto &) { arrays[2].sizes = three; }).status, GF_BAD_SHAPE);
  EXPECT_EQ(refused([](auto &arrays, auto &) { arrays[0].data = nullptr; }),
            (Answer{GF_BAD_ARGUMENT, "argument 's': expected a pointer, got null"}));
  EXPECT_EQ(refused([](auto &arrays, auto &) { arrays[0].data = static_cast<char *>(arrays[0].data) + 4; }),
            (Answer{GF_BAD_ARGUMENT,
                    "argument 's': expected data aligned to 8 bytes, got an address that is not"}));
  EXPECT_EQ(refused([](auto &arrays, auto &) { arrays[4].data = arrays[2].data; }),
            (Answer{GF_BAD_ARGUMENT, "choiceGradient 'mu': expected memory of its own, got an overlap with "
                                     "choice 'y/*'"}));
  int64_t two[] = {2};
  EXPECT_EQ(
      refused([&](auto &arrays, auto &) { arrays[0].strides = two; }),
      (Answer{GF_BAD_ARGUMENT, "argument 's': expected stride 1 in the last dimension, got strides [2]"}));
}

/// Offsets that the device alone reads: what their sizes say is still checked.
TEST_F(LibraryOnCuda, RefusesOffsetsWithoutOne) {
  const Opened opened(model("MM"), optionsFor({"assess()"}));
  Both ragged(opened, "assess", {{"s.0", 6}, {"s_offsets.0", 4}});
  std::vector<gf_array> arrays = ragged.deviceArrays();
  int64_t none[] = {0};
  for (size_t i = 0; i < arrays.size(); ++i)
    if (ragged.signature.arrays[i].name == "s_offsets")
      arrays[i].sizes = none;
  EXPECT_EQ(ragged.run("assess_cuda", arrays).status, GF_BAD_SHAPE);
}

TEST_F(LibraryOnCuda, GivesItsKernelsToTheRuntime) {
  const CompiledKernel kernel = library().library->cudaKernel("fit");
  Both fit(library(), "fit", {{"s.0", 4}});
  ASSERT_EQ(fit.onHost().status, GF_OK);
  std::vector<void *> pointers;
  std::vector<int64_t> dims, strides;
  for (const Array &array : fit.device) {
    pointers.push_back(array.data());
    dims.insert(dims.end(), array.shape().begin(), array.shape().end());
    strides.insert(strides.end(), array.strides().begin(), array.strides().end());
  }
  auto memory = allocateAligned(kernel.workspace(dims.data(), &fit.call) + 64);
  fit.call.workspace = memory.get();
  fit.call.workspace_bytes = kernel.workspace(dims.data(), &fit.call);
  ASSERT_EQ(kernel.run(pointers.data(), dims.data(), strides.data(), &fit.call), GF_OK);
  EXPECT_NEAR(fit.device[3].values<double>()[0], fit.host[3].values<double>()[0], 1e-12)
      << "a sum of 9 terms of size 1";
}

/// The device is that of the whole process: each library here sees it for the first time.
class CudaDevices : public testing::Test {
protected:
  ~CudaDevices() override { cuda_host::setDevice({}); }

  static Answer load(const Opened &opened, gf_call call) {
    char text[400] = {};
    call.error = text;
    call.error_capacity = sizeof text;
    const int32_t status = opened.find<int32_t(gf_call *)>("m_cuda_load")(&call);
    return {status, text};
  }
};

TEST_F(CudaDevices, KernelsAreLoadedBeforehand) {
  const Opened opened(model("PL"), optionsFor({"fit = gradient(mu)"}));
  EXPECT_EQ(load(opened, gf_call_default()), (Answer{GF_OK, ""}));
  gf_call old = gf_call_default();
  old.abi_version = 1;
  EXPECT_EQ(load(opened, old), (Answer{GF_ABI_MISMATCH, "library 'm': expected abi version 2, got 1"}));
  EXPECT_EQ(opened.find<int32_t(gf_call *)>("m_cuda_load")(nullptr), GF_BAD_ARGUMENT);
}

TEST_F(CudaDevices, WithoutOneTheCpuStillComputes) {
  cuda_host::setDevice({.devices = 0});
  const Opened opened(model("PL"), optionsFor({"fit = gradient(mu)"}));
  Both fit(opened, "fit", {{"s.0", 4}});
  EXPECT_EQ(fit.onHost(), (Answer{GF_OK, ""}));
  const Answer answer = fit.onDevice();
  EXPECT_EQ(answer.status, GF_NOT_AVAILABLE);
  EXPECT_THAT(answer.text,
              testing::StartsWith("launching m_fit_1: no CUDA device: cuInit: CUDA_ERROR_NO_DEVICE"));
}

TEST_F(CudaDevices, ThatTheImageHasNoCodeForAreNamed) {
  aot::LibraryOptions options = optionsFor({"fit = gradient(mu)"});
  options.cudaImage = [](const std::string &, const std::string &) { return std::string("other code"); };
  const Opened opened(model("PL"), options);
  Both fit(opened, "fit", {{"s.0", 4}});
  EXPECT_EQ(fit.onHost(), (Answer{GF_OK, ""}));
  const Answer answer = fit.onDevice();
  EXPECT_EQ(answer.status, GF_NOT_AVAILABLE);
  EXPECT_THAT(answer.text,
              testing::StartsWith("launching m_fit_1: the image of 'm' holds no code for this device "
                                  "(emulated device, compute capability 9.0)"));
}

} // namespace
